//! What can go wrong for a client.
//!
//! Owns: the error of this module.
//! Not here: the server's codes, which are texts.
//! Invariant: a reply that cannot be read is an error, never an empty list.
//! Follows: the VXP interface, failure replies.

/// Result of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is not `http://host:port/path`.
    #[error("address is not usable")]
    BadAddress,
    /// A parameter cannot stand in a header.
    #[error("parameter cannot stand in a header")]
    BadParameter,
    /// No connection, or it ended before the reply was whole.
    #[error("no whole reply: {0}")]
    Transport(String),
    /// No reply in time.
    #[error("no reply within {0} ms")]
    Timeout(u64),
    /// Not 200.
    #[error("http status {0}")]
    Http(u16),
    /// The reply is not of the interface's shape.
    #[error("reply cannot be read: {0}")]
    Unreadable(&'static str),
    /// `status` is `FAIL`.
    #[error("refused with {code}: {description}")]
    Refused {
        /// `ErrorCode`.
        code: String,
        /// `ErrorDesc`.
        description: String,
    },
}

impl Error {
    /// The server's code, when it refused.
    pub fn refused_code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
}
