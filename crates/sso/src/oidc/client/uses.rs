//! When secrets of clients were last used.
//!
//! Owns: `LastUse`, kept in memory with each secret, and the task that writes it down.
//! Not here: the secrets themselves (`secrets.rs`).
//! Invariant: noting a use costs a request no lock and no statement; what is noted is written at
//! most once a minute, and what was noted since then is lost with the process.

use std::sync::atomic::{AtomicI64, Ordering};

use lgsp_model::Timestamp;
use lgsp_platform::{Platform, db::Migration};
use sea_orm::ConnectionTrait as _;

use super::Clients;
use crate::error::Result;

/// How often uses are written down, 1 minute: who looks for secrets that nobody needs counts days.
const WRITTEN_EVERY_MS: i64 = 60_000;
/// Uses that are nearer to each other are one.
const NOTED_EVERY_MS: i64 = 1_000;

pub(in crate::oidc) const MIGRATION: Migration = Migration {
    name: "sso_20261126_40_client_secret_use",
    statements: &["ALTER TABLE client_secret ADD COLUMN last_used_at BIGINT"],
};

/// The last use of one secret, in this process.
#[derive(Debug, Default)]
pub(in crate::oidc) struct LastUse {
    at: AtomicI64,
    written: AtomicI64,
}

impl LastUse {
    /// Notes a use.
    pub(super) fn note(&self, now: Timestamp) {
        // Calls of one second meet at no cache line that is written.
        if now.0 - self.at.load(Ordering::Relaxed) >= NOTED_EVERY_MS {
            self.at.fetch_max(now.0, Ordering::Relaxed);
        }
    }

    /// To the second, since the start of this process.
    pub(super) fn at(&self) -> Option<Timestamp> {
        Some(self.at.load(Ordering::Relaxed))
            .filter(|at| *at > 0)
            .map(Timestamp)
    }

    fn unwritten(&self) -> Option<Timestamp> {
        self.at()
            .filter(|at| at.0 > self.written.load(Ordering::Relaxed))
    }
}

impl Clients {
    /// Writes uses down until the platform stops, and once more then.
    pub(in crate::oidc) async fn write_uses(&self, platform: &Platform) {
        let stopping = platform.tasks.stopping();
        loop {
            let is_stopping = tokio::select! {
                () = platform.clock.sleep(WRITTEN_EVERY_MS) => false,
                () = stopping.cancelled() => true,
            };
            if let Err(error) = self.write_uses_once(platform).await {
                tracing::debug!(%error, "uses of secrets could not be written down");
            }
            if is_stopping {
                return;
            }
        }
    }

    async fn write_uses_once(&self, platform: &Platform) -> Result<()> {
        let clients = self.known();
        let secrets = clients.iter().flat_map(|client| client.secrets());
        let seen: Vec<_> = secrets
            .filter_map(|secret| Some((secret.id, secret.used.unwritten()?, &secret.used)))
            .collect();
        if seen.is_empty() {
            return Ok(());
        }
        let tx = platform.db.begin().await?;
        // Another node may have seen it later.
        let sql = "UPDATE client_secret SET last_used_at = $1 WHERE id = $2 \
                   AND (last_used_at IS NULL OR last_used_at < $1)";
        for (id, at, _) in &seen {
            let values = vec![at.0.into(), (*id).into()];
            tx.execute_raw(platform.db.statement(sql, values)).await?;
        }
        tx.commit().await?;
        for (_, at, used) in seen {
            used.written.fetch_max(at.0, Ordering::Relaxed);
        }
        Ok(())
    }
}
