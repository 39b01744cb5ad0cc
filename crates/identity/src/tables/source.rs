//! The table `sign_in_source`: how many failures a network source has spent.
//!
//! Owns: the count, kept as one instant that moves ahead with each failure.
//! Not here: what a source is (`sign_in.rs`).
//! Invariant: a source whose instant has passed owes nothing; its row may be removed.

use lgsp_model::Timestamp;
use lgsp_platform::db::Database;
use sea_orm::ConnectionTrait;

use super::execute;
use crate::error::Result;

/// When the source will have all of its failures back.
pub(crate) async fn refilled_at(db: &Database, source: &str) -> Result<Option<Timestamp>> {
    let sql = "SELECT refilled_at FROM sign_in_source WHERE source = $1";
    let row = db.query_one(sql, vec![source.into()]).await?;
    row.map(|row| Ok(Timestamp(row.try_get("", "refilled_at")?)))
        .transpose()
}

/// Counts one failure, which takes `refill_ms` to be given back.
pub(crate) async fn note_failure<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    source: &str,
    now: Timestamp,
    refill_ms: i64,
) -> Result<()> {
    let sql = "INSERT INTO sign_in_source (source, refilled_at) VALUES ($1, $2) \
               ON CONFLICT (source) DO UPDATE SET refilled_at = \
               CASE WHEN sign_in_source.refilled_at > $3 \
               THEN sign_in_source.refilled_at + $4 ELSE excluded.refilled_at END";
    let values = vec![
        source.into(),
        now.plus_ms(refill_ms).0.into(),
        now.0.into(),
        refill_ms.into(),
    ];
    execute(db, connection, sql, values).await.map(|_| ())
}

/// Removes the rows of sources that owe nothing.
pub(crate) async fn sweep<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    now: Timestamp,
) -> Result<u64> {
    let sql = "DELETE FROM sign_in_source WHERE refilled_at <= $1";
    execute(db, connection, sql, vec![now.0.into()]).await
}
