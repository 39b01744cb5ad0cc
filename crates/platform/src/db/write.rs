//! The connection of a write transaction.
//!
//! Owns: `WriteConnection`; on `SQLite` it runs statements without copying their values.
//! Not here: beginning and ending transactions (`../db.rs`).
//! Invariant: statements of one transaction run one after another.

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement, sea_query::Values,
};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Executor as _, Sqlite, Transaction, query::Query};
use tokio::sync::Mutex;

/// A transaction as a connection; `SeaORM` knows it as one.
pub enum WriteConnection {
    /// `SeaORM` would copy every value once more, bodies too: here they are moved.
    Sqlite(Mutex<Transaction<'static, Sqlite>>),
    /// As `SeaORM` has it.
    Postgres(DatabaseTransaction),
}

impl WriteConnection {
    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(tx) => tx.into_inner().commit().await.map_err(failed),
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

fn query(statement: Statement) -> Query<'static, Sqlite, SqlxValues> {
    let values = statement.values.unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

#[async_trait]
impl ConnectionTrait for WriteConnection {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(tx) => tx.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(tx) => {
                let mut tx = tx.lock().await;
                let done = query(statement).execute(&mut **tx).await;
                done.map(Into::into).map_err(failed)
            }
            Self::Postgres(tx) => tx.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(tx) => {
                let mut tx = tx.lock().await;
                let done = (**tx).execute(AssertSqlSafe(sql.to_owned())).await;
                done.map(Into::into).map_err(failed)
            }
            Self::Postgres(tx) => tx.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(tx) => {
                let mut tx = tx.lock().await;
                let found = query(statement).fetch_optional(&mut **tx).await;
                found.map(|row| row.map(Into::into)).map_err(failed)
            }
            Self::Postgres(tx) => tx.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(tx) => {
                let mut tx = tx.lock().await;
                let found = query(statement).fetch_all(&mut **tx).await;
                let rows = found.map_err(failed)?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
            Self::Postgres(tx) => tx.query_all_raw(statement).await,
        }
    }
}
