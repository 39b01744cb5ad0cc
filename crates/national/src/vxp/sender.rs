//! Deliveries upward: each is sent to the axis once, whatever happens to the connection.
//!
//! Owns: one attempt of a delivery of queue `vxp`, from the circuit to its settlement.
//! Not here: when a failed one is tried again (`retry.rs`), which line of the axis's list is a
//! message (`lookup.rs`), the message itself (`Exchange::outbound`).
//! Invariant: after an attempt whose end nobody knows (time-out, cut, crash of our process) the
//! axis is asked before anything is sent again; while the circuit is open no attempt counts.
//! Follows: design document "Document exchange", section 7.5.

use std::sync::Arc;

use lgsp_exchange::{
    Error, Exchange,
    service::{MessageType, UPSTREAM_QUEUE},
};
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::Problem as _,
    journal::{Class, Event},
    ledger::{
        Effects, Leased, Outcome,
        worker::{Handled, Handler, Handling},
    },
};
use serde_json::json;

use super::{
    client::{Doubt, Failure},
    link::{Link, Links},
    lookup::{self, Wanted},
    retry,
    tables::{self, Tried},
};

/// Pause while no axis is enabled or its secret is missing.
pub(super) const UNCONFIGURED_MS: i64 = 15_000;

/// Sends what waits for the axis.
pub(crate) struct Sender {
    pub(crate) exchange: Exchange,
    pub(crate) links: Arc<Links>,
}

/// One attempt, with what is gathered on the way.
struct Attempt<'a> {
    sender: &'a Sender,
    delivery: &'a Leased,
    doubt: Doubt,
    events: Vec<Event>,
}

impl Handler for Sender {
    fn handle<'a>(&'a self, delivery: &'a Leased) -> Handling<'a> {
        Box::pin(async move {
            let doubt = match self.doubt(delivery).await {
                Ok(doubt) => doubt,
                // Without our own database nothing can be settled either; the lease will end.
                Err(_) => Doubt::Unknown,
            };
            let attempt = Attempt {
                sender: self,
                delivery,
                doubt,
                events: Vec::new(),
            };
            attempt.run().await
        })
    }
}

impl Sender {
    /// Whether an earlier attempt may have been carried out.
    async fn doubt(&self, delivery: &Leased) -> lgsp_platform::Result<Doubt> {
        if delivery.fence <= 1 {
            return Ok(Doubt::None);
        }
        let tried = tables::find(&self.exchange.platform().db, delivery.id).await?;
        Ok(match tried {
            Some(tried) if tried.fence == delivery.fence - 1 => tried.doubt,
            // A lease that nobody settled: the process ended in the middle of an attempt.
            Some(_) | None => Doubt::Unknown,
        })
    }

    fn now(&self) -> Timestamp {
        self.exchange.now()
    }
}

