//! A status message is offered: matched to a copy, judged, stored, passed on.
//!
//! Owns: matching, addressees, the acceptance; parking of a status that overtook its document.
//! Not here: the table of moves (`../../rules.rs`), trying parked ones again
//! (`../../worker/orphans.rs`).
//! Invariant: a status is stored with each copy that it is about, whatever it does to it.
//! Follows: design document "Document exchange", sections 2.2 and 5.3.

use std::sync::Arc;

use lgsp_model::{DeliveryId, DocumentId, MessageId, Timestamp};
use lgsp_platform::{
    clock::Ids,
    journal::{Class, Event},
    ledger::{Acceptance, Accepted, Effects, NewDelivery, NewMessage},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    identity::{forgotten_at, message_claim, parse_result},
    is_strict,
    read::again,
    sender::{Sender, sender},
    targets,
};
use crate::{
    Error, Result,
    directory::{Directory, Place},
    edxml::StatusMessage,
    rules::{self, Role, Standing, Verdict},
    service::{
        Exchange, MAILBOX_QUEUE, MessageType, STATUS_TRAY, Source, Submission, Submitted,
        UPSTREAM_QUEUE, WireStatus,
    },
    tables::{CopyRow, DocumentRow, HistoryRow, OrphanRow, copy, document, history},
};

/// What the ledger calls the message of a status.
pub(crate) const STATUS_MESSAGE: &str = "edxml.status";
/// First wait of a parked status; a document follows soon, if it follows.
const ORPHAN_RETRY_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

/// What is known of a status beside its text; kept while it is parked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StatusFacts {
    pub(crate) source: Source,
    pub(crate) signed_to: Vec<String>,
    pub(crate) is_strict: bool,
    pub(crate) address: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) from_code: String,
    pub(crate) from_agency: String,
}

/// What a status does.
#[derive(Default)]
pub(crate) struct StatusPlan {
    pub(crate) document: Option<DocumentId>,
    pub(crate) effects: Effects,
}

/// A status with the copies that it is about.
struct Matched {
    row: DocumentRow,
    copies: Vec<CopyRow>,
    role: Role,
}

impl Exchange {
    pub(super) async fn take_status(
        &self,
        directory: &Arc<Directory>,
        submission: Submission,
        status: StatusMessage,
    ) -> Result<Submitted> {
        let now = self.now();
        let from = sender(directory, &submission, &status.from.organ_id, now)?;
        let facts = facts(&submission, from);
        let id = Ids.next();
        let plan = self
            .plan_status(directory, &facts, &status, id, now)
            .await?;
        let days = directory.settings.dedupe_days;
        let claim = message_claim(
            &submission.source,
            MessageType::Status,
            &submission.received.digest,
            id,
            forgotten_at(days, now),
        );
        let (document, mut effects) = match plan {
            Some(plan) => (plan.document, plan.effects),
            None => (None, self.park(directory, &facts, &status, id)),
        };
        effects.messages.push(NewMessage {
            id: MessageId(id),
            kind: STATUS_MESSAGE,
            body: again(&submission.received.body)?,
            size_bytes: submission.received.size_bytes,
            digest: submission.received.digest,
            trace_id: submission.trace_id.clone(),
        });
        let acceptance = Acceptance {
            claim: Some(claim),
            effects,
        };
        match self.0.platform.ledger.accept(acceptance).await? {
            Accepted::New => Ok(Submitted {
                document,
                doc_id: id.to_string(),
                is_repeat: false,
            }),
            Accepted::Repeat { result } => {
                let (first, _) = parse_result(&result, &submission.received.digest)
                    .ok_or_else(|| Error::Stored("claim without an identifier".to_owned()))?;
                Ok(Submitted {
                    document,
                    doc_id: first.to_string(),
                    is_repeat: true,
                })
            }
        }
    }

    /// What a status does; `None` when its document is not here (yet).
    ///
    /// # Errors
    /// `exchange.status.foreign`; `exchange.status.order` in strict mode.
    pub(crate) async fn plan_status(
        &self,
        directory: &Directory,
        facts: &StatusFacts,
        status: &StatusMessage,
        message: Uuid,
        now: Timestamp,
    ) -> Result<Option<StatusPlan>> {
        let Some(matched) = self.matched(directory, facts, status, now).await? else {
            return Ok(None);
        };
        let judged = judge_all(facts, status, &matched)?;
        let mut plan = StatusPlan {
            document: Some(matched.row.id),
            ..StatusPlan::default()
        };
        for (copy, next, effect) in judged {
            let db = &self.0.platform.db;
            if let Some(next) = next {
                let statement = match status.status_code.as_str() {
                    "15" | "16" => copy::answered(db, copy, next, status.status_code == "15", now),
                    _ => copy::moved(db, copy, next, now),
                };
                plan.effects.statements.push(statement);
            }
            let mut row = history_row(facts, status, &matched, copy, now);
            row.message_id = message;
            row.effect = effect.to_owned();
            plan.effects
                .deliveries
                .extend(delivery(directory, &row, &matched, copy));
            plan.effects.events.push(received(facts, &row, now));
            plan.effects.rows.push(row.into_rows());
        }
        Ok(Some(plan))
    }

