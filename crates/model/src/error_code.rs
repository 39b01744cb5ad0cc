//! The closed list of error kinds and the HTTP status that follows from each.
//!
//! Owns: `ErrorCode`.
//! Not here: the ids of single errors (each crate's `error.rs`), sentences (`messages/`).
//! Follows: RFC 9110, section 15; RFC 9457.

use serde::{Deserialize, Serialize};

/// What kind of failure an error is, seen from the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Cannot be read: syntax, type, unknown field.
    BadRequest,
    /// Nobody is signed in, or the credential is wrong.
    Unauthenticated,
    /// Signed in, but not allowed. What the caller may not even see is `NotFound`.
    Forbidden,
    /// Unknown, or invisible to the caller.
    NotFound,
    /// The same key exists.
    AlreadyExists,
    /// Wrong state, or a stale revision.
    Conflict,
    /// Past a named limit.
    TooLarge,
    /// Readable, but breaks a rule; `errors` names each field.
    Invalid,
    /// Slow down; the answer carries `Retry-After`.
    TooManyRequests,
    /// Our fault; the cause is in the log only.
    Internal,
    /// The other side refused.
    Upstream,
    /// Not now.
    Unavailable,
    /// Too late.
    Timeout,
}

impl ErrorCode {
    /// The HTTP status of this kind.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::AlreadyExists | Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Upstream => 502,
            Self::Unavailable => 503,
            Self::Timeout => 504,
        }
    }

    /// Whether the same call may succeed later without a change by the caller.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::TooManyRequests | Self::Upstream | Self::Unavailable | Self::Timeout
        )
    }
}
