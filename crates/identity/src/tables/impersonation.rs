//! The table `impersonation`: who acted as whom, why and for how long.
//!
//! Owns: `Impersonation`, reading and writing rows.
//! Not here: the session by which it is done (`session.rs`), the rules (`impersonation.rs`).
//! Invariant: a row outlives its session, so that no end is missed; whoever marks the end writes
//! the event of it in the same transaction.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::execute;
use crate::error::Result;

/// An administrator who acts as somebody.
#[derive(Debug, Clone)]
pub struct Impersonation {
    /// The session by which it is done.
    pub session_id: Uuid,
    /// The administrator.
    pub admin_id: AccountId,
    /// Its sign-in name.
    pub admin: String,
    /// As whom.
    pub account_id: AccountId,
    /// Why.
    pub reason: String,
    /// The ticket in which somebody asked for help.
    pub ticket: String,
    /// From which address.
    pub address: Option<String>,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when at the latest.
    pub until: Timestamp,
}

const READ: &str = "SELECT i.*, a.username AS admin FROM impersonation i \
     JOIN account a ON a.id = i.admin_id";

fn from_row(row: &QueryResult) -> Result<Impersonation> {
    Ok(Impersonation {
        session_id: row.try_get("", "session_id")?,
        admin_id: AccountId(row.try_get("", "admin_id")?),
        admin: row.try_get("", "admin")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        reason: row.try_get("", "reason")?,
        ticket: row.try_get("", "ticket")?,
        address: row.try_get("", "address")?,
        started_at: Timestamp(row.try_get("", "started_at")?),
        until: Timestamp(row.try_get("", "until")?),
    })
}

pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, made: &Impersonation) -> Result<()> {
    let columns = &[
        "session_id",
        "admin_id",
        "account_id",
        "reason",
        "ticket",
        "address",
        "started_at",
        "until",
    ];
    let values = vec![
        made.session_id.into(),
        made.admin_id.0.into(),
        made.account_id.0.into(),
        made.reason.as_str().into(),
        made.ticket.as_str().into(),
        made.address.clone().into(),
        made.started_at.0.into(),
        made.until.0.into(),
    ];
    Ok(Rows::one("impersonation", columns, values)
        .insert(connection)
        .await?)
}

/// The one that is done by this session and was not ended.
pub(crate) async fn find(db: &Database, session: Uuid) -> Result<Option<Impersonation>> {
    let sql = format!("{READ} WHERE i.session_id = $1 AND i.ended_at IS NULL");
    let row = db.query_one(sql, vec![session.into()]).await?;
    row.as_ref().map(from_row).transpose()
}

/// Those whose session is gone and whose end nobody has noted, oldest first.
pub(crate) async fn orphans(db: &Database, count: u32) -> Result<Vec<Impersonation>> {
    let sql = format!(
        "{READ} LEFT JOIN session s ON s.id = i.session_id \
         WHERE i.ended_at IS NULL AND s.id IS NULL ORDER BY i.session_id LIMIT {count}"
    );
    let rows = db.query_all(sql, vec![]).await?;
    rows.iter().map(from_row).collect()
}

/// Marks the end; tells whether it was not marked before.
pub(crate) async fn end<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    session: Uuid,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE impersonation SET ended_at = $1 WHERE session_id = $2 AND ended_at IS NULL";
    Ok(execute(db, connection, sql, vec![now.0.into(), session.into()]).await? == 1)
}
