//! The table `account_owner`: which person answers for an account that no person signs in with.
//!
//! Owns: writing, reading, handing over.
//! Not here: who may be an owner (`people/owners.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{account::Kind, execute};
use crate::error::Result;

/// An account by its names, as the other side of an ownership.
#[derive(Debug, Clone)]
pub struct Named {
    /// Identifier.
    pub id: AccountId,
    /// Sign-in name.
    pub username: String,
    /// Name of the person or the job.
    pub display_name: String,
    /// What it is for.
    pub kind: Kind,
    /// Agency it belongs to.
    pub agency: Option<String>,
}

fn named(row: &QueryResult) -> Result<Named> {
    Ok(Named {
        id: AccountId(row.try_get("", "id")?),
        username: row.try_get("", "username")?,
        display_name: row.try_get("", "display_name")?,
        kind: Kind::parse(&row.try_get::<String>("", "kind")?),
        agency: row.try_get("", "agency")?,
    })
}

const OWNER: &str = "SELECT a.id, a.username, a.display_name, a.kind, a.agency \
     FROM account_owner o JOIN account a ON a.id = o.owner_id WHERE o.account_id = $1";
const OWNED: &str = "SELECT a.id, a.username, a.display_name, a.kind, a.agency \
     FROM account_owner o JOIN account a ON a.id = o.account_id \
     WHERE o.owner_id = $1 AND a.state <> 'left' ORDER BY a.username";

/// Who answers for an account.
pub(crate) async fn of_account(db: &Database, account: AccountId) -> Result<Option<Named>> {
    let row = db.query_one(OWNER, vec![account.0.into()]).await?;
    row.as_ref().map(named).transpose()
}

/// The same within a transaction that changes it.
pub(crate) async fn of_account_in<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<Option<Named>> {
    let statement = db.statement(OWNER, vec![account.0.into()]);
    let row = connection.query_one_raw(statement).await?;
    row.as_ref().map(named).transpose()
}

/// Accounts for which a person answers and that have not ended, by name.
pub(crate) async fn owned(db: &Database, owner: AccountId) -> Result<Vec<Named>> {
    let rows = db.query_all(OWNED, vec![owner.0.into()]).await?;
    rows.iter().map(named).collect()
}

/// The same within a transaction that changes them.
pub(crate) async fn owned_in<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    owner: AccountId,
) -> Result<Vec<Named>> {
    let statement = db.statement(OWNED, vec![owner.0.into()]);
    let rows = connection.query_all_raw(statement).await?;
    rows.iter().map(named).collect()
}

/// Makes a person the owner of an account.
pub(crate) async fn put<C: ConnectionTrait>(
    connection: &C,
    (account, owner): (AccountId, AccountId),
    (by, now): (&str, Timestamp),
) -> Result<()> {
    let columns = &["account_id", "owner_id", "set_by", "set_at"];
    let values = vec![account.0.into(), owner.0.into(), by.into(), now.0.into()];
    let mut rows = Rows::one("account_owner", columns, values);
    rows.suffix = "ON CONFLICT (account_id) DO UPDATE SET owner_id = excluded.owner_id, \
                   set_by = excluded.set_by, set_at = excluded.set_at";
    Ok(rows.insert(connection).await?)
}

/// Leaves an account without an owner.
pub(crate) async fn delete<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<()> {
    let sql = "DELETE FROM account_owner WHERE account_id = $1";
    execute(db, connection, sql, vec![account.0.into()])
        .await
        .map(|_| ())
}
