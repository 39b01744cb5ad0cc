//! What goes into the exchange and what comes out of it.
//!
//! Owns: submissions, mailbox items, acts of officials.
//! Not here: answers of the REST interface (`query/`), rows (`tables/`).

use lgsp_model::{CopyId, DocumentId, LocalDate, Timestamp};
use lgsp_platform::blobs::{Body, Received};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{edxml, kinds::PartnerForm};

/// What a message is, as the parameter `messagetype` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageType {
    /// A document (`edoc`).
    Edoc,
    /// A status message (`status`).
    Status,
}

impl MessageType {
    /// The word of the VXP interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edoc => "edoc",
            Self::Status => "status",
        }
    }

    /// Reads the word of the VXP interface.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "edoc" => Some(Self::Edoc),
            "status" => Some(Self::Status),
            _ => None,
        }
    }
}

/// Where a message came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// A system of the province, by the name of its resource.
    System {
        /// Name of the resource.
        name: String,
    },
    /// An official at the console.
    Account {
        /// Sign-in name.
        username: String,
        /// Agency for which the official acts (name of the resource).
        agency: String,
        /// For whom, by a delegation: sign-in name of who is away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf_of: Option<String>,
    },
    /// The national axis.
    Upstream {
        /// Name of the resource.
        name: String,
        /// Identifier of the item there.
        doc_id: String,
    },
}

impl Source {
    /// Who it is in the journal.
    #[must_use]
    pub fn actor(&self) -> &str {
        match self {
            Self::System { name } | Self::Upstream { name, .. } => name,
            Self::Account { username, .. } => username,
        }
    }

    /// For whom it acts, by a delegation.
    #[must_use]
    pub fn acts_for(&self) -> Option<&str> {
        match self {
            Self::System { .. } | Self::Upstream { .. } => None,
            Self::Account { on_behalf_of, .. } => on_behalf_of.as_deref(),
        }
    }

    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::System { .. } => "system",
            Self::Account { .. } => "account",
            Self::Upstream { .. } => "upstream",
        }
    }
}

/// A message that is offered to the exchange.
pub struct Submission {
    /// The bytes.
    pub received: Received,
    /// What it is said to be.
    pub message_type: MessageType,
    /// The signed parameter `from`, if the carrier has one.
    pub signed_from: Option<String>,
    /// The signed parameter `to`; empty when the carrier has none.
    pub signed_to: Vec<String>,
    /// Where it came from.
    pub source: Source,
    /// Whether defects are repaired.
    pub mode: edxml::Mode,
    /// Network address of the caller.
    pub address: Option<String>,
    /// Trace id of the call.
    pub trace_id: Option<String>,
}

/// What the sender of a message is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The document that was made, or concerned by the status; absent while a status is parked.
    pub document: Option<DocumentId>,
    /// Identifier for the sender (`DocId`).
    pub doc_id: String,
    /// The message was accepted before.
    pub is_repeat: bool,
}

/// Who takes something out of a mailbox.
#[derive(Debug, Clone)]
pub struct Reader {
    /// System or account, as the journal shows it.
    pub actor: String,
    /// For whom, by a delegation.
    pub on_behalf_of: Option<String>,
    /// Agencies for which it may read (names of resources).
    pub agencies: Vec<String>,
    /// Network address.
    pub address: Option<String>,
    /// Trace id of the call.
    pub trace_id: Option<String>,
    /// How messages are handed to it.
    pub form: PartnerForm,
}

/// Word of a mailbox item on the VXP wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WireStatus {
    /// Nobody has touched it.
    Initial,
    /// The receiver is at it.
    Processing,
    /// The receiver has it for good.
    Done,
    /// The receiver could not take it.
    Fail,
}

impl WireStatus {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Fail => "fail",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Initial, Self::Processing, Self::Done, Self::Fail]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// An item that waits in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxItem {
    /// Identifier for the receiver (`docId`).
    pub doc_id: String,
    /// Document or status.
    pub message_type: MessageType,
    /// Sender's code as written.
    pub from_code: String,
    /// Sender's agency, if the catalogue knows it.
    pub from_agency: String,
    /// Receiver's code as written.
    pub to_code: String,
    /// Receiver's agency.
    pub to_agency: String,
    /// Word on the wire.
    pub status: WireStatus,
    /// When it came.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Length of the message in bytes.
    pub size_bytes: i64,
    /// SHA-256 of the stored bytes.
    pub digest: Vec<u8>,
}

