//! Fetching what waits for us at the axis.
//!
//! Owns: count, list, fetch, hand over, confirm; once for all nodes in each period.
//! Not here: what becomes of a message (`Exchange::submit`), refused ones (`parked.rs`).
//! Invariant: the axis is told `done` after the message is durable here; a crash between the two
//! fetches it again, and the exchange knows it by item and digest.
//! Follows: design document "Document exchange", section 7.5.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use lgsp_exchange::{
    Exchange,
    service::{MessageType, WireStatus},
    vxp::wire::ReceivedItem,
};
use lgsp_platform::{
    blobs::Received,
    http::Problem as _,
    journal::seal::hex,
    ledger::{Acceptance, Accepted, Claim, Effects},
};

use super::{
    client::{Failure, GET_EDOC_BYTES_MAX},
    link::{Link, Links},
    parked::{self, Item, Parked},
};

/// Lists that one poll reads while there is more than one list holds.
const LISTS_MAX: u32 = 20;
/// Items that are remembered as given up, so that they are not fetched at each poll.
const GIVEN_UP_MAX: usize = 10_000;

/// Polls the axis.
pub(crate) struct Poller {
    exchange: Exchange,
    links: Arc<Links>,
    parked: Arc<Parked>,
    period: AtomicI64,
    given_up: Mutex<HashSet<String>>,
}

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It is here, and the axis knows it.
    Done,
    /// It cannot be taken in; it is parked.
    Parked,
    /// Not this time.
    Later,
}

impl Poller {
    pub(crate) fn new(exchange: Exchange, links: Arc<Links>, parked: Arc<Parked>) -> Self {
        Self {
            exchange,
            links,
            parked,
            period: AtomicI64::new(-1),
            given_up: Mutex::default(),
        }
    }

    /// Polls when it is due.
    ///
    /// # Errors
    /// `platform.database.failed`. A failing axis is no error here: its circuit shows it.
    pub(crate) async fn tick(&self) -> lgsp_platform::Result<()> {
        let Some(link) = self.links.current() else {
            return Ok(());
        };
        if !self.is_due(&link).await? {
            return Ok(());
        }
        // Documents first, so that a status finds its document.
        for kind in [MessageType::Edoc, MessageType::Status] {
            if link.gate(self.exchange.now()).await.is_err() {
                return Ok(());
            }
            if let Err(failure) = self.poll(&link, kind).await {
                tracing::debug!(error = failure.id(), "poll of the axis failed");
            }
        }
        Ok(())
    }

    /// Whether this node takes the present period: the claim goes to the first of all nodes.
    async fn is_due(&self, link: &Link) -> lgsp_platform::Result<bool> {
        let now = self.exchange.now();
        let period = now.0.div_euclid(link.poll_ms());
        if self.period.swap(period, Ordering::Relaxed) == period {
            return Ok(false);
        }
        let claim = Claim {
            key: format!("vxp-poll:{}:{}:{period}", link.name, link.poll_ms()),
            result: String::new(),
            expires_at: now.plus_ms(2 * link.poll_ms()),
        };
        let acceptance = Acceptance {
            claim: Some(claim),
            effects: Effects::default(),
        };
        let accepted = self.exchange.platform().ledger.accept(acceptance).await?;
        Ok(accepted == Accepted::New)
    }

    async fn poll(&self, link: &Link, kind: MessageType) -> Result<(), Failure> {
        let mut left = link.client.count(kind).await?;
        for _ in 0..LISTS_MAX {
            if left == 0 {
                return Ok(());
            }
            let mut items = link.client.received(kind).await?;
            let listed = items.len() as u64;
            // Oldest first, whatever order they came in; times of one form sort as text.
            items.sort_by(|a, b| a.created_time.cmp(&b.created_time));
            let mut seen = HashSet::new();
            items.retain(|item| seen.insert(item.doc_id.clone()));
            let mut done = 0;
            for item in &items {
                match self.take(link, kind, item).await {
                    Ok(Taken::Done) => done += 1,
                    Ok(Taken::Parked | Taken::Later) => {}
                    Err(failure) if failure.is_of_axis() => {
                        if link.gate(self.exchange.now()).await.is_err() {
                            return Err(failure);
                        }
                    }
                    Err(failure) => {
                        tracing::warn!(error = failure.id(), "an item of the axis stays there");
                    }
                }
            }
            // A list that held all of them, or in which nothing moves, is the last one.
            if done == 0 || left <= listed {
                return Ok(());
            }
            left = left.saturating_sub(done);
        }
        Ok(())
    }

