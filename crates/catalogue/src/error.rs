//! What can go wrong in the catalogue.
//!
//! Owns: `Error`, `Result`.
//! Not here: breaches of single rules (`model/issue.rs`), sentences (`messages/`).

use lgsp_model::ErrorCode;
use lgsp_platform::http::problem::Problem;

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No agency has this name or code.
    #[error("agency {code} does not exist")]
    AgencyNotFound {
        /// What was looked for.
        code: String,
    },
    /// No code list has this name.
    #[error("code list {name} does not exist")]
    CodeListNotFound {
        /// What was looked for.
        name: String,
    },
    /// A day that cannot be read.
    #[error("not a day: {value}")]
    DateUnreadable {
        /// What was given.
        value: String,
    },
    /// The embedded seed data are damaged.
    #[error("seed data: {detail}")]
    SeedUnreadable {
        /// Where and why.
        detail: String,
    },
    /// The platform refused.
    #[error(transparent)]
    Platform(#[from] lgsp_platform::Error),
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::AgencyNotFound { .. } => "catalogue.agency.not_found",
            Self::CodeListNotFound { .. } => "catalogue.code_list.not_found",
            Self::DateUnreadable { .. } => "catalogue.date.unreadable",
            Self::SeedUnreadable { .. } => "catalogue.seed.unreadable",
            Self::Platform(error) => error.id(),
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::AgencyNotFound { .. } | Self::CodeListNotFound { .. } => ErrorCode::NotFound,
            Self::DateUnreadable { .. } => ErrorCode::BadRequest,
            Self::SeedUnreadable { .. } => ErrorCode::Internal,
            Self::Platform(error) => error.code(),
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::AgencyNotFound { code } => vec![("code", code.clone())],
            Self::CodeListNotFound { name } => vec![("name", name.clone())],
            Self::DateUnreadable { value } => vec![("value", value.clone())],
            Self::SeedUnreadable { detail } => vec![("detail", detail.clone())],
            Self::Platform(error) => error.arguments(),
        }
    }

    fn step_up(&self) -> Option<lgsp_platform::http::context::StepUp> {
        match self {
            Self::Platform(error) => error.step_up(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<lgsp_platform::error::FieldError> {
        match self {
            Self::Platform(error) => error.fields(),
            Self::AgencyNotFound { .. }
            | Self::CodeListNotFound { .. }
            | Self::DateUnreadable { .. }
            | Self::SeedUnreadable { .. } => Vec::new(),
        }
    }
}
