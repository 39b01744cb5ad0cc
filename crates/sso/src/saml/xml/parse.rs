//! Reading a document into a tree, once.
//!
//! Owns: `Document`, the limits of size and depth, namespaces, identifiers.
//! Not here: what elements mean.
//! Invariant: no document type, no processing instruction, no entity but the five; of two
//! elements with one `ID` neither is read; what is accepted here every conforming parser reads
//! the same way.
//! Follows: XML 1.0; Namespaces in XML 1.0; design document "Identity", section 3.

use std::collections::{BTreeMap, HashSet};

use quick_xml::{
    Reader,
    events::{BytesDecl, BytesStart, Event},
};

use super::{Attribute, Element, Node, Scope, XmlFault, chars};

/// Longest document, 256 KiB; a request has 2 KiB, a large metadata file 30.
pub const BYTES_MAX: usize = 256 * 1_024;
/// Deepest nesting; a signed response has 9.
pub const DEPTH_MAX: usize = 32;
/// Attributes of one element; comparing them takes quadratic time.
const ATTRIBUTES_MAX: usize = 64;

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// A document that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The one element at its top.
    pub root: Element,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(bytes: &[u8]) -> Result<Self, XmlFault> {
        if bytes.len() > BYTES_MAX {
            return Err(XmlFault::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| XmlFault::Malformed)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if !text.chars().all(chars::is_char) {
            return Err(XmlFault::Malformed);
        }
        let text = chars::line_ends(text);
        let root = Parsing::default().run(&text)?;
        let document = Self { root };
        document.check_ids()?;
        Ok(document)
    }

    /// The element with this identifier.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Element> {
        self.root
            .descendants()
            .find(|element| element.attribute("ID") == Some(id))
    }

    /// No two elements share an identifier, in whichever spelling a verifier may look for it.
    fn check_ids(&self) -> Result<(), XmlFault> {
        let mut seen = HashSet::new();
        for element in self.root.descendants() {
            let own = element.attributes.iter().filter(|attribute| {
                attribute.local.eq_ignore_ascii_case("id")
                    && (attribute.namespace.is_empty() || attribute.namespace == XML_NAMESPACE)
            });
            for attribute in own {
                if !seen.insert(attribute.value.as_str()) {
                    return Err(XmlFault::DuplicateId);
                }
            }
        }
        Ok(())
    }
}

/// What is open while a document is read.
#[derive(Default)]
struct Parsing {
    open: Vec<Element>,
    root: Option<Element>,
}

impl Parsing {
    fn run(mut self, text: &str) -> Result<Element, XmlFault> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut is_first = true;
        loop {
            let event = reader.read_event().map_err(|_| XmlFault::Malformed)?;
            match event {
                Event::Start(start) => self.open(&start)?,
                Event::Empty(start) => {
                    self.open(&start)?;
                    self.close()?;
                }
                Event::End(_) => self.close()?,
                Event::Text(text) => {
                    let text: &str = &text;
                    if text.contains("]]>") {
                        return Err(XmlFault::Malformed);
                    }
                    self.text(text)?;
                }
                Event::CData(text) => {
                    if self.open.is_empty() {
                        return Err(XmlFault::Malformed);
                    }
                    self.text(&text)?;
                }
                Event::GeneralRef(name) => {
                    if self.open.is_empty() {
                        return Err(XmlFault::Malformed);
                    }
                    let mut buffer = [0; 4];
                    self.text(chars::reference(&name)?.encode_utf8(&mut buffer))?;
                }
                Event::Comment(text) => {
                    if let Some(parent) = self.open.last_mut() {
                        parent.children.push(Node::Comment((*text).to_owned()));
                    }
                }
                Event::Decl(declaration) => check_declaration(&declaration, is_first)?,
                Event::DocType(_) => return Err(XmlFault::Doctype),
                Event::PI(_) => return Err(XmlFault::Instruction),
                Event::Eof => break,
            }
            is_first = false;
        }
        if !self.open.is_empty() {
            return Err(XmlFault::Malformed);
        }
        self.root.ok_or(XmlFault::Malformed)
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), XmlFault> {
        if self.open.len() >= DEPTH_MAX {
            return Err(XmlFault::TooDeep);
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(XmlFault::Malformed);
        }
        let inherited = self.open.last().map(|parent| parent.scope.clone());
        let element = element(start, inherited.unwrap_or_default())?;
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), XmlFault> {
        let done = self.open.pop().ok_or(XmlFault::Malformed)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(done)),
            None => self.root = Some(done),
        }
        Ok(())
    }

    /// Adds text; neighbours become one node.
    fn text(&mut self, text: &str) -> Result<(), XmlFault> {
        let Some(parent) = self.open.last_mut() else {
            let is_blank = text.chars().all(|c| matches!(c, ' ' | '\t' | '\n'));
            return if is_blank {
                Ok(())
            } else {
                Err(XmlFault::Malformed)
            };
        };
        if text.is_empty() {
            return Ok(());
        }
        match parent.children.last_mut() {
            Some(Node::Text(known)) => known.push_str(text),
            _ => parent.children.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }
}

