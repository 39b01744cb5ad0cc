//! The tables of federation.
//!
//! Owns: `directory_link` (who is who), `directory_state` (how far a directory was read),
//! `directory_run`, `directory_conflict`.
//! Not here: accounts (`identity`), deliveries (the ledger).

use std::collections::HashMap;

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Migration, Rows};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::Result;

/// Runs of one connection that are kept.
pub(crate) const RUNS_KEPT: u32 = 200;

/// Tables of federation, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "directory_20261126_02_federation",
    statements: &[
        "CREATE TABLE IF NOT EXISTS directory_link (
            connection TEXT NOT NULL, external_key TEXT NOT NULL, dn TEXT NOT NULL,
            account_id {uuid} NOT NULL REFERENCES account (id), digest {bytes} NOT NULL,
            is_locked BIGINT NOT NULL, PRIMARY KEY (connection, external_key))",
        "CREATE INDEX IF NOT EXISTS directory_link_account ON directory_link (account_id)",
        "CREATE TABLE IF NOT EXISTS directory_state (
            connection TEXT NOT NULL PRIMARY KEY, read_until TEXT NOT NULL,
            full_at BIGINT NOT NULL, delta_at BIGINT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS directory_run (
            id {uuid} NOT NULL PRIMARY KEY, connection TEXT NOT NULL, mode TEXT NOT NULL,
            state TEXT NOT NULL, requested_by TEXT NOT NULL, created_at BIGINT NOT NULL,
            ended_at BIGINT, report TEXT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS directory_run_connection
            ON directory_run (connection, created_at)",
        "CREATE TABLE IF NOT EXISTS directory_conflict (
            id {uuid} NOT NULL PRIMARY KEY, connection TEXT NOT NULL, external_key TEXT NOT NULL,
            dn TEXT NOT NULL, username TEXT NOT NULL, kind TEXT NOT NULL,
            account_id {uuid} NOT NULL, state TEXT NOT NULL, found_at BIGINT NOT NULL,
            decided_by TEXT, decided_at BIGINT, UNIQUE (connection, external_key))",
        "CREATE INDEX IF NOT EXISTS directory_conflict_state
            ON directory_conflict (state, found_at)",
    ],
}];

/// Who an entry of a directory is here.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Identifier there.
    pub(crate) key: String,
    /// Name there.
    pub(crate) dn: String,
    /// The account here.
    pub(crate) account_id: AccountId,
    /// What was last taken over.
    pub(crate) digest: Vec<u8>,
    /// Whether a run has locked the account.
    pub(crate) is_locked: bool,
}

fn link(row: &QueryResult) -> Result<Link> {
    Ok(Link {
        key: row.try_get("", "external_key")?,
        dn: row.try_get("", "dn")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        digest: row.try_get("", "digest")?,
        is_locked: row.try_get::<i64>("", "is_locked")? != 0,
    })
}

const LINK: &str = "SELECT external_key, dn, account_id, digest, is_locked FROM directory_link WHERE connection = $1";

/// All links of a connection by key.
pub(crate) async fn links(db: &Database, connection: &str) -> Result<HashMap<String, Link>> {
    let rows = db.query_all(LINK, vec![connection.into()]).await?;
    let read = |row: &QueryResult| link(row).map(|link| (link.key.clone(), link));
    rows.iter().map(read).collect()
}

/// The link of an account.
pub(crate) async fn link_of(
    db: &Database,
    connection: &str,
    account: AccountId,
) -> Result<Option<Link>> {
    let sql = format!("{LINK} AND account_id = $2");
    let row = db
        .query_one(sql, vec![connection.into(), account.0.into()])
        .await?;
    row.as_ref().map(link).transpose()
}

/// Writes a link.
pub(crate) async fn put_link(db: &Database, connection: &str, link: &Link) -> Result<()> {
    let columns = &[
        "connection",
        "external_key",
        "dn",
        "account_id",
        "digest",
        "is_locked",
    ];
    let mut rows = Rows::new("directory_link", columns);
    rows.suffix = "ON CONFLICT (connection, external_key) DO UPDATE SET dn = excluded.dn, \
                   account_id = excluded.account_id, digest = excluded.digest, \
                   is_locked = excluded.is_locked";
    rows.values.push(vec![
        connection.into(),
        link.key.as_str().into(),
        link.dn.as_str().into(),
        link.account_id.0.into(),
        link.digest.clone().into(),
        i64::from(link.is_locked).into(),
    ]);
    let tx = db.begin().await?;
    rows.insert(&*tx).await?;
    Ok(tx.commit().await?)
}

