//! Where password hashes are computed: as many at once as there are cores, few in the queue.
//!
//! Owns: `Pool`.
//! Not here: the computation (`hash.rs`).
//! Invariant: a full queue answers at once that it is full; the runtime never stalls.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use tokio::sync::Semaphore;

use super::{Password, hash};
use crate::error::Result;

/// Computes hashes on blocking threads.
pub(crate) struct Pool {
    running: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
    done: Arc<AtomicU64>,
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
            waiting: AtomicUsize::new(0),
            waiting_max,
            done: Arc::default(),
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
        self.run(move || hash::hash(&password)).await
    }

    /// Checks a password.
    ///
    /// # Errors
    /// `platform.queue.full`; `platform.internal.failed` for a damaged hash.
    pub(crate) async fn verify(&self, password: Password, stored: String) -> Result<bool> {
        self.run(move || hash::verify(&password, &stored)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
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
        let done = self.done.clone();
        let task = tokio::task::spawn_blocking(move || {
            let result = work();
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
            async move { pool.run(move || Ok(wait.recv().is_ok())).await }
        });
        while pool.running.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let queued: Vec<_> = (0..2)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { pool.run(|| Ok(true)).await })
            })
            .collect();
        while pool.waiting.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        let refused = pool.run(|| Ok(true)).await.unwrap_err();
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
        assert!(pool.run(|| Ok(true)).await.unwrap(), "free again");
    }
}