/// Only UTF-8 is read, whatever the declaration says, so it must say that.
fn check_declaration(declaration: &BytesDecl<'_>, is_first: bool) -> Result<(), XmlFault> {
    let version = declaration.version().map_err(|_| XmlFault::Malformed)?;
    let is_utf8 = match declaration.encoding() {
        None => true,
        Some(Ok(name)) => name.eq_ignore_ascii_case("utf-8"),
        Some(Err(_)) => false,
    };
    if is_first && version == "1.0" && is_utf8 {
        Ok(())
    } else {
        Err(XmlFault::Malformed)
    }
}

fn element(start: &BytesStart<'_>, inherited: Scope) -> Result<Element, XmlFault> {
    check_tag(start)?;
    let mut declared = BTreeMap::new();
    let mut plain = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| XmlFault::Malformed)?;
        let name: &str = attribute.key.as_ref();
        let value = chars::attribute_value(&attribute.value)?;
        match chars::split(name)? {
            ("", "xmlns") => declare(&mut declared, "", value)?,
            ("xmlns", prefix) => declare(&mut declared, prefix, value)?,
            (prefix, local) => plain.push((prefix.to_owned(), local.to_owned(), value)),
        }
        if plain.len() + declared.len() > ATTRIBUTES_MAX {
            return Err(XmlFault::TooLong);
        }
    }
    let scope = if declared.is_empty() {
        inherited
    } else {
        let mut scope = (*inherited).clone();
        scope.extend(declared);
        Scope::new(scope)
    };
    let name = start.name();
    let (prefix, local) = chars::split(name.as_ref())?;
    let mut attributes: Vec<Attribute> = Vec::with_capacity(plain.len());
    for (prefix, local, value) in plain {
        // An attribute without a prefix has no namespace.
        let namespace = match prefix.as_str() {
            "" => String::new(),
            prefix => resolve(&scope, prefix)?,
        };
        let is_twice = |known: &Attribute| known.local == local && known.namespace == namespace;
        if attributes.iter().any(is_twice) {
            return Err(XmlFault::Malformed);
        }
        attributes.push(Attribute {
            prefix,
            local,
            namespace,
            value,
        });
    }
    let namespace = resolve(&scope, prefix)?;
    Ok(Element {
        prefix: prefix.to_owned(),
        local: local.to_owned(),
        namespace,
        scope,
        attributes,
        children: Vec::new(),
    })
}

/// Attributes are parted by white space; the parser below does not insist.
fn check_tag(start: &BytesStart<'_>) -> Result<(), XmlFault> {
    let mut quote = None;
    let mut was_quoted = false;
    for byte in start.attributes_raw().bytes() {
        if was_quoted && !matches!(byte, b' ' | b'\t' | b'\n') {
            return Err(XmlFault::Malformed);
        }
        was_quoted = false;
        match quote {
            Some(open) if open == byte => {
                quote = None;
                was_quoted = true;
            }
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None => {}
        }
    }
    Ok(())
}

