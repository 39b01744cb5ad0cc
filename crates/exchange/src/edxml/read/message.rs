//! The outer structure: envelope, header, body, attachments; document or status.
//!
//! Owns: putting the parts together and what is required. Not here: the parts themselves.
//! Invariant: a message that is returned has all required fields.
//! Follows: design document "Document exchange", sections 2 and 4.

use std::io::BufRead;

use super::super::codes::{StatusKind, status_kind};
use super::super::dates::InstantText;
use super::super::defects::DefectCode;
use super::super::model::{
    Document, Edxml, Extra, ResponseFor, Signature, StaffInfo, StatusMessage,
};
use super::super::write::{fields_of_document, fields_of_status};
use super::content::ContentTap;
use super::namespaces::Ns;
use super::scanner::{Outcome, Pulled, Scanner};
use super::schema::{self, Frame};
use super::{LineEnd, SplicePoint};

const HEADER_PATH: &str = "edXML/edXMLEnvelope/edXMLHeader/MessageHeader/";
const BUSINESS_PATH: &str = "edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness";

/// What has been read so far; which of the two messages it is shows at the end.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) document: Document,
    pub(super) has_document_field: bool,
    pub(super) staff: Option<StaffInfo>,
    pub(super) status_code: Option<String>,
    pub(super) description: Option<String>,
    pub(super) timestamp: Option<InstantText>,
    pub(super) header_at: u64,
    /// Offset of each manifest entry and attachment, for findings.
    pub(super) references_at: Vec<u64>,
    pub(super) attachments_at: Vec<u64>,
    has_trace_list: bool,
    after_header_at: Option<u64>,
    pub(super) after_trace_at: Option<u64>,
}

