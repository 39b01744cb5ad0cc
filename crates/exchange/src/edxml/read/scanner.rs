//! The event layer: quick-xml with limits, namespaces, well-formedness and defects on top.
//!
//! Owns: one pass over the events, the current path, what is noted. Not here: what elements mean
//! (`message`, `header`, `trace`, `manifest`). Invariant: no DTD, no entity but the five, and
//! nothing is buffered past the limits.
//! Follows: XML 1.0, Namespaces in XML 1.0; design document "Document exchange", section 4.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, BytesText, Event};

use super::super::defects::{Defect, DefectCode};
use super::super::error::ReadError;
use super::super::limits::LimitName;
use super::super::model::Extra;
use super::attributes::Attr;
use super::guard::Guard;
use super::namespaces::Namespaces;
use super::start;
use super::{LineEnd, ReadOptions};

/// Bytes a tag may have beyond the longest field.
const MARKUP_SLACK_BYTES: usize = 4 * 1024;

/// What [`Scanner::pull`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulled {
    /// A start tag; its text is in [`Scanner::tag`].
    Open,
    /// An end tag, or the end of an empty element.
    Close,
    /// A comment or reference, only while [`Scanner::is_content`].
    Skipped,
    /// The end of the file.
    Done,
}

pub(super) struct Scanner<'a, R: BufRead> {
    xml: Reader<Guard<R>>,
    buffer: Vec<u8>,
    pub(super) options: &'a ReadOptions<'a>,
    pub(super) namespaces: Namespaces,
    pub(super) depth: usize,
    elements: usize,
    pending_close: bool,
    has_root: bool,
    /// First byte of the document proper, after mark and junk.
    begins_at: u64,
    /// Offset of the last event.
    pub(super) event_at: u64,
    /// Inside of the last start tag: name and attributes, as received.
    pub(super) tag: String,
    pub(super) tag_name_bytes: usize,
    pub(super) tag_is_empty: bool,
    pub(super) attributes: Vec<Attr>,
    /// Text of the field being read.
    pub(super) text: String,
    pub(super) is_collecting: bool,
    /// Reading attachment content: [`Scanner::pull`] returns after each event.
    pub(super) is_content: bool,
    pub(super) line_end: Option<LineEnd>,
    pub(super) path: Vec<(&'static str, u16)>,
    pub(super) defects: Vec<Defect>,
    pub(super) repaired: bool,
    pub(super) is_namespace_missing: bool,
    pub(super) model_bytes: usize,
    pub(super) extras: Vec<Extra>,
}

pub(super) type Outcome<T> = Result<T, ReadError>;

impl<'a, R: BufRead> Scanner<'a, R> {
    pub(super) fn new(source: R, options: &'a ReadOptions<'a>) -> Outcome<Self> {
        let guard = Guard::new(source, options.limits.total_bytes);
        let mut xml = Reader::from_reader(guard);
        xml.config_mut().check_comments = true;
        let mut scanner = Self {
            xml,
            buffer: Vec::new(),
            options,
            namespaces: Namespaces::default(),
            depth: 0,
            elements: 0,
            pending_close: false,
            has_root: false,
            begins_at: 0,
            event_at: 0,
            tag: String::new(),
            tag_name_bytes: 0,
            tag_is_empty: false,
            attributes: Vec::new(),
            text: String::new(),
            is_collecting: false,
            is_content: false,
            line_end: None,
            path: Vec::with_capacity(8),
            defects: Vec::new(),
            repaired: false,
            is_namespace_missing: false,
            model_bytes: 0,
            extras: Vec::new(),
        };
        scanner.skip_start()?;
        Ok(scanner)
    }

    pub(super) fn guard(&mut self) -> &mut Guard<R> {
        self.xml.get_mut()
    }

