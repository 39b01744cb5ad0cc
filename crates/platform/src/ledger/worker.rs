//! Workers: take due deliveries of a queue, let a handler act, settle.
//!
//! Owns: the lease loop, renewal by short leases, back-off with jitter.
//! Not here: what a delivery means (the handler).
//! Invariant: a handler's effects and the delivery's new state are one transaction.
//! Follows: docs/specs/ledger.md, Leases.

use std::{future::Future, pin::Pin, sync::Arc};

use lgsp_model::Timestamp;
use tokio::sync::Semaphore;

use super::{
    Ledger,
    model::{Effects, Leased, Outcome, Settlement},
};
use crate::{clock::random_bytes, error::Error, tasks::Tasks};

/// How long a worker waits for a wake-up before it looks by itself.
pub const IDLE_POLL_MS: i64 = 1_000;

/// How a queue is worked on.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// Queue.
    pub queue: &'static str,
    /// Deliveries in work at the same time.
    pub concurrency: u32,
    /// How long one delivery may take before another worker may take it.
    pub lease_ms: i64,
}

/// What a handler decides.
pub struct Handled {
    /// How the attempt ended.
    pub outcome: Outcome,
    /// What is written with it.
    pub effects: Effects,
}

/// A boxed handler future.
pub type Handling<'a> = Pin<Box<dyn Future<Output = Handled> + Send + 'a>>;

/// Acts on one delivery.
pub trait Handler: Send + Sync + 'static {
    /// Does the work of one attempt. Runs again after a crash or a lost lease.
    fn handle<'a>(&'a self, delivery: &'a Leased) -> Handling<'a>;
}

/// Starts the worker of a queue.
pub fn start(ledger: &Ledger, tasks: &Tasks, options: WorkerOptions, handler: Arc<dyn Handler>) {
    let (ledger, workers) = (ledger.clone(), tasks.clone());
    tasks.spawn_until_stopped(options.queue, async move {
        run(ledger, workers, options, handler).await;
    });
}

async fn run(ledger: Ledger, tasks: Tasks, options: WorkerOptions, handler: Arc<dyn Handler>) {
    let owner = ledger.node().to_owned();
    let free = Arc::new(Semaphore::new(options.concurrency as usize));
    let waker = ledger.waker(options.queue);
    loop {
        // At least one place must be free before deliveries are taken.
        let Ok(place) = free.clone().acquire_owned().await else {
            return;
        };
        drop(place);
        let count = u32::try_from(free.available_permits()).unwrap_or(1).max(1);
        let leased = match ledger
            .lease(options.queue, &owner, count, options.lease_ms)
            .await
        {
            Ok(leased) => leased,
            Err(Error::Stopping) => return,
            Err(error) => {
                tracing::warn!(%error, queue = options.queue, "lease failed, will try again");
                ledger.clock().sleep(IDLE_POLL_MS).await;
                continue;
            }
        };
        if leased.is_empty() {
            tokio::select! {
                () = waker.notified() => {}
                () = ledger.clock().sleep(IDLE_POLL_MS) => {}
            }
            continue;
        }
        for delivery in leased {
            let Ok(place) = free.clone().acquire_owned().await else {
                return;
            };
            let (ledger, handler) = (ledger.clone(), handler.clone());
            tasks.spawn("delivery", async move {
                attempt(&ledger, handler.as_ref(), delivery).await;
                drop(place);
            });
        }
    }
}

async fn attempt(ledger: &Ledger, handler: &dyn Handler, delivery: Leased) {
    let handled = handler.handle(&delivery).await;
    let settlement = Settlement {
        id: delivery.id,
        fence: Some(delivery.fence),
        outcome: handled.outcome,
        effects: handled.effects,
    };
    if let Err(error) = ledger.settle(settlement).await {
        // The lease ends by itself and the delivery is tried again.
        tracing::warn!(%error, delivery.id = %delivery.id, "settling failed");
    }
}

/// Steps of a back-off.
#[derive(Debug, Clone)]
pub struct BackOff {
    /// Waits after the first, second, … failure; the last one repeats.
    pub steps_ms: Vec<i64>,
    /// After this time since acceptance a failure is final.
    pub give_up_ms: i64,
}

impl BackOff {
    /// When attempt `attempts` failed at `now`: the next instant, or `None` to give up.
    ///
    /// Up to a tenth is added at random, so that many failures do not return together.
    #[must_use]
    pub fn next(&self, attempts: i32, created_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        if now.since(created_at) >= self.give_up_ms {
            return None;
        }
        let index = usize::try_from(attempts.max(1) - 1).unwrap_or(0);
        let wait = self.steps_ms.get(index).or(self.steps_ms.last()).copied()?;
        let noise = random_bytes::<2>().map(u16::from_be_bytes).unwrap_or(0);
        Some(now.plus_ms(wait + wait / 10 * i64::from(noise) / i64::from(u16::MAX)))
    }

    /// The outcome of a failed attempt.
    #[must_use]
    pub fn outcome(&self, delivery: &Leased, now: Timestamp, reason: String) -> Outcome {
        match self.next(delivery.attempts, delivery.created_at, now) {
            Some(next_at) => Outcome::Failed { reason, next_at },
            None => Outcome::Dead { reason },
        }
    }
}