impl<R: BufRead> Scanner<'_, R> {
    /// Reads the whole file.
    pub(super) fn read_file(&mut self, tap: &mut dyn ContentTap) -> Outcome<Draft> {
        let mut draft = Draft::default();
        let mut file = Frame::new(schema::FILE);
        let mut has_root = false;
        loop {
            match self.pull_root(&mut file)? {
                Some(true) => {
                    has_root = true;
                    self.read_root(&mut draft, tap)?;
                }
                Some(false) => return Err(self.reject(DefectCode::RequiredMissing, "edXML")),
                None => break,
            }
        }
        if has_root {
            return Ok(draft);
        }
        Err(self.reject(DefectCode::RequiredMissing, "edXML"))
    }

    /// Whether the next root is ours; `None` at the end of the file.
    fn pull_root(&mut self, file: &mut Frame) -> Outcome<Option<bool>> {
        match self.pull()? {
            Pulled::Open => Ok(Some(self.recognise_root(file)?)),
            Pulled::Close | Pulled::Skipped | Pulled::Done => Ok(None),
        }
    }

    fn read_root(&mut self, draft: &mut Draft, tap: &mut dyn ContentTap) -> Outcome<()> {
        let mut frame = Frame::new(schema::ROOT);
        while let Some(name) = self.next_child(&mut frame)? {
            frame.keep();
            match name {
                "edXMLEnvelope" => self.read_envelope(draft)?,
                _ => self.read_attachments(draft, tap)?,
            }
        }
        Ok(())
    }

    fn read_envelope(&mut self, draft: &mut Draft) -> Outcome<()> {
        let mut frame = Frame::new(schema::ENVELOPE);
        while let Some(name) = self.next_child(&mut frame)? {
            frame.keep();
            match name {
                "edXMLHeader" => self.read_header(draft)?,
                _ => self.read_body(draft)?,
            }
        }
        Ok(())
    }

    fn read_header(&mut self, draft: &mut Draft) -> Outcome<()> {
        let mut frame = Frame::new(schema::HEADER);
        while let Some(name) = self.next_child(&mut frame)? {
            frame.keep();
            match name {
                "MessageHeader" => {
                    draft.header_at = self.event_at;
                    self.read_message_header(draft)?;
                    let end = self.guard().offset();
                    draft.after_header_at = self.may_splice().then_some(end);
                }
                "TraceHeaderList" => {
                    draft.has_trace_list = true;
                    self.read_trace_list(draft)?;
                }
                _ => draft.document.signature = Some(self.read_signature()?),
            }
        }
        Ok(())
    }

    fn read_signature(&mut self) -> Outcome<Signature> {
        let name = self.tag.get(..self.tag_name_bytes).unwrap_or_default();
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        let is_xmldsig = self
            .namespaces
            .find(prefix)
            .is_some_and(|binding| binding.ns == Ns::Xmldsig);
        if !is_xmldsig {
            self.note(DefectCode::SignatureRewritten, "")?;
        }
        let xml = self.capture()?;
        self.path.pop();
        Ok(Signature { is_xmldsig, xml })
    }

    /// Whether `edXML:` means our namespace here, so that bytes of ours may be inserted.
    pub(super) fn may_splice(&self) -> bool {
        self.namespaces
            .find("edXML")
            .is_some_and(|binding| binding.ns == Ns::Qcvn && !binding.is_repair)
    }

    /// Where our trace may be inserted into the received bytes.
    pub(super) fn splice_point(&self, draft: &Draft) -> Option<SplicePoint> {
        let (at, makes_list) = if draft.has_trace_list {
            (draft.after_trace_at?, false)
        } else {
            (draft.after_header_at?, true)
        };
        let line_end = self.line_end.unwrap_or(LineEnd::None);
        (!self.repaired).then_some(SplicePoint {
            at,
            makes_list,
            line_end,
        })
    }

    /// Decides which message it is and checks what is required.
    pub(super) fn finish(&mut self, draft: Draft) -> Outcome<(Edxml, Draft)> {
        self.event_at = draft.header_at;
        let looks_like_status = !draft.has_document_field
            && !draft.document.response_for.is_empty()
            && (draft.staff.is_some() || draft.description.is_some() || draft.timestamp.is_some());
        if draft.document.from.organ_id.is_empty() {
            return Err(self.missing("From/OrganId"));
        }
        // A stray status code does not make a status message of a whole document.
        let is_whole = !draft.document.document_id.is_empty() && !draft.document.subject.is_empty();
        if (draft.status_code.is_some() && !is_whole) || looks_like_status {
            self.finish_status(draft)
        } else {
            self.finish_document(draft)
        }
    }

    fn missing(&mut self, leaf: &str) -> super::super::error::ReadError {
        self.reject(DefectCode::RequiredMissing, &[HEADER_PATH, leaf].concat())
    }

    fn finish_status(&mut self, mut draft: Draft) -> Outcome<(Edxml, Draft)> {
        let Some(status_code) = draft.status_code.take() else {
            return Err(self.missing("StatusCode"));
        };
        let named = draft.document.response_for.first();
        if named.is_none_or(|response| *response == ResponseFor::default()) {
            return Err(self.missing("ResponseFor"));
        }
        if status_kind(&status_code) == StatusKind::Unknown {
            self.note(
                DefectCode::StatusUnknown,
                &[HEADER_PATH, "StatusCode"].concat(),
            )?;
        }
        let document = &mut draft.document;
        let mut status = StatusMessage {
            from: std::mem::take(&mut document.from),
            to: std::mem::take(&mut document.to),
            response_for: document.response_for.remove(0),
            staff: draft.staff.take(),
            status_code,
            description: draft.description.take(),
            timestamp: draft.timestamp.take(),
            signature: document.signature.take(),
            extras: Vec::new(),
        };
        drop_blanks(document);
        if !document.attachments.is_empty() || !document.references.is_empty() {
            // Content of a status message has no place in the model: only the received bytes hold it.
            self.note(DefectCode::AttachmentUnmatched, "edXML/AttachmentEncoded")?;
        }
        self.keep_leftovers(fields_of_document(document), is_of_status);
        status.extras = self.sorted_extras();
        Ok((Edxml::Status(status), draft))
    }

    fn finish_document(&mut self, mut draft: Draft) -> Outcome<(Edxml, Draft)> {
        let document = &mut draft.document;
        if document.to.iter().all(|party| party.organ_id.is_empty()) {
            return Err(self.missing("To/OrganId"));
        }
        if document.document_id.is_empty() {
            return Err(self.missing("DocumentId"));
        }
        if document.subject.is_empty() {
            return Err(self.missing("Subject"));
        }
        if document.business.is_none() {
            self.note(DefectCode::BusinessMissing, BUSINESS_PATH)?;
        }
        let leftovers = StatusMessage {
            staff: draft.staff.take(),
            description: draft.description.take(),
            timestamp: draft.timestamp.take(),
            status_code: draft.status_code.take().unwrap_or_default(),
            ..StatusMessage::default()
        };
        self.keep_leftovers(fields_of_status(&leftovers), |field| {
            !is_of_status_only(field)
        });
        document.extras = self.sorted_extras();
        let document = std::mem::take(document);
        Ok((Edxml::Document(Box::new(document)), draft))
    }

    /// Known fields of the other kind of message are kept like unknown ones, at the start of the
    /// header; unknown elements behind them follow. Those inside of them stay in the model only:
    /// moved up, they could be taken for fields of the header.
    fn keep_leftovers(&mut self, xml: String, is_of_this_kind: fn(&str) -> bool) {
        let header = ["/", HEADER_PATH].concat();
        let parent = header.trim_end_matches('/');
        for extra in &mut self.extras {
            let is_behind = extra.parent == parent && !extra.after.is_empty();
            if is_behind && !is_of_this_kind(&extra.after) {
                extra.after.clear();
            }
        }
        if !xml.is_empty() {
            let parent = parent.to_owned();
            self.extras.insert(
                0,
                Extra {
                    parent,
                    after: String::new(),
                    xml,
                },
            );
        }
    }

    /// Extras by place; those of one place keep their order.
    fn sorted_extras(&mut self) -> Vec<Extra> {
        let mut extras = std::mem::take(&mut self.extras);
        extras.sort_by(|a, b| (&a.parent, &a.after).cmp(&(&b.parent, &b.after)));
        extras
    }
}

/// Items that were kept only for the unknown elements inside of them, which move elsewhere.
fn drop_blanks(document: &mut Document) {
    let is_filled = |text: &String| !text.is_empty();
    document.to_places.retain(is_filled);
    document.response_for_tasks.retain(is_filled);
    document
        .response_for
        .retain(|response| *response != ResponseFor::default());
    if let Some(info) = &mut document.other_info {
        info.appendixes.retain(is_filled);
    }
}

/// Whether a step of a path below `MessageHeader` is a field that status messages have.
fn is_of_status(step: &str) -> bool {
    let name = step.split('[').next().unwrap_or_default();
    matches!(name, "From" | "To") || step == "ResponseFor" || is_of_status_only(step)
}

/// Whether it is a field that only status messages have.
fn is_of_status_only(step: &str) -> bool {
    matches!(
        step,
        "StaffInfo" | "StatusCode" | "Description" | "Timestamp"
    )
}
