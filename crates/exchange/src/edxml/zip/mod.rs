//! The two halves of ZIP that attachments need: telling a wrapped file, and wrapping one.
//!
//! Owns: a forward-only reader of archives with one entry, and a writer of such. Not here: archives
//! as such; nothing inside is unpacked further. Invariant: works in a stream, holds no archive.
//! Follows: APPNOTE.TXT 6.3 (ZIP), sections 4.3 and 4.4; design document "Document exchange",
//! section 4 "Attachment form".

mod pack;
mod probe;
mod tail;

pub(crate) use pack::ZipPacker;
pub(crate) use probe::{Budget, Wrapped, ZipProbe};

const LOCAL_HEADER: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const END_64: u32 = 0x0606_4b50;
const END_64_LOCATOR: u32 = 0x0706_4b50;
const END: u32 = 0x0605_4b50;

const LOCAL_HEADER_BYTES: usize = 30;
const CENTRAL_HEADER_BYTES: usize = 46;
const END_BYTES: usize = 22;

const METHOD_STORED: u16 = 0;
const METHOD_DEFLATE: u16 = 8;
const FLAG_ENCRYPTED: u16 = 1;
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const FLAG_UTF8: u16 = 1 << 11;
/// A 32-bit field whose value stands in the ZIP64 extra field.
const IN_ZIP64: u32 = u32::MAX;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..at + 2)?
        .try_into()
        .ok()
        .map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at + 4)?
        .try_into()
        .ok()
        .map(u32::from_le_bytes)
}
