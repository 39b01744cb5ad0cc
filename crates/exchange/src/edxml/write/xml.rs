//! XML as the axis writes it: prefix, indentation, escapes, and kept unknown elements.
//!
//! Owns: single elements. Not here: which elements (`header`, `trace`, `mod`). Invariant: what is
//! written is well-formed whatever the model's texts hold.
//! Follows: design document "Document exchange", section 3.

use std::io::{self, Write};

use super::super::model::Extra;
use super::super::read::{LineEnd, is_xml_char};

pub(crate) struct Xml<'w> {
    out: &'w mut dyn Write,
    line_end: &'static str,
    depth: usize,
    /// Whether elements carry `edXML:` here.
    pub(super) is_prefixed: bool,
    extras: &'w [Extra],
    is_written: Vec<bool>,
    /// Path of the open elements; kept only when there are extras to place.
    path: String,
}

impl<'w> Xml<'w> {
    pub(crate) fn new(out: &'w mut dyn Write, line_end: LineEnd, extras: &'w [Extra]) -> Self {
        Self {
            out,
            line_end: line_end.as_str(),
            depth: 0,
            is_prefixed: false,
            extras,
            is_written: vec![false; extras.len()],
            path: String::new(),
        }
    }

    pub(crate) fn out(&mut self) -> &mut dyn Write {
        self.out
    }

