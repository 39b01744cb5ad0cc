//! The kind `scim-client`: a system that keeps people and groups here.
//!
//! Owns: its specification.
//! Not here: its tokens (`tokens.rs`), what it then may touch (`../scope.rs`).

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// A system that reads and keeps accounts and groups by SCIM (hệ thống đồng bộ tài khoản).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScimClient {
    /// What people call it.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Title"}, "x-order" = 1))]
    pub title: String,
    /// Whether its tokens work.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Đang hoạt động", "en": "Enabled"}, "x-order" = 2))]
    pub enabled: bool,
    /// Agency whose accounts, with those of the agencies below, it sees and keeps; empty for
    /// the agency that owns this client, or for everybody when none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Phạm vi cơ quan", "en": "Agency"}, "x-widget" = "ref:agency", "x-order" = 3))]
    pub agency: Option<String>,
    /// Whether it may make and change accounts and groups, or only read them.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Được ghi", "en": "May write"}, "x-order" = 4))]
    pub may_write: bool,
    /// Kind of the accounts that it makes.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Loại tài khoản tạo ra", "en": "Kind of accounts"}, "x-order" = 5))]
    pub account_kind: AccountKind,
    /// Person who answers for it, by sign-in name; who leaves hands it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Người phụ trách", "en": "Person in charge"}, "x-widget" = "ref:account", "x-order" = 6))]
    pub owner: Option<String>,
}

/// Kinds of accounts that a client may make.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// Public officials.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Cán bộ, công chức", "en": "Officials"}))]
    Official,
    /// People who watch and mend.
    #[schemars(extend("x-label" = {"vi": "Vận hành", "en": "Operators"}))]
    Operator,
    /// Devices and tools.
    #[schemars(extend("x-label" = {"vi": "Thiết bị, công cụ", "en": "Technical accounts"}))]
    Technical,
    /// Jobs and scripts.
    #[schemars(extend("x-label" = {"vi": "Dịch vụ", "en": "Service accounts"}))]
    Service,
}

impl From<AccountKind> for lgsp_identity::Kind {
    fn from(kind: AccountKind) -> Self {
        match kind {
            AccountKind::Official => Self::Official,
            AccountKind::Operator => Self::Operator,
            AccountKind::Technical => Self::Technical,
            AccountKind::Service => Self::Service,
        }
    }
}

const fn yes() -> bool {
    true
}

impl Kind for ScimClient {
    const KIND: &'static str = "scim-client";
    const PLURAL: &'static str = "scim-clients";
    const LABELS: Labels = Labels {
        vi: "Hệ thống đồng bộ tài khoản (SCIM)",
        en: "SCIM client",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Hệ thống tạo, sửa và khóa tài khoản, nhóm qua SCIM.",
        en: "A system that makes, changes and ends accounts and groups by SCIM.",
    };
    const HAS_OWNER: bool = true;

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let is_titled =
            !self.title.trim().is_empty() && self.title.chars().count() <= TITLE_CHARS_MAX;
        if is_titled {
            return Vec::new();
        }
        vec![FieldError::new(
            "/title",
            "directory.kind.rule",
            format!("Cần có tên, tối đa {TITLE_CHARS_MAX} ký tự."),
            format!("A title is needed, at most {TITLE_CHARS_MAX} characters."),
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_reads_only_until_it_is_told_otherwise() {
        let client: ScimClient = serde_json::from_str(r#"{"title": "HRM"}"#).unwrap();
        assert!(client.enabled && !client.may_write && client.agency.is_none());
        assert_eq!(client.account_kind, AccountKind::Official);
        assert!(serde_json::from_str::<ScimClient>(r#"{"title": "a", "token": "b"}"#).is_err());
    }

    #[test]
    fn a_title_at_the_limit_and_past_it() {
        let broken = |title: String| {
            let client = ScimClient {
                title,
                enabled: true,
                agency: None,
                may_write: false,
                account_kind: AccountKind::Official,
                owner: None,
            };
            client.validate(&ValidationContext { name: "hrm" }).len()
        };
        assert_eq!(broken("ấ".repeat(TITLE_CHARS_MAX)), 0);
        assert_eq!(broken("ấ".repeat(TITLE_CHARS_MAX + 1)), 1);
        assert_eq!(broken(" ".to_owned()), 1);
    }
}
