//! Work that waits for a browser to come back: a request before sign-in, a sign-out on its way.
//!
//! Owns: the table `sso_transaction`.
//! Not here: what waits (each protocol).
//! Invariant: the handle in the address is stored as its hash only; a transaction ends by itself.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    clock::random_bytes,
    db::{Database, Migration, Rows},
    error::Error as PlatformError,
};
use ring::digest::{SHA256, digest};
use sea_orm::{ConnectionTrait, Statement};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};

/// How long a browser may take, 10 minutes: a sign-in with a second factor fits in.
pub(crate) const LIFE_MS: i64 = 10 * 60_000;
/// Pause between two sweeps of what has ended.
const SWEEP_MS: i64 = 60_000;
/// Longest handle in an address.
const HANDLE_BYTES_MAX: usize = 64;

/// Its table.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "sso_20261126_20_transaction",
    statements: &[
        "CREATE TABLE IF NOT EXISTS sso_transaction (
            handle_hash {bytes} NOT NULL PRIMARY KEY, kind TEXT NOT NULL,
            payload TEXT NOT NULL, expires_at BIGINT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS sso_transaction_expires ON sso_transaction (expires_at)",
    ],
}];

/// A new handle: 192 random bits.
pub(crate) fn new_handle() -> Result<String> {
    let bytes = random_bytes::<24>().map_err(PlatformError::from)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn hash(handle: &str) -> Vec<u8> {
    digest(&SHA256, handle.as_bytes()).as_ref().to_vec()
}

/// Stores a transaction under a handle.
pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    kind: &str,
    handle: &str,
    payload: &impl Serialize,
    expires_at: Timestamp,
) -> Result<()> {
    let payload = serde_json::to_string(payload).map_err(internal)?;
    let columns = &["handle_hash", "kind", "payload", "expires_at"];
    let values = vec![
        hash(handle).into(),
        kind.into(),
        payload.into(),
        expires_at.0.into(),
    ];
    let rows = Rows::one("sso_transaction", columns, values);
    Ok(rows.insert(connection).await?)
}

/// Stores a transaction in a database transaction of its own; gives its handle.
pub(crate) async fn begin(
    platform: &Platform,
    kind: &str,
    payload: &impl Serialize,
) -> Result<String> {
    let handle = new_handle()?;
    let expires_at = platform.clock.now().plus_ms(LIFE_MS);
    let tx = platform.db.begin().await?;
    insert(&*tx, kind, &handle, payload, expires_at).await?;
    tx.commit().await?;
    Ok(handle)
}

/// The transaction of a handle.
///
/// # Errors
/// `sso.transaction.expired` when there is none or it has ended.
pub(crate) async fn get<T: DeserializeOwned>(
    platform: &Platform,
    kind: &str,
    handle: &str,
) -> Result<T> {
    if handle.len() > HANDLE_BYTES_MAX {
        return Err(Error::TransactionExpired);
    }
    let sql = "SELECT payload FROM sso_transaction \
               WHERE handle_hash = $1 AND kind = $2 AND expires_at > $3";
    let now = platform.clock.now();
    let values = vec![hash(handle).into(), kind.into(), now.0.into()];
    let row = platform.db.query_one(sql, values).await?;
    let row = row.ok_or(Error::TransactionExpired)?;
    let payload: String = row.try_get("", "payload")?;
    serde_json::from_str(&payload).map_err(internal)
}

/// Removes the transaction of a handle.
pub(crate) fn delete_statement(db: &Database, handle: &str) -> Statement {
    let sql = "DELETE FROM sso_transaction WHERE handle_hash = $1";
    db.statement(sql, vec![hash(handle).into()])
}

/// Takes the transaction of a handle out: of two that come at once one gets it.
///
/// # Errors
/// `sso.transaction.expired` when there is none or it has ended.
pub(crate) async fn take<T: DeserializeOwned>(
    platform: &Platform,
    kind: &str,
    handle: &str,
) -> Result<T> {
    let found = get(platform, kind, handle).await?;
    let tx = platform.db.begin().await?;
    let done = tx
        .execute_raw(delete_statement(&platform.db, handle))
        .await?;
    tx.commit().await?;
    if done.rows_affected() == 1 {
        Ok(found)
    } else {
        Err(Error::TransactionExpired)
    }
}

/// Replaces what waits under a handle.
pub(crate) fn update_statement(
    db: &Database,
    handle: &str,
    payload: &impl Serialize,
) -> Result<Statement> {
    let payload = serde_json::to_string(payload).map_err(internal)?;
    let sql = "UPDATE sso_transaction SET payload = $1 WHERE handle_hash = $2";
    Ok(db.statement(sql, vec![payload.into(), hash(handle).into()]))
}

/// Removes what has ended, for ever.
pub(crate) async fn sweep(platform: Platform) {
    loop {
        platform.clock.sleep(SWEEP_MS).await;
        if let Err(error) = sweep_once(&platform).await {
            tracing::warn!(%error, "sweep of sign-on transactions failed, will try again");
        }
    }
}

async fn sweep_once(platform: &Platform) -> Result<()> {
    let sql = "DELETE FROM sso_transaction WHERE expires_at <= $1";
    let now = platform.clock.now();
    let tx = platform.db.begin().await?;
    tx.execute_raw(platform.db.statement(sql, vec![now.0.into()]))
        .await?;
    Ok(tx.commit().await?)
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn internal(error: serde_json::Error) -> Error {
    Error::Platform(PlatformError::Internal(error.to_string()))
}
