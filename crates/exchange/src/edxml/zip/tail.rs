//! What follows the only entry of an archive: descriptor, directory and end record.
//!
//! Owns: judging whether it all agrees with the entry that was read. Not here: reading the entry
//! (`probe`). Invariant: an archive counts as wrapped only when directory and entry say the same.
//! Follows: APPNOTE.TXT 6.3, sections 4.3.9, 4.3.12 to 4.3.16.

use super::{
    CENTRAL_HEADER, CENTRAL_HEADER_BYTES, DESCRIPTOR, END, END_64, END_64_LOCATOR, END_BYTES,
    FLAG_ENCRYPTED, IN_ZIP64, u16_at, u32_at,
};

/// Longest tail: directory entry, ZIP64 records and an end record with the longest comment.
pub(super) const TAIL_BYTES_MAX: usize = 96 * 1024;

/// What was read of the entry.
pub(super) struct Entry<'e> {
    pub(super) name: &'e [u8],
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) size: u64,
    pub(super) compressed: u64,
}

/// Whether `tail` is a directory of exactly this entry.
pub(super) fn agrees(tail: &[u8], entry: &Entry<'_>) -> bool {
    // No descriptor, or one of 12 or 20 bytes (ZIP64), with or without its signature.
    [0, 12, 16, 20, 24].iter().any(|at| {
        let is_signed = matches!(at, 16 | 24);
        let has_signature = u32_at(tail, 0) == Some(DESCRIPTOR);
        is_signed == (*at > 0 && has_signature)
            && tail
                .get(*at..)
                .is_some_and(|directory| directory_agrees(directory, entry))
    })
}

fn directory_agrees(directory: &[u8], entry: &Entry<'_>) -> bool {
    header_length(directory, entry)
        .and_then(|length| directory.get(length..))
        .is_some_and(is_end_of_one)
}

/// Length of the directory's entry when it is the one that was read.
fn header_length(directory: &[u8], entry: &Entry<'_>) -> Option<usize> {
    if u32_at(directory, 0)? != CENTRAL_HEADER {
        return None;
    }
    let flags = u16_at(directory, 8)?;
    let name_bytes = usize::from(u16_at(directory, 28)?);
    let extra_bytes = usize::from(u16_at(directory, 30)?);
    let comment_bytes = usize::from(u16_at(directory, 32)?);
    let name = directory.get(CENTRAL_HEADER_BYTES..CENTRAL_HEADER_BYTES + name_bytes)?;
    let compressed = u32_at(directory, 20)?;
    let size = u32_at(directory, 24)?;
    let offset = u32_at(directory, 42)?;
    let agrees = flags & FLAG_ENCRYPTED == 0
        && u16_at(directory, 10)? == entry.method
        && u32_at(directory, 16)? == entry.crc
        && (compressed == IN_ZIP64 || u64::from(compressed) == entry.compressed)
        && (size == IN_ZIP64 || u64::from(size) == entry.size)
        && (offset == IN_ZIP64 || offset == 0)
        && name == entry.name;
    agrees.then_some(CENTRAL_HEADER_BYTES + name_bytes + extra_bytes + comment_bytes)
}

/// End records that speak of one entry, up to the last byte of the file.
fn is_end_of_one(records: &[u8]) -> bool {
    let mut rest = records;
    if u32_at(rest, 0) == Some(END_64) {
        let Some(after) = u32_at(rest, 4)
            .and_then(|size| usize::try_from(size).ok())
            .and_then(|size| rest.get(size.checked_add(12)?..))
        else {
            return false;
        };
        rest = after;
        const LOCATOR_BYTES: usize = 20;
        if u32_at(rest, 0) == Some(END_64_LOCATOR) {
            rest = rest.get(LOCATOR_BYTES..).unwrap_or_default();
        }
    }
    let entries = u16_at(rest, 10);
    let comment_bytes = u16_at(rest, 20).map(usize::from);
    // A second end record in the comment would show other readers another archive.
    let comment = rest.get(END_BYTES..).unwrap_or_default();
    let has_second_end = comment.windows(4).any(|part| part == END.to_le_bytes());
    u32_at(rest, 0) == Some(END)
        && !has_second_end
        && matches!(entries, Some(1 | u16::MAX))
        && comment_bytes.is_some_and(|length| rest.len() == END_BYTES + length)
}
