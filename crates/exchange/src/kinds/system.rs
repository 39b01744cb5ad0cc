//! The kind `system`: an information system of agencies that speaks to us over VXP or REST.
//!
//! Owns: its specification.
//! Not here: its secrets (the vault), who speaks for whom at run time (`directory/`).
//! Follows: design document "Document exchange", sections 4, 7.2 and 7.4.

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AddressWith, AttachmentEncoding, PartnerForm, ReadMode, broken};

/// Longest system id.
const SYSTEMID_BYTES_MAX: usize = 128;
/// Most agencies that one system speaks for; a province has about 2,000 bodies.
const AGENCIES_MAX: usize = 5_000;
/// Widest time window either side of now, in minutes: 30 days.
const WINDOW_MINUTES_MAX: u32 = 43_200;

/// An information system (hệ thống thông tin) that exchanges documents with the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// What people call the system.
    #[schemars(extend("x-label" = {"vi": "Tên hệ thống", "en": "Title"}, "x-order" = 1))]
    pub title: String,
    /// Identifier with which the system signs its calls.
    #[schemars(extend("x-label" = {"vi": "Mã hệ thống", "en": "System id"}, "x-order" = 2))]
    pub systemid: String,
    /// Agencies for which the system sends and receives.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cơ quan sử dụng", "en": "Agencies"}, "x-order" = 3, "x-widget" = "refs:agency"))]
    pub agencies: Vec<String>,
    /// Calls of a disabled system are refused.
    #[serde(default = "super::yes")]
    #[schemars(extend("x-label" = {"vi": "Đang hoạt động", "en": "Enabled"}, "x-order" = 4))]
    pub enabled: bool,
    /// Whether defects of its messages are repaired or refused.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Chế độ đọc", "en": "Reading"}, "x-order" = 5))]
    pub mode: ReadMode,
    /// Form of agency codes in lists and messages that it receives; another one than the sender's
    /// means that messages are written again, and their signature no longer fits.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Dạng mã định danh", "en": "Address with"}, "x-order" = 6))]
    pub address_with: AddressWith,
    /// How attachments are carried to it; another way than the sender's means that messages are
    /// written again, and their signature no longer fits.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Đóng gói tệp đính kèm", "en": "Attachments"}, "x-order" = 7))]
    pub attachment_encoding: AttachmentEncoding,
    /// How far its clock may be behind, in minutes. Existing clients set the time once a day.
    #[serde(default = "window_back")]
    #[schemars(extend("x-label" = {"vi": "Lệch giờ về trước (phút)", "en": "Window back (minutes)"}, "x-order" = 8))]
    pub window_back_minutes: u32,
    /// How far its clock may be ahead, in minutes.
    #[serde(default = "window_ahead")]
    #[schemars(extend("x-label" = {"vi": "Lệch giờ về sau (phút)", "en": "Window ahead (minutes)"}, "x-order" = 9))]
    pub window_ahead_minutes: u32,
    /// Whether filters of list calls count; existing clients send stale ones.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Áp dụng bộ lọc danh sách", "en": "List filters"}, "x-order" = 10))]
    pub list_filters_enabled: bool,
    /// Oddities of its client that are tolerated.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Điểm khác thường được chấp nhận", "en": "Quirks"}, "x-order" = 11))]
    pub quirks: SystemQuirks,
    /// How answers are carried.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cách trả lời", "en": "Transport"}, "x-order" = 12))]
    pub transport: SystemTransport,
}

/// Oddities of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemQuirks {
    /// Accept `hash-file` whose bytes are written without leading zeros.
    #[serde(default = "super::yes")]
    #[schemars(extend("x-label" = {"vi": "Mã băm không đệm số 0", "en": "Unpadded hash"}))]
    pub unpadded_hash: bool,
    /// Accept a body that ends with one CR LF more than the digest covers.
    #[serde(default = "super::yes")]
    #[schemars(extend("x-label" = {"vi": "Thừa CRLF cuối tệp", "en": "Trailing CRLF"}))]
    pub body_crlf: bool,
    /// Accept the plain headers of the provincial REST variant (`X-SystemId`, `X-SecretKey`).
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cho phép khóa trong tiêu đề", "en": "Plain key headers"}))]
    pub plain_key: bool,
}

impl Default for SystemQuirks {
    fn default() -> Self {
        Self {
            unpadded_hash: true,
            body_crlf: true,
            plain_key: false,
        }
    }
}

/// How answers are carried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemTransport {
    /// Answer failures with HTTP codes instead of 200.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Dùng mã lỗi HTTP", "en": "HTTP codes"}))]
    pub http_codes: bool,
}

impl System {
    /// The form in which it is handed messages.
    #[must_use]
    pub const fn form(&self) -> PartnerForm {
        PartnerForm {
            address_with: self.address_with,
            attachment_encoding: self.attachment_encoding,
        }
    }
}

fn window_back() -> u32 {
    24 * 60
}

fn window_ahead() -> u32 {
    5
}

impl Kind for System {
    const KIND: &'static str = "system";
    const PLURAL: &'static str = "systems";
    const LABELS: Labels = Labels {
        vi: "Hệ thống thông tin",
        en: "System",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Hệ thống thông tin của cơ quan, gửi và nhận văn bản qua nền tảng.",
        en: "An information system of agencies that sends and receives documents.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.title.trim().is_empty() {
            errors.push(broken(
                "/title",
                "Cần có tên hệ thống.",
                "A title is needed.",
            ));
        }
        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if self.systemid.is_empty()
            || self.systemid.len() > SYSTEMID_BYTES_MAX
            || !self.systemid.bytes().all(is_plain)
        {
            errors.push(broken(
                "/systemid",
                "Mã hệ thống gồm 1 đến 128 ký tự ASCII, không có khoảng trắng và dấu nháy.",
                "A system id has 1 to 128 ASCII characters without white space and quotes.",
            ));
        }
        if self.agencies.len() > AGENCIES_MAX {
            errors.push(broken(
                "/agencies",
                "Quá nhiều cơ quan.",
                "There are too many agencies.",
            ));
        }
        for (pointer, minutes) in [
            ("/window_back_minutes", self.window_back_minutes),
            ("/window_ahead_minutes", self.window_ahead_minutes),
        ] {
            if minutes > WINDOW_MINUTES_MAX {
                errors.push(broken(
                    pointer,
                    "Tối đa 43200 phút.",
                    "At most 43200 minutes.",
                ));
            }
        }
        errors
    }
}
