//! What can go wrong in document exchange.
//!
//! Owns: `Error`, `Result`, the stable ids.
//! Not here: sentences (`messages/`), error numbers of the VXP interface (`vxp/errors.rs`).
//! Invariant: no text or field of an error carries personal data or content of a document.

use lgsp_model::ErrorCode;
use lgsp_platform::{
    error::{FieldError, Sentence},
    http::Problem,
};

use crate::edxml::{Rejection, WriteError};

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in document exchange.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The platform below failed or refused.
    #[error(transparent)]
    Platform(#[from] lgsp_platform::Error),
    /// The message is not conformant; the first defect says where.
    #[error("not conformant: {0}")]
    NotConformant(Box<Rejection>),
    /// The message is a status where a document was announced, or the other way round.
    #[error("the message is not of the announced type")]
    MessageType,
    /// The sender is not an agency that this system or account speaks for.
    #[error("sender {code} is not of this system")]
    SenderForeign {
        /// The code as written.
        code: String,
    },
    /// The signed sender differs from the sender in the message (strict mode).
    #[error("signed sender {signed} differs from sender {written}")]
    SenderDiffers {
        /// The parameter `from`.
        signed: String,
        /// `From/OrganId`.
        written: String,
    },
    /// Codes that lead to no agency; nothing was delivered to anybody.
    #[error("unknown recipients: {}", .codes.join(", "))]
    RecipientUnknown {
        /// The codes as written.
        codes: Vec<String>,
    },
    /// Receivers that take in nothing for now; nothing was delivered to anybody.
    #[error("locked recipients: {}", .codes.join(", "))]
    RecipientLocked {
        /// The codes as written.
        codes: Vec<String>,
    },
    /// Another document of this sender has this `DocumentId` (strict mode).
    #[error("document id was used for another document")]
    DocumentIdReused,
    /// Our own trace stands in the message already: it goes in a circle.
    #[error("the message goes in a circle")]
    TraceLoop,
    /// The act names a document of another sender.
    #[error("the document belongs to another sender")]
    NotOwner,
    /// A status that the state of the copy does not allow.
    #[error("status {code} is not allowed in state {state}")]
    StatusOrder {
        /// The status code.
        code: String,
        /// Where the copy stands.
        state: String,
    },
    /// A code that nobody may send in this role.
    #[error("status {code} is not one that this party sends")]
    StatusForeign {
        /// The status code.
        code: String,
    },
    /// No such document, copy or mailbox item for the caller.
    #[error("{what} {id} does not exist")]
    NotFound {
        /// `document`, `copy`, `attachment`, `alarm`, `system`.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// The act is not possible in the present state.
    #[error("not possible in state {state}")]
    WrongState {
        /// Present state.
        state: String,
    },
    /// The content of an accepted withdrawal is shown to auditors only.
    #[error("the document was withdrawn")]
    Withdrawn,
    /// Fields of a composed document break rules.
    #[error("{} fields are invalid", .0.len())]
    Invalid(Vec<FieldError>),
    /// A message could not be written.
    #[error("the message cannot be written")]
    Write(#[source] WriteError),
    /// Stored bytes could not be read again: our fault.
    #[error("stored message cannot be read: {0}")]
    Stored(String),
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Platform(error.into())
    }
}

impl Error {
    /// Every id, for the test of sentences.
    pub const IDS: &'static [&'static str] = &[
        "exchange.message.not_conformant",
        "exchange.message.type",
        "exchange.sender.foreign",
        "exchange.sender.differs",
        "exchange.recipient.unknown",
        "exchange.recipient.locked",
        "exchange.document.id_reused",
        "exchange.trace.loop",
        "exchange.document.not_owner",
        "exchange.status.order",
        "exchange.status.foreign",
        "exchange.thing.not_found",
        "exchange.document.state",
        "exchange.document.withdrawn",
        "exchange.fields.invalid",
        "exchange.message.unwritable",
        "exchange.message.unreadable",
    ];

    /// Whether the caller is at fault, so that the refusal is noted in the audit journal.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !matches!(
            self.code(),
            ErrorCode::Internal | ErrorCode::Unavailable | ErrorCode::Timeout
        )
    }

    pub(crate) fn not_found(what: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound {
            what,
            id: id.to_string(),
        }
    }
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::Platform(error) => error.id(),
            Self::NotConformant(_) => "exchange.message.not_conformant",
            Self::MessageType => "exchange.message.type",
            Self::SenderForeign { .. } => "exchange.sender.foreign",
            Self::SenderDiffers { .. } => "exchange.sender.differs",
            Self::RecipientUnknown { .. } => "exchange.recipient.unknown",
            Self::RecipientLocked { .. } => "exchange.recipient.locked",
            Self::DocumentIdReused => "exchange.document.id_reused",
            Self::TraceLoop => "exchange.trace.loop",
            Self::NotOwner => "exchange.document.not_owner",
            Self::StatusOrder { .. } => "exchange.status.order",
            Self::StatusForeign { .. } => "exchange.status.foreign",
            Self::NotFound { .. } => "exchange.thing.not_found",
            Self::WrongState { .. } => "exchange.document.state",
            Self::Withdrawn => "exchange.document.withdrawn",
            Self::Invalid(_) => "exchange.fields.invalid",
            Self::Write(_) => "exchange.message.unwritable",
            Self::Stored(_) => "exchange.message.unreadable",
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Platform(error) => error.code(),
            Self::NotConformant(_)
            | Self::MessageType
            | Self::SenderDiffers { .. }
            | Self::RecipientUnknown { .. }
            | Self::TraceLoop
            | Self::Invalid(_) => ErrorCode::Invalid,
            Self::SenderForeign { .. } | Self::NotOwner | Self::StatusForeign { .. } => {
                ErrorCode::Forbidden
            }
            Self::DocumentIdReused => ErrorCode::AlreadyExists,
            Self::StatusOrder { .. } | Self::WrongState { .. } | Self::RecipientLocked { .. } => {
                ErrorCode::Conflict
            }
            Self::NotFound { .. } | Self::Withdrawn => ErrorCode::NotFound,
            Self::Write(_) | Self::Stored(_) => ErrorCode::Internal,
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Platform(error) => error.arguments(),
            Self::NotConformant(rejection) => vec![
                ("defect", rejection.code().as_str().to_owned()),
                ("path", rejection.defect.path.clone()),
                ("label_vi", rejection.code().label_vi().to_owned()),
                ("label_en", rejection.code().label_en().to_owned()),
            ],
            Self::SenderForeign { code } | Self::StatusForeign { code } => {
                vec![("code", code.clone())]
            }
            Self::SenderDiffers { signed, written } => {
                vec![("signed", signed.clone()), ("written", written.clone())]
            }
            Self::RecipientUnknown { codes } | Self::RecipientLocked { codes } => {
                vec![("codes", codes.join(", "))]
            }
            Self::StatusOrder { code, state } => {
                vec![("code", code.clone()), ("state", state.clone())]
            }
            Self::NotFound { what, id } => {
                vec![("what", (*what).to_owned()), ("id", id.clone())]
            }
            Self::WrongState { state } => vec![("state", state.clone())],
            _ => Vec::new(),
        }
    }

    fn step_up(&self) -> Option<lgsp_platform::http::context::StepUp> {
        match self {
            Self::Platform(error) => error.step_up(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Platform(error) => error.fields(),
            Self::Invalid(fields) => fields.clone(),
            Self::NotConformant(rejection) => vec![FieldError {
                pointer: rejection.defect.path.clone(),
                code: rejection.code().as_str().to_owned(),
                messages: Sentence::new(rejection.message_vi(), rejection.message_en()),
            }],
            _ => Vec::new(),
        }
    }
}