    /// Takes one item in.
    async fn take(
        &self,
        link: &Link,
        kind: MessageType,
        listed: &ReceivedItem,
    ) -> Result<Taken, Failure> {
        let is_other_kind = MessageType::parse(&listed.message_type).is_some_and(|of| of != kind);
        if is_other_kind || self.is_given_up(&listed.doc_id) {
            return Ok(Taken::Later);
        }
        let item = Item {
            upstream: link.name.clone(),
            doc_id: listed.doc_id.clone(),
            kind,
            to: listed.to.clone(),
        };
        let received = match fetch(link, listed).await {
            Ok(received) => received,
            Err(failure @ Failure::TooLarge { .. }) => {
                self.parked.note_lost(&item, &failure.to_string()).await?;
                return self.give_up(link, &item).await;
            }
            Err(failure) => return Err(failure),
        };
        let copy = parked::again(&received).map_err(lgsp_platform::Error::from)?;
        match self.parked.submit(&item, copy).await {
            Ok(_) => {
                link.client
                    .update_status(&item.doc_id, WireStatus::Done)
                    .await?;
                Ok(Taken::Done)
            }
            Err(error) if error.is_refusal() => {
                let received = parked::again(&received).map_err(lgsp_platform::Error::from)?;
                self.parked
                    .park(&item, received, &parked::reason(&error))
                    .await?;
                self.give_up(link, &item).await
            }
            Err(error) => {
                tracing::warn!(%error, "a message of the axis could not be stored");
                Ok(Taken::Later)
            }
        }
    }

    async fn give_up(&self, link: &Link, item: &Item) -> Result<Taken, Failure> {
        link.client
            .update_status(&item.doc_id, WireStatus::Fail)
            .await?;
        let mut given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        if given_up.len() >= GIVEN_UP_MAX {
            // Fetched once more each, and recognised.
            given_up.clear();
        }
        given_up.insert(item.doc_id.clone());
        Ok(Taken::Parked)
    }

    fn is_given_up(&self, doc_id: &str) -> bool {
        let given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        given_up.contains(doc_id)
    }
}

/// Fetches a message: large ones, and those that came damaged, as a stream.
async fn fetch(link: &Link, listed: &ReceivedItem) -> Result<Received, Failure> {
    let is_large = listed
        .content_length
        .is_some_and(|length| length > GET_EDOC_BYTES_MAX);
    let mut first = None;
    if !is_large {
        match link.client.get(&listed.doc_id).await {
            Ok(received) if is_told(&received, listed) => return Ok(received),
            Ok(received) => first = Some(received.digest),
            // It would be refused in the same way again.
            Err(failure @ Failure::Refused { .. }) => return Err(failure),
            Err(failure) => {
                tracing::debug!(error = failure.id(), "getEdoc failed, the stream is tried");
            }
        }
    }
    let received = link.client.download(&listed.doc_id).await?;
    // Twice the same bytes are whole, whatever the list's digest was taken of.
    if is_told(&received, listed) || first == Some(received.digest) {
        Ok(received)
    } else {
        Err(Failure::Unreadable("digest"))
    }
}

/// Whether a message is the one that the list describes, as far as it does.
fn is_told(received: &Received, listed: &ReceivedItem) -> bool {
    let told = listed.content_sha256.trim();
    // Only a full digest can be compared; what other servers write here is not known.
    told.len() != 64 || told.eq_ignore_ascii_case(&hex(&received.digest))
}
