//! The ports for time, identifiers and randomness.
//!
//! Owns: `Clock`, `SystemClock`, `ManualClock`, `Ids`, `random_bytes`.
//! Not here: calendars (`lgsp_model::calendar`).
//! Invariant: no other file of the workspace reads the machine's clock or random source.

use std::{
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use lgsp_model::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Notify;
use uuid::Uuid;

/// Where the present comes from.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
    /// Waits until `duration_ms` have passed on this clock.
    fn sleep(&self, duration_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "this is the port")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn sleep(&self, duration_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(Duration::from_millis(
            u64::try_from(duration_ms).unwrap_or(0),
        )))
    }
}

/// A clock that tests move by hand.
#[derive(Debug)]
pub struct ManualClock {
    now_ms: AtomicI64,
    moved: Notify,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            now_ms: AtomicI64::new(now.0),
            moved: Notify::new(),
        }
    }

    /// Moves the clock forward and wakes the sleepers.
    pub fn advance_ms(&self, duration_ms: i64) {
        self.now_ms.fetch_add(duration_ms, Ordering::SeqCst);
        self.moved.notify_waiters();
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now_ms.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let until = self.now().plus_ms(duration_ms);
        Box::pin(async move {
            loop {
                let moved = self.moved.notified();
                tokio::pin!(moved);
                // Registered before the look at the clock, so that no move is missed.
                moved.as_mut().enable();
                if self.now() >= until {
                    return;
                }
                moved.await;
            }
        })
    }
}

/// Makes identifiers that ascend in the order in which one process makes them.
#[derive(Debug, Default, Clone, Copy)]
pub struct Ids;

impl Ids {
    /// A new `UUIDv7`.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    pub fn next(self) -> Uuid {
        Uuid::now_v7()
    }
}

/// `N` bytes from the operating system's random source.
///
/// # Errors
/// When the operating system gives none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], ring::error::Unspecified> {
    let mut bytes = [0_u8; N];
    SystemRandom::new().fill(&mut bytes)?;
    Ok(bytes)
}
