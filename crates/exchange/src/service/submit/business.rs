//! What business types 1, 2 and 3 do to documents that were sent before.
//!
//! Owns: the reaction, as statements, outcomes and events of the same acceptance.
//! Not here: the rules of one copy (`../../rules.rs`).
//! Invariant: only the sender of a document may name it as a target.
//! Follows: design document "Document exchange", section 5.1.

use lgsp_model::{DeliveryId, DocumentId};
use lgsp_platform::{
    journal::Event,
    ledger::{Outcome, State},
};
use sea_orm::Statement;
use serde_json::json;

use super::{locked::refusal, prepared::Prepared, targets};
use crate::{
    Error, Result,
    directory::{Place, Receiver},
    edxml::model::{BusinessType, ResponseFor},
    rules,
    service::{Exchange, Source},
    tables::{CopyRow, DocumentRow, copy},
};

/// What changes elsewhere when a document is accepted.
#[derive(Default)]
pub(crate) struct Reaction {
    pub(crate) statements: Vec<Statement>,
    pub(crate) outcomes: Vec<(DeliveryId, Outcome)>,
    pub(crate) events: Vec<Event>,
    pub(crate) links: Vec<(&'static str, DocumentId)>,
    /// New copies of earlier documents (type 2).
    pub(crate) added: Vec<(DocumentRow, Receiver)>,
    /// Priority of the targets: nothing overtakes what it is about.
    pub(crate) priority_max: Option<i16>,
}

/// A target with its copies.
struct Target {
    row: DocumentRow,
    copies: Vec<CopyRow>,
}

impl Exchange {
    /// Works out what the document does to earlier ones.
    ///
    /// # Errors
    /// `exchange.document.not_owner`.
    pub(super) async fn react(&self, prepared: &Prepared, into: &mut Reaction) -> Result<()> {
        match prepared.document.business_type() {
            BusinessType::New => self.link_answers(prepared, into).await,
            BusinessType::Revoke => {
                let references = revoked_references(prepared);
                for target in self.targets(prepared, &references, "revokes", into).await? {
                    self.revoke_copies(prepared, &target, &prepared.receivers, into)
                        .await?;
                }
                Ok(())
            }
            BusinessType::Update => self.update(prepared, into).await,
            BusinessType::Replace => self.replace(prepared, into).await,
        }
    }

    /// A new document that answers others is linked with them.
    async fn link_answers(&self, prepared: &Prepared, into: &mut Reaction) -> Result<()> {
        for reference in &prepared.document.response_for {
            let found = targets::named(self, &prepared.directory, reference, prepared.now).await?;
            if let Some(row) = found.first().filter(|row| row.id != prepared.id) {
                into.links.push(("response_for", row.id));
            }
        }
        Ok(())
    }

    /// The documents that are named, with their copies; unknown ones leave an event.
    async fn targets(
        &self,
        prepared: &Prepared,
        references: &[ResponseFor],
        relation: &'static str,
        into: &mut Reaction,
    ) -> Result<Vec<Target>> {
        let mut found = Vec::new();
        for reference in references {
            let rows = targets::named(self, &prepared.directory, reference, prepared.now).await?;
            let known = !rows.is_empty();
            let mut own = rows
                .into_iter()
                .filter(|row| row.from_agency == prepared.sender.agency && row.id != prepared.id)
                .peekable();
            if own.peek().is_none() {
                if known && !matches!(prepared.submission.source, Source::Upstream { .. }) {
                    return Err(Error::NotOwner);
                }
                let action = if known {
                    "document.not_owner"
                } else {
                    "document.target_unknown"
                };
                into.events
                    .push(prepared.event(action, prepared.id).with_detail(json!({
                        "document_id": reference.document_id,
                        "code": reference.code,
                    })));
            }
            for row in own {
                let copies = copy::of_documents(&self.0.platform.db, &[row.id.0]).await?;
                let lowest = copies
                    .iter()
                    .map(|copy| copy.priority)
                    .min()
                    .unwrap_or(row.priority);
                into.priority_max =
                    Some(into.priority_max.map_or(lowest, |known| known.min(lowest)));
                into.links.push((relation, row.id));
                found.push(Target { row, copies });
            }
        }
        Ok(found)
    }

    async fn revoke_copies(
        &self,
        prepared: &Prepared,
        target: &Target,
        receivers: &[Receiver],
        into: &mut Reaction,
    ) -> Result<()> {
        let (db, now) = (&self.0.platform.db, prepared.now);
        for copy in copies_of(target, receivers) {
            let is_fetched = self.is_out_of_hand(copy).await?;
            let Some(next) = rules::revoked(copy.standing, is_fetched) else {
                continue;
            };
            if copy.place == Place::Mailbox {
                // Whether it is unread is judged again at commit.
                into.statements.extend(copy::revoked(db, copy.id, now));
            } else {
                into.statements.push(copy::moved(db, copy, next, now));
            }
            if !is_fetched {
                into.outcomes
                    .push((DeliveryId(copy.id.0), cancelled("withdrawn by its sender")));
            }
            into.events.push(told(prepared, target, copy, next.shown()));
        }
        Ok(())
    }