impl Attempt<'_> {
    async fn run(mut self) -> Handled {
        let now = self.sender.now();
        let Some(link) = self.sender.links.current() else {
            return self.postponed(now.plus_ms(UNCONFIGURED_MS));
        };
        if let Err(at) = link.gate(now).await {
            return self.postponed(at);
        }
        let outbound = match self.sender.exchange.outbound(self.delivery).await {
            Ok(outbound) => outbound,
            Err(Error::Withdrawn) => return self.withdrawn(),
            Err(error) => {
                let reason = format!("{}: {error}", error.id());
                return self.ended(error.is_retryable(), reason).await;
            }
        };
        // Kept, because sending takes the body.
        let wanted = Wanted::from(&outbound);
        if self.doubt != Doubt::None {
            match self.look_up(&link, &wanted).await {
                Ok(Some(doc_id)) => return self.found(&link, &wanted, &doc_id).await,
                Ok(None) if self.doubt == Doubt::Unknown => {
                    let event = self.event("possible_duplicate", &wanted);
                    self.events.push(event);
                }
                Ok(None) => {}
                Err(failure) => return self.failed(&failure).await,
            }
        }
        let (from, to) = (wanted.from_code.as_str(), wanted.to_code.as_str());
        let body = outbound.rendered.body;
        match link.client.send(wanted.kind, from, to, body).await {
            Ok(doc_id) => self.sent(&link, &doc_id).await,
            Err(failure) => {
                self.doubt = self.doubt.max(failure.doubt());
                // Asked at once: most often the answer alone was lost.
                if failure.doubt() == Doubt::Unknown
                    && let Ok(Some(doc_id)) = self.look_up(&link, &wanted).await
                {
                    return self.found(&link, &wanted, &doc_id).await;
                }
                self.failed(&failure).await
            }
        }
    }

    async fn look_up(&self, link: &Link, wanted: &Wanted) -> Result<Option<String>, Failure> {
        let lines = link.client.sent(wanted.kind).await?;
        let exchange = &self.sender.exchange;
        let directory = exchange.directory();
        let names = (link.name.as_str(), self.delivery.id);
        let found = lookup::find(exchange.platform(), &directory, names, wanted, &lines).await;
        Ok(found?)
    }

    /// The axis had it already.
    async fn found(mut self, link: &Link, wanted: &Wanted, doc_id: &str) -> Handled {
        let event = self.event("found_upstream", wanted);
        self.events
            .push(event.with_detail(json!({ "upstream_doc_id": doc_id, "to": wanted.to_code })));
        self.sent(link, doc_id).await
    }

    async fn sent(self, link: &Link, doc_id: &str) -> Handled {
        let exchange = &self.sender.exchange;
        let mut effects = exchange.sent_effects(self.delivery, doc_id).await;
        let names = (link.name.as_str(), doc_id);
        let (db, now) = (&exchange.platform().db, self.sender.now());
        tables::note_sent(&mut effects, db, names, self.delivery.id, now);
        effects.events.extend(self.events);
        Handled {
            outcome: Outcome::Acknowledged,
            effects,
        }
    }

    async fn failed(self, failure: &Failure) -> Handled {
        let reason = failure.reason();
        self.ended(failure.is_retryable(), reason).await
    }

    /// The attempt ends without success.
    async fn ended(self, is_retryable: bool, reason: String) -> Handled {
        let now = self.sender.now();
        let outcome = retry::outcome(self.delivery, is_retryable, now, reason.clone());
        let is_dead = matches!(outcome, Outcome::Dead { .. });
        let exchange = &self.sender.exchange;
        let mut effects = exchange
            .failed_effects(self.delivery, &reason, is_dead)
            .await;
        effects.events.extend(self.events);
        let tried = Tried {
            fence: self.delivery.fence,
            doubt: self.doubt,
        };
        tables::note_attempt(&mut effects, self.delivery.id, tried, now);
        Handled { outcome, effects }
    }

    fn postponed(self, next_at: Timestamp) -> Handled {
        let mut effects = Effects::default();
        let tried = Tried {
            fence: self.delivery.fence,
            doubt: self.doubt,
        };
        tables::note_attempt(&mut effects, self.delivery.id, tried, self.sender.now());
        Handled {
            outcome: Outcome::Postponed { next_at },
            effects,
        }
    }

    /// The sender took the document back before it left us.
    fn withdrawn(self) -> Handled {
        let reason = "withdrawn by its sender".to_owned();
        let cancelled = Outcome::Cancelled {
            reason: reason.clone(),
        };
        let effects = Effects {
            outcomes: vec![(self.delivery.id, cancelled)],
            ..Effects::default()
        };
        // A leased delivery cannot be cancelled, a failed one can: both in one transaction.
        let outcome = Outcome::Failed {
            reason,
            next_at: self.sender.now(),
        };
        Handled { outcome, effects }
    }

    fn event(&self, what: &str, wanted: &Wanted) -> Event {
        let thing = match wanted.kind {
            MessageType::Edoc => "document",
            MessageType::Status => "status",
        };
        Event::new(
            Class::Exchange,
            self.sender.now(),
            UPSTREAM_QUEUE,
            format!("{thing}.{what}"),
            ("document", wanted.document.to_string()),
        )
        .with_detail(json!({
            "delivery": self.delivery.id.to_string(),
            "to": wanted.to_code,
            "attempts": self.delivery.attempts,
        }))
    }
}
