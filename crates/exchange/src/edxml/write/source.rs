//! Where the content of written attachments comes from.
//!
//! Owns: the port and two small implementations. Not here: blob storage, which implements the port
//! elsewhere. Invariant: one content is open at a time.
//! Follows: design document "Document exchange", section 4 "Attachment form", Writing.

use std::io::{self, Read};

use uuid::Uuid;

/// How the content is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// The bytes as they are.
    Raw,
    /// Wrapped in a ZIP of one deflated entry `<entry>.<extension of the attachment's name>`.
    Zip {
        /// Passed in, so that the same call gives the same bytes.
        entry: Uuid,
    },
}

/// Content of one attachment.
pub struct Outgoing<'a> {
    pub content: Box<dyn Read + 'a>,
    pub packing: Packing,
}

/// Opens attachments in the order of the message.
pub trait AttachmentSource {
    /// Content of attachment `index`.
    ///
    /// # Errors
    /// When there is none or it cannot be opened.
    fn open(&mut self, index: usize) -> io::Result<Outgoing<'_>>;
}

/// For messages without attachments.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAttachments;

impl AttachmentSource for NoAttachments {
    fn open(&mut self, _index: usize) -> io::Result<Outgoing<'_>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Small contents held in memory, by index.
#[derive(Debug, Clone, Default)]
pub struct InMemory {
    pub contents: Vec<(Vec<u8>, Packing)>,
}

impl AttachmentSource for InMemory {
    fn open(&mut self, index: usize) -> io::Result<Outgoing<'_>> {
        let (content, packing) = self.contents.get(index).ok_or(io::ErrorKind::NotFound)?;
        Ok(Outgoing {
            content: Box::new(content.as_slice()),
            packing: *packing,
        })
    }
}
