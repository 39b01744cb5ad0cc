//! Bodies that are too large for a row: content-addressed files in the object store.
//!
//! Owns: `Blobs`, spooling of incoming bodies, durable storing, streaming out.
//! Not here: small bodies; they live in the `message` row (`ledger/`); removing what nobody names
//! (`sweep.rs`).
//! Invariant: a digest that the ledger knows is readable; a body is on disk before its row.
//! Follows: docs/specs/ledger.md, Bodies.

use std::{
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    ObjectStore, ObjectStoreExt as _, WriteMultipart, local::LocalFileSystem,
    path::Path as StorePath,
};
use ring::digest::{Context, SHA256};

use crate::{
    error::{Error, Result},
    files,
    journal::seal::hex,
};

/// Bodies up to this size stay in memory and in the row, 64 KiB.
pub const INLINE_BYTES_MAX: usize = 65_536;
const PART_BYTES: usize = 1_048_576;

/// A body as it came in: small ones in memory, large ones in a nameless file.
pub enum Body {
    /// At most [`INLINE_BYTES_MAX`] bytes.
    Inline(Bytes),
    /// Anything larger; read from the start.
    Spooled(std::fs::File),
}

/// A received body with its size and digest.
pub struct Received {
    /// The content.
    pub body: Body,
    /// Length in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the content.
    pub digest: [u8; 32],
}

/// The store of large bodies.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// The folder behind the store when it is local: synced by hand, because the store does not.
    local: Option<PathBuf>,
    spool: PathBuf,
}

impl Blobs {
    /// A store in the folder `local`, with work in progress in `spool`.
    ///
    /// Several nodes share `local`; `spool` is each node's own.
    ///
    /// # Errors
    /// `platform.file.failed`.
    pub fn open_local(local: &Path, spool: &Path) -> Result<Self> {
        std::fs::create_dir_all(local)?;
        std::fs::create_dir_all(spool)?;
        Ok(Self {
            store: Arc::new(LocalFileSystem::new_with_prefix(local)?),
            local: Some(local.to_path_buf()),
            spool: spool.to_path_buf(),
        })
    }

    /// Takes in a stream of at most `bytes_max` bytes, hashing on the way.
    ///
    /// # Errors
    /// `platform.limit.exceeded` with `limit`; the stream's own error as `bad request`.
    pub async fn receive<S, E>(
        &self,
        stream: S,
        limit: &'static str,
        bytes_max: u64,
    ) -> Result<Received>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let mut stream = stream;
        let mut context = Context::new(&SHA256);
        let mut inline: Vec<u8> = Vec::new();
        let mut spooled: Option<std::fs::File> = None;
        let mut size_bytes = 0_u64;
        while let Some(part) = stream.next().await {
            let part = part.map_err(|error| Error::BadRequest(error.to_string()))?;
            size_bytes += part.len() as u64;
            if size_bytes > bytes_max {
                return Err(Error::TooLarge {
                    limit,
                    max: bytes_max,
                });
            }
            context.update(&part);
            if let Some(file) = &mut spooled {
                file.write_all(&part)?;
            } else if inline.len() + part.len() <= INLINE_BYTES_MAX {
                inline.extend_from_slice(&part);
            } else {
                let mut file = tempfile::tempfile_in(&self.spool)?;
                file.write_all(&inline)?;
                file.write_all(&part)?;
                inline = Vec::new();
                spooled = Some(file);
            }
        }
        let mut digest = [0_u8; 32];
        digest.copy_from_slice(context.finish().as_ref());
        let body = match spooled {
            Some(mut file) => {
                file.seek(SeekFrom::Start(0))?;
                Body::Spooled(file)
            }
            None => Body::Inline(inline.into()),
        };
        Ok(Received {
            body,
            size_bytes,
            digest,
        })
    }

    /// An empty nameless file beside the bodies, for work in progress.
    ///
    /// # Errors
    /// `platform.file.failed`, `platform.storage.full`.
    pub fn scratch(&self) -> Result<std::fs::File> {
        Ok(tempfile::tempfile_in(&self.spool)?)
    }

    /// Stores a spooled body under its digest, durably, before its row is written.
    ///
    /// # Errors
    /// `platform.storage.full`, `platform.file.failed`.
    pub async fn store(&self, file: std::fs::File, digest: &[u8; 32]) -> Result<()> {
        let path = store_path(digest);
        if self.is_kept(&path).await? {
            return Ok(());
        }
        let upload = self.store.put_multipart(&path).await?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        let mut reader = tokio::fs::File::from_std(file);
        let mut buffer = vec![0_u8; PART_BYTES];
        loop {
            let count = tokio::io::AsyncReadExt::read(&mut reader, &mut buffer).await?;
            if count == 0 {
                break;
            }
            writer.write(buffer.get(..count).unwrap_or_default());
            writer.wait_for_capacity(1).await?;
        }
        writer.finish().await?;
        self.sync(&path)
    }

    /// Whether the body is there, and stays: it is made young, so that no sweep takes it before its
    /// row is written, then looked for again, because a sweep may have been faster.
    #[expect(
        clippy::disallowed_methods,
        reason = "ages of files are of the file system's clock"
    )]
    async fn is_kept(&self, path: &StorePath) -> Result<bool> {
        let Some(root) = &self.local else {
            return Ok(self.store.head(path).await.is_ok());
        };
        let path = root.join(path.as_ref());
        let Ok(file) = std::fs::File::open(&path) else {
            return Ok(false);
        };
        file.set_modified(SystemTime::now())?;
        Ok(path.try_exists()?)
    }

    /// The folder of the store, when it is local.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.local.as_deref()
    }

    /// A stored body as a stream.
    ///
    /// # Errors
    /// `platform.file.failed` when the store lacks it.
    pub async fn stream(&self, digest: &[u8]) -> Result<BoxStream<'static, Result<Bytes>>> {
        let found = self.store.get(&store_path(digest)).await?;
        Ok(found.into_stream().map_err(Error::from).boxed())
    }

    /// A stored body copied into a nameless file, so that it can be read twice.
    ///
    /// # Errors
    /// As [`Blobs::stream`].
    pub async fn open_file(&self, digest: &[u8]) -> Result<std::fs::File> {
        if let Some(root) = &self.local {
            return Ok(std::fs::File::open(root.join(store_path(digest).as_ref()))?);
        }
        let mut stream = self.stream(digest).await?;
        let mut file = self.scratch()?;
        while let Some(part) = stream.try_next().await? {
            file.write_all(&part)?;
        }
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// `object_store` renames without a sync; a body must survive a power cut.
    fn sync(&self, path: &StorePath) -> Result<()> {
        let Some(root) = &self.local else {
            return Ok(());
        };
        let file = root.join(path.as_ref());
        std::fs::File::open(&file)?.sync_all()?;
        for directory in file
            .ancestors()
            .skip(1)
            .take_while(|part| part.starts_with(root))
        {
            files::sync_directory(directory)?;
        }
        Ok(())
    }
}

fn store_path(digest: &[u8]) -> StorePath {
    let name = hex(digest);
    let (first, rest) = name.split_at_checked(2).unwrap_or(("00", &name));
    StorePath::from_iter([first, rest])
}
