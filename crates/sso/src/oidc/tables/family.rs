//! The tables `token_family`, `refresh_token` and `revoked_token`.
//!
//! Owns: their rows and statements.
//! Not here: when a family ends (`token/refresh.rs`, `revocations.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{QueryResult, Statement, Value};
use uuid::Uuid;

use crate::{
    error::Result,
    oidc::{client::secrets::hash, grant::Grant},
};

/// Families that one look reads.
const FAMILIES_MAX: u32 = 1_000;

/// The row of a new family.
pub(in crate::oidc) fn row(grant: &Grant, now: Timestamp) -> Result<Rows> {
    let columns = &[
        "id",
        "client",
        "account_id",
        "session_id",
        "is_offline",
        "payload",
        "created_at",
        "expires_at",
    ];
    let payload = serde_json::to_string(grant)
        .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?;
    let values = vec![
        grant.id.into(),
        grant.client.as_str().into(),
        grant.account.0.into(),
        grant.session.into(),
        i16::from(grant.is_offline).into(),
        payload.into(),
        now.0.into(),
        grant.expires_at.0.into(),
    ];
    let mut rows = Rows::one("token_family", columns, values);
    // A code that is repeated meets its own row.
    rows.suffix = "ON CONFLICT DO NOTHING";
    Ok(rows)
}

/// The row of a refresh token.
pub(in crate::oidc) fn token_row(token: &str, family: Uuid, expires_at: Timestamp) -> Rows {
    let values = vec![hash(token).into(), family.into(), expires_at.0.into()];
    let mut rows = Rows::one("refresh_token", &["hash", "family", "expires_at"], values);
    rows.suffix = "ON CONFLICT DO NOTHING";
    rows
}

/// A refresh token with its family.
pub(in crate::oidc) struct Found {
    pub(in crate::oidc) grant: Grant,
    pub(in crate::oidc) expires_at: Timestamp,
    pub(in crate::oidc) is_revoked: bool,
}

/// Finds a refresh token by its text.
pub(in crate::oidc) async fn find_token(db: &Database, token: &str) -> Result<Option<Found>> {
    let sql = "SELECT r.expires_at, f.payload, f.revoked_at FROM refresh_token r \
               JOIN token_family f ON f.id = r.family WHERE r.hash = $1";
    let Some(row) = db.query_one(sql, vec![hash(token).into()]).await? else {
        return Ok(None);
    };
    let payload: String = row.try_get("", "payload")?;
    let Ok(grant) = serde_json::from_str(&payload) else {
        return Ok(None);
    };
    Ok(Some(Found {
        grant,
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        is_revoked: row.try_get::<Option<i64>>("", "revoked_at")?.is_some(),
    }))
}

/// Which families are meant.
pub(in crate::oidc) enum Which<'a> {
    /// One.
    Id(Uuid),
    /// Those of a session that do not outlive it.
    Session(Uuid),
    /// Those of a person with a client.
    Consent(AccountId, &'a str),
    /// All of a client.
    Client(&'a str),
}

/// Families that are not revoked yet.
pub(in crate::oidc) async fn live(db: &Database, which: &Which<'_>) -> Result<Vec<Uuid>> {
    let (condition, values): (&str, Vec<Value>) = match which {
        Which::Id(id) => ("id = $1", vec![(*id).into()]),
        Which::Session(id) => ("session_id = $1 AND is_offline = 0", vec![(*id).into()]),
        Which::Consent(account, client) => (
            "account_id = $1 AND client = $2",
            vec![account.0.into(), (*client).into()],
        ),
        Which::Client(client) => ("client = $1", vec![(*client).into()]),
    };
    let sql = format!(
        "SELECT id FROM token_family WHERE {condition} AND revoked_at IS NULL \
         LIMIT {FAMILIES_MAX}"
    );
    let rows = db.query_all(sql, values).await?;
    let read = |row: &QueryResult| Ok(row.try_get("", "id")?);
    rows.iter().map(read).collect()
}

/// What a client holds of a person and may renew.
pub(in crate::oidc) struct Renewable {
    pub(in crate::oidc) client: String,
    pub(in crate::oidc) since: Timestamp,
    pub(in crate::oidc) is_offline: bool,
}

/// Clients that can renew their access to a person, by name. A family whose refresh tokens have
/// ended has access tokens at most, and those end by themselves within minutes.
pub(in crate::oidc) async fn renewable(
    db: &Database,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<Renewable>> {
    let sql = "SELECT f.client, MIN(f.created_at) AS since, \
               COUNT(CASE WHEN f.is_offline = 1 THEN 1 END) AS offline FROM token_family f \
               WHERE f.account_id = $1 AND f.revoked_at IS NULL AND f.expires_at > $2 \
               AND EXISTS (SELECT 1 FROM refresh_token r \
                   WHERE r.family = f.id AND r.expires_at > $2) \
               GROUP BY f.client ORDER BY f.client";
    let rows = db
        .query_all(sql, vec![account.0.into(), now.0.into()])
        .await?;
    let read = |row: &QueryResult| -> Result<Renewable> {
        Ok(Renewable {
            client: row.try_get("", "client")?,
            since: Timestamp(row.try_get("", "since")?),
            is_offline: row.try_get::<i64>("", "offline")? > 0,
        })
    };
    rows.iter().map(read).collect()
}

/// Marks a family as revoked.
pub(in crate::oidc) fn revoke(db: &Database, id: Uuid, now: Timestamp) -> Statement {
    let sql = "UPDATE token_family SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
    db.statement(sql, vec![now.0.into(), id.into()])
}

/// The row that stops access tokens before their end.
pub(in crate::oidc) fn revoked_row(token: &str, at: Timestamp, expires_at: Timestamp) -> Rows {
    let values = vec![token.into(), at.0.into(), expires_at.0.into()];
    let mut rows = Rows::one("revoked_token", &["token", "at", "expires_at"], values);
    rows.suffix = "ON CONFLICT DO NOTHING";
    rows
}

/// What was revoked since an instant.
pub(in crate::oidc) async fn revoked_since(
    db: &Database,
    since: Timestamp,
) -> Result<Vec<(String, Timestamp)>> {
    let sql = "SELECT token, expires_at FROM revoked_token WHERE at >= $1";
    let rows = db.query_all(sql, vec![since.0.into()]).await?;
    let read = |row: &QueryResult| -> Result<(String, Timestamp)> {
        Ok((
            row.try_get("", "token")?,
            Timestamp(row.try_get("", "expires_at")?),
        ))
    };
    rows.iter().map(read).collect()
}

/// The grant of a family that was not revoked.
pub(in crate::oidc) async fn find(db: &Database, id: Uuid) -> Result<Option<Grant>> {
    let sql = "SELECT payload FROM token_family WHERE id = $1 AND revoked_at IS NULL";
    let Some(row) = db.query_one(sql, vec![id.into()]).await? else {
        return Ok(None);
    };
    let payload: String = row.try_get("", "payload")?;
    Ok(serde_json::from_str(&payload).ok())
}
