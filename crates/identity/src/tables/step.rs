//! The table `sign_in_step`: people between their first factor and their session.
//!
//! Owns: `Step`, reading and writing it.
//! Not here: which step comes next (`steps.rs`).
//! Invariant: the browser holds the only copy of the secret; a step ends with the session that
//! it leads to, with too many failures, or by age.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::ConnectionTrait;

use super::{execute, one};
use crate::error::Result;

/// What somebody has proved so far.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// SHA-256 of the secret that the browser holds.
    pub(crate) secret_hash: Vec<u8>,
    /// Whose sign-in it is.
    pub(crate) account_id: AccountId,
    /// Level proved.
    pub(crate) acr: u8,
    /// Factors proved.
    pub(crate) amr: Vec<String>,
    /// Level that the application asked for.
    pub(crate) acr_min: u8,
    /// The password's hash when it was proved; absent when none was.
    pub(crate) password_hash: Option<String>,
    /// Whether it raises a session that is already open.
    pub(crate) is_step_up: bool,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
}

pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, step: &Step) -> Result<()> {
    let columns = &[
        "secret_hash",
        "account_id",
        "acr",
        "amr",
        "acr_min",
        "password_hash",
        "failures",
        "is_step_up",
        "expires_at",
    ];
    let values = vec![
        step.secret_hash.clone().into(),
        step.account_id.0.into(),
        i64::from(step.acr).into(),
        step.amr.join(" ").into(),
        i64::from(step.acr_min).into(),
        step.password_hash.clone().into(),
        0_i64.into(),
        i64::from(step.is_step_up).into(),
        step.expires_at.0.into(),
    ];
    let rows = Rows::one("sign_in_step", columns, values);
    Ok(rows.insert(connection).await?)
}

/// The step behind a secret, if it has not ended.
pub(crate) async fn find(
    db: &Database,
    secret_hash: Vec<u8>,
    now: Timestamp,
) -> Result<Option<Step>> {
    let sql = "SELECT account_id, acr, amr, acr_min, password_hash, is_step_up, expires_at \
               FROM sign_in_step \
               WHERE secret_hash = $1 AND expires_at > $2";
    let values = vec![secret_hash.clone().into(), now.0.into()];
    let Some(row) = db.query_one(sql, values).await? else {
        return Ok(None);
    };
    let amr: String = row.try_get("", "amr")?;
    let level = |column| -> Result<u8> {
        let level: i64 = row.try_get("", column)?;
        Ok(u8::try_from(level).unwrap_or(0))
    };
    Ok(Some(Step {
        secret_hash,
        account_id: AccountId(row.try_get("", "account_id")?),
        acr: level("acr")?,
        amr: amr.split_whitespace().map(str::to_owned).collect(),
        acr_min: level("acr_min")?,
        password_hash: row.try_get("", "password_hash")?,
        is_step_up: row.try_get::<i64>("", "is_step_up")? != 0,
        expires_at: Timestamp(row.try_get("", "expires_at")?),
    }))
}

/// Writes what was proved since.
pub(crate) async fn update<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    step: &Step,
) -> Result<bool> {
    let sql = "UPDATE sign_in_step SET acr = $1, amr = $2, password_hash = $3 \
               WHERE secret_hash = $4";
    let values = vec![
        i64::from(step.acr).into(),
        step.amr.join(" ").into(),
        step.password_hash.clone().into(),
        step.secret_hash.clone().into(),
    ];
    Ok(execute(db, connection, sql, values).await? == 1)
}

/// Counts a failure; gives how many there were.
pub(crate) async fn note_failure<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    secret_hash: Vec<u8>,
) -> Result<i64> {
    let sql = "UPDATE sign_in_step SET failures = failures + 1 WHERE secret_hash = $1 \
               RETURNING failures";
    let row = one(db, connection, sql, vec![secret_hash.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "failures"))?)
}

/// Ends a step; tells whether it was there: only one session comes out of it.
pub(crate) async fn delete<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    secret_hash: Vec<u8>,
) -> Result<bool> {
    let sql = "DELETE FROM sign_in_step WHERE secret_hash = $1";
    Ok(execute(db, connection, sql, vec![secret_hash.into()]).await? == 1)
}

/// Ends all steps of an account.
pub(crate) async fn delete_of<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
) -> Result<()> {
    let sql = "DELETE FROM sign_in_step WHERE account_id = $1";
    execute(db, connection, sql, vec![account.0.into()])
        .await
        .map(|_| ())
}

pub(crate) async fn sweep<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    now: Timestamp,
) -> Result<u64> {
    let sql = "DELETE FROM sign_in_step WHERE expires_at <= $1";
    execute(db, connection, sql, vec![now.0.into()]).await
}
