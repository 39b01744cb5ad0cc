//! Many senders, each with one call under way, for a fixed time.
//!
//! Owns: `Sender`, `drive`, `drive_at`.
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

/// Runs all senders for `duration` after the warm-up, each as fast as it gets answers.
///
/// # Errors
/// The first error of any sender: a figure with failures in it means nothing.
pub(crate) async fn drive<S: Sender>(senders: Vec<S>, duration: Duration) -> Result<Driven> {
    drive_by(senders, duration, None).await
}

/// As [`drive`], but together they begin `rate` calls a second, whatever the answers take. A call
/// that begins late because the one before it was slow is measured from when it was due.
pub(crate) async fn drive_at<S: Sender>(
    senders: Vec<S>,
    duration: Duration,
    rate: f64,
) -> Result<Driven> {
    drive_by(senders, duration, Some(rate)).await
}

async fn drive_by<S: Sender>(
    senders: Vec<S>,
    duration: Duration,
    rate: Option<f64>,
) -> Result<Driven> {
    let start = Instant::now();
    let begin = start + WARM_UP;
    let end = begin + duration;
    let count = u32::try_from(senders.len())?;
    let every = rate.map(|rate| Duration::from_secs_f64(f64::from(count) / rate));
    let mut tasks = tokio::task::JoinSet::new();
    for (index, mut sender) in (0_u32..).zip(senders) {
        tasks.spawn(async move {
            let mut latencies = Latencies::default();
            let mut due = start + every.unwrap_or_default() * index / count;
            loop {
                let started = match every {
                    None => Instant::now(),
                    Some(every) => {
                        tokio::time::sleep_until(due.into()).await;
                        let this = due;
                        due += every;
                        this
                    }
                };
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
