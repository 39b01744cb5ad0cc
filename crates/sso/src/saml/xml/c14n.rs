//! The canonical form of an element: the bytes that are digested and signed.
//!
//! Owns: exclusive canonicalisation, with and without comments, with inclusive prefixes.
//! Not here: which element is signed (`signature/`).
//! Invariant: the form of an element does not depend on what stands around it, except for the
//! prefixes that the caller names.
//! Follows: Exclusive XML Canonicalization 1.0; Canonical XML 1.0, 2.3.

use std::collections::BTreeMap;

use super::{Attribute, Element, Node};

/// What is to be made canonical.
#[derive(Clone, Copy)]
pub struct Canonical<'a> {
    /// The element at its top.
    pub element: &'a Element,
    /// An element directly or indirectly in it that is left out: its own signature.
    pub without: Option<&'a Element>,
    /// Whether comments stay.
    pub with_comments: bool,
    /// Prefixes that are written where they are in scope, used or not; empty for the default.
    pub inclusive: &'a [String],
}

impl<'a> Canonical<'a> {
    /// The whole element without comments.
    #[must_use]
    pub const fn whole(element: &'a Element) -> Self {
        Self {
            element,
            without: None,
            with_comments: false,
            inclusive: &[],
        }
    }
}

/// The canonical form.
#[must_use]
pub fn canonicalise(what: &Canonical<'_>) -> String {
    let mut text = String::with_capacity(2_048);
    write_element(&mut text, what, what.element, &BTreeMap::new());
    text
}

/// Prefixes that are written on an open element, and what they stand for.
type Rendered<'a> = BTreeMap<&'a str, &'a str>;

fn write_element<'a>(
    text: &mut String,
    what: &Canonical<'a>,
    element: &'a Element,
    rendered: &Rendered<'a>,
) {
    let mut below = rendered.clone();
    write_name(text, "<", element);
    for (prefix, namespace) in wanted(what, element) {
        let known = rendered.get(prefix).copied().unwrap_or_default();
        if known == namespace {
            continue;
        }
        below.insert(prefix, namespace);
        text.push_str(if prefix.is_empty() {
            " xmlns"
        } else {
            " xmlns:"
        });
        text.push_str(prefix);
        text.push_str("=\"");
        push_attribute(text, namespace);
        text.push('"');
    }
    for attribute in sorted(&element.attributes) {
        text.push(' ');
        if !attribute.prefix.is_empty() {
            text.push_str(&attribute.prefix);
            text.push(':');
        }
        text.push_str(&attribute.local);
        text.push_str("=\"");
        push_attribute(text, &attribute.value);
        text.push('"');
    }
    text.push('>');
    for node in &element.children {
        match node {
            Node::Element(child) => {
                if !what
                    .without
                    .is_some_and(|left_out| std::ptr::eq(left_out, child))
                {
                    write_element(text, what, child, &below);
                }
            }
            Node::Text(value) => push_text(text, value),
            Node::Comment(value) if what.with_comments => {
                text.push_str("<!--");
                text.push_str(value);
                text.push_str("-->");
            }
            Node::Comment(_) => {}
        }
    }
    write_name(text, "</", element);
    text.push('>');
}

fn write_name(text: &mut String, before: &str, element: &Element) {
    text.push_str(before);
    if !element.prefix.is_empty() {
        text.push_str(&element.prefix);
        text.push(':');
    }
    text.push_str(&element.local);
}

/// The prefixes that an element uses, or that the caller names, with their namespaces; sorted.
fn wanted<'a>(what: &Canonical<'a>, element: &'a Element) -> Rendered<'a> {
    let attributes = element.attributes.iter().map(|attribute| &attribute.prefix);
    let used = attributes.filter(|prefix| !prefix.is_empty());
    let named = what.inclusive.iter();
    std::iter::once(&element.prefix)
        .chain(used)
        .chain(named)
        .map(String::as_str)
        .filter(|prefix| *prefix != "xml")
        .filter_map(|prefix| match element.scope.get_key_value(prefix) {
            Some((prefix, namespace)) => Some((prefix.as_str(), namespace.as_str())),
            None => prefix.is_empty().then_some(("", "")),
        })
        .collect()
}

