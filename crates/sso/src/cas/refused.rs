//! Why a CAS request is refused with a page.
//!
//! Owns: `Refused`, its ids (listed in `error.rs` of the crate).
//! Not here: codes of validation (`answer.rs`).

use lgsp_model::ErrorCode;

/// Why a CAS request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The service is not registered.
    #[error("service is not registered")]
    Service,
    /// The account may not be used.
    #[error("account may not be used")]
    Account,
}

impl Refused {
    /// The stable id.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Service => "sso.cas.service_unknown",
            Self::Account => "sso.cas.account_unusable",
        }
    }

    /// The kind of failure.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Service | Self::Account => ErrorCode::Forbidden,
        }
    }
}
