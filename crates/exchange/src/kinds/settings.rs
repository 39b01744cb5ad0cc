//! The kind `exchange-settings`: one resource named `exchange`.
//!
//! Owns: limits, times and alarm rules of document exchange, with their defaults.
//! Not here: acting on them (`worker/alarms.rs`).
//! Follows: design document "Document exchange", sections 2.3, 4 and 5.4.

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::broken;

/// Name of the one resource of this kind.
pub const SETTINGS_NAME: &str = "exchange";
/// Largest message that a province may allow, 200 MiB.
const MESSAGE_BYTES_MAX: u64 = 209_715_200;
/// Most agencies that may be locked; a province has about 2,000 bodies.
const LOCKED_AGENCIES_MAX: usize = 5_000;

/// How documents are exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExchangeSettings {
    /// Code that we write into the trace of forwarded documents; empty: the province's code.
    #[schemars(extend("x-label" = {"vi": "Mã trong vết trung chuyển", "en": "Trace code"}, "x-order" = 1))]
    pub trace_code: String,
    /// Largest message, in bytes.
    #[schemars(extend("x-label" = {"vi": "Dung lượng tối đa (byte)", "en": "Largest message (bytes)"}, "x-order" = 2))]
    pub message_bytes_max: u64,
    /// Days for which a repeat of a message is recognised.
    #[schemars(range(min = 1, max = 365), extend("x-label" = {"vi": "Số ngày nhận biết gửi trùng", "en": "Repeat recognised (days)"}, "x-order" = 3))]
    pub dedupe_days: u32,
    /// Hours for which a status without its document is tried again.
    #[schemars(range(min = 1, max = 720), extend("x-label" = {"vi": "Số giờ chờ ghép trạng thái", "en": "Orphan status (hours)"}, "x-order" = 4))]
    pub orphan_hours: u32,
    /// When alarms are raised.
    #[schemars(extend("x-label" = {"vi": "Quy tắc cảnh báo", "en": "Alarm rules"}, "x-order" = 5))]
    pub alarms: AlarmRules,
    /// Agencies that take in no documents for now; what is sent to one of them is refused.
    #[schemars(extend("x-label" = {"vi": "Đơn vị tạm khóa nhận", "en": "Locked recipients"}, "x-order" = 6, "x-widget" = "refs:agency"))]
    pub locked_agencies: Vec<String>,
}

impl Default for ExchangeSettings {
    fn default() -> Self {
        Self {
            trace_code: String::new(),
            message_bytes_max: 52_428_800,
            dedupe_days: 7,
            orphan_hours: 24,
            alarms: AlarmRules::default(),
            locked_agencies: Vec::new(),
        }
    }
}

/// When alarms are raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlarmRules {
    /// Minute of the day at which the working day begins, Vietnam time.
    #[schemars(range(max = 1439), extend("x-label" = {"vi": "Giờ làm việc từ (phút trong ngày)", "en": "Day begins (minute)"}, "x-order" = 1))]
    pub day_start_minute: u32,
    /// Minute of the day at which the working day ends.
    #[schemars(range(max = 1439), extend("x-label" = {"vi": "Giờ làm việc đến (phút trong ngày)", "en": "Day ends (minute)"}, "x-order" = 2))]
    pub day_end_minute: u32,
    /// Arrivals after this minute are confirmed on the next working day.
    #[schemars(range(max = 1439), extend("x-label" = {"vi": "Đến muộn tính từ (phút trong ngày)", "en": "Late arrival (minute)"}, "x-order" = 3))]
    pub late_arrival_minute: u32,
    /// Minute of the next working day by which late arrivals are confirmed and documents sent.
    #[schemars(range(max = 1439), extend("x-label" = {"vi": "Hạn ngày làm việc sau (phút trong ngày)", "en": "Next day limit (minute)"}, "x-order" = 4))]
    pub next_day_minute: u32,
    /// Minutes after which a document that has not left is reported.
    #[schemars(extend("x-label" = {"vi": "Chưa gửi đi (phút)", "en": "Not sent (minutes)"}, "x-order" = 5))]
    pub not_sent_minutes: u32,
    /// The same for urgent documents.
    #[schemars(extend("x-label" = {"vi": "Chưa gửi đi, văn bản khẩn (phút)", "en": "Not sent, urgent (minutes)"}, "x-order" = 6))]
    pub not_sent_urgent_minutes: u32,
    /// Minutes of working time after which an unread document is reported.
    #[schemars(extend("x-label" = {"vi": "Chưa lấy về (phút làm việc)", "en": "Not fetched (working minutes)"}, "x-order" = 7))]
    pub not_fetched_minutes: u32,
    /// Minutes after which an unread urgent document is reported.
    #[schemars(extend("x-label" = {"vi": "Chưa lấy về, văn bản khẩn (phút)", "en": "Not fetched, urgent (minutes)"}, "x-order" = 8))]
    pub not_fetched_urgent_minutes: u32,
    /// Working days for the answer to a take-back, a revocation or an update.
    #[schemars(extend("x-label" = {"vi": "Hạn trả lời thu hồi, cập nhật (ngày làm việc)", "en": "Answer due (working days)"}, "x-order" = 9))]
    pub answer_days: u32,
    /// Working days after which a document without progress is reported.
    #[schemars(extend("x-label" = {"vi": "Xử lý đình trệ (ngày làm việc)", "en": "Stalled (working days)"}, "x-order" = 10))]
    pub stalled_days: u32,
    /// Working days before the due date at which a reminder comes.
    #[schemars(extend("x-label" = {"vi": "Nhắc trước hạn (ngày làm việc)", "en": "Due soon (working days)"}, "x-order" = 11))]
    pub due_soon_days: u32,
}

impl Default for AlarmRules {
    fn default() -> Self {
        Self {
            day_start_minute: 8 * 60,
            day_end_minute: 17 * 60,
            late_arrival_minute: 16 * 60,
            next_day_minute: 12 * 60,
            not_sent_minutes: 15,
            not_sent_urgent_minutes: 5,
            not_fetched_minutes: 60,
            not_fetched_urgent_minutes: 15,
            answer_days: 1,
            stalled_days: 5,
            due_soon_days: 1,
        }
    }
}

impl Kind for ExchangeSettings {
    const KIND: &'static str = "exchange-settings";
    const PLURAL: &'static str = "exchange-settings";
    const LABELS: Labels = Labels {
        vi: "Thiết lập trao đổi văn bản",
        en: "Exchange settings",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Giới hạn, thời hạn và quy tắc cảnh báo của trao đổi văn bản.",
        en: "Limits, times and alarm rules of document exchange.",
    };

    fn validate(&self, context: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if context.name != SETTINGS_NAME {
            errors.push(broken(
                "",
                "Chỉ có một thiết lập, tên là exchange.",
                "There is one setting only, named exchange.",
            ));
        }
        if !(1_024..=MESSAGE_BYTES_MAX).contains(&self.message_bytes_max) {
            errors.push(broken(
                "/message_bytes_max",
                "Từ 1 KiB đến 200 MiB.",
                "From 1 KiB to 200 MiB.",
            ));
        }
        if self.locked_agencies.len() > LOCKED_AGENCIES_MAX {
            errors.push(broken(
                "/locked_agencies",
                "Quá nhiều đơn vị.",
                "There are too many agencies.",
            ));
        }
        let alarms = &self.alarms;
        if alarms.day_start_minute >= alarms.day_end_minute {
            errors.push(broken(
                "/alarms/day_end_minute",
                "Giờ kết thúc phải sau giờ bắt đầu.",
                "The day must end after it begins.",
            ));
        }
        errors
    }
}