fn declare(
    declared: &mut BTreeMap<String, String>,
    prefix: &str,
    value: String,
) -> Result<(), XmlFault> {
    let is_reserved = prefix == "xmlns"
        || value == XMLNS_NAMESPACE
        || (prefix == "xml") != (value == XML_NAMESPACE)
        || (value.is_empty() && !prefix.is_empty());
    // Of relative addresses, of letters beyond ASCII and of an ampersand (which libxml2 does not
    // escape there) verifiers make different canonical forms.
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"&\"<>\\^`{|}".contains(&byte);
    let is_address = value.is_empty() || (value.contains(':') && value.bytes().all(is_plain));
    if is_reserved || !is_address || declared.insert(prefix.to_owned(), value).is_some() {
        return Err(XmlFault::Malformed);
    }
    Ok(())
}

fn resolve(scope: &Scope, prefix: &str) -> Result<String, XmlFault> {
    match scope.get(prefix) {
        Some(namespace) => Ok(namespace.clone()),
        None if prefix.is_empty() => Ok(String::new()),
        None if prefix == "xml" => Ok(XML_NAMESPACE.to_owned()),
        None => Err(XmlFault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<XmlFault> {
        Document::parse(text.as_bytes()).err()
    }

    #[test]
    fn broken_documents_are_refused() {
        for (text, expected) in [
            ("", XmlFault::Malformed),
            ("<a>", XmlFault::Malformed),
            ("<a></b>", XmlFault::Malformed),
            ("<a/><b/>", XmlFault::Malformed),
            ("<a/>x", XmlFault::Malformed),
            ("x<a/>", XmlFault::Malformed),
            ("<!DOCTYPE a><a/>", XmlFault::Doctype),
            (
                "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
                XmlFault::Doctype,
            ),
            ("<a>&x;</a>", XmlFault::Malformed),
            ("<?x y?><a/>", XmlFault::Instruction),
            ("<?xml version='1.1'?><a/>", XmlFault::Malformed),
            (
                "<?xml version='1.0' encoding='utf-16'?><a/>",
                XmlFault::Malformed,
            ),
            ("<a/><?xml version='1.0'?>", XmlFault::Malformed),
            ("<p:a/>", XmlFault::Malformed),
            ("<a p:b='c'/>", XmlFault::Malformed),
            ("<a b='1' b='2'/>", XmlFault::Malformed),
            ("<a b='1'c='2'/>", XmlFault::Malformed),
            ("<a b=1/>", XmlFault::Malformed),
            ("<a b='<'/>", XmlFault::Malformed),
            (
                "<a xmlns:p='u:u' xmlns:q='u:u' p:b='1' q:b='2'/>",
                XmlFault::Malformed,
            ),
            ("<a xmlns:p=''/>", XmlFault::Malformed),
            ("<a xmlns:xml='u:u'/>", XmlFault::Malformed),
            ("<a>]]></a>", XmlFault::Malformed),
            ("<a><!-- -- --></a>", XmlFault::Malformed),
            ("<a>\u{b}</a>", XmlFault::Malformed),
            ("<a ID='x'><b ID='x'/></a>", XmlFault::DuplicateId),
            ("<a ID='x'><b Id='x'/></a>", XmlFault::DuplicateId),
            ("<a ID='x'><b xml:id='x'/></a>", XmlFault::DuplicateId),
        ] {
            assert_eq!(fault(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn limits_hold() {
        let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert_eq!(fault(&nested(DEPTH_MAX)), None);
        assert_eq!(fault(&nested(DEPTH_MAX + 1)), Some(XmlFault::TooDeep));
        let long = |bytes: usize| format!("<a>{}</a>", "x".repeat(bytes - 7));
        assert_eq!(fault(&long(BYTES_MAX)), None);
        assert_eq!(fault(&long(BYTES_MAX + 1)), Some(XmlFault::TooLong));
    }

    #[test]
    fn values_are_read_and_mixed_ones_refused() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<a xmlns='u:n' b=' 1&#10;'>\
                    <c> x&amp;<![CDATA[<y>]]>\r\n</c><d>a<!-- -->b</d><e/></a>\n";
        let document = Document::parse(text.as_bytes()).unwrap();
        let root = &document.root;
        assert!(root.is("u:n", "a"));
        assert_eq!(root.attribute("b"), Some(" 1\n"));
        assert_eq!(root.child("u:n", "c").unwrap().text(), Ok("x&<y>"));
        assert_eq!(root.child("u:n", "d").unwrap().text(), Err(XmlFault::Value));
        assert_eq!(root.child("u:n", "e").unwrap().text(), Ok(""));
    }
}
