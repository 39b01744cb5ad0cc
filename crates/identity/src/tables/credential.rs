//! Passwords and failures of accounts: columns of `account`, and `password_history`.
//!
//! Owns: reading and writing them.
//! Not here: the rules (`passwords.rs`, `sign_in.rs`).
//! Invariant: counting a failure and noting a success are single conditional updates, so
//! attempts at the same time cannot slip past the limit.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{account::Account, execute, one};
use crate::error::Result;

/// Notes that the password is to be changed at the next sign-on.
pub(crate) async fn demand_change<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
) -> Result<()> {
    let sql = "UPDATE account SET must_change_password = 1 WHERE id = $1";
    execute(db, connection, sql, vec![id.0.into()])
        .await
        .map(|_| ())
}

/// Sets a new password and keeps the `history_max` newest of the former ones.
pub(crate) async fn set_password<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: &Account,
    hash: &str,
    (by, now): (Option<&str>, Timestamp),
    history_max: usize,
) -> Result<()> {
    if let Some(old) = &account.password_hash {
        let columns = &["account_id", "replaced_at", "password_hash"];
        let values = vec![account.id.0.into(), now.0.into(), old.as_str().into()];
        Rows::one("password_history", columns, values)
            .insert(connection)
            .await?;
    }
    let sql = format!(
        "DELETE FROM password_history WHERE account_id = $1 AND replaced_at < COALESCE(\
         (SELECT MIN(replaced_at) FROM (SELECT replaced_at FROM password_history \
          WHERE account_id = $1 ORDER BY replaced_at DESC LIMIT {history_max}) AS kept), replaced_at + 1)"
    );
    execute(db, connection, &sql, vec![account.id.0.into()]).await?;
    let sql = "UPDATE account SET password_hash = $1, password_changed_at = $2, password_by = $3, \
               failures = 0, locked_until = NULL, must_change_password = 0 WHERE id = $4";
    let values = vec![
        hash.into(),
        now.0.into(),
        by.map(str::to_owned).into(),
        account.id.0.into(),
    ];
    execute(db, connection, sql, values).await.map(|_| ())
}

/// The newest former password hashes.
pub(crate) async fn former_passwords(
    db: &Database,
    id: AccountId,
    count: usize,
) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT password_hash FROM password_history WHERE account_id = $1 \
         ORDER BY replaced_at DESC LIMIT {count}"
    );
    let rows = db.query_all(sql, vec![id.0.into()]).await?;
    let read = |row: &QueryResult| Ok(row.try_get("", "password_hash")?);
    rows.iter().map(read).collect()
}

/// Failures in a row so far.
pub(crate) async fn failures<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
) -> Result<i32> {
    let sql = "SELECT failures FROM account WHERE id = $1";
    let row = one(db, connection, sql, vec![id.0.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "failures"))?)
}

/// Notes a right password, unless the account was locked or changed while it was checked. A
/// known device passes a lock that others caused, and leaves it.
pub(crate) async fn note_success<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: &Account,
    (now, is_known_device): (Timestamp, bool),
) -> Result<bool> {
    let sql = match is_known_device {
        true => {
            "UPDATE account SET last_used_at = $1 \
             WHERE id = $2 AND state = 'active' AND password_hash = $3"
        }
        false => {
            "UPDATE account SET failures = 0, locked_until = NULL, last_used_at = $1 \
             WHERE id = $2 AND state = 'active' AND password_hash = $3 \
             AND (locked_until IS NULL OR locked_until <= $1)"
        }
    };
    let values = vec![
        now.0.into(),
        account.id.0.into(),
        account.password_hash.clone().into(),
    ];
    Ok(execute(db, connection, sql, values).await? == 1)
}

/// Notes a sign-in, unless the account stopped being active or its password, when one was
/// proved, was changed since.
pub(crate) async fn note_sign_in<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    password_hash: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let mut sql = "UPDATE account SET last_sign_in_at = $1, last_used_at = $1 \
                   WHERE id = $2 AND state = 'active'"
        .to_owned();
    let mut values = vec![now.0.into(), id.0.into()];
    if let Some(hash) = password_hash {
        sql.push_str(" AND password_hash = $3");
        values.push(hash.into());
    }
    Ok(execute(db, connection, &sql, values).await? == 1)
}

/// Notes a right password that is kept elsewhere, unless the account was locked meanwhile.
pub(crate) async fn note_foreign_success<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE account SET failures = 0, locked_until = NULL, last_sign_in_at = $1, \
               last_used_at = $1 WHERE id = $2 AND state = 'active' \
               AND (locked_until IS NULL OR locked_until <= $1)";
    let done = execute(db, connection, sql, vec![now.0.into(), id.0.into()]).await?;
    Ok(done == 1)
}

/// Counts a wrong password; gives the failures in a row, or nothing while it is locked.
pub(crate) async fn note_failure<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    now: Timestamp,
) -> Result<Option<i32>> {
    let sql = "UPDATE account SET failures = failures + 1 WHERE id = $1 \
               AND (locked_until IS NULL OR locked_until <= $2) RETURNING failures";
    let row = one(db, connection, sql, vec![id.0.into(), now.0.into()]).await?;
    Ok(row.map(|row| row.try_get("", "failures")).transpose()?)
}

/// Locks the password until an instant, or unlocks it.
pub(crate) async fn set_lock<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    until: Option<Timestamp>,
) -> Result<()> {
    let sql = "UPDATE account SET failures = 0, locked_until = $1 WHERE id = $2";
    let values = vec![until.map(|at| at.0).into(), id.0.into()];
    execute(db, connection, sql, values).await.map(|_| ())
}

/// Replaces the hash by one with today's parameters.
pub(crate) async fn rehash<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    hash: &str,
) -> Result<()> {
    let sql = "UPDATE account SET password_hash = $1 WHERE id = $2";
    execute(db, connection, sql, vec![hash.into(), id.0.into()])
        .await
        .map(|_| ())
}
