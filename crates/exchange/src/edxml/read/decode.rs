//! Decodes attachments while they pass and gathers what is to be known of them.
//!
//! Owns: size, digests, form and first bytes of each content. Not here: names and types, which
//! need the whole message (`facts`). Invariant: memory does not depend on the attachment.
//! Follows: design document "Document exchange", section 4 "Attachment form".

use std::io;

use ring::digest::{Context, SHA256};

use super::super::limits::{LimitName, Limits};
use super::super::media::HEAD_BYTES;
use super::super::zip::{Budget, Wrapped, ZipProbe};
use super::base64_text::Base64Text;
use super::content::{ContentTap, TapError};
use super::sinks::AttachmentSink;

/// What the content of one attachment is.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) size_bytes: u64,
    pub(super) sha256: [u8; 32],
    pub(super) head: Vec<u8>,
    pub(super) wrapped: Option<Wrapped>,
    pub(super) is_broken: bool,
}

/// The attachment in work.
struct Current {
    index: usize,
    size: u64,
    digest: Context,
    head: Vec<u8>,
    probe: ZipProbe,
}

impl Current {
    fn new(index: usize) -> Self {
        Self {
            index,
            size: 0,
            digest: Context::new(&SHA256),
            head: Vec::new(),
            probe: ZipProbe::new(),
        }
    }
}

pub(super) struct DecodeTap<'s> {
    sink: &'s mut dyn AttachmentSink,
    attachment_bytes_max: u64,
    budget: Budget,
    base64: Base64Text,
    current: Current,
    pub(super) decoded: Vec<Decoded>,
}

impl<'s> DecodeTap<'s> {
    pub(super) fn new(sink: &'s mut dyn AttachmentSink, limits: &Limits) -> Self {
        Self {
            sink,
            attachment_bytes_max: limits.attachment_bytes,
            budget: Budget::new(limits),
            base64: Base64Text::new(),
            current: Current::new(0),
            decoded: Vec::new(),
        }
    }
}

/// Takes decoded bytes of the attachment in work.
fn take(
    current: &mut Current,
    sink: &mut dyn AttachmentSink,
    budget: &mut Budget,
    size_max: u64,
    bytes: &[u8],
) -> Result<(), TapError> {
    if bytes.is_empty() {
        return Ok(());
    }
    current.size += bytes.len() as u64;
    if current.size > size_max {
        return Err(TapError::Limit(LimitName::AttachmentBytes));
    }
    current.digest.update(bytes);
    let room = HEAD_BYTES.saturating_sub(current.head.len());
    current
        .head
        .extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    if current.probe.is_alive() {
        current.probe.feed(bytes, budget, &mut io::sink())?;
    }
    sink.chunk(current.index, bytes)?;
    Ok(())
}

impl ContentTap for DecodeTap<'_> {
    fn begin(&mut self, index: usize) -> Result<(), TapError> {
        self.base64.reset();
        self.current = Current::new(index);
        self.sink.begin(index)?;
        Ok(())
    }

    fn text(&mut self, piece: &[u8]) -> Result<(), TapError> {
        let Self {
            sink,
            attachment_bytes_max,
            budget,
            base64,
            current,
            ..
        } = self;
        base64.feed(piece, &mut |bytes| {
            take(current, *sink, budget, *attachment_bytes_max, bytes)
        })
    }

    fn spoil(&mut self) {
        self.base64.spoil();
    }

    fn end(&mut self) -> Result<bool, TapError> {
        let Self {
            sink,
            attachment_bytes_max,
            budget,
            base64,
            current,
            ..
        } = self;
        base64.finish(&mut |bytes| take(current, *sink, budget, *attachment_bytes_max, bytes))?;
        let is_broken = self.base64.is_broken();
        let next = Current::new(self.current.index + 1);
        let done = std::mem::replace(&mut self.current, next);
        self.sink.end(done.index, is_broken)?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(done.digest.finish().as_ref());
        let wrapped = if is_broken { None } else { done.probe.finish() };
        self.decoded.push(Decoded {
            size_bytes: done.size,
            sha256,
            head: done.head,
            wrapped,
            is_broken,
        });
        Ok(is_broken)
    }
}

/// Decodes one attachment into a writer, unwrapping it when asked.
pub(super) struct ExtractTap<'w> {
    pub(super) wanted: usize,
    pub(super) probe: Option<ZipProbe>,
    pub(super) out: &'w mut dyn io::Write,
    pub(super) outcome: Option<bool>,
    pub(super) written: u64,
    is_wanted: bool,
    budget: Budget,
    base64: Base64Text,
}

impl<'w> ExtractTap<'w> {
    pub(super) fn new(
        wanted: usize,
        is_wrapped: bool,
        limits: &Limits,
        out: &'w mut dyn io::Write,
    ) -> Self {
        Self {
            wanted,
            probe: is_wrapped.then(ZipProbe::new),
            out,
            outcome: None,
            written: 0,
            is_wanted: false,
            budget: Budget::new(limits),
            base64: Base64Text::new(),
        }
    }

    fn drain(&mut self, piece: Option<&[u8]>) -> Result<(), TapError> {
        let Self {
            probe,
            out,
            written,
            budget,
            base64,
            ..
        } = self;
        let mut pass = |bytes: &[u8]| -> Result<(), TapError> {
            if let Some(probe) = probe {
                return probe.feed(bytes, budget, *out);
            }
            *written += bytes.len() as u64;
            out.write_all(bytes)?;
            Ok(())
        };
        match piece {
            Some(piece) => base64.feed(piece, &mut pass),
            None => base64.finish(&mut pass),
        }
    }
}

impl ContentTap for ExtractTap<'_> {
    fn begin(&mut self, index: usize) -> Result<(), TapError> {
        self.is_wanted = index == self.wanted;
        Ok(())
    }

    fn text(&mut self, piece: &[u8]) -> Result<(), TapError> {
        if self.is_wanted {
            self.drain(Some(piece))
        } else {
            Ok(())
        }
    }

    fn spoil(&mut self) {
        if self.is_wanted {
            self.base64.spoil();
        }
    }

    fn end(&mut self) -> Result<bool, TapError> {
        if !self.is_wanted {
            return Ok(false);
        }
        self.is_wanted = false;
        self.drain(None)?;
        self.outcome = Some(self.base64.is_broken());
        Ok(self.base64.is_broken())
    }
}
