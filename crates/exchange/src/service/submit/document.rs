//! A document is offered: receivers, repeats, reused ids, acceptance.
//!
//! Owns: the order of the checks of a document.
//! Not here: its rows (`prepared.rs`), types 1 to 3 (`business.rs`).
//! Invariant: all receivers or none; a new document costs no read of the database.

use std::{collections::HashSet, sync::Arc};

use lgsp_model::{DocumentId, Timestamp};
use lgsp_platform::{
    clock::Ids,
    error::FieldError,
    ledger::{Acceptance, Accepted, Claim},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    KEY_BYTES_MAX,
    business::Reaction,
    identity::{document_claim, forgotten_at, message_claim, parse_result},
    is_strict,
    locked::locked,
    prepared::Prepared,
    read::again,
    sender::{Sender, sender, shortened},
};
use crate::{
    Error, Result,
    directory::{Directory, Place, Receiver, Unreachable},
    edxml::{self, Document, Reading, model::BusinessType},
    service::{Exchange, MessageType, Source, Submission, Submitted},
    tables::{DocumentRow, copy, document},
};

impl Exchange {
    pub(super) async fn take_document(
        &self,
        directory: &Arc<Directory>,
        submission: Submission,
        document: Document,
        reading: Reading,
    ) -> Result<Submitted> {
        let now = self.now();
        if document.document_id.len() > KEY_BYTES_MAX {
            return Err(too_long());
        }
        if edxml::trace_loops(&document, directory.trace_code()) {
            return Err(Error::TraceLoop);
        }
        let sender = match sender(directory, &submission, &document.from.organ_id, now) {
            Ok(sender) => sender,
            Err(error) => return self.our_own(directory, &submission, &document, error).await,
        };
        let receivers = receivers(directory, &submission, &document, now)?;
        if let Some(error) = locked(directory, &submission.source, &document, &receivers) {
            // What was taken in before the lock is answered as then.
            let first = self.first_of(&submission, &document, &sender).await?;
            return first.ok_or(error);
        }
        let mut prepared = Prepared {
            directory: directory.clone(),
            now,
            id: DocumentId(Ids.next()),
            is_known: false,
            submission,
            document,
            reading,
            sender,
            receivers,
        };
        let mut reaction = Reaction::default();
        if matches!(prepared.submission.source, Source::Upstream { .. })
            && let Some(repeat) = self.join_known(&mut prepared, &mut reaction).await?
        {
            return Ok(repeat);
        }
        self.react(&prepared, &mut reaction).await?;
        if prepared.document.business_type() == BusinessType::New
            && !matches!(prepared.submission.source, Source::Upstream { .. })
        {
            self.accept_new(&prepared, reaction).await
        } else {
            let claim = self.message_claim(&prepared);
            self.accept_claimed(&prepared, claim, &reaction).await
        }
    }

    /// The axis may hand our own documents back to us, when a receiver inside is named too: those
    /// were delivered when they were sent.
    async fn our_own(
        &self,
        directory: &Directory,
        submission: &Submission,
        document: &Document,
        error: Error,
    ) -> Result<Submitted> {
        if !matches!(submission.source, Source::Upstream { .. }) {
            return Err(error);
        }
        let agency = directory.agency_or_code(&document.from.organ_id, self.now());
        let db = &self.0.platform.db;
        let known = document::by_document_id(db, &document.document_id).await?;
        let own = known.iter().find(|row| row.from_agency == agency);
        own.map(|row| submitted(row.id.0, true)).ok_or(error)
    }

    /// The answer of then, when this very message was taken in before.
    async fn first_of(
        &self,
        submission: &Submission,
        document: &Document,
        sender: &Sender,
    ) -> Result<Option<Submitted>> {
        let db = &self.0.platform.db;
        let known = document::by_document_id(db, &document.document_id).await?;
        let digest = &submission.received.digest;
        let first = known
            .iter()
            .find(|row| row.from_agency == sender.agency && row.digest == digest);
        Ok(first.map(|row| submitted(row.id.0, true)))
    }

    /// A new document: known by its identity for years, whatever became of the first message.
    async fn accept_new(&self, prepared: &Prepared, mut reaction: Reaction) -> Result<Submitted> {
        let digest = &prepared.submission.received.digest;
        let claim = document_claim(
            &prepared.sender.agency,
            &prepared.document.document_id,
            digest,
            prepared.id,
            prepared.now,
        );
        let first = match self.accept(prepared, claim, &reaction).await? {
            None => return Ok(submitted(prepared.id.0, false)),
            Some((first, true)) => return Ok(submitted(first, true)),
            Some((first, false)) => first,
        };
        if is_strict(prepared.submission.mode) {
            return Err(Error::DocumentIdReused);
        }
        reaction.links.push(("same_id", DocumentId(first)));
        reaction.events.push(
            prepared
                .event("document.id_reused", prepared.id)
                .with_detail(json!({ "first": first.to_string() })),
        );
        let claim = self.message_claim(prepared);
        self.accept_claimed(prepared, claim, &reaction).await
    }

    async fn accept_claimed(
        &self,
        prepared: &Prepared,
        claim: Claim,
        reaction: &Reaction,
    ) -> Result<Submitted> {
        Ok(match self.accept(prepared, claim, reaction).await? {
            None => submitted(prepared.id.0, false),
            Some((first, _)) => submitted(first, true),
        })
    }

