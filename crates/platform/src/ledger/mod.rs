//! The ledger: what the platform has promised to deliver.
//!
//! Owns: messages, deliveries (lượt gửi), claims (idempotency), and the handle `Ledger`.
//! Not here: the group commit (`writer.rs`), its SQL (`sql.rs`), workers (`worker.rs`),
//! search (`query.rs`), what a delivery means (the capability that queued it).
//! Invariant: `accept` returns only what would survive a kill at that moment; a settled
//! delivery and the effects given with it are one transaction.
//! Follows: docs/specs/ledger.md.

pub mod maintenance;
pub mod model;
pub mod query;
pub mod schedule;
mod sql;
pub mod worker;
mod writer;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use lgsp_model::{DeliveryId, Timestamp};
pub use model::{
    Acceptance, Accepted, Claim, Effects, Leased, NewDelivery, NewMessage, Outcome, Settlement,
    State, Stored,
};
pub use sql::MIGRATIONS;
use tokio::sync::{Notify, mpsc, oneshot};

use self::writer::{Command, Writer};
use crate::{
    blobs::{Blobs, Body},
    clock::Clock,
    db::Database,
    error::{Error, Result},
    tasks::Tasks,
};

/// Commands that wait for the group commit; past it callers wait at the door.
pub const COMMANDS_WAITING_MAX: usize = 1_024;
/// Commands in one transaction.
pub const COMMIT_COMMANDS_MAX: usize = 128;
/// Deliveries one lease call may take.
pub const LEASE_MAX: u32 = 256;

/// Handle to the ledger; cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    db: Database,
    blobs: Blobs,
    clock: Arc<dyn Clock>,
    commands: mpsc::Sender<Command>,
    wakers: Wakers,
    node: Arc<str>,
}

/// Who is woken when a queue has got work.
#[derive(Clone, Default)]
pub(crate) struct Wakers(Arc<Mutex<HashMap<String, Arc<Notify>>>>);

impl Wakers {
    pub(crate) fn of(&self, queue: &str) -> Arc<Notify> {
        let mut wakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wakers.entry(queue.to_owned()).or_default().clone()
    }

    pub(crate) fn wake(&self, queue: &str) {
        let found = {
            let wakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            wakers.get(queue).cloned()
        };
        if let Some(waker) = found {
            waker.notify_one();
        }
    }
}

impl Ledger {
    /// Starts the group commit and the upkeep of the ledger.
    ///
    /// # Errors
    /// `platform.database.failed` when the leases of the last run cannot be released.
    pub async fn start(
        db: Database,
        blobs: Blobs,
        clock: Arc<dyn Clock>,
        tasks: &Tasks,
    ) -> Result<Self> {
        // Before any worker can take a lease of its own.
        maintenance::release_own(&db, clock.now()).await?;
        let (commands, waiting) = mpsc::channel(COMMANDS_WAITING_MAX);
        let wakers = Wakers::default();
        let writer = Writer::new(db.clone(), clock.clone(), wakers.clone(), waiting);
        tasks.spawn("ledger writer", writer.run(tasks.stopping()));
        let ledger = Self {
            db,
            blobs,
            clock,
            commands,
            wakers,
            node: crate::clock::Ids.next().to_string().into(),
        };
        tasks.spawn_until_stopped("ledger upkeep", maintenance::run(ledger.clone()));
        Ok(ledger)
    }

    /// Makes a message and its deliveries durable, once.
    ///
    /// A claim that is known already gives [`Accepted::Repeat`] with the first result and
    /// changes nothing.
    ///
    /// # Errors
    /// `platform.storage.full`, `platform.database.failed`: nothing was accepted.
    pub async fn accept(&self, mut acceptance: Acceptance) -> Result<Accepted> {
        for message in &mut acceptance.effects.messages {
            self.store_body(message).await?;
        }
        self.call(|answer| Command::Accept(Box::new(acceptance), answer))
            .await
    }

    /// Large bodies go to disk before the row that names them.
    async fn store_body(&self, message: &mut NewMessage) -> Result<()> {
        if let Body::Spooled(file) = &message.body {
            self.blobs.store(file.try_clone()?, &message.digest).await?;
        }
        Ok(())
    }

    /// Takes up to `count` due deliveries of a queue for `lease_ms`.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn lease(
        &self,
        queue: &str,
        owner: &str,
        count: u32,
        lease_ms: i64,
    ) -> Result<Vec<Leased>> {
        let request = writer::LeaseRequest {
            queue: queue.to_owned(),
            owner: owner.to_owned(),
            count: count.min(LEASE_MAX),
            lease_ms,
        };
        self.call(|answer| Command::Lease(request, answer)).await
    }

    /// Ends an attempt, with its effects, in one transaction.
    ///
    /// # Errors
    /// `ledger.lease.lost` when the fence is old: the effects were not applied.
    /// `ledger.delivery.state` when the delivery is in no state that allows the outcome.
    pub async fn settle(&self, mut settlement: Settlement) -> Result<()> {
        for message in &mut settlement.effects.messages {
            self.store_body(message).await?;
        }
        self.call(|answer| Command::Settle(Box::new(settlement), answer))
            .await
    }

    async fn call<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T>>) -> Command,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.commands
            .send(command(answer))
            .await
            .map_err(|_| Error::Stopping)?;
        answered.await.map_err(|_| Error::Stopping)?
    }

    /// Sends a dead, cancelled or failed delivery again, at once.
    ///
    /// # Errors
    /// `ledger.delivery.state` in any other state; `platform.thing.not_found`.
    pub async fn redrive(&self, id: DeliveryId, effects: Effects) -> Result<()> {
        self.settle(Settlement {
            id,
            fence: None,
            outcome: Outcome::Redriven,
            effects,
        })
        .await
    }

    /// Takes a delivery out of its queue.
    ///
    /// # Errors
    /// `ledger.delivery.state` when it is done already.
    pub async fn cancel(&self, id: DeliveryId, reason: &str, effects: Effects) -> Result<()> {
        let outcome = Outcome::Cancelled {
            reason: reason.to_owned(),
        };
        self.settle(Settlement {
            id,
            fence: None,
            outcome,
            effects,
        })
        .await
    }

    /// This process among the nodes of the installation; another one after each start.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The present, by the platform's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The platform's clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The database below.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.db
    }

    /// The store of large bodies.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Woken when `queue` may have got work.
    #[must_use]
    pub fn waker(&self, queue: &str) -> Arc<Notify> {
        self.wakers.of(queue)
    }
}
