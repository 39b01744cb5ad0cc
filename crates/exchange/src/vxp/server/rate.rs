//! A ceiling on events in one second.
//!
//! Owns: `Rate`.
//! Invariant: asking takes no lock.

use std::sync::atomic::{AtomicI64, Ordering};

use lgsp_model::Timestamp;

/// Admits so many events in each second of the clock.
#[derive(Debug)]
pub(super) struct Rate {
    max: i64,
    second: AtomicI64,
    count: AtomicI64,
}

impl Rate {
    pub(super) const fn new(max: i64) -> Self {
        Self {
            max,
            second: AtomicI64::new(0),
            count: AtomicI64::new(0),
        }
    }

    /// Whether one more event fits into this second.
    ///
    /// Two callers that meet at the turn of a second may admit one event more between them.
    pub(super) fn admit(&self, now: Timestamp) -> bool {
        let second = now.0.div_euclid(1_000);
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.count.store(0, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed) < self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_own_share() {
        let rate = Rate::new(2);
        let admitted = |ms| rate.admit(Timestamp(ms));
        assert_eq!([1_000, 1_500, 1_999].map(admitted), [true, true, false]);
        assert_eq!([2_000, 2_001, 2_002].map(admitted), [true, true, false]);
    }
}
