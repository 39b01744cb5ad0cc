//! Attachments in the form that a partner wants: wrapped in a ZIP of one entry, or bare.
//!
//! Owns: `Carry`, turning one content from one form into the other while it passes. Not here: which
//! form is wanted (`service/partner`), the message around it (`rewrite`).
//! Invariant: memory does not depend on the attachment; the file itself stays the same byte for
//! byte.
//! Follows: design document "Document exchange", section 4 "Attachment form", Writing.

use std::io::{self, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use uuid::Uuid;

use super::limits::Limits;
use super::model::Attachment;
use super::read::{Base64Text, TapError};
use super::write::entry_name;
use super::zip::{Budget, ZipPacker, ZipProbe};

/// Bytes that make whole base64 groups without padding.
const GROUP_BYTES: usize = 3;

/// What becomes of the content of an attachment when its message is written again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Carry {
    /// The base64 text is copied.
    #[default]
    AsReceived,
    /// The bare file is wrapped in a ZIP.
    Zip {
        /// Names the entry; passed in, so that the same call gives the same bytes.
        entry: Uuid,
    },
    /// The wrapping is taken off.
    Raw,
}

/// One content on its way from one form to the other.
pub(super) struct Repacker {
    base64: Base64Text,
    form: Form,
    encoder: Encoder,
}

enum Form {
    Wrapping(Box<ZipPacker<Vec<u8>>>),
    Unwrapping {
        probe: Box<ZipProbe>,
        budget: Budget,
    },
}

impl Repacker {
    /// Nothing to do gives `None`.
    pub(super) fn new(
        carry: Carry,
        attachment: &Attachment,
        limits: &Limits,
    ) -> io::Result<Option<Self>> {
        let form = match carry {
            Carry::AsReceived => return Ok(None),
            Carry::Zip { entry } => {
                let packer = ZipPacker::new(Vec::new(), &entry_name(entry, attachment))?;
                Form::Wrapping(Box::new(packer))
            }
            Carry::Raw => Form::Unwrapping {
                probe: Box::new(ZipProbe::new()),
                budget: Budget::new(limits),
            },
        };
        Ok(Some(Self {
            base64: Base64Text::new(),
            form,
            encoder: Encoder::default(),
        }))
    }

    /// Takes a piece of the received base64 text.
    pub(super) fn feed(&mut self, piece: &[u8], out: &mut dyn Write) -> Result<(), TapError> {
        let Self {
            base64,
            form,
            encoder,
        } = self;
        base64.feed(piece, &mut |bytes| form.take(bytes, encoder, out))
    }

    /// Writes what is left.
    pub(super) fn finish(self, out: &mut dyn Write) -> Result<(), TapError> {
        let Self {
            mut base64,
            mut form,
            mut encoder,
        } = self;
        base64.finish(&mut |bytes| form.take(bytes, &mut encoder, out))?;
        if base64.is_broken() {
            return Err(not_as_supposed());
        }
        match form {
            Form::Wrapping(packer) => {
                let rest = packer.finish()?;
                encoder.push(&rest, out)?;
            }
            Form::Unwrapping { probe, .. } => {
                if probe.finish().is_none() {
                    return Err(not_as_supposed());
                }
            }
        }
        Ok(encoder.finish(out)?)
    }
}

impl Form {
    fn take(
        &mut self,
        bytes: &[u8],
        encoder: &mut Encoder,
        out: &mut dyn Write,
    ) -> Result<(), TapError> {
        match self {
            Self::Wrapping(packer) => {
                packer.write_all(bytes)?;
                let packed = std::mem::take(packer.out());
                encoder.push(&packed, out)?;
            }
            Self::Unwrapping { probe, budget } => {
                let mut inner = Vec::new();
                probe.feed(bytes, budget, &mut inner)?;
                encoder.push(&inner, out)?;
            }
        }
        Ok(())
    }
}

/// The message was read before; its content cannot have changed.
fn not_as_supposed() -> TapError {
    TapError::Sink(io::ErrorKind::InvalidData.into())
}

/// Base64 of a stream, one line.
#[derive(Default)]
struct Encoder {
    /// Bytes that make no whole group yet.
    held: Vec<u8>,
    text: String,
}

impl Encoder {
    fn push(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        self.held.extend_from_slice(bytes);
        let whole = self.held.len() / GROUP_BYTES * GROUP_BYTES;
        self.text.clear();
        let groups = self.held.get(..whole).unwrap_or_default();
        STANDARD.encode_string(groups, &mut self.text);
        self.held.drain(..whole);
        out.write_all(self.text.as_bytes())
    }

    fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(STANDARD.encode(&self.held).as_bytes())
    }
}
