//! Wraps one file into an archive of one deflated entry, in a stream.
//!
//! Owns: the archive as senders on the axis write it: data descriptor, UTF-8 flag, no extra
//! fields. Not here: base64. Invariant: same content, level and name give the same bytes.
//! Follows: APPNOTE.TXT 6.3, sections 4.3.7 to 4.3.16.

use std::io::{self, Write};

use flate2::Compression;
use flate2::Crc;
use flate2::write::DeflateEncoder;

use super::{
    CENTRAL_HEADER, DESCRIPTOR, END, FLAG_DESCRIPTOR, FLAG_UTF8, LOCAL_HEADER, METHOD_DEFLATE,
};

const VERSION: u16 = 20;
/// 1 January 1980, midnight: the first instant of the format. A fixed one keeps bytes the same.
const DOS_TIME: u16 = 0;
const DOS_DATE: u16 = (1 << 5) | 1;

/// Counts what passes.
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

pub(crate) struct ZipPacker<W: Write> {
    encoder: DeflateEncoder<Counted<W>>,
    name: String,
    crc: Crc,
}

impl<W: Write> ZipPacker<W> {
    /// Writes the entry's header.
    pub(crate) fn new(mut out: W, name: &str) -> io::Result<Self> {
        let mut header = Record::new(LOCAL_HEADER);
        header.u16(VERSION);
        header.entry(0, 0, 0, name)?;
        out.write_all(&header.bytes)?;
        out.write_all(name.as_bytes())?;
        let counted = Counted {
            inner: out,
            bytes: 0,
        };
        let encoder = DeflateEncoder::new(counted, Compression::default());
        Ok(Self {
            encoder,
            name: name.to_owned(),
            crc: Crc::new(),
        })
    }

    /// What the archive is written to.
    pub(crate) fn out(&mut self) -> &mut W {
        &mut self.encoder.get_mut().inner
    }

    /// Ends the entry and writes the directory.
    pub(crate) fn finish(self) -> io::Result<W> {
        const HEADER_BYTES: u64 = 30;
        const DESCRIPTOR_BYTES: u64 = 16;
        let size = self.encoder.total_in();
        let counted = self.encoder.finish()?;
        let (compressed, mut out) = (counted.bytes, counted.inner);
        let crc = self.crc.sum();
        let [size, compressed] = [small(size)?, small(compressed)?];

        let mut tail = Record::new(DESCRIPTOR);
        tail.u32(crc);
        tail.u32(compressed);
        tail.u32(size);
        let name_bytes = self.name.len() as u64;
        let directory_at = HEADER_BYTES + name_bytes + u64::from(compressed) + DESCRIPTOR_BYTES;

        let mut directory = Record::new(CENTRAL_HEADER);
        directory.u16(VERSION);
        directory.u16(VERSION);
        directory.entry(crc, compressed, size, &self.name)?;
        // Comment length, disk, internal attributes, external attributes, offset of the entry.
        directory.bytes.extend_from_slice(&[0; 14]);
        directory.bytes.extend_from_slice(self.name.as_bytes());

        let mut end = Record::new(END);
        end.u32(0);
        end.u16(1);
        end.u16(1);
        end.u32(small(directory.bytes.len() as u64)?);
        end.u32(small(directory_at)?);
        end.u16(0);
        for record in [tail, directory, end] {
            out.write_all(&record.bytes)?;
        }
        Ok(out)
    }
}

impl<W: Write> Write for ZipPacker<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.encoder.write(bytes)?;
        self.crc.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

fn small(value: u64) -> io::Result<u32> {
    u32::try_from(value).map_err(|_| io::Error::other("attachment too large for a ZIP entry"))
}

struct Record {
    bytes: Vec<u8>,
}

impl Record {
    fn new(signature: u32) -> Self {
        Self {
            bytes: signature.to_le_bytes().to_vec(),
        }
    }

    fn u16(&mut self, value: u16) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// The fields that local header and directory share, up to the length of the extra field.
    fn entry(&mut self, crc: u32, compressed: u32, size: u32, name: &str) -> io::Result<()> {
        self.u16(FLAG_DESCRIPTOR | FLAG_UTF8);
        self.u16(METHOD_DEFLATE);
        self.u16(DOS_TIME);
        self.u16(DOS_DATE);
        self.u32(crc);
        self.u32(compressed);
        self.u32(size);
        let name_bytes = u16::try_from(name.len());
        self.u16(name_bytes.map_err(|_| io::Error::other("entry name too long"))?);
        self.u16(0);
        Ok(())
    }
}
