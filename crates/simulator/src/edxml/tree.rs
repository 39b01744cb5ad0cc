//! Reading edXML into a plain tree, tolerant as the axis is.
//!
//! Owns: the tree, its navigation, the list of defects seen on the way.
//! Not here: meaning of elements (`summary.rs`), order and prefixes on writing (`writer.rs`).
//! Invariant: no DTD, no entities but the five and character references, depth and count capped.
//! Follows: QCVN 102:2016/BTTTT; namespaces as the axis's own files use them.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::NAMESPACE;

/// Deepest nesting that is read.
const DEPTH_MAX: usize = 32;
/// Most elements in one message.
const ELEMENTS_MAX: usize = 100_000;
/// Bytes before the first `<` that are skipped.
const JUNK_BYTES_MAX: usize = 64;

/// One element. An element has either child elements or text; other text is layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Prefix as written, empty when none.
    pub prefix: String,
    /// Attributes as written, prefixes included.
    pub attributes: Vec<(String, String)>,
    /// Child elements in order.
    pub children: Vec<Element>,
    /// Text, unescaped, not trimmed.
    pub text: String,
}

impl Element {
    /// An element without content.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// An element with text.
    pub fn leaf(name: &str, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            ..Self::default()
        }
    }

    /// The same element with one more child.
    #[must_use]
    pub fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// The same element with a text child, unless the text is empty.
    #[must_use]
    pub fn with_text(self, name: &str, text: &str) -> Self {
        if text.is_empty() {
            self
        } else {
            self.with(Self::leaf(name, text))
        }
    }

    /// First child of this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// First child of this name, to be changed.
    pub fn child_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.children.iter_mut().find(|child| child.name == name)
    }

    /// All children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The element at a path of first children.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter()
            .try_fold(self, |element, name| element.child(name))
    }

    /// The element at a path of first children, to be changed.
    pub fn at_mut(&mut self, path: &[&str]) -> Option<&mut Self> {
        path.iter()
            .try_fold(self, |element, name| element.child_mut(name))
    }

    /// Trimmed text at a path; empty when absent.
    pub fn text_at(&self, path: &[&str]) -> &str {
        self.at(path).map_or("", |element| element.text.trim())
    }
}

/// Why a message cannot be read; the text is the code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} at byte {offset}")]
pub struct ParseError {
    /// Stable code, such as `not_well_formed`.
    pub code: &'static str,
    /// Where in the input.
    pub offset: u64,
}

/// A tree and what was odd about its bytes.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Root element, named `edXML`.
    pub root: Element,
    /// Codes of tolerated defects, each once, sorted.
    pub defects: Vec<&'static str>,
}

struct Builder {
    stack: Vec<Element>,
    scopes: Vec<Vec<String>>,
    root: Option<Element>,
    elements: usize,
    defects: Vec<&'static str>,
}

