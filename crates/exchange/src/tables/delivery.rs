//! Deliveries of the ledger beside the documents that they carry; read only.

use std::collections::HashMap;

use lgsp_model::Timestamp;
use lgsp_platform::{
    Error, Result,
    db::{Database, places},
    ledger::{State, query::Count},
};
use sea_orm::Value;
use uuid::Uuid;

/// Addresses or lanes that one statement names.
const NAMES_MAX: usize = 500;

/// Document and subject by delivery; deliveries that carry no copy are left out.
pub(crate) async fn subjects(db: &Database, ids: &[Uuid]) -> Result<HashMap<Uuid, (Uuid, String)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    // A copy has the id of its delivery.
    let sql = format!(
        "SELECT c.id AS id, d.id AS document_id, d.subject AS subject FROM copy c \
         JOIN document d ON d.id = c.document_id WHERE c.id IN ({})",
        places(1, ids.len())
    );
    let values = ids.iter().map(|id| (*id).into()).collect();
    let rows = db.query_all(sql, values).await?;
    rows.iter()
        .map(|row| {
            let found = (row.try_get("", "document_id")?, row.try_get("", "subject")?);
            Ok((row.try_get("", "id")?, found))
        })
        .collect()
}

/// Open and dead deliveries to these addresses of mailboxes, and in these lanes to the outside.
pub(crate) async fn counts(
    db: &Database,
    addresses: &[String],
    lanes: &[String],
) -> Result<Vec<Count>> {
    let mut found = Vec::new();
    for addresses in addresses.chunks(NAMES_MAX) {
        let open = "pull = 1 AND state IN ('queued', 'delivered') AND state = 'queued'";
        found.extend(count(db, open, "address", addresses).await?);
        let dead = "state IN ('dead', 'failed') AND state = 'dead' AND pull = 1";
        found.extend(count(db, dead, "address", addresses).await?);
    }
    for lanes in lanes.chunks(NAMES_MAX) {
        let open = "lane IS NOT NULL AND state IN ('queued', 'waiting', 'leased', 'failed')";
        found.extend(count(db, open, "lane", lanes).await?);
        let dead = "state IN ('dead', 'failed') AND state = 'dead' AND lane IS NOT NULL";
        found.extend(count(db, dead, "lane", lanes).await?);
    }
    Ok(found)
}

/// The conditions repeat those of the partial indexes word by word: `SQLite` uses one only then.
async fn count(
    db: &Database,
    condition: &str,
    column: &str,
    names: &[String],
) -> Result<Vec<Count>> {
    let sql = format!(
        "SELECT queue, state, COUNT(*) AS n, MIN(created_at) AS oldest FROM delivery \
         WHERE {condition} AND {column} IN ({}) GROUP BY queue, state",
        places(1, names.len())
    );
    let values = names
        .iter()
        .map(|name| Value::from(name.as_str()))
        .collect();
    let rows = db.query_all(sql, values).await?;
    rows.iter()
        .map(|row| {
            let state: String = row.try_get("", "state")?;
            Ok(Count {
                queue: row.try_get("", "queue")?,
                state: State::parse(&state)
                    .ok_or_else(|| Error::Internal(format!("unknown delivery state {state}")))?,
                deliveries: row.try_get("", "n")?,
                oldest_at: Timestamp(row.try_get("", "oldest")?),
            })
        })
        .collect()
}
