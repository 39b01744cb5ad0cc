//! What can go wrong with national systems.
//!
//! Owns: `Error`, `Result`, the stable ids.
//! Not here: what a failed call means for a delivery (`vxp/client/failure.rs`), sentences
//! (`messages/`).

use lgsp_model::ErrorCode;
use lgsp_platform::{error::FieldError, http::Problem};

use crate::vxp::Failure;

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong with national systems.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The platform below failed or refused.
    #[error(transparent)]
    Platform(#[from] lgsp_platform::Error),
    /// The document exchange failed or refused.
    #[error(transparent)]
    Exchange(#[from] lgsp_exchange::Error),
    /// A call of the national axis failed.
    #[error(transparent)]
    Axis(#[from] Failure),
    /// There is no axis to call.
    #[error("no national axis is configured, enabled and given its secret")]
    NotConfigured,
}

impl Error {
    /// Every id of this crate, for the test of sentences.
    pub const IDS: &'static [&'static str] = &[
        "national.axis.unreachable",
        "national.axis.broken",
        "national.axis.http",
        "national.axis.unreadable",
        "national.axis.refused",
        "national.axis.too_large",
        "national.axis.parameter",
        "national.axis.not_configured",
    ];
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::Platform(error) => error.id(),
            Self::Exchange(error) => error.id(),
            Self::Axis(failure) => failure.id(),
            Self::NotConfigured => "national.axis.not_configured",
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Platform(error) => error.code(),
            Self::Exchange(error) => error.code(),
            Self::Axis(failure) => failure.code(),
            Self::NotConfigured => ErrorCode::Unavailable,
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Platform(error) => error.arguments(),
            Self::Exchange(error) => error.arguments(),
            Self::Axis(failure) => failure.arguments(),
            Self::NotConfigured => Vec::new(),
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
            Self::Exchange(error) => error.fields(),
            Self::Axis(_) | Self::NotConfigured => Vec::new(),
        }
    }
}
