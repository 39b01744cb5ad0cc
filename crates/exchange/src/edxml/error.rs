//! Errors of the codec.
//!
//! Owns: why a message was refused or could not be written. Not here: error codes of the carriers
//! (VXP, REST), which map from [`Rejection::code`]. Invariant: no content of a message in a text.
//! Follows: design document "Document exchange", section 4.

use std::fmt;
use std::io;

use super::defects::{Defect, DefectCode};
use super::limits::LimitName;

/// Why a message was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The message is refused; the first defect that rejects it.
    #[error("{0}")]
    Rejected(Box<Rejection>),
    /// The source failed.
    #[error("the source cannot be read")]
    Source(#[source] io::Error),
    /// The receiver of attachment content failed.
    #[error("attachment content cannot be taken")]
    Sink(#[source] io::Error),
}

/// The defect that rejects a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub defect: Defect,
    /// Set when the code is `limit_exceeded`.
    pub limit: Option<LimitName>,
    /// Findings before the rejection, for the protocol.
    pub noted: Vec<Defect>,
}

impl Rejection {
    #[must_use]
    pub fn code(&self) -> DefectCode {
        self.defect.code
    }

    /// Sentence with code and place, in Vietnamese.
    #[must_use]
    pub fn message_vi(&self) -> String {
        self.sentence(self.defect.code.label_vi(), "tại", "byte", "giới hạn")
    }

    /// Sentence with code and place, in English.
    #[must_use]
    pub fn message_en(&self) -> String {
        self.sentence(self.defect.code.label_en(), "at", "byte", "limit")
    }

    fn sentence(&self, label: &str, at: &str, byte: &str, limit: &str) -> String {
        let Defect { code, path, offset } = &self.defect;
        match self.limit {
            Some(name) => {
                let name = name.as_str();
                format!("{label} [{code}] {at} {path}, {byte} {offset}, {limit} {name}")
            }
            None => format!("{label} [{code}] {at} {path}, {byte} {offset}"),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message_en())
    }
}

impl ReadError {
    /// The rejection, when it is one (and not a fault of source or sink).
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            Self::Source(_) | Self::Sink(_) => None,
        }
    }
}

/// Why content was not extracted.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the message has no attachment {index}")]
    NoSuchAttachment { index: usize },
    #[error("the content of attachment {index} is not base64")]
    Broken { index: usize },
    #[error("attachment {index} is not a file wrapped in a ZIP")]
    NotWrapped { index: usize },
}

/// Why a message was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("the required field {path} is empty")]
    RequiredMissing { path: &'static str },
    #[error("the source holds {found} attachments, the model {expected}")]
    AttachmentsDiffer { expected: usize, found: usize },
    #[error("attachment {index} cannot be read")]
    Attachment { index: usize, source: io::Error },
    #[error("the received message cannot be read again")]
    Source(#[from] ReadError),
    #[error("the message cannot be written")]
    Out(#[from] io::Error),
}
