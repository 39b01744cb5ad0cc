//! The table `session`.
//!
//! Owns: rows of sessions.
//! Not here: when a session ends (`sessions.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows, places};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{effective, execute};
use crate::error::Result;

/// A session without its secret.
#[derive(Debug, Clone)]
pub struct Session {
    /// Public identifier.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: AccountId,
    /// What the browser must send with each change.
    pub(crate) csrf_token: String,
    /// When its person last proved a factor.
    pub auth_at: Timestamp,
    /// Level of the proof: 1 one factor, 2 two factors, 3 resistant to phishing.
    pub acr: u8,
    /// What was proved, as RFC 8176 names it: `pwd`, `otp`, `hwk`, `user`, `mfa`, `fed`.
    pub amr: Vec<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, exact to a minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Idle time that ends it.
    pub idle_ms: i64,
    /// From which address it was opened.
    pub address: Option<String>,
    /// What the browser called itself.
    pub user_agent: Option<String>,
    /// The session of an administrator who acts as this account; none for a person's own.
    pub parent_id: Option<Uuid>,
}

impl Session {
    /// Whether it still works at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at > now && now.since(self.last_seen_at) < self.idle_ms
    }
}

pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    session: &Session,
    secret_hash: Vec<u8>,
) -> Result<()> {
    let columns = &[
        "id",
        "secret_hash",
        "account_id",
        "csrf_token",
        "created_at",
        "last_seen_at",
        "expires_at",
        "address",
        "user_agent",
        "auth_at",
        "acr",
        "amr",
        "idle_ms",
        "parent_id",
    ];
    let values = vec![
        session.id.into(),
        secret_hash.into(),
        session.account_id.0.into(),
        session.csrf_token.as_str().into(),
        session.created_at.0.into(),
        session.last_seen_at.0.into(),
        session.expires_at.0.into(),
        session.address.clone().into(),
        session.user_agent.clone().into(),
        session.auth_at.0.into(),
        i64::from(session.acr).into(),
        session.amr.join(" ").into(),
        session.idle_ms.into(),
        session.parent_id.into(),
    ];
    let rows = Rows::one("session", columns, values);
    Ok(rows.insert(connection).await?)
}

/// The columns that [`from_row`] reads.
pub(crate) const COLUMNS: &str = "id, account_id, csrf_token, created_at, last_seen_at, \
     expires_at, address, user_agent, auth_at, acr, amr, idle_ms, parent_id";

pub(super) fn from_row(row: &QueryResult) -> Result<Session> {
    let amr: String = row.try_get("", "amr")?;
    let acr: i64 = row.try_get("", "acr")?;
    Ok(Session {
        auth_at: Timestamp(row.try_get("", "auth_at")?),
        acr: u8::try_from(acr).unwrap_or(1),
        amr: amr.split_whitespace().map(str::to_owned).collect(),
        idle_ms: row.try_get("", "idle_ms")?,
        id: row.try_get("", "id")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        csrf_token: row.try_get("", "csrf_token")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        last_seen_at: Timestamp(row.try_get("", "last_seen_at")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        address: row.try_get("", "address")?,
        user_agent: row.try_get("", "user_agent")?,
        parent_id: row.try_get("", "parent_id")?,
    })
}

/// Sessions of an account, newest first.
pub(crate) async fn list(db: &Database, id: AccountId) -> Result<Vec<Session>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM session WHERE account_id = $1 ORDER BY created_at DESC, id DESC"
    );
    let rows = db.query_all(sql, vec![id.0.into()]).await?;
    rows.iter().map(from_row).collect()
}

/// The session of this id.
pub(crate) async fn find(db: &Database, id: Uuid) -> Result<Option<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE id = $1");
    let row = db.query_one(sql, vec![id.into()]).await?;
    row.as_ref().map(from_row).transpose()
}

/// The session behind a secret, with its account, roles and groups: rows as `effective` gives.
/// While an administrator acts as somebody, the account, the identifier and the token for changes
/// are those of the session that hangs on the administrator's; what was proved stays its own.
pub(crate) async fn credential(
    db: &Database,
    secret_hash: Vec<u8>,
    now: Timestamp,
) -> Result<Vec<QueryResult>> {
    let sql = "SELECT COALESCE(c.id, s.id) AS credential_id, s.id AS session_id, \
               s.account_id AS owner_id, COALESCE(c.csrf_token, s.csrf_token) AS csrf_token, \
               s.last_seen_at AS used_at, s.idle_ms, s.expires_at, s.auth_at, s.acr, \
               a.id AS account_id, a.username, a.agency, a.kind, \
               a.state, a.valid_from, a.valid_until FROM session s \
               LEFT JOIN session c ON c.parent_id = s.id AND c.expires_at > $2 \
               JOIN account a ON a.id = COALESCE(c.account_id, s.account_id) \
               WHERE s.secret_hash = $1";
    effective::rows(db, sql, secret_hash.into(), now).await
}

