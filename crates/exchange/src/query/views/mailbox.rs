//! Officials' mailboxes and alarms.

use lgsp_model::{LocalDate, Timestamp};
use lgsp_platform::error::Sentence;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Party;

/// Which part of a mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailboxBox {
    /// Nobody has opened it.
    Unread,
    /// Opened, not yet finished.
    Waiting,
    /// With an open alarm.
    Late,
    /// Finished, refused, withdrawn or replaced.
    Done,
    /// Everything.
    #[default]
    All,
}

/// Which items of officials' mailboxes are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailboxFilter {
    /// Agency (name of the resource).
    pub agency: Option<String>,
    /// Which part.
    #[serde(rename = "box")]
    #[param(inline)]
    pub part: Option<MailboxBox>,
    /// Words of subject or number.
    pub q: Option<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Page size, 1 to 200.
    pub limit: Option<u32>,
}

/// An item of an official's mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailboxEntry {
    /// The document.
    pub document_id: Uuid,
    /// The copy.
    pub copy_id: Uuid,
    /// Subject.
    pub subject: String,
    /// Number and notation.
    pub number: Option<String>,
    /// Sender.
    pub from: Party,
    /// Receiver.
    pub to: Party,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was opened.
    pub fetched_at: Option<Timestamp>,
    /// By when it is confirmed.
    pub confirm_due_at: Option<Timestamp>,
    /// Day by which an answer is expected.
    pub due_date: Option<LocalDate>,
    /// 0 to 4.
    pub priority: i16,
    /// Status code, `sent`, ….
    pub state: String,
    /// `mailbox` or `upstream`.
    pub transport: String,
    /// 0 to 3.
    pub business_type: i16,
    /// With an open alarm.
    pub is_late: bool,
}

/// Which alarms are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlarmFilter {
    /// `open`, `acknowledged` or `closed`.
    pub state: Option<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Page size, 1 to 200.
    pub limit: Option<u32>,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlarmItem {
    /// Identifier.
    pub id: Uuid,
    /// `not_confirmed`, `overdue`, ….
    pub code: String,
    /// `warning` or `critical`.
    pub severity: String,
    /// Whom it concerns.
    pub agency: String,
    /// Name of that agency.
    pub agency_name: String,
    /// The document.
    pub document_id: Uuid,
    /// The copy, unless it is about the document as a whole.
    pub copy_id: Option<Uuid>,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// The instant that was missed.
    pub due_at: Option<Timestamp>,
    /// `open`, `acknowledged` or `closed`.
    pub state: String,
    /// Who has seen it.
    pub acknowledged_by: Option<String>,
    /// What it says.
    pub message: Sentence,
}
