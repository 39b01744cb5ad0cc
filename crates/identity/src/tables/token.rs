//! The table `access_token`.
//!
//! Owns: rows of personal access tokens.
//! Not here: their form and life (`tokens.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::{effective, execute, instant, one};
use crate::error::Result;

/// An access token without its secret.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, exact to a minute.
    pub last_used_at: Option<Timestamp>,
}

pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    token: &AccessToken,
    (secret_hash, acr): (Vec<u8>, u8),
) -> Result<()> {
    let columns = &[
        "id",
        "secret_hash",
        "account_id",
        "name",
        "created_at",
        "expires_at",
        "acr",
    ];
    let values = vec![
        token.id.into(),
        secret_hash.into(),
        token.account_id.0.into(),
        token.name.as_str().into(),
        token.created_at.0.into(),
        token.expires_at.0.into(),
        i64::from(acr).into(),
    ];
    let rows = Rows::one("access_token", columns, values);
    Ok(rows.insert(connection).await?)
}

fn from_row(row: &QueryResult) -> Result<AccessToken> {
    Ok(AccessToken {
        id: row.try_get("", "id")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        name: row.try_get("", "name")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        last_used_at: instant(row, "last_used_at")?,
    })
}

/// The tokens of an account, newest first; ended ones included until they are revoked.
pub(crate) async fn list(db: &Database, id: AccountId) -> Result<Vec<AccessToken>> {
    let sql = "SELECT id, account_id, name, created_at, expires_at, last_used_at \
               FROM access_token WHERE account_id = $1 ORDER BY id DESC";
    let rows = db.query_all(sql, vec![id.0.into()]).await?;
    rows.iter().map(from_row).collect()
}

/// How many tokens an account has.
pub(crate) async fn count<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM access_token WHERE account_id = $1";
    let row = one(db, connection, sql, vec![id.0.into()]).await?;
    Ok(row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0))
}

/// When the token of this id ends.
pub(crate) async fn expiry(db: &Database, id: Uuid) -> Result<Option<Timestamp>> {
    let sql = "SELECT expires_at FROM access_token WHERE id = $1";
    let row = db.query_one(sql, vec![id.into()]).await?;
    row.map(|row| Ok(Timestamp(row.try_get("", "expires_at")?)))
        .transpose()
}

/// The token behind a secret, with its account, roles and groups: rows as `effective` gives.
pub(crate) async fn credential(
    db: &Database,
    secret_hash: Vec<u8>,
    now: Timestamp,
) -> Result<Vec<QueryResult>> {
    let sql = "SELECT t.id AS credential_id, t.last_used_at AS used_at, t.expires_at, t.acr, \
               a.id AS account_id, a.username, a.agency, a.kind, a.state, a.valid_from, \
               a.valid_until FROM access_token t JOIN account a ON a.id = t.account_id \
               WHERE t.secret_hash = $1";
    effective::rows(db, sql, secret_hash.into(), now).await
}

pub(crate) async fn touch<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE access_token SET last_used_at = $1 WHERE id = $2";
    execute(db, connection, sql, vec![now.0.into(), id.into()])
        .await
        .map(|_| ())
}

/// Revokes a token of an account; gives its name, or nothing when there is none.
pub(crate) async fn delete<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    id: Uuid,
) -> Result<Option<String>> {
    let sql = "DELETE FROM access_token WHERE id = $1 AND account_id = $2 RETURNING name";
    let row = one(db, connection, sql, vec![id.into(), account.0.into()]).await?;
    Ok(row.map(|row| row.try_get("", "name")).transpose()?)
}

/// Revokes all tokens of an account.
pub(crate) async fn delete_of<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<()> {
    let sql = "DELETE FROM access_token WHERE account_id = $1";
    execute(db, connection, sql, vec![account.0.into()])
        .await
        .map(|_| ())
}
