//! Where decoded attachment content goes during reading.
//!
//! Owns: the port and three small implementations. Not here: blob storage, which implements the
//! port elsewhere. Invariant: a sink sees attachments in order, each as begin, chunks, end.
//! Follows: design document "Document exchange", section 4.

use std::io::{self, Write};

/// Takes decoded attachment content (base64 removed, ZIP wrapping still on).
pub trait AttachmentSink {
    /// Attachment `index` begins.
    ///
    /// # Errors
    /// Whatever the sink's storage reports; reading stops.
    fn begin(&mut self, _index: usize) -> io::Result<()> {
        Ok(())
    }

    /// The next bytes of attachment `index`, at most a few KiB.
    ///
    /// # Errors
    /// Whatever the sink's storage reports; reading stops.
    fn chunk(&mut self, index: usize, bytes: &[u8]) -> io::Result<()>;

    /// Attachment `index` has ended; a broken one was not base64 and what came is not all.
    ///
    /// # Errors
    /// Whatever the sink's storage reports; reading stops.
    fn end(&mut self, _index: usize, _is_broken: bool) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps nothing; facts are gathered all the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl AttachmentSink for Discard {
    fn chunk(&mut self, _index: usize, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps everything in memory: for tests and small messages only.
#[derive(Debug, Clone, Default)]
pub struct Collect {
    /// Content by index.
    pub contents: Vec<Vec<u8>>,
}

impl AttachmentSink for Collect {
    fn begin(&mut self, _index: usize) -> io::Result<()> {
        self.contents.push(Vec::new());
        Ok(())
    }

    fn chunk(&mut self, _index: usize, bytes: &[u8]) -> io::Result<()> {
        if let Some(content) = self.contents.last_mut() {
            content.extend_from_slice(bytes);
        }
        Ok(())
    }
}

/// Writes one attachment out.
#[derive(Debug)]
pub struct Extract<W> {
    pub index: usize,
    pub writer: W,
}

impl<W: Write> AttachmentSink for Extract<W> {
    fn chunk(&mut self, index: usize, bytes: &[u8]) -> io::Result<()> {
        if index == self.index {
            self.writer.write_all(bytes)
        } else {
            Ok(())
        }
    }
}
