//! What is the same message, and what is the same document.
//!
//! Owns: keys and results of the ledger's claims.
//! Invariant: a claim's result is `<uuid> <digest in hex>`, so that a repeat needs no further read.
//! Follows: design document "Document exchange", section 5 (two identities).

use lgsp_model::{DocumentId, Timestamp};
use lgsp_platform::{journal::seal::hex, ledger::Claim};
use uuid::Uuid;

use crate::service::{MessageType, Source};

const DAY_MS: i64 = 86_400_000;
/// How long the identity of a document is recognised, in days. Documents are records: ten years.
const IDENTITY_DAYS: i64 = 3_650;
/// Keys up to this length stay readable; longer ones are hashed.
const READABLE_BYTES_MAX: usize = 200;

/// A claim that tells a repeated message by sender and content.
pub(crate) fn message_claim(
    source: &Source,
    kind: MessageType,
    digest: &[u8; 32],
    id: Uuid,
    expires_at: Timestamp,
) -> Claim {
    let (name, item) = match source {
        Source::System { name } => (name.as_str(), ""),
        Source::Account { username, .. } => (username.as_str(), ""),
        Source::Upstream { name, doc_id } => (name.as_str(), doc_id.as_str()),
    };
    let (word, digest) = (kind.as_str(), hex(digest));
    let key = format!("vxp:{}:{name}:{item}:{word}:{digest}", source.kind());
    Claim {
        key: bounded(key),
        result: result(id, &digest),
        expires_at,
    }
}

/// A claim that tells a document by sender and the id that the sender gave it.
pub(crate) fn document_claim(
    from_agency: &str,
    document_id: &str,
    digest: &[u8; 32],
    id: DocumentId,
    now: Timestamp,
) -> Claim {
    Claim {
        key: bounded(format!("doc:{from_agency}:{document_id}")),
        result: result(id.0, &hex(digest)),
        expires_at: now.plus_ms(IDENTITY_DAYS * DAY_MS),
    }
}

/// When a message of today is forgotten as a repeat.
pub(crate) fn forgotten_at(days: u32, now: Timestamp) -> Timestamp {
    now.plus_ms(i64::from(days) * DAY_MS)
}

fn result(id: Uuid, digest: &str) -> String {
    format!("{id} {digest}")
}

fn bounded(key: String) -> String {
    if key.len() <= READABLE_BYTES_MAX {
        return key;
    }
    let digest = ring::digest::digest(&ring::digest::SHA256, key.as_bytes());
    let start = key.get(..key.floor_char_boundary(64)).unwrap_or_default();
    format!("{start}#{}", hex(digest.as_ref()))
}

/// Reads a claim's result: the first identifier and whether the content was the same.
pub(crate) fn parse_result(text: &str, digest: &[u8; 32]) -> Option<(Uuid, bool)> {
    let (id, known) = text.split_once(' ')?;
    Some((id.parse().ok()?, known == hex(digest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_back_and_long_keys_bounded() {
        let id = DocumentId(Uuid::from_u128(7));
        let claim = document_claim("H34.01", &"x".repeat(500), &[1; 32], id, Timestamp(0));
        assert!(claim.key.len() < READABLE_BYTES_MAX);
        assert!(claim.key.starts_with("doc:H34.01:xxx"));
        assert_eq!(parse_result(&claim.result, &[1; 32]), Some((id.0, true)));
        assert_eq!(parse_result(&claim.result, &[2; 32]), Some((id.0, false)));
        assert_eq!(parse_result("", &[2; 32]), None);
        let other = document_claim("H34.01", &"x".repeat(501), &[1; 32], id, Timestamp(0));
        assert_ne!(claim.key, other.key);
    }
}