    pub(super) fn raw(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    pub(super) fn end_line(&mut self) -> io::Result<()> {
        self.raw(self.line_end)
    }

    pub(super) fn indent(&mut self) -> io::Result<()> {
        const SPACES: &str = "                                                                ";
        if self.line_end.is_empty() {
            return Ok(());
        }
        self.raw(SPACES.get(..self.depth * 2).unwrap_or(SPACES))
    }

    /// Opens an element; `attributes` is empty or starts with a space and is escaped.
    pub(super) fn open(&mut self, name: &str, number: usize, attributes: &str) -> io::Result<()> {
        self.indent()?;
        self.start_tag(name, attributes)?;
        self.end_line()?;
        self.depth += 1;
        self.enter(name, number);
        self.place_extras("", 1)
    }

    pub(super) fn close(&mut self, name: &str, number: usize) -> io::Result<()> {
        self.place_remaining()?;
        self.leave();
        self.depth -= 1;
        self.indent()?;
        self.end_tag(name)?;
        self.end_line()?;
        self.place_extras(name, number)
    }

    pub(super) fn start_tag(&mut self, name: &str, attributes: &str) -> io::Result<()> {
        self.raw(if self.is_prefixed { "<edXML:" } else { "<" })?;
        self.raw(name)?;
        self.raw(attributes)?;
        self.raw(">")
    }

    pub(super) fn end_tag(&mut self, name: &str) -> io::Result<()> {
        self.raw(if self.is_prefixed { "</edXML:" } else { "</" })?;
        self.raw(name)?;
        self.raw(">")
    }

    /// A field that is always written; empty as `<edXML:X />`.
    pub(super) fn field(&mut self, name: &str, number: usize, text: &str) -> io::Result<()> {
        self.indent()?;
        let has_inner = self.has_extras_in(name, number);
        if text.is_empty() && !has_inner {
            self.raw(if self.is_prefixed { "<edXML:" } else { "<" })?;
            self.raw(name)?;
            self.raw(" />")?;
        } else {
            self.start_tag(name, "")?;
            escape_text(self.out, text)?;
            if has_inner {
                self.inner_extras(name, number)?;
            }
            self.end_tag(name)?;
        }
        self.end_line()?;
        self.place_extras(name, number)
    }

    /// A field that is left out when absent.
    pub(super) fn optional(&mut self, name: &str, text: Option<&str>) -> io::Result<()> {
        match text {
            Some(text) => self.field(name, 1, text),
            None if self.has_extras_in(name, 1) => self.field(name, 1, ""),
            None => self.place_extras(name, 1),
        }
    }

    /// A list of fields in an element of their own, left out when empty.
    pub(super) fn list(&mut self, name: &str, item: &str, texts: &[String]) -> io::Result<()> {
        if texts.is_empty() && !self.has_extras_in(name, 1) {
            return self.place_extras(name, 1);
        }
        self.open(name, 1, "")?;
        for (index, text) in texts.iter().enumerate() {
            self.field(item, index + 1, text)?;
        }
        self.close(name, 1)
    }

    /// An element as it was received.
    pub(super) fn fragment(&mut self, xml: &str) -> io::Result<()> {
        self.indent()?;
        self.raw(xml)?;
        self.end_line()
    }

    /// Whether extras stand in the child `name` or below it.
    pub(super) fn has_extras_in(&self, name: &str, number: usize) -> bool {
        !self.extras.is_empty() && {
            let place = self.place(name, number);
            let is_below = |extra: &Extra| {
                extra
                    .parent
                    .strip_prefix(place.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            self.extras.iter().any(is_below)
        }
    }

    /// Writes the extras that follow the child `name`, or begin the element when it is empty.
    pub(super) fn place_extras(&mut self, name: &str, number: usize) -> io::Result<()> {
        if self.extras.is_empty() {
            return Ok(());
        }
        let after = step(name, number);
        self.write_extras(|extra, path| extra.parent == path && extra.after == after)
    }

    fn place_remaining(&mut self) -> io::Result<()> {
        if self.extras.is_empty() {
            return Ok(());
        }
        self.write_extras(|extra, path| extra.parent == path)
    }

    fn write_extras(&mut self, fits: impl Fn(&Extra, &str) -> bool) -> io::Result<()> {
        let extras = self.extras;
        for (index, extra) in extras.iter().enumerate() {
            let is_due = self.is_written.get(index) == Some(&false) && fits(extra, &self.path);
            if is_due {
                self.fragment(&extra.xml)?;
                if let Some(written) = self.is_written.get_mut(index) {
                    *written = true;
                }
            }
        }
        Ok(())
    }

    fn inner_extras(&mut self, name: &str, number: usize) -> io::Result<()> {
        let place = self.place(name, number);
        let extras = self.extras;
        for extra in extras.iter().filter(|extra| extra.parent == place) {
            self.raw(&extra.xml)?;
        }
        Ok(())
    }

    /// Whether the innermost open element is `name`; known only while there are extras.
    pub(super) fn is_inside(&self, name: &str) -> bool {
        self.path.rsplit('/').next() == Some(name)
    }

    fn place(&self, name: &str, number: usize) -> String {
        [self.path.as_str(), "/", &step(name, number)].concat()
    }

    fn enter(&mut self, name: &str, number: usize) {
        if !self.extras.is_empty() {
            self.path = self.place(name, number);
        }
    }

    fn leave(&mut self) {
        let end = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(end);
    }
}

/// One step of a path: the first of a kind has no number.
fn step(name: &str, number: usize) -> String {
    if number > 1 {
        format!("{name}[{number}]")
    } else {
        name.to_owned()
    }
}

/// Escapes text between tags. Characters that XML forbids become U+FFFD.
pub(crate) fn escape_text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    escape(out, text, |character| match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        // A bare carriage return would be read back as a line feed.
        '\r' => Some("&#13;"),
        other if !is_xml_char(other) => Some("\u{fffd}"),
        _ => None,
    })
}

/// An attribute with its value escaped, a space before it.
pub(super) fn attribute(name: &str, value: &str) -> io::Result<String> {
    let mut escaped = Vec::new();
    escape(&mut escaped, value, |character| match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\r' => Some("&#13;"),
        '\n' => Some("&#10;"),
        '\t' => Some("&#9;"),
        other if !is_xml_char(other) => Some("\u{fffd}"),
        _ => None,
    })?;
    Ok(format!(" {name}=\"{}\"", String::from_utf8_lossy(&escaped)))
}

fn escape(
    out: &mut dyn Write,
    text: &str,
    replacement: impl Fn(char) -> Option<&'static str>,
) -> io::Result<()> {
    let mut plain_from = 0;
    for (at, character) in text.char_indices() {
        if let Some(replacement) = replacement(character) {
            out.write_all(text.get(plain_from..at).unwrap_or_default().as_bytes())?;
            out.write_all(replacement.as_bytes())?;
            plain_from = at + character.len_utf8();
        }
    }
    out.write_all(text.get(plain_from..).unwrap_or_default().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let mut out = Vec::new();
        escape_text(&mut out, "a<b>&\"c\r\u{1}đ").unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a&lt;b&gt;&amp;\"c&#13;\u{fffd}đ"
        );
        assert_eq!(attribute("x", "\"\n<").unwrap(), " x=\"&quot;&#10;&lt;\"");
    }
}
