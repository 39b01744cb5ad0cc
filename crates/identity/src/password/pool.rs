//! Where password hashes are computed: as many at once as there are cores, few in the queue.
//!
//! Owns: `Pool`.
//! Not here: the computation (`hash.rs`).
//! Invariant: a full queue answers at once that it is full; the runtime never stalls. Memory is
//! kept from one computation to the next only while others wait.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use tokio::sync::Semaphore;

use super::{
    Password,
    breached::BreachedList,
    hash::{self, Memory},
};
use crate::error::Result;

/// Computes hashes on blocking threads.
pub(crate) struct Pool {
    running: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    waiting_max: usize,
    done: Arc<AtomicU64>,
    spare: Arc<Spare>,
}

/// Memory of computations that have ended, for those that wait.
#[derive(Default)]
struct Spare(Mutex<Vec<Memory>>);

impl Spare {
    fn take(&self) -> Memory {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pop().unwrap_or_default()
    }

    /// Keeps it when somebody waits; otherwise frees all that is kept.
    fn give(&self, memory: Memory, is_awaited: bool) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_awaited {
            kept.push(memory);
        } else {
            kept.clear();
        }
    }
}

/// A place in the queue; left when dropped, also when the caller goes away.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Pool {
    /// A pool of one computation a core, with a queue of `waiting_max`.
    pub(crate) fn new(waiting_max: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with_workers(cores, waiting_max)
    }

    fn with_workers(workers: usize, waiting_max: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(workers)),
            waiting: Arc::default(),
            waiting_max,
            done: Arc::default(),
            spare: Arc::default(),
        }
    }

    /// Computations done since start.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::SeqCst)
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// `platform.queue.full`.
    pub(crate) async fn hash(&self, password: Password) -> Result<String> {
        self.run(move |memory| hash::hash(&password, memory)).await
    }

    /// Checks a password.
    ///
    /// # Errors
    /// `platform.queue.full`; `platform.internal.failed` for a damaged hash.
    pub(crate) async fn verify(&self, password: Password, stored: String) -> Result<bool> {
        self.run(move |memory| hash::verify(&password, &stored, memory))
            .await
    }

    /// Whether a password is in a list of breached ones. A list that cannot be read refuses nobody:
    /// it is logged, and shown by the report and by `lgsp doctor`.
    ///
    /// # Errors
    /// `platform.queue.full`.
    pub(crate) async fn is_breached(&self, list: BreachedList, password: Password) -> Result<bool> {
        self.run(move |_| {
            Ok(list.contains(&password).unwrap_or_else(|error| {
                tracing::warn!(%error, "the list of breached passwords cannot be read");
                false
            }))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = Place(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= self.waiting_max {
            return Err(lgsp_platform::Error::Busy.into());
        }
        let permit = self
            .running
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| lgsp_platform::Error::Stopping)?;
        drop(place);
        let (done, waiting) = (self.done.clone(), self.waiting.clone());
        let spare = self.spare.clone();
        let task = tokio::task::spawn_blocking(move || {
            let mut memory = spare.take();
            let result = work(&mut memory);
            spare.give(memory, waiting.load(Ordering::SeqCst) > 0);
            done.fetch_add(1, Ordering::SeqCst);
            // Held until the memory is free again, even if nobody waits for the result.
            drop(permit);
            result
        });
        task.await
            .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test waits for its tasks itself"
    )]
    async fn a_full_queue_refuses_at_once() {
        let pool = Arc::new(Pool::with_workers(1, 2));
        let (release, wait) = mpsc::channel::<()>();
        let running = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move |_| Ok(wait.recv().is_ok())).await }
        });
        while pool.running.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let queued: Vec<_> = (0..2)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { pool.run(|_| Ok(true)).await })
            })
            .collect();
        while pool.waiting.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        let refused = pool.run(|_| Ok(true)).await.unwrap_err();
        assert_eq!(refused.to_string(), "busy");
        assert_eq!(
            pool.waiting.load(Ordering::SeqCst),
            2,
            "the refused one left the queue"
        );
        release.send(()).unwrap();
        assert!(running.await.unwrap().unwrap());
        for task in queued {
            assert!(task.await.unwrap().unwrap());
        }
        assert_eq!(pool.done(), 3);
        assert!(pool.run(|_| Ok(true)).await.unwrap(), "free again");
    }
}
