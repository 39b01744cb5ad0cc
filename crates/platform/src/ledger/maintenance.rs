//! Upkeep of the ledger: expired leases, fairness of priorities, forgotten claims.
//!
//! Owns: the loop and its statements.
//! Not here: keeping of messages for years (archiving).
//! Follows: docs/specs/ledger.md, Upkeep; a normal delivery waits at most 30 minutes behind
//! urgent ones.

use lgsp_model::Timestamp;
use sea_orm::ConnectionTrait;

use super::{Ledger, model::PRIORITY_MAX};
use crate::{db::Database, error::Result};

/// How often the upkeep runs.
pub const UPKEEP_INTERVAL_MS: i64 = 5_000;
/// After this wait a delivery goes to the front whatever its priority.
pub const FAIRNESS_MS: i64 = 30 * 60_000;
/// A node that was not seen for so long is dead: its leases return before they end.
pub const NODE_SILENT_MS: i64 = 30_000;
/// Rows that one pass raises or forgets.
const PASS_ROWS_MAX: u32 = 1_000;

/// Runs for ever.
pub(super) async fn run(ledger: Ledger) {
    loop {
        if let Err(error) = pass(&ledger).await {
            tracing::warn!(%error, "upkeep of the ledger failed, will try again");
        }
        ledger.clock().sleep(UPKEEP_INTERVAL_MS).await;
    }
}

/// On `SQLite` this process is alone: leases of before its start belong to nobody.
pub(super) async fn release_own(db: &Database, now: Timestamp) -> Result<()> {
    if db.is_postgres() {
        return Ok(());
    }
    let tx = db.begin().await?;
    let sql = "UPDATE delivery SET state = 'failed', next_at = $1, \
         reason = 'lease expired', lease_owner = NULL, lease_until = NULL \
         WHERE state = 'leased'";
    tx.execute_raw(db.statement(sql, vec![now.0.into()]))
        .await?;
    tx.commit().await
}

/// One pass.
///
/// # Errors
/// `platform.database.failed`.
pub async fn pass(ledger: &Ledger) -> Result<()> {
    let (db, now) = (ledger.db(), ledger.now());
    let tx = db.begin().await?;
    let seen = "INSERT INTO node (id, seen_at) VALUES ($1, $2) \
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at";
    tx.execute_raw(db.statement(seen, vec![ledger.node().into(), now.0.into()]))
        .await?;
    let expired = "UPDATE delivery SET state = 'failed', next_at = $1, \
         reason = 'lease expired', lease_owner = NULL, lease_until = NULL \
         WHERE state = 'leased' AND (lease_until < $1 \
         OR lease_owner IN (SELECT id FROM node WHERE seen_at < $2))";
    let silent = now.plus_ms(-NODE_SILENT_MS);
    tx.execute_raw(db.statement(expired, vec![now.0.into(), silent.0.into()]))
        .await?;
    let raised = format!(
        "UPDATE delivery SET priority = {PRIORITY_MAX} WHERE id IN (\
         SELECT id FROM delivery WHERE pull = 0 AND state IN ('queued', 'failed') \
         AND priority < {PRIORITY_MAX} AND created_at < $1 LIMIT {PASS_ROWS_MAX})"
    );
    tx.execute_raw(db.statement(raised, vec![now.plus_ms(-FAIRNESS_MS).0.into()]))
        .await?;
    let forgotten = format!(
        "DELETE FROM claim WHERE key IN (\
         SELECT key FROM claim WHERE expires_at < $1 LIMIT {PASS_ROWS_MAX})"
    );
    tx.execute_raw(db.statement(forgotten, vec![now.0.into()]))
        .await?;
    tx.commit().await
}
