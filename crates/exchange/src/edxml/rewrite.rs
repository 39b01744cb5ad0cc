//! Writing a received message again from its model, attachments taken from the received bytes.
//!
//! Owns: forwarding of repaired messages, and of those that a partner wants in another form. Not
//! here: splicing into clean ones (`forward`), the forms of attachments (`repack`).
//! Invariant: without a wish, the base64 text is copied, not decoded: what comes out decodes to
//! what came in.
//! Follows: design document "Document exchange", section 3 rule 6.

use std::io::{BufRead, BufWriter, Write};

use super::error::{ReadError, WriteError};
use super::limits::Limits;
use super::model::{Attachment, Edxml};
use super::read::{ContentTap, ReadOptions, TapError, pass_content};
use super::repack::{Carry, Repacker};
use super::write::{WriteOptions, Xml, check_required, escape_text};

/// How a received message is written again.
#[derive(Debug, Clone, Default)]
pub struct Rewriting {
    /// Ceilings of reading the received bytes.
    pub limits: Limits,
    /// How the new ones look.
    pub options: WriteOptions,
    /// What becomes of each attachment; those past the end stay as they came.
    pub carries: Vec<Carry>,
}

/// Writes `message` to `out`, copying the content of its attachments from `source`, the bytes it
/// was read from. The model may differ from the bytes in all but the number of attachments.
///
/// # Errors
/// When a required field is empty, `source` is refused or holds another number of attachments, or
/// `out` fails; `out` then holds a part.
pub fn rewrite<R: BufRead>(
    message: &Edxml,
    source: R,
    limits: &Limits,
    options: &WriteOptions,
    out: &mut dyn Write,
) -> Result<(), WriteError> {
    let how = Rewriting {
        limits: limits.clone(),
        options: *options,
        carries: Vec::new(),
    };
    rewrite_as(message, source, &how, out)
}

/// As [`rewrite`], with attachments carried as `how` says.
///
/// # Errors
/// As [`rewrite`]; also when a content is not what its [`Carry`] supposes.
pub fn rewrite_as<R: BufRead>(
    message: &Edxml,
    source: R,
    how: &Rewriting,
    out: &mut dyn Write,
) -> Result<(), WriteError> {
    check_required(message)?;
    let attachments = message
        .as_document()
        .map_or(&[][..], |document| &document.attachments);
    let mut buffered = BufWriter::new(out);
    let mut xml = Xml::new(&mut buffered, how.options.line_end, message.extras());
    xml.begin_file(message)?;
    let expected = attachments.len();
    if expected > 0 {
        let read_options = ReadOptions {
            limits: how.limits.clone(),
            ..ReadOptions::tolerant()
        };
        let mut tap = CopyTap {
            xml: &mut xml,
            attachments,
            how,
            index: 0,
            repacker: None,
        };
        let found = pass_content(source, &read_options, &mut tap).map_err(|error| match error {
            ReadError::Sink(error) => WriteError::Out(error),
            other => WriteError::Source(other),
        })?;
        if found != expected {
            return Err(WriteError::AttachmentsDiffer { expected, found });
        }
    }
    xml.end_file(message)?;
    buffered.flush()?;
    Ok(())
}

/// Copies the text of attachments between the elements that the model says.
struct CopyTap<'t, 'w> {
    xml: &'t mut Xml<'w>,
    attachments: &'t [Attachment],
    how: &'t Rewriting,
    index: usize,
    /// Set while the content changes its form.
    repacker: Option<Repacker>,
}

impl ContentTap for CopyTap<'_, '_> {
    fn begin(&mut self, index: usize) -> Result<(), TapError> {
        self.index = index;
        if let Some(attachment) = self.attachments.get(index) {
            self.xml.begin_attachment(index, attachment)?;
            let carry = self.how.carries.get(index).copied().unwrap_or_default();
            self.repacker = Repacker::new(carry, attachment, &self.how.limits)?;
        }
        Ok(())
    }

    fn text(&mut self, piece: &[u8]) -> Result<(), TapError> {
        if self.index >= self.attachments.len() {
            return Ok(());
        }
        if let Some(repacker) = &mut self.repacker {
            return repacker.feed(piece, self.xml.out());
        }
        for run in piece
            .split(u8::is_ascii_whitespace)
            .filter(|run| !run.is_empty())
        {
            match std::str::from_utf8(run) {
                Ok(text) if run.iter().any(|byte| matches!(byte, b'&' | b'<' | b'>')) => {
                    escape_text(self.xml.out(), text)?;
                }
                // The reader has checked the characters.
                _ => self.xml.out().write_all(run)?,
            }
        }
        Ok(())
    }

    fn spoil(&mut self) {}

    fn end(&mut self) -> Result<bool, TapError> {
        if let Some(repacker) = self.repacker.take() {
            repacker.finish(self.xml.out())?;
        }
        if self.index < self.attachments.len() {
            self.xml.end_attachment(self.index)?;
        }
        Ok(false)
    }
}
