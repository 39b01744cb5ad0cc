//! The base64 text of an attachment, streamed past the XML reader.
//!
//! Owns: handing the text between the tags to a tap in pieces, with references, comments and CDATA
//! sections resolved. Not here: decoding (`decode`). Invariant: no piece is larger than the window
//! of the guard; the text is never whole in memory.
//! Follows: design document "Document exchange", section 4.

use std::io::{self, BufRead};

use super::super::defects::DefectCode;
use super::super::error::ReadError;
use super::super::limits::LimitName;
use super::scanner::{Outcome, Pulled, Scanner};
use super::start;

/// Why a tap stops the reading.
#[derive(Debug)]
pub(crate) enum TapError {
    Limit(LimitName),
    Sink(io::Error),
}

impl From<io::Error> for TapError {
    fn from(error: io::Error) -> Self {
        Self::Sink(error)
    }
}

/// Takes the text of attachments, in the order of the message.
pub(crate) trait ContentTap {
    fn begin(&mut self, index: usize) -> Result<(), TapError>;

    /// A piece of the text, white space included.
    fn text(&mut self, piece: &[u8]) -> Result<(), TapError>;

    /// The content holds something that is no text, or is absent.
    fn spoil(&mut self);

    /// The content has ended; whether it is broken.
    fn end(&mut self) -> Result<bool, TapError>;
}

const CDATA_OPEN: &[u8] = b"<![CDATA[";
const CDATA_CLOSE: &[u8] = b"]]>";

impl<R: BufRead> Scanner<'_, R> {
    /// Streams the content of the current element; the path still leads to it afterwards.
    pub(super) fn stream_content(&mut self, tap: &mut dyn ContentTap) -> Outcome<()> {
        if self.tag_is_empty {
            self.pull()?;
            return Ok(());
        }
        self.is_content = true;
        loop {
            self.guard().allow(usize::MAX);
            let next = match self.guard().peek(CDATA_OPEN.len()) {
                Ok(window) => Next::of(window),
                Err(_) => return Err(self.stopped(DefectCode::NotWellFormed)),
            };
            match next {
                Next::Text => self.stream_until(tap, Delimiter::Markup)?,
                Next::CData => {
                    self.guard().consume(CDATA_OPEN.len());
                    self.stream_until(tap, Delimiter::CDataEnd)?;
                    self.guard().consume(CDATA_CLOSE.len());
                }
                Next::Markup => {
                    if self.pull_in_content(tap)? {
                        break;
                    }
                }
                Next::End => return Err(self.reject(DefectCode::NotWellFormed, "")),
            }
        }
        self.is_content = false;
        Ok(())
    }

    /// One event inside the content; true at its end tag.
    fn pull_in_content(&mut self, tap: &mut dyn ContentTap) -> Outcome<bool> {
        self.text.clear();
        self.is_collecting = true;
        let pulled = self.pull()?;
        self.is_collecting = false;
        match pulled {
            Pulled::Close | Pulled::Done => return Ok(true),
            Pulled::Skipped => {
                let fed = tap.text(self.text.as_bytes());
                self.tapped(fed)?;
            }
            Pulled::Open => {
                tap.spoil();
                self.is_content = false;
                self.capture()?;
                self.is_content = true;
            }
        }
        Ok(false)
    }

    /// Hands text to the tap up to a delimiter, which stays.
    fn stream_until(&mut self, tap: &mut dyn ContentTap, delimiter: Delimiter) -> Outcome<()> {
        loop {
            let mut verdict = Piece::Whole;
            let mut fed = Ok(());
            let (length, is_end) = match self.guard().peek(delimiter.look_bytes()) {
                Err(_) => return Err(self.stopped(DefectCode::NotWellFormed)),
                Ok(window) => {
                    let (run, is_end) = delimiter.split(window);
                    let piece = checked(run, &mut verdict);
                    if !piece.is_empty() {
                        fed = tap.text(piece);
                    }
                    (piece.len(), is_end && piece.len() == run.len())
                }
            };
            self.tapped(fed)?;
            match verdict {
                Piece::Whole => {}
                Piece::Cut => self.load_rest_of_char(length)?,
                Piece::NotUtf8 => return Err(self.reject_here(DefectCode::Encoding)),
                Piece::Forbidden => return Err(self.reject_here(DefectCode::NotWellFormed)),
            }
            self.guard().consume(length);
            if is_end {
                return Ok(());
            }
            if length == 0 && matches!(verdict, Piece::Whole) {
                return Err(self.reject_here(DefectCode::NotWellFormed));
            }
        }
    }

    /// A character is cut by the end of the window: once all before it has passed, more must come.
    fn load_rest_of_char(&mut self, passed: usize) -> Outcome<()> {
        const CHAR_BYTES_MAX: usize = 4;
        if passed > 0 {
            return Ok(());
        }
        let before = self.guard().peek(0).map_or(0, <[u8]>::len);
        match self.guard().peek(CHAR_BYTES_MAX).map(<[u8]>::len) {
            Ok(after) if after > before => Ok(()),
            Ok(_) => Err(self.reject_here(DefectCode::Encoding)),
            Err(_) => Err(self.stopped(DefectCode::Encoding)),
        }
    }

    fn reject_here(&mut self, code: DefectCode) -> ReadError {
        self.event_at = self.guard().offset();
        self.reject(code, "")
    }

    pub(super) fn tapped<T>(&mut self, outcome: Result<T, TapError>) -> Outcome<T> {
        outcome.map_err(|error| match error {
            TapError::Limit(limit) => self.limit(limit),
            TapError::Sink(error) => ReadError::Sink(error),
        })
    }
}

