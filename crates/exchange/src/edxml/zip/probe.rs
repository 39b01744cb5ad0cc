//! Reads an archive front to back and tells whether it wraps exactly one file.
//!
//! Owns: header, inflating with ceilings, digest of the inner content. Not here: the directory
//! (`tail`), the rule by names of attachments (`facts`). Invariant: memory does not depend on the
//! archive; past a ceiling nothing more is inflated.
//! Follows: design document "Document exchange", section 4 "Attachment form".

use std::io::Write;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use ring::digest::{Context, SHA256};

use super::super::limits::{LimitName, Limits};
use super::super::media::HEAD_BYTES;
use super::super::read::TapError;
use super::tail::{Entry, TAIL_BYTES_MAX, agrees};
use super::{
    FLAG_DESCRIPTOR, FLAG_ENCRYPTED, LOCAL_HEADER, LOCAL_HEADER_BYTES, METHOD_DEFLATE,
    METHOD_STORED, u16_at, u32_at,
};

/// Longest entry name and extra field together.
const NAMES_BYTES_MAX: usize = 4 * 1024;
const OUT_BYTES: usize = 32 * 1024;

/// What all attachments of a message may still inflate to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) left: u64,
    pub(crate) ratio: u64,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            left: limits.inflated_bytes,
            ratio: limits.inflate_ratio,
        }
    }
}

/// The only entry of an archive.
#[derive(Debug)]
pub(crate) struct Wrapped {
    pub(crate) entry_name: String,
    pub(crate) size_bytes: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) head: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Deflate,
    Stored {
        left: u64,
    },
    Tail,
    /// Not an archive of one file, or one we cannot open: the attachment is the file itself.
    NotWrapped,
}

pub(crate) struct ZipProbe {
    state: State,
    header: Vec<u8>,
    method: u16,
    inflater: Option<Box<Decompress>>,
    out: Vec<u8>,
    crc: Crc,
    digest: Context,
    head: Vec<u8>,
    size: u64,
    compressed: u64,
    tail: Vec<u8>,
}

