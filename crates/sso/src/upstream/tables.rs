//! The tables of upstream sign-on: links, citizen numbers, sign-ins under way, requests.
//!
//! Owns: the schema, and rows of `external_identity` and `citizen_number`.
//! Not here: sign-ins under way (`transaction.rs`), requests (`requests.rs`).
//! Invariant: provider and subject together are the key of a link, never a mail address; a
//! citizen number is stored sealed and as a keyed hash, never in clear.
//! Follows: design document "Identity", sections 8 and 17; OWASP ASVS 6.8.1.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Migration, Rows};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use crate::upstream::error::{Error, Result};

/// Tables of this folder.
pub(crate) const MIGRATIONS: &[Migration] = &[FIRST, ANEW, CLAIMS];

const FIRST: Migration = Migration {
    name: "sso_20261126_31_upstream",
    statements: &[
        "CREATE TABLE IF NOT EXISTS external_identity (
            id {uuid} NOT NULL PRIMARY KEY, provider TEXT NOT NULL, subject TEXT NOT NULL,
            account_id {uuid} NOT NULL, display_name TEXT NOT NULL,
            linked_at BIGINT NOT NULL, linked_by TEXT NOT NULL, last_used_at BIGINT,
            UNIQUE (provider, subject))",
        "CREATE INDEX IF NOT EXISTS external_identity_account ON external_identity (account_id)",
        "CREATE TABLE IF NOT EXISTS citizen_number (
            account_id {uuid} NOT NULL PRIMARY KEY, number_hash {bytes} NOT NULL,
            sealed {bytes} NOT NULL, changed_at BIGINT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS citizen_number_hash ON citizen_number (number_hash)",
        "CREATE TABLE IF NOT EXISTS upstream_sign_in (
            id {uuid} NOT NULL PRIMARY KEY, state_hash {bytes} NOT NULL UNIQUE,
            browser_hash {bytes} NOT NULL, provider TEXT NOT NULL, purpose TEXT NOT NULL,
            stage TEXT NOT NULL, next TEXT NOT NULL, account_id {uuid}, answer {bytes},
            created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS upstream_sign_in_end ON upstream_sign_in (expires_at)",
        "CREATE TABLE IF NOT EXISTS account_request (
            id {uuid} NOT NULL PRIMARY KEY, provider TEXT NOT NULL, subject TEXT NOT NULL,
            display_name TEXT NOT NULL, agency TEXT, details {bytes} NOT NULL,
            state TEXT NOT NULL, reason TEXT NOT NULL, decided_by TEXT, decided_at BIGINT,
            account_id {uuid}, created_at BIGINT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS account_request_state ON account_request (state, id)",
        "CREATE UNIQUE INDEX IF NOT EXISTS account_request_open
            ON account_request (provider, subject) WHERE state = 'open'",
    ],
};

/// Whether the provider was asked to prove the person anew.
const ANEW: Migration = Migration {
    name: "sso_20261126_32_upstream_anew",
    statements: &["ALTER TABLE upstream_sign_in ADD COLUMN is_anew SMALLINT NOT NULL DEFAULT 0"],
};

/// The claims of the last sign-in, sealed, and the order in which a provider's links are listed.
const CLAIMS: Migration = Migration {
    name: "sso_20261126_33_last_claims",
    statements: &[
        "ALTER TABLE external_identity ADD COLUMN last_claims {bytes}",
        "CREATE INDEX IF NOT EXISTS external_identity_claims
            ON external_identity (last_used_at) WHERE last_claims IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS external_identity_provider
            ON external_identity (provider, id)",
    ],
};

/// A link between an account here and one at a provider.
#[derive(Debug, Clone)]
pub(crate) struct ExternalIdentity {
    pub(crate) id: Uuid,
    pub(crate) provider: String,
    pub(crate) subject: String,
    pub(crate) account_id: AccountId,
    /// Name that the provider told when it was linked.
    pub(crate) display_name: String,
    pub(crate) linked_at: Timestamp,
    /// Who linked it.
    pub(crate) linked_by: String,
    pub(crate) last_used_at: Option<Timestamp>,
}

const READ: &str = "SELECT id, provider, subject, account_id, display_name, linked_at, linked_by, \
     last_used_at FROM external_identity";

/// A link out of a row.
pub(super) fn link_from_row(row: &QueryResult) -> Result<ExternalIdentity> {
    Ok(ExternalIdentity {
        id: row.try_get("", "id")?,
        provider: row.try_get("", "provider")?,
        subject: row.try_get("", "subject")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        display_name: row.try_get("", "display_name")?,
        linked_at: Timestamp(row.try_get("", "linked_at")?),
        linked_by: row.try_get("", "linked_by")?,
        last_used_at: row
            .try_get::<Option<i64>>("", "last_used_at")?
            .map(Timestamp),
    })
}

