//! The table `review_file`.
//!
//! Owns: `ReviewFile`, reading and writing it.
//! Not here: what is in a file (`mod.rs`, `sheet.rs`).
//! Invariant: a row is written once and never changed.

use lgsp_model::Timestamp;
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Made;
use crate::error::Result;

/// A signed file of a closed review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewFile {
    /// `result.csv` or `result.pdf`.
    pub name: String,
    /// Length.
    pub bytes: i64,
    /// SHA-256, in hexadecimal; the event `review.closed` names the same.
    pub sha256: String,
    /// Name of the key that signed it; the key is at `/.well-known/lgsp-file-keys`.
    pub key_id: String,
    /// The signature: a JWS whose content is the file.
    pub signature: String,
    /// When it was made.
    pub made_at: Timestamp,
}

const READ: &str = "SELECT name, bytes, sha256, key_id, signature, made_at";

fn from_row(row: &QueryResult) -> Result<ReviewFile> {
    Ok(ReviewFile {
        name: row.try_get("", "name")?,
        bytes: row.try_get("", "bytes")?,
        sha256: row.try_get("", "sha256")?,
        key_id: row.try_get("", "key_id")?,
        signature: row.try_get("", "signature")?,
        made_at: Timestamp(row.try_get("", "made_at")?),
    })
}

pub(super) async fn list(db: &Database, review: Uuid) -> Result<Vec<ReviewFile>> {
    let sql = format!("{READ} FROM review_file WHERE campaign_id = $1 ORDER BY name");
    let rows = db.query_all(sql, vec![review.into()]).await?;
    rows.iter().map(from_row).collect()
}

pub(super) async fn find(
    db: &Database,
    review: Uuid,
    name: &str,
) -> Result<Option<(ReviewFile, Vec<u8>)>> {
    let sql = format!("{READ}, content FROM review_file WHERE campaign_id = $1 AND name = $2");
    let row = db.query_one(sql, vec![review.into(), name.into()]).await?;
    let read = |row: QueryResult| Ok((from_row(&row)?, row.try_get("", "content")?));
    row.map(read).transpose()
}

pub(in crate::people) async fn insert<C: ConnectionTrait>(
    connection: &C,
    review: Uuid,
    files: Vec<Made>,
) -> Result<()> {
    let columns = &[
        "campaign_id",
        "name",
        "bytes",
        "sha256",
        "key_id",
        "signature",
        "made_at",
        "content",
    ];
    for Made { file, content } in files {
        let values = vec![
            review.into(),
            file.name.into(),
            file.bytes.into(),
            file.sha256.into(),
            file.key_id.into(),
            file.signature.into(),
            file.made_at.0.into(),
            content.into(),
        ];
        Rows::one("review_file", columns, values)
            .insert(connection)
            .await?;
    }
    Ok(())
}
