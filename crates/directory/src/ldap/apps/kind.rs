//! The kind `ldap-app`: an application that reads the directory.
//!
//! Owns: its specification.
//! Not here: its secrets (`secrets.rs`), what it then sees (`face/sight.rs`).

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ldap::{face::schema, wire::Filter};

/// Longest filter, in bytes.
const FILTER_BYTES_MAX: usize = 4_096;
/// Most mapped attributes of one application.
const ATTRIBUTES_MAX: usize = 16;
/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// An application that signs people in and looks them up by LDAP (ứng dụng LDAP).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LdapApp {
    /// What people call it.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Title"}, "x-order" = 1))]
    pub title: String,
    /// Whether it may bind.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Đang hoạt động", "en": "Enabled"}, "x-order" = 2))]
    pub enabled: bool,
    /// Agency whose people, with those of the agencies below, it may see; empty for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Phạm vi cơ quan", "en": "Agency"}, "x-widget" = "ref:agency", "x-order" = 3))]
    pub agency: Option<String>,
    /// LDAP filter that people must match to be seen, for example `(employeeType=official)`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Bộ lọc người dùng", "en": "Filter of people"}, "x-order" = 4))]
    pub filter: String,
    /// Whether it sees groups.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Xem nhóm", "en": "Sees groups"}, "x-order" = 5))]
    pub groups: bool,
    /// Whether people who have a second factor may bind with their main password through it;
    /// otherwise they need an application password.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cho dùng mật khẩu chính khi đã bật xác thực hai lớp", "en": "Main password despite second factor"}, "x-order" = 6))]
    pub password_with_second_factor: bool,
    /// Further attributes, each filled from a field of the account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Thuộc tính bổ sung", "en": "Further attributes"}, "x-order" = 7))]
    pub attributes: Vec<MappedAttribute>,
    /// Person who answers for it, by sign-in name; who leaves hands it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Người phụ trách", "en": "Person in charge"}, "x-widget" = "ref:account", "x-order" = 8))]
    pub owner: Option<String>,
}

/// An attribute and the field that fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedAttribute {
    /// Name, for example `employeeNumber` or `sAMAccountName`.
    #[schemars(extend("x-label" = {"vi": "Thuộc tính LDAP", "en": "LDAP attribute"}, "x-order" = 1))]
    pub attribute: String,
    /// Field of the account.
    #[schemars(extend("x-label" = {"vi": "Lấy từ", "en": "Filled from"}, "x-order" = 2))]
    pub from: Field,
}

/// A field of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Sign-in name.
    #[schemars(extend("x-label" = {"vi": "Tên đăng nhập", "en": "User name"}))]
    Username,
    /// Mail address.
    #[schemars(extend("x-label" = {"vi": "Thư điện tử", "en": "Mail address"}))]
    Email,
    /// Telephone.
    #[schemars(extend("x-label" = {"vi": "Điện thoại", "en": "Telephone"}))]
    Phone,
    /// Position.
    #[schemars(extend("x-label" = {"vi": "Chức vụ", "en": "Position"}))]
    Position,
    /// Code of the agency.
    #[schemars(extend("x-label" = {"vi": "Mã cơ quan", "en": "Agency code"}))]
    AgencyCode,
    /// Name of the agency.
    #[schemars(extend("x-label" = {"vi": "Tên cơ quan", "en": "Agency name"}))]
    AgencyName,
    /// Identifier at the source of the account.
    #[schemars(extend("x-label" = {"vi": "Mã ở hệ thống nguồn", "en": "Identifier at the source"}))]
    ExternalId,
}

const fn yes() -> bool {
    true
}

impl Kind for LdapApp {
    const KIND: &'static str = "ldap-app";
    const PLURAL: &'static str = "ldap-apps";
    const LABELS: Labels = Labels {
        vi: "Ứng dụng LDAP",
        en: "LDAP application",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Ứng dụng đăng nhập và tra cứu người dùng qua LDAP.",
        en: "An application that signs people in and looks them up by LDAP.",
    };
    const HAS_OWNER: bool = true;

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.title.trim().is_empty() || self.title.chars().count() > TITLE_CHARS_MAX {
            errors.push(broken(
                "/title",
                format!("Cần có tên, tối đa {TITLE_CHARS_MAX} ký tự."),
                format!("A title is needed, at most {TITLE_CHARS_MAX} characters."),
            ));
        }
        if let Err(error) = self.people() {
            errors.push(broken(
                "/filter",
                format!("Không phải bộ lọc LDAP ({error})."),
                format!("This is no LDAP filter ({error})."),
            ));
        }
        if self.attributes.len() > ATTRIBUTES_MAX {
            errors.push(broken(
                "/attributes",
                format!("Tối đa {ATTRIBUTES_MAX} thuộc tính."),
                format!("At most {ATTRIBUTES_MAX} attributes."),
            ));
        }
        for (place, mapped) in self.attributes.iter().enumerate() {
            let is_known = schema::find(&mapped.attribute).is_some_and(|known| known.is_mappable);
            if !is_known {
                errors.push(broken(
                    format!("/attributes/{place}/attribute"),
                    format!("Chọn một trong: {}.", mappable()),
                    format!("Choose one of: {}.", mappable()),
                ));
            }
        }
        errors
    }
}

impl LdapApp {
    /// The filter that people must match; `None` for everybody.
    ///
    /// # Errors
    /// When the text is no filter.
    pub fn people(&self) -> Result<Option<Filter>, crate::ldap::wire::Malformed> {
        let text = self.filter.trim();
        if text.len() > FILTER_BYTES_MAX {
            return Err(crate::ldap::wire::Malformed("filter is too long"));
        }
        (!text.is_empty()).then(|| Filter::parse(text)).transpose()
    }
}

fn mappable() -> String {
    let names: Vec<&str> = schema::TYPES
        .iter()
        .filter(|known| known.is_mappable)
        .map(schema::Type::name)
        .collect();
    names.join(", ")
}

fn broken(pointer: impl Into<String>, vi: impl Into<String>, en: impl Into<String>) -> FieldError {
    FieldError::new(pointer, "directory.kind.rule", vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(change: impl FnOnce(&mut LdapApp)) -> Vec<String> {
        let mut app: LdapApp = serde_json::from_str(r#"{"title": "Thư điện tử"}"#).unwrap();
        change(&mut app);
        let found = app.validate(&ValidationContext { name: "mail" });
        found.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn rules_of_an_application() {
        let mapped = |name: &str| MappedAttribute {
            attribute: name.to_owned(),
            from: Field::Username,
        };
        assert!(errors(|_| {}).is_empty());
        assert!(errors(|app| app.filter = "(employeeType=official)".into()).is_empty());
        assert_eq!(
            errors(|app| app.filter = "(employeeType".into()),
            ["/filter"]
        );
        assert_eq!(errors(|app| app.title = " ".into()), ["/title"]);
        assert!(errors(|app| app.attributes = vec![mapped("sAMAccountName")]).is_empty());
        assert_eq!(
            errors(|app| app.attributes = vec![mapped("uid"), mapped("shoeSize")]),
            ["/attributes/0/attribute", "/attributes/1/attribute"]
        );
        let at = vec![mapped("employeeNumber"); ATTRIBUTES_MAX];
        assert!(errors(|app| app.attributes = at.clone()).is_empty());
        let past = vec![mapped("employeeNumber"); ATTRIBUTES_MAX + 1];
        assert_eq!(errors(|app| app.attributes = past.clone()), ["/attributes"]);
    }
}