    /// Accepts; of a repeat, the first identifier and whether the content is the same.
    async fn accept(
        &self,
        prepared: &Prepared,
        claim: Claim,
        reaction: &Reaction,
    ) -> Result<Option<(Uuid, bool)>> {
        let received = &prepared.submission.received;
        let effects = prepared.effects(again(&received.body)?, reaction)?;
        let acceptance = Acceptance {
            claim: Some(claim),
            effects,
        };
        match self.0.platform.ledger.accept(acceptance).await? {
            Accepted::New => Ok(None),
            Accepted::Repeat { result } => parse_result(&result, &received.digest)
                .map(Some)
                .ok_or_else(|| Error::Stored("claim without an identifier".to_owned())),
        }
    }

    fn message_claim(&self, prepared: &Prepared) -> Claim {
        let days = prepared.directory.settings.dedupe_days;
        message_claim(
            &prepared.submission.source,
            MessageType::Edoc,
            &prepared.submission.received.digest,
            prepared.id.0,
            forgotten_at(days, prepared.now),
        )
    }

    /// The axis hands the same document out once for each receiver: later ones add copies.
    ///
    /// Gives the answer when nothing is left to do.
    async fn join_known(
        &self,
        prepared: &mut Prepared,
        reaction: &mut Reaction,
    ) -> Result<Option<Submitted>> {
        let db = &self.0.platform.db;
        let mut known = document::by_document_id(db, &prepared.document.document_id).await?;
        let kind = i16::from(prepared.document.business_type().code());
        known.retain(|row| {
            row.from_agency == prepared.sender.agency
                && row.business_type == kind
                && row.source_kind == prepared.submission.source.kind()
        });
        let Some(same) = known.iter().find(|row| is_same_content(row, prepared)) else {
            if let (Some(first), 0 | 3) = (known.last(), kind) {
                reaction.links.push(("same_id", first.id));
                reaction
                    .events
                    .push(prepared.event("document.id_reused", prepared.id));
            }
            return Ok(None);
        };
        let copies = copy::of_documents(db, &[same.id.0]).await?;
        prepared
            .receivers
            .retain(|receiver| !copies.iter().any(|copy| copy.agency == receiver.agency));
        if prepared.receivers.is_empty() {
            return Ok(Some(submitted(same.id.0, true)));
        }
        prepared.id = same.id;
        prepared.is_known = true;
        Ok(None)
    }
}

/// The traces differ at each hop; number, subject and files do not.
fn is_same_content(row: &DocumentRow, prepared: &Prepared) -> bool {
    let files = row.attachment_facts();
    row.subject == prepared.document.subject
        && row.number == prepared.document.display_number()
        && files.len() == prepared.reading.attachments.len()
        && files
            .iter()
            .zip(&prepared.reading.attachments)
            .all(|(known, new)| known.inner_sha256 == new.inner_sha256)
}

fn submitted(id: Uuid, is_repeat: bool) -> Submitted {
    Submitted {
        document: Some(DocumentId(id)),
        doc_id: id.to_string(),
        is_repeat,
    }
}

fn too_long() -> Error {
    Error::Invalid(vec![FieldError::new(
        "/DocumentId",
        "exchange.document_id.too_long",
        format!("DocumentId dài quá {KEY_BYTES_MAX} byte."),
        format!("DocumentId is longer than {KEY_BYTES_MAX} bytes."),
    )])
}

/// The receivers of a document, each agency once, in the order of the message.
fn receivers(
    directory: &Directory,
    submission: &Submission,
    document: &Document,
    now: Timestamp,
) -> Result<Vec<Receiver>> {
    let written = document.to.iter().map(|party| party.organ_id.as_str());
    let signed = submission.signed_to.iter().map(String::as_str);
    let codes: Vec<&str> = if submission.signed_to.is_empty() {
        written.collect()
    } else {
        signed.collect()
    };
    let is_from_axis = matches!(submission.source, Source::Upstream { .. });
    let (mut found, mut unknown, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for code in codes
        .into_iter()
        .map(str::trim)
        .filter(|code| !code.is_empty())
    {
        let receiver = match directory.receiver(code, now) {
            // The axis lists receivers everywhere; ours are those inside the province.
            Ok(receiver) if is_from_axis && receiver.place == Place::Upstream => continue,
            Ok(receiver) => receiver,
            Err(Unreachable::Ambiguous { .. }) if is_from_axis => at_clerk(directory, code),
            Err(_) => {
                unknown.push(shortened(code));
                continue;
            }
        };
        if seen.insert(receiver.agency.clone()) {
            found.push(receiver);
        }
    }
    if found.is_empty() || (!unknown.is_empty() && !is_from_axis) {
        return Err(Error::RecipientUnknown { codes: unknown });
    }
    Ok(found)
}

/// Several bodies took over: the province's own clerk decides, with the code as it was written.
fn at_clerk(directory: &Directory, code: &str) -> Receiver {
    Receiver {
        code: code.to_owned(),
        agency: directory.province.clone(),
        place: Place::Mailbox,
        is_superseded: true,
    }
}
