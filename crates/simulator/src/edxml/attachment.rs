//! Attachments: raw, or wrapped in a ZIP with one entry.
//!
//! Owns: wrapping and unwrapping.
//! Not here: joining of references and attachments (`draft.rs`).
//! Invariant: unwrapping reads at most [`INFLATED_BYTES_MAX`] bytes.
//! Follows: messages seen on the axis; entry name `<uuid>.<extension>`.

use std::io::{Cursor, Read, Write};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Most bytes that an unwrapped attachment may have.
const INFLATED_BYTES_MAX: u64 = 209_715_200;

/// How an attachment travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentForm {
    /// One deflated entry, as the axis's clients do.
    #[default]
    Zip,
    /// The file's own bytes.
    Raw,
}

/// Whether the bytes begin as a ZIP.
pub fn is_wrapped(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Wraps a file.
///
/// # Errors
/// When the archive cannot be written.
pub fn wrap_zip(entry: Uuid, extension: &str, bytes: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() / 2 + 128)));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    archive.start_file(format!("{entry}.{extension}"), options)?;
    archive.write_all(bytes)?;
    Ok(archive.finish()?.into_inner())
}

/// Content of the only entry; `None` when it is no such archive or too large.
pub fn unwrap_zip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    if archive.len() != 1 {
        return None;
    }
    let entry = archive.by_index(0).ok()?;
    let mut out = Vec::new();
    entry
        .take(INFLATED_BYTES_MAX + 1)
        .read_to_end(&mut out)
        .ok()?;
    (u64::try_from(out.len()).ok()? <= INFLATED_BYTES_MAX).then_some(out)
}
