//! The reader's view of the source: counted, limited, with a short look ahead.
//!
//! Owns: byte offsets, the ceiling of the whole file and of one piece of markup, copying of what
//! passes (raw fragments). Not here: XML. Invariant: holds one window, never the file.
//! Follows: design document "Document exchange", section 4 (limits).

use std::io::{self, BufRead, Read};

use super::start::is_space;

/// Window over the source. Larger gains nothing, smaller costs calls.
const WINDOW_BYTES: usize = 32 * 1024;
/// Smallest window; every look ahead fits.
const WINDOW_BYTES_MIN: usize = 1024;

/// Why the guard stopped the XML reader.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file is longer than allowed.
    Total,
    /// One piece of text or markup is longer than allowed.
    Piece,
    /// The source failed.
    Source(io::Error),
}

pub(super) struct Guard<R> {
    inner: R,
    window: Box<[u8]>,
    start: usize,
    end: usize,
    /// Absolute offset of `start` in the source.
    offset: u64,
    loaded: u64,
    total_max: u64,
    allowance: usize,
    captured: Option<Vec<u8>>,
    stop: Option<Stop>,
}

impl<R: BufRead> Guard<R> {
    pub(super) fn new(mut inner: R, total_max: u64) -> Self {
        // A message in memory shows its length at once: no more is set aside for it. A fault of
        // the source comes again when it is read.
        let shown = inner.fill_buf().map_or(WINDOW_BYTES, <[u8]>::len);
        Self::with_window(
            inner,
            total_max,
            shown.clamp(WINDOW_BYTES_MIN, WINDOW_BYTES),
        )
    }

    fn with_window(inner: R, total_max: u64, window_bytes: usize) -> Self {
        Self {
            inner,
            window: vec![0; window_bytes].into_boxed_slice(),
            start: 0,
            end: 0,
            offset: 0,
            loaded: 0,
            total_max,
            allowance: usize::MAX,
            captured: None,
            stop: None,
        }
    }

    /// Absolute offset of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes that may pass until the next call.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.allowance = bytes;
    }

    /// Why reading stopped, once.
    pub(super) fn take_stop(&mut self) -> Option<Stop> {
        self.stop.take()
    }

    /// Starts copying what passes.
    pub(super) fn capture(&mut self) {
        self.captured = Some(Vec::new());
    }

    pub(super) fn captured_bytes(&self) -> usize {
        self.captured.as_ref().map_or(0, Vec::len)
    }

    /// What passed since [`Guard::capture`].
    pub(super) fn take_captured(&mut self) -> Vec<u8> {
        self.captured.take().unwrap_or_default()
    }

    /// The next bytes, at least `wanted` unless the source ends before; `wanted` must fit the
    /// window.
    pub(super) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.end - self.start < wanted && self.load()? {}
        Ok(self.window.get(self.start..self.end).unwrap_or_default())
    }

    /// Passes white space, which would else be an event of its own between any two tags.
    pub(super) fn skip_space(&mut self) -> io::Result<()> {
        loop {
            let next = self.fill_buf()?;
            let length = next.len();
            let space = next.iter().take_while(|byte| is_space(**byte)).count();
            self.consume(space);
            if space < length || length == 0 {
                return Ok(());
            }
        }
    }

    /// Loads more behind what is there; false at the end of the source or when full.
    fn load(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.window.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let loaded = loop {
            match self.inner.fill_buf() {
                Ok(chunk) => {
                    let free = self.window.get_mut(self.end..).unwrap_or_default();
                    let count = chunk.len().min(free.len());
                    if let (Some(to), Some(from)) = (free.get_mut(..count), chunk.get(..count)) {
                        to.copy_from_slice(from);
                    }
                    break count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.halt(Stop::Source(error))),
            }
        };
        self.inner.consume(loaded);
        self.end += loaded;
        self.loaded += loaded as u64;
        if self.loaded > self.total_max {
            return Err(self.halt(Stop::Total));
        }
        Ok(loaded > 0)
    }

    fn halt(&mut self, stop: Stop) -> io::Error {
        self.stop = Some(stop);
        io::Error::other("stopped")
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let chunk = self.fill_buf()?;
        let count = chunk.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), chunk.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.load()?;
        }
        let available = self.end - self.start;
        if self.allowance == 0 && available > 0 {
            return Err(self.halt(Stop::Piece));
        }
        let count = available.min(self.allowance);
        Ok(self
            .window
            .get(self.start..self.start + count)
            .unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let taken = count.min(self.end - self.start);
        if let Some(captured) = &mut self.captured {
            let passed = self
                .window
                .get(self.start..self.start + taken)
                .unwrap_or_default();
            captured.extend_from_slice(passed);
        }
        self.start += taken;
        self.offset += taken as u64;
        self.allowance = self.allowance.saturating_sub(taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_peeks_and_copies() {
        let mut guard =
            Guard::with_window(io::BufReader::with_capacity(3, &b"0123456789"[..]), 10, 8);
        assert_eq!(guard.peek(5).unwrap().get(..5), Some(&b"01234"[..]));
        guard.consume(2);
        guard.capture();
        guard.consume(3);
        assert_eq!(guard.take_captured(), b"234");
        assert_eq!(guard.offset(), 5);
        let mut rest = String::new();
        guard.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "56789");
    }

    #[test]
    fn stops_past_the_total_and_past_a_piece() {
        let mut guard = Guard::with_window(&b"0123456789"[..], 9, 32);
        assert!(guard.fill_buf().is_err());
        assert!(matches!(guard.take_stop(), Some(Stop::Total)));
        let mut guard = Guard::with_window(&b"0123456789"[..], 10, 32);
        guard.allow(4);
        let mut four = [0; 4];
        guard.read_exact(&mut four).unwrap();
        assert!(guard.fill_buf().is_err());
        assert!(matches!(guard.take_stop(), Some(Stop::Piece)));
    }
}