impl ZipProbe {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Header,
            header: Vec::new(),
            method: METHOD_STORED,
            inflater: None,
            out: Vec::new(),
            crc: Crc::new(),
            digest: Context::new(&SHA256),
            head: Vec::new(),
            size: 0,
            compressed: 0,
            tail: Vec::new(),
        }
    }

    /// Whether more bytes can still matter.
    pub(crate) fn is_alive(&self) -> bool {
        self.state != State::NotWrapped
    }

    /// Takes the next bytes of the archive; inner content goes to `inner`.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        budget: &mut Budget,
        inner: &mut dyn Write,
    ) -> Result<(), TapError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = match self.state {
                State::NotWrapped => return Ok(()),
                State::Header => self.take_header(rest),
                State::Deflate => self.inflate(rest, budget, inner)?,
                State::Stored { left } => {
                    let count = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    let content = rest.get(..count).unwrap_or_default();
                    self.compressed += count as u64;
                    self.take_inner(content, budget, inner)?;
                    let left = left - count as u64;
                    self.state = if left == 0 {
                        State::Tail
                    } else {
                        State::Stored { left }
                    };
                    count
                }
                State::Tail => {
                    if self.tail.len() + rest.len() > TAIL_BYTES_MAX {
                        self.give_up();
                    } else {
                        self.tail.extend_from_slice(rest);
                    }
                    rest.len()
                }
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// The wrapped file, when the archive is whole and holds exactly one.
    pub(crate) fn finish(self) -> Option<Wrapped> {
        if self.state != State::Tail {
            return None;
        }
        let name = self.header.get(LOCAL_HEADER_BYTES..)?;
        let name = name.get(..usize::from(u16_at(&self.header, 26)?))?;
        let entry = Entry {
            name,
            method: self.method,
            crc: self.crc.sum(),
            size: self.size,
            compressed: self.compressed,
        };
        if !agrees(&self.tail, &entry) {
            return None;
        }
        let digest = self.digest.finish();
        Some(Wrapped {
            entry_name: String::from_utf8_lossy(name).into_owned(),
            size_bytes: self.size,
            sha256: digest.as_ref().try_into().ok()?,
            head: self.head,
        })
    }

    fn give_up(&mut self) {
        self.state = State::NotWrapped;
        self.inflater = None;
        self.tail = Vec::new();
        self.out = Vec::new();
    }

    fn take_header(&mut self, bytes: &[u8]) -> usize {
        let wanted = match (u16_at(&self.header, 26), u16_at(&self.header, 28)) {
            (Some(name), Some(extra)) => {
                LOCAL_HEADER_BYTES + usize::from(name) + usize::from(extra)
            }
            _ => LOCAL_HEADER_BYTES,
        };
        let count = (wanted - self.header.len()).min(bytes.len());
        self.header
            .extend_from_slice(bytes.get(..count).unwrap_or_default());
        let magic = LOCAL_HEADER.to_le_bytes();
        let seen = self.header.len().min(magic.len());
        if self.header.get(..seen) != magic.get(..seen) {
            self.give_up();
        } else if self.header.len() == wanted {
            self.judge_header();
        }
        count
    }

    /// Called when the fixed part, then when the whole header is there.
    fn judge_header(&mut self) {
        let judged = self.read_header();
        match judged {
            None => self.give_up(),
            Some(State::Deflate) => {
                self.inflater = Some(Box::new(Decompress::new(false)));
                self.out = vec![0; OUT_BYTES];
                self.state = State::Deflate;
            }
            Some(state) => self.state = state,
        }
    }

    /// The next state; `None` when this is no wrapped file.
    fn read_header(&mut self) -> Option<State> {
        let flags = u16_at(&self.header, 6)?;
        self.method = u16_at(&self.header, 8)?;
        let compressed = u32_at(&self.header, 18)?;
        let name_bytes = usize::from(u16_at(&self.header, 26)?);
        let extra_bytes = usize::from(u16_at(&self.header, 28)?);
        if flags & FLAG_ENCRYPTED != 0
            || name_bytes == 0
            || name_bytes + extra_bytes > NAMES_BYTES_MAX
        {
            return None;
        }
        if self.header.len() == LOCAL_HEADER_BYTES {
            return Some(State::Header);
        }
        let name = self
            .header
            .get(LOCAL_HEADER_BYTES..LOCAL_HEADER_BYTES + name_bytes)?;
        let is_itself =
            matches!(name, b"[Content_Types].xml" | b"mimetype") || name.ends_with(b"/");
        if is_itself {
            return None;
        }
        match self.method {
            METHOD_DEFLATE => Some(State::Deflate),
            METHOD_STORED if flags & FLAG_DESCRIPTOR == 0 && compressed == 0 => Some(State::Tail),
            METHOD_STORED if flags & FLAG_DESCRIPTOR == 0 && compressed != u32::MAX => {
                Some(State::Stored {
                    left: u64::from(compressed),
                })
            }
            _ => None,
        }
    }

    fn inflate(
        &mut self,
        bytes: &[u8],
        budget: &mut Budget,
        inner: &mut dyn Write,
    ) -> Result<usize, TapError> {
        let Some(inflater) = &mut self.inflater else {
            self.give_up();
            return Ok(bytes.len());
        };
        let (before_in, before_out) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(bytes, &mut self.out, FlushDecompress::None);
        let taken = usize::try_from(inflater.total_in() - before_in).unwrap_or(bytes.len());
        let made = usize::try_from(inflater.total_out() - before_out).unwrap_or(0);
        self.compressed += taken as u64;
        let out = std::mem::take(&mut self.out);
        let passed = self.take_inner(out.get(..made).unwrap_or_default(), budget, inner);
        self.out = out;
        passed?;
        match status {
            Ok(Status::StreamEnd) => self.state = State::Tail,
            Ok(Status::Ok | Status::BufError) if taken > 0 || made > 0 => {}
            Ok(Status::Ok | Status::BufError) | Err(_) => {
                self.give_up();
                return Ok(bytes.len());
            }
        }
        Ok(taken)
    }

    fn take_inner(
        &mut self,
        content: &[u8],
        budget: &mut Budget,
        inner: &mut dyn Write,
    ) -> Result<(), TapError> {
        let count = content.len() as u64;
        self.size += count;
        budget.left = budget
            .left
            .checked_sub(count)
            .ok_or(TapError::Limit(LimitName::InflatedBytes))?;
        let is_judged = self.size > Limits::RATIO_FREE_BYTES;
        if is_judged && self.size > self.compressed.saturating_mul(budget.ratio) {
            return Err(TapError::Limit(LimitName::InflateRatio));
        }
        self.crc.update(content);
        self.digest.update(content);
        let room = HEAD_BYTES.saturating_sub(self.head.len());
        self.head
            .extend_from_slice(content.get(..room.min(content.len())).unwrap_or_default());
        inner.write_all(content)?;
        Ok(())
    }
}
