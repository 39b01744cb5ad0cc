//! Documents in lists and in detail.

use lgsp_model::{LocalDate, Timestamp};
use lgsp_platform::error::Sentence;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An agency in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Party {
    /// Code as it was written in the message.
    pub code: String,
    /// Agency (name of the resource), or the code when nobody knows it.
    pub agency: String,
    /// Name.
    pub name: String,
}

/// A receiver in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receiver {
    /// Code as it was written.
    pub code: String,
    /// Agency (name of the resource).
    pub agency: String,
    /// Name.
    pub name: String,
    /// Status code, `sent`, `withdrawn`, ….
    pub state: String,
    /// `mailbox` or `upstream`.
    pub transport: String,
}

/// Which documents are wanted; empty fields do not restrict.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentFilter {
    /// Words of subject or number, with or without tone marks.
    pub q: Option<String>,
    /// `in`, `out` or `internal`.
    pub direction: Option<String>,
    /// Sender or receiver (name of the resource).
    pub agency: Option<String>,
    /// 0 to 3.
    pub business_type: Option<i16>,
    /// 0 to 4.
    pub priority: Option<i16>,
    /// State of at least one copy.
    pub state: Option<String>,
    /// With an open alarm.
    pub late: Option<bool>,
    /// Accepted from this day on (Vietnam).
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<LocalDate>,
    /// Accepted up to this day, inclusive.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<LocalDate>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Page size, 1 to 200.
    pub limit: Option<u32>,
}

/// A document in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentItem {
    /// Our identifier.
    pub id: Uuid,
    /// Identifier given by the sender.
    pub document_id: String,
    /// Number and notation.
    pub number: Option<String>,
    /// Subject.
    pub subject: String,
    /// Sender.
    pub from: Party,
    /// Receivers, at most 20.
    pub to: Vec<Receiver>,
    /// Number of receivers.
    pub to_count: usize,
    /// `in`, `out` or `internal`.
    pub direction: String,
    /// 0 new, 1 revoke, 2 update, 3 replace.
    pub business_type: i16,
    /// 0 to 4.
    pub priority: i16,
    /// Day of signing.
    pub promulgation_date: Option<LocalDate>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// The state that all copies share, or `mixed`.
    pub state_summary: String,
    /// Whether files come with it.
    pub has_attachments: bool,
    /// Codes of open alarms.
    pub alarms: Vec<String>,
}

/// A file that comes with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttachmentItem {
    /// Position, from 0.
    pub index: usize,
    /// Name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Length of the file in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// `raw` or `zip`.
    pub form: String,
    /// Its content was damaged.
    pub broken: bool,
}

/// A finding of the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DefectItem {
    /// Code.
    pub code: String,
    /// Element.
    pub path: String,
    /// Byte.
    pub offset: u64,
    /// What it means.
    pub labels: Sentence,
}

/// A status that was sent about a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryItem {
    /// When it came.
    pub at: Timestamp,
    /// Two digits.
    pub code: String,
    /// What the code means.
    pub label: Sentence,
    /// Free text of the sender.
    pub description: Option<String>,
    /// Who handled it.
    pub staff: Option<String>,
    /// Who sent the status.
    pub from: Party,
    /// `applied`, `repeat`, `noted` or `backwards`.
    pub effect: String,
}

/// The copy of one receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CopyItem {
    /// Identifier.
    pub id: Uuid,
    /// Receiver.
    pub to: Party,
    /// `mailbox` or `upstream`.
    pub transport: String,
    /// Status code, `sent`, `withdrawn`, ….
    pub state: String,
    /// Delivery of the ledger.
    pub delivery_id: Uuid,
    /// State of the delivery.
    pub delivery_state: String,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Word of the mailbox.
    pub wire_status: String,
    /// When the receiver fetched it.
    pub fetched_at: Option<Timestamp>,
    /// By when the receiver confirms.
    pub confirm_due_at: Option<Timestamp>,
    /// Counts accepted updates, from 1.
    pub revision: i32,
    /// The document that replaced it.
    pub replaced_by: Option<Uuid>,
    /// Statuses, oldest first.
    pub history: Vec<HistoryItem>,
}

/// A hop of a document out of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hop {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What happened: `document.accepted`, ….
    pub event: String,
    /// From whom.
    pub from: Option<String>,
    /// To whom.
    pub to: Option<String>,
    /// SHA-256 of the bytes.
    pub digest: Option<String>,
    /// Further facts.
    pub detail: serde_json::Value,
}

/// A document that has to do with another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RelatedItem {
    /// `response_for`, `revokes`, `updates`, `replaces`, each also as `_by`.
    pub relation: String,
    /// The other document.
    pub id: Uuid,
    /// Its identifier given by the sender.
    pub document_id: String,
    /// Its subject.
    pub subject: String,
}

/// Who signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignerItem {
    /// TM, KT, TL and the like.
    pub competence: Option<String>,
    /// Position.
    pub position: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
}

/// Everything about a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentDetail {
    /// What lists show too.
    #[serde(flatten)]
    pub item: DocumentItem,
    /// Summary.
    pub content: Option<String>,
    /// Name of the type.
    pub document_type: Option<String>,
    /// Who signed.
    pub signer: Option<SignerItem>,
    /// Day by which an answer is expected.
    pub due_date: Option<LocalDate>,
    /// Urgency, amounts and appendixes as in the message.
    #[schema(value_type = Object)]
    pub other_info: serde_json::Value,
    /// Why (types 1 to 3).
    pub reason: Option<String>,
    /// Files.
    pub attachments: Vec<AttachmentItem>,
    /// Findings of the reader.
    pub defects: Vec<DefectItem>,
    /// One for each receiver.
    pub copies: Vec<CopyItem>,
    /// What happened, oldest first.
    pub hops: Vec<Hop>,
    /// Other documents.
    pub related: Vec<RelatedItem>,
    /// SHA-256 of the received bytes.
    pub digest: String,
    /// Length in bytes.
    pub size_bytes: i64,
    /// Trace id under which it came.
    pub trace_id: Option<String>,
    /// All copies were withdrawn: the content is for auditors only.
    pub is_withdrawn: bool,
}