/// A message as it is handed out, our trace in it.
pub struct Rendered {
    /// Document or status.
    pub message_type: MessageType,
    /// The bytes; a file is to be read from the start.
    pub body: Body,
    /// Length in bytes.
    pub size_bytes: u64,
}

/// One line of what a system has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentItem {
    /// Document or status.
    pub message_type: MessageType,
    /// Identifier that the sender was given.
    pub sender_doc_id: String,
    /// Identifier of the copy at the receiver.
    pub receiver_doc_id: String,
    /// Sender's code as written.
    pub from_code: String,
    /// Receiver's code as written.
    pub to_code: String,
    /// Subject.
    pub title: String,
    /// Number and notation.
    pub notation: String,
    /// When it was accepted.
    pub sent_at: Timestamp,
    /// When the receiver fetched it.
    pub received_at: Option<Timestamp>,
    /// Where the delivery stands: `sent`, `fetched`, `done`, `failed`, `dead`, `cancelled`.
    pub send_status: String,
    /// Where the copy stands: a status code, `sent`, `withdrawn`, ….
    pub receive_status: String,
}

/// Who acts at the console.
#[derive(Debug, Clone)]
pub struct Official {
    /// Sign-in name.
    pub username: String,
    /// For whom, by a delegation.
    pub on_behalf_of: Option<String>,
    /// Name as it stands in status messages, if the official wants it there.
    pub display_name: Option<String>,
    /// Network address.
    pub address: Option<String>,
    /// Trace id of the call.
    pub trace_id: Option<String>,
}

/// What an act of a recipient is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// The copy.
    pub copy: CopyId,
    /// The status message that was written.
    pub doc_id: String,
    /// State of the copy now.
    pub state: String,
}

/// A document to be written and sent.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComposeRequest {
    /// Sending agency (name of the resource).
    pub from: String,
    /// Receivers, codes of any form.
    pub to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Summary.
    #[serde(default)]
    pub content: Option<String>,
    /// Number.
    #[serde(default)]
    pub number: Option<String>,
    /// Notation.
    #[serde(default)]
    pub notation: Option<String>,
    /// Day of signing; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub promulgation_date: Option<LocalDate>,
    /// Place of signing.
    #[serde(default)]
    pub place: Option<String>,
    /// Code of the list `document-type`.
    #[serde(default)]
    pub document_type: Option<String>,
    /// 0 to 4.
    #[serde(default)]
    pub priority: u8,
    /// Day by which an answer is expected.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_date: Option<LocalDate>,
    /// Who signed.
    #[serde(default)]
    pub signer: Option<ComposeSigner>,
    /// Document that this one answers.
    #[serde(default)]
    pub response_for: Option<Uuid>,
    /// 0 new, 1 revoke, 2 update, 3 replace.
    #[serde(default)]
    pub business_type: u8,
    /// Document that types 1 to 3 are about.
    #[serde(default)]
    pub target: Option<Uuid>,
    /// Why (types 1 to 3).
    #[serde(default)]
    pub reason: Option<String>,
}

/// Who signed a composed document.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComposeSigner {
    /// TM, KT, TL and the like.
    #[serde(default)]
    pub competence: Option<String>,
    /// Position.
    #[serde(default)]
    pub position: Option<String>,
    /// Full name.
    #[serde(default)]
    pub full_name: Option<String>,
}

/// A file that goes with a composed document.
pub struct ComposeFile {
    /// Name with extension.
    pub name: String,
    /// The content.
    pub received: Received,
}

/// A message for the national axis, as its client needs it.
pub struct Outbound {
    /// Document or status.
    pub message_type: MessageType,
    /// The document concerned.
    pub document: DocumentId,
    /// Sender's code as written.
    pub from_code: String,
    /// Receiver's code as written.
    pub to_code: String,
    /// Number and notation, to find the message in the axis's list of sent ones.
    pub notation: String,
    /// Subject, for the same purpose.
    pub title: String,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// The bytes with our trace.
    pub rendered: Rendered,
}
