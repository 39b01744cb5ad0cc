//! Why a call of the axis gave no result, and what follows from it.
//!
//! Owns: `Failure`, `Doubt`; what is tried again, what may have been done all the same, what says
//! that the axis is not well.
//! Not here: when it is tried again (`../retry.rs`), counting failures (`../breaker.rs`).
//! Invariant: no text carries a secret, a header or content of a document.
//! Follows: design document "Document exchange", section 7.5.

use lgsp_exchange::vxp::wire::{Code, ReplyError};
use lgsp_model::ErrorCode;
use lgsp_platform::http::Problem;

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No connection: the call was surely not carried out.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The connection ended, or time ran out, after the call had begun.
    #[error("no whole reply: {0}")]
    Broken(String),
    /// Not 200, and no answer of the interface.
    #[error("http status {0}")]
    Http(u16),
    /// 200, but nothing, a page for people, or another shape.
    #[error("unreadable reply: {0}")]
    Unreadable(&'static str),
    /// The axis says no.
    #[error("refused with {code}: {description}")]
    Refused {
        /// `ErrorCode`.
        code: String,
        /// `ErrorDesc`, cut.
        description: String,
    },
    /// The answer is past a limit.
    #[error("reply is larger than {max} bytes")]
    TooLarge {
        /// The limit.
        max: u64,
    },
    /// A value cannot stand in a header.
    #[error("cannot be sent: {0}")]
    Parameter(String),
    /// Our own disk or database failed.
    #[error(transparent)]
    Local(#[from] lgsp_platform::Error),
}

/// Whether a call that failed may have been carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// It was not.
    None,
    /// The axis said that it was not.
    Denied,
    /// Nobody knows.
    Unknown,
}

impl Doubt {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Denied => "denied",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the stored word; what is not understood is a doubt.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "none" => Self::None,
            "denied" => Self::Denied,
            _ => Self::Unknown,
        }
    }
}

impl Failure {
    fn code_of_refusal(&self) -> Option<Code> {
        match self {
            Self::Refused { code, .. } => Code::of(code),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anybody's help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Broken(_) | Self::Unreadable(_) | Self::Local(_) => true,
            Self::Http(status) => *status >= 500 || matches!(status, 408 | 425 | 429),
            Self::Refused { .. } => self.code_of_refusal() == Some(Code::Busy),
            Self::TooLarge { .. } | Self::Parameter(_) => false,
        }
    }

    /// Whether the call may have been carried out.
    #[must_use]
    pub fn doubt(&self) -> Doubt {
        match self {
            Self::Unreachable(_) | Self::Parameter(_) | Self::Local(_) => Doubt::None,
            Self::Http(503 | 429 | 400..=407) => Doubt::Denied,
            Self::Refused { .. } => Doubt::Denied,
            Self::Broken(_) | Self::Unreadable(_) | Self::Http(_) | Self::TooLarge { .. } => {
                Doubt::Unknown
            }
        }
    }

    /// Whether it says something about the axis, and not about this one call: it is down, or it
    /// refuses us altogether (wrong secret, wrong clock), which further calls would only repeat.
    #[must_use]
    pub fn is_of_axis(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Broken(_) | Self::Unreadable(_) => true,
            Self::Http(status) => *status >= 500,
            Self::Refused { .. } => matches!(
                self.code_of_refusal(),
                Some(Code::System | Code::Mac | Code::HeaderDiffers | Code::Timestamp)
            ),
            Self::TooLarge { .. } | Self::Parameter(_) | Self::Local(_) => false,
        }
    }

    /// What operators read at the delivery.
    #[must_use]
    pub fn reason(&self) -> String {
        match self.doubt() {
            Doubt::Unknown => format!("outcome_unknown: {self}"),
            Doubt::None | Doubt::Denied => self.to_string(),
        }
    }
}

impl From<ReplyError> for Failure {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::Http(status) => Self::Http(status),
            ReplyError::Empty => Self::Unreadable("empty"),
            ReplyError::Html => Self::Unreadable("html"),
            ReplyError::Unreadable(what) => Self::Unreadable(what),
            ReplyError::Refused { code, description } => Self::Refused { code, description },
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let (is_connect, is_builder) = (error.is_connect(), error.is_builder());
        let text = chain(&error.without_url());
        if is_builder {
            Self::Parameter(text)
        } else if is_connect {
            Self::Unreachable(text)
        } else {
            Self::Broken(text)
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

impl Problem for Failure {
    fn id(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "national.axis.unreachable",
            Self::Broken(_) => "national.axis.broken",
            Self::Http(_) => "national.axis.http",
            Self::Unreadable(_) => "national.axis.unreadable",
            Self::Refused { .. } => "national.axis.refused",
            Self::TooLarge { .. } => "national.axis.too_large",
            Self::Parameter(_) => "national.axis.parameter",
            Self::Local(error) => error.id(),
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Unreachable(_) => ErrorCode::Unavailable,
            Self::Broken(_) => ErrorCode::Timeout,
            Self::Http(_) | Self::Unreadable(_) | Self::Refused { .. } => ErrorCode::Upstream,
            Self::TooLarge { .. } => ErrorCode::TooLarge,
            Self::Parameter(_) => ErrorCode::Invalid,
            Self::Local(error) => error.code(),
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Http(status) => vec![("status", status.to_string())],
            Self::Unreadable(detail) => vec![("detail", (*detail).to_owned())],
            Self::Refused { code, description } => {
                vec![("code", code.clone()), ("detail", description.clone())]
            }
            Self::TooLarge { max } => vec![("max", max.to_string())],
            Self::Parameter(detail) => vec![("detail", detail.clone())],
            Self::Local(error) => error.arguments(),
            Self::Unreachable(_) | Self::Broken(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str) -> Failure {
        Failure::Refused {
            code: code.into(),
            description: String::new(),
        }
    }

    #[test]
    fn busy_is_tried_again_and_content_is_not() {
        assert!(refused("113").is_retryable());
        for code in [
            "101", "102", "104", "105", "106", "107", "108", "109", "110", "114", "999",
        ] {
            assert!(!refused(code).is_retryable(), "{code}");
        }
        for status in [500, 502, 503, 504, 429, 408] {
            assert!(Failure::Http(status).is_retryable(), "{status}");
        }
        for status in [400, 401, 404, 413] {
            assert!(!Failure::Http(status).is_retryable(), "{status}");
        }
    }

    #[test]
    fn only_a_missing_connection_leaves_no_doubt() {
        assert_eq!(Failure::Unreachable(String::new()).doubt(), Doubt::None);
        assert_eq!(Failure::Broken(String::new()).doubt(), Doubt::Unknown);
        assert_eq!(Failure::Unreadable("html").doubt(), Doubt::Unknown);
        assert_eq!(Failure::Http(500).doubt(), Doubt::Unknown);
        assert_eq!(Failure::Http(503).doubt(), Doubt::Denied);
        assert_eq!(refused("113").doubt(), Doubt::Denied);
        assert!(
            Failure::Broken("x".into())
                .reason()
                .starts_with("outcome_unknown")
        );
        for doubt in [Doubt::None, Doubt::Denied, Doubt::Unknown] {
            assert_eq!(Doubt::parse(doubt.as_str()), doubt);
        }
    }

    #[test]
    fn a_refused_document_says_nothing_about_the_axis() {
        assert!(!refused("109").is_of_axis());
        assert!(!refused("113").is_of_axis());
        assert!(refused("102").is_of_axis());
        assert!(Failure::Http(503).is_of_axis());
        assert!(!Failure::Http(404).is_of_axis());
    }
}
