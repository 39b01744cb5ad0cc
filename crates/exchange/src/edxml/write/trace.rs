//! Writing `TraceHeaderList` and the manifest.
//!
//! Owns: sections 2.3 and the manifest of 2.4. Not here: inserting a trace into received bytes
//! (`forward`). Invariant: order of section 2.
//! Follows: design document "Document exchange", sections 2.3, 2.4 and 3.

use std::io;

use super::super::model::{
    Business, Document, DocumentUpdate, Receiver, Reference, Replacement, TraceHeader,
};
use super::super::read::XLINK;
use super::header::Order;
use super::xml::{Xml, attribute};

impl Xml<'_> {
    pub(super) fn trace_list(&mut self, document: &Document) -> io::Result<()> {
        let is_absent = document.traces.is_empty() && document.business.is_none();
        if is_absent && !self.has_extras_in("TraceHeaderList", 1) {
            return self.place_extras("TraceHeaderList", 1);
        }
        self.open("TraceHeaderList", 1, "")?;
        for (index, trace) in document.traces.iter().enumerate() {
            self.trace(index + 1, trace)?;
        }
        if let Some(business) = &document.business {
            self.open("Bussiness", 1, "")?;
            self.business(business)?;
            self.close("Bussiness", 1)?;
        }
        self.close("TraceHeaderList", 1)
    }

    fn trace(&mut self, number: usize, trace: &TraceHeader) -> io::Result<()> {
        let mut attributes = String::new();
        for (name, value) in &trace.attributes {
            attributes.push_str(&attribute(name, value)?);
        }
        self.open("TraceHeader", number, &attributes)?;
        self.optional("OrganId", trace.organ_id.as_deref())?;
        self.optional(
            "Timestamp",
            trace.timestamp.as_ref().map(|instant| instant.as_str()),
        )?;
        self.close("TraceHeader", number)
    }

    fn business(&mut self, business: &Business) -> io::Result<()> {
        self.optional("DocumentId", business.document_id.as_deref())?;
        self.field("BussinessDocType", 1, business.kind.as_text())?;
        self.optional("BussinessDocReason", business.reason.as_deref())?;
        self.optional("Paper", business.paper.as_deref())?;
        self.part(
            "BussinessDocumentInfo",
            business.update.as_ref(),
            Self::update,
        )?;
        self.replacements(&business.replacements)?;
        self.staff(business.staff.as_ref(), Order::Document)
    }

    fn update(&mut self, update: &DocumentUpdate) -> io::Result<()> {
        self.optional("DocumentInfo", update.document_info.as_deref())?;
        self.optional("DocumentReceiver", update.document_receiver.as_deref())?;
        if update.receivers.is_empty() && !self.has_extras_in("ReceiverList", 1) {
            return self.place_extras("ReceiverList", 1);
        }
        self.open("ReceiverList", 1, "")?;
        for (index, receiver) in update.receivers.iter().enumerate() {
            let Receiver {
                organ_id,
                receiver_type,
            } = receiver;
            self.open("Receiver", index + 1, "")?;
            self.field("OrganId", 1, organ_id)?;
            self.optional("ReceiverType", receiver_type.as_deref())?;
            self.close("Receiver", index + 1)?;
        }
        self.close("ReceiverList", 1)
    }

    fn replacements(&mut self, replacements: &[Replacement]) -> io::Result<()> {
        if replacements.is_empty() && !self.has_extras_in("ReplacementInfoList", 1) {
            return self.place_extras("ReplacementInfoList", 1);
        }
        self.open("ReplacementInfoList", 1, "")?;
        for (index, replacement) in replacements.iter().enumerate() {
            self.open("ReplacementInfo", index + 1, "")?;
            self.field("DocumentId", 1, &replacement.document_id)?;
            self.list("OrganIdList", "OrganId", &replacement.organ_ids)?;
            self.close("ReplacementInfo", index + 1)?;
        }
        self.close("ReplacementInfoList", 1)
    }

    pub(super) fn manifest(&mut self, references: &[Reference]) -> io::Result<()> {
        if references.is_empty() && !self.has_extras_in("edXMLBody", 1) {
            return self.place_extras("edXMLBody", 1);
        }
        self.open("edXMLBody", 1, "")?;
        self.open("edXMLManifest", 1, " version=\"1.0\"")?;
        for (index, reference) in references.iter().enumerate() {
            self.reference(index + 1, reference)?;
        }
        self.close("edXMLManifest", 1)?;
        self.close("edXMLBody", 1)
    }

    fn reference(&mut self, number: usize, reference: &Reference) -> io::Result<()> {
        let links = [
            ("xlink:href", reference.xlink_href.as_deref()),
            ("xlink:role", reference.xlink_role.as_deref()),
            ("xlink:type", reference.xlink_type.as_deref()),
        ];
        let mut attributes = String::new();
        for (name, value) in links {
            let Some(value) = value else { continue };
            if attributes.is_empty() {
                attributes.push_str(&attribute("xmlns:xlink", XLINK)?);
            }
            attributes.push_str(&attribute(name, value)?);
        }
        self.open("Reference", number, &attributes)?;
        self.field("ContentId", 1, &reference.content_id)?;
        self.optional("ContentType", reference.content_type.as_deref())?;
        self.optional("Description", reference.description.as_deref())?;
        self.optional("AttachmentName", reference.attachment_name.as_deref())?;
        self.close("Reference", number)
    }
}
