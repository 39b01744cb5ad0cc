//! New messages: a document or a status message, from plain values to bytes.
//!
//! Owns: which elements a well-made message has.
//! Not here: believable content (`texts.rs`), order and prefixes (`writer.rs`).
//! Invariant: optional values that are empty leave no element behind.
//! Follows: QCVN 102:2016/BTTTT, `MessageHeader`, `TraceHeaderList`, manifest, attachments.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::attachment::{AttachmentForm, wrap_zip};
use super::transit::trace_header;
use super::tree::Element;
use super::writer::write;
use crate::clock;
use crate::rng::Rng;

/// A sender or receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Code of the body, either form.
    pub code: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// Who signed.
#[derive(Clone, Debug, Default)]
pub struct Signer {
    /// On whose behalf, such as `TL`.
    pub competence: String,
    /// Office held.
    pub position: String,
    /// Full name; invented in all demo data.
    pub full_name: String,
}

/// The document that another message is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseFor {
    /// Code of the document's sender.
    pub organ_id: String,
    /// Number and notation joined by `/`.
    pub code: String,
    /// `yyyy/MM/dd`.
    pub promulgation_date: String,
    /// Its `DocumentId`.
    pub document_id: String,
}

/// A receiver that an update adds or removes.
#[derive(Clone, Debug)]
pub struct ReceiverChange {
    /// Code of the receiver.
    pub code: String,
    /// Added, else removed.
    pub is_added: bool,
}

/// A document that is replaced, for some of its receivers.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// Its `DocumentId`.
    pub document_id: String,
    /// Codes of the bodies for which it is replaced.
    pub codes: Vec<String>,
}

/// What kind of business the message does.
#[derive(Clone, Debug, Default)]
pub enum Business {
    /// Type 0.
    #[default]
    New,
    /// Type 1; the targets stand in `response_for`.
    Revoke {
        /// Why.
        reason: String,
    },
    /// Type 2.
    Update {
        /// Why.
        reason: String,
        /// `DocumentId` of the document that is changed.
        document_id: String,
        /// Metadata or attachments change.
        changes_content: bool,
        /// Receivers added or removed.
        receivers: Vec<ReceiverChange>,
    },
    /// Type 3.
    Replace {
        /// Why.
        reason: String,
        /// What is replaced.
        replaced: Vec<Replacement>,
    },
}

/// A file to attach.
#[derive(Clone, Debug)]
pub struct AttachmentDraft {
    /// Its name with extension.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How it travels.
    pub form: AttachmentForm,
}

/// A document to be written.
#[derive(Clone, Debug, Default)]
pub struct DocumentDraft {
    /// Sender.
    pub from: Party,
    /// Receivers, at least one.
    pub to: Vec<Party>,
    /// Opaque identity.
    pub document_id: String,
    /// Number of the document.
    pub number: String,
    /// Notation, such as `UBND-VX`.
    pub notation: String,
    /// Place of promulgation.
    pub place: String,
    /// When it was promulgated and sent, milliseconds Unix UTC.
    pub at_ms: i64,
    /// Number and name of the document type.
    pub document_type: (String, String),
    /// Subject.
    pub subject: String,
    /// Summary.
    pub content: String,
    /// Who signed.
    pub signer: Signer,
    /// Deadline, `yyyy/MM/dd`, empty when none.
    pub due_date: String,
    /// 0 normal to 4 timed express.
    pub priority: u8,
    /// Pages.
    pub pages: u32,
    /// Documents this one is about.
    pub response_for: Vec<ResponseFor>,
    /// 1 not steering, 2 steering, 3 report.
    pub steering: u8,
    /// Business type with its data.
    pub business: Business,
    /// Files.
    pub attachments: Vec<AttachmentDraft>,
}

impl DocumentDraft {
    /// Number and notation joined as other messages cite them.
    pub fn code(&self) -> String {
        format!("{}/{}", self.number, self.notation)
    }

