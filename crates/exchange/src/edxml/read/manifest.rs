//! Manifest and attachments.
//!
//! Owns: section 2.4. Not here: content (`content`, `decode`), joining (`facts`). Invariant: every
//! `Attachment` element begins and ends the tap once, content or not.
//! Follows: design document "Document exchange", section 2.4.

use std::io::BufRead;

use super::super::defects::DefectCode;
use super::super::limits::LimitName;
use super::super::model::{Attachment, Reference};
use super::content::ContentTap;
use super::message::Draft;
use super::namespaces::Ns;
use super::scanner::{Outcome, Scanner};
use super::schema::{self, Frame};

impl<R: BufRead> Scanner<'_, R> {
    pub(super) fn read_body(&mut self, draft: &mut Draft) -> Outcome<()> {
        let mut frame = Frame::new(schema::BODY);
        while self.next_child(&mut frame)?.is_some() {
            frame.keep();
            let mut manifest = Frame::new(schema::MANIFEST);
            while self.next_child(&mut manifest)?.is_some() {
                manifest.keep();
                if draft.document.references.len() >= self.options.limits.attachments {
                    return Err(self.limit(LimitName::Attachments));
                }
                draft.references_at.push(self.event_at);
                draft.document.references.push(self.read_reference()?);
            }
        }
        Ok(())
    }

    fn read_reference(&mut self) -> Outcome<Reference> {
        let mut reference = Reference::default();
        for attribute in std::mem::take(&mut self.attributes) {
            let slot = match (attribute.ns, attribute.name.as_str()) {
                (Ns::Xlink, "href") => &mut reference.xlink_href,
                (Ns::Xlink, "role") => &mut reference.xlink_role,
                (Ns::Xlink, "type") => &mut reference.xlink_type,
                _ => continue,
            };
            *slot = Some(attribute.value);
        }
        let mut frame = Frame::new(schema::REFERENCE);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "ContentId" => reference.content_id = self.token(&mut frame)?.unwrap_or_default(),
                "ContentType" => reference.content_type = self.token(&mut frame)?,
                "Description" => reference.description = self.field(&mut frame)?,
                _ => reference.attachment_name = self.field(&mut frame)?,
            }
        }
        Ok(reference)
    }

    pub(super) fn read_attachments(
        &mut self,
        draft: &mut Draft,
        tap: &mut dyn ContentTap,
    ) -> Outcome<()> {
        let mut frame = Frame::new(schema::ATTACHMENTS);
        while self.next_child(&mut frame)?.is_some() {
            frame.keep();
            let index = draft.document.attachments.len();
            if index >= self.options.limits.attachments {
                return Err(self.limit(LimitName::Attachments));
            }
            draft.attachments_at.push(self.event_at);
            let attachment = self.read_attachment(index, tap)?;
            draft.document.attachments.push(attachment);
        }
        Ok(())
    }

    fn read_attachment(&mut self, index: usize, tap: &mut dyn ContentTap) -> Outcome<Attachment> {
        let mut attachment = Attachment::default();
        let mut has_content = false;
        let mut frame = Frame::new(schema::ATTACHMENT);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "ContentId" => attachment.content_id = self.token(&mut frame)?.unwrap_or_default(),
                "AttachmentName" => attachment.attachment_name = self.field(&mut frame)?,
                "Description" => attachment.description = self.field(&mut frame)?,
                "ContentType" => attachment.content_type = self.token(&mut frame)?,
                _ => {
                    frame.keep();
                    has_content = true;
                    let begun = tap.begin(index);
                    self.tapped(begun)?;
                    let content_at = self.event_at;
                    self.stream_content(tap)?;
                    self.end_content(tap, content_at)?;
                    self.path.pop();
                }
            }
        }
        if !has_content {
            let begun = tap.begin(index);
            self.tapped(begun)?;
            tap.spoil();
            self.end_content(tap, self.event_at)?;
        }
        Ok(attachment)
    }

    fn end_content(&mut self, tap: &mut dyn ContentTap, content_at: u64) -> Outcome<()> {
        let ended = tap.end();
        if self.tapped(ended)? {
            let now = std::mem::replace(&mut self.event_at, content_at);
            self.note(DefectCode::AttachmentNotBase64, "")?;
            self.event_at = now;
        }
        Ok(())
    }
}