    /// Skips byte order mark and leading junk.
    fn skip_start(&mut self) -> Outcome<()> {
        let window = match self.guard().peek(start::LOOK_BYTES) {
            Ok(window) => start::inspect(window),
            Err(_) => return Err(self.stopped(DefectCode::Encoding)),
        };
        match window {
            start::Start::Utf16 => return Err(self.reject(DefectCode::Encoding, "")),
            start::Start::Junk => return Err(self.reject(DefectCode::LeadingJunk, "")),
            start::Start::Begins {
                mark_bytes,
                junk_bytes,
            } => {
                if mark_bytes > 0 {
                    self.note(DefectCode::Bom, "")?;
                }
                if junk_bytes > 0 {
                    self.note(DefectCode::LeadingJunk, "")?;
                    self.repaired = true;
                }
                self.guard().consume(mark_bytes + junk_bytes);
            }
        }
        self.begins_at = self.guard().offset();
        Ok(())
    }

    /// The next start or end tag; text goes to [`Scanner::text`] while collecting.
    pub(super) fn pull(&mut self) -> Outcome<Pulled> {
        if self.pending_close {
            self.pending_close = false;
            self.leave();
            return Ok(Pulled::Close);
        }
        loop {
            let piece = self
                .options
                .limits
                .field_bytes
                .saturating_add(MARKUP_SLACK_BYTES);
            // The first white space tells the line end; later one is looked at by nobody.
            if self.line_end.is_some() && !self.is_collecting {
                self.guard().allow(piece);
                if self.guard().skip_space().is_err() {
                    return Err(self.stopped(DefectCode::NotWellFormed));
                }
            }
            if self.depth == 0 {
                self.refuse_dtd()?;
            }
            self.event_at = self.guard().offset();
            self.guard().allow(piece);
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            let found = match self.xml.read_event_into(&mut buffer) {
                Ok(event) => self.take_event(&event),
                Err(error) => Err(self.broken(&error)),
            };
            self.buffer = buffer;
            if let Some(pulled) = found? {
                return Ok(pulled);
            }
        }
    }

    /// A DTD is recognised by its first bytes: its own syntax never matters.
    fn refuse_dtd(&mut self) -> Outcome<()> {
        const DOCTYPE: &[u8] = b"<!doctype";
        let is_dtd = match self.guard().peek(DOCTYPE.len()) {
            Ok(next) => next
                .get(..DOCTYPE.len())
                .is_some_and(|bytes| bytes.eq_ignore_ascii_case(DOCTYPE)),
            Err(_) => return Err(self.stopped(DefectCode::NotWellFormed)),
        };
        if is_dtd {
            Err(self.reject(DefectCode::DtdPresent, ""))
        } else {
            Ok(())
        }
    }

    fn take_event(&mut self, event: &Event<'_>) -> Outcome<Option<Pulled>> {
        let skipped = self.is_content.then_some(Pulled::Skipped);
        match event {
            Event::Start(start) => {
                self.enter(start, start.name().as_ref().len(), false)?;
                Ok(Some(Pulled::Open))
            }
            Event::Empty(start) => {
                self.enter(start, start.name().as_ref().len(), true)?;
                self.pending_close = true;
                Ok(Some(Pulled::Open))
            }
            Event::End(_) => {
                self.leave();
                Ok(Some(Pulled::Close))
            }
            Event::Text(text) => {
                self.take_text(text)?;
                Ok(None)
            }
            Event::GeneralRef(reference) => {
                self.take_reference(reference)?;
                Ok(skipped)
            }
            Event::CData(data) if self.depth > 0 => {
                self.check_chars(data)?;
                if self.is_collecting {
                    self.collect(&data.xml10_content())?;
                }
                Ok(None)
            }
            Event::CData(_) => Err(self.reject(DefectCode::NotWellFormed, "")),
            Event::Comment(comment) => {
                self.check_chars(comment)?;
                Ok(skipped)
            }
            Event::PI(instruction) => {
                self.check_chars(instruction)?;
                if instruction.target().eq_ignore_ascii_case("xml") {
                    return Err(self.reject(DefectCode::NotWellFormed, ""));
                }
                Ok(skipped)
            }
            Event::Decl(declaration) => {
                self.check_declaration(declaration)?;
                Ok(None)
            }
            Event::DocType(_) => Err(self.reject(DefectCode::DtdPresent, "")),
            Event::Eof if self.depth > 0 || !self.has_root => {
                Err(self.reject(DefectCode::NotWellFormed, ""))
            }
            Event::Eof => Ok(Some(Pulled::Done)),
        }
    }

