//! `TraceHeaderList`: intermediaries and business part.
//!
//! Owns: section 2.3. Not here: appending our trace (`forward`). Invariant: an unknown business
//! type is never read as another.
//! Follows: design document "Document exchange", section 2.3.

use std::io::BufRead;

use super::super::defects::DefectCode;
use super::super::limits::LimitName;
use super::super::model::{
    Business, BusinessType, DocumentUpdate, Receiver, Replacement, TraceHeader,
};
use super::header::{item, kept};
use super::message::Draft;
use super::scanner::{Outcome, Scanner};
use super::schema::{self, Frame};

impl<R: BufRead> Scanner<'_, R> {
    pub(super) fn read_trace_list(&mut self, draft: &mut Draft) -> Outcome<()> {
        let may_splice = self.may_splice() && !self.tag_is_empty;
        draft.after_trace_at = may_splice.then(|| self.guard().offset());
        let mut frame = Frame::new(schema::TRACE_LIST);
        while let Some(name) = self.next_child(&mut frame)? {
            frame.keep();
            if name == "Bussiness" {
                draft.document.business = Some(self.read_business()?);
                continue;
            }
            if draft.document.traces.len() >= self.options.limits.traces {
                return Err(self.limit(LimitName::Traces));
            }
            draft.document.traces.push(self.read_trace()?);
            draft.after_trace_at = may_splice.then(|| self.guard().offset());
        }
        Ok(())
    }

    fn read_trace(&mut self) -> Outcome<TraceHeader> {
        let mut trace = TraceHeader::default();
        for attribute in std::mem::take(&mut self.attributes) {
            if !attribute.is_prefixed {
                self.charge(attribute.name.len() + attribute.value.len())?;
                trace.attributes.push((attribute.name, attribute.value));
            }
        }
        let mut has_organ = false;
        let mut frame = Frame::new(schema::TRACE);
        let place = (self.event_at, self.path_text(""));
        while let Some(name) = self.next_child(&mut frame)? {
            if name == "Timestamp" {
                trace.timestamp = self.instant(&mut frame)?;
                continue;
            }
            trace.organ_id = self.organ(&mut frame)?;
            has_organ = !self.text.trim().is_empty();
            if trace.organ_id.is_none() && has_organ {
                self.note(DefectCode::TraceOrganNull, "OrganId")?;
            }
        }
        if !has_organ {
            let now = std::mem::replace(&mut self.event_at, place.0);
            let leaf = place.1.rsplit('/').next().unwrap_or_default();
            self.note(DefectCode::TraceOrganMissing, leaf)?;
            self.event_at = now;
        }
        Ok(trace)
    }

    fn read_business(&mut self) -> Outcome<Business> {
        let mut business = Business::default();
        let mut has_type = false;
        let mut frame = Frame::new(schema::BUSINESS);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "DocumentId" => business.document_id = self.token(&mut frame)?,
                "BussinessDocType" => {
                    if let Some(text) = self.token(&mut frame)? {
                        has_type = true;
                        let Some(kind) = BusinessType::from_text(&text) else {
                            return Err(self.reject(DefectCode::BusinessTypeUnknown, name));
                        };
                        business.kind = kind;
                    }
                }
                "BussinessDocReason" => business.reason = self.field(&mut frame)?,
                "Paper" => business.paper = self.token(&mut frame)?,
                "BussinessDocumentInfo" => business.update = self.read_update(&mut frame)?,
                "ReplacementInfoList" => {
                    business.replacements = self.read_replacements(&mut frame)?;
                }
                _ => business.staff = self.read_staff(&mut frame)?,
            }
        }
        if !has_type {
            self.note(DefectCode::BusinessMissing, "Bussiness")?;
        }
        Ok(business)
    }

    fn read_update(&mut self, outer: &mut Frame) -> Outcome<Option<DocumentUpdate>> {
        let mut update = DocumentUpdate::default();
        let mut frame = Frame::new(schema::UPDATE);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "DocumentInfo" => update.document_info = self.token(&mut frame)?,
                "DocumentReceiver" => update.document_receiver = self.token(&mut frame)?,
                _ => update.receivers = self.read_receivers(&mut frame)?,
            }
        }
        Ok(kept(update, outer))
    }

    fn read_receivers(&mut self, outer: &mut Frame) -> Outcome<Vec<Receiver>> {
        let mut receivers = Vec::new();
        let mut frame = Frame::new(schema::RECEIVERS);
        while self.next_child(&mut frame)?.is_some() {
            if receivers.len() >= self.options.limits.replacements {
                return Err(self.limit(LimitName::Replacements));
            }
            let extras = self.extras.len();
            let mut receiver = Receiver::default();
            let mut inner = Frame::new(schema::RECEIVER);
            while let Some(name) = self.next_child(&mut inner)? {
                match name {
                    "OrganId" => receiver.organ_id = self.organ(&mut inner)?.unwrap_or_default(),
                    _ => receiver.receiver_type = self.token(&mut inner)?,
                }
            }
            receivers.extend(item(receiver, &mut frame, self.extras.len() > extras));
        }
        if !receivers.is_empty() {
            outer.keep();
        }
        Ok(receivers)
    }

    fn read_replacements(&mut self, outer: &mut Frame) -> Outcome<Vec<Replacement>> {
        let mut replacements = Vec::new();
        let mut frame = Frame::new(schema::REPLACEMENTS);
        while self.next_child(&mut frame)?.is_some() {
            if replacements.len() >= self.options.limits.replacements {
                return Err(self.limit(LimitName::Replacements));
            }
            let extras = self.extras.len();
            let mut replacement = Replacement::default();
            let mut inner = Frame::new(schema::REPLACEMENT);
            while let Some(name) = self.next_child(&mut inner)? {
                match name {
                    "DocumentId" => {
                        replacement.document_id = self.token(&mut inner)?.unwrap_or_default();
                    }
                    _ => replacement.organ_ids = self.read_organs(&mut inner)?,
                }
            }
            replacements.extend(item(replacement, &mut frame, self.extras.len() > extras));
        }
        if !replacements.is_empty() {
            outer.keep();
        }
        Ok(replacements)
    }

    fn read_organs(&mut self, outer: &mut Frame) -> Outcome<Vec<String>> {
        let mut organs = Vec::new();
        let mut frame = Frame::new(schema::ORGAN_IDS);
        while self.next_child(&mut frame)?.is_some() {
            let extras = self.extras.len();
            let organ = self.organ(&mut frame)?;
            let has_extras = self.extras.len() > extras;
            organs.extend(organ.or_else(|| item(String::new(), &mut frame, has_extras)));
        }
        if !organs.is_empty() {
            outer.keep();
        }
        Ok(organs)
    }
}
