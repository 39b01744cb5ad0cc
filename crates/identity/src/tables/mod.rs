//! The tables of identity.
//!
//! Owns: the schema, small helpers for statements.
//! Not here: what the rows mean (`accounts.rs`, `sessions.rs`, `tokens.rs`, `sign_in.rs`).
//! Invariant: passwords, session ids and tokens are stored as hashes only.

pub(crate) mod account;
pub(crate) mod credential;
pub(crate) mod preference;
pub(crate) mod role;
pub(crate) mod session;
pub(crate) mod source;
pub(crate) mod token;

use lgsp_model::Timestamp;
use lgsp_platform::db::{Database, Migration};
use sea_orm::{ConnectionTrait, QueryResult, Value};

use crate::error::Result;

/// Tables of this crate.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "identity_20261122_01_account",
        statements: &[
            "CREATE TABLE IF NOT EXISTS account (
                id {uuid} NOT NULL PRIMARY KEY, username TEXT NOT NULL UNIQUE,
                display_name TEXT NOT NULL, email TEXT, agency TEXT, kind TEXT NOT NULL,
                state TEXT NOT NULL, search TEXT NOT NULL,
                password_hash TEXT, password_changed_at BIGINT, password_by TEXT,
                failures INTEGER NOT NULL, locked_until BIGINT,
                last_sign_in_at BIGINT, last_used_at BIGINT NOT NULL, created_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS account_agency ON account (agency, username)",
            "CREATE TABLE IF NOT EXISTS account_role (
                account_id {uuid} NOT NULL REFERENCES account (id),
                role TEXT NOT NULL, agency TEXT NOT NULL,
                granted_by TEXT NOT NULL, granted_at BIGINT NOT NULL,
                PRIMARY KEY (account_id, role, agency))",
            "CREATE TABLE IF NOT EXISTS password_history (
                account_id {uuid} NOT NULL REFERENCES account (id),
                replaced_at BIGINT NOT NULL, password_hash TEXT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS password_history_account
                ON password_history (account_id, replaced_at)",
            "CREATE TABLE IF NOT EXISTS account_preference (
                account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
                language TEXT NOT NULL, theme TEXT NOT NULL, density TEXT NOT NULL)",
        ],
    },
    Migration {
        name: "identity_20261122_02_session",
        statements: &[
            "CREATE TABLE IF NOT EXISTS session (
                id {uuid} NOT NULL PRIMARY KEY, secret_hash {bytes} NOT NULL UNIQUE,
                account_id {uuid} NOT NULL REFERENCES account (id), csrf_token TEXT NOT NULL,
                created_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL, address TEXT, user_agent TEXT)",
            "CREATE INDEX IF NOT EXISTS session_account ON session (account_id, created_at)",
            "CREATE INDEX IF NOT EXISTS session_expiry ON session (expires_at)",
            "CREATE TABLE IF NOT EXISTS access_token (
                id {uuid} NOT NULL PRIMARY KEY, secret_hash {bytes} NOT NULL UNIQUE,
                account_id {uuid} NOT NULL REFERENCES account (id), name TEXT NOT NULL,
                created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, last_used_at BIGINT)",
            "CREATE INDEX IF NOT EXISTS access_token_account ON access_token (account_id)",
            "CREATE TABLE IF NOT EXISTS sign_in_source (
                source TEXT NOT NULL PRIMARY KEY, refilled_at BIGINT NOT NULL)",
        ],
    },
];

/// Runs a statement; gives the number of rows changed.
pub(crate) async fn execute<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<u64> {
    let done = connection.execute_raw(db.statement(sql, values)).await?;
    Ok(done.rows_affected())
}

/// The first row of a statement.
pub(crate) async fn one<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<Option<QueryResult>> {
    Ok(connection.query_one_raw(db.statement(sql, values)).await?)
}

/// A column that may be empty, as an instant.
pub(crate) fn instant(row: &QueryResult, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp))
}

/// No agency is stored as empty text where it is part of a key.
pub(crate) fn agency_of(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
