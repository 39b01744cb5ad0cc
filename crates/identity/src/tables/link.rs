//! The table `account_link`: addresses that lead to a new password, once.
//!
//! Owns: storing, finding and spending them.
//! Not here: who makes them (`links.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{execute, one};
use crate::error::Result;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// A first password for a new account.
    Activation,
    /// A new password for somebody who lost it.
    Reset,
}

impl LinkPurpose {
    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Reset => "reset",
        }
    }
}

/// What is stored of a link.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) account_id: AccountId,
    pub(crate) purpose: LinkPurpose,
    pub(crate) expires_at: Timestamp,
}

fn from_row(row: &QueryResult) -> Result<Link> {
    let purpose: String = row.try_get("", "purpose")?;
    Ok(Link {
        account_id: AccountId(row.try_get("", "account_id")?),
        purpose: match purpose.as_str() {
            "activation" => LinkPurpose::Activation,
            _ => LinkPurpose::Reset,
        },
        expires_at: Timestamp(row.try_get("", "expires_at")?),
    })
}

/// Stores a link; earlier links of the account are void.
pub(crate) async fn put<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    (secret_hash, created_by): (Vec<u8>, &str),
    link: &Link,
) -> Result<()> {
    delete_of(db, connection, link.account_id).await?;
    let columns = &[
        "secret_hash",
        "account_id",
        "purpose",
        "created_by",
        "expires_at",
    ];
    let values = vec![
        secret_hash.into(),
        link.account_id.0.into(),
        link.purpose.as_str().into(),
        created_by.into(),
        link.expires_at.0.into(),
    ];
    let rows = Rows::one("account_link", columns, values);
    Ok(rows.insert(connection).await?)
}

/// The link behind a secret, if it still works.
pub(crate) async fn find(
    db: &Database,
    secret_hash: Vec<u8>,
    now: Timestamp,
) -> Result<Option<Link>> {
    let sql = "SELECT account_id, purpose, expires_at FROM account_link \
               WHERE secret_hash = $1 AND expires_at > $2";
    let row = db
        .query_one(sql, vec![secret_hash.into(), now.0.into()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Spends a link; tells whether it was there.
pub(crate) async fn spend<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    secret_hash: Vec<u8>,
) -> Result<bool> {
    let sql = "DELETE FROM account_link WHERE secret_hash = $1 RETURNING purpose";
    let row = one(db, connection, sql, vec![secret_hash.into()]).await?;
    Ok(row.is_some())
}

/// Voids all links of an account.
pub(crate) async fn delete_of<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<()> {
    let sql = "DELETE FROM account_link WHERE account_id = $1";
    execute(db, connection, sql, vec![account.0.into()])
        .await
        .map(|_| ())
}

pub(crate) async fn sweep<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    now: Timestamp,
) -> Result<u64> {
    let sql = "DELETE FROM account_link WHERE expires_at <= $1";
    execute(db, connection, sql, vec![now.0.into()]).await
}
