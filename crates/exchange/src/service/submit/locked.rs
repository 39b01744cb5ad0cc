//! Receivers that take in nothing for now.
//!
//! Owns: whether a document may go to its receivers.
//! Not here: who is locked (`kinds::ExchangeSettings`).
//! Invariant: one locked receiver refuses the document for all; a revocation always passes, so that
//! a mistake can be taken back; what the axis has accepted is kept.
//! Follows: design document "Document exchange", section 7.3, code 114.

use super::sender::shortened;
use crate::{
    Error,
    directory::{Directory, Receiver},
    edxml::{Document, model::BusinessType},
    service::Source,
};

/// The refusal of a document that names a locked receiver.
pub(super) fn locked(
    directory: &Directory,
    source: &Source,
    document: &Document,
    receivers: &[Receiver],
) -> Option<Error> {
    let is_free = matches!(source, Source::Upstream { .. })
        || document.business_type() == BusinessType::Revoke;
    if is_free {
        return None;
    }
    refusal(directory, receivers)
}

/// The refusal of some receivers; `None` when all take documents in.
pub(super) fn refusal<'a>(
    directory: &Directory,
    receivers: impl IntoIterator<Item = &'a Receiver>,
) -> Option<Error> {
    let all = &directory.settings.locked_agencies;
    if all.is_empty() {
        return None;
    }
    let codes: Vec<String> = receivers
        .into_iter()
        .filter(|receiver| all.contains(&receiver.agency))
        .map(|receiver| shortened(&receiver.code))
        .collect();
    (!codes.is_empty()).then_some(Error::RecipientLocked { codes })
}
