//! The claims of the last sign-in of each linked person, for trying a map on them.
//!
//! Owns: keeping them sealed, giving the newest that a caller may see, forgetting them.
//! Not here: what claims become (`claims.rs`), the operation (`routes/preview.rs`).
//! Invariant: they are sealed at rest, a day old at most, and leave with their values masked.
//! Follows: design document "Identity", section 17 (`external_identity.last_claims`).

use lgsp_model::Timestamp;
use lgsp_platform::db::Database;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    answer::personal,
    claims::masked,
    sealing::Sealing,
    tables::{ExternalIdentity, execute, link_from_row},
};
use crate::upstream::error::Result;

/// How long claims are kept after the sign-in: long enough to mend a map on the same day.
const KEPT_MS: i64 = 24 * 3_600_000;
/// Larger claims are not kept: a map that is tried needs names and short values.
const BYTES_MAX: usize = 16 * 1_024;

/// Claims as they are kept; nothing when they are too large.
pub(super) fn seal(
    sealing: &Sealing,
    link: Uuid,
    claims: &Map<String, Value>,
) -> Result<Option<Vec<u8>>> {
    let kept: Map<String, Value> = personal(claims)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let text = Value::Object(kept).to_string();
    if text.len() > BYTES_MAX {
        return Ok(None);
    }
    sealing.seal(link, text.as_bytes()).map(Some)
}

/// Notes a use of a link with its claims.
pub(super) async fn note<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    (sealed, now): (Option<Vec<u8>>, Timestamp),
) -> Result<()> {
    let sql = "UPDATE external_identity SET last_used_at = $1, last_claims = $2 WHERE id = $3";
    let values = vec![now.0.into(), sealed.into(), id.into()];
    execute(db, connection, sql, values).await?;
    Ok(())
}

/// Links of a provider whose claims are kept, the newest use first.
pub(super) async fn newest(
    db: &Database,
    provider: &str,
    (count, now): (u32, Timestamp),
) -> Result<Vec<(ExternalIdentity, Vec<u8>)>> {
    let sql = format!(
        "SELECT id, provider, subject, account_id, display_name, linked_at, linked_by, \
         last_used_at, last_claims FROM external_identity WHERE provider = $1 \
         AND last_claims IS NOT NULL AND last_used_at > $2 \
         ORDER BY last_used_at DESC, id DESC LIMIT {count}"
    );
    let values = vec![provider.into(), now.plus_ms(-KEPT_MS).0.into()];
    let read = |row: &QueryResult| Ok((link_from_row(row)?, row.try_get("", "last_claims")?));
    db.query_all(sql, values).await?.iter().map(read).collect()
}

/// Opens kept claims.
pub(super) fn open(sealing: &Sealing, link: Uuid, sealed: &[u8]) -> Result<Map<String, Value>> {
    let text = sealing.unseal(link, sealed)?;
    Ok(serde_json::from_slice(&text).unwrap_or_default())
}

/// Forgets what was kept long enough.
pub(super) async fn sweep(db: &Database, now: Timestamp) -> Result<()> {
    let tx = db.begin().await?;
    let sql = "UPDATE external_identity SET last_claims = NULL \
               WHERE last_claims IS NOT NULL AND last_used_at <= $1";
    execute(db, &*tx, sql, vec![now.plus_ms(-KEPT_MS).0.into()]).await?;
    Ok(tx.commit().await?)
}

/// Claims of which the form is seen and not the person: of texts and numbers the end stays.
pub(super) fn hidden(value: Value) -> Value {
    match value {
        Value::String(text) => masked_text(&text).into(),
        Value::Number(number) => masked_text(&number.to_string()).into(),
        Value::Array(items) => items.into_iter().map(hidden).collect(),
        Value::Object(parts) => parts
            .into_iter()
            .map(|(name, part)| (name, hidden(part)))
            .collect::<Map<_, _>>()
            .into(),
        plain @ (Value::Null | Value::Bool(_)) => plain,
    }
}

/// A short text hides all of itself; `masked` would show it.
pub(super) fn masked_text(text: &str) -> String {
    let count = text.chars().count();
    match text.is_ascii() && count > 2 * SHOWN {
        true => masked(text),
        false => "•".repeat(count),
    }
}

/// Characters at the end that [`masked`] shows.
const SHOWN: usize = 3;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_form_of_claims_is_seen_and_not_the_person() {
        let claims = json!({"sub": "a1b2c3d4", "HoVaTen": "Nguyễn An", "loai": 1, "so": 199_000_001,
            "that": true, "nhom": ["quan-tri"], "dia_chi": {"tinh": "Kon Tum"}, "rong": ""});
        let expected = json!({"sub": "•••••3d4", "HoVaTen": "•••••••••", "loai": "•",
            "so": "••••••001", "that": true, "nhom": ["•••••tri"],
            "dia_chi": {"tinh": "••••Tum"}, "rong": ""});
        assert_eq!(hidden(claims), expected);
    }
}
