//! Large messages: the codec never holds more than windows of them.

use std::io::{self, BufRead, BufReader, Read};

use super::{Edxml, smallest_document, zipped};
use lgsp_exchange::edxml::{
    AttachmentForm, AttachmentSink, AttachmentSource, Limits, LineEnd, Outgoing, Packing,
    ReadOptions, WriteOptions, extract, read, rewrite, write,
};

/// Largest piece that a sink may be handed.
const CHUNK_BYTES_MAX: usize = 64 * 1024;

/// Content that makes a message of just over 50 MB.
const CONTENT_BYTES: usize = 37_600_000;

/// Bytes that do not compress, made on the fly.
struct Noise {
    left: usize,
    state: u64,
}

impl Noise {
    fn new(left: usize) -> Self {
        Self {
            left,
            state: 0x2545_f491_4f6c_dd1d,
        }
    }
}

impl Read for Noise {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = out.len().min(self.left);
        for byte in &mut out[..count] {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            *byte = self.state.to_le_bytes()[3];
        }
        self.left -= count;
        Ok(count)
    }
}

struct OneLarge {
    bytes: usize,
    packing: Packing,
}

impl AttachmentSource for OneLarge {
    fn open(&mut self, _index: usize) -> io::Result<Outgoing<'_>> {
        Ok(Outgoing {
            content: Box::new(Noise::new(self.bytes)),
            packing: self.packing,
        })
    }
}

/// Watches the size of pieces.
#[derive(Default)]
struct Watch {
    largest: usize,
    total: usize,
}

impl AttachmentSink for Watch {
    fn chunk(&mut self, _index: usize, bytes: &[u8]) -> io::Result<()> {
        self.largest = self.largest.max(bytes.len());
        self.total += bytes.len();
        Ok(())
    }
}

/// A source that counts and hands out small pieces.
struct Trickle<R> {
    inner: BufReader<R>,
}

impl<R: Read> Read for Trickle<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.inner.read(out)
    }
}

impl<R: Read> BufRead for Trickle<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
    }
}

/// Peak memory of this process since the last call, in KiB, where the system tells.
fn peak_memory_kib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn large_file(packing: Packing, content_bytes: usize) -> tempfile::NamedTempFile {
    let (document, _) = smallest_document();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut source = OneLarge {
        bytes: content_bytes,
        packing,
    };
    let message = Edxml::Document(Box::new(document));
    write(&message, &mut source, &WriteOptions::default(), &mut file).unwrap();
    file
}

#[test]
fn fifty_megabytes_pass_in_small_pieces() {
    for (packing, content_bytes) in [(Packing::Raw, CONTENT_BYTES), (zipped(), CONTENT_BYTES / 4)] {
        let file = large_file(packing, content_bytes);
        let file_bytes = file.as_file().metadata().unwrap().len();
        assert!(packing != Packing::Raw || file_bytes > 50_000_000);
        let open = || BufReader::new(file.reopen().unwrap());
        let before = peak_memory_kib();
        let mut watch = Watch::default();
        let reading = read(open(), &ReadOptions::strict(), &mut watch).unwrap();
        let facts = &reading.attachments[0];
        assert_eq!(facts.inner_size_bytes, content_bytes as u64);
        assert_eq!(watch.total as u64, facts.size_bytes);
        assert!(watch.largest <= CHUNK_BYTES_MAX, "{}", watch.largest);
        let mut inner = io::sink();
        let form = if packing == Packing::Raw {
            AttachmentForm::Raw
        } else {
            AttachmentForm::Zip
        };
        assert_eq!(facts.form, form);
        let written = extract(open(), 0, form, &Limits::default(), &mut inner).unwrap();
        assert_eq!(written, content_bytes as u64);
        let mut again = tempfile::tempfile().unwrap();
        let options = WriteOptions {
            line_end: LineEnd::CrLf,
        };
        rewrite(
            &reading.message,
            open(),
            &Limits::default(),
            &options,
            &mut again,
        )
        .unwrap();
        assert_eq!(
            again.metadata().unwrap().len(),
            file.as_file().metadata().unwrap().len()
        );
        // The peak counts the pages of the test program's own code too, some 7 MiB unoptimised;
        // beside other tests it is looser still.
        let is_alone = std::env::var_os("NEXTEST").is_some();
        let bound_kib = if is_alone { 12 * 1024 } else { 32 * 1024 };
        if let (Some(before), Some(after)) = (before, peak_memory_kib()) {
            assert!(after - before < bound_kib, "grew by {} KiB", after - before);
        }
    }
}

#[test]
fn one_byte_at_a_time_reads_the_same() {
    let file = large_file(zipped(), 5_000);
    let bytes = std::fs::read(file.path()).unwrap();
    let whole = read(&bytes[..], &ReadOptions::strict(), &mut Watch::default()).unwrap();
    for capacity in [1, 2, 3, 7, 31] {
        let source = Trickle {
            inner: BufReader::with_capacity(capacity, &bytes[..]),
        };
        let reading = read(source, &ReadOptions::strict(), &mut Watch::default()).unwrap();
        assert_eq!(reading, whole, "{capacity}");
    }
}

#[test]
fn line_breaks_in_base64_cost_nothing_but_their_bytes() {
    let file = large_file(Packing::Raw, 300_000);
    let text = std::fs::read_to_string(file.path()).unwrap();
    let open = "QCVN_102_2016\">";
    let at = text.rfind(open).unwrap() + open.len();
    let end = at + text[at..].find('<').unwrap();
    let lines: Vec<&str> = text.as_bytes()[at..end]
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    for separator in ["\r\n", "\n", "&#xD;\n", " \t"] {
        let broken = [&text[..at], &lines.join(separator), &text[end..]].concat();
        let facts = |text: &str| {
            let reading = read(
                text.as_bytes(),
                &ReadOptions::strict(),
                &mut Watch::default(),
            );
            reading.unwrap().attachments[0].sha256.clone()
        };
        assert_eq!(facts(&broken), facts(&text), "{separator:?}");
    }
}

#[test]
fn a_failing_sink_or_source_is_told_apart() {
    struct Full;
    impl AttachmentSink for Full {
        fn chunk(&mut self, _index: usize, _bytes: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }
    struct Cut;
    impl Read for Cut {
        fn read(&mut self, _out: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    use lgsp_exchange::edxml::ReadError;
    let file = large_file(Packing::Raw, 100);
    let bytes = std::fs::read(file.path()).unwrap();
    let outcome = read(&bytes[..], &ReadOptions::strict(), &mut Full);
    assert!(
        matches!(outcome, Err(ReadError::Sink(error)) if error.kind() == io::ErrorKind::StorageFull)
    );
    for length in [0, 100, bytes.len() - 200] {
        let source = BufReader::new((&bytes[..length]).chain(Cut));
        let outcome = read(source, &ReadOptions::strict(), &mut Watch::default());
        assert!(
            matches!(&outcome, Err(ReadError::Source(error)) if error.kind() == io::ErrorKind::ConnectionReset),
            "{length}: {outcome:?}"
        );
    }
}