    /// How another message names this document.
    pub fn as_response_for(&self) -> ResponseFor {
        ResponseFor {
            organ_id: self.from.code.clone(),
            code: self.code(),
            promulgation_date: clock::edxml_date(self.at_ms),
            document_id: self.document_id.clone(),
        }
    }

    /// The bytes of the message. Content ids come from `rng`.
    ///
    /// # Errors
    /// When an attachment cannot be wrapped.
    pub fn write(&self, rng: &mut Rng) -> anyhow::Result<Vec<u8>> {
        let mut manifest = Element::new("edXMLManifest");
        manifest.attributes.push(("version".into(), "1.0".into()));
        let mut encoded = Element::new("AttachmentEncoded");
        for attachment in &self.attachments {
            let (reference, carried) = attachment_elements(attachment, rng.uuid(), rng.uuid())?;
            manifest.children.push(reference);
            encoded.children.push(carried);
        }
        let header = Element::new("edXMLHeader")
            .with(self.message_header())
            .with(
                Element::new("TraceHeaderList")
                    .with(trace_header(&self.from.code, self.at_ms))
                    .with(self.business_element()),
            );
        let mut envelope = Element::new("edXMLEnvelope").with(header);
        let mut root = Element::new("edXML");
        if !self.attachments.is_empty() {
            envelope = envelope.with(Element::new("edXMLBody").with(manifest));
        }
        root = root.with(envelope);
        if !self.attachments.is_empty() {
            root = root.with(encoded);
        }
        Ok(write(&root))
    }

    fn message_header(&self) -> Element {
        let mut header = Element::new("MessageHeader").with(party("From", &self.from));
        header
            .children
            .extend(self.to.iter().map(|to| party("To", to)));
        let promulgation = Element::new("PromulgationInfo")
            .with_text("Place", &self.place)
            .with_text("PromulgationDate", &clock::edxml_date(self.at_ms));
        let (type_number, type_name) = &self.document_type;
        header = header
            .with_text("DocumentId", &self.document_id)
            .with(
                Element::new("Code")
                    .with_text("CodeNumber", &self.number)
                    .with_text("CodeNotation", &self.notation),
            )
            .with(promulgation)
            .with(
                Element::new("DocumentType")
                    .with_text("Type", type_number)
                    .with_text("TypeName", type_name),
            )
            .with_text("Subject", &self.subject)
            .with_text("Content", &self.content)
            .with(
                Element::new("SignerInfo")
                    .with_text("Competence", &self.signer.competence)
                    .with_text("Position", &self.signer.position)
                    .with_text("FullName", &self.signer.full_name),
            )
            .with_text("DueDate", &self.due_date)
            .with(
                Element::new("OtherInfo")
                    .with_text("Priority", &self.priority.to_string())
                    .with_text("PageAmount", &self.pages.max(1).to_string())
                    .with_text("Direction", "false"),
            );
        header
            .children
            .extend(self.response_for.iter().map(response));
        header.with_text("SteeringType", &self.steering.max(1).to_string())
    }

    fn business_element(&self) -> Element {
        let (kind, target, reason) = match &self.business {
            Business::New => ("0", "", "Văn bản mới"),
            Business::Revoke { reason } => ("1", "", reason.as_str()),
            Business::Update {
                reason,
                document_id,
                ..
            } => ("2", document_id.as_str(), reason.as_str()),
            Business::Replace { reason, .. } => ("3", "", reason.as_str()),
        };
        let business = Element::new("Bussiness")
            .with_text("DocumentId", target)
            .with_text("BussinessDocType", kind)
            .with_text("BussinessDocReason", reason)
            .with_text("Paper", "0");
        match &self.business {
            Business::New | Business::Revoke { .. } => business,
            Business::Update {
                changes_content,
                receivers,
                ..
            } => business.with(update_info(*changes_content, receivers)),
            Business::Replace { replaced, .. } => business.with(replacement_list(replaced)),
        }
    }
}

