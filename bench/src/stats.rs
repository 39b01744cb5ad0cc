//! Numbers of several runs, and of many calls.
//!
//! Owns: `Series` (median, minimum, maximum), `Latencies` (nearest-rank percentiles).
//! Not here: what is measured.

use std::time::Duration;

use serde::Serialize;

/// One figure, measured several times.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Series {
    /// In the order of the runs.
    pub(crate) runs: Vec<f64>,
}

impl Series {
    pub(crate) fn push(&mut self, value: f64) {
        self.runs.push(value);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.runs.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    /// The middle one; the lower of two middle ones; 0 of none.
    pub(crate) fn median(&self) -> f64 {
        let sorted = self.sorted();
        let middle = sorted.len().saturating_sub(1) / 2;
        sorted.get(middle).copied().unwrap_or(0.0)
    }

    pub(crate) fn min(&self) -> f64 {
        self.sorted().first().copied().unwrap_or(0.0)
    }

    pub(crate) fn max(&self) -> f64 {
        self.sorted().last().copied().unwrap_or(0.0)
    }

    /// This one by the other, run by run, so that a disk that drifts hurts both alike.
    pub(crate) fn ratio(&self, below: &Self) -> Self {
        let pairs = self.runs.iter().zip(&below.runs);
        Self {
            runs: pairs
                .map(|(above, below)| above / below.max(1e-9))
                .collect(),
        }
    }
}

/// How long calls took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latencies {
    micros: Vec<u32>,
}

impl Latencies {
    pub(crate) fn push(&mut self, took: Duration) {
        self.micros
            .push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.micros.extend(other.micros);
    }

    pub(crate) fn len(&self) -> usize {
        self.micros.len()
    }

    /// Milliseconds that `per_cent` in 100 calls did not exceed.
    pub(crate) fn percentile_ms(&mut self, per_cent: usize) -> f64 {
        self.micros.sort_unstable();
        let rank = (self.micros.len() * per_cent).div_ceil(100);
        let micros = self.micros.get(rank.saturating_sub(1));
        f64::from(micros.copied().unwrap_or(0)) / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_run() {
        let series = Series {
            runs: vec![3.0, 1.0, 2.0],
        };
        assert_eq!(
            (series.min(), series.median(), series.max()),
            (1.0, 2.0, 3.0)
        );
        assert_eq!(Series::default().median(), 0.0);
    }

    #[test]
    fn percentiles_take_the_nearest_rank() {
        let mut latencies = Latencies::default();
        for ms in 1..=100 {
            latencies.push(Duration::from_millis(ms));
        }
        assert_eq!(latencies.percentile_ms(99), 99.0);
        assert_eq!(latencies.percentile_ms(50), 50.0);
    }
}
