//! The table `client_secret`: what clients prove themselves with.
//!
//! Owns: issuing, rotating, revoking, and reading all for the snapshot.
//! Invariant: a secret is 256 bits, shown once, stored as SHA-256; at most two of a client are
//! valid at a time. Only `client_secret_jwt` needs the clear text, which then lies in the vault.
//! Follows: design document "Identity", section 2.2.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_identity::Actor;
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    clock::random_bytes,
    db::{Database, Migration, Rows, WriteTx},
    error::Error as PlatformError,
    journal::{self, Class, Event},
    registry::SECRET_CHANGE,
};
use ring::digest;
use sea_orm::{ConnectionTrait as _, QueryResult};
use serde::Serialize;
use uuid::Uuid;

use super::{
    kind::{AuthMethod, OidcClient},
    uses::LastUse,
};
use crate::error::{Error, Result};

/// Owner kind of clear secrets in the vault.
pub(super) const OWNER: &str = "oidc_client_secret";
/// Secrets of a client that are valid at the same time.
const VALID_MAX: usize = 2;
/// How long the old secret works beside a new one, 7 days.
pub(in crate::oidc) const OVERLAP_MS: i64 = 7 * 86_400_000;

pub(in crate::oidc) const MIGRATION: Migration = Migration {
    name: "sso_20261126_10_client_secret",
    statements: &[
        "CREATE TABLE IF NOT EXISTS client_secret (
            id {uuid} NOT NULL PRIMARY KEY, client TEXT NOT NULL, hash {bytes} NOT NULL,
            created_at BIGINT NOT NULL, expires_at BIGINT)",
        "CREATE INDEX IF NOT EXISTS client_secret_client ON client_secret (client)",
    ],
};

/// A secret without its value.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct ClientSecretInfo {
    /// Identifier.
    pub(crate) id: Uuid,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it stops working; absent while it is the current one.
    pub(crate) expires_at: Option<Timestamp>,
    /// When a client last proved itself with it, to the minute; absent for never.
    pub(crate) last_used_at: Option<Timestamp>,
}

/// What the snapshot keeps of a secret.
#[derive(Debug, Clone)]
pub(in crate::oidc) struct StoredSecret {
    pub(in crate::oidc) id: Uuid,
    pub(in crate::oidc) used: Arc<LastUse>,
    pub(in crate::oidc) client: String,
    pub(in crate::oidc) hash: Vec<u8>,
    pub(in crate::oidc) expires_at: Option<Timestamp>,
}

/// SHA-256 of a random secret; a slow hash is for what people choose.
pub(in crate::oidc) fn hash(secret: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_bytes())
        .as_ref()
        .to_vec()
}

