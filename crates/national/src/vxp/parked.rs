//! Messages of the axis that could not be taken in: kept whole, as dead letters.
//!
//! Owns: parking with the reason, and the second try when a person sends one again.
//! Not here: fetching (`poll.rs`), why a message is refused (`Exchange::submit`).
//! Invariant: what was fetched is stored before the axis is told `fail`; the same item with the
//! same bytes is parked once.
//! Follows: design document "Document exchange", section 7.5 (unreadable content).

use std::sync::Arc;

use lgsp_exchange::{
    Exchange,
    edxml::Mode,
    service::{MessageType, Source, Submission, Submitted, WireStatus},
};
use lgsp_model::{DeliveryId, MessageId, Timestamp};
use lgsp_platform::{
    Platform,
    blobs::{Body, Received},
    clock::Ids,
    http::Problem as _,
    journal::{Class, Event, seal::hex},
    ledger::{
        Acceptance, Claim, Effects, Leased, NewDelivery, NewMessage, Outcome,
        worker::{Handled, Handler, Handling},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::link::Links;

/// Queue of messages that wait for a person.
pub const PARKED_QUEUE: &str = "vxp-in";
/// What the ledger calls the stored bytes.
const PARKED_MESSAGE: &str = "edxml.unreadable";
/// How long the same item is recognised, in days.
const RECOGNISED_DAYS: i64 = 90;
/// Pause after a failure of our own.
const PAUSE_MS: i64 = 60_000;

/// An item of the axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    /// Name of the axis's resource.
    pub(crate) upstream: String,
    /// Identifier there.
    pub(crate) doc_id: String,
    /// Document or status.
    pub(crate) kind: MessageType,
    /// Receiver that the list names.
    pub(crate) to: String,
}

impl Item {
    fn event(&self, now: Timestamp, action: &str, reason: &str) -> Event {
        let subject = ("upstream_item", self.doc_id.clone());
        Event::new(Class::Exchange, now, &self.upstream, action, subject)
            .with_result("failed")
            .with_detail(json!({
                "reason": reason,
                "message_type": self.kind.as_str(),
                "to": self.to,
            }))
    }
}

/// Parks messages and takes them in again.
pub(crate) struct Parked {
    pub(crate) exchange: Exchange,
    pub(crate) links: Arc<Links>,
}

impl Parked {
    fn platform(&self) -> &Platform {
        self.exchange.platform()
    }

    /// Offers a message to the exchange.
    pub(crate) async fn submit(
        &self,
        item: &Item,
        received: Received,
    ) -> lgsp_exchange::Result<Submitted> {
        let to = item.to.trim();
        let signed_to = if to.is_empty() {
            Vec::new()
        } else {
            vec![to.to_owned()]
        };
        let source = Source::Upstream {
            name: item.upstream.clone(),
            doc_id: item.doc_id.clone(),
        };
        let submission = Submission {
            received,
            message_type: item.kind,
            signed_from: None,
            signed_to,
            source,
            mode: Mode::Tolerant,
            address: None,
            trace_id: Some(lgsp_platform::http::trace::new_id()),
        };
        self.exchange.submit(submission).await
    }

    /// Keeps a message that was refused, with the reason, as a dead letter.
    pub(crate) async fn park(
        &self,
        item: &Item,
        received: Received,
        reason: &str,
    ) -> lgsp_platform::Result<()> {
        let now = self.exchange.now();
        let digest = hex(&received.digest);
        let message = MessageId(Ids.next());
        let delivery = DeliveryId(Ids.next());
        let payload = serde_json::to_string(item)
            .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?;
        let claim = Claim {
            key: format!("{PARKED_QUEUE}:{}:{}:{digest}", item.upstream, item.doc_id),
            result: message.to_string(),
            expires_at: now.plus_ms(RECOGNISED_DAYS * 86_400_000),
        };
        let effects = Effects {
            messages: vec![NewMessage {
                id: message,
                kind: PARKED_MESSAGE,
                body: received.body,
                size_bytes: received.size_bytes,
                digest: received.digest,
                trace_id: None,
            }],
            deliveries: vec![NewDelivery {
                id: delivery,
                message: Some(message),
                queue: PARKED_QUEUE.to_owned(),
                address: item.upstream.clone(),
                lane: None,
                priority: 0,
                is_pull: false,
                due_at: now,
                payload: Some(payload),
            }],
            outcomes: vec![(
                delivery,
                Outcome::Dead {
                    reason: reason.to_owned(),
                },
            )],
            events: vec![item.event(now, "upstream.parked", reason)],
            ..Effects::default()
        };
        let acceptance = Acceptance {
            claim: Some(claim),
            effects,
        };
        self.platform().ledger.accept(acceptance).await.map(drop)
    }

    /// Notes a message that cannot even be stored.
    pub(crate) async fn note_lost(&self, item: &Item, reason: &str) -> lgsp_platform::Result<()> {
        let now = self.exchange.now();
        let claim = Claim {
            key: format!("{PARKED_QUEUE}:{}:{}", item.upstream, item.doc_id),
            result: reason.to_owned(),
            expires_at: now.plus_ms(RECOGNISED_DAYS * 86_400_000),
        };
        let events = vec![item.event(now, "upstream.refused", reason)];
        let effects = Effects {
            events,
            ..Effects::default()
        };
        let acceptance = Acceptance {
            claim: Some(claim),
            effects,
        };
        self.platform().ledger.accept(acceptance).await.map(drop)
    }

    /// A person has sent a parked message again.
    async fn again(&self, delivery: &Leased) -> Result<(), Outcome> {
        let dead = |reason: &str| Outcome::Dead {
            reason: reason.to_owned(),
        };
        let later = |error: &dyn std::error::Error| Outcome::Failed {
            reason: error.to_string(),
            next_at: self.exchange.now().plus_ms(PAUSE_MS),
        };
        let item: Item = delivery
            .payload
            .as_deref()
            .and_then(|payload| serde_json::from_str(payload).ok())
            .ok_or_else(|| dead("no item of the axis"))?;
        let message = delivery.message.ok_or_else(|| dead("no message"))?;
        let ledger = &self.platform().ledger;
        let stored = ledger
            .message(message)
            .await
            .map_err(|error| later(&error))?;
        let body = ledger.body(&stored).await.map_err(|error| later(&error))?;
        let digest =
            <[u8; 32]>::try_from(stored.digest.as_slice()).map_err(|_| dead("stored digest"))?;
        let size_bytes = u64::try_from(stored.size_bytes).unwrap_or(0);
        let received = Received {
            body,
            size_bytes,
            digest,
        };
        match self.submit(&item, received).await {
            Ok(_) => {
                self.confirm(&item).await;
                Ok(())
            }
            Err(error) if error.is_refusal() => Err(dead(&reason(&error))),
            Err(error) => Err(later(&error)),
        }
    }

    /// The item is taken in, so the axis need not list it any longer. If it does not hear this,
    /// it lists the item again, which is then a repeat.
    async fn confirm(&self, item: &Item) {
        let Some(link) = self
            .links
            .current()
            .filter(|link| link.name == item.upstream)
        else {
            return;
        };
        if let Err(error) = link
            .client
            .update_status(&item.doc_id, WireStatus::Done)
            .await
        {
            tracing::debug!(error = error.id(), "the axis was not told of a parked item");
        }
    }
}

/// What operators read at a parked message.
pub(crate) fn reason(error: &lgsp_exchange::Error) -> String {
    format!("{}: {error}", error.id())
}

impl Handler for Parked {
    fn handle<'a>(&'a self, delivery: &'a Leased) -> Handling<'a> {
        Box::pin(async move {
            let outcome = match self.again(delivery).await {
                Ok(()) => Outcome::Acknowledged,
                Err(outcome) => outcome,
            };
            Handled {
                outcome,
                effects: Effects::default(),
            }
        })
    }
}

/// The same body once more, from its start.
pub(crate) fn again(received: &Received) -> std::io::Result<Received> {
    use std::io::{Seek as _, SeekFrom};
    let body = match &received.body {
        Body::Inline(bytes) => Body::Inline(bytes.clone()),
        Body::Spooled(file) => {
            let mut file = file.try_clone()?;
            file.seek(SeekFrom::Start(0))?;
            Body::Spooled(file)
        }
    };
    Ok(Received {
        body,
        size_bytes: received.size_bytes,
        digest: received.digest,
    })
}
