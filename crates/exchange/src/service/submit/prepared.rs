//! A document that has passed every check, ready to become rows of one acceptance.
//!
//! Owns: its rows, copies, deliveries and the events of its acceptance.
//! Not here: what types 1 to 3 do to earlier documents (`business.rs`).
//! Invariant: one message, one document, one copy and one delivery for each receiver.

use std::sync::Arc;

use lgsp_model::{CopyId, DeliveryId, DocumentId, LocalDate, MessageId, Timestamp, text::fold};
use lgsp_platform::{
    blobs::{Body, INLINE_BYTES_MAX},
    clock::Ids,
    journal::{Class, Event, seal::hex},
    ledger::{Effects, NewDelivery, NewMessage},
};
use serde_json::json;

use super::{business::Reaction, sender::Sender};
use crate::{
    Result,
    alarms::{AlarmCode, Facts, Watch},
    directory::{Directory, Place, Receiver},
    edxml::{Document, Reading, model::BusinessType},
    rules::Standing,
    service::{MAILBOX_QUEUE, Source, Submission, UPSTREAM_QUEUE, WireStatus},
    tables::{CopyRow, DocumentRow, alarm, history},
};

/// What the ledger calls the message of a document.
pub(crate) const DOCUMENT_MESSAGE: &str = "edxml.document";

/// A document ready to be accepted.
pub(crate) struct Prepared {
    pub(crate) directory: Arc<Directory>,
    pub(crate) now: Timestamp,
    pub(crate) id: DocumentId,
    /// Stored before (by another item of the axis): only the copies are new.
    pub(crate) is_known: bool,
    pub(crate) submission: Submission,
    pub(crate) document: Document,
    pub(crate) reading: Reading,
    pub(crate) sender: Sender,
    pub(crate) receivers: Vec<Receiver>,
}

impl Prepared {
    /// Everything that is written when the document is accepted.
    pub(crate) fn effects(&self, body: Body, reaction: &Reaction) -> Result<Effects> {
        let mut effects = Effects::default();
        if !self.is_known {
            effects.messages.push(self.message(body));
            effects.rows.push(self.row()?.into_rows());
            self.sent_late(&mut effects);
        }
        let own = i16::from(self.document.priority());
        let priority = reaction.priority_max.map_or(own, |max| own.min(max));
        let mut copies = CopyRow::rows();
        for receiver in &self.receivers {
            let copy = self.copy(self.id, receiver, own, self.is_confirmed(), self.due_date());
            effects.deliveries.push(self.delivery(&copy, priority));
            copies.values.push(copy.into_values());
        }
        for (target, receiver) in &reaction.added {
            let copy = self.copy(target.id, receiver, target.priority, true, target.due_date);
            effects
                .deliveries
                .push(self.delivery(&copy, target.priority.min(own)));
            copies.values.push(copy.into_values());
        }
        effects.rows.push(copies);
        for (relation, target) in &reaction.links {
            effects.rows.push(history::link(
                Ids.next(),
                self.id,
                relation,
                *target,
                self.now,
            ));
        }
        effects.statements.clone_from(&reaction.statements);
        effects.outcomes.clone_from(&reaction.outcomes);
        effects.events.push(self.accepted());
        effects.events.extend(reaction.events.iter().cloned());
        effects.events.extend(self.superseded());
        Ok(effects)
    }

    /// An event of the exchange journal about a document.
    pub(crate) fn event(&self, action: &str, subject: DocumentId) -> Event {
        let actor = self.submission.source.actor();
        let mut event = Event::new(
            Class::Exchange,
            self.now,
            actor,
            action,
            ("document", subject.to_string()),
        )
        .with_agency(self.sender.agency.as_str())
        .with_trace(self.submission.trace_id.clone());
        event.address.clone_from(&self.submission.address);
        event.on_behalf_of = self.submission.source.acts_for().map(str::to_owned);
        event
    }

    fn message(&self, body: Body) -> NewMessage {
        NewMessage {
            id: MessageId(self.id.0),
            kind: DOCUMENT_MESSAGE,
            body,
            size_bytes: self.submission.received.size_bytes,
            digest: self.submission.received.digest,
            trace_id: self.submission.trace_id.clone(),
        }
    }

    fn row(&self) -> Result<DocumentRow> {
        let Self {
            document,
            reading,
            submission,
            ..
        } = self;
        let number = document.display_number();
        let folded = match &number {
            Some(number) => fold(&format!("{number} {}", document.subject)),
            None => fold(&document.subject),
        };
        let is_large = submission.received.size_bytes > INLINE_BYTES_MAX as u64;
        let promulgated = document
            .promulgation
            .as_ref()
            .and_then(|info| info.date.as_ref());
        Ok(DocumentRow {
            id: self.id,
            from_code: self.sender.code.clone(),
            from_agency: self.sender.agency.clone(),
            document_id: document.document_id.clone(),
            number,
            subject: document.subject.clone(),
            folded,
            business_type: i16::from(document.business_type().code()),
            priority: i16::from(document.priority()),
            promulgation_date: promulgated.and_then(|day| LocalDate::parse_edxml(day.as_str())),
            due_date: self.due_date(),
            direction: self.direction().to_owned(),
            source_kind: submission.source.kind().to_owned(),
            source: submission.source.actor().to_owned(),
            upstream_doc_id: match &submission.source {
                Source::Upstream { doc_id, .. } => Some(doc_id.clone()),
                Source::System { .. } | Source::Account { .. } => None,
            },
            size_bytes: i64::try_from(submission.received.size_bytes).unwrap_or(i64::MAX),
            digest: submission.received.digest.to_vec(),
            attachments: list_json(&reading.attachments),
            header: is_large.then(|| serde_json::to_string(document).unwrap_or_default()),
            defects: list_json(&reading.defects),
            splice: reading
                .trace_splice_at
                .filter(|_| !reading.repaired)
                .and_then(|point| serde_json::to_string(&point).ok()),
            trace_id: submission.trace_id.clone(),
            created_at: self.now,
        })
    }

