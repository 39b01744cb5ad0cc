//! The table `device`: browsers in which somebody has signed in before.
//!
//! Owns: `Device`, reading and writing it.
//! Not here: what being known is worth (`devices.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{execute, one};
use crate::error::Result;

/// A browser that an account signed in with (thiết bị đã dùng).
#[derive(Debug, Clone)]
pub struct Device {
    /// Identifier.
    pub id: Uuid,
    /// When it first signed in.
    pub created_at: Timestamp,
    /// When it last signed in.
    pub last_seen_at: Timestamp,
    /// From which address it last did.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

const COLUMNS: &str = "id, created_at, last_seen_at, address, user_agent";

fn from_row(row: &QueryResult) -> Result<Device> {
    Ok(Device {
        id: row.try_get("", "id")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        last_seen_at: Timestamp(row.try_get("", "last_seen_at")?),
        address: row.try_get("", "address")?,
        user_agent: row.try_get("", "user_agent")?,
    })
}

/// The devices of an account, the last used first.
pub(crate) async fn list(db: &Database, account: AccountId) -> Result<Vec<Device>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM device WHERE account_id = $1 ORDER BY last_seen_at DESC, id DESC"
    );
    let rows = db.query_all(sql, vec![account.0.into()]).await?;
    rows.iter().map(from_row).collect()
}

/// The device of an account behind a secret.
pub(crate) async fn find(
    db: &Database,
    account: AccountId,
    secret_hash: Vec<u8>,
    seen_after: Timestamp,
) -> Result<Option<Device>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM device \
         WHERE account_id = $1 AND secret_hash = $2 AND last_seen_at > $3"
    );
    let values = vec![account.0.into(), secret_hash.into(), seen_after.0.into()];
    let row = db.query_one(sql, values).await?;
    row.as_ref().map(from_row).transpose()
}

/// Whether any account knows a secret.
pub(crate) async fn is_secret(db: &Database, secret_hash: Vec<u8>) -> Result<bool> {
    let sql = "SELECT id FROM device WHERE secret_hash = $1 LIMIT 1";
    Ok(db.query_one(sql, vec![secret_hash.into()]).await?.is_some())
}

pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    secret_hash: Vec<u8>,
    device: &Device,
) -> Result<()> {
    let columns = &[
        "id",
        "account_id",
        "secret_hash",
        "created_at",
        "last_seen_at",
        "failures",
        "address",
        "user_agent",
    ];
    let values = vec![
        device.id.into(),
        account.0.into(),
        secret_hash.into(),
        device.created_at.0.into(),
        device.last_seen_at.0.into(),
        0_i64.into(),
        device.address.clone().into(),
        device.user_agent.clone().into(),
    ];
    Ok(Rows::one("device", columns, values)
        .insert(connection)
        .await?)
}

/// Notes that a device signed in again.
pub(crate) async fn touch<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    (now, address): (Timestamp, Option<String>),
) -> Result<()> {
    let sql = "UPDATE device SET last_seen_at = $1, address = $2, failures = 0 WHERE id = $3";
    let values = vec![now.0.into(), address.into(), id.into()];
    execute(db, connection, sql, values).await.map(|_| ())
}

/// Counts a failure of a device; gives how many there were in a row.
pub(crate) async fn note_failure<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
) -> Result<i64> {
    let sql = "UPDATE device SET failures = failures + 1 WHERE id = $1 RETURNING failures";
    let row = one(db, connection, sql, vec![id.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "failures"))?)
}

/// Forgets a device of an account; tells whether it was there.
pub(crate) async fn delete<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    id: Uuid,
) -> Result<bool> {
    let sql = "DELETE FROM device WHERE id = $1 AND account_id = $2";
    let done = execute(db, connection, sql, vec![id.into(), account.0.into()]).await?;
    Ok(done == 1)
}

/// Forgets the device of an account that has this secret.
pub(crate) async fn delete_secret<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    secret_hash: Vec<u8>,
) -> Result<()> {
    let sql = "DELETE FROM device WHERE account_id = $1 AND secret_hash = $2";
    let values = vec![account.0.into(), secret_hash.into()];
    execute(db, connection, sql, values).await.map(|_| ())
}

/// Forgets all devices of an account, or those beyond the `kept` last used ones.
pub(crate) async fn delete_beyond<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    kept: u64,
) -> Result<()> {
    let sql = format!(
        "DELETE FROM device WHERE account_id = $1 AND id NOT IN (SELECT id FROM device \
         WHERE account_id = $1 ORDER BY last_seen_at DESC, id DESC LIMIT {kept})"
    );
    execute(db, connection, &sql, vec![account.0.into()])
        .await
        .map(|_| ())
}

/// Forgets devices that were not seen since `before`.
pub(crate) async fn sweep<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    before: Timestamp,
) -> Result<u64> {
    let sql = "DELETE FROM device WHERE last_seen_at < $1";
    execute(db, connection, sql, vec![before.0.into()]).await
}
