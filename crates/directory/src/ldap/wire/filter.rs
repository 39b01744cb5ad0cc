//! Filters: which entries a search means.
//!
//! Owns: `Filter`, its form on the wire.
//! Not here: its text (`filter_text.rs`), matching an entry (`face/matching.rs`).
//! Invariant: a filter is at most [`DEPTH_MAX`] deep and has at most [`TERMS_MAX`] terms, so
//! that nothing that walks it can run away.
//! Follows: RFC 4511, 4.5.1.7.

use super::{
    Malformed,
    ber::{Reader, Writer, tag},
};

/// Deepest nesting.
pub const DEPTH_MAX: usize = 16;
/// Most terms, inner ones included.
pub const TERMS_MAX: usize = 64;

/// Which entries a search means.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields bear the names of RFC 4511, which explains them"
)]
pub enum Filter {
    /// All of them; of none: every entry (RFC 4526).
    And(Vec<Filter>),
    /// One of them; of none: no entry (RFC 4526).
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// Has this value.
    Equal { attribute: String, value: Vec<u8> },
    /// Has a value made of these parts.
    Substring {
        attribute: String,
        initial: Option<Vec<u8>>,
        any: Vec<Vec<u8>>,
        last: Option<Vec<u8>>,
    },
    /// Has a value at or past this one.
    AtLeast { attribute: String, value: Vec<u8> },
    /// Has a value at or before this one.
    AtMost { attribute: String, value: Vec<u8> },
    /// Has the attribute.
    Present(String),
    /// Has a value that sounds so.
    Approximate { attribute: String, value: Vec<u8> },
    /// Matches by a rule that is named.
    Extensible {
        rule: Option<String>,
        attribute: Option<String>,
        value: Vec<u8>,
        is_dn_included: bool,
    },
}

impl Filter {
    /// Has this value.
    #[must_use]
    pub fn equal(attribute: &str, value: &str) -> Self {
        Self::Equal {
            attribute: attribute.to_owned(),
            value: value.as_bytes().to_vec(),
        }
    }

    /// Writes the filter.
    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            Self::And(parts) => writer.nest(0xa0, |writer| write_all(writer, parts)),
            Self::Or(parts) => writer.nest(0xa1, |writer| write_all(writer, parts)),
            Self::Not(inner) => writer.nest(0xa2, |writer| inner.write(writer)),
            Self::Equal { attribute, value } => assertion(writer, 0xa3, attribute, value),
            Self::AtLeast { attribute, value } => assertion(writer, 0xa5, attribute, value),
            Self::AtMost { attribute, value } => assertion(writer, 0xa6, attribute, value),
            Self::Approximate { attribute, value } => assertion(writer, 0xa8, attribute, value),
            Self::Present(attribute) => writer.octets(0x87, attribute.as_bytes()),
            Self::Substring {
                attribute,
                initial,
                any,
                last,
            } => writer.nest(0xa4, |writer| {
                writer.octets(tag::OCTETS, attribute.as_bytes());
                writer.nest(tag::SEQUENCE, |writer| {
                    let parts = initial.iter().map(|part| (0x80, part));
                    let parts = parts.chain(any.iter().map(|part| (0x81, part)));
                    for (element, part) in parts.chain(last.iter().map(|part| (0x82, part))) {
                        writer.octets(element, part);
                    }
                });
            }),
            Self::Extensible {
                rule,
                attribute,
                value,
                is_dn_included,
            } => writer.nest(0xa9, |writer| {
                if let Some(rule) = rule {
                    writer.octets(0x81, rule.as_bytes());
                }
                if let Some(attribute) = attribute {
                    writer.octets(0x82, attribute.as_bytes());
                }
                writer.octets(0x83, value);
                if *is_dn_included {
                    writer.boolean(0x84, true);
                }
            }),
        }
    }
}

fn write_all(writer: &mut Writer, parts: &[Filter]) {
    parts.iter().for_each(|part| part.write(writer));
}

fn assertion(writer: &mut Writer, element: u8, attribute: &str, value: &[u8]) {
    writer.nest(element, |writer| {
        writer.octets(tag::OCTETS, attribute.as_bytes());
        writer.octets(tag::OCTETS, value);
    });
}

