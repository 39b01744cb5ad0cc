//! Following the changes of other nodes.
//!
//! Owns: the polling fallback and, on `PostgreSQL`, LISTEN.
//! Not here: swapping the snapshot (`Registry::refresh`).

use std::sync::Arc;

use super::Registry;
use crate::clock::Clock;

/// How often changes are looked for when no notification comes.
pub const POLL_MS: i64 = 1_000;
/// Pause after the notification connection broke.
const RECONNECT_MS: i64 = 2_000;

/// Polls for ever; `SQLite` has one process, whose own changes refresh at once.
pub async fn poll(registry: Registry, clock: Arc<dyn Clock>) {
    loop {
        clock.sleep(POLL_MS).await;
        if let Err(error) = registry.refresh().await {
            tracing::warn!(%error, "refreshing the registry failed, the old state stays");
        }
    }
}

/// Listens for notifications for ever, reconnecting when the connection breaks.
pub async fn listen(registry: Registry, url: String, clock: Arc<dyn Clock>) {
    loop {
        if let Err(error) = listen_once(&registry, &url).await {
            tracing::debug!(%error, "registry notifications broke, will listen again");
        }
        clock.sleep(RECONNECT_MS).await;
    }
}

async fn listen_once(registry: &Registry, url: &str) -> Result<(), sqlx::Error> {
    let mut listener = sqlx::postgres::PgListener::connect(url).await?;
    listener.listen("lgsp_registry").await?;
    loop {
        // Before the first wait too: a change between start and LISTEN has no notification.
        if let Err(error) = registry.refresh().await {
            tracing::warn!(%error, "refreshing the registry failed, the old state stays");
        }
        listener.recv().await?;
    }
}
