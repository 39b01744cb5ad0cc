//! Reading edXML: strict or tolerant, in one pass, attachments streamed.
//!
//! Owns: the entry points and what they answer. Not here: writing, states, storage.
//! Invariant: memory of a message in work stays below 4 MiB; what is returned is complete.
//! Follows: design document "Document exchange", section 4.

mod attributes;
mod base64_text;
mod content;
mod decode;
mod facts;
mod guard;
mod header;
mod manifest;
mod message;
mod namespaces;
mod report;
mod scanner;
mod schema;
mod sinks;
mod start;
mod trace;
mod walk;

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

pub use facts::{AttachmentFacts, AttachmentForm};
pub use sinks::{AttachmentSink, Collect, Discard, Extract};

pub(crate) use base64_text::Base64Text;
pub(crate) use content::{ContentTap, TapError};
pub(crate) use namespaces::XLINK;
pub(crate) use start::is_xml_char;

use super::defects::Defect;
use super::error::{ExtractError, ReadError};
use super::limits::Limits;
use super::model::Edxml;
use decode::{DecodeTap, ExtractTap};
use message::Draft;
use scanner::{Outcome, Scanner};

/// How much is repaired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Rejects what is not conformant.
    Strict,
    /// Repairs what can be repaired and notes it.
    #[default]
    Tolerant,
}

/// How to read.
pub struct ReadOptions<'a> {
    pub mode: Mode,
    /// Whether an agency code of no known form is in the catalogue (own codes, test units).
    pub is_registered: &'a dyn Fn(&str) -> bool,
    pub limits: Limits,
}

impl<'a> ReadOptions<'a> {
    /// Given mode and catalogue, default limits.
    pub fn new(mode: Mode, is_registered: &'a dyn Fn(&str) -> bool) -> Self {
        Self {
            mode,
            is_registered,
            limits: Limits::default(),
        }
    }

    /// Tolerant, no codes registered, default limits.
    #[must_use]
    pub fn tolerant() -> Self {
        Self::new(Mode::Tolerant, &|_code| false)
    }

    /// Strict, no codes registered, default limits.
    #[must_use]
    pub fn strict() -> Self {
        Self::new(Mode::Strict, &|_code| false)
    }
}

/// A message that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub message: Edxml,
    /// Findings in the order of the file; whole-message findings last.
    pub defects: Vec<Defect>,
    /// Something was put right, so the bytes and the model differ: forward by rewriting.
    pub repaired: bool,
    /// One entry for each attachment, in the order of the message.
    pub attachments: Vec<AttachmentFacts>,
    /// Where our trace may be spliced into the bytes; `None` for status messages, repaired
    /// messages, and where the prefix `edXML:` is not bound.
    pub trace_splice_at: Option<SplicePoint>,
}

impl Reading {
    /// Whether some attachment is not base64: refuse when offered to us, keep when already taken.
    #[must_use]
    pub fn has_broken_attachment(&self) -> bool {
        self.attachments
            .iter()
            .any(|attachment| attachment.is_broken)
    }
}

/// Line ends of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnd {
    /// As the axis writes.
    #[default]
    CrLf,
    Lf,
    /// Everything on one line.
    None,
}

impl LineEnd {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CrLf => "\r\n",
            Self::Lf => "\n",
            Self::None => "",
        }
    }

    /// The line end that white space between elements shows.
    fn of(raw: &str) -> Self {
        match raw.find('\n') {
            None => Self::None,
            Some(at) if raw.get(..at).is_some_and(|before| before.ends_with('\r')) => Self::CrLf,
            Some(_) => Self::Lf,
        }
    }
}

/// Where and how a trace is inserted into received bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplicePoint {
    /// Byte offset in the received file.
    pub at: u64,
    /// The message has no `TraceHeaderList` yet.
    pub makes_list: bool,
    pub line_end: LineEnd,
}

/// Reads one message; decoded attachment content goes to `sink` as it passes.
///
/// # Errors
/// [`ReadError::Rejected`] with the first defect that rejects the message, or a fault of source or
/// sink. What the sink got before an error is to be thrown away.
pub fn read<R: BufRead>(
    source: R,
    options: &ReadOptions<'_>,
    sink: &mut dyn AttachmentSink,
) -> Result<Reading, ReadError> {
    let mut tap = DecodeTap::new(sink, &options.limits);
    let mut scanner = Scanner::new(source, options)?;
    let draft = scanner.read_file(&mut tap)?;
    let splice_at = scanner.splice_point(&draft);
    let (message, draft) = scanner.finish(draft)?;
    let attachments = match message.as_document() {
        None => Vec::new(),
        Some(document) => {
            let (facts, findings) = facts::join(document, tap.decoded);
            scanner.note_findings(&draft, &findings)?;
            facts
        }
    };
    Ok(Reading {
        trace_splice_at: splice_at.filter(|_| message.as_document().is_some()),
        message,
        defects: std::mem::take(&mut scanner.defects),
        repaired: scanner.repaired,
        attachments,
    })
}

/// Writes the file of attachment `index` to `out` and answers its length; with
/// [`AttachmentForm::Zip`] the wrapping is taken off. Reads the message again, tolerantly.
///
/// # Errors
/// When the message is refused, has no such attachment, or the content is not what `form` says;
/// `out` may then hold a part of it.
pub fn extract<R: BufRead>(
    source: R,
    index: usize,
    form: AttachmentForm,
    limits: &Limits,
    out: &mut dyn Write,
) -> Result<u64, ExtractError> {
    let options = ReadOptions {
        limits: limits.clone(),
        ..ReadOptions::tolerant()
    };
    let mut tap = ExtractTap::new(index, form == AttachmentForm::Zip, limits, out);
    pass_content(source, &options, &mut tap)?;
    match tap.outcome {
        None => return Err(ExtractError::NoSuchAttachment { index }),
        Some(true) => return Err(ExtractError::Broken { index }),
        Some(false) => {}
    }
    match tap.probe {
        None => Ok(tap.written),
        Some(probe) => match probe.finish() {
            Some(wrapped) => Ok(wrapped.size_bytes),
            None => Err(ExtractError::NotWrapped { index }),
        },
    }
}

/// Reads a message for the text of its attachments only; answers how many there are.
pub(crate) fn pass_content<R: BufRead>(
    source: R,
    options: &ReadOptions<'_>,
    tap: &mut dyn ContentTap,
) -> Result<usize, ReadError> {
    let mut scanner = Scanner::new(source, options)?;
    let draft = scanner.read_file(tap)?;
    Ok(draft.document.attachments.len())
}

impl<R: BufRead> Scanner<'_, R> {
    fn note_findings(&mut self, draft: &Draft, findings: &[facts::Finding]) -> Outcome<()> {
        for finding in findings {
            let (offsets, element) = if finding.is_reference {
                (
                    &draft.references_at,
                    "edXML/edXMLEnvelope/edXMLBody/edXMLManifest/Reference",
                )
            } else {
                (&draft.attachments_at, "edXML/AttachmentEncoded/Attachment")
            };
            self.event_at = offsets.get(finding.index).copied().unwrap_or_default();
            let place = match finding.index {
                0 => element.to_owned(),
                index => format!("{element}[{}]", index + 1),
            };
            self.note(finding.code, &place)?;
        }
        Ok(())
    }
}
