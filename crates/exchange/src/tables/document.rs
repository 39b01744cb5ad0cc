//! The table `document`: rows in and out.

use lgsp_model::{DocumentId, LocalDate, Timestamp};
use lgsp_platform::{
    Result,
    db::{Database, Rows, places},
};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::edxml::{AttachmentFacts, Defect, SplicePoint};

/// Documents that one lookup by identity looks at; a sender that reuses ids has more.
const SAME_ID_MAX: u32 = 20;

/// A document as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct DocumentRow {
    pub(crate) id: DocumentId,
    pub(crate) from_code: String,
    pub(crate) from_agency: String,
    pub(crate) document_id: String,
    pub(crate) number: Option<String>,
    pub(crate) subject: String,
    pub(crate) folded: String,
    pub(crate) business_type: i16,
    pub(crate) priority: i16,
    pub(crate) promulgation_date: Option<LocalDate>,
    pub(crate) due_date: Option<LocalDate>,
    pub(crate) direction: String,
    pub(crate) source_kind: String,
    pub(crate) source: String,
    pub(crate) upstream_doc_id: Option<String>,
    pub(crate) size_bytes: i64,
    pub(crate) digest: Vec<u8>,
    /// Facts as JSON; empty when there are none.
    pub(crate) attachments: String,
    /// The model as JSON, for large messages; small ones are read again.
    pub(crate) header: Option<String>,
    /// Findings as JSON; empty when there are none.
    pub(crate) defects: String,
    /// Where our trace goes, as JSON; absent when the message is written again.
    pub(crate) splice: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) created_at: Timestamp,
}

const COLUMNS: &[&str] = &[
    "id",
    "from_code",
    "from_agency",
    "document_id",
    "number",
    "subject",
    "folded",
    "business_type",
    "priority",
    "promulgation_date",
    "due_date",
    "direction",
    "source_kind",
    "source",
    "upstream_doc_id",
    "size_bytes",
    "digest",
    "attachments",
    "header",
    "defects",
    "splice",
    "trace_id",
    "created_at",
];

/// What lists select.
pub(super) const SELECT: &str = "id, from_code, from_agency, document_id, number, subject, \
     folded, business_type, priority, promulgation_date, due_date, direction, source_kind, \
     source, upstream_doc_id, size_bytes, digest, attachments, header, defects, splice, \
     trace_id, created_at";

impl DocumentRow {
    /// The row to insert.
    pub(crate) fn into_rows(self) -> Rows {
        Rows::one(
            "document",
            COLUMNS,
            vec![
                self.id.0.into(),
                self.from_code.into(),
                self.from_agency.into(),
                self.document_id.into(),
                self.number.into(),
                self.subject.into(),
                self.folded.into(),
                self.business_type.into(),
                self.priority.into(),
                self.promulgation_date.map(|day| day.to_string()).into(),
                self.due_date.map(|day| day.to_string()).into(),
                self.direction.into(),
                self.source_kind.into(),
                self.source.into(),
                self.upstream_doc_id.into(),
                self.size_bytes.into(),
                self.digest.into(),
                self.attachments.into(),
                self.header.into(),
                self.defects.into(),
                self.splice.into(),
                self.trace_id.into(),
                self.created_at.0.into(),
            ],
        )
    }

