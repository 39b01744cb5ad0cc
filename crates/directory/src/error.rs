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

impl Error {
    /// Every id of this crate, for the test of sentences.
    pub const IDS: &'static [&'static str] = &[];
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::Platform(error) => error.id(),
            Self::Identity(error) => error.id(),
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Platform(error) => error.code(),
            Self::Identity(error) => error.code(),
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Platform(error) => error.arguments(),
            Self::Identity(error) => error.arguments(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Platform(error) => error.fields(),
            Self::Identity(error) => error.fields(),
        }
    }
}