fn update_info(changes_content: bool, receivers: &[ReceiverChange]) -> Element {
    let flag = |is_set: bool| if is_set { "1" } else { "0" };
    let info = Element::new("BussinessDocumentInfo")
        .with_text("DocumentInfo", flag(changes_content))
        .with_text("DocumentReceiver", flag(!receivers.is_empty()));
    if receivers.is_empty() {
        return info;
    }
    let mut list = Element::new("ReceiverList");
    list.children.extend(receivers.iter().map(|change| {
        Element::new("Receiver")
            .with_text("OrganId", &change.code)
            .with_text("ReceiverType", flag(change.is_added))
    }));
    info.with(list)
}

fn replacement_list(replaced: &[Replacement]) -> Element {
    let mut list = Element::new("ReplacementInfoList");
    list.children.extend(replaced.iter().map(|replacement| {
        let mut codes = Element::new("OrganIdList");
        codes.children.extend(
            replacement
                .codes
                .iter()
                .map(|code| Element::leaf("OrganId", code.as_str())),
        );
        Element::new("ReplacementInfo")
            .with_text("DocumentId", &replacement.document_id)
            .with(codes)
    }));
    list
}

/// Who acted, in a status message.
#[derive(Clone, Debug, Default)]
pub struct Staff {
    /// Department.
    pub department: String,
    /// Name; invented in all demo data.
    pub name: String,
}

/// A status message to be written.
#[derive(Clone, Debug, Default)]
pub struct StatusDraft {
    /// Who reports.
    pub from: Party,
    /// About which document.
    pub response_for: ResponseFor,
    /// Who acted.
    pub staff: Staff,
    /// Two digits.
    pub code: String,
    /// Text of the status.
    pub description: String,
    /// When, milliseconds Unix UTC.
    pub at_ms: i64,
}

impl StatusDraft {
    /// The bytes of the message.
    pub fn write(&self) -> Vec<u8> {
        let mut header = Element::new("MessageHeader")
            .with(party("From", &self.from))
            .with(response(&self.response_for));
        if !self.staff.name.is_empty() || !self.staff.department.is_empty() {
            header = header.with(
                Element::new("StaffInfo")
                    .with_text("Department", &self.staff.department)
                    .with_text("Staff", &self.staff.name),
            );
        }
        header = header
            .with_text("StatusCode", &self.code)
            .with_text("Description", &self.description)
            .with_text("Timestamp", &clock::edxml_instant(self.at_ms));
        let envelope = Element::new("edXMLEnvelope").with(Element::new("edXMLHeader").with(header));
        write(&Element::new("edXML").with(envelope))
    }
}

fn party(name: &str, party: &Party) -> Element {
    Element::new(name)
        .with_text("OrganId", &party.code)
        .with_text("OrganName", &party.name)
}

fn response(target: &ResponseFor) -> Element {
    Element::new("ResponseFor")
        .with_text("OrganId", &target.organ_id)
        .with_text("Code", &target.code)
        .with_text("DocumentId", &target.document_id)
        .with_text("PromulgationDate", &target.promulgation_date)
}

fn attachment_elements(
    attachment: &AttachmentDraft,
    content_id: Uuid,
    entry: Uuid,
) -> anyhow::Result<(Element, Element)> {
    let extension = attachment.name.rsplit('.').next().unwrap_or("bin");
    let (bytes, carried_type) = match attachment.form {
        AttachmentForm::Zip => (
            wrap_zip(entry, extension, &attachment.bytes)?,
            "application/zip",
        ),
        AttachmentForm::Raw => (attachment.bytes.clone(), attachment.media_type.as_str()),
    };
    let reference = Element::new("Reference")
        .with_text("ContentId", &format!("cid:{content_id}"))
        .with_text("ContentType", &attachment.media_type)
        .with_text("AttachmentName", &attachment.name);
    let carried = Element::new("Attachment")
        .with_text("ContentId", &format!("cid:{content_id}"))
        .with_text("AttachmentName", &attachment.name)
        .with_text("ContentType", carried_type)
        .with(Element::leaf(
            "ContentTransferEncoded",
            STANDARD.encode(bytes),
        ));
    Ok((reference, carried))
}
