//! Supervised background tasks that stop together.
//!
//! Owns: `Tasks`, the only place that spawns.
//! Not here: work that must survive a restart; that is a delivery of the ledger.

use std::future::Future;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// All background tasks of one running platform.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Tasks {
    /// Starts a task; it ends by itself or soon after `stopping` is cancelled.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(async move {
            task.await;
            tracing::debug!(task.name = name, "task ended");
        });
    }

    /// Starts a task that is dropped at its next await when the platform stops.
    pub fn spawn_until_stopped<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let cancel = self.cancel.clone();
        self.spawn(name, async move {
            tokio::select! {
                () = cancel.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Cancelled when the platform stops.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Asks all tasks to stop and waits for them.
    pub async fn stop(&self) {
        self.cancel.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}