    /// The document and the copies that a status is about.
    async fn matched(
        &self,
        directory: &Directory,
        facts: &StatusFacts,
        status: &StatusMessage,
        now: Timestamp,
    ) -> Result<Option<Matched>> {
        let reference = &status.response_for;
        let mut rows = targets::named(self, directory, reference, now).await?;
        if let Some(organ) = reference.organ_id.as_deref() {
            let agency = directory.agency_or_code(organ, now);
            if rows.iter().any(|row| row.from_agency == agency) {
                rows.retain(|row| row.from_agency == agency);
            }
        }
        let has_document = !rows.is_empty();
        for row in rows {
            let row = self.answered_document(row, status).await?;
            let copies = copy::of_documents(&self.0.platform.db, &[row.id.0]).await?;
            let is_sender = row.from_agency == facts.from_agency;
            if is_sender && status.status_code == "13" {
                let copies = asked(directory, facts, status, &row, copies, now);
                return Ok(Some(Matched {
                    row,
                    copies,
                    role: Role::Sender,
                }));
            }
            if let Some(copy) = held_by(directory, &copies, &facts.from_agency) {
                let copies = vec![copy.clone()];
                return Ok(Some(Matched {
                    row,
                    copies,
                    role: Role::Recipient,
                }));
            }
            if is_sender {
                return Ok(Some(Matched {
                    row,
                    copies,
                    role: Role::Sender,
                }));
            }
        }
        if has_document && !matches!(facts.source, Source::Upstream { .. }) {
            return Err(Error::StatusForeign {
                code: status.status_code.clone(),
            });
        }
        Ok(None)
    }

    /// 15 and 16 may name the revocation or update that they answer: the answer counts for its
    /// target.
    async fn answered_document(
        &self,
        row: DocumentRow,
        status: &StatusMessage,
    ) -> Result<DocumentRow> {
        let is_answer = matches!(status.status_code.as_str(), "15" | "16");
        if !is_answer || !matches!(row.business_type, 1 | 2) {
            return Ok(row);
        }
        let db = &self.0.platform.db;
        let target = history::links(db, row.id)
            .await?
            .into_iter()
            .find(|(relation, _, is_target)| !is_target && relation != "same_id");
        match target {
            Some((_, id, _)) => Ok(document::find(db, DocumentId(id)).await?.unwrap_or(row)),
            None => Ok(row),
        }
    }

    fn park(
        &self,
        directory: &Directory,
        facts: &StatusFacts,
        status: &StatusMessage,
        id: Uuid,
    ) -> Effects {
        let now = self.now();
        let hours = i64::from(directory.settings.orphan_hours);
        let reference = &status.response_for;
        let organ = reference.organ_id.as_deref().map(str::trim);
        let about = reference.code.as_ref().or(reference.document_id.as_ref());
        let row = OrphanRow {
            id,
            facts: serde_json::to_string(facts).unwrap_or_default(),
            state: "parked".to_owned(),
            next_at: now.plus_ms(ORPHAN_RETRY_MS),
            expires_at: now.plus_ms(hours * HOUR_MS),
            created_at: now,
            from_agency: facts.from_agency.clone(),
            about_agency: organ
                .filter(|code| !code.is_empty())
                .map(|code| directory.agency_or_code(code, now))
                .unwrap_or_default(),
            code: status.status_code.clone(),
            about: about.cloned().unwrap_or_default(),
            reason: None,
        };
        Effects {
            rows: vec![row.into_rows()],
            events: vec![
                Event::new(
                    Class::Exchange,
                    now,
                    facts.source.actor(),
                    "status.orphan",
                    ("message", id.to_string()),
                )
                .with_agency(facts.from_agency.as_str())
                .with_trace(facts.trace_id.clone()),
            ],
            ..Effects::default()
        }
    }
}

fn facts(submission: &Submission, from: Sender) -> StatusFacts {
    StatusFacts {
        source: submission.source.clone(),
        signed_to: submission.signed_to.clone(),
        is_strict: is_strict(submission.mode),
        address: submission.address.clone(),
        trace_id: submission.trace_id.clone(),
        from_code: from.code,
        from_agency: from.agency,
    }
}

/// The copy of an agency, or of the nearest body above it that holds one.
fn held_by<'a>(directory: &Directory, copies: &'a [CopyRow], agency: &str) -> Option<&'a CopyRow> {
    let of = |agency: &str| copies.iter().find(|copy| copy.agency == agency);
    of(agency).or_else(|| {
        let tree = &directory.catalogue.agencies;
        let known = tree.find(agency)?;
        tree.ancestors(known)
            .into_iter()
            .rev()
            .find_map(|above| of(above.code.as_str()))
    })
}

