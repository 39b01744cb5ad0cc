//! The database: one connection pool for reading, one door for writing, one SQL text for both.
//!
//! Owns: opening `SQLite` or `PostgreSQL`, transactions, migrations, multi-row inserts.
//! Not here: any table of a capability (its `tables.rs` and `migrations/`).
//! Invariant: on `SQLite` at most one transaction writes at a time.
//! Follows: docs/specs/storage.md.

mod checkpoint;
mod write;

use std::{path::Path, sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr,
    Statement, TransactionTrait, Value,
};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
pub use write::WriteConnection;

use self::checkpoint::Checkpoint;
use crate::{
    clock::Clock,
    error::{Error, Result},
    tasks::Tasks,
};

/// Reading connections on `SQLite`; two cores do not gain from more.
pub const SQLITE_READERS_MAX: u32 = 6;
/// Pages that the writing connection keeps, 8 MiB: the working set of the indexes.
const WRITER_CACHE_KIB: u32 = 8_192;
/// Pages that each reading connection keeps, 2 MiB; the operating system caches the file too.
const READER_CACHE_KIB: u32 = 2_048;
/// The connection that copies the log goes past the cache.
const COPIER_CACHE_KIB: u32 = 64;
/// Page of a new `SQLite` file: a document of the usual 8 KiB fills one page and a bit, so that the
/// log gets half as many writes as with pages of 4 KiB. Files made before keep theirs.
const PAGE_BYTES: u32 = 8_192;
/// Connections on `PostgreSQL`, reading and writing together.
pub const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// How long a caller waits for a free connection.
pub const ACQUIRE_TIMEOUT_MS: u64 = 10_000;
/// Rows that one multi-row insert carries.
pub const INSERT_ROWS_MAX: usize = 64;
/// Rows of larger inserts are a multiple of this: so the statement cache stays small, and a group
/// commit needs two statements a table at most.
const INSERT_ROWS_STEP: usize = 8;

/// An open database.
#[derive(Clone)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// One permit on `SQLite`, so that writers queue in memory instead of on the file lock.
    write_gate: Arc<Semaphore>,
    /// Only on `SQLite`.
    log: Option<Arc<Checkpoint>>,
}

/// A write transaction; dropped without [`WriteTx::commit`] it leaves nothing.
pub struct WriteTx {
    tx: WriteConnection,
    log: Option<Arc<Checkpoint>>,
    _permit: OwnedSemaphorePermit,
}

impl std::ops::Deref for WriteTx {
    type Target = WriteConnection;
    fn deref(&self) -> &WriteConnection {
        &self.tx
    }
}

impl WriteTx {
    /// Makes the changes durable.
    ///
    /// # Errors
    /// `platform.storage.full` or `platform.database.failed`; nothing was changed then.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        if let Some(log) = &self.log {
            log.note_commit();
        }
        Ok(())
    }
}

