//! The tables `copy_history` and `document_link`.

use lgsp_model::{DocumentId, Timestamp};
use lgsp_platform::{
    Result,
    db::{Database, Rows, places},
};
use sea_orm::{QueryResult, Statement};
use uuid::Uuid;

use crate::service::WireStatus;

/// A status about a copy. Its id is also the id of its delivery, if it has one.
#[derive(Debug, Clone)]
pub(crate) struct HistoryRow {
    pub(crate) id: Uuid,
    pub(crate) message_id: Uuid,
    pub(crate) document_id: DocumentId,
    pub(crate) copy_id: Uuid,
    pub(crate) code: String,
    pub(crate) description: Option<String>,
    pub(crate) staff: Option<String>,
    pub(crate) from_code: String,
    pub(crate) from_agency: String,
    pub(crate) to_code: String,
    pub(crate) to_agency: String,
    /// `applied`, `repeat`, `noted` or `backwards`.
    pub(crate) effect: String,
    pub(crate) wire_status: WireStatus,
    pub(crate) source_kind: String,
    pub(crate) source: String,
    pub(crate) fetched_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
}

const COLUMNS: &[&str] = &[
    "id",
    "message_id",
    "document_id",
    "copy_id",
    "code",
    "description",
    "staff",
    "from_code",
    "from_agency",
    "to_code",
    "to_agency",
    "effect",
    "wire_status",
    "source_kind",
    "source",
    "fetched_at",
    "created_at",
];

impl HistoryRow {
    /// The row to insert.
    pub(crate) fn into_rows(self) -> Rows {
        Rows::one(
            "copy_history",
            COLUMNS,
            vec![
                self.id.into(),
                self.message_id.into(),
                self.document_id.0.into(),
                self.copy_id.into(),
                self.code.into(),
                self.description.into(),
                self.staff.into(),
                self.from_code.into(),
                self.from_agency.into(),
                self.to_code.into(),
                self.to_agency.into(),
                self.effect.into(),
                self.wire_status.as_str().into(),
                self.source_kind.into(),
                self.source.into(),
                self.fetched_at.map(|at| at.0).into(),
                self.created_at.0.into(),
            ],
        )
    }

    fn read(row: &QueryResult) -> Result<Self> {
        let wire_status: String = row.try_get("", "wire_status")?;
        Ok(Self {
            id: row.try_get("", "id")?,
            message_id: row.try_get("", "message_id")?,
            document_id: DocumentId(row.try_get("", "document_id")?),
            copy_id: row.try_get("", "copy_id")?,
            code: row.try_get("", "code")?,
            description: row.try_get("", "description")?,
            staff: row.try_get("", "staff")?,
            from_code: row.try_get("", "from_code")?,
            from_agency: row.try_get("", "from_agency")?,
            to_code: row.try_get("", "to_code")?,
            to_agency: row.try_get("", "to_agency")?,
            effect: row.try_get("", "effect")?,
            wire_status: WireStatus::parse(&wire_status).unwrap_or(WireStatus::Initial),
            source_kind: row.try_get("", "source_kind")?,
            source: row.try_get("", "source")?,
            fetched_at: row.try_get::<Option<i64>>("", "fetched_at")?.map(Timestamp),
            created_at: Timestamp(row.try_get("", "created_at")?),
        })
    }
}

/// The statuses of these ids, in no order.
pub(crate) async fn find_many(db: &Database, ids: &[Uuid]) -> Result<Vec<HistoryRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT * FROM copy_history WHERE id IN ({})",
        places(1, ids.len())
    );
    let values = ids.iter().map(|id| (*id).into()).collect();
    db.query_all(sql, values)
        .await?
        .iter()
        .map(HistoryRow::read)
        .collect()
}

/// The statuses about a document, oldest first.
pub(crate) async fn of_document(db: &Database, document: DocumentId) -> Result<Vec<HistoryRow>> {
    let sql = "SELECT * FROM copy_history WHERE document_id = $1 ORDER BY id";
    let rows = db.query_all(sql, vec![document.0.into()]).await?;
    rows.iter().map(HistoryRow::read).collect()
}

/// The newest statuses that these agencies have sent.
pub(crate) async fn sent_by(
    db: &Database,
    agencies: &[String],
    message: Option<Uuid>,
    limit: u32,
) -> Result<Vec<HistoryRow>> {
    let mut found = Vec::new();
    for agency in agencies {
        let mut values: Vec<sea_orm::Value> = vec![agency.as_str().into()];
        let mut only = "";
        if let Some(message) = message {
            values.push(message.into());
            only = "AND message_id = $2";
        }
        let sql = format!(
            "SELECT * FROM copy_history WHERE from_agency = $1 {only} ORDER BY id DESC \
             LIMIT {limit}"
        );
        for row in db.query_all(sql, values).await? {
            found.push(HistoryRow::read(&row)?);
        }
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    found.truncate(limit as usize);
    Ok(found)
}

/// Notes the first fetch of a status.
pub(crate) fn fetched(db: &Database, id: Uuid, now: Timestamp) -> Statement {
    db.statement(
        "UPDATE copy_history SET fetched_at = COALESCE(fetched_at, $1), \
         wire_status = CASE wire_status WHEN 'initial' THEN 'processing' ELSE wire_status END \
         WHERE id = $2",
        vec![now.0.into(), id.into()],
    )
}

/// Notes a word of the receiver's system about a status.
pub(crate) fn wire_status(db: &Database, id: Uuid, status: WireStatus) -> Statement {
    db.statement(
        "UPDATE copy_history SET wire_status = $1 WHERE id = $2",
        vec![status.as_str().into(), id.into()],
    )
}

/// The row of a link between two documents.
pub(crate) fn link(
    id: Uuid,
    document: DocumentId,
    relation: &'static str,
    target: DocumentId,
    now: Timestamp,
) -> Rows {
    Rows::one(
        "document_link",
        &["id", "document_id", "relation", "target_id", "created_at"],
        vec![
            id.into(),
            document.0.into(),
            relation.into(),
            target.0.into(),
            now.0.into(),
        ],
    )
}

/// Links of a document: relation, the other document, whether it is the other one that acts.
pub(crate) async fn links(
    db: &Database,
    document: DocumentId,
) -> Result<Vec<(String, Uuid, bool)>> {
    let sql = "SELECT relation, document_id, target_id FROM document_link \
         WHERE document_id = $1 OR target_id = $1 ORDER BY id";
    db.query_all(sql, vec![document.0.into()])
        .await?
        .iter()
        .map(|row| {
            let from: Uuid = row.try_get("", "document_id")?;
            let target: Uuid = row.try_get("", "target_id")?;
            let is_target = from != document.0;
            Ok((
                row.try_get("", "relation")?,
                if is_target { from } else { target },
                is_target,
            ))
        })
        .collect()
}
