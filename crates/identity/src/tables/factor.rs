//! The tables `factor`, `recovery_code` and `factor_lock`.
//!
//! Owns: `Factor`, reading and writing it.
//! Not here: what proves a factor (`factors/`).
//! Invariant: seeds are sealed and recovery codes hashed; spending a step, a code or a count is
//! one conditional update, so that nothing can be used twice at the same time.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{execute, instant, one};
use crate::error::Result;

/// What a person proves beside or instead of the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// One-time codes of an application.
    Totp,
    /// A key of a device.
    Passkey,
}

impl FactorKind {
    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Passkey => "passkey",
        }
    }
}

/// Whether a factor may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactorState {
    /// Made, not yet confirmed by a code.
    Pending,
    /// May be used.
    Active,
    /// Its counter went backwards: a copy may be in use.
    Blocked,
}

impl FactorState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Blocked => "blocked",
        }
    }
}

/// A factor of an account (yếu tố xác thực).
#[derive(Debug, Clone)]
pub struct Factor {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub account_id: AccountId,
    /// What it is.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub label: String,
    /// Whether it may be used.
    pub state: FactorState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// Sealed seed of an application.
    pub(crate) seed: Option<Vec<u8>>,
    /// Identifier of a passkey, in base64url.
    pub(crate) credential: Option<String>,
    /// Public key of a passkey, as COSE writes it.
    pub(crate) public_key: Option<Vec<u8>>,
    /// Uses that a passkey counted.
    pub(crate) counter: u32,
    /// Code over the row (`factors/binding.rs`).
    pub(crate) mac: Option<Vec<u8>>,
}

const READ: &str = "SELECT id, account_id, kind, label, state, created_at, last_used_at, seed, \
     credential, public_key, counter, mac FROM factor";

fn from_row(row: &QueryResult) -> Result<Factor> {
    let kind: String = row.try_get("", "kind")?;
    let state: String = row.try_get("", "state")?;
    let counter: i64 = row.try_get("", "counter")?;
    Ok(Factor {
        id: row.try_get("", "id")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        kind: match kind.as_str() {
            "passkey" => FactorKind::Passkey,
            _ => FactorKind::Totp,
        },
        label: row.try_get("", "label")?,
        state: match state.as_str() {
            "active" => FactorState::Active,
            "pending" => FactorState::Pending,
            _ => FactorState::Blocked,
        },
        created_at: Timestamp(row.try_get("", "created_at")?),
        last_used_at: instant(row, "last_used_at")?,
        seed: row.try_get("", "seed")?,
        credential: row.try_get("", "credential")?,
        public_key: row.try_get("", "public_key")?,
        counter: u32::try_from(counter).unwrap_or(u32::MAX),
        mac: row.try_get("", "mac")?,
    })
}

/// The factors of an account, oldest first.
pub(crate) async fn list(db: &Database, id: AccountId) -> Result<Vec<Factor>> {
    let sql = format!("{READ} WHERE account_id = $1 ORDER BY id");
    let rows = db.query_all(sql, vec![id.0.into()]).await?;
    rows.iter().map(from_row).collect()
}

/// The passkey of this identifier, whoever owns it.
pub(crate) async fn find_passkey(db: &Database, credential: &str) -> Result<Option<Factor>> {
    let sql = format!("{READ} WHERE credential = $1");
    let row = db.query_one(sql, vec![credential.into()]).await?;
    row.as_ref().map(from_row).transpose()
}

pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, factor: &Factor) -> Result<()> {
    let columns = &[
        "id",
        "account_id",
        "kind",
        "label",
        "state",
        "created_at",
        "seed",
        "credential",
        "public_key",
        "counter",
        "mac",
    ];
    let values = vec![
        factor.id.into(),
        factor.account_id.0.into(),
        factor.kind.as_str().into(),
        factor.label.as_str().into(),
        factor.state.as_str().into(),
        factor.created_at.0.into(),
        factor.seed.clone().into(),
        factor.credential.clone().into(),
        factor.public_key.clone().into(),
        i64::from(factor.counter).into(),
        factor.mac.clone().into(),
    ];
    Ok(Rows::one("factor", columns, values)
        .insert(connection)
        .await?)
}

/// Rows without a code.
pub(crate) async fn unbound(db: &Database) -> Result<Vec<Factor>> {
    let sql = format!("{READ} WHERE mac IS NULL ORDER BY id");
    let rows = db.query_all(sql, vec![]).await?;
    rows.iter().map(from_row).collect()
}

/// Writes the code of a row that has none.
pub(crate) async fn bind<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    mac: Vec<u8>,
) -> Result<()> {
    let sql = "UPDATE factor SET mac = $1 WHERE id = $2 AND mac IS NULL";
    execute(db, connection, sql, vec![mac.into(), id.into()])
        .await
        .map(|_| ())
}

/// Removes a factor of an account; tells whether it was there.
pub(crate) async fn delete<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    (account, id): (AccountId, Uuid),
) -> Result<bool> {
    let sql = "DELETE FROM factor WHERE id = $1 AND account_id = $2";
    let done = execute(db, connection, sql, vec![id.into(), account.0.into()]).await?;
    Ok(done == 1)
}