/// The link of a subject.
pub(crate) async fn find_link(
    db: &Database,
    provider: &str,
    subject: &str,
) -> Result<Option<ExternalIdentity>> {
    let sql = format!("{READ} WHERE provider = $1 AND subject = $2");
    let row = db
        .query_one(sql, vec![provider.into(), subject.into()])
        .await?;
    row.as_ref().map(link_from_row).transpose()
}

/// The links of an account, oldest first.
pub(crate) async fn links_of(db: &Database, id: AccountId) -> Result<Vec<ExternalIdentity>> {
    let sql = format!("{READ} WHERE account_id = $1 ORDER BY linked_at, id");
    let rows = db.query_all(sql, vec![id.0.into()]).await?;
    rows.iter().map(link_from_row).collect()
}

/// Links of a provider, the newest first, behind `after`.
pub(crate) async fn links_at(
    db: &Database,
    provider: &str,
    after: Option<Uuid>,
    count: u32,
) -> Result<Vec<ExternalIdentity>> {
    let sql = format!("{READ} WHERE provider = $1 AND id < $2 ORDER BY id DESC LIMIT {count}");
    let values = vec![provider.into(), after.unwrap_or(Uuid::max()).into()];
    let rows = db.query_all(sql, values).await?;
    rows.iter().map(link_from_row).collect()
}

/// Stores a link.
///
/// # Errors
/// `sso.upstream.linked_elsewhere` when the subject has one.
pub(crate) async fn insert_link<C: ConnectionTrait>(
    connection: &C,
    link: &ExternalIdentity,
) -> Result<()> {
    let columns = &[
        "id",
        "provider",
        "subject",
        "account_id",
        "display_name",
        "linked_at",
        "linked_by",
        "last_used_at",
    ];
    let values = vec![
        link.id.into(),
        link.provider.as_str().into(),
        link.subject.as_str().into(),
        link.account_id.0.into(),
        link.display_name.as_str().into(),
        link.linked_at.0.into(),
        link.linked_by.as_str().into(),
        link.last_used_at.map(|at| at.0).into(),
    ];
    let rows = Rows::one("external_identity", columns, values);
    match rows.insert(connection).await {
        Err(lgsp_platform::Error::AlreadyExists(_)) => Err(Error::LinkedElsewhere),
        other => Ok(other?),
    }
}

/// Removes a link of an account; tells whether it was there.
pub(crate) async fn delete_link<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    id: Uuid,
) -> Result<bool> {
    let sql = "DELETE FROM external_identity WHERE id = $1 AND account_id = $2";
    Ok(execute(db, connection, sql, vec![id.into(), account.0.into()]).await? > 0)
}

/// Stores the citizen number of an account in place of the one before.
pub(crate) async fn put_number<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    (hash, sealed): (Vec<u8>, Vec<u8>),
    now: Timestamp,
) -> Result<()> {
    delete_number(db, connection, account).await?;
    let columns = &["account_id", "number_hash", "sealed", "changed_at"];
    let values = vec![account.0.into(), hash.into(), sealed.into(), now.0.into()];
    let rows = Rows::one("citizen_number", columns, values);
    Ok(rows.insert(connection).await?)
}

/// Removes the citizen number of an account; tells whether there was one.
pub(crate) async fn delete_number<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<bool> {
    let sql = "DELETE FROM citizen_number WHERE account_id = $1";
    Ok(execute(db, connection, sql, vec![account.0.into()]).await? > 0)
}

/// The sealed citizen number of an account.
pub(crate) async fn sealed_number(db: &Database, account: AccountId) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sealed FROM citizen_number WHERE account_id = $1";
    let row = db.query_one(sql, vec![account.0.into()]).await?;
    Ok(row.map(|row| row.try_get("", "sealed")).transpose()?)
}

/// Accounts with this citizen number, at most `count`.
pub(crate) async fn with_number(
    db: &Database,
    hash: Vec<u8>,
    count: u32,
) -> Result<Vec<AccountId>> {
    let sql = format!(
        "SELECT account_id FROM citizen_number WHERE number_hash = $1 ORDER BY account_id \
         LIMIT {count}"
    );
    let rows = db.query_all(sql, vec![hash.into()]).await?;
    let read = |row: &QueryResult| Ok(AccountId(row.try_get("", "account_id")?));
    rows.iter().map(read).collect()
}

/// Runs a statement; gives the number of rows changed.
pub(super) async fn execute<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<u64> {
    let done = connection.execute_raw(db.statement(sql, values)).await?;
    Ok(done.rows_affected())
}
