//! Namespace bindings in scope.
//!
//! Owns: which prefix stands for which namespace at the current depth. Not here: repairing unbound
//! prefixes (`scanner`). Invariant: a binding ends with the element that made it.
//! Follows: Namespaces in XML 1.0.

use super::super::NAMESPACE;

/// Namespace of XML signatures.
pub(super) const XMLDSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Namespace of links.
pub(crate) const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The namespaces that matter to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ns {
    /// No namespace at all.
    None,
    Qcvn,
    Xmldsig,
    Xlink,
    Other,
}

impl Ns {
    fn of(uri: &str) -> Self {
        match uri {
            "" => Self::None,
            NAMESPACE => Self::Qcvn,
            XMLDSIG => Self::Xmldsig,
            XLINK => Self::Xlink,
            _ => Self::Other,
        }
    }
}

#[derive(Debug)]
pub(super) struct Binding {
    prefix: String,
    pub(super) uri: String,
    pub(super) ns: Ns,
    /// Depth of the element that made it.
    pub(super) depth: usize,
    /// Not in the text: we bound an undeclared prefix.
    pub(super) is_repair: bool,
}

#[derive(Debug, Default)]
pub(super) struct Namespaces {
    bindings: Vec<Binding>,
    /// Declarations seen in all.
    pub(super) declared: usize,
}

impl Namespaces {
    /// Binds `prefix` (empty: the default namespace) for the element at `depth`.
    pub(super) fn bind(&mut self, prefix: &str, uri: &str, depth: usize, is_repair: bool) {
        self.bindings.push(Binding {
            prefix: prefix.to_owned(),
            uri: uri.to_owned(),
            ns: Ns::of(uri),
            depth,
            is_repair,
        });
    }

    /// The innermost binding of `prefix`.
    pub(super) fn find(&self, prefix: &str) -> Option<&Binding> {
        self.bindings
            .iter()
            .rev()
            .find(|binding| binding.prefix == prefix)
    }

    /// Ends the bindings of elements deeper than `depth`.
    pub(super) fn leave_to(&mut self, depth: usize) {
        while self
            .bindings
            .last()
            .is_some_and(|binding| binding.depth > depth)
        {
            self.bindings.pop();
        }
    }

    /// Whether a declaration is allowed: `xml` and `xmlns` are fixed, a prefix cannot be unbound.
    pub(super) fn may_declare(prefix: &str, uri: &str) -> bool {
        match prefix {
            "xmlns" => false,
            "xml" => uri == XML,
            "" => uri != XML,
            _ => !uri.is_empty() && uri != XML,
        }
    }
}
