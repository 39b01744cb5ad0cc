//! `updateStatus`: what the receiver's system says about an item.
//!
//! Invariant: `done` is final and may be repeated; `fail` keeps the item listed.

use lgsp_model::DeliveryId;
use lgsp_platform::{
    clock::Ids,
    journal::{Class, Event},
    ledger::{Acceptance, Effects, Outcome, Settlement, State},
};
use serde_json::json;
use uuid::Uuid;

use super::{Item, list::is_open};
use crate::{
    Error, Result,
    alarms::AlarmCode,
    rules::CopyState,
    service::{Exchange, Reader, WireStatus},
    tables::{CopyRow, alarm, copy, history},
};

impl Exchange {
    /// `updateStatus`: `processing`, `done` (final, repeatable) or `fail` (stays listed, alarm).
    ///
    /// # Errors
    /// `exchange.thing.not_found` for what the reader does not own; `exchange.document.state`
    /// for `initial`, and for anything but `done` after `done`.
    pub async fn acknowledge(
        &self,
        reader: &Reader,
        doc_id: &str,
        status: WireStatus,
    ) -> Result<()> {
        if status == WireStatus::Initial {
            return Err(Error::WrongState {
                state: status.as_str().to_owned(),
            });
        }
        let db = &self.0.platform.db;
        let (id, known, effects, is_over) = match self.item(reader, doc_id).await? {
            Item::Copy(copy) => {
                let mut effects = Effects {
                    statements: vec![copy::wire_status(db, copy.id, status, self.now())],
                    events: vec![self.word_event(reader, &copy, status)],
                    ..Effects::default()
                };
                if status == WireStatus::Fail {
                    effects.rows.push(alarm::raised(
                        Ids.next(),
                        AlarmCode::ReceiverFailed,
                        &copy.agency,
                        copy.document_id,
                        Some(copy.id),
                        (self.now(), self.now()),
                    ));
                }
                let is_over = matches!(
                    copy.standing.state,
                    CopyState::Withdrawn | CopyState::Replaced
                );
                (copy.id.0, copy.wire_status, effects, is_over)
            }
            Item::Status(row) => {
                let effects = Effects {
                    statements: vec![history::wire_status(db, row.id, status)],
                    ..Effects::default()
                };
                (row.id, row.wire_status, effects, false)
            }
        };
        match status {
            WireStatus::Done if !is_open(known) => Ok(()),
            WireStatus::Done => self.finish_item(id, effects, is_over).await,
            _ if !is_open(known) => Err(Error::WrongState {
                state: known.as_str().to_owned(),
            }),
            _ if known == status => Ok(()),
            _ => {
                let acceptance = Acceptance {
                    claim: None,
                    effects,
                };
                self.0.platform.ledger.accept(acceptance).await?;
                Ok(())
            }
        }
    }

    async fn finish_item(&self, id: Uuid, effects: Effects, is_over: bool) -> Result<()> {
        let ledger = &self.0.platform.ledger;
        let settlement = Settlement {
            id: DeliveryId(id),
            fence: None,
            outcome: Outcome::Acknowledged,
            effects,
        };
        let Err(error) = ledger.settle(settlement).await else {
            return Ok(());
        };
        // Taken back while the receiver was at it: nothing is left to confirm.
        let delivery = ledger.delivery(DeliveryId(id)).await?;
        if is_over && delivery.state == State::Cancelled {
            return Ok(());
        }
        Err(error.into())
    }

    fn word_event(&self, reader: &Reader, copy: &CopyRow, status: WireStatus) -> Event {
        let mut event = Event::new(
            Class::Exchange,
            self.now(),
            reader.actor.as_str(),
            format!("document.{}", status.as_str()),
            ("document", copy.document_id.to_string()),
        )
        .with_agency(copy.agency.as_str())
        .with_trace(reader.trace_id.clone())
        .with_detail(json!({ "copy": copy.id.to_string(), "to": copy.agency }));
        event.address.clone_from(&reader.address);
        event.on_behalf_of.clone_from(&reader.on_behalf_of);
        event
    }
}