/// 256 random bits as 43 characters.
pub(in crate::oidc) fn new_secret() -> Result<String> {
    let bytes = random_bytes::<32>().map_err(PlatformError::from)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// All secrets that may still work.
pub(super) async fn all(db: &Database, now: Timestamp) -> Result<Vec<StoredSecret>> {
    let sql = "SELECT id, client, hash, expires_at FROM client_secret \
               WHERE expires_at IS NULL OR expires_at > $1 ORDER BY id DESC";
    let rows = db.query_all(sql, vec![now.0.into()]).await?;
    let read = |row: &QueryResult| -> Result<StoredSecret> {
        Ok(StoredSecret {
            id: row.try_get("", "id")?,
            used: Arc::default(),
            client: row.try_get("", "client")?,
            hash: row.try_get("", "hash")?,
            expires_at: row.try_get::<Option<i64>>("", "expires_at")?.map(Timestamp),
        })
    };
    rows.iter().map(read).collect()
}

/// The valid secrets of a client, newest first.
pub(in crate::oidc) async fn list(
    db: &Database,
    client: &str,
    now: Timestamp,
) -> Result<Vec<ClientSecretInfo>> {
    let sql = "SELECT id, created_at, expires_at, last_used_at FROM client_secret \
               WHERE client = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY id DESC";
    let rows = db.query_all(sql, vec![client.into(), now.0.into()]).await?;
    let instant = |row: &QueryResult, column: &str| -> Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp))
    };
    let read = |row: &QueryResult| -> Result<ClientSecretInfo> {
        Ok(ClientSecretInfo {
            id: row.try_get("", "id")?,
            created_at: Timestamp(row.try_get("", "created_at")?),
            expires_at: instant(row, "expires_at")?,
            last_used_at: instant(row, "last_used_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// A new secret inside the caller's transaction; older ones end after `overlap_ms`, and all but
/// the newest of them at once.
pub(in crate::oidc) async fn issue(
    platform: &Platform,
    tx: &WriteTx,
    client: &str,
    method: AuthMethod,
    (now, overlap_ms): (Timestamp, i64),
) -> Result<(ClientSecretInfo, String)> {
    let db = &platform.db;
    let secret = new_secret()?;
    let known = list(db, client, now).await?;
    for (index, old) in known.iter().enumerate() {
        let is_kept = index + 1 < VALID_MAX;
        let wished = now.plus_ms(if is_kept { overlap_ms } else { 0 });
        let ends = old.expires_at.map_or(wished, |at| at.min(wished));
        let sql = "UPDATE client_secret SET expires_at = $1 WHERE id = $2";
        tx.execute_raw(db.statement(sql, vec![ends.0.into(), old.id.into()]))
            .await?;
    }
    let info = ClientSecretInfo {
        id: platform.ids.next(),
        created_at: now,
        expires_at: None,
        last_used_at: None,
    };
    let columns = &["id", "client", "hash", "created_at"];
    let values = vec![
        info.id.into(),
        client.into(),
        hash(&secret).into(),
        now.0.into(),
    ];
    Rows::one("client_secret", columns, values)
        .insert(&**tx)
        .await?;
    if method == AuthMethod::ClientSecretJwt {
        let vault = &platform.vault;
        let ends = now.plus_ms(overlap_ms);
        vault.retire(&**tx, (OWNER, client), None, ends).await?;
        vault
            .insert(&**tx, OWNER, client, secret.as_bytes(), now)
            .await?;
    }
    platform
        .registry
        .announce(tx, SECRET_CHANGE, client)
        .await?;
    Ok((info, secret))
}

/// A new secret for a registered client, with its audit event; shown once.
pub(in crate::oidc) async fn rotate(
    platform: &Platform,
    actor: &Actor,
    client: &str,
    overlap_ms: i64,
) -> Result<(ClientSecretInfo, String)> {
    let spec: OidcClient = platform.registry.snapshot().spec(client).ok_or_else(|| {
        Error::Platform(PlatformError::NotFound {
            what: "oidc-client",
            name: client.to_owned(),
        })
    })?;
    let tx = platform.db.begin().await?;
    let when = (actor.now, overlap_ms);
    let made = issue(platform, &tx, client, spec.auth_method, when).await?;
    journal::append(&*tx, [event(actor, "secret.rotated", client)]).await?;
    tx.commit().await?;
    platform.registry.refresh().await?;
    Ok(made)
}

/// Ends a secret at once.
pub(in crate::oidc) async fn revoke(
    platform: &Platform,
    actor: &Actor,
    client: &str,
    id: Uuid,
) -> Result<()> {
    let tx = platform.db.begin().await?;
    let sql = "UPDATE client_secret SET expires_at = $1 WHERE id = $2 AND client = $3 \
               AND (expires_at IS NULL OR expires_at > $1)";
    let values = vec![actor.now.0.into(), id.into(), client.into()];
    let done = tx.execute_raw(platform.db.statement(sql, values)).await?;
    if done.rows_affected() == 0 {
        return Err(PlatformError::NotFound {
            what: "secret",
            name: id.to_string(),
        }
        .into());
    }
    platform.vault.destroy(&*tx, (OWNER, client)).await?;
    platform
        .registry
        .announce(&tx, SECRET_CHANGE, client)
        .await?;
    journal::append(&*tx, [event(actor, "secret.revoked", client)]).await?;
    tx.commit().await?;
    Ok(platform.registry.refresh().await?)
}

pub(in crate::oidc) fn event(actor: &Actor, action: &str, client: &str) -> Event {
    let mut event = Event::new(
        Class::Audit,
        actor.now,
        actor.name.clone(),
        action,
        ("oidc-client", client),
    );
    event.address.clone_from(&actor.address);
    event.with_trace(lgsp_platform::http::trace::current())
}
