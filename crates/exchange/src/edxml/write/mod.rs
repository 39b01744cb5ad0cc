//! Writing edXML byte for byte as the axis does.
//!
//! Owns: the file around the fields, attachments streamed in. Not here: inserting a trace into
//! received bytes (`forward`), writing received messages again (`rewrite`). Invariant: the same
//! model, contents and options give the same bytes on every platform.
//! Follows: design document "Document exchange", section 3: a government-side parser rejects
//! messages whose prefix was dropped or renamed, so no XML library writes here.

mod header;
mod source;
mod trace;
mod xml;

use std::io::{self, BufWriter, Read, Write};

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use uuid::Uuid;

pub use source::{AttachmentSource, InMemory, NoAttachments, Outgoing, Packing};
pub(crate) use xml::{Xml, escape_text};

use super::NAMESPACE;
use super::error::WriteError;
use super::media;
use super::model::{Attachment, Document, Edxml, ResponseFor, Signature, StatusMessage};
use super::read::LineEnd;
use super::zip::ZipPacker;
use header::Order;

/// How to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// CRLF unless a partner wants otherwise.
    pub line_end: LineEnd,
}

const OUT_BYTES: usize = 16 * 1024;

/// Writes a message; the content of each attachment comes from `attachments`.
///
/// # Errors
/// When a required field is empty, or a source or `out` fails; `out` then holds a part.
pub fn write(
    message: &Edxml,
    attachments: &mut dyn AttachmentSource,
    options: &WriteOptions,
    out: &mut dyn Write,
) -> Result<(), WriteError> {
    check_required(message)?;
    let mut buffered = BufWriter::with_capacity(OUT_BYTES, out);
    let mut xml = Xml::new(&mut buffered, options.line_end, message.extras());
    xml.begin_file(message)?;
    if let Edxml::Document(document) = message {
        for (index, attachment) in document.attachments.iter().enumerate() {
            xml.begin_attachment(index, attachment)?;
            write_content(index, attachment, attachments, xml.out())?;
            xml.end_attachment(index)?;
        }
    }
    xml.end_file(message)?;
    buffered.flush()?;
    Ok(())
}

/// Refuses what every receiver would refuse.
pub(crate) fn check_required(message: &Edxml) -> Result<(), WriteError> {
    let missing = |path| Err(WriteError::RequiredMissing { path });
    if message.from().organ_id.is_empty() {
        return missing("From/OrganId");
    }
    match message {
        Edxml::Document(document) => {
            if document.to.iter().all(|party| party.organ_id.is_empty()) {
                return missing("To/OrganId");
            }
            if document.document_id.is_empty() {
                return missing("DocumentId");
            }
            if document.subject.is_empty() {
                return missing("Subject");
            }
        }
        Edxml::Status(status) => {
            if status.response_for == ResponseFor::default() {
                return missing("ResponseFor");
            }
            if status.status_code.is_empty() {
                return missing("StatusCode");
            }
        }
    }
    Ok(())
}

fn write_content(
    index: usize,
    attachment: &Attachment,
    attachments: &mut dyn AttachmentSource,
    out: &mut dyn Write,
) -> Result<(), WriteError> {
    let failed = |source| WriteError::Attachment { index, source };
    let mut outgoing = attachments.open(index).map_err(failed)?;
    let mut base64 = EncoderWriter::new(out, &STANDARD);
    match outgoing.packing {
        Packing::Raw => copy(index, &mut outgoing.content, &mut base64)?,
        Packing::Zip { entry } => {
            let mut packer = ZipPacker::new(&mut base64, &entry_name(entry, attachment))?;
            copy(index, &mut outgoing.content, &mut packer)?;
            packer.finish()?;
        }
    }
    base64.finish()?;
    Ok(())
}

/// Name of the only entry of a wrapped attachment.
pub(crate) fn entry_name(entry: Uuid, attachment: &Attachment) -> String {
    let name = attachment.attachment_name.as_deref().unwrap_or_default();
    let extension = media::extension(name).unwrap_or_else(|| "bin".to_owned());
    format!("{entry}.{extension}")
}

/// Copies, telling a failing source from a failing target.
fn copy(index: usize, from: &mut dyn Read, to: &mut dyn Write) -> Result<(), WriteError> {
    let mut buffer = vec![0; OUT_BYTES];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(WriteError::Attachment { index, source }),
        };
        to.write_all(buffer.get(..count).unwrap_or_default())?;
    }
}

