//! How often one name may bind.
//!
//! Owns: `Rate`.
//! Not here: failures and locks of accounts (`identity`).
//! Invariant: memory is bounded; when it is full of busy names, further names wait.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lgsp_model::Timestamp;

/// Binds of one name in [`WINDOW_MS`].
pub const BINDS_MAX: u32 = 100;
/// The time in which binds are counted.
pub const WINDOW_MS: i64 = 60_000;
/// Names that are counted at the same time.
const NAMES_MAX: usize = 20_000;

/// Counts binds by name.
#[derive(Debug, Default)]
pub(crate) struct Rate(Mutex<HashMap<String, (Timestamp, u32)>>);

impl Rate {
    /// Whether one more bind is allowed.
    pub(crate) fn take(&self, name: &str, now: Timestamp) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |since: Timestamp| now.since(since) >= WINDOW_MS;
        if !counted.contains_key(name) && counted.len() >= NAMES_MAX {
            counted.retain(|_, (since, _)| !is_over(*since));
            if counted.len() >= NAMES_MAX {
                return false;
            }
        }
        let (since, count) = counted.entry(name.to_owned()).or_insert((now, 0));
        if is_over(*since) {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= BINDS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_binds_up_to_the_limit_and_again_after_a_minute() {
        let rate = Rate::default();
        let start = Timestamp(1_000);
        for _ in 0..BINDS_MAX {
            assert!(rate.take("a", start));
        }
        assert!(!rate.take("a", start.plus_ms(WINDOW_MS - 1)));
        assert!(rate.take("b", start));
        assert!(rate.take("a", start.plus_ms(WINDOW_MS)));
    }

    #[test]
    fn memory_is_bounded() {
        let rate = Rate::default();
        for number in 0..NAMES_MAX {
            assert!(rate.take(&number.to_string(), Timestamp(0)));
        }
        assert!(!rate.take("one more", Timestamp(1)));
        assert!(rate.take("1", Timestamp(1)), "known names go on");
        assert!(rate.take("one more", Timestamp(WINDOW_MS)));
    }
}
