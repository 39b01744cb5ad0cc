//! The kind `upstream`: the national axis, to which documents for the outside go.
//!
//! Owns: its specification.
//! Not here: the client (`national`), its secret (the vault, owner kind `upstream`).
//! Follows: design document "Document exchange", section 7.5.

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AddressWith, AttachmentEncoding, PartnerForm, broken};

/// Shortest pause between two polls, in seconds.
const POLL_SECONDS_MIN: u32 = 5;
/// Longest pause between two polls, in seconds.
const POLL_SECONDS_MAX: u32 = 3_600;

/// The national document axis (trục liên thông văn bản quốc gia) as this platform reaches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// What people call it.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Title"}, "x-order" = 1))]
    pub title: String,
    /// Base address of its interface.
    #[schemars(url, extend("x-label" = {"vi": "Địa chỉ", "en": "Address"}, "x-order" = 2))]
    pub url: String,
    /// Identifier under which the province is registered there.
    #[schemars(extend("x-label" = {"vi": "Mã hệ thống", "en": "System id"}, "x-order" = 3))]
    pub systemid: String,
    /// Whether documents are sent and fetched.
    #[serde(default = "super::yes")]
    #[schemars(extend("x-label" = {"vi": "Đang hoạt động", "en": "Enabled"}, "x-order" = 4))]
    pub enabled: bool,
    /// Pause between two polls, in seconds.
    #[serde(default = "poll_seconds")]
    #[schemars(extend("x-label" = {"vi": "Chu kỳ lấy văn bản (giây)", "en": "Poll (seconds)"}, "x-order" = 5))]
    pub poll_seconds: u32,
    /// Send the file with one CR LF behind it, as the existing kit does.
    #[serde(default = "super::yes")]
    #[schemars(extend("x-label" = {"vi": "Thêm CRLF cuối tệp", "en": "Trailing CRLF"}, "x-order" = 6))]
    pub body_crlf: bool,
    /// Write `hash-file` with leading zeros; the existing kit does not.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mã băm đủ số 0", "en": "Padded hash"}, "x-order" = 7))]
    pub padded_hash: bool,
    /// Allow an address inside the own network; for tests and demonstrations.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cho phép địa chỉ nội bộ", "en": "Local addresses"}, "x-order" = 8))]
    pub allow_local_addresses: bool,
    /// Form of agency codes in messages that go up.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Dạng mã định danh", "en": "Address with"}, "x-order" = 9))]
    pub address_with: AddressWith,
    /// How attachments of messages that go up are carried.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Đóng gói tệp đính kèm", "en": "Attachments"}, "x-order" = 10))]
    pub attachment_encoding: AttachmentEncoding,
}

impl Upstream {
    /// The form in which it is handed messages.
    #[must_use]
    pub const fn form(&self) -> PartnerForm {
        PartnerForm {
            address_with: self.address_with,
            attachment_encoding: self.attachment_encoding,
        }
    }
}

fn poll_seconds() -> u32 {
    60
}

impl Kind for Upstream {
    const KIND: &'static str = "upstream";
    const PLURAL: &'static str = "upstreams";
    const LABELS: Labels = Labels {
        vi: "Trục liên thông quốc gia",
        en: "National axis",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Trục liên thông văn bản quốc gia mà tỉnh kết nối tới.",
        en: "The national document axis that the province is connected to.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !self.url.starts_with("https://") && !self.url.starts_with("http://") {
            errors.push(broken(
                "/url",
                "Địa chỉ bắt đầu bằng https:// hoặc http://.",
                "The address starts with https:// or http://.",
            ));
        }
        if self.systemid.trim().is_empty() {
            errors.push(broken(
                "/systemid",
                "Cần có mã hệ thống.",
                "A system id is needed.",
            ));
        }
        if !(POLL_SECONDS_MIN..=POLL_SECONDS_MAX).contains(&self.poll_seconds) {
            errors.push(broken(
                "/poll_seconds",
                "Từ 5 đến 3600 giây.",
                "From 5 to 3600 seconds.",
            ));
        }
        errors
    }
}
