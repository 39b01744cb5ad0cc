//! Deliveries of the ledger beside the documents that they carry; read only.

use std::collections::HashMap;

use lgsp_platform::{
    Result,
    db::{Database, places},
};
use uuid::Uuid;

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