/// The live session of an account behind a secret.
pub(crate) async fn find_by_secret(
    db: &Database,
    account: AccountId,
    secret_hash: Vec<u8>,
) -> Result<Option<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE secret_hash = $1 AND account_id = $2");
    let values = vec![secret_hash.into(), account.0.into()];
    let row = db.query_one(sql, values).await?;
    row.as_ref().map(from_row).transpose()
}

/// Gives a session a new secret and what was proved now; tells whether it was still there.
pub(crate) async fn renew<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    session: &Session,
    secret_hash: Vec<u8>,
) -> Result<bool> {
    let sql = "UPDATE session SET secret_hash = $1, csrf_token = $2, last_seen_at = $3, \
               expires_at = $4, auth_at = $5, acr = $6, amr = $7, idle_ms = $8 WHERE id = $9";
    let values = vec![
        secret_hash.into(),
        session.csrf_token.as_str().into(),
        session.last_seen_at.0.into(),
        session.expires_at.0.into(),
        session.auth_at.0.into(),
        i64::from(session.acr).into(),
        session.amr.join(" ").into(),
        session.idle_ms.into(),
        session.id.into(),
    ];
    Ok(execute(db, connection, sql, values).await? == 1)
}

/// Notes a use, also for the session that hangs on it.
pub(crate) async fn touch<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE session SET last_seen_at = $1 WHERE id = $2 OR parent_id = $2";
    execute(db, connection, sql, vec![now.0.into(), id.into()])
        .await
        .map(|_| ())
}

/// Ends one session; tells whether it was there.
pub(crate) async fn delete<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
) -> Result<bool> {
    let sql = "DELETE FROM session WHERE id = $1";
    Ok(execute(db, connection, sql, vec![id.into()]).await? > 0)
}

/// Ends what an administrator does as somebody else in this session; tells whether it did.
pub(crate) async fn delete_children<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    parent: Uuid,
) -> Result<bool> {
    let sql = "DELETE FROM session WHERE parent_id = $1";
    Ok(execute(db, connection, sql, vec![parent.into()]).await? > 0)
}

/// Ends these sessions; gives how many there were.
pub(crate) async fn delete_all<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    ids: &[Uuid],
) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let sql = format!("DELETE FROM session WHERE id IN ({})", places(1, ids.len()));
    let values = ids.iter().map(|id| (*id).into()).collect();
    execute(db, connection, &sql, values).await
}

/// Ends the session behind a secret, if there is one.
pub(crate) async fn delete_by_secret<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    secret_hash: Vec<u8>,
) -> Result<()> {
    let sql = "DELETE FROM session WHERE secret_hash = $1";
    execute(db, connection, sql, vec![secret_hash.into()])
        .await
        .map(|_| ())
}

/// Ends all sessions of an account but one; gives how many.
pub(crate) async fn delete_of<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    kept: Option<Uuid>,
) -> Result<u64> {
    let mut sql = "DELETE FROM session WHERE account_id = $1".to_owned();
    let mut values: Vec<Value> = vec![id.0.into()];
    if let Some(kept) = kept {
        sql.push_str(" AND id <> $2");
        values.push(kept.into());
    }
    execute(db, connection, &sql, values).await
}

/// Ends the oldest sessions of an account beyond `max`; those of administrators do not count.
pub(crate) async fn delete_beyond<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    max: u64,
) -> Result<()> {
    let sql = format!(
        "DELETE FROM session WHERE account_id = $1 AND parent_id IS NULL AND id NOT IN \
         (SELECT id FROM session WHERE account_id = $1 AND parent_id IS NULL \
         ORDER BY created_at DESC, id DESC LIMIT {max})"
    );
    execute(db, connection, &sql, vec![id.0.into()])
        .await
        .map(|_| ())
}

/// Removes sessions that have ended by age or by idleness.
pub(crate) async fn sweep<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    now: Timestamp,
) -> Result<u64> {
    let sql = "DELETE FROM session WHERE expires_at <= $1 OR last_seen_at + idle_ms <= $1";
    execute(db, connection, sql, vec![now.0.into()]).await
}
