//! The table `system_activity`: when a system was last seen.

use std::collections::HashMap;

use lgsp_model::Timestamp;
use lgsp_platform::{Result, db::Database};
use sea_orm::ConnectionTrait;

/// What is written down of each system.
///
/// # Errors
/// `platform.database.failed`.
pub(crate) async fn all(db: &Database) -> Result<HashMap<String, Timestamp>> {
    db.query_all("SELECT name, seen_at FROM system_activity", vec![])
        .await?
        .iter()
        .map(|row| {
            Ok((
                row.try_get("", "name")?,
                Timestamp(row.try_get("", "seen_at")?),
            ))
        })
        .collect()
}

/// Writes down when systems were last seen.
///
/// # Errors
/// `platform.database.failed`.
pub(crate) async fn put(db: &Database, seen: &[(String, Timestamp)]) -> Result<()> {
    let tx = db.begin().await?;
    for (name, at) in seen {
        let sql = "INSERT INTO system_activity (name, seen_at) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at \
             WHERE system_activity.seen_at < excluded.seen_at";
        tx.execute_raw(db.statement(sql, vec![name.as_str().into(), at.0.into()]))
            .await?;
    }
    tx.commit().await
}