    pub(super) fn read(row: &QueryResult) -> Result<Self> {
        let day = |column: &str| -> Result<Option<LocalDate>> {
            let text: Option<String> = row.try_get("", column)?;
            Ok(text.and_then(|text| text.parse().ok()))
        };
        Ok(Self {
            id: DocumentId(row.try_get("", "id")?),
            from_code: row.try_get("", "from_code")?,
            from_agency: row.try_get("", "from_agency")?,
            document_id: row.try_get("", "document_id")?,
            number: row.try_get("", "number")?,
            subject: row.try_get("", "subject")?,
            folded: row.try_get("", "folded")?,
            business_type: row.try_get("", "business_type")?,
            priority: row.try_get("", "priority")?,
            promulgation_date: day("promulgation_date")?,
            due_date: day("due_date")?,
            direction: row.try_get("", "direction")?,
            source_kind: row.try_get("", "source_kind")?,
            source: row.try_get("", "source")?,
            upstream_doc_id: row.try_get("", "upstream_doc_id")?,
            size_bytes: row.try_get("", "size_bytes")?,
            digest: row.try_get("", "digest")?,
            attachments: row.try_get("", "attachments")?,
            header: row.try_get("", "header")?,
            defects: row.try_get("", "defects")?,
            splice: row.try_get("", "splice")?,
            trace_id: row.try_get("", "trace_id")?,
            created_at: Timestamp(row.try_get("", "created_at")?),
        })
    }

    /// Facts about the files.
    pub(crate) fn attachment_facts(&self) -> Vec<AttachmentFacts> {
        serde_json::from_str(&self.attachments).unwrap_or_default()
    }

    /// Findings of the reader.
    pub(crate) fn defect_list(&self) -> Vec<Defect> {
        serde_json::from_str(&self.defects).unwrap_or_default()
    }

    /// Where our trace goes.
    pub(crate) fn splice_point(&self) -> Option<SplicePoint> {
        serde_json::from_str(self.splice.as_deref()?).ok()
    }
}

/// The document of this id.
pub(crate) async fn find(db: &Database, id: DocumentId) -> Result<Option<DocumentRow>> {
    Ok(find_many(db, &[id.0]).await?.pop())
}

/// The documents of these ids, in no order.
pub(crate) async fn find_many(db: &Database, ids: &[Uuid]) -> Result<Vec<DocumentRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {SELECT} FROM document WHERE id IN ({})",
        places(1, ids.len())
    );
    let values = ids.iter().map(|id| (*id).into()).collect();
    db.query_all(sql, values)
        .await?
        .iter()
        .map(DocumentRow::read)
        .collect()
}

/// The documents to which senders gave this id, newest first.
pub(crate) async fn by_document_id(db: &Database, document_id: &str) -> Result<Vec<DocumentRow>> {
    let sql = format!(
        "SELECT {SELECT} FROM document WHERE document_id = $1 ORDER BY id DESC \
         LIMIT {SAME_ID_MAX}"
    );
    let rows = db.query_all(sql, vec![document_id.into()]).await?;
    rows.iter().map(DocumentRow::read).collect()
}

/// The documents of a sender with this number and day of signing, newest first.
pub(crate) async fn by_number(
    db: &Database,
    from_agency: &str,
    number: &str,
    day: LocalDate,
) -> Result<Vec<DocumentRow>> {
    let sql = format!(
        "SELECT {SELECT} FROM document WHERE from_agency = $1 AND number = $2 \
         AND promulgation_date = $3 ORDER BY id DESC LIMIT {SAME_ID_MAX}"
    );
    let values: Vec<Value> = vec![from_agency.into(), number.into(), day.to_string().into()];
    db.query_all(sql, values)
        .await?
        .iter()
        .map(DocumentRow::read)
        .collect()
}

/// The newest documents of these senders, of one id if it is given.
pub(crate) async fn sent_by(
    db: &Database,
    agencies: &[String],
    id: Option<Uuid>,
    limit: u32,
) -> Result<Vec<DocumentRow>> {
    let mut found = Vec::new();
    for agency in agencies {
        let mut values: Vec<Value> = vec![agency.as_str().into()];
        let mut only = "";
        if let Some(id) = id {
            values.push(id.into());
            only = "AND id = $2";
        }
        let sql = format!(
            "SELECT {SELECT} FROM document WHERE from_agency = $1 {only} ORDER BY id DESC \
             LIMIT {limit}"
        );
        for row in db.query_all(sql, values).await? {
            found.push(DocumentRow::read(&row)?);
        }
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.id));
    found.truncate(limit as usize);
    Ok(found)
}
