//! Many senders, each with one call under way, for a fixed time.
//!
//! Owns: `Sender`, `drive`.
//! Not here: what a call is (each stage).
//! Invariant: only calls that end inside the measured time count.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::stats::Latencies;

/// Senders of every stage, the same for the program and its peers.
pub(crate) const SENDERS: usize = 64;
/// Calls before this have passed do not count: connections, caches and statements are made.
pub(crate) const WARM_UP: Duration = Duration::from_millis(1_000);

/// Sends one thing and waits until it is promised.
pub(crate) trait Sender: Send + 'static {
    fn send(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// What the senders did together.
#[derive(Debug, Default)]
pub(crate) struct Driven {
    /// Promised calls a second.
    pub(crate) rate: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// Runs all senders for `duration` after the warm-up.
///
/// # Errors
/// The first error of any sender: a figure with failures in it means nothing.
pub(crate) async fn drive<S: Sender>(senders: Vec<S>, duration: Duration) -> Result<Driven> {
    let begin = Instant::now() + WARM_UP;
    let end = begin + duration;
    let mut tasks = tokio::task::JoinSet::new();
    for mut sender in senders {
        tasks.spawn(async move {
            let mut latencies = Latencies::default();
            loop {
                let started = Instant::now();
                if started >= end {
                    return Ok::<_, anyhow::Error>(latencies);
                }
                sender.send().await?;
                let ended = Instant::now();
                if started >= begin && ended <= end {
                    latencies.push(ended - started);
                }
            }
        });
    }
    let mut all = Latencies::default();
    while let Some(done) = tasks.join_next().await {
        all.merge(done??);
    }
    let count = u32::try_from(all.len())?;
    Ok(Driven {
        rate: f64::from(count) / duration.as_secs_f64(),
        p50_ms: all.percentile_ms(50),
        p99_ms: all.percentile_ms(99),
    })
}
