//! What the axis does to a message on its way through.
//!
//! Owns: its trace header, the missing `Direction`, dropping of empty children, white space.
//! Not here: order and prefixes, which the writer always sets.
//! Invariant: content of attachments and texts are not changed.
//! Follows: pairs of messages seen before and after the national axis, 2019.

use super::tree::Element;
use crate::clock;

/// The message as its recipients see it. Status messages get no trace.
pub fn pass_through(mut root: Element, axis_code: &str, at_ms: i64) -> Element {
    drop_empty(&mut root);
    let header_path = ["edXMLEnvelope", "edXMLHeader"];
    let Some(header) = root.at_mut(&header_path) else {
        return root;
    };
    let is_status = header.at(&["MessageHeader", "StatusCode"]).is_some();
    if is_status {
        return root;
    }
    if let Some(other) = header.at_mut(&["MessageHeader", "OtherInfo"])
        && other.child("Direction").is_none()
    {
        other.children.push(Element::leaf("Direction", "false"));
    }
    if header.child("TraceHeaderList").is_none() {
        header.children.push(Element::new("TraceHeaderList"));
    }
    if let Some(list) = header.child_mut("TraceHeaderList") {
        list.children.push(trace_header(axis_code, at_ms));
    }
    root
}

/// One `TraceHeader`.
pub(super) fn trace_header(code: &str, at_ms: i64) -> Element {
    Element::new("TraceHeader")
        .with(Element::leaf("OrganId", code))
        .with(Element::leaf("Timestamp", clock::edxml_instant(at_ms)))
}

/// Leaves without text go; an element whose children all went stays, empty.
fn drop_empty(element: &mut Element) {
    for child in &mut element.children {
        drop_empty(child);
    }
    element.children.retain(|child| {
        let was_container = is_container(&child.name);
        was_container
            || !child.children.is_empty()
            || !child.text.trim().is_empty()
            || !child.attributes.is_empty()
    });
}

fn is_container(name: &str) -> bool {
    matches!(name, "ResponseFor")
}
