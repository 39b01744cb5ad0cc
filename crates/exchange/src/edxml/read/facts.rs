//! What is known of each attachment once the whole message is read.
//!
//! Owns: joining manifest and attachments, the form of the content, safe names, types. Not here:
//! decoding (`decode`). Invariant: content is never dropped, whatever does not match.
//! Follows: design document "Document exchange", sections 2.4 and 4.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::defects::DefectCode;
use super::super::media;
use super::super::model::{Attachment, Document, Reference};
use super::super::zip::Wrapped;
use super::decode::Decoded;

/// How the content of an attachment is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentForm {
    /// The decoded bytes are the file.
    Raw,
    /// The decoded bytes are a ZIP of one entry; the entry is the file.
    Zip,
}

/// Facts about one attachment; `index` counts from 0 in the order of the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentFacts {
    pub index: usize,
    /// Name to show and to save under: no path, no control characters, never empty.
    pub name: String,
    /// Its entry in the manifest, as index.
    pub reference: Option<usize>,
    pub form: AttachmentForm,
    /// Of the file itself, by content, then by name.
    pub media_type: String,
    /// Decoded bytes as carried.
    pub size_bytes: u64,
    /// SHA-256 of the decoded bytes as carried, lower-case hex.
    pub sha256: String,
    /// Bytes of the file itself; equals `size_bytes` when raw.
    pub inner_size_bytes: u64,
    /// SHA-256 of the file itself, lower-case hex.
    pub inner_sha256: String,
    /// Name inside the ZIP: noise, kept for the protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_name: Option<String>,
    /// Not base64: the other facts cover what could be decoded.
    pub is_broken: bool,
}

/// A defect of attachment or reference `index`.
pub(super) struct Finding {
    pub(super) code: DefectCode,
    pub(super) is_reference: bool,
    pub(super) index: usize,
}

/// Longest name shown; file systems allow 255 bytes.
const NAME_BYTES_MAX: usize = 200;

/// Joins what was decoded with what the message says.
pub(super) fn join(
    document: &Document,
    decoded: Vec<Decoded>,
) -> (Vec<AttachmentFacts>, Vec<Finding>) {
    let mut findings = Vec::new();
    let partners = match_references(&document.attachments, &document.references);
    let mut facts = Vec::with_capacity(decoded.len());
    for (index, content) in decoded.into_iter().enumerate() {
        let mut finding = |code| {
            findings.push(Finding {
                code,
                is_reference: false,
                index,
            })
        };
        let reference = partners.get(index).copied().flatten();
        if reference.is_none() {
            finding(DefectCode::AttachmentUnmatched);
        }
        let attachment = document.attachments.get(index);
        let entry = reference.and_then(|at| document.references.get(at));
        let named = attachment
            .and_then(|attachment| attachment.attachment_name.as_deref())
            .or_else(|| entry.and_then(|entry| entry.attachment_name.as_deref()))
            .unwrap_or_default();
        let (name, is_safe) = safe_name(named, index);
        let wrapped = content
            .wrapped
            .as_ref()
            .filter(|wrapped| is_wrapping(&name, wrapped));
        let entry_is_safe = wrapped.is_none_or(|wrapped| safe_name(&wrapped.entry_name, index).1);
        if !is_safe || !entry_is_safe {
            finding(DefectCode::AttachmentNameUnsafe);
        }
        let head = wrapped.map_or(&content.head, |wrapped| &wrapped.head);
        let media_type = media::media_type(head, &name);
        let declared = [
            attachment.and_then(|attachment| attachment.content_type.as_deref()),
            entry.and_then(|entry| entry.content_type.as_deref()),
        ];
        let disagrees = |declared: &&str| media::disagrees(declared, media_type, wrapped.is_some());
        if !content.is_broken && declared.iter().flatten().any(disagrees) {
            finding(DefectCode::ContentTypeDisagrees);
        }
        let sha256 = hex(&content.sha256);
        facts.push(AttachmentFacts {
            index,
            reference,
            form: if wrapped.is_some() {
                AttachmentForm::Zip
            } else {
                AttachmentForm::Raw
            },
            media_type: media_type.to_owned(),
            size_bytes: content.size_bytes,
            inner_size_bytes: wrapped.map_or(content.size_bytes, |wrapped| wrapped.size_bytes),
            inner_sha256: wrapped.map_or_else(|| sha256.clone(), |wrapped| hex(&wrapped.sha256)),
            entry_name: wrapped.map(|wrapped| wrapped.entry_name.clone()),
            is_broken: content.is_broken,
            name,
            sha256,
        });
    }
    let is_orphan = |at: &usize| !partners.contains(&Some(*at));
    findings.extend(
        (0..document.references.len())
            .filter(is_orphan)
            .map(|index| Finding {
                code: DefectCode::AttachmentUnmatched,
                is_reference: true,
                index,
            }),
    );
    (facts, findings)
}

