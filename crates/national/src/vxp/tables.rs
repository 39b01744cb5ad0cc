//! The tables of the client: attempts that ended badly, and what the axis has taken from us.
//!
//! Owns: `vxp_attempt`, `vxp_sent`.
//! Not here: deliveries (the ledger), copies (`lgsp_exchange`).
//! Invariant: a row here is written in the transaction that settles the attempt, so a lease
//! whose end is not written here ended by a crash.

use std::collections::HashSet;

use lgsp_model::{DeliveryId, Timestamp};
use lgsp_platform::{
    Result,
    db::{Database, Migration, Rows, places},
    ledger::Effects,
};

use super::client::Doubt;

/// How long what was sent is remembered, in days; longer than any delivery is tried again.
pub(super) const KEPT_DAYS: i64 = 90;

/// Tables of the client, in order.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "national_20261122_01_vxp",
    statements: &[
        "CREATE TABLE IF NOT EXISTS vxp_attempt (
            delivery_id {uuid} NOT NULL PRIMARY KEY, fence BIGINT NOT NULL,
            doubt TEXT NOT NULL, tried_at BIGINT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS vxp_sent (
            upstream TEXT NOT NULL, doc_id TEXT NOT NULL, delivery_id {uuid} NOT NULL,
            sent_at BIGINT NOT NULL, PRIMARY KEY (upstream, doc_id))",
        "CREATE INDEX IF NOT EXISTS vxp_sent_age ON vxp_sent (sent_at)",
    ],
}];

/// How the attempts of a delivery have ended so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tried {
    /// Fence of the last lease that was settled.
    pub fence: i64,
    /// Whether any attempt so far may have been carried out.
    pub doubt: Doubt,
}

/// What is known of a delivery that was leased before.
///
/// # Errors
/// `platform.database.failed`.
pub(super) async fn find(db: &Database, id: DeliveryId) -> Result<Option<Tried>> {
    let sql = "SELECT fence, doubt FROM vxp_attempt WHERE delivery_id = $1";
    let Some(row) = db.query_one(sql, vec![id.0.into()]).await? else {
        return Ok(None);
    };
    let doubt: String = row.try_get("", "doubt")?;
    Ok(Some(Tried {
        fence: row.try_get("", "fence")?,
        doubt: Doubt::parse(&doubt),
    }))
}

/// Adds to a settlement that its lease ended, and in which doubt.
pub(super) fn note_attempt(effects: &mut Effects, id: DeliveryId, tried: Tried, now: Timestamp) {
    effects.rows.push(Rows {
        table: "vxp_attempt",
        columns: &["delivery_id", "fence", "doubt", "tried_at"],
        suffix: "ON CONFLICT (delivery_id) DO UPDATE SET fence = excluded.fence, \
                 doubt = excluded.doubt, tried_at = excluded.tried_at",
        values: vec![vec![
            id.0.into(),
            tried.fence.into(),
            tried.doubt.as_str().into(),
            now.0.into(),
        ]],
    });
}

/// Adds to a settlement that the axis has taken the message.
pub(super) fn note_sent(
    effects: &mut Effects,
    db: &Database,
    (upstream, doc_id): (&str, &str),
    id: DeliveryId,
    now: Timestamp,
) {
    effects.rows.push(Rows {
        table: "vxp_sent",
        columns: &["upstream", "doc_id", "delivery_id", "sent_at"],
        suffix: "ON CONFLICT DO NOTHING",
        values: vec![vec![
            upstream.into(),
            doc_id.into(),
            id.0.into(),
            now.0.into(),
        ]],
    });
    let sql = "DELETE FROM vxp_attempt WHERE delivery_id = $1";
    effects
        .statements
        .push(db.statement(sql, vec![id.0.into()]));
}

/// Those of `doc_ids` that belong to other deliveries.
///
/// # Errors
/// `platform.database.failed`.
pub(super) async fn of_others(
    db: &Database,
    upstream: &str,
    doc_ids: &[&str],
    id: DeliveryId,
) -> Result<HashSet<String>> {
    if doc_ids.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!(
        "SELECT doc_id FROM vxp_sent WHERE upstream = $1 AND delivery_id <> $2 \
         AND doc_id IN ({})",
        places(3, doc_ids.len())
    );
    let mut values = vec![upstream.into(), id.0.into()];
    values.extend(doc_ids.iter().map(|doc_id| (*doc_id).into()));
    db.query_all(sql, values)
        .await?
        .iter()
        .map(|row| Ok(row.try_get("", "doc_id")?))
        .collect()
}

/// What is written to forget what is old.
#[must_use]
pub(super) fn forgetting(db: &Database, now: Timestamp) -> Effects {
    let before = now.plus_ms(-KEPT_DAYS * 86_400_000).0;
    let statements = [
        "DELETE FROM vxp_sent WHERE sent_at < $1",
        "DELETE FROM vxp_attempt WHERE tried_at < $1",
    ]
    .into_iter()
    .map(|sql| db.statement(sql, vec![before.into()]))
    .collect();
    Effects {
        statements,
        ..Effects::default()
    }
}
