//! The table `signing_key`.
//!
//! Owns: its rows. The private parts are in the vault under the owner kind `signing_key`.
//! Not here: when a key turns (`cycle.rs`).

use lgsp_model::Timestamp;
use lgsp_platform::db::{Database, Migration, Rows, WriteTx};
use sea_orm::{ConnectionTrait as _, QueryResult};

use super::{Alg, KeyInfo, KeyState, Purpose};
use crate::error::{Error, Result};

/// Owner kind of private keys in the vault.
pub(super) const OWNER: &str = "signing_key";
/// Keys shown in the list; older destroyed ones stay in the table and in the journal.
const LIST_MAX: u32 = 200;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "sso_20261126_01_signing_key",
    statements: &[
        "CREATE TABLE IF NOT EXISTS signing_key (
            kid TEXT NOT NULL PRIMARY KEY, purpose TEXT NOT NULL, alg TEXT NOT NULL,
            state TEXT NOT NULL, created_at BIGINT NOT NULL, activated_at BIGINT,
            retired_at BIGINT, destroyed_at BIGINT)",
        "CREATE UNIQUE INDEX IF NOT EXISTS signing_key_active ON signing_key (purpose, alg)
            WHERE state = 'active'",
        "CREATE UNIQUE INDEX IF NOT EXISTS signing_key_next ON signing_key (purpose, alg)
            WHERE state = 'next'",
    ],
}];

const COLUMNS: &str =
    "kid, purpose, alg, state, created_at, activated_at, retired_at, destroyed_at";

fn from_row(row: &QueryResult) -> Result<KeyInfo> {
    let (purpose, alg, state): (String, String, String) = (
        row.try_get("", "purpose")?,
        row.try_get("", "alg")?,
        row.try_get("", "state")?,
    );
    let time = |column: &str| -> Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp))
    };
    let unknown = || Error::KeyUnusable { alg: "?" };
    Ok(KeyInfo {
        kid: row.try_get("", "kid")?,
        purpose: Purpose::parse(&purpose).ok_or_else(unknown)?,
        alg: Alg::parse(&alg).ok_or_else(unknown)?,
        state: KeyState::parse(&state).ok_or_else(unknown)?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        activated_at: time("activated_at")?,
        retired_at: time("retired_at")?,
        destroyed_at: time("destroyed_at")?,
    })
}

/// Keys that are not destroyed.
pub(super) async fn published(db: &Database) -> Result<Vec<KeyInfo>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signing_key WHERE state <> 'destroyed' ORDER BY created_at, kid"
    );
    let rows = db.query_all(sql, vec![]).await?;
    rows.iter().map(from_row).collect()
}

/// All keys, newest first.
pub(super) async fn list(db: &Database) -> Result<Vec<KeyInfo>> {
    let sql =
        format!("SELECT {COLUMNS} FROM signing_key ORDER BY created_at DESC, kid LIMIT {LIST_MAX}");
    let rows = db.query_all(sql, vec![]).await?;
    rows.iter().map(from_row).collect()
}

pub(super) async fn insert(tx: &WriteTx, key: &KeyInfo) -> Result<()> {
    let columns = &[
        "kid",
        "purpose",
        "alg",
        "state",
        "created_at",
        "activated_at",
    ];
    let values = vec![
        key.kid.as_str().into(),
        key.purpose.as_str().into(),
        key.alg.as_str().into(),
        key.state.as_str().into(),
        key.created_at.0.into(),
        key.activated_at.map(|at| at.0).into(),
    ];
    let rows = Rows::one("signing_key", columns, values);
    Ok(rows.insert(&**tx).await?)
}

/// Moves a key on; tells whether it was still in the state that the caller saw.
pub(super) async fn advance(
    db: &Database,
    tx: &WriteTx,
    key: &KeyInfo,
    to: KeyState,
    now: Timestamp,
) -> Result<bool> {
    let column = match to {
        KeyState::Next | KeyState::Active => "activated_at",
        KeyState::Retired => "retired_at",
        KeyState::Destroyed => "destroyed_at",
    };
    let sql =
        format!("UPDATE signing_key SET state = $1, {column} = $2 WHERE kid = $3 AND state = $4");
    let values = vec![
        to.as_str().into(),
        now.0.into(),
        key.kid.as_str().into(),
        key.state.as_str().into(),
    ];
    let done = tx.execute_raw(db.statement(sql, values)).await?;
    Ok(done.rows_affected() > 0)
}
