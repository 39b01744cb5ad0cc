//! Parties, codes and the other parts of a message header and manifest.
//!
//! Owns: the small structures of sections 2.1, 2.2 and 2.4. Not here: trace and business part
//! (`trace`). Invariant: an optional text is never `Some("")` after reading.
//! Follows: design document "Document exchange", section 2.

use serde::{Deserialize, Serialize};

use super::super::dates::DateText;

/// An agency as the sender describes it (`From`, `To`). Only `organ_id` can be relied on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Party {
    /// Agency code, trimmed; empty when the sender gave none.
    pub organ_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_charge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

impl Party {
    /// A party known by code and name only.
    #[must_use]
    pub fn new(organ_id: &str, name: &str) -> Self {
        Self {
            organ_id: organ_id.to_owned(),
            name: Some(name.to_owned()),
            ..Self::default()
        }
    }
}

/// Number and notation of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Code {
    /// Not always numeric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notation: Option<String>,
}

impl Code {
    /// `number/notation`, or the one that is there; this is how `ResponseFor` names it.
    #[must_use]
    pub fn flat(&self) -> String {
        match (self.number.as_deref(), self.notation.as_deref()) {
            (Some(number), Some(notation)) => format!("{number}/{notation}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => String::new(),
        }
    }
}

/// Where and when the document was issued.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Promulgation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<DateText>,
}

/// Type of document; numbers differ between systems, the name is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DocumentType {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signer {
    /// TM, KT, TL and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub competence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
}

/// Urgency, amounts and appendixes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherInfo {
    /// 0 normal, 1 urgent, 2 very urgent, 3 express, 4 express at a given hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sphere: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typer_notation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<String>,
    /// Written `false` when unknown, as the axis does.
    pub direction: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub appendixes: Vec<String>,
}

/// Names another document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResponseFor {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organ_id: Option<String>,
    /// Flat: `7816/VPCP-TTĐT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promulgation_date: Option<DateText>,
}

/// A person who handled the matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StaffInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
}

/// Assigned body (known to the client kit, in no sample).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agency {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organ_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organ_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execute_role: Option<String>,
}

/// Manifest entry; joined to its [`Attachment`] by `content_id`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reference {
    /// `cid:` and a UUID, or any token.
    pub content_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xlink_href: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xlink_role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xlink_type: Option<String>,
}

/// Attachment without its content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attachment {
    pub content_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}
