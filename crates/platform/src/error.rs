//! What can go wrong in the platform.
//!
//! Owns: `Error`, `Result`, `FieldError`.
//! Not here: sentences (`messages/`), the HTTP form (`http/problem.rs`).

use lgsp_model::ErrorCode;

use crate::http::{context::StepUp, problem::Problem};

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One broken rule at one place of a document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer to the field, empty for the whole document.
    pub pointer: String,
    /// Stable id of the rule.
    pub code: String,
    /// What to do, in both languages.
    pub messages: Sentence,
}

/// A sentence in both languages of the platform.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
pub struct Sentence {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Sentence {
    /// Both languages at once.
    #[must_use]
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }
}

impl FieldError {
    /// A broken rule at `pointer`.
    #[must_use]
    pub fn new(
        pointer: impl Into<String>,
        code: impl Into<String>,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            code: code.into(),
            messages: Sentence::new(vi, en),
        }
    }
}

/// What can go wrong in the platform.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or is gone.
    #[error("database: {0}")]
    Database(sea_orm::DbErr),
    /// The disk is full; nothing was accepted.
    #[error("storage is full")]
    StorageFull,
    /// A unique constraint was hit.
    #[error("already exists: {0}")]
    AlreadyExists(String),
    /// A file could not be read or written.
    #[error("file: {0}")]
    File(std::io::Error),
    /// The object store refused.
    #[error("object store: {0}")]
    ObjectStore(object_store::Error),
    /// The configuration cannot be used.
    #[error("configuration: {0}")]
    Configuration(String),
    /// Nobody is signed in, or the credential is wrong.
    #[error("not authenticated")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("permission {permission} is missing")]
    Forbidden {
        /// The permission that is missing.
        permission: String,
    },
    /// What only the person itself may do, while an administrator acts as its account.
    #[error("only the person itself may do this")]
    OnlyInPerson,
    /// The operation asks for a fresher or stronger proof of the person (RFC 9470).
    #[error("proof of the person is too weak or too old")]
    ProofInsufficient(StepUp),
    /// A state-changing request of a browser lacks the session's CSRF token.
    #[error("csrf token is missing or wrong")]
    Csrf,
    /// Nothing of that name.
    #[error("{what} {name} does not exist")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The request cannot be read.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// Fields break rules.
    #[error("{} fields are invalid", .0.len())]
    Invalid(Vec<FieldError>),
    /// A newer revision exists.
    #[error("{kind}/{name} has revision {found}, not {expected}")]
    RevisionConflict {
        /// Kind of the resource.
        kind: String,
        /// Its name.
        name: String,
        /// What the caller had read.
        expected: i64,
        /// What is stored.
        found: i64,
    },
    /// The delivery is not in a state that allows this.
    #[error("delivery {id} is {state}")]
    DeliveryState {
        /// The delivery.
        id: String,
        /// Its state.
        state: &'static str,
    },
    /// The lease ran out or another worker has it.
    #[error("lease lost")]
    LeaseLost,
    /// Past a named limit.
    #[error("{limit} is {max}")]
    TooLarge {
        /// Name of the limit.
        limit: &'static str,
        /// Its value.
        max: u64,
    },
    /// A queue inside the process is full; try again.
    #[error("busy")]
    Busy,
    /// The process is stopping.
    #[error("stopping")]
    Stopping,
    /// A secret cannot be opened: wrong master key or damaged record.
    #[error("secret cannot be opened")]
    Secret,
    /// A bug of ours.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        let text = error.to_string();
        if text.contains("database or disk is full") || text.contains("No space left") {
            return Self::StorageFull;
        }
        match error.sql_err() {
            Some(sea_orm::SqlErr::UniqueConstraintViolation(what)) => Self::AlreadyExists(what),
            _ => Self::Database(error),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::StorageFull,
            _ => Self::File(error),
        }
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        if error.to_string().contains("No space left") {
            return Self::StorageFull;
        }
        Self::ObjectStore(error)
    }
}

impl From<ring::error::Unspecified> for Error {
    fn from(_: ring::error::Unspecified) -> Self {
        Self::Secret
    }
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::Database(_) => "platform.database.failed",
            Self::StorageFull => "platform.storage.full",
            Self::AlreadyExists(_) => "platform.name.exists",
            Self::File(_) | Self::ObjectStore(_) => "platform.file.failed",
            Self::Configuration(_) => "platform.configuration.invalid",
            Self::Unauthenticated => "platform.session.missing",
            Self::Forbidden { .. } => "platform.permission.missing",
            Self::OnlyInPerson => "platform.permission.in_person",
            Self::ProofInsufficient(_) => "platform.proof.insufficient",
            Self::Csrf => "platform.csrf.missing",
            Self::NotFound { .. } => "platform.thing.not_found",
            Self::BadRequest(_) => "platform.request.unreadable",
            Self::Invalid(_) => "platform.fields.invalid",
            Self::RevisionConflict { .. } => "registry.revision.conflict",
            Self::DeliveryState { .. } => "ledger.delivery.state",
            Self::LeaseLost => "ledger.lease.lost",
            Self::TooLarge { .. } => "platform.limit.exceeded",
            Self::Busy => "platform.queue.full",
            Self::Stopping => "platform.process.stopping",
            Self::Secret => "platform.secret.unreadable",
            Self::Internal(_) => "platform.internal.failed",
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Database(_) | Self::StorageFull | Self::Busy | Self::Stopping => {
                ErrorCode::Unavailable
            }
            Self::AlreadyExists(_) => ErrorCode::AlreadyExists,
            Self::Unauthenticated | Self::ProofInsufficient(_) => ErrorCode::Unauthenticated,
            Self::Forbidden { .. } | Self::OnlyInPerson | Self::Csrf => ErrorCode::Forbidden,
            Self::NotFound { .. } => ErrorCode::NotFound,
            Self::BadRequest(_) => ErrorCode::BadRequest,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::RevisionConflict { .. } | Self::DeliveryState { .. } | Self::LeaseLost => {
                ErrorCode::Conflict
            }
            Self::TooLarge { .. } => ErrorCode::TooLarge,
            Self::File(_)
            | Self::ObjectStore(_)
            | Self::Configuration(_)
            | Self::Secret
            | Self::Internal(_) => ErrorCode::Internal,
        }
    }

    fn step_up(&self) -> Option<StepUp> {
        match self {
            Self::ProofInsufficient(wanted) => Some(*wanted),
            _ => None,
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::ProofInsufficient(wanted) => {
                vec![("minutes", (wanted.age_s_max / 60).to_string())]
            }
            Self::Forbidden { permission } => vec![("permission", permission.clone())],
            Self::NotFound { what, name } => {
                vec![("what", (*what).to_owned()), ("name", name.clone())]
            }
            Self::BadRequest(detail) | Self::Configuration(detail) => {
                vec![("detail", detail.clone())]
            }
            Self::RevisionConflict {
                kind,
                name,
                expected,
                found,
            } => vec![
                ("kind", kind.clone()),
                ("name", name.clone()),
                ("expected", expected.to_string()),
                ("found", found.to_string()),
            ],
            Self::DeliveryState { id, state } => {
                vec![("id", id.clone()), ("state", (*state).to_owned())]
            }
            Self::TooLarge { limit, max } => {
                vec![("limit", (*limit).to_owned()), ("max", max.to_string())]
            }
            _ => Vec::new(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(fields) => fields.clone(),
            _ => Vec::new(),
        }
    }
}