impl Database {
    /// Opens (and makes) the `SQLite` file: WAL, every commit synced to disk.
    ///
    /// # Errors
    /// `platform.database.failed` when the file cannot be opened.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let write = sea_orm::Database::connect(sqlite_options(&url, 1, WRITER_CACHE_KIB)).await?;
        let read =
            sea_orm::Database::connect(sqlite_options(&url, SQLITE_READERS_MAX, READER_CACHE_KIB))
                .await?;
        let copier = sea_orm::Database::connect(sqlite_options(&url, 1, COPIER_CACHE_KIB)).await?;
        let write_gate = Arc::new(Semaphore::new(1));
        Ok(Self {
            read,
            write,
            log: Some(Arc::new(Checkpoint::new(copier, write_gate.clone()))),
            write_gate,
        })
    }

    /// Opens a `PostgreSQL` database, version 15 or newer.
    ///
    /// # Errors
    /// `platform.database.failed` when the server does not answer.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(POSTGRES_CONNECTIONS_MAX)
            .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
            .sqlx_logging(false)
            .set_application_name("lgsp");
        let read = sea_orm::Database::connect(options).await?;
        let permits = usize::try_from(POSTGRES_CONNECTIONS_MAX).unwrap_or(16) - 4;
        Ok(Self {
            write: read.clone(),
            read,
            // Four connections always stay free for readers.
            write_gate: Arc::new(Semaphore::new(permits)),
            log: None,
        })
    }

    /// Whether this is `PostgreSQL`.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    /// The dialect.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// The connection for reading; also for `SeaORM` entities.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a write transaction.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn begin(&self) -> Result<WriteTx> {
        let permit = self
            .write_gate
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| Error::Stopping)?;
        let tx = if self.is_postgres() {
            WriteConnection::Postgres(self.write.begin().await?)
        } else {
            let pool = self.write.get_sqlite_connection_pool();
            let begun = pool.begin_with("BEGIN IMMEDIATE").await;
            let tx = begun.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
            WriteConnection::Sqlite(Mutex::new(tx))
        };
        Ok(WriteTx {
            tx,
            log: self.log.clone(),
            _permit: permit,
        })
    }

    /// A statement with `$1`, `$2`, … as places; both databases read this form.
    pub fn statement(&self, sql: impl Into<String>, values: Vec<Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql, values)
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn query_all(
        &self,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Result<Vec<QueryResult>> {
        Ok(self.read.query_all_raw(self.statement(sql, values)).await?)
    }

    /// The first row of a query.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn query_one(
        &self,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Result<Option<QueryResult>> {
        Ok(self.read.query_one_raw(self.statement(sql, values)).await?)
    }

    /// Starts copying the log of `SQLite` back while there are commits.
    pub(crate) fn start_tasks(&self, clock: Arc<dyn Clock>, tasks: &Tasks) {
        if let Some(log) = &self.log {
            log.start(clock, tasks);
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        if let Some(log) = &self.log
            && let Err(error) = log.close().await
        {
            tracing::debug!(%error, "closing the database");
        }
        for connection in [self.read.clone(), self.write.clone()] {
            if let Err(error) = connection.close().await {
                tracing::debug!(%error, "closing the database");
            }
        }
    }

    /// Applies the migrations that are missing, in the order given.
    ///
    /// # Errors
    /// `platform.database.failed`; migrations before the failing one stay applied.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<()> {
        let tx = self.begin().await?;
        if self.is_postgres() {
            // Nodes that start together wait for each other here.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(7214001)")
                .await?;
        }
        tx.execute_unprepared(
            "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT NOT NULL PRIMARY KEY)",
        )
        .await?;
        for migration in migrations {
            let known = self.statement(
                "SELECT name FROM schema_migration WHERE name = $1",
                vec![migration.name.into()],
            );
            if tx.query_one_raw(known).await?.is_some() {
                continue;
            }
            for statement in migration.statements {
                tx.execute_unprepared(&dialect(statement, self.is_postgres()))
                    .await?;
            }
            let done = self.statement(
                "INSERT INTO schema_migration (name) VALUES ($1)",
                vec![migration.name.into()],
            );
            tx.execute_raw(done).await?;
            tracing::info!(migration.name = migration.name, "schema migrated");
        }
        tx.commit().await
    }
}

fn sqlite_options(url: &str, connections_max: u32, cache_kib: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections_max)
        .min_connections(1)
        .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS))
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .pragma("page_size", PAGE_BYTES.to_string())
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("busy_timeout", "10000")
                .pragma("foreign_keys", "ON")
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", format!("-{cache_kib}"))
                .pragma("wal_autocheckpoint", checkpoint::LOG_PAGES_MAX.to_string())
                .statement_cache_capacity(256)
        });
    options
}

/// One step of the schema, written once for both databases.
///
/// In the statements `{bytes}`, `{uuid}` and `{serial}` stand for the type of each dialect, and
/// `{by_key}` behind a table of small rows lets `SQLite` keep them in the index of the primary key.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Unique for ever: `<crate>_<yyyymmdd>_<nn>_<slug>`.
    pub name: &'static str,
    /// Executed in order, in one transaction.
    pub statements: &'static [&'static str],
}

