//! The few values of a message that the axis acts on.
//!
//! Owns: reading them from a tree, the conformity check of an accepted message.
//! Not here: who the recipients' systems are (`axis/send.rs`).
//! Invariant: `DocumentId` is opaque, its parts are never used.
//! Follows: QCVN 102:2016/BTTTT; required fields of documents and status messages.

use serde::{Deserialize, Serialize};

use super::draft::ResponseFor;
use super::tree::Element;

/// Document or status message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// `messagetype` `edoc`.
    #[serde(rename = "edoc")]
    Document,
    /// `messagetype` `status`.
    #[serde(rename = "status")]
    Status,
}

impl Kind {
    /// Spelling of the parameter `messagetype`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Document => "edoc",
            Self::Status => "status",
        }
    }

    /// Reads the parameter `messagetype`, any case.
    pub fn of(text: &str) -> Option<Self> {
        [Self::Document, Self::Status]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

/// What the axis reads of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Document or status message.
    pub kind: Kind,
    /// `From/OrganId`.
    pub from: String,
    /// `From/OrganName`.
    pub from_name: String,
    /// Every `To/OrganId`; empty for status messages.
    pub to: Vec<String>,
    /// `DocumentId`; of a status message that of the document it is about.
    pub document_id: String,
    /// Number and notation joined by `/`.
    pub code: String,
    /// `PromulgationDate`.
    pub promulgation_date: String,
    /// `Subject`, or the status text.
    pub subject: String,
    /// 0 to 3.
    pub business_type: u8,
    /// `Priority`, 0 when absent.
    pub priority: u8,
    /// Documents it is about.
    pub response_for: Vec<ResponseFor>,
    /// `StatusCode` of a status message.
    pub status_code: String,
}

impl Summary {
    /// Reads a tree.
    ///
    /// # Errors
    /// The code `required_missing` or `business_type_unknown` with the element's path.
    pub fn of(root: &Element) -> Result<Self, (&'static str, &'static str)> {
        let header = root
            .at(&["edXMLEnvelope", "edXMLHeader"])
            .ok_or(("required_missing", "/edXML/edXMLEnvelope/edXMLHeader"))?;
        let message = header.child("MessageHeader").ok_or((
            "required_missing",
            "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader",
        ))?;
        let is_status = message.child("StatusCode").is_some();
        let business = header.text_at(&["TraceHeaderList", "Bussiness", "BussinessDocType"]);
        let business_type = match business {
            "" => 0,
            text => text
                .parse::<u8>()
                .ok()
                .filter(|kind| *kind <= 3)
                .ok_or(("business_type_unknown", "BussinessDocType"))?,
        };
        let number = message.text_at(&["Code", "CodeNumber"]);
        let notation = message.text_at(&["Code", "CodeNotation"]);
        let response_for: Vec<ResponseFor> =
            message.all("ResponseFor").filter_map(response_of).collect();
        let first = response_for.first().cloned().unwrap_or_default();
        let text = |path: &[&str]| message.text_at(path).to_owned();
        let mut summary = Self {
            kind: if is_status {
                Kind::Status
            } else {
                Kind::Document
            },
            from: text(&["From", "OrganId"]),
            from_name: text(&["From", "OrganName"]),
            to: message
                .all("To")
                .map(|to| to.text_at(&["OrganId"]).to_owned())
                .collect(),
            document_id: text(&["DocumentId"]),
            code: format!("{number}/{notation}"),
            promulgation_date: text(&["PromulgationInfo", "PromulgationDate"]),
            subject: text(&["Subject"]),
            business_type,
            priority: message
                .text_at(&["OtherInfo", "Priority"])
                .parse()
                .unwrap_or(0),
            response_for,
            status_code: text(&["StatusCode"]),
        };
        if is_status {
            summary.document_id = first.document_id;
            summary.code = first.code;
            summary.promulgation_date = first.promulgation_date;
            summary.subject = text(&["Description"]);
        }
        summary.require()?;
        Ok(summary)
    }

    fn require(&self) -> Result<(), (&'static str, &'static str)> {
        let is_missing = |text: &str| text.is_empty() || text == "null";
        let missing = |path| Err(("required_missing", path));
        if is_missing(&self.from) {
            return missing("From/OrganId");
        }
        match self.kind {
            Kind::Status if self.response_for.is_empty() => missing("ResponseFor"),
            Kind::Status if self.status_code.is_empty() => missing("StatusCode"),
            Kind::Status => Ok(()),
            Kind::Document if self.to.is_empty() => missing("To/OrganId"),
            Kind::Document if self.to.iter().any(|to| is_missing(to)) => missing("To/OrganId"),
            Kind::Document if self.document_id.is_empty() => missing("DocumentId"),
            Kind::Document if self.subject.is_empty() => missing("Subject"),
            Kind::Document => Ok(()),
        }
    }

    /// How a status message names this document.
    pub fn as_response_for(&self) -> ResponseFor {
        ResponseFor {
            organ_id: self.from.clone(),
            code: self.code.clone(),
            promulgation_date: self.promulgation_date.clone(),
            document_id: self.document_id.clone(),
        }
    }
}

fn response_of(element: &Element) -> Option<ResponseFor> {
    let text = |name: &str| element.text_at(&[name]).to_owned();
    let response = ResponseFor {
        organ_id: text("OrganId"),
        code: text("Code"),
        promulgation_date: text("PromulgationDate"),
        document_id: text("DocumentId"),
    };
    (response != ResponseFor::default()).then_some(response)
}