    fn direction(&self) -> &'static str {
        let is_outside = |receiver: &Receiver| receiver.place == Place::Upstream;
        if matches!(self.submission.source, Source::Upstream { .. }) {
            "in"
        } else if self.receivers.iter().any(is_outside) {
            "out"
        } else {
            "internal"
        }
    }

    fn due_date(&self) -> Option<LocalDate> {
        self.document
            .due_date
            .as_ref()
            .and_then(|day| LocalDate::parse_edxml(day.as_str()))
    }

    /// Revocations and updates are answered with 15 or 16, not confirmed.
    fn is_confirmed(&self) -> bool {
        matches!(
            self.document.business_type(),
            BusinessType::New | BusinessType::Replace
        )
    }

    fn watch(&self) -> Watch<'_> {
        Watch {
            calendar: &self.directory.calendar,
            rules: &self.directory.settings.alarms,
        }
    }

    fn copy(
        &self,
        document: DocumentId,
        receiver: &Receiver,
        priority: i16,
        is_confirmed: bool,
        due_date: Option<LocalDate>,
    ) -> CopyRow {
        let (now, watch) = (self.now, self.watch());
        let is_mailbox = receiver.place == Place::Mailbox;
        let confirm_due_at = (is_mailbox && is_confirmed).then(|| watch.confirm_due_at(now));
        let facts = Facts {
            is_mailbox,
            standing: Standing::NEW,
            priority,
            created_at: now,
            sent_at: None,
            fetched_at: None,
            asked_at: None,
            moved_at: now,
            confirm_due_at,
            due_date,
            is_failed: false,
        };
        CopyRow {
            id: CopyId(Ids.next()),
            document_id: document,
            to_code: receiver.code.clone(),
            agency: receiver.agency.clone(),
            place: receiver.place,
            priority,
            standing: Standing::NEW,
            revision: 1,
            wire_status: WireStatus::Initial,
            sent_at: is_mailbox.then_some(now),
            fetched_at: None,
            asked_at: None,
            moved_at: now,
            confirm_due_at,
            due_date,
            check_at: watch.instants(&facts).into_iter().map(|(_, at)| at).min(),
            replaced_by: None,
            upstream_doc_id: None,
            created_at: now,
        }
    }

    fn delivery(&self, copy: &CopyRow, priority: i16) -> NewDelivery {
        let is_pull = copy.place == Place::Mailbox;
        NewDelivery {
            id: DeliveryId(copy.id.0),
            message: Some(MessageId(copy.document_id.0)),
            queue: if is_pull {
                MAILBOX_QUEUE
            } else {
                UPSTREAM_QUEUE
            }
            .to_owned(),
            address: if is_pull {
                copy.agency.clone()
            } else {
                copy.to_code.clone()
            },
            lane: (!is_pull).then(|| self.sender.code.clone()),
            priority,
            is_pull,
            due_at: self.now,
            payload: None,
        }
    }

    fn accepted(&self) -> Event {
        let to: Vec<&str> = self
            .receivers
            .iter()
            .map(|receiver| receiver.agency.as_str())
            .collect();
        self.event("document.accepted", self.id).with_detail(json!({
            "from": self.sender.agency,
            "to": to,
            "digest": hex(&self.submission.received.digest),
            "size_bytes": self.submission.received.size_bytes,
            "business_type": self.document.business_type().code(),
            "defects": self.reading.defects.len(),
        }))
    }

    fn superseded(&self) -> impl Iterator<Item = Event> {
        self.receivers
            .iter()
            .filter(|receiver| receiver.is_superseded)
            .map(|receiver| {
                self.event("document.code_superseded", self.id)
                    .with_detail(json!({ "code": receiver.code, "to": receiver.agency }))
            })
    }

    /// The one rule that is judged at acceptance: later nothing about it changes.
    fn sent_late(&self, effects: &mut Effects) {
        let promulgated = self
            .document
            .promulgation
            .as_ref()
            .and_then(|info| info.date.as_ref());
        let Some(day) = promulgated.and_then(|day| LocalDate::parse_edxml(day.as_str())) else {
            return;
        };
        if matches!(self.submission.source, Source::Upstream { .. }) {
            return;
        }
        let due_at = self.watch().send_due_at(day);
        if self.now > due_at {
            effects.rows.push(alarm::raised(
                Ids.next(),
                AlarmCode::SentLate,
                &self.sender.agency,
                self.id,
                None,
                (due_at, self.now),
            ));
        }
    }
}

/// A list as JSON; nothing for an empty one.
fn list_json<T: serde::Serialize>(list: &[T]) -> String {
    if list.is_empty() {
        return String::new();
    }
    serde_json::to_string(list).unwrap_or_default()
}
