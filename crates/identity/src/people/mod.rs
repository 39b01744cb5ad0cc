//! People over time: moves, delegations, requests for grants, reviews, imports.
//!
//! Owns: what happens to an account between joining and leaving, and the tables of it.
//! Not here: accounts and groups themselves (`accounts/`, `groups.rs`), HTTP (`routes/`).
//! Invariant: each act is one transaction with its audit event.
//! Follows: TCVN 14423:2026, 5.6.1 and 5.6.2 (regulation R70, R73, R81).

pub mod delegation;
pub(crate) mod error;
mod idle;
pub mod import;
pub mod in_force;
pub mod moves;
pub mod owners;
pub mod report;
pub mod requests;
pub mod result;
pub mod review;
pub mod review_rows;
mod sheet;
pub(crate) mod tables;
pub mod units;

pub use error::PeopleError;

use lgsp_model::Timestamp;
use lgsp_platform::db::Database;
use sea_orm::ConnectionTrait;

use crate::{
    error::Result,
    tables::{account::Account, execute},
};

/// Ends what hangs on an account that leaves: links, plans, delegations either way.
pub(crate) async fn end_all<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: &Account,
    now: Timestamp,
) -> Result<()> {
    for sql in [
        "DELETE FROM planned_move WHERE account_id = $1",
        "DELETE FROM idle_exemption WHERE account_id = $1",
    ] {
        execute(db, connection, sql, vec![account.id.0.into()]).await?;
    }
    let sql = "UPDATE delegation SET state = 'revoked', changed_at = $2 \
               WHERE (delegator_id = $1 OR delegate_id = $1) AND state <> 'revoked'";
    execute(db, connection, sql, vec![account.id.0.into(), now.0.into()])
        .await
        .map(|_| ())
}
