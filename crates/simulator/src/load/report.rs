//! Counting and reporting of a load run.
//!
//! Owns: samples of one connection, their sum, percentiles.
//! Not here: sending (`mod.rs`).
//! Invariant: `sent` = `ok` + `failed` of calls; failed connections count apart, in `errors`.
//! Follows: nearest-rank percentiles.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Most different error texts that are kept.
const ERRORS_MAX: usize = 16;

/// What a run did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadReport {
    /// Calls begun.
    pub sent: u64,
    /// Calls answered with `OK`.
    pub ok: u64,
    /// Calls refused or broken.
    pub failed: u64,
    /// Length of the run.
    pub seconds: f64,
    /// `ok` a second.
    pub rate: f64,
    /// Half of the answered calls were faster, milliseconds.
    pub p50_ms: f64,
    /// 95 in 100 were faster.
    pub p95_ms: f64,
    /// 99 in 100 were faster.
    pub p99_ms: f64,
    /// Slowest.
    pub max_ms: f64,
    /// Texts of failures with their number.
    pub errors: BTreeMap<String, u64>,
}

#[derive(Default)]
pub(super) struct Samples {
    pub(super) sent: u64,
    ok: u64,
    micros: Vec<u32>,
    errors: BTreeMap<String, u64>,
}

impl Samples {
    pub(super) fn answered(&mut self, took: Duration, outcome: Result<(), String>) {
        self.micros
            .push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        match outcome {
            Ok(()) => self.ok += 1,
            Err(text) => self.failed(&text),
        }
    }

    pub(super) fn failed(&mut self, text: &str) {
        let is_room = self.errors.len() < ERRORS_MAX || self.errors.contains_key(text);
        let key = if is_room { text } else { "other" };
        *self.errors.entry(key.to_owned()).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.sent += other.sent;
        self.ok += other.ok;
        self.micros.extend(other.micros);
        for (text, count) in other.errors {
            *self.errors.entry(text).or_default() += count;
        }
    }

    pub(super) fn report(mut self, took: Duration) -> LoadReport {
        self.micros.sort_unstable();
        let seconds = took.as_secs_f64();
        let ok = u32::try_from(self.ok).unwrap_or(u32::MAX);
        LoadReport {
            sent: self.sent,
            ok: self.ok,
            failed: self.sent.saturating_sub(self.ok),
            seconds,
            rate: f64::from(ok) / seconds.max(1e-9),
            p50_ms: percentile(&self.micros, 50),
            p95_ms: percentile(&self.micros, 95),
            p99_ms: percentile(&self.micros, 99),
            max_ms: percentile(&self.micros, 100),
            errors: self.errors,
        }
    }
}

fn percentile(sorted_micros: &[u32], per_cent: usize) -> f64 {
    let rank = (sorted_micros.len() * per_cent).div_ceil(100);
    let micros = sorted_micros
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or(0);
    f64::from(micros) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_take_the_nearest_rank() {
        let micros: Vec<u32> = (1..=100).map(|ms| ms * 1000).collect();
        assert_eq!(percentile(&micros, 50), 50.0);
        assert_eq!(percentile(&micros, 99), 99.0);
        assert_eq!(percentile(&[], 99), 0.0);
        assert_eq!(percentile(&[7000], 50), 7.0);
    }
}
