//! Answers of the REST interface about documents, mailboxes, figures and alarms.
//!
//! Owns: their types, as the contract of the administration API names them.
//! Not here: reading them (files beside), paths and permissions (`routes/`).

use lgsp_model::{LocalDate, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use lgsp_platform::error::Sentence;

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

/// Time span of the overview.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Since midnight in Vietnam.
    #[default]
    Today,
    /// The last 60 minutes.
    Hour,
    /// The last 7 days.
    Week,
}

/// Counts of the overview.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// Documents accepted.
    pub documents: i64,
    /// Copies handed over.
    pub deliveries: i64,
    /// Deliveries that wait now.
    pub waiting: i64,
    /// Attempts that failed.
    pub failed: i64,
    /// Dead letters now.
    pub dead: i64,
    /// Open alarms now.
    pub late: i64,
    /// Age of the oldest delivery that waits.
    pub oldest_waiting_ms: i64,
}

/// One step of the series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesPoint {
    /// Start of the step.
    pub at: Timestamp,
    /// Documents accepted.
    pub accepted: i64,
    /// Copies handed over.
    pub delivered: i64,
    /// Attempts that failed.
    pub failed: i64,
}

/// An agency in a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlowEnd {
    /// Agency (name of the resource) or code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level of the agency, or `outside`.
    pub group: String,
}

/// Who sends how much to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Flow {
    /// Sender.
    pub from: FlowEnd,
    /// Receiver.
    pub to: FlowEnd,
    /// Copies.
    pub documents: i64,
    /// Attempts that failed.
    pub failed: i64,
}

/// A queue now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueItem {
    /// Queue.
    pub queue: String,
    /// Ready or behind another one.
    pub queued: i64,
    /// In work.
    pub leased: i64,
    /// Given up.
    pub dead: i64,
    /// Age of the oldest that waits.
    pub oldest_ms: i64,
}

/// The axis now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpstreamItem {
    /// Name of the resource.
    pub name: String,
    /// `up`, `degraded` or `down`.
    pub state: String,
    /// The last call that worked.
    pub last_success_at: Option<Timestamp>,
    /// Deliveries that wait for it.
    pub waiting: i64,
}

/// A document that has just moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecentItem {
    /// When.
    pub at: Timestamp,
    /// The document.
    pub document_id: Uuid,
    /// Subject.
    pub subject: String,
    /// Sender.
    pub from: Party,
    /// First receiver.
    pub to: Option<Party>,
    /// State of all copies.
    pub state: String,
}

/// The exchange at one glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// When it was read.
    pub as_of: Timestamp,
    /// Counts.
    pub figures: Figures,
    /// By minute (hour), quarter of an hour (today) or 6 hours (week).
    pub series: Vec<SeriesPoint>,
    /// The largest flows, at most 200.
    pub flows: Vec<Flow>,
    /// Queues.
    pub queues: Vec<QueueItem>,
    /// The axis, if there is one.
    pub upstream: Option<UpstreamItem>,
    /// The newest documents.
    pub recent: Vec<RecentItem>,
    /// Open alarms, at most 20.
    pub alarms: Vec<AlarmItem>,
}

/// A system as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SystemItem {
    /// Name of the resource.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Identifier with which it signs.
    pub systemid: String,
    /// Whether its calls are taken.
    pub enabled: bool,
    /// `strict` or `tolerant`.
    pub mode: String,
    /// Agencies that it speaks for.
    pub agencies: Vec<Party>,
    /// Items in its mailboxes.
    pub waiting: i64,
    /// Its last call.
    pub last_seen_at: Option<Timestamp>,
    /// Documents that it sent today.
    pub sent_today: i64,
    /// Documents that came for its agencies today.
    pub received_today: i64,
}

/// A secret of a system, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretItem {
    /// Identifier.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub retires_at: Option<Timestamp>,
    /// When it was last used, since the start of the process.
    pub last_used_at: Option<Timestamp>,
}

/// A new secret; the value is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewSecret {
    /// Identifier.
    pub id: Uuid,
    /// The value.
    pub secret: String,
    /// When it was made.
    pub created_at: Timestamp,
}