/// The phases of a file; attachments come between the first and the last.
impl Xml<'_> {
    /// Everything up to the first attachment.
    pub(crate) fn begin_file(&mut self, message: &Edxml) -> io::Result<()> {
        self.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        self.end_line()?;
        self.open("edXML", 1, &format!(" xmlns=\"{NAMESPACE}\""))?;
        self.is_prefixed = true;
        self.open("edXMLEnvelope", 1, &format!(" xmlns:edXML=\"{NAMESPACE}\""))?;
        self.open("edXMLHeader", 1, "")?;
        self.open("MessageHeader", 1, "")?;
        match message {
            Edxml::Document(document) => {
                self.party("From", 1, &document.from, Order::Document)?;
                self.document_fields(document)?;
                self.close("MessageHeader", 1)?;
                self.trace_list(document)?;
                self.signature(document.signature.as_ref())?;
                self.close("edXMLHeader", 1)?;
                self.manifest(&document.references)?;
            }
            Edxml::Status(status) => {
                self.party("From", 1, &status.from, Order::Status)?;
                self.status_fields(status)?;
                self.close("MessageHeader", 1)?;
                self.signature(status.signature.as_ref())?;
                self.close("edXMLHeader", 1)?;
            }
        }
        self.close_envelope()?;
        if self.has_attachment_list(message) {
            self.open("AttachmentEncoded", 1, "")?;
        }
        Ok(())
    }

    fn close_envelope(&mut self) -> io::Result<()> {
        // What follows the envelope carries no prefix: extras placed by `close` are as received.
        let closed = self.close("edXMLEnvelope", 1);
        self.is_prefixed = false;
        closed
    }

    fn has_attachment_list(&self, message: &Edxml) -> bool {
        let has_attachments = message
            .as_document()
            .is_some_and(|document| !document.attachments.is_empty());
        has_attachments || self.has_extras_in("AttachmentEncoded", 1)
    }

    /// The signature as received; never an empty one.
    fn signature(&mut self, signature: Option<&Signature>) -> io::Result<()> {
        if let Some(signature) = signature {
            self.fragment(&signature.xml)?;
        }
        self.place_extras("Signature", 1)
    }

    /// Up to the content of attachment `index`.
    pub(crate) fn begin_attachment(
        &mut self,
        index: usize,
        attachment: &Attachment,
    ) -> io::Result<()> {
        self.open("Attachment", index + 1, "")?;
        self.field("ContentId", 1, &attachment.content_id)?;
        self.optional("AttachmentName", attachment.attachment_name.as_deref())?;
        self.optional("Description", attachment.description.as_deref())?;
        self.optional("ContentType", attachment.content_type.as_deref())?;
        self.indent()?;
        self.raw("<edXML:ContentTransferEncoded xmlns:edXML=\"")?;
        self.raw(NAMESPACE)?;
        self.raw("\">")
    }

    /// From the content of attachment `index` on.
    pub(crate) fn end_attachment(&mut self, index: usize) -> io::Result<()> {
        self.raw("</edXML:ContentTransferEncoded>")?;
        self.end_line()?;
        self.place_extras("ContentTransferEncoded", 1)?;
        self.close("Attachment", index + 1)
    }

    /// Everything after the last attachment.
    pub(crate) fn end_file(&mut self, message: &Edxml) -> io::Result<()> {
        if self.is_in_attachment_list(message) {
            self.close("AttachmentEncoded", 1)?;
        }
        self.close("edXML", 1)
    }

    fn is_in_attachment_list(&self, message: &Edxml) -> bool {
        let has_attachments = message
            .as_document()
            .is_some_and(|document| !document.attachments.is_empty());
        has_attachments || self.is_inside("AttachmentEncoded")
    }
}

/// Fields of a document as bare elements, for those that stand in a status message.
pub(crate) fn fields_of_document(document: &Document) -> String {
    fields(|xml| xml.document_fields(document))
}

/// Fields of a status message as bare elements, for those that stand in a document.
pub(crate) fn fields_of_status(status: &StatusMessage) -> String {
    fields(|xml| xml.status_fields(status))
}

fn fields(write: impl Fn(&mut Xml<'_>) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    let mut xml = Xml::new(&mut bytes, LineEnd::None, &[]);
    xml.is_prefixed = true;
    let written = write(&mut xml);
    // Writing to memory does not fail.
    debug_assert!(written.is_ok());
    String::from_utf8_lossy(&bytes).into_owned()
}