/// Removes what an account began to enrol and did not confirm.
pub(crate) async fn delete_pending<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<()> {
    let sql = "DELETE FROM factor WHERE account_id = $1 AND state = 'pending'";
    execute(db, connection, sql, vec![account.0.into()])
        .await
        .map(|_| ())
}

/// Removes what nobody confirmed since `before`.
pub(crate) async fn sweep_pending<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    before: Timestamp,
) -> Result<u64> {
    let sql = "DELETE FROM factor WHERE state = 'pending' AND created_at < $1";
    execute(db, connection, sql, vec![before.0.into()]).await
}

/// Spends a step of an application, which also confirms it: `mac` is the code over the row when it
/// is active. False when the step or a later one was spent before.
pub(crate) async fn spend_step<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    (id, mac): (Uuid, Vec<u8>),
    step: i64,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE factor SET last_step = $1, last_used_at = $2, state = 'active', mac = $4 \
               WHERE id = $3 AND last_step < $1 AND state IN ('active', 'pending')";
    let values = vec![step.into(), now.0.into(), id.into(), mac.into()];
    Ok(execute(db, connection, sql, values).await? == 1)
}

/// Notes the use of a passkey, whose row is then as `used` is; false when its counter moved from
/// `counter` in the meantime.
pub(crate) async fn note_use<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    used: &Factor,
    counter: u32,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE factor SET counter = $1, last_used_at = $2, mac = $5 \
               WHERE id = $3 AND counter = $4 AND state = 'active'";
    let values = vec![
        i64::from(used.counter).into(),
        now.0.into(),
        used.id.into(),
        i64::from(counter).into(),
        used.mac.clone().into(),
    ];
    Ok(execute(db, connection, sql, values).await? == 1)
}

/// Takes a factor out of use; `mac` is the code over the row when it is blocked.
pub(crate) async fn block<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    mac: Option<Vec<u8>>,
) -> Result<()> {
    let sql = "UPDATE factor SET state = 'blocked', mac = $2 WHERE id = $1";
    execute(db, connection, sql, vec![id.into(), mac.into()])
        .await
        .map(|_| ())
}

/// Replaces the recovery codes of an account; the old ones are void.
pub(crate) async fn put_recovery<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    hashes: Vec<Vec<u8>>,
    now: Timestamp,
) -> Result<()> {
    delete_recovery(db, connection, account).await?;
    for hash in hashes {
        let columns = &["account_id", "code_hash", "created_at"];
        let values = vec![account.0.into(), hash.into(), now.0.into()];
        Rows::one("recovery_code", columns, values)
            .insert(connection)
            .await?;
    }
    Ok(())
}

/// Removes the recovery codes of an account.
pub(crate) async fn delete_recovery<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<()> {
    let sql = "DELETE FROM recovery_code WHERE account_id = $1";
    execute(db, connection, sql, vec![account.0.into()])
        .await
        .map(|_| ())
}

/// How many recovery codes are unused.
pub(crate) async fn count_recovery(db: &Database, account: AccountId) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM recovery_code WHERE account_id = $1 AND used_at IS NULL";
    let row = db.query_one(sql, vec![account.0.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "n"))?)
}

/// Spends a recovery code; false when it is none or was spent.
pub(crate) async fn spend_recovery<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    hash: Vec<u8>,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE recovery_code SET used_at = $1 \
               WHERE account_id = $2 AND code_hash = $3 AND used_at IS NULL";
    let values = vec![now.0.into(), account.0.into(), hash.into()];
    Ok(execute(db, connection, sql, values).await? == 1)
}

/// Until when codes of an account are locked.
pub(crate) async fn locked_until(db: &Database, account: AccountId) -> Result<Option<Timestamp>> {
    let sql = "SELECT locked_until FROM factor_lock WHERE account_id = $1";
    let row = db.query_one(sql, vec![account.0.into()]).await?;
    row.map_or(Ok(None), |row| instant(&row, "locked_until"))
}

/// Counts a wrong code; gives the failures in a row.
pub(crate) async fn note_failure<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<i64> {
    let sql = "INSERT INTO factor_lock (account_id, failures) VALUES ($1, 1) \
               ON CONFLICT (account_id) DO UPDATE SET failures = factor_lock.failures + 1 \
               RETURNING failures";
    let row = one(db, connection, sql, vec![account.0.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "failures"))?)
}

/// Locks the codes of an account until an instant, or lifts the lock; the count begins anew.
pub(crate) async fn set_lock<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    until: Option<Timestamp>,
) -> Result<()> {
    let sql = "INSERT INTO factor_lock (account_id, failures, locked_until) VALUES ($1, 0, $2) \
               ON CONFLICT (account_id) DO UPDATE SET failures = 0, locked_until = $2";
    let values = vec![account.0.into(), until.map(|at| at.0).into()];
    execute(db, connection, sql, values).await.map(|_| ())
}

/// Names a factor.
pub(crate) async fn rename<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    label: &str,
) -> Result<()> {
    let sql = "UPDATE factor SET label = $1 WHERE id = $2";
    execute(db, connection, sql, vec![label.into(), id.into()])
        .await
        .map(|_| ())
}
