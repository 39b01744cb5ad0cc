//! The client of the national document axis (trục liên thông văn bản quốc gia).
//!
//! Owns: sending what waits for the axis, fetching what waits there, its catalogue of agencies.
//! Not here: the wire (`lgsp_exchange::vxp::wire`), documents and their states (`Exchange`).
//! Invariant: each delivery is at the axis once; each item of the axis is here once; an axis that
//! is down costs its own deliveries time and everything else nothing.
//! Follows: design document "Document exchange", sections 5.2 and 7.5.

mod agencies;
mod breaker;
pub mod client;
mod link;
mod lookup;
mod parked;
mod poll;
mod retry;
mod sender;
mod tables;

use std::sync::Arc;

use lgsp_exchange::{Exchange, service::UPSTREAM_QUEUE};
use lgsp_platform::{
    Platform,
    ledger::{
        schedule,
        worker::{self, WorkerOptions},
    },
};

pub use breaker::{FAILURES_MAX, Health};
pub use client::{Client, ClientOptions, Doubt, Failure, Settings};
pub use link::UpstreamStatus;
pub use parked::PARKED_QUEUE;
pub use retry::ATTEMPTS_MAX;
pub use tables::MIGRATIONS;

use self::{agencies::Synchroniser, link::Links, parked::Parked, poll::Poller, sender::Sender};
use crate::Result;

/// Deliveries upward in work at a time; two of the ten connections stay free for polling.
pub const SENDING_MAX: u32 = 8;
/// Longer than the longest attempt: two calls about a list and one with a file.
const LEASE_MS: i64 = 10 * 60_000;
/// How often it is looked whether a poll is due; the shortest pause that a resource may have.
const POLL_TICK_MS: i64 = 5_000;
/// How often it is looked whether the axis's catalogue is due.
const AGENCIES_TICK_MS: i64 = 60_000;

/// How the client runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Times of calls.
    pub client: ClientOptions,
}

/// The running client.
#[derive(Clone)]
pub struct Vxp(Arc<Links>);

impl Vxp {
    /// How the axis in use is; `None` without one.
    #[must_use]
    pub fn status(&self) -> Option<UpstreamStatus> {
        self.0.current().map(|link| link.status())
    }
}

/// Starts workers and schedules of the client.
///
/// # Errors
/// None at present; a client that cannot be made is logged and tried again.
pub async fn start(platform: &Platform, exchange: &Exchange, options: Options) -> Result<Vxp> {
    let links = Arc::new(Links::new(exchange.clone(), options.client));
    let (ledger, tasks) = (&platform.ledger, &platform.tasks);
    let sender = Sender {
        exchange: exchange.clone(),
        links: links.clone(),
    };
    let upward = WorkerOptions {
        queue: UPSTREAM_QUEUE,
        concurrency: SENDING_MAX,
        lease_ms: LEASE_MS,
    };
    worker::start(ledger, tasks, upward, Arc::new(sender));

    let parked = Arc::new(Parked {
        exchange: exchange.clone(),
        links: links.clone(),
    });
    let again = WorkerOptions {
        queue: PARKED_QUEUE,
        concurrency: 1,
        lease_ms: LEASE_MS,
    };
    worker::start(ledger, tasks, again, parked.clone());

    let poller = Arc::new(Poller::new(exchange.clone(), links.clone(), parked));
    schedule::start(ledger, tasks, "vxp poll", POLL_TICK_MS, move || {
        let poller = poller.clone();
        Box::pin(async move { poller.tick().await })
    });
    let synchroniser = Arc::new(Synchroniser::new(exchange.clone(), links.clone()));
    schedule::start(ledger, tasks, "vxp agencies", AGENCIES_TICK_MS, move || {
        let synchroniser = synchroniser.clone();
        Box::pin(async move { synchroniser.tick().await })
    });
    Ok(Vxp(links))
}