/// How far a directory was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Where the next reading of changes begins; empty before the first whole one.
    pub(crate) read_until: String,
    /// Last whole reading.
    pub(crate) full_at: Timestamp,
    /// Last reading of changes.
    pub(crate) delta_at: Timestamp,
}

/// How far a directory was read.
pub(crate) async fn state(db: &Database, connection: &str) -> Result<State> {
    let sql = "SELECT read_until, full_at, delta_at FROM directory_state WHERE connection = $1";
    let Some(row) = db.query_one(sql, vec![connection.into()]).await? else {
        return Ok(State::default());
    };
    Ok(State {
        read_until: row.try_get("", "read_until")?,
        full_at: Timestamp(row.try_get("", "full_at")?),
        delta_at: Timestamp(row.try_get("", "delta_at")?),
    })
}

/// The statement that notes how far a directory was read.
pub(crate) fn put_state(db: &Database, connection: &str, state: &State) -> Statement {
    let sql = "INSERT INTO directory_state (connection, read_until, full_at, delta_at) \
               VALUES ($1, $2, $3, $4) ON CONFLICT (connection) DO UPDATE SET \
               read_until = excluded.read_until, full_at = excluded.full_at, \
               delta_at = excluded.delta_at";
    let values = vec![
        connection.into(),
        state.read_until.as_str().into(),
        state.full_at.0.into(),
        state.delta_at.0.into(),
    ];
    db.statement(sql, values)
}

/// A run, past or present.
#[derive(Debug, Clone)]
pub struct Run {
    /// Identifier.
    pub id: Uuid,
    /// Connection.
    pub connection: String,
    /// `full`, `delta` or `dry_run`.
    pub mode: String,
    /// `queued`, `done`, `stopped` or `failed`.
    pub state: String,
    /// Who wished it; `schedule` for the schedule.
    pub requested_by: String,
    /// When it was wished.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What it did.
    pub report: Json,
}

/// The row of a run that is wished.
pub(crate) fn new_run(run: &Run) -> Rows {
    let columns = &[
        "id",
        "connection",
        "mode",
        "state",
        "requested_by",
        "created_at",
        "report",
    ];
    let values = vec![
        run.id.into(),
        run.connection.as_str().into(),
        run.mode.as_str().into(),
        run.state.as_str().into(),
        run.requested_by.as_str().into(),
        run.created_at.0.into(),
        run.report.to_string().into(),
    ];
    Rows::one("directory_run", columns, values)
}

/// The statement that notes how a run stands; without an end it is tried again.
pub(crate) fn end_run(
    db: &Database,
    id: Uuid,
    state: &str,
    (report, ended_at): (&Json, Option<Timestamp>),
) -> Statement {
    let sql = "UPDATE directory_run SET state = $1, report = $2, ended_at = $3 WHERE id = $4";
    let values = vec![
        state.into(),
        report.to_string().into(),
        ended_at.map(|at| at.0).into(),
        id.into(),
    ];
    db.statement(sql, values)
}

/// The statement that forgets old runs of a connection.
pub(crate) fn forget_runs(db: &Database, connection: &str) -> Statement {
    let sql = format!(
        "DELETE FROM directory_run WHERE connection = $1 AND id NOT IN (SELECT id FROM \
         (SELECT id FROM directory_run WHERE connection = $1 ORDER BY created_at DESC, id DESC \
          LIMIT {RUNS_KEPT}) AS kept)"
    );
    db.statement(sql, vec![connection.into()])
}

fn run(row: &QueryResult) -> Result<Run> {
    let report: String = row.try_get("", "report")?;
    Ok(Run {
        id: row.try_get("", "id")?,
        connection: row.try_get("", "connection")?,
        mode: row.try_get("", "mode")?,
        state: row.try_get("", "state")?,
        requested_by: row.try_get("", "requested_by")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        ended_at: row.try_get::<Option<i64>>("", "ended_at")?.map(Timestamp),
        report: serde_json::from_str(&report).unwrap_or_default(),
    })
}

const RUN: &str = "SELECT id, connection, mode, state, requested_by, created_at, ended_at, report \
     FROM directory_run";

/// The newest runs of a connection.
pub(crate) async fn runs(db: &Database, connection: &str, count: u32) -> Result<Vec<Run>> {
    let sql =
        format!("{RUN} WHERE connection = $1 ORDER BY created_at DESC, id DESC LIMIT {count}");
    let rows = db.query_all(sql, vec![connection.into()]).await?;
    rows.iter().map(run).collect()
}

