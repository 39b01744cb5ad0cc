//! Tokens of SCIM clients.
//!
//! Owns: the table `scim_token`: issuing, rotating, revoking, recognising.
//! Not here: who may issue them (`routes.rs`).
//! Invariant: 256 random bits, shown once, stored as SHA-256; each act with its audit event in
//! one transaction.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_identity::Actor;
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    clock::random_bytes,
    db::{Migration, Rows, WriteTx},
    journal::{self, Class, Event},
};
use ring::digest;
use sea_orm::{ConnectionTrait as _, QueryResult};
use uuid::Uuid;

use crate::{Error, Result};

/// How every token begins, so that scanners for secrets find it.
pub const TOKEN_PREFIX: &str = "lgsp_scim_";
/// Tokens of one client that work at the same time, so that they can be exchanged.
pub const TOKENS_MAX: i64 = 2;
/// How long the former tokens go on working after a rotation: one day.
pub const OVERLAP_MS: i64 = 86_400_000;
/// How often "last used" is written.
const TOUCH_MS: i64 = 60_000;

/// The table.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "directory_20261126_21_scim_token",
    statements: &[
        "CREATE TABLE IF NOT EXISTS scim_token (
            id {uuid} NOT NULL PRIMARY KEY, client TEXT NOT NULL,
            secret_hash {bytes} NOT NULL UNIQUE, created_by TEXT NOT NULL,
            created_at BIGINT NOT NULL, expires_at BIGINT, last_used_at BIGINT)",
        "CREATE INDEX IF NOT EXISTS scim_token_client ON scim_token (client, created_at)",
    ],
}];

/// A token without its value.
#[derive(Debug, Clone)]
pub struct ScimToken {
    /// Identifier.
    pub id: Uuid,
    /// Who issued it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it ends; only after a rotation.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

fn hash(secret: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_bytes())
        .as_ref()
        .to_vec()
}

fn instant(row: &QueryResult, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp))
}

fn event(actor: &Actor, action: &str, client: &str) -> Event {
    let subject = ("scim-client", client);
    let mut event = Event::new(Class::Audit, actor.now, actor.name.clone(), action, subject);
    event.address.clone_from(&actor.address);
    event.on_behalf_of.clone_from(&actor.on_behalf_of);
    event
}

/// Issues a token; gives its value, which is kept nowhere.
///
/// # Errors
/// `directory.secret.too_many` when the client has [`TOKENS_MAX`] that work.
pub async fn issue(platform: &Platform, actor: &Actor, client: &str) -> Result<String> {
    let tx = platform.db.begin().await?;
    let sql = "SELECT COUNT(*) AS n FROM scim_token WHERE client = $1 \
               AND (expires_at IS NULL OR expires_at > $2)";
    let values = vec![client.into(), actor.now.0.into()];
    let row = tx.query_one_raw(platform.db.statement(sql, values)).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    if count >= TOKENS_MAX {
        return Err(Error::SecretsTooMany {
            max: usize::try_from(TOKENS_MAX).unwrap_or_default(),
        });
    }
    let secret = insert(platform, &tx, actor, client).await?;
    journal::append(&*tx, [event(actor, "scim.token_issued", client)]).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Issues a token and lets the former ones end after [`OVERLAP_MS`].
///
/// # Errors
/// `platform.database.failed`.
pub async fn rotate(platform: &Platform, actor: &Actor, client: &str) -> Result<String> {
    let tx = platform.db.begin().await?;
    let end = actor.now.plus_ms(OVERLAP_MS);
    for (sql, values) in [
        (
            "DELETE FROM scim_token WHERE client = $1 AND expires_at IS NOT NULL",
            vec![client.into()],
        ),
        (
            "UPDATE scim_token SET expires_at = $1 WHERE client = $2",
            vec![end.0.into(), client.into()],
        ),
    ] {
        tx.execute_raw(platform.db.statement(sql, values)).await?;
    }
    let secret = insert(platform, &tx, actor, client).await?;
    journal::append(&*tx, [event(actor, "scim.token_rotated", client)]).await?;
    tx.commit().await?;
    Ok(secret)
}

async fn insert(platform: &Platform, tx: &WriteTx, actor: &Actor, client: &str) -> Result<String> {
    let bytes = random_bytes::<32>().map_err(lgsp_platform::Error::from)?;
    let secret = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let columns = &["id", "client", "secret_hash", "created_by", "created_at"];
    let values = vec![
        platform.ids.next().into(),
        client.into(),
        hash(&secret).into(),
        actor.name.as_str().into(),
        actor.now.0.into(),
    ];
    Rows::one("scim_token", columns, values)
        .insert(&**tx)
        .await?;
    Ok(secret)
}

/// The tokens of a client, oldest first; ended ones included until the next rotation.
///
/// # Errors
/// `platform.database.failed`.
pub async fn list(platform: &Platform, client: &str) -> Result<Vec<ScimToken>> {
    let sql = "SELECT id, created_by, created_at, expires_at, last_used_at FROM scim_token \
               WHERE client = $1 ORDER BY created_at, id";
    let rows = platform.db.query_all(sql, vec![client.into()]).await?;
    let read = |row: &QueryResult| {
        Ok(ScimToken {
            id: row.try_get("", "id")?,
            created_by: row.try_get("", "created_by")?,
            created_at: Timestamp(row.try_get("", "created_at")?),
            expires_at: instant(row, "expires_at")?,
            last_used_at: instant(row, "last_used_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Ends a token at once.
///
/// # Errors
/// `platform.thing.not_found`.
pub async fn revoke(platform: &Platform, actor: &Actor, client: &str, id: Uuid) -> Result<()> {
    let tx = platform.db.begin().await?;
    let sql = "DELETE FROM scim_token WHERE client = $1 AND id = $2";
    let statement = platform.db.statement(sql, vec![client.into(), id.into()]);
    if tx.execute_raw(statement).await?.rows_affected() == 0 {
        return Err(not_found(&id.to_string()));
    }
    journal::append(&*tx, [event(actor, "scim.token_revoked", client)]).await?;
    Ok(tx.commit().await?)
}

pub(crate) fn not_found(id: &str) -> Error {
    Error::Platform(lgsp_platform::Error::NotFound {
        what: "token",
        name: id.to_owned(),
    })
}

/// The client to which a token belongs that works at `now`.
pub(crate) async fn client_of(
    platform: &Platform,
    secret: &str,
    now: Timestamp,
) -> Result<Option<String>> {
    let sql = "SELECT id, client, last_used_at FROM scim_token WHERE secret_hash = $1 \
               AND (expires_at IS NULL OR expires_at > $2)";
    let values = vec![hash(secret).into(), now.0.into()];
    let Some(row) = platform.db.query_one(sql, values).await? else {
        return Ok(None);
    };
    let last = instant(&row, "last_used_at")?;
    if last.is_none_or(|last| now.since(last) >= TOUCH_MS) {
        let tx = platform.db.begin().await?;
        let sql = "UPDATE scim_token SET last_used_at = $1 WHERE id = $2";
        let id: Uuid = row.try_get("", "id")?;
        tx.execute_raw(platform.db.statement(sql, vec![now.0.into(), id.into()]))
            .await?;
        tx.commit().await?;
    }
    Ok(Some(row.try_get("", "client")?))
}
