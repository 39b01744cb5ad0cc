//! When a delivery that failed is tried again.
//!
//! Owns: the waits and their number.
//! Not here: which failures are tried again (`client/failure.rs`), postponing while the axis is
//! down, which counts no attempt (`breaker.rs`).
//! Follows: design document "Document exchange", section 7.5.

use std::sync::LazyLock;

use lgsp_model::Timestamp;
use lgsp_platform::ledger::{Leased, Outcome, worker::BackOff};

/// Quarters of an hour in the 24 hours that follow the short waits.
const LONG_WAITS: i32 = 96;
/// Attempts that are made; the failure of the last one is final.
///
/// A number and not an age: while the axis is down for days deliveries are postponed, and age
/// would make dead letters of them at its first failure afterwards.
pub const ATTEMPTS_MAX: i32 = 5 + LONG_WAITS;

/// 30, 60, 120, 240, 480 s, then every 15 minutes.
static WAITS: LazyLock<BackOff> = LazyLock::new(|| BackOff {
    steps_ms: vec![30_000, 60_000, 120_000, 240_000, 480_000, 900_000],
    give_up_ms: i64::MAX,
});

/// The outcome of a failed attempt.
#[must_use]
pub(super) fn outcome(
    delivery: &Leased,
    is_retryable: bool,
    now: Timestamp,
    reason: String,
) -> Outcome {
    if !is_retryable || delivery.attempts >= ATTEMPTS_MAX {
        return Outcome::Dead { reason };
    }
    WAITS.outcome(delivery, now, reason)
}

#[cfg(test)]
mod tests {
    use lgsp_model::DeliveryId;
    use uuid::Uuid;

    use super::*;

    fn wait_s(attempts: i32) -> Option<i64> {
        let delivery = Leased {
            id: DeliveryId(Uuid::nil()),
            fence: 1,
            message: None,
            address: String::new(),
            lane: None,
            attempts,
            payload: None,
            created_at: Timestamp(0),
        };
        let now = Timestamp(7 * 86_400_000);
        match outcome(&delivery, true, now, "r".into()) {
            Outcome::Failed { next_at, .. } => Some(next_at.since(now) / 1_000),
            _ => None,
        }
    }

    #[test]
    fn waits_are_as_documented_and_end() {
        for (place, wanted) in [30, 60, 120, 240, 480, 900, 900].into_iter().enumerate() {
            let waited = wait_s(i32::try_from(place).unwrap() + 1).unwrap();
            assert!(
                (wanted..=wanted + wanted / 10).contains(&waited),
                "{place}: {waited}"
            );
        }
        assert!(wait_s(ATTEMPTS_MAX - 1).is_some());
        assert_eq!(wait_s(ATTEMPTS_MAX), None);
    }
}