/// What stands next in the content.
enum Next {
    Text,
    CData,
    Markup,
    End,
}

impl Next {
    fn of(window: &[u8]) -> Self {
        match window.first() {
            None => Self::End,
            Some(b'<') if window.starts_with(CDATA_OPEN) => Self::CData,
            Some(b'<' | b'&') => Self::Markup,
            Some(_) => Self::Text,
        }
    }
}

/// Where a run of text ends.
#[derive(Clone, Copy)]
enum Delimiter {
    Markup,
    CDataEnd,
}

impl Delimiter {
    const fn look_bytes(self) -> usize {
        match self {
            Self::Markup => 1,
            Self::CDataEnd => CDATA_CLOSE.len(),
        }
    }

    /// The text before the delimiter, and whether the delimiter follows it.
    fn split(self, window: &[u8]) -> (&[u8], bool) {
        match self {
            Self::Markup => {
                let end = memchr::memchr2(b'<', b'&', window);
                (
                    window
                        .get(..end.unwrap_or(window.len()))
                        .unwrap_or_default(),
                    end.is_some(),
                )
            }
            Self::CDataEnd => match memchr::memchr(b']', window) {
                None => (window, false),
                Some(0) if window.starts_with(CDATA_CLOSE) => (&[], true),
                // A lone bracket is text; one byte at a time keeps the end in view.
                Some(0) => (window.get(..1).unwrap_or_default(), false),
                Some(at) => (window.get(..at).unwrap_or_default(), false),
            },
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Piece {
    Whole,
    /// The end of the window cuts a character.
    Cut,
    NotUtf8,
    Forbidden,
}

/// The part of `run` that may pass: whole characters that XML allows.
fn checked<'r>(run: &'r [u8], verdict: &mut Piece) -> &'r [u8] {
    let text = match std::str::from_utf8(run) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            *verdict = Piece::Cut;
            let whole = run.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => {
            *verdict = Piece::NotUtf8;
            ""
        }
    };
    if !start::has_only_xml_chars(text) {
        *verdict = Piece::Forbidden;
    }
    text.as_bytes()
}