    async fn update(&self, prepared: &Prepared, into: &mut Reaction) -> Result<()> {
        let business = prepared.document.business.as_ref();
        let references = revoked_references(prepared);
        let update = business
            .and_then(|business| business.update.clone())
            .unwrap_or_default();
        let is_one = |flag: &Option<String>| flag.as_deref().map(str::trim) == Some("1");
        let is_about_receivers = is_one(&update.document_receiver);
        let is_about_content = is_one(&update.document_info) || !is_about_receivers;
        for target in self.targets(prepared, &references, "updates", into).await? {
            if is_about_content {
                self.ask_update(prepared, &target, into);
            }
            if !is_about_receivers {
                continue;
            }
            let (mut added, mut removed) = (Vec::new(), Vec::new());
            for named in &update.receivers {
                let receiver = prepared
                    .directory
                    .receiver(&named.organ_id, prepared.now)
                    .map_err(|_| Error::RecipientUnknown {
                        codes: vec![named.organ_id.clone()],
                    })?;
                match named.receiver_type.as_deref().map(str::trim) {
                    Some("0") => removed.push(receiver),
                    _ => added.push(receiver),
                }
            }
            if let Some(locked) = refusal(&prepared.directory, &added) {
                return Err(locked);
            }
            self.revoke_copies(prepared, &target, &removed, into)
                .await?;
            for receiver in added {
                let holds = |copy: &CopyRow| {
                    copy.agency == receiver.agency && !copy.standing.state.is_over()
                };
                if !target.copies.iter().any(holds) {
                    into.events.push(
                        prepared
                            .event("document.receiver_added", target.row.id)
                            .with_detail(json!({ "to": receiver.agency })),
                    );
                    into.added.push((target.row.clone(), receiver));
                }
            }
        }
        Ok(())
    }

    fn ask_update(&self, prepared: &Prepared, target: &Target, into: &mut Reaction) {
        for copy in copies_of(target, &prepared.receivers) {
            if let Some(next) = rules::updated(copy.standing) {
                let db = &self.0.platform.db;
                into.statements
                    .push(copy::moved(db, copy, next, prepared.now));
                into.events.push(told(prepared, target, copy, next.shown()));
            }
        }
    }

    async fn replace(&self, prepared: &Prepared, into: &mut Reaction) -> Result<()> {
        let replacements = prepared
            .document
            .business
            .as_ref()
            .map(|business| business.replacements.clone())
            .unwrap_or_default();
        let mut done: Vec<(String, Vec<String>)> = Vec::new();
        for replacement in replacements {
            // The same entry occurs twice in real messages.
            let entry = (
                replacement.document_id.clone(),
                replacement.organ_ids.clone(),
            );
            if done.contains(&entry) {
                continue;
            }
            done.push(entry);
            let reference = ResponseFor {
                document_id: Some(replacement.document_id.clone()),
                ..ResponseFor::default()
            };
            let receivers = if replacement.organ_ids.is_empty() {
                prepared.receivers.clone()
            } else {
                let known = |code: &String| prepared.directory.receiver(code, prepared.now).ok();
                replacement.organ_ids.iter().filter_map(known).collect()
            };
            for target in self
                .targets(prepared, &[reference], "replaces", into)
                .await?
            {
                self.replace_copies(prepared, &target, &receivers, into)
                    .await?;
            }
        }
        Ok(())
    }

    async fn replace_copies(
        &self,
        prepared: &Prepared,
        target: &Target,
        receivers: &[Receiver],
        into: &mut Reaction,
    ) -> Result<()> {
        let db = &self.0.platform.db;
        for copy in copies_of(target, receivers) {
            let Some(next) = rules::replaced(copy.standing) else {
                continue;
            };
            into.statements
                .push(copy::replaced(db, copy.id, prepared.id, prepared.now));
            if !self.is_out_of_hand(copy).await? {
                into.outcomes
                    .push((DeliveryId(copy.id.0), cancelled("replaced by its sender")));
            }
            into.events.push(told(prepared, target, copy, next.shown()));
        }
        Ok(())
    }

    /// Whether the receiver may have it already.
    async fn is_out_of_hand(&self, copy: &CopyRow) -> Result<bool> {
        if copy.fetched_at.is_some() {
            return Ok(true);
        }
        let delivery = self
            .0
            .platform
            .ledger
            .delivery(DeliveryId(copy.id.0))
            .await?;
        Ok(matches!(
            delivery.state,
            State::Leased | State::Delivered | State::Acknowledged
        ))
    }
}

/// Targets of types 1 and 2: `ResponseFor`, else `Bussiness/DocumentId`.
fn revoked_references(prepared: &Prepared) -> Vec<ResponseFor> {
    let document = &prepared.document;
    let own = document
        .business
        .as_ref()
        .and_then(|business| business.document_id.clone())
        .filter(|id| !id.is_empty())
        .map(|id| ResponseFor {
            document_id: Some(id),
            ..ResponseFor::default()
        });
    let is_update = document.business_type() == BusinessType::Update;
    match own {
        Some(own) if is_update || document.response_for.is_empty() => vec![own],
        _ => document.response_for.clone(),
    }
}

fn copies_of<'a>(
    target: &'a Target,
    receivers: &'a [Receiver],
) -> impl Iterator<Item = &'a CopyRow> {
    target.copies.iter().filter(|copy| {
        receivers
            .iter()
            .any(|receiver| receiver.agency == copy.agency)
    })
}

fn cancelled(reason: &str) -> Outcome {
    Outcome::CancelledIfOpen {
        reason: reason.to_owned(),
    }
}

/// The event about one copy of a target.
fn told(prepared: &Prepared, target: &Target, copy: &CopyRow, state: &str) -> Event {
    let mut event = prepared.event(&format!("document.{state}"), target.row.id);
    event.agency = Some(copy.agency.clone());
    event.with_detail(json!({
        "by": prepared.id.to_string(),
        "copy": copy.id.to_string(),
        "to": copy.agency,
    }))
}