/// By namespace, then by name; those without a namespace come first.
fn sorted(attributes: &[Attribute]) -> Vec<&Attribute> {
    let mut sorted: Vec<&Attribute> = attributes.iter().collect();
    sorted.sort_by_key(|attribute| (&attribute.namespace, &attribute.local));
    sorted
}

fn push_text(text: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\r' => text.push_str("&#xD;"),
            other => text.push(other),
        }
    }
}

fn push_attribute(text: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#x9;"),
            '\n' => text.push_str("&#xA;"),
            '\r' => text.push_str("&#xD;"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Document, *};

    fn form(text: &str, path: &[&str], inclusive: &[&str], with_comments: bool) -> String {
        let document = Document::parse(text.as_bytes()).unwrap();
        let mut element = &document.root;
        for local in path {
            element = element
                .elements()
                .find(|child| child.local == *local)
                .unwrap();
        }
        let inclusive: Vec<String> = inclusive
            .iter()
            .map(|prefix| (*prefix).to_owned())
            .collect();
        canonicalise(&Canonical {
            element,
            without: None,
            with_comments,
            inclusive: &inclusive,
        })
    }

    #[test]
    fn only_used_prefixes_are_written() {
        // The example of the recommendation, section 2.2.
        let text = "<n0:local xmlns:n0=\"foo:bar\" xmlns:n3=\"ftp://example.org\">\
            <n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\">\
            <n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2></n0:local>";
        assert_eq!(
            form(text, &["elem2"], &[], false),
            "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\">\
             <n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>"
        );
        assert_eq!(
            form(text, &["elem2"], &["n0", "n3", "none"], false),
            "<n1:elem2 xmlns:n0=\"foo:bar\" xmlns:n1=\"http://example.net\" \
             xmlns:n3=\"ftp://example.org\" xml:lang=\"en\"><n3:stuff></n3:stuff></n1:elem2>"
        );
    }

    #[test]
    fn the_default_namespace_is_written_and_taken_back() {
        let text = "<a xmlns=\"u:1\"><b xmlns=\"\"><c/></b><d/></a>";
        assert_eq!(
            form(text, &[], &[], false),
            "<a xmlns=\"u:1\"><b xmlns=\"\"><c></c></b><d></d></a>"
        );
        assert_eq!(form(text, &["b"], &[], false), "<b><c></c></b>");
        assert_eq!(
            form("<p:a xmlns=\"u:1\" xmlns:p=\"u:2\"/>", &[], &[""], false),
            "<p:a xmlns=\"u:1\" xmlns:p=\"u:2\"></p:a>"
        );
    }

    #[test]
    fn attributes_are_sorted_and_characters_escaped() {
        let text = "<a xmlns:z='u:1' xmlns:y='u:2' y:b='1' z:c='2' b='\"&#9;&#10;&#13;&lt;>' \
            a='é'>&lt;&gt;&amp;\"&#13;<!-- c --></a>";
        let start = "<a xmlns:y=\"u:2\" xmlns:z=\"u:1\" a=\"é\" \
            b=\"&quot;&#x9;&#xA;&#xD;&lt;>\" z:c=\"2\" y:b=\"1\">&lt;&gt;&amp;\"&#xD;";
        assert_eq!(form(text, &[], &[], false), format!("{start}</a>"));
        assert_eq!(form(text, &[], &[], true), format!("{start}<!-- c --></a>"));
    }

    #[test]
    fn the_form_of_a_form_is_the_form() {
        let text = "<a xmlns='u:1' xmlns:p='u:2' p:x=\"1\"><p:b>t&#13;</p:b><c xmlns=''/></a>";
        let once = form(text, &[], &[], true);
        assert_eq!(form(&once, &[], &[], true), once);
    }
}
