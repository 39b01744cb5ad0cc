//! Messages in the form that a partner wants.
//!
//! Owns: which codes and which attachments change, and how.
//! Not here: writing the changed message (`render.rs`), the codec (`../edxml/`).
//! Invariant: a code that has no other form stays as it was written; the trace of intermediaries
//! tells what was, so it is never touched; the same message gives the same bytes each time.
//! Follows: design document "Document exchange", sections 1 (pairs), 3 rule 6 and 4.

use lgsp_model::Timestamp;
use ring::digest::{Context, SHA256};
use uuid::Uuid;

use crate::{
    directory::Directory,
    edxml::{
        AttachmentFacts, AttachmentForm, Carry, Document, StatusMessage,
        model::{Party, ResponseFor},
    },
    kinds::{AddressWith, AttachmentEncoding},
};

/// Media type of a wrapped attachment.
const ZIP: &str = "application/zip";

/// Codes as a partner wants them, on the day of a message.
pub(super) struct Addressing<'a> {
    pub(super) directory: &'a Directory,
    pub(super) with: AddressWith,
    pub(super) at: Timestamp,
}

impl Addressing<'_> {
    /// The code of the agency that `written` means.
    pub(super) fn code(&self, written: &str) -> String {
        let agency = self.directory.agency_or_code(written, self.at);
        self.directory
            .code_for(self.with, &agency, written, self.at)
    }

    fn change(&self, code: &mut String) -> bool {
        let wanted = self.code(code);
        let is_other = wanted != *code;
        *code = wanted;
        is_other
    }

    fn party(&self, party: &mut Party) -> bool {
        self.change(&mut party.organ_id)
    }

    fn reference(&self, reference: &mut ResponseFor) -> bool {
        reference
            .organ_id
            .as_mut()
            .is_some_and(|code| self.change(code))
    }

    /// Changes the codes of a document; whether any did.
    pub(super) fn document(&self, document: &mut Document) -> bool {
        if self.with == AddressWith::AsReceived {
            return false;
        }
        let mut is_changed = self.party(&mut document.from);
        for party in &mut document.to {
            is_changed |= self.party(party);
        }
        for reference in &mut document.response_for {
            is_changed |= self.reference(reference);
        }
        let Some(business) = &mut document.business else {
            return is_changed;
        };
        for receiver in business
            .update
            .iter_mut()
            .flat_map(|update| &mut update.receivers)
        {
            is_changed |= self.change(&mut receiver.organ_id);
        }
        for code in business
            .replacements
            .iter_mut()
            .flat_map(|replaced| &mut replaced.organ_ids)
        {
            is_changed |= self.change(code);
        }
        is_changed
    }

    /// Changes the codes of a status; whether any did.
    pub(super) fn status(&self, status: &mut StatusMessage) -> bool {
        if self.with == AddressWith::AsReceived {
            return false;
        }
        let mut is_changed = self.party(&mut status.from);
        for party in &mut status.to {
            is_changed |= self.party(party);
        }
        is_changed | self.reference(&mut status.response_for)
    }
}

/// Whether some attachment is carried in another way than wanted.
pub(super) fn must_repack(facts: &[AttachmentFacts], wanted: AttachmentEncoding) -> bool {
    facts
        .iter()
        .any(|facts| wanted_form(facts, wanted).is_some())
}

/// What becomes of each attachment; the media types in the document follow.
pub(super) fn repack(
    document: &mut Document,
    facts: &[AttachmentFacts],
    wanted: AttachmentEncoding,
    digest: &[u8],
) -> Vec<Carry> {
    let mut carries = Vec::with_capacity(facts.len());
    for facts in facts {
        let Some(form) = wanted_form(facts, wanted) else {
            carries.push(Carry::AsReceived);
            continue;
        };
        let (carry, carried_type) = match form {
            AttachmentForm::Zip => (
                Carry::Zip {
                    entry: entry(digest, facts.index),
                },
                ZIP,
            ),
            AttachmentForm::Raw => (Carry::Raw, facts.media_type.as_str()),
        };
        carries.push(carry);
        if let Some(attachment) = document.attachments.get_mut(facts.index) {
            attachment.content_type = Some(carried_type.to_owned());
        }
        let reference = facts
            .reference
            .and_then(|at| document.references.get_mut(at));
        if let Some(reference) = reference {
            reference.content_type = Some(facts.media_type.clone());
        }
    }
    carries
}

/// The form to change to; what is not base64 is handed on as it came.
fn wanted_form(facts: &AttachmentFacts, wanted: AttachmentEncoding) -> Option<AttachmentForm> {
    let form = match wanted {
        AttachmentEncoding::AsReceived => return None,
        AttachmentEncoding::Zip => AttachmentForm::Zip,
        AttachmentEncoding::Raw => AttachmentForm::Raw,
    };
    (facts.form != form && !facts.is_broken).then_some(form)
}

/// Name of the entry of a wrapped file: the same whenever the same message is handed out.
fn entry(digest: &[u8], index: usize) -> Uuid {
    let mut context = Context::new(&SHA256);
    context.update(digest);
    context.update(&(index as u64).to_be_bytes());
    let mut bytes = [0_u8; 16];
    for (byte, made) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *byte = *made;
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
