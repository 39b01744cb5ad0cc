//! The table `alarm`.

use lgsp_model::{CopyId, DocumentId, Timestamp};
use lgsp_platform::{
    Result,
    db::{Database, Rows, places},
};
use sea_orm::{QueryResult, Statement, Value};
use uuid::Uuid;

use crate::alarms::AlarmCode;

/// An alarm as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct AlarmRow {
    pub(crate) id: Uuid,
    pub(crate) code: String,
    pub(crate) severity: String,
    pub(crate) agency: String,
    pub(crate) document_id: Uuid,
    pub(crate) copy_id: Option<Uuid>,
    pub(crate) raised_at: Timestamp,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) state: String,
    pub(crate) acknowledged_by: Option<String>,
}

const SELECT: &str = "id, code, severity, agency, document_id, copy_id, raised_at, due_at, \
     state, acknowledged_by";

impl AlarmRow {
    fn read(row: &QueryResult) -> Result<Self> {
        Ok(Self {
            id: row.try_get("", "id")?,
            code: row.try_get("", "code")?,
            severity: row.try_get("", "severity")?,
            agency: row.try_get("", "agency")?,
            document_id: row.try_get("", "document_id")?,
            copy_id: row.try_get("", "copy_id")?,
            raised_at: Timestamp(row.try_get("", "raised_at")?),
            due_at: row.try_get::<Option<i64>>("", "due_at")?.map(Timestamp),
            state: row.try_get("", "state")?,
            acknowledged_by: row.try_get("", "acknowledged_by")?,
        })
    }
}

/// An alarm to be raised; does nothing while the same one is open.
pub(crate) fn raised(
    id: Uuid,
    code: AlarmCode,
    agency: &str,
    document: DocumentId,
    copy: Option<CopyId>,
    (due_at, now): (Timestamp, Timestamp),
) -> Rows {
    let mut rows = Rows::one(
        "alarm",
        &[
            "id",
            "subject",
            "code",
            "severity",
            "agency",
            "document_id",
            "copy_id",
            "raised_at",
            "due_at",
            "state",
        ],
        vec![
            id.into(),
            copy.map_or(document.0, |copy| copy.0).into(),
            code.as_str().into(),
            code.severity().into(),
            agency.into(),
            document.0.into(),
            copy.map(|copy| copy.0).into(),
            now.0.into(),
            due_at.0.into(),
            "open".into(),
        ],
    );
    rows.suffix = "ON CONFLICT DO NOTHING";
    rows
}

/// Closes an alarm.
pub(crate) fn closed(db: &Database, id: Uuid, now: Timestamp) -> Statement {
    db.statement(
        "UPDATE alarm SET state = 'closed', closed_at = $1 WHERE id = $2 AND state <> 'closed'",
        vec![now.0.into(), id.into()],
    )
}

/// Notes who has seen an alarm.
pub(crate) fn acknowledged(db: &Database, id: Uuid, by: &str, now: Timestamp) -> Statement {
    db.statement(
        "UPDATE alarm SET state = 'acknowledged', acknowledged_by = $1, acknowledged_at = $2 \
         WHERE id = $3 AND state = 'open'",
        vec![by.into(), now.0.into(), id.into()],
    )
}

/// The alarm of this id.
pub(crate) async fn find(db: &Database, id: Uuid) -> Result<Option<AlarmRow>> {
    let sql = format!("SELECT {SELECT} FROM alarm WHERE id = $1");
    db.query_one(sql, vec![id.into()])
        .await?
        .map(|row| AlarmRow::read(&row))
        .transpose()
}

/// The alarms of these documents that are not closed.
pub(crate) async fn of_documents(db: &Database, documents: &[Uuid]) -> Result<Vec<AlarmRow>> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {SELECT} FROM alarm WHERE document_id IN ({}) AND state <> 'closed' ORDER BY id",
        places(1, documents.len())
    );
    let values = documents.iter().map(|id| (*id).into()).collect();
    db.query_all(sql, values)
        .await?
        .iter()
        .map(AlarmRow::read)
        .collect()
}

/// Alarms, newest first: of a state, of agencies, before a cursor.
pub(crate) async fn list(
    db: &Database,
    state: Option<&str>,
    agencies: Option<&[String]>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<AlarmRow>> {
    let mut values: Vec<Value> = Vec::new();
    let mut clauses = vec!["1 = 1".to_owned()];
    if let Some(state) = state {
        values.push(state.into());
        clauses.push(format!("state = ${}", values.len()));
    }
    if let Some(before) = before {
        values.push(before.into());
        clauses.push(format!("id < ${}", values.len()));
    }
    if let Some(agencies) = agencies {
        clauses.push(format!(
            "agency IN ({})",
            places(values.len() + 1, agencies.len())
        ));
        values.extend(agencies.iter().map(|agency| Value::from(agency.as_str())));
    }
    let sql = format!(
        "SELECT {SELECT} FROM alarm WHERE {} ORDER BY id DESC LIMIT {limit}",
        clauses.join(" AND ")
    );
    db.query_all(sql, values)
        .await?
        .iter()
        .map(AlarmRow::read)
        .collect()
}

/// How many alarms are open.
pub(crate) async fn count_open(db: &Database) -> Result<i64> {
    let row = db
        .query_one(
            "SELECT COUNT(*) AS n FROM alarm WHERE state = 'open'",
            vec![],
        )
        .await?;
    Ok(row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0))
}
