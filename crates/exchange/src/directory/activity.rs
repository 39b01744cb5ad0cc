//! When systems and secrets were last used.
//!
//! Owns: `Activity`, kept in memory and written down by a worker now and then.
//! Not here: the table (`tables/activity.rs`).
//! Invariant: noting a use costs no lock on the way of a call.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use lgsp_model::Timestamp;
use uuid::Uuid;

/// Last uses of one system.
#[derive(Debug, Default)]
pub struct Activity {
    seen_at: AtomicI64,
    written_at: AtomicI64,
    secrets: Mutex<HashMap<Uuid, Timestamp>>,
}

impl Activity {
    /// An activity as it was written down.
    #[must_use]
    pub fn known(seen_at: Timestamp) -> Self {
        Self {
            seen_at: AtomicI64::new(seen_at.0),
            written_at: AtomicI64::new(seen_at.0),
            secrets: Mutex::default(),
        }
    }

    /// Notes a call with a secret that fitted.
    pub fn note(&self, secret: Uuid, now: Timestamp) {
        let before = self.seen_at.fetch_max(now.0, Ordering::Relaxed);
        // Once a second is enough, so that the lock is no meeting point of all calls.
        if now.0 - before >= 1_000 {
            let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
            secrets.insert(secret, now);
        }
    }

    /// The last call.
    #[must_use]
    pub fn seen_at(&self) -> Option<Timestamp> {
        Some(self.seen_at.load(Ordering::Relaxed))
            .filter(|at| *at > 0)
            .map(Timestamp)
    }

    /// The last call with this secret, to the second, since the start of this process.
    #[must_use]
    pub fn secret_used_at(&self, secret: Uuid) -> Option<Timestamp> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.get(&secret).copied()
    }

    /// The last call if it is not written down yet; asking counts as writing.
    pub(crate) fn take_unwritten(&self) -> Option<Timestamp> {
        let seen_at = self.seen_at.load(Ordering::Relaxed);
        let written_at = self.written_at.swap(seen_at, Ordering::Relaxed);
        (seen_at > written_at).then_some(Timestamp(seen_at))
    }
}
