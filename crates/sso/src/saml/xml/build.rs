//! Writing documents.
//!
//! Owns: `Builder`: tags that close, values that are escaped.
//! Not here: what is written (`assertion.rs`, `metadata.rs`, `logout/`).
//! Invariant: what is written is well-formed whatever the values are.

use super::chars;

/// A document in the making.
#[derive(Debug, Default)]
pub struct Builder {
    text: String,
    open: Vec<&'static str>,
}

/// A piece of a document that is done: it closes what it opens.
#[derive(Debug, Clone, Default)]
pub struct Part(String);

impl Part {
    /// A piece from text that is known to be well-formed.
    #[must_use]
    pub(crate) const fn from_well_formed(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Builder {
    /// Opens an element; attributes with an absent value are left out.
    pub fn open(&mut self, name: &'static str, attributes: &[(&str, Option<&str>)]) -> &mut Self {
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            let Some(value) = value else { continue };
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.push_escaped(value);
            self.text.push('"');
        }
        self.text.push('>');
        self.open.push(name);
        self
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
        self
    }

    /// Writes text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.push_escaped(value);
        self
    }

    /// Writes an element with text in it.
    pub fn leaf(
        &mut self,
        name: &'static str,
        attributes: &[(&str, Option<&str>)],
        value: &str,
    ) -> &mut Self {
        self.open(name, attributes).text(value).close()
    }

    /// Writes an element whose name is not known at build, with text in it; a name that is none
    /// is left out.
    pub fn named_leaf(&mut self, name: &str, value: &str) -> &mut Self {
        if chars::split(name).is_ok() {
            self.text.push_str(&format!("<{name}>"));
            self.push_escaped(value);
            self.text.push_str(&format!("</{name}>"));
        }
        self
    }

    /// Writes a piece that is done.
    pub fn part(&mut self, part: &Part) -> &mut Self {
        self.text.push_str(part.as_str());
        self
    }

    /// Where the next thing is written.
    #[must_use]
    pub fn position(&self) -> usize {
        self.text.len()
    }

    /// Closes all and gives the text.
    #[must_use]
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    /// What XML cannot carry becomes the replacement character.
    fn push_escaped(&mut self, value: &str) {
        for c in value.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\t' => self.text.push_str("&#x9;"),
                '\n' => self.text.push_str("&#xA;"),
                '\r' => self.text.push_str("&#xD;"),
                other if chars::is_char(other) => self.text.push(other),
                _ => self.text.push('\u{fffd}'),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Document, *};

    #[test]
    fn whatever_the_values_are_the_document_reads_back() {
        let value = "<&>\"'\r\n\t\u{0}]]>đ";
        let mut builder = Builder::default();
        builder.open("a", &[("b", Some(value)), ("c", None)]);
        builder.leaf("d", &[], value);
        let document = Document::parse(builder.finish().as_bytes()).unwrap();
        let expected = value.replace('\u{0}', "\u{fffd}");
        assert_eq!(document.root.attribute("b"), Some(expected.as_str()));
        let child = document.root.child("", "d").unwrap();
        assert_eq!(child.text(), Ok(expected.as_str()));
    }
}