/// Counts terms and depth while a filter is read.
#[derive(Debug, Default)]
pub(super) struct Budget {
    terms: usize,
    depth: usize,
}

impl Budget {
    pub(super) fn enter(&mut self) -> Result<(), Malformed> {
        self.terms += 1;
        self.depth += 1;
        if self.terms > TERMS_MAX {
            return Err(Malformed("filter has too many terms"));
        }
        if self.depth > DEPTH_MAX {
            return Err(Malformed("filter is nested too deeply"));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// Reads the next element as a filter.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Filter, Malformed> {
    read_within(reader, &mut Budget::default())
}

fn read_within(reader: &mut Reader<'_>, budget: &mut Budget) -> Result<Filter, Malformed> {
    budget.enter()?;
    let (element, content) = reader.next_element()?;
    let mut inner = Reader::new(content);
    let filter = match element {
        0xa0 => Filter::And(read_all(inner, budget)?),
        0xa1 => Filter::Or(read_all(inner, budget)?),
        0xa2 => {
            let negated = read_within(&mut inner, budget)?;
            inner.end()?;
            Filter::Not(Box::new(negated))
        }
        0xa3 => {
            let (attribute, value) = read_assertion(inner)?;
            Filter::Equal { attribute, value }
        }
        0xa4 => read_substring(inner)?,
        0xa5 => {
            let (attribute, value) = read_assertion(inner)?;
            Filter::AtLeast { attribute, value }
        }
        0xa6 => {
            let (attribute, value) = read_assertion(inner)?;
            Filter::AtMost { attribute, value }
        }
        0x87 => Filter::Present(super::ber::text(content)?),
        0xa8 => {
            let (attribute, value) = read_assertion(inner)?;
            Filter::Approximate { attribute, value }
        }
        0xa9 => read_extensible(inner)?,
        _ => return Err(Malformed("unknown kind of filter")),
    };
    budget.leave();
    Ok(filter)
}

fn read_all(mut reader: Reader<'_>, budget: &mut Budget) -> Result<Vec<Filter>, Malformed> {
    let mut parts = Vec::new();
    while !reader.is_empty() {
        parts.push(read_within(&mut reader, budget)?);
    }
    Ok(parts)
}

fn read_assertion(mut reader: Reader<'_>) -> Result<(String, Vec<u8>), Malformed> {
    let found = (reader.text(tag::OCTETS)?, reader.octets(tag::OCTETS)?);
    reader.end()?;
    Ok(found)
}

fn read_substring(mut reader: Reader<'_>) -> Result<Filter, Malformed> {
    let attribute = reader.text(tag::OCTETS)?;
    let mut parts = reader.nested(tag::SEQUENCE)?;
    let initial = parts.optional(0x80)?.map(<[u8]>::to_vec);
    let mut any = Vec::new();
    while let Some(part) = parts.optional(0x81)? {
        if any.len() == TERMS_MAX {
            return Err(Malformed("filter has too many terms"));
        }
        any.push(part.to_vec());
    }
    let last = parts.optional(0x82)?.map(<[u8]>::to_vec);
    parts.end()?;
    if initial.is_none() && any.is_empty() && last.is_none() {
        return Err(Malformed("substring without parts"));
    }
    Ok(Filter::Substring {
        attribute,
        initial,
        any,
        last,
    })
}

fn read_extensible(mut reader: Reader<'_>) -> Result<Filter, Malformed> {
    let rule = reader.optional(0x81)?.map(super::ber::text).transpose()?;
    let attribute = reader.optional(0x82)?.map(super::ber::text).transpose()?;
    let value = reader.octets(0x83)?;
    let is_dn_included = match reader.peek() {
        Some(0x84) => reader.boolean(0x84)?,
        _ => false,
    };
    if rule.is_none() && attribute.is_none() {
        return Err(Malformed("rule or attribute is missing"));
    }
    Ok(Filter::Extensible {
        rule,
        attribute,
        value,
        is_dn_included,
    })
}
