//! Spoiling of content that a recipient fetches.
//!
//! Owns: each content fault as a change of the message's bytes.
//! Not here: when it happens (`faults.rs`).
//! Invariant: the stored copy stays whole; the next fetch without a fault is right again.
//! Follows: defects seen in stored messages of 2019 and 2025.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::faults::FaultKind;
use crate::edxml::{self, Element, MESSAGE_BYTES_MAX, is_wrapped, parse, unwrap_zip, wrap_zip};
use crate::rng::Rng;

/// What stands before the declaration when there is junk.
const JUNK: &[u8] = b"\r\n--boundary\r\n";

pub(super) fn content(content: &Bytes, fault: &FaultKind, rng: &mut Rng) -> Bytes {
    match fault {
        FaultKind::TraceOrganNull => change(content, |root| set_trace(root, Some("null"))),
        FaultKind::TraceOrganMissing => change(content, |root| set_trace(root, None)),
        FaultKind::AttachmentSwapped => change(content, |root| swap(root, rng)),
        FaultKind::ContentTypeDisagrees => change(content, |root| {
            for attachment in attachments(root) {
                set_text(attachment, "ContentType", "image/tiff");
            }
        }),
        FaultKind::LeadingJunk => Bytes::from([JUNK, content].concat()),
        FaultKind::UnboundPrefix => unbind(content),
        FaultKind::Oversize { extra_bytes } => pad(content, MESSAGE_BYTES_MAX + extra_bytes),
        _ => content.clone(),
    }
}

fn change(content: &Bytes, apply: impl FnOnce(&mut Element)) -> Bytes {
    let Ok(mut parsed) = parse(content) else {
        return content.clone();
    };
    apply(&mut parsed.root);
    Bytes::from(edxml::write(&parsed.root))
}

fn set_trace(root: &mut Element, code: Option<&str>) {
    let path = [
        "edXMLEnvelope",
        "edXMLHeader",
        "TraceHeaderList",
        "TraceHeader",
    ];
    let Some(trace) = root.at_mut(&path) else {
        return;
    };
    match code {
        Some(code) => set_text(trace, "OrganId", code),
        None => trace.children.retain(|child| child.name != "OrganId"),
    }
}

fn set_text(element: &mut Element, name: &str, text: &str) {
    match element.child_mut(name) {
        Some(child) => text.clone_into(&mut child.text),
        None => element.children.push(Element::leaf(name, text)),
    }
}

fn attachments(root: &mut Element) -> impl Iterator<Item = &mut Element> {
    root.child_mut("AttachmentEncoded")
        .into_iter()
        .flat_map(|list| list.children.iter_mut())
}

fn swap(root: &mut Element, rng: &mut Rng) {
    for attachment in attachments(root) {
        let name = attachment.text_at(&["AttachmentName"]).to_owned();
        let Some(encoded) = attachment.child_mut("ContentTransferEncoded") else {
            continue;
        };
        let Ok(bytes) = STANDARD.decode(encoded.text.trim()) else {
            continue;
        };
        let extension = name.rsplit('.').next().unwrap_or("bin");
        let swapped = if is_wrapped(&bytes) {
            unwrap_zip(&bytes)
        } else {
            wrap_zip(rng.uuid(), extension, &bytes).ok()
        };
        if let Some(swapped) = swapped {
            encoded.text = STANDARD.encode(swapped);
        }
    }
}

/// As one public sample has it: prefix on the attachments, declared nowhere.
fn unbind(content: &Bytes) -> Bytes {
    let Ok(text) = std::str::from_utf8(content) else {
        return content.clone();
    };
    let Some((envelope, rest)) = text.split_once("</edXML:edXMLEnvelope>") else {
        return content.clone();
    };
    let declared = format!(" xmlns:edXML=\"{}\"", edxml::NAMESPACE);
    let mut out = String::with_capacity(content.len() + 64);
    out.push_str(envelope);
    out.push_str("</edXML:edXMLEnvelope>");
    let mut rest = rest.replace(&declared, "");
    for name in [
        "AttachmentEncoded",
        "Attachment",
        "ContentId",
        "AttachmentName",
        "ContentType",
    ] {
        rest = rest
            .replace(&format!("<{name}>"), &format!("<edXML:{name}>"))
            .replace(&format!("</{name}>"), &format!("</edXML:{name}>"));
    }
    out.push_str(&rest);
    Bytes::from(out)
}

/// Lengthens the first attachment; white space after the root makes the last bytes.
fn pad(content: &Bytes, wanted_bytes: usize) -> Bytes {
    let missing = wanted_bytes.saturating_sub(content.len());
    let grown = change(content, |root| {
        let Some(attachment) = attachments(root).next() else {
            return;
        };
        set_text(attachment, "ContentType", "application/octet-stream");
        if let Some(encoded) = attachment.child_mut("ContentTransferEncoded") {
            // A few hundred bytes stay for the longer type and for white space.
            let decoded_len = missing.saturating_sub(512) / 4 * 3;
            let old = encoded.text.len() / 4 * 3;
            encoded.text = STANDARD.encode(vec![b'A'; decoded_len + old]);
        }
    });
    let mut out = Vec::with_capacity(wanted_bytes);
    out.extend_from_slice(&grown);
    out.resize(wanted_bytes.max(grown.len()), b' ');
    Bytes::from(out)
}
