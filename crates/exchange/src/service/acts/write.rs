//! Writing a message of our own into a body with its digest.
//!
//! Invariant: small messages stay in memory, large ones go to a nameless file while they are
//! hashed, so that memory does not grow with the files attached.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek as _, SeekFrom, Write},
    sync::Arc,
};

use lgsp_platform::{
    blobs::{Blobs, Body, INLINE_BYTES_MAX, Received},
    clock::Ids,
};
use ring::digest::{Context, SHA256};

use crate::{
    Error, Result,
    edxml::{self, AttachmentSource, Edxml, Outgoing, Packing, WriteOptions},
    service::ComposeFile,
};

/// Base64 and markup around small files still fit inline below this sum.
const SMALL_FILES_BYTES_MAX: u64 = INLINE_BYTES_MAX as u64 / 2;

/// Writes a message with its files, each wrapped in a ZIP or as it is.
///
/// # Errors
/// `exchange.message.unwritable`, `platform.file.failed`, `platform.storage.full`.
pub(super) async fn write(
    blobs: &Blobs,
    message: Edxml,
    files: Arc<Vec<ComposeFile>>,
    is_zipped: bool,
) -> Result<Received> {
    let bytes: u64 = files.iter().map(|file| file.received.size_bytes).sum();
    let mut source = Files { files, is_zipped };
    if bytes <= SMALL_FILES_BYTES_MAX {
        let mut out = Hashing::new(Vec::new());
        edxml::write(&message, &mut source, &WriteOptions::default(), &mut out)?;
        let (inner, size_bytes, digest) = out.finish();
        if inner.len() <= INLINE_BYTES_MAX {
            return Ok(Received {
                body: Body::Inline(inner.into()),
                size_bytes,
                digest,
            });
        }
        let mut file = blobs.scratch()?;
        file.write_all(&inner)?;
        file.seek(SeekFrom::Start(0))?;
        return Ok(Received {
            body: Body::Spooled(file),
            size_bytes,
            digest,
        });
    }
    let scratch = blobs.scratch()?;
    let written = move || -> Result<Received> {
        let mut out = Hashing::new(scratch);
        edxml::write(&message, &mut source, &WriteOptions::default(), &mut out)?;
        let (mut file, size_bytes, digest) = out.finish();
        file.seek(SeekFrom::Start(0))?;
        Ok(Received {
            body: Body::Spooled(file),
            size_bytes,
            digest,
        })
    };
    tokio::task::spawn_blocking(written)
        .await
        .map_err(|error| Error::Stored(error.to_string()))?
}

/// Files of a composed document, opened one after another.
struct Files {
    files: Arc<Vec<ComposeFile>>,
    is_zipped: bool,
}

impl AttachmentSource for Files {
    fn open(&mut self, index: usize) -> io::Result<Outgoing<'_>> {
        let file = self.files.get(index).ok_or(io::ErrorKind::NotFound)?;
        let content: Box<dyn Read + '_> = match &file.received.body {
            Body::Inline(bytes) => Box::new(&bytes[..]),
            Body::Spooled(file) => {
                let mut file: File = file.try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                Box::new(BufReader::new(file))
            }
        };
        let packing = if self.is_zipped {
            Packing::Zip { entry: Ids.next() }
        } else {
            Packing::Raw
        };
        Ok(Outgoing { content, packing })
    }
}

/// Counts and hashes what passes.
struct Hashing<W> {
    inner: W,
    size_bytes: u64,
    context: Context,
}

impl<W> Hashing<W> {
    fn new(inner: W) -> Self {
        Self {
            inner,
            size_bytes: 0,
            context: Context::new(&SHA256),
        }
    }

    fn finish(self) -> (W, u64, [u8; 32]) {
        let mut digest = [0_u8; 32];
        digest.copy_from_slice(self.context.finish().as_ref());
        (self.inner, self.size_bytes, digest)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.context.update(bytes.get(..count).unwrap_or_default());
        self.size_bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
