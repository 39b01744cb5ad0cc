//! Taking an item out of a mailbox.
//!
//! Invariant: the first fetch is durable before the bytes are handed out; later ones write
//! nothing.

use lgsp_model::{DeliveryId, MessageId};
use lgsp_platform::{
    Error as PlatformError,
    journal::{Class, Event, seal::hex},
    ledger::{Effects, Outcome, Settlement},
};
use sea_orm::Statement;
use serde_json::json;
use uuid::Uuid;

use super::Item;
use crate::{
    Error, Result,
    rules::CopyState,
    service::{Exchange, Reader, Rendered},
    tables::{CopyRow, DocumentRow, copy, document, history},
};

impl Exchange {
    /// Hands an item out and marks it fetched.
    ///
    /// # Errors
    /// `exchange.thing.not_found` for what the reader does not own;
    /// `exchange.document.withdrawn` for what its sender has taken back.
    pub async fn fetch(&self, reader: &Reader, doc_id: &str) -> Result<Rendered> {
        match self.item(reader, doc_id).await? {
            Item::Copy(copy) => {
                let row = self.fetch_copy(reader, &copy).await?;
                self.render(&row, reader.form).await
            }
            Item::Status(status) => {
                if status.fetched_at.is_none() {
                    let db = &self.0.platform.db;
                    let statement = history::fetched(db, status.id, self.now());
                    self.note_fetch(status.id, statement, None).await?;
                }
                let id = MessageId(status.message_id);
                self.render_status(id, status.created_at, reader.form).await
            }
        }
    }

    /// Marks a copy fetched, once; gives its document.
    pub(crate) async fn fetch_copy(&self, reader: &Reader, copy: &CopyRow) -> Result<DocumentRow> {
        if copy.standing.state == CopyState::Withdrawn {
            return Err(Error::Withdrawn);
        }
        let db = &self.0.platform.db;
        let row = document::find(db, copy.document_id)
            .await?
            .ok_or_else(|| Error::not_found("document", copy.document_id))?;
        if copy.fetched_at.is_none() {
            let statement = copy::fetched(db, copy.id, self.now());
            let event = self.fetch_event(reader, &row, copy);
            self.note_fetch(copy.id.0, statement, Some(event)).await?;
        }
        Ok(row)
    }

    async fn note_fetch(&self, id: Uuid, statement: Statement, event: Option<Event>) -> Result<()> {
        let settlement = Settlement {
            id: DeliveryId(id),
            fence: None,
            outcome: Outcome::Delivered,
            effects: Effects {
                statements: vec![statement],
                events: event.into_iter().collect(),
                ..Effects::default()
            },
        };
        match self.0.platform.ledger.settle(settlement).await {
            Ok(()) => Ok(()),
            // Withdrawn between our look and our word.
            Err(PlatformError::DeliveryState {
                state: "cancelled", ..
            }) => Err(Error::Withdrawn),
            // Confirmed by a faster call: reading it again harms nobody.
            Err(PlatformError::DeliveryState { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn fetch_event(&self, reader: &Reader, row: &DocumentRow, copy: &CopyRow) -> Event {
        let mut event = Event::new(
            Class::Exchange,
            self.now(),
            reader.actor.as_str(),
            "document.fetched",
            ("document", row.id.to_string()),
        )
        .with_agency(copy.agency.as_str())
        .with_trace(reader.trace_id.clone())
        .with_detail(json!({
            "copy": copy.id.to_string(),
            "from": row.from_agency,
            "to": copy.agency,
            "digest": hex(&row.digest),
        }));
        event.address.clone_from(&reader.address);
        event.on_behalf_of.clone_from(&reader.on_behalf_of);
        event
    }
}