/// The copies that a 13 asks back.
fn asked(
    directory: &Directory,
    facts: &StatusFacts,
    status: &StatusMessage,
    row: &DocumentRow,
    mut copies: Vec<CopyRow>,
    now: Timestamp,
) -> Vec<CopyRow> {
    let named: Vec<String> = if !facts.signed_to.is_empty() {
        facts
            .signed_to
            .iter()
            .map(|code| directory.agency_or_code(code, now))
            .collect()
    } else {
        let organ = status.response_for.organ_id.as_deref();
        organ
            .map(|code| directory.agency_or_code(code, now))
            .into_iter()
            .collect()
    };
    let is_everybody = named.is_empty() || named.contains(&row.from_agency);
    if !is_everybody {
        copies.retain(|copy| named.contains(&copy.agency));
    }
    copies
}

type Judged<'a> = (&'a CopyRow, Option<Standing>, &'static str);

/// What the status does to each copy.
fn judge_all<'a>(
    facts: &StatusFacts,
    status: &StatusMessage,
    matched: &'a Matched,
) -> Result<Vec<Judged<'a>>> {
    let code = status.status_code.as_str();
    let mut judged: Vec<Judged<'a>> = Vec::new();
    let mut refused = None;
    for copy in &matched.copies {
        let verdict = rules::judge(copy.standing, code, matched.role);
        let (next, effect) = match verdict {
            Verdict::Moves(next) => (Some(next), "applied"),
            Verdict::Skips(next) if !facts.is_strict => (Some(next), "applied"),
            Verdict::Repeat => (None, "repeat"),
            Verdict::Noted => (None, "noted"),
            Verdict::ForeignRole if matches!(facts.source, Source::Upstream { .. }) => {
                (None, "noted")
            }
            Verdict::ForeignRole => {
                return Err(Error::StatusForeign {
                    code: code.to_owned(),
                });
            }
            Verdict::OutOfOrder if !facts.is_strict => (None, "backwards"),
            Verdict::Skips(_) | Verdict::OutOfOrder => {
                let state = copy.standing.shown().to_owned();
                refused = Some(Error::StatusOrder {
                    code: code.to_owned(),
                    state,
                });
                continue;
            }
        };
        judged.push((copy, next, effect));
    }
    match refused {
        // Of several copies that a 13 asks back, those that can be asked are.
        Some(error) if judged.is_empty() => Err(error),
        _ => Ok(judged),
    }
}

/// What is stored of a status; message and effect are the caller's.
fn history_row(
    facts: &StatusFacts,
    status: &StatusMessage,
    matched: &Matched,
    copy: &CopyRow,
    now: Timestamp,
) -> HistoryRow {
    let (to_code, to_agency) = match matched.role {
        Role::Recipient => (&matched.row.from_code, &matched.row.from_agency),
        Role::Sender => (&copy.to_code, &copy.agency),
    };
    HistoryRow {
        id: Ids.next(),
        message_id: Uuid::nil(),
        document_id: matched.row.id,
        copy_id: copy.id.0,
        code: status.status_code.clone(),
        description: status.description.clone(),
        staff: status.staff.as_ref().and_then(|staff| staff.staff.clone()),
        from_code: facts.from_code.clone(),
        from_agency: facts.from_agency.clone(),
        to_code: to_code.clone(),
        to_agency: to_agency.clone(),
        effect: String::new(),
        wire_status: WireStatus::Initial,
        source_kind: facts.source.kind().to_owned(),
        source: facts.source.actor().to_owned(),
        fetched_at: None,
        created_at: now,
    }
}

/// The way of a status to its addressee: a tray inside the province, the axis outside.
///
/// Agencies without a system read statuses at the console: nobody would ever empty a tray.
fn delivery(
    directory: &Directory,
    row: &HistoryRow,
    matched: &Matched,
    copy: &CopyRow,
) -> Option<NewDelivery> {
    let is_inside = match matched.role {
        Role::Sender => copy.place == Place::Mailbox,
        Role::Recipient => directory.place_of(&row.to_agency) == Place::Mailbox,
    };
    if is_inside && directory.owner_of(&row.to_agency).is_none() {
        return None;
    }
    Some(NewDelivery {
        id: DeliveryId(row.id),
        message: Some(MessageId(row.message_id)),
        queue: if is_inside {
            MAILBOX_QUEUE
        } else {
            UPSTREAM_QUEUE
        }
        .to_owned(),
        address: if is_inside {
            format!("{}{STATUS_TRAY}", row.to_agency)
        } else {
            row.to_code.clone()
        },
        lane: (!is_inside).then(|| row.from_code.clone()),
        priority: matched.row.priority,
        is_pull: is_inside,
        due_at: row.created_at,
        payload: None,
    })
}

fn received(facts: &StatusFacts, row: &HistoryRow, now: Timestamp) -> Event {
    let mut event = Event::new(
        Class::Exchange,
        now,
        facts.source.actor(),
        "status.received",
        ("document", row.document_id.to_string()),
    )
    .with_agency(row.from_agency.as_str())
    .with_trace(facts.trace_id.clone())
    .with_detail(json!({
        "code": row.code,
        "from": row.from_agency,
        "to": row.to_agency,
        "effect": row.effect,
        "copy": row.copy_id.to_string(),
        "message": row.message_id.to_string(),
    }));
    event.address.clone_from(&facts.address);
    event.on_behalf_of = facts.source.acts_for().map(str::to_owned);
    event
}
