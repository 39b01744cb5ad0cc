//! The table `passkey_challenge`: what passkeys have been asked and have not yet answered.
//!
//! Owns: storing and spending challenges.
//! Invariant: a challenge is spent by deleting it, whatever becomes of the answer.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{execute, one};
use crate::error::Result;

pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    hash: Vec<u8>,
    (purpose, account): (&str, Option<AccountId>),
    expires_at: Timestamp,
) -> Result<()> {
    let columns = &["hash", "purpose", "account_id", "expires_at"];
    let values = vec![
        hash.into(),
        purpose.into(),
        account.map(|id| id.0).into(),
        expires_at.0.into(),
    ];
    let rows = Rows::one("passkey_challenge", columns, values);
    Ok(rows.insert(connection).await?)
}

/// Spends a challenge; the account that it was made for, if it was made for this purpose and
/// still holds.
pub(crate) async fn spend<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    hash: Vec<u8>,
    purpose: &str,
    now: Timestamp,
) -> Result<Option<Option<AccountId>>> {
    let sql = "DELETE FROM passkey_challenge WHERE hash = $1 \
               RETURNING purpose, account_id, expires_at";
    let Some(row) = one(db, connection, sql, vec![hash.into()]).await? else {
        return Ok(None);
    };
    let made_for: String = row.try_get("", "purpose")?;
    let expires_at: i64 = row.try_get("", "expires_at")?;
    let account: Option<Uuid> = row.try_get("", "account_id")?;
    let holds = made_for == purpose && expires_at > now.0;
    Ok(holds.then(|| account.map(AccountId)))
}

pub(crate) async fn sweep<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    now: Timestamp,
) -> Result<u64> {
    let sql = "DELETE FROM passkey_challenge WHERE expires_at <= $1";
    execute(db, connection, sql, vec![now.0.into()]).await
}
