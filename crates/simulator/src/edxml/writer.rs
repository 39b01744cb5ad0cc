//! Writing edXML, byte for byte as files look after the axis.
//!
//! Owns: declaration, prefixes, indentation, line ends, escaping, order.
//! Not here: which elements a message has (`draft.rs`, `transit.rs`).
//! Invariant: the same tree always gives the same bytes.
//! Follows: QCVN 102:2016/BTTTT as the axis emits it: CRLF, two spaces, prefix `edXML:` below the
//! envelope, none on attachments, its own declaration on `ContentTransferEncoded`.

use super::NAMESPACE;
use super::order;
use super::tree::Element;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    Root,
    Envelope,
    Signature,
    Attachments,
}

/// Writes a message; children are put in the axis's order, unknown attributes are left out.
pub fn write(root: &Element) -> Vec<u8> {
    let is_status = root.at(&[
        "edXMLEnvelope",
        "edXMLHeader",
        "MessageHeader",
        "StatusCode",
    ]);
    let mut writer = Writer {
        out: String::with_capacity(4096),
        is_status: is_status.is_some(),
    };
    writer
        .out
        .push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
    writer.element(root, Zone::Root, 0);
    writer.out.into_bytes()
}

struct Writer {
    out: String,
    is_status: bool,
}

impl Writer {
    fn element(&mut self, element: &Element, zone: Zone, depth: usize) {
        let is_content = zone == Zone::Attachments && element.name == "ContentTransferEncoded";
        let prefix = if zone == Zone::Envelope || is_content {
            "edXML:"
        } else {
            ""
        };
        self.indent(depth);
        self.out.push('<');
        self.out.push_str(prefix);
        self.out.push_str(&element.name);
        self.attributes(element, zone, is_content);
        if element.children.is_empty() && element.text.trim().is_empty() {
            self.out.push_str(" />\r\n");
            return;
        }
        self.out.push('>');
        if element.children.is_empty() {
            escape(&mut self.out, &element.text, false);
        } else {
            self.out.push_str("\r\n");
            for child in self.sorted(element) {
                self.element(child, zone_of(child, zone), depth + 1);
            }
            self.indent(depth);
        }
        self.out.push_str("</");
        self.out.push_str(prefix);
        self.out.push_str(&element.name);
        self.out.push_str(">\r\n");
    }

    fn sorted<'a>(&self, element: &'a Element) -> Vec<&'a Element> {
        let order = order::of_children(&element.name, self.is_status);
        let mut children: Vec<&Element> = element.children.iter().collect();
        if !order.is_empty() {
            children.sort_by_key(|child| {
                order
                    .iter()
                    .position(|name| *name == child.name)
                    .unwrap_or(usize::MAX)
            });
        }
        children
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    fn attributes(&mut self, element: &Element, zone: Zone, is_content: bool) {
        if zone == Zone::Root && element.name == "edXML" {
            self.attribute("xmlns", NAMESPACE);
        } else if is_content || element.name == "edXMLEnvelope" {
            self.attribute("xmlns:edXML", NAMESPACE);
        }
        for (name, value) in &element.attributes {
            let is_kept = match zone {
                Zone::Signature => !name.starts_with("xmlns"),
                Zone::Envelope => element.name == "edXMLManifest" && name == "version",
                Zone::Root | Zone::Attachments => false,
            };
            if is_kept {
                self.attribute(name, value);
            }
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(&mut self.out, value, true);
        self.out.push('"');
    }
}

fn zone_of(child: &Element, above: Zone) -> Zone {
    match (above, child.name.as_str()) {
        (Zone::Root, "AttachmentEncoded") => Zone::Attachments,
        (Zone::Root, _) => Zone::Envelope,
        (Zone::Envelope, "Signature") => Zone::Signature,
        (zone, _) => zone,
    }
}

fn escape(out: &mut String, text: &str, in_attribute: bool) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') if in_attribute => out.push_str("&quot;"),
            Some(other) => out.push(other),
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}
