//! What can go wrong with the directory faces.
//!
//! Owns: `Error`, `Result`, the stable ids.
//! Not here: sentences (`messages/`), the error shapes that each protocol fixes (its folder).

use lgsp_model::ErrorCode;
use lgsp_platform::{error::FieldError, http::Problem};

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong with the directory faces.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An application or a person has as many secrets as it may.
    #[error("{max} secrets are the limit")]
    SecretsTooMany {
        /// The limit.
        max: usize,
    },
    /// A directory cannot be read without a password.
    #[error("connection {name} has no password")]
    ConnectionWithoutPassword {
        /// The connection.
        name: String,
    },
    /// Somebody has decided already.
    #[error("conflict is decided")]
    ConflictDecided,
    /// The account may not be handed to a directory.
    #[error("account cannot be merged")]
    ConflictAccount,
    /// A label is empty or too long.
    #[error("label is empty or longer than {max}")]
    LabelInvalid {
        /// Characters allowed.
        max: usize,
    },
    /// The platform below failed or refused.
    #[error(transparent)]
    Platform(#[from] lgsp_platform::Error),
    /// Identity failed or refused.
    #[error(transparent)]
    Identity(#[from] lgsp_identity::Error),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Platform(error.into())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Platform(error.into())
    }
}

impl Error {
    /// Every id of this crate, for the test of sentences.
    pub const IDS: &'static [&'static str] = &[
        "directory.secret.too_many",
        "directory.label.invalid",
        "directory.connection.no_password",
        "directory.conflict.decided",
        "directory.conflict.account",
        "directory.source.unavailable",
        "directory.source.credentials",
        "directory.source.base",
        "directory.source.rights",
        "directory.source.confidential",
        "directory.source.refused",
        "directory.source.broken",
        "directory.source.certificate",
        "directory.source.handshake",
        "directory.source.configuration",
        "directory.run.too_many_missing",
    ];
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::SecretsTooMany { .. } => "directory.secret.too_many",
            Self::LabelInvalid { .. } => "directory.label.invalid",
            Self::ConnectionWithoutPassword { .. } => "directory.connection.no_password",
            Self::ConflictDecided => "directory.conflict.decided",
            Self::ConflictAccount => "directory.conflict.account",
            Self::Platform(error) => error.id(),
            Self::Identity(error) => error.id(),
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::SecretsTooMany { .. }
            | Self::ConnectionWithoutPassword { .. }
            | Self::ConflictDecided
            | Self::ConflictAccount => ErrorCode::Conflict,
            Self::LabelInvalid { .. } => ErrorCode::Invalid,
            Self::Platform(error) => error.code(),
            Self::Identity(error) => error.code(),
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SecretsTooMany { max } | Self::LabelInvalid { max } => {
                vec![("max", max.to_string())]
            }
            Self::ConnectionWithoutPassword { name } => vec![("name", name.clone())],
            Self::ConflictDecided | Self::ConflictAccount => Vec::new(),
            Self::Platform(error) => error.arguments(),
            Self::Identity(error) => error.arguments(),
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
            Self::SecretsTooMany { .. }
            | Self::LabelInvalid { .. }
            | Self::ConnectionWithoutPassword { .. }
            | Self::ConflictDecided
            | Self::ConflictAccount => Vec::new(),
            Self::Platform(error) => error.fields(),
            Self::Identity(error) => error.fields(),
        }
    }
}
