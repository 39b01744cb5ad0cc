//! The trace of intermediaries and the business part of a document.
//!
//! Owns: `TraceHeaderList` with `Bussiness` (the double s is the standard's). Not here: appending
//! our own trace (`forward`). Invariant: traces stand in the order of the message.
//! Follows: design document "Document exchange", sections 2.3 and 5.1.

use serde::{Deserialize, Serialize};

use super::super::dates::InstantText;
use super::parts::StaffInfo;

/// One intermediary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceHeader {
    /// Absent when the message says nothing, or `null`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organ_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<InstantText>,
    /// Attributes without prefix that one builder adds (`id`, `version`, …), as name and value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, String)>,
}

/// What a document does to earlier ones; 0 to 3 on the wire and in JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum BusinessType {
    /// 0: a new document.
    #[default]
    New,
    /// 1: takes a document back (thu hồi).
    Revoke,
    /// 2: changes a document or its recipients (cập nhật).
    Update,
    /// 3: replaces documents (thay thế).
    Replace,
}

/// The number is none of 0 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("business type {0} is none of 0 to 3")]
pub struct UnknownBusinessType(pub u8);

impl BusinessType {
    /// Number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::New => 0,
            Self::Revoke => 1,
            Self::Update => 2,
            Self::Replace => 3,
        }
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        match text {
            "0" => Some(Self::New),
            "1" => Some(Self::Revoke),
            "2" => Some(Self::Update),
            "3" => Some(Self::Replace),
            _ => None,
        }
    }

    pub(crate) const fn as_text(self) -> &'static str {
        match self {
            Self::New => "0",
            Self::Revoke => "1",
            Self::Update => "2",
            Self::Replace => "3",
        }
    }
}

impl From<BusinessType> for u8 {
    fn from(kind: BusinessType) -> Self {
        kind.code()
    }
}

impl TryFrom<u8> for BusinessType {
    type Error = UnknownBusinessType;

    fn try_from(code: u8) -> Result<Self, Self::Error> {
        match code {
            0 => Ok(Self::New),
            1 => Ok(Self::Revoke),
            2 => Ok(Self::Update),
            3 => Ok(Self::Replace),
            _ => Err(UnknownBusinessType(code)),
        }
    }
}

/// The element `Bussiness`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Business {
    /// Document concerned (types 1 and 2); in type 0 it may hold anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    pub kind: BusinessType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `1`: a paper copy is sent too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// Type 2 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<DocumentUpdate>,
    /// Type 3 only; repeats occur.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replacements: Vec<Replacement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffInfo>,
}

/// What an update changes (`BussinessDocumentInfo`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DocumentUpdate {
    /// `1`: the metadata (and attachments, if present) are new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_info: Option<String>,
    /// `1`: the recipients change as listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_receiver: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receivers: Vec<Receiver>,
}

/// A recipient that an update adds or removes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receiver {
    pub organ_id: String,
    /// `0` removed, `1` added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver_type: Option<String>,
}

/// A document that is replaced, and for whom; an empty list means all recipients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Replacement {
    pub document_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organ_ids: Vec<String>,
}
