//! The circuit breaker of one axis: after some failures in a row nobody calls for a while.
//!
//! Owns: closed, open, half-open; the state that operators see; the last success.
//! Not here: which failures count (`client/failure.rs`), the probing call (`link.rs`).
//! Invariant: while half-open one call probes; a probe that never reports ends by time.
//! Follows: design document "Document exchange", section 7.5.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lgsp_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Failures in a row that open the circuit.
pub const FAILURES_MAX: u32 = 5;
/// Pauses before the first, second, … probe; the last one repeats.
pub(super) const PAUSES_MS: [i64; 4] = [5_000, 10_000, 20_000, 30_000];
/// A probe that has not reported after this time is forgotten.
pub(super) const PROBE_MS: i64 = 120_000;
/// Pause of the others while one call probes.
pub(super) const PROBE_WAIT_MS: i64 = 1_000;

/// How an axis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The last call worked, or there was none yet.
    Up,
    /// The last calls failed, fewer than would open the circuit.
    Degraded,
    /// The circuit is open.
    Down,
}

impl Health {
    /// The word of the REST interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Yes.
    Go,
    /// Yes, one harmless call first: the answer decides for all.
    Probe,
    /// Not before this instant.
    Wait(Timestamp),
}

/// What a reported result has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// Nothing.
    No,
    /// Calls are made again.
    Closed,
    /// No more calls for now.
    Opened,
}

/// The circuit of one axis.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<Circuit>);

#[derive(Debug, Default)]
struct Circuit {
    phase: Phase,
    failures: u32,
    /// Times it opened since the last success.
    openings: usize,
    last_success_at: Option<Timestamp>,
}

#[derive(Debug, Default, Clone, Copy)]
enum Phase {
    #[default]
    Closed,
    Open {
        until: Timestamp,
    },
    Probing {
        until: Timestamp,
    },
}

impl Breaker {
    fn lock(&self) -> MutexGuard<'_, Circuit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks before a call.
    #[must_use]
    pub fn permit(&self, now: Timestamp) -> Permit {
        let mut circuit = self.lock();
        match circuit.phase {
            Phase::Closed => Permit::Go,
            Phase::Open { until } if now < until => Permit::Wait(until),
            Phase::Probing { until } if now < until => Permit::Wait(now.plus_ms(PROBE_WAIT_MS)),
            Phase::Open { .. } | Phase::Probing { .. } => {
                circuit.phase = Phase::Probing {
                    until: now.plus_ms(PROBE_MS),
                };
                Permit::Probe
            }
        }
    }

    /// A call worked, or failed for a reason of its own.
    pub fn succeeded(&self, now: Timestamp) -> Turned {
        let mut circuit = self.lock();
        let was_closed = matches!(circuit.phase, Phase::Closed);
        *circuit = Circuit {
            last_success_at: Some(now),
            ..Circuit::default()
        };
        if was_closed {
            Turned::No
        } else {
            Turned::Closed
        }
    }

    /// A call failed because of the axis.
    pub fn failed(&self, now: Timestamp) -> Turned {
        let mut circuit = self.lock();
        circuit.failures = circuit.failures.saturating_add(1);
        let opens = match circuit.phase {
            Phase::Closed => circuit.failures >= FAILURES_MAX,
            // A call that began before the circuit opened tells nothing new.
            Phase::Open { .. } => false,
            Phase::Probing { .. } => true,
        };
        if !opens {
            return Turned::No;
        }
        let was_closed = matches!(circuit.phase, Phase::Closed);
        let pause = PAUSES_MS
            .get(circuit.openings)
            .or(PAUSES_MS.last())
            .copied()
            .unwrap_or(0);
        circuit.phase = Phase::Open {
            until: now.plus_ms(pause),
        };
        circuit.openings += 1;
        if was_closed {
            Turned::Opened
        } else {
            Turned::No
        }
    }

    /// How the axis is.
    #[must_use]
    pub fn health(&self) -> Health {
        let circuit = self.lock();
        match circuit.phase {
            Phase::Closed if circuit.failures == 0 => Health::Up,
            Phase::Closed => Health::Degraded,
            Phase::Open { .. } | Phase::Probing { .. } => Health::Down,
        }
    }

    /// When a call last worked.
    #[must_use]
    pub fn last_success_at(&self) -> Option<Timestamp> {
        self.lock().last_success_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(now: Timestamp) -> Breaker {
        let breaker = Breaker::default();
        for _ in 1..FAILURES_MAX {
            assert_eq!(breaker.failed(now), Turned::No);
            assert_eq!(breaker.health(), Health::Degraded);
            assert_eq!(breaker.permit(now), Permit::Go);
        }
        assert_eq!(breaker.failed(now), Turned::Opened);
        breaker
    }

    #[test]
    fn it_opens_at_the_limit_and_one_call_probes() {
        let now = Timestamp(1_000_000);
        let breaker = opened(now);
        let until = now.plus_ms(PAUSES_MS[0]);
        assert_eq!(breaker.health(), Health::Down);
        assert_eq!(breaker.permit(now), Permit::Wait(until));
        assert_eq!(breaker.permit(until.plus_ms(-1)), Permit::Wait(until));
        assert_eq!(breaker.permit(until), Permit::Probe);
        assert_eq!(
            breaker.permit(until),
            Permit::Wait(until.plus_ms(PROBE_WAIT_MS))
        );
        assert_eq!(breaker.succeeded(until), Turned::Closed);
        assert_eq!(breaker.permit(until), Permit::Go);
        assert_eq!(breaker.health(), Health::Up);
        assert_eq!(breaker.last_success_at(), Some(until));
    }

    #[test]
    fn pauses_grow_to_the_last_one() {
        let mut now = Timestamp(0);
        let breaker = opened(now);
        for pause in PAUSES_MS.into_iter().chain([30_000, 30_000]) {
            now = now.plus_ms(pause);
            assert_eq!(breaker.permit(now), Permit::Probe, "{pause}");
            assert_eq!(breaker.failed(now), Turned::No);
            // Late failures of other calls do not prolong it.
            breaker.failed(now);
        }
        assert_eq!(breaker.permit(now), Permit::Wait(now.plus_ms(30_000)));
    }

    #[test]
    fn a_lost_probe_is_replaced() {
        let breaker = opened(Timestamp(0));
        let first = Timestamp(PAUSES_MS[0]);
        assert_eq!(breaker.permit(first), Permit::Probe);
        let later = first.plus_ms(PROBE_MS);
        assert!(matches!(breaker.permit(later.plus_ms(-1)), Permit::Wait(_)));
        assert_eq!(breaker.permit(later), Permit::Probe);
    }

    #[test]
    fn a_success_between_failures_keeps_it_closed() {
        let (breaker, now) = (Breaker::default(), Timestamp(5));
        for _ in 0..FAILURES_MAX * 2 {
            breaker.failed(now);
            assert_eq!(breaker.succeeded(now), Turned::No);
        }
        assert_eq!(breaker.permit(now), Permit::Go);
    }
}
