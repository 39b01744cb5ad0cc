//! Sending copies again whose delivery has ended without success.

use lgsp_model::{CopyId, DeliveryId, DocumentId};
use lgsp_platform::{
    journal::{Class, Event},
    ledger::{Effects, State},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Error, Result,
    service::{Exchange, Official},
    tables::{CopyRow, copy},
};

impl Exchange {
    /// Sends copies again whose delivery is dead, cancelled or failed; gives how many.
    ///
    /// # Errors
    /// `exchange.thing.not_found`; `exchange.document.state` when no copy can be sent again.
    pub async fn resend(
        &self,
        official: &Official,
        document: DocumentId,
        copy: Option<CopyId>,
    ) -> Result<usize> {
        let mut copies = copy::of_documents(&self.0.platform.db, &[document.0]).await?;
        copies.retain(|held| copy.is_none_or(|wanted| held.id == wanted));
        if copies.is_empty() {
            return Err(Error::not_found("document", document));
        }
        let ids: Vec<Uuid> = copies.iter().map(|copy| copy.id.0).collect();
        let states = self.delivery_states(&ids).await?;
        let mut sent = 0;
        for held in &copies {
            let state = states.get(&held.id.0).map(|delivery| delivery.state);
            let has_ended = matches!(state, Some(State::Dead | State::Cancelled | State::Failed));
            if !has_ended || held.standing.state.is_over() {
                continue;
            }
            let effects = Effects {
                events: vec![self.resent(official, held)],
                ..Effects::default()
            };
            self.0
                .platform
                .ledger
                .redrive(DeliveryId(held.id.0), effects)
                .await?;
            sent += 1;
        }
        match copies.first() {
            Some(first) if sent == 0 => {
                let state = states
                    .get(&first.id.0)
                    .map_or(first.standing.shown(), |delivery| delivery.state.as_str());
                Err(Error::WrongState {
                    state: state.to_owned(),
                })
            }
            _ => Ok(sent),
        }
    }

    fn resent(&self, official: &Official, copy: &CopyRow) -> Event {
        let mut event = Event::new(
            Class::Exchange,
            self.now(),
            official.username.as_str(),
            "document.resent",
            ("document", copy.document_id.to_string()),
        )
        .with_agency(copy.agency.as_str())
        .with_trace(official.trace_id.clone())
        .with_detail(json!({ "copy": copy.id.to_string(), "to": copy.agency }));
        event.address.clone_from(&official.address);
        event.on_behalf_of.clone_from(&official.on_behalf_of);
        event
    }
}
