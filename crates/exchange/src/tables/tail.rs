//! The journal of exchange events in the order in which it grows.

use lgsp_model::Timestamp;
use lgsp_platform::{Result, db::Database};

/// An event as the figures need it.
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) at: Timestamp,
    pub(crate) action: String,
    pub(crate) agency: String,
    pub(crate) detail: serde_json::Value,
}

/// Exchange events behind a position, oldest first.
pub(crate) async fn after(
    db: &Database,
    position: i64,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT id, at, action, agency, detail FROM journal_event WHERE id > $1 AND at < $2 \
         AND class = 'exchange' ORDER BY id LIMIT {limit}"
    );
    db.query_all(sql, vec![position.into(), before.0.into()])
        .await?
        .iter()
        .map(|row| {
            let detail: String = row.try_get("", "detail")?;
            Ok(Entry {
                id: row.try_get("", "id")?,
                at: Timestamp(row.try_get("", "at")?),
                action: row.try_get("", "action")?,
                agency: row
                    .try_get::<Option<String>>("", "agency")?
                    .unwrap_or_default(),
                detail: serde_json::from_str(&detail).unwrap_or_default(),
            })
        })
        .collect()
}

/// A position before all events that are younger than `at`, found by halving.
pub(crate) async fn position_before(db: &Database, at: Timestamp) -> Result<i64> {
    let row = db
        .query_one("SELECT MAX(id) AS last FROM journal_event", vec![])
        .await?;
    let last: Option<i64> = row
        .map(|row| row.try_get("", "last"))
        .transpose()?
        .flatten();
    let (mut low, mut high) = (0, last.unwrap_or(0));
    // Positions ascend with time but for the moments in which transactions overlap.
    while low < high {
        let middle = low + (high - low) / 2;
        let sql = "SELECT at FROM journal_event WHERE id > $1 ORDER BY id LIMIT 1";
        let row = db.query_one(sql, vec![middle.into()]).await?;
        let is_younger = match row {
            Some(row) => row.try_get::<i64>("", "at")? >= at.0,
            None => true,
        };
        if is_younger {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}
