//! Copies the log of `SQLite` back into the database beside the writer, so that no commit waits
//! for it.
//!
//! Owns: the task, its own connection.
//! Not here: the log's pages of a commit, which `SQLite` writes and syncs in the commit itself.
//! Invariant: nothing depends on it: a writer whose log grows past [`LOG_PAGES_MAX`] copies it by
//! itself, as every program without this task does.
//! Follows: docs/specs/storage.md, Databases.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use tokio::sync::{Notify, Semaphore};

use crate::{clock::Clock, tasks::Tasks};

/// Pages that wait in the log before they are copied, 32 MiB: a page that many commits change is
/// copied once for all of them.
const COPY_FROM_PAGES: i64 = 4_000;
/// Pages at which a committing writer copies the log itself, 128 MiB: what this task could not
/// keep up with.
pub(super) const LOG_PAGES_MAX: u32 = 16_000;
/// How often the log is looked at while there are commits.
const LOOK_EVERY_MS: i64 = 20;

/// What the log holds, in pages.
struct Log {
    written: i64,
    copied: i64,
}

/// The log as writers and the task see it.
pub(super) struct Checkpoint {
    connection: DatabaseConnection,
    committed: Notify,
    write_gate: Arc<Semaphore>,
}

impl Checkpoint {
    pub(super) fn new(connection: DatabaseConnection, write_gate: Arc<Semaphore>) -> Self {
        let committed = Notify::new();
        Self {
            connection,
            committed,
            write_gate,
        }
    }

    /// A writer has committed.
    pub(super) fn note_commit(&self) {
        self.committed.notify_one();
    }

    pub(super) fn start(self: &Arc<Self>, clock: Arc<dyn Clock>, tasks: &Tasks) {
        tasks.spawn_until_stopped("log of the database", self.clone().follow(clock));
    }

    async fn follow(self: Arc<Self>, clock: Arc<dyn Clock>) {
        loop {
            self.committed.notified().await;
            if let Err(error) = self.copy_when_long().await {
                tracing::debug!(%error, "the log of the database could not be copied back");
            }
            clock.sleep(LOOK_EVERY_MS).await;
        }
    }

    async fn copy_when_long(&self) -> Result<(), DbErr> {
        let log = self.pragma("PRAGMA wal_checkpoint(NOOP)").await?;
        if log.written - log.copied < COPY_FROM_PAGES {
            return Ok(());
        }
        // Nearly everything is copied and synced while writers go on; the few pages that they
        // add meanwhile are copied while they wait, so that the log begins anew.
        self.pragma("PRAGMA wal_checkpoint(PASSIVE)").await?;
        let Ok(_permit) = self.write_gate.acquire().await else {
            return Ok(());
        };
        self.pragma("PRAGMA wal_checkpoint(PASSIVE)").await?;
        Ok(())
    }

    pub(super) async fn close(&self) -> Result<(), DbErr> {
        self.connection.clone().close().await
    }

    async fn pragma(&self, sql: &str) -> Result<Log, DbErr> {
        let row = self
            .connection
            .query_one_raw(sea_orm::Statement::from_string(
                sea_orm::DbBackend::Sqlite,
                sql,
            ));
        let row = row
            .await?
            .ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))?;
        Ok(Log {
            written: row.try_get("", "log")?,
            copied: row.try_get("", "checkpointed")?,
        })
    }
}