/// One run.
pub(crate) async fn find_run(db: &Database, id: Uuid) -> Result<Option<Run>> {
    let row = db
        .query_one(format!("{RUN} WHERE id = $1"), vec![id.into()])
        .await?;
    row.as_ref().map(run).transpose()
}

/// An entry that may be an account that exists already.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// Identifier.
    pub id: Uuid,
    /// Connection.
    pub connection: String,
    /// Identifier of the entry.
    pub key: String,
    /// Name of the entry.
    pub dn: String,
    /// Sign-in name of the entry.
    pub username: String,
    /// What is the same: `username` or `email`; or `left` when the account has left.
    pub kind: String,
    /// The account that exists.
    pub account_id: AccountId,
    /// `open`, `merged` or `ignored`.
    pub state: String,
    /// When it was found.
    pub found_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<String>,
}

/// Notes a conflict; a decision that was made already stays.
pub(crate) async fn put_conflict(db: &Database, conflict: &Conflict) -> Result<()> {
    let columns = &[
        "id",
        "connection",
        "external_key",
        "dn",
        "username",
        "kind",
        "account_id",
        "state",
        "found_at",
    ];
    let mut rows = Rows::new("directory_conflict", columns);
    rows.suffix = "ON CONFLICT (connection, external_key) DO UPDATE SET dn = excluded.dn, \
                   username = excluded.username, kind = excluded.kind, \
                   account_id = excluded.account_id";
    rows.values.push(vec![
        conflict.id.into(),
        conflict.connection.as_str().into(),
        conflict.key.as_str().into(),
        conflict.dn.as_str().into(),
        conflict.username.as_str().into(),
        conflict.kind.as_str().into(),
        conflict.account_id.0.into(),
        conflict.state.as_str().into(),
        conflict.found_at.0.into(),
    ]);
    let tx = db.begin().await?;
    rows.insert(&*tx).await?;
    Ok(tx.commit().await?)
}

fn conflict(row: &QueryResult) -> Result<Conflict> {
    Ok(Conflict {
        id: row.try_get("", "id")?,
        connection: row.try_get("", "connection")?,
        key: row.try_get("", "external_key")?,
        dn: row.try_get("", "dn")?,
        username: row.try_get("", "username")?,
        kind: row.try_get("", "kind")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        state: row.try_get("", "state")?,
        found_at: Timestamp(row.try_get("", "found_at")?),
        decided_by: row.try_get("", "decided_by")?,
    })
}

const CONFLICT: &str = "SELECT id, connection, external_key, dn, username, kind, account_id, \
     state, found_at, decided_by FROM directory_conflict";

/// Conflicts in a state, the oldest first, of one connection or of all.
pub(crate) async fn conflicts(
    db: &Database,
    (connection, state): (Option<&str>, &str),
    count: u32,
) -> Result<Vec<Conflict>> {
    let mut sql = format!("{CONFLICT} WHERE state = $1");
    let mut values: Vec<Value> = vec![state.into()];
    if let Some(connection) = connection {
        sql.push_str(" AND connection = $2");
        values.push(connection.into());
    }
    sql.push_str(&format!(" ORDER BY found_at, id LIMIT {count}"));
    let rows = db.query_all(sql, values).await?;
    rows.iter().map(conflict).collect()
}

/// One conflict.
pub(crate) async fn find_conflict(db: &Database, id: Uuid) -> Result<Option<Conflict>> {
    let row = db
        .query_one(format!("{CONFLICT} WHERE id = $1"), vec![id.into()])
        .await?;
    row.as_ref().map(conflict).transpose()
}

/// The entries that a person decided to leave out.
pub(crate) async fn ignored(
    db: &Database,
    connection: &str,
) -> Result<std::collections::HashSet<String>> {
    let sql = "SELECT external_key FROM directory_conflict WHERE connection = $1 \
               AND state = 'ignored'";
    let rows = db.query_all(sql, vec![connection.into()]).await?;
    let read = |row: &QueryResult| Ok(row.try_get("", "external_key")?);
    rows.iter().map(read).collect()
}

/// Decides an open conflict in the caller's transaction; `false` when it is decided already.
pub(crate) async fn decide<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    (id, state): (Uuid, &str),
    (by, now): (&str, Timestamp),
) -> Result<bool> {
    let sql = "UPDATE directory_conflict SET state = $1, decided_by = $2, decided_at = $3 \
               WHERE id = $4 AND state = 'open'";
    let values = vec![state.into(), by.into(), now.0.into(), id.into()];
    let done = connection.execute_raw(db.statement(sql, values)).await?;
    Ok(done.rows_affected() == 1)
}
