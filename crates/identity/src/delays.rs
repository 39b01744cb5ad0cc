//! Growing delays after failures of one name.
//!
//! Owns: counting them in memory.
//! Not here: the lock, which is durable (`sign_in.rs`).
//! Invariant: a delay is the same for a name that exists and one that does not; memory is
//! bounded however many names are tried.
//! Follows: TCVN 14423:2026, 5.5.2.2 (regulation R75).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lgsp_model::Timestamp;

use crate::{
    rules::{DELAYED_FAILURES_MIN, HOUR_MS, Rules},
    secret::stored_hash,
};

/// Names that are counted at once; beyond it the counts begin anew.
const NAMES_MAX: usize = 10_000;
/// Longest delay of one answer.
const DELAY_MS_MAX: i64 = 8_000;

/// Failures of names, by a hash of the name: what was typed may be a password.
#[derive(Debug, Default)]
pub(crate) struct Delays(Mutex<HashMap<Vec<u8>, (u32, Timestamp)>>);

impl Delays {
    /// Counts a failure; gives how much longer its answer takes, in milliseconds.
    pub(crate) fn after_failure(&self, name: &str, now: Timestamp, rules: &Rules) -> i64 {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= NAMES_MAX {
            counts.retain(|_, (_, at)| now.since(*at) < HOUR_MS);
        }
        if counts.len() >= NAMES_MAX {
            counts.clear();
        }
        let (count, at) = counts.entry(stored_hash(name)).or_insert((0, now));
        if now.since(*at) >= HOUR_MS {
            *count = 0;
        }
        *count = count.saturating_add(1);
        *at = now;
        match count.checked_sub(DELAYED_FAILURES_MIN) {
            None => 0,
            Some(further) => (rules.failure_delay_ms << further.min(8)).min(DELAY_MS_MAX),
        }
    }

    /// Forgets a name that signed in.
    pub(crate) fn forget(&self, name: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(&stored_hash(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_from_the_third_failure_and_end() {
        let (delays, rules, now) = (Delays::default(), Rules::default(), Timestamp(0));
        let next = |now| delays.after_failure("a", now, &rules);
        let grown: Vec<i64> = (0..7).map(|_| next(now)).collect();
        assert_eq!(grown, [0, 0, 1_000, 2_000, 4_000, 8_000, 8_000]);
        assert_eq!(delays.after_failure("b", now, &rules), 0);
        assert_eq!(next(Timestamp(HOUR_MS)), 0);
        delays.forget("a");
        assert_eq!(next(Timestamp(HOUR_MS)), 0);
    }

    #[test]
    fn memory_is_bounded() {
        let delays = Delays::default();
        for number in 0..=NAMES_MAX {
            delays.after_failure(&number.to_string(), Timestamp(0), &Rules::default());
        }
        assert!(delays.0.lock().unwrap().len() <= NAMES_MAX);
    }
}
