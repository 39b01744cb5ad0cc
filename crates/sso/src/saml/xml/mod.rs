//! XML as SAML needs it: one parser, one tree, one writer.
//!
//! Owns: `Element`, reading values out of a tree.
//! Not here: parsing (`parse.rs`), canonical form (`c14n.rs`), writing (`build.rs`).
//! Invariant: whatever is read for its meaning is read from the tree whose bytes were verified;
//! a value with a comment or an element in it is no value.
//! Follows: design document "Identity", section 3, reading rules.

mod build;
mod c14n;
mod chars;
mod parse;

use std::{collections::BTreeMap, sync::Arc};

pub use build::{Builder, Part};
pub use c14n::{Canonical, canonicalise};
pub use chars::is_ncname;
pub use parse::{BYTES_MAX, DEPTH_MAX, Document};

/// Prefixes in scope and what they stand for; the empty prefix is the default namespace.
pub type Scope = Arc<BTreeMap<String, String>>;

/// Why a document is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlFault {
    /// Longer than [`BYTES_MAX`].
    #[error("document is too long")]
    TooLong,
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("document is nested too deeply")]
    TooDeep,
    /// Has a document type.
    #[error("document type is refused")]
    Doctype,
    /// Has a processing instruction.
    #[error("processing instruction is refused")]
    Instruction,
    /// Is no well-formed XML with namespaces, or not UTF-8.
    #[error("not well-formed")]
    Malformed,
    /// Two elements have one identifier.
    #[error("identifier used twice")]
    DuplicateId,
    /// A value has comments or elements in it.
    #[error("value is not plain text")]
    Value,
}

/// An attribute other than a namespace declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Prefix; empty for none.
    pub prefix: String,
    /// Name without prefix.
    pub local: String,
    /// Namespace; empty for none.
    pub namespace: String,
    /// Value, references replaced, white space normalised.
    pub value: String,
}

/// What lies in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, references replaced.
    Text(String),
    /// A comment.
    Comment(String),
}

/// An element with all that lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Prefix; empty for none.
    pub prefix: String,
    /// Name without prefix.
    pub local: String,
    /// Namespace; empty for none.
    pub namespace: String,
    /// Prefixes in scope.
    pub scope: Scope,
    /// Attributes in the order of the document.
    pub attributes: Vec<Attribute>,
    /// What lies in it, in the order of the document.
    pub children: Vec<Node>,
}

impl Element {
    /// Whether it has this name.
    #[must_use]
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace == namespace
    }

    /// The value of an attribute without a namespace.
    #[must_use]
    pub fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.namespace.is_empty() && attribute.local == local)
            .map(|attribute| attribute.value.as_str())
    }

    /// The elements directly in it.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::Comment(_) => None,
        })
    }

    /// The elements of a name directly in it.
    pub fn named<'a>(
        &'a self,
        namespace: &'a str,
        local: &'a str,
    ) -> impl Iterator<Item = &'a Self> {
        self.elements()
            .filter(move |element| element.is(namespace, local))
    }

    /// The first element of a name directly in it.
    #[must_use]
    pub fn child(&self, namespace: &str, local: &str) -> Option<&Self> {
        self.elements().find(|element| element.is(namespace, local))
    }

    /// It and everything below it, in the order of the document.
    pub fn descendants(&self) -> impl Iterator<Item = &Self> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let next = open.pop()?;
            let below: Vec<&Self> = next.elements().collect();
            open.extend(below.into_iter().rev());
            Some(next)
        })
    }

    /// Its text without white space around it.
    ///
    /// # Errors
    /// [`XmlFault::Value`] when a comment or an element lies in it: readers differ in what they
    /// make of those.
    pub fn text(&self) -> Result<&str, XmlFault> {
        match self.children.as_slice() {
            [] => Ok(""),
            [Node::Text(text)] => Ok(text.trim_matches([' ', '\t', '\n', '\r'])),
            _ => Err(XmlFault::Value),
        }
    }
}