fn dialect(statement: &str, is_postgres: bool) -> String {
    let (bytes, uuid, serial, by_key) = if is_postgres {
        (
            "BYTEA",
            "UUID",
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "",
        )
    } else {
        (
            "BLOB",
            "BLOB",
            "INTEGER PRIMARY KEY AUTOINCREMENT",
            "WITHOUT ROWID",
        )
    };
    statement
        .replace("{bytes}", bytes)
        .replace("{uuid}", uuid)
        .replace("{serial}", serial)
        .replace("{by_key}", by_key)
}

/// Rows for one table, merged into multi-row inserts by the group commit.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Table name.
    pub table: &'static str,
    /// Column names, in the order of the values.
    pub columns: &'static [&'static str],
    /// Appended to the statement, for example `ON CONFLICT DO NOTHING`.
    pub suffix: &'static str,
    /// One value for each column of each row.
    pub values: Vec<Vec<Value>>,
}

impl Rows {
    /// Rows without a suffix.
    #[must_use]
    pub fn new(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self {
            table,
            columns,
            suffix: "",
            values: Vec::new(),
        }
    }

    /// One row.
    #[must_use]
    pub fn one(table: &'static str, columns: &'static [&'static str], values: Vec<Value>) -> Self {
        Self {
            table,
            columns,
            suffix: "",
            values: vec![values],
        }
    }

    /// Inserts the rows, up to [`INSERT_ROWS_MAX`] a statement.
    ///
    /// # Errors
    /// `platform.name.exists` for a broken unique constraint, `platform.database.failed`.
    pub async fn insert<C: ConnectionTrait>(self, connection: &C) -> Result<()> {
        let backend = connection.get_database_backend();
        let (table, columns, suffix) = (self.table, self.columns, self.suffix);
        let mut left = self.values.len();
        let mut values = self.values.into_iter();
        while left > 0 {
            let count = chunk(left);
            let sql = insert_sql(backend, table, columns, suffix, count);
            let bound: Vec<Value> = values.by_ref().take(count).flatten().collect();
            debug_assert_eq!(
                bound.len(),
                count * columns.len(),
                "one value for each column"
            );
            connection
                .execute_raw(Statement::from_sql_and_values(backend, sql, bound))
                .await?;
            left -= count;
        }
        Ok(())
    }
}

/// How many of the rows that are left the next insert takes.
#[must_use]
pub(crate) fn chunk(left: usize) -> usize {
    let capped = left.min(INSERT_ROWS_MAX);
    match capped / INSERT_ROWS_STEP {
        0 => capped,
        steps => steps * INSERT_ROWS_STEP,
    }
}

/// `INSERT` of `count` rows.
///
/// On `SQLite` the places have no numbers: looking up the name of each of 1,000 numbered places
/// takes longer than the insert itself.
#[must_use]
pub fn insert_sql(
    backend: DbBackend,
    table: &str,
    columns: &[&str],
    suffix: &str,
    count: usize,
) -> String {
    let is_numbered = backend == DbBackend::Postgres;
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let mut place = 0;
    for row in 0..count {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            place += 1;
            if column > 0 {
                sql.push_str(", ");
            }
            if is_numbered {
                sql.push('$');
                sql.push_str(&place.to_string());
            } else {
                sql.push('?');
            }
        }
        sql.push(')');
    }
    if !suffix.is_empty() {
        sql.push(' ');
        sql.push_str(suffix);
    }
    sql
}

/// `$start, $start+1, …` for an `IN` list of `count` values.
#[must_use]
pub fn places(start: usize, count: usize) -> String {
    (start..start + count)
        .map(|place| format!("${place}"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_come_in_few_sizes() {
        let found: Vec<usize> = [1, 2, 3, 7, 8, 15, 63, 64, 65, 1000].map(chunk).to_vec();
        assert_eq!(found, [1, 2, 3, 7, 8, 8, 56, 64, 64, 64]);
    }

    #[test]
    fn insert_text_numbers_its_places_where_it_must() {
        assert_eq!(
            insert_sql(
                DbBackend::Postgres,
                "t",
                &["a", "b"],
                "ON CONFLICT DO NOTHING",
                2
            ),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            insert_sql(DbBackend::Sqlite, "t", &["a", "b"], "", 2),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)"
        );
        assert_eq!(places(3, 2), "$3, $4");
    }
}
