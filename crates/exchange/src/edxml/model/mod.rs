//! The message of the document exchange as data: a document or a status message.
//!
//! Owns: every field of QCVN 102:2016 as seen on the national axis, in the order in which the axis
//! writes. Not here: bytes (`read`, `write`), codes of agencies as catalogue data.
//! Invariant: texts are what the sender wrote; agency codes, document ids and numbers are opaque.
//! Follows: design document "Document exchange", section 2.

mod parts;
mod trace;

use serde::{Deserialize, Serialize};

pub use parts::{
    Agency, Attachment, Code, DocumentType, OtherInfo, Party, Promulgation, Reference, ResponseFor,
    Signer, StaffInfo,
};
pub use trace::{
    Business, BusinessType, DocumentUpdate, Receiver, Replacement, TraceHeader, UnknownBusinessType,
};

use super::dates::{DateText, InstantText};

/// One edXML message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "messages are held one at a time, never in bulk"
)]
pub enum Edxml {
    /// A document with its trace, manifest and attachments.
    Document(Box<Document>),
    /// An answer about a document: no recipients' list needed, no trace, no attachments.
    Status(StatusMessage),
}

impl Edxml {
    /// The sender.
    #[must_use]
    pub fn from(&self) -> &Party {
        match self {
            Self::Document(document) => &document.from,
            Self::Status(status) => &status.from,
        }
    }

    /// The document, when it is one.
    #[must_use]
    pub fn as_document(&self) -> Option<&Document> {
        match self {
            Self::Document(document) => Some(document),
            Self::Status(_) => None,
        }
    }

    /// The status message, when it is one.
    #[must_use]
    pub fn as_status(&self) -> Option<&StatusMessage> {
        match self {
            Self::Document(_) => None,
            Self::Status(status) => Some(status),
        }
    }

    pub(crate) fn extras(&self) -> &[Extra] {
        match self {
            Self::Document(document) => &document.extras,
            Self::Status(status) => &status.extras,
        }
    }
}

/// A document (section 2.1), its trace (2.3), manifest and attachments (2.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Document {
    /// Sender.
    pub from: Party,
    /// Recipients, at least one, in the order of the message.
    pub to: Vec<Party>,
    /// Opaque identity given by the sender; never parsed for data.
    pub document_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promulgation: Option<Promulgation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_type: Option<DocumentType>,
    pub subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<DateText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_info: Option<OtherInfo>,
    /// Documents that this one answers or names as target (types 1 and 2); empty ones left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_for: Vec<ResponseFor>,
    /// 1 not steering, 2 steering, 3 report on steering; 0 occurs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steering_type: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to_places: Vec<String>,
    /// Codes of tasks that the document reports on (known to the client kit, in no sample).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_for_tasks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<Agency>,
    /// Intermediaries the message has passed, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub traces: Vec<TraceHeader>,
    /// Absent means business type 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business: Option<Business>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Manifest entries, in the order of the message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Attachments without their content, in the order of the message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Elements that nobody here knows, see [`Extra`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<Extra>,
}

impl Document {
    /// Business type; a message without `Bussiness` is a new document.
    #[must_use]
    pub fn business_type(&self) -> BusinessType {
        self.business
            .as_ref()
            .map_or(BusinessType::New, |business| business.kind)
    }

    /// Urgency 0 (normal) to 4 (express at a given hour); unknown text counts as normal.
    #[must_use]
    pub fn priority(&self) -> u8 {
        let text = self
            .other_info
            .as_ref()
            .and_then(|info| info.priority.as_deref());
        match text.map(str::trim) {
            Some("1") => 1,
            Some("2") => 2,
            Some("3") => 3,
            Some("4") => 4,
            _ => 0,
        }
    }

    /// Number and notation joined as they are shown: `7816/VPCP-TTĐT`.
    #[must_use]
    pub fn display_number(&self) -> Option<String> {
        self.code
            .as_ref()
            .map(Code::flat)
            .filter(|flat| !flat.is_empty())
    }

    /// Adds an attachment with its manifest entry; the types follow section 2.4 "Writing".
    pub fn attach(&mut self, content_id: &str, name: &str, media_type: &str, zipped: bool) {
        let attachment_type = if zipped {
            super::media::ZIP
        } else {
            media_type
        };
        self.references.push(Reference {
            content_id: content_id.to_owned(),
            content_type: Some(media_type.to_owned()),
            attachment_name: Some(name.to_owned()),
            ..Reference::default()
        });
        self.attachments.push(Attachment {
            content_id: content_id.to_owned(),
            attachment_name: Some(name.to_owned()),
            content_type: Some(attachment_type.to_owned()),
            ..Attachment::default()
        });
    }
}

/// A status message (section 2.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusMessage {
    /// Who reports.
    pub from: Party,
    /// Not foreseen by the axis; kept when a sender writes it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Party>,
    /// The document that the status is about.
    pub response_for: ResponseFor,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffInfo>,
    /// Two digits, see [`super::codes::status_kind`].
    pub status_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<InstantText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<Extra>,
}

/// An element outside the known structure, kept with its position and written back unchanged.
///
/// Namespace declarations it took from elements that we write without them are put on its own
/// start tag, so the text stands alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    /// Path of the parent, `/edXML/edXMLEnvelope/…/To[2]`; the first of a kind has no index.
    pub parent: String,
    /// Known sibling it follows (`To[2]`), empty at the start of the parent.
    #[serde(default)]
    pub after: String,
    /// The element as received.
    pub xml: String,
}

/// The XML signature as received; verifying it is not the codec's business (section 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// False when an intermediary moved it to the edXML namespace: it cannot be verified then.
    pub is_xmldsig: bool,
    /// The element as received.
    pub xml: String,
}