    fn take_text(&mut self, text: &BytesText<'_>) -> Outcome<()> {
        let raw: &str = text;
        self.check_chars(raw)?;
        let is_outside = self.depth == 0 && !raw.bytes().all(start::is_space);
        // The one byte is found much faster, and is rare.
        if is_outside || (raw.contains('>') && raw.contains("]]>")) {
            return Err(self.reject(DefectCode::NotWellFormed, ""));
        }
        if self.depth == 1 && self.line_end.is_none() {
            self.line_end = Some(LineEnd::of(raw));
        }
        // White space between elements is most of the text; its line ends are nobody's.
        if self.is_collecting {
            self.collect(&text.xml10_content())?;
        }
        Ok(())
    }

    fn take_reference(&mut self, reference: &BytesRef<'_>) -> Outcome<()> {
        let named: &str = reference;
        let resolved = match named {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => reference
                .resolve_char_ref()
                .ok()
                .flatten()
                .filter(|c| start::is_xml_char(*c)),
        };
        match resolved {
            Some(character) if self.depth > 0 => self.collect(character.encode_utf8(&mut [0; 4])),
            _ => Err(self.reject(DefectCode::NotWellFormed, "")),
        }
    }

    fn collect(&mut self, text: &str) -> Outcome<()> {
        if !self.is_collecting {
            return Ok(());
        }
        if self.text.len() + text.len() > self.options.limits.field_bytes {
            return Err(self.limit(LimitName::FieldBytes));
        }
        self.text.push_str(text);
        Ok(())
    }

    pub(super) fn check_chars(&mut self, text: &str) -> Outcome<()> {
        if start::has_only_xml_chars(text) {
            return Ok(());
        }
        Err(self.reject(DefectCode::NotWellFormed, ""))
    }

    fn check_declaration(&mut self, declaration: &BytesDecl<'_>) -> Outcome<()> {
        if self.event_at != self.begins_at {
            let code = if self.has_root || self.depth > 0 {
                DefectCode::NotWellFormed
            } else {
                DefectCode::LeadingJunk
            };
            return Err(self.reject(code, ""));
        }
        if declaration.version().is_err() {
            return Err(self.reject(DefectCode::NotWellFormed, ""));
        }
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") => Ok(()),
            Some(_) => Err(self.reject(DefectCode::Encoding, "")),
        }
    }

    /// Takes a start tag in: depth, counts, attributes, bindings.
    fn enter(&mut self, tag: &str, name_bytes: usize, is_empty: bool) -> Outcome<()> {
        if self.depth == 0 && self.has_root {
            return Err(self.reject(DefectCode::NotWellFormed, ""));
        }
        self.has_root = true;
        self.depth += 1;
        self.elements += 1;
        let limits = &self.options.limits;
        if self.depth > limits.depth {
            return Err(self.limit(LimitName::Depth));
        }
        if self.elements > limits.elements {
            return Err(self.limit(LimitName::Elements));
        }
        self.tag.clear();
        self.tag.push_str(tag);
        self.tag_name_bytes = name_bytes;
        self.tag_is_empty = is_empty;
        self.attributes.clear();
        if tag.len() > name_bytes {
            self.take_attributes(tag, name_bytes)?;
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.namespaces.leave_to(self.depth);
    }
}