/// The reference of each attachment: by content id, then by position, then by name.
fn match_references(attachments: &[Attachment], references: &[Reference]) -> Vec<Option<usize>> {
    let mut partners: Vec<Option<usize>> = vec![None; attachments.len()];
    let mut is_taken = vec![false; references.len()];
    let mut pass = |fits: &dyn Fn(usize, &Attachment, usize, &Reference) -> bool| {
        for (index, attachment) in attachments.iter().enumerate() {
            let Some(partner) = partners.get_mut(index).filter(|partner| partner.is_none()) else {
                continue;
            };
            let found = references.iter().enumerate().find(|(at, reference)| {
                is_taken.get(*at) == Some(&false) && fits(index, attachment, *at, reference)
            });
            if let Some((at, _)) = found {
                *partner = Some(at);
                if let Some(taken) = is_taken.get_mut(at) {
                    *taken = true;
                }
            }
        }
    };
    pass(&|_, attachment, _, reference| {
        let id = bare_id(&attachment.content_id);
        !id.is_empty() && id == bare_id(&reference.content_id)
    });
    pass(&|index, _, at, _| index == at);
    pass(&|_, attachment, _, reference| {
        attachment.attachment_name.is_some()
            && attachment.attachment_name == reference.attachment_name
    });
    partners
}

/// Some builders write `cid:` on one side only.
fn bare_id(id: &str) -> &str {
    id.strip_prefix("cid:").unwrap_or(id)
}

/// Whether an archive of one entry wraps the file called `name`, or is that file.
fn is_wrapping(name: &str, wrapped: &Wrapped) -> bool {
    if media::extension(name).as_deref() != Some("zip") {
        return true;
    }
    let entry = wrapped.entry_name.as_str();
    entry.rsplit_once('.').is_some_and(|(stem, extension)| {
        extension.eq_ignore_ascii_case("zip") && Uuid::try_parse(stem).is_ok()
    })
}

/// A name without path and control characters, and whether it had none.
fn safe_name(name: &str, index: usize) -> (String, bool) {
    let is_path = name.contains(['/', '\\']) || name.trim() == ".." || name.trim() == ".";
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let has_control = last.chars().any(is_hidden);
    let mut safe: String = last
        .chars()
        .map(|c| if is_hidden(c) { '_' } else { c })
        .collect();
    if safe.len() > NAME_BYTES_MAX {
        // The end stays: it holds the extension.
        let cut = safe.len() - NAME_BYTES_MAX;
        let at = (cut..=safe.len())
            .find(|at| safe.is_char_boundary(*at))
            .unwrap_or(0);
        safe.drain(..at);
    }
    if safe.is_empty() || safe == "." || safe == ".." {
        safe = format!("attachment-{}", index + 1);
    }
    (safe, !is_path && !has_control)
}

/// Control characters, and those that turn the reading direction of a name around.
fn is_hidden(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| {
        DIGITS
            .get(usize::from(nibble))
            .map_or('0', |digit| char::from(*digit))
    };
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        let table = [
            ("bao cao.pdf", "bao cao.pdf", true),
            ("../../etc/passwd", "passwd", false),
            ("C:\\tam\\a.doc", "a.doc", false),
            ("a\u{7}b.txt", "a_b.txt", false),
            ("gpj.\u{202e}exe", "gpj._exe", false),
            ("", "attachment-3", true),
            ("..", "attachment-3", false),
        ];
        for (name, safe, is_safe) in table {
            assert_eq!(safe_name(name, 2), (safe.to_owned(), is_safe), "{name:?}");
        }
        let long = format!("{}.pdf", "ă".repeat(300));
        let (safe, _) = safe_name(&long, 0);
        assert!(safe.len() <= NAME_BYTES_MAX && safe.ends_with(".pdf"));
    }

    #[test]
    fn hex_is_lower_case() {
        assert_eq!(hex(&[0, 0xab, 0xff]), "00abff");
    }
}