/// Reads a message.
///
/// # Errors
/// `encoding`, `leading_junk`, `dtd_present`, `limit_exceeded`, `namespace_other`,
/// `not_well_formed`.
pub fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let fail = |code, offset| ParseError { code, offset };
    let mut defects = Vec::new();
    let without_bom = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if without_bom.len() != bytes.len() {
        defects.push("bom");
    }
    let start = without_bom
        .iter()
        .position(|byte| *byte == b'<')
        .unwrap_or(0);
    if start > JUNK_BYTES_MAX {
        return Err(fail("leading_junk", 0));
    }
    if start > 0 {
        defects.push("leading_junk");
    }
    let body = without_bom.get(start..).unwrap_or_default();
    let text = std::str::from_utf8(body)
        .map_err(|error| fail("encoding", u64::try_from(error.valid_up_to()).unwrap_or(0)))?;
    let mut builder = Builder {
        stack: Vec::new(),
        scopes: Vec::new(),
        root: None,
        elements: 0,
        defects,
    };
    let mut reader = Reader::from_str(text);
    loop {
        let offset = reader.buffer_position();
        let event = reader
            .read_event()
            .map_err(|_| fail("not_well_formed", offset))?;
        if matches!(event, Event::Eof) {
            break;
        }
        builder.take(event).map_err(|code| fail(code, offset))?;
    }
    builder
        .finish()
        .map_err(|code| fail(code, reader.buffer_position()))
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::Start(start) => self.open(&start),
            Event::Empty(start) => {
                self.open(&start)?;
                self.close()
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                if let Some(character) = reference
                    .resolve_char_ref()
                    .map_err(|_| "not_well_formed")?
                {
                    return self.text(character.encode_utf8(&mut [0; 4]));
                }
                let name = reference.into_inner();
                let text = quick_xml::escape::resolve_xml_entity(&name).ok_or("not_well_formed")?;
                self.text(text)
            }
            Event::DocType(_) => Err("dtd_present"),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn note(&mut self, defect: &'static str) {
        self.defects.push(defect);
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), &'static str> {
        self.elements += 1;
        if self.stack.len() >= DEPTH_MAX || self.elements > ELEMENTS_MAX {
            return Err("limit_exceeded");
        }
        if self.root.is_some() {
            return Err("not_well_formed");
        }
        let (local, prefix) = start.name().decompose();
        let mut element = Element::new(local.into_inner());
        element.prefix = prefix
            .map(|prefix| prefix.into_inner().to_owned())
            .unwrap_or_default();
        let mut declared = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| "not_well_formed")?;
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|_| "not_well_formed")?;
            let name = attribute.key.into_inner().to_owned();
            if let Some(prefix) = name.strip_prefix("xmlns:") {
                declared.push(prefix.to_owned());
            }
            element.attributes.push((name, value.into_owned()));
        }
        self.scopes.push(declared);
        self.check_namespaces(&element)?;
        self.stack.push(element);
        Ok(())
    }

    fn check_namespaces(&mut self, element: &Element) -> Result<(), &'static str> {
        let used = element
            .attributes
            .iter()
            .filter_map(|(name, _)| name.split_once(':'));
        let mut prefixes: Vec<String> = used.map(|(prefix, _)| prefix.to_owned()).collect();
        prefixes.push(element.prefix.clone());
        for prefix in prefixes {
            let is_bound = prefix.is_empty()
                || prefix == "xmlns"
                || prefix == "xml"
                || self
                    .scopes
                    .iter()
                    .flatten()
                    .any(|declared| *declared == prefix);
            match (is_bound, prefix.as_str()) {
                (true, _) => {}
                (false, "edXML") => self.note("unbound_prefix_edxml"),
                (false, "xlink") => self.note("unbound_prefix_xlink"),
                (false, _) => return Err("not_well_formed"),
            }
        }
        if self.stack.is_empty() {
            let own = element.attributes.iter().find(|(name, _)| name == "xmlns");
            match own.map(|(_, value)| value.as_str()) {
                Some(NAMESPACE) => {}
                Some(_) => return Err("namespace_other"),
                None => self.note("namespace_missing"),
            }
        }
        self.check_prefix(element);
        Ok(())
    }

    fn check_prefix(&mut self, element: &Element) {
        let in_signature =
            element.name == "Signature" || self.stack.iter().any(|above| above.name == "Signature");
        let in_attachments = element.name == "AttachmentEncoded"
            || self
                .stack
                .iter()
                .any(|above| above.name == "AttachmentEncoded");
        if in_signature {
            return;
        }
        let is_content = element.name == "ContentTransferEncoded";
        let is_prefixed = element.prefix == "edXML";
        if in_attachments && is_prefixed && !is_content {
            self.note("attachment_prefixed");
        } else if is_content
            && !element
                .attributes
                .iter()
                .any(|(name, _)| name == "xmlns:edXML")
        {
            self.note("content_declaration_missing");
        } else if !in_attachments && !self.stack.is_empty() && !is_prefixed {
            self.note("prefix_unexpected");
        }
    }

    fn text(&mut self, text: &str) -> Result<(), &'static str> {
        match self.stack.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err("not_well_formed"),
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), &'static str> {
        let mut element = self.stack.pop().ok_or("not_well_formed")?;
        self.scopes.pop();
        if !element.children.is_empty() {
            element.text.clear();
        }
        match self.stack.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Parsed, &'static str> {
        let root = self
            .root
            .filter(|_| self.stack.is_empty())
            .ok_or("not_well_formed")?;
        if root.name != "edXML" {
            return Err("not_well_formed");
        }
        self.defects.sort_unstable();
        self.defects.dedup();
        Ok(Parsed {
            root,
            defects: self.defects,
        })
    }
}
