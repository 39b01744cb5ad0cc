//! The table `status_orphan`: statuses whose document is not here (yet).
//!
//! Owns: its rows, and what becomes of them: `parked` and tried again, `listed` for a clerk,
//! `matched`, or `dismissed` by a clerk.

use lgsp_model::Timestamp;
use lgsp_platform::{
    Result,
    db::{Database, Rows, places},
};
use sea_orm::{QueryResult, Statement, Value};
use uuid::Uuid;

/// A status that waits for its document. Its id is also the id of its message.
#[derive(Debug, Clone)]
pub(crate) struct OrphanRow {
    pub(crate) id: Uuid,
    /// What is known of it beside its text, as JSON.
    pub(crate) facts: String,
    pub(crate) state: String,
    pub(crate) next_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) created_at: Timestamp,
    /// Who reports (name of the resource, or a code that nobody knows).
    pub(crate) from_agency: String,
    /// Who sent the document that it names; empty when it does not say.
    pub(crate) about_agency: String,
    /// Status code.
    pub(crate) code: String,
    /// The document as it names it: number, or id.
    pub(crate) about: String,
    /// Why its document did not take it, in both languages, as JSON.
    pub(crate) reason: Option<String>,
}

const COLUMNS: &[&str] = &[
    "id",
    "facts",
    "state",
    "next_at",
    "expires_at",
    "created_at",
    "from_agency",
    "about_agency",
    "code",
    "about",
    "reason",
];

const SELECT: &str = "SELECT id, facts, state, next_at, expires_at, created_at, from_agency, \
     about_agency, code, about, reason FROM status_orphan";

impl OrphanRow {
    /// The row to insert.
    pub(crate) fn into_rows(self) -> Rows {
        Rows::one(
            "status_orphan",
            COLUMNS,
            vec![
                self.id.into(),
                self.facts.into(),
                self.state.into(),
                self.next_at.0.into(),
                self.expires_at.0.into(),
                self.created_at.0.into(),
                self.from_agency.into(),
                self.about_agency.into(),
                self.code.into(),
                self.about.into(),
                self.reason.into(),
            ],
        )
    }

    fn read(row: &QueryResult) -> Result<Self> {
        Ok(Self {
            id: row.try_get("", "id")?,
            facts: row.try_get("", "facts")?,
            state: row.try_get("", "state")?,
            next_at: Timestamp(row.try_get("", "next_at")?),
            expires_at: Timestamp(row.try_get("", "expires_at")?),
            created_at: Timestamp(row.try_get("", "created_at")?),
            from_agency: row.try_get("", "from_agency")?,
            about_agency: row.try_get("", "about_agency")?,
            code: row.try_get("", "code")?,
            about: row.try_get("", "about")?,
            reason: row.try_get("", "reason")?,
        })
    }

    /// Whether a clerk can still do something with it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "parked" | "listed")
    }
}

/// Parked statuses that are tried again now.
pub(crate) async fn due(db: &Database, now: Timestamp, limit: u32) -> Result<Vec<OrphanRow>> {
    let sql =
        format!("{SELECT} WHERE state = 'parked' AND next_at <= $1 ORDER BY next_at LIMIT {limit}");
    let rows = db.query_all(sql, vec![now.0.into()]).await?;
    rows.iter().map(OrphanRow::read).collect()
}

/// The status of this id.
pub(crate) async fn find(db: &Database, id: Uuid) -> Result<Option<OrphanRow>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let row = db.query_one(sql, vec![id.into()]).await?;
    row.as_ref().map(OrphanRow::read).transpose()
}

/// Open ones, newest first; of the agencies of `scope` only, as reporter or as sender of the
/// document.
pub(crate) async fn list(
    db: &Database,
    state: Option<&str>,
    scope: Option<&[String]>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<OrphanRow>> {
    let mut sql = format!("{SELECT} WHERE state IN ('parked', 'listed')");
    let mut values: Vec<Value> = Vec::new();
    if let Some(state) = state {
        values.push(state.into());
        sql.push_str(&format!(" AND state = ${}", values.len()));
    }
    if let Some(before) = before {
        values.push(before.into());
        sql.push_str(&format!(" AND id < ${}", values.len()));
    }
    if let Some(scope) = scope {
        if scope.is_empty() {
            return Ok(Vec::new());
        }
        let listed = places(values.len() + 1, scope.len());
        values.extend(scope.iter().map(|agency| Value::from(agency.as_str())));
        sql.push_str(&format!(
            " AND (from_agency IN ({listed}) OR about_agency IN ({listed}))"
        ));
    }
    sql.push_str(&format!(" ORDER BY id DESC LIMIT {limit}"));
    let rows = db.query_all(sql, values).await?;
    rows.iter().map(OrphanRow::read).collect()
}

/// Sets what becomes of a status, and why its document did not take it.
pub(crate) fn moved(
    db: &Database,
    id: Uuid,
    state: &'static str,
    next_at: Timestamp,
    reason: Option<&str>,
) -> Statement {
    db.statement(
        "UPDATE status_orphan SET state = $1, next_at = $2, reason = $3 \
         WHERE id = $4 AND state IN ('parked', 'listed')",
        vec![
            state.into(),
            next_at.0.into(),
            reason.map(ToOwned::to_owned).into(),
            id.into(),
        ],
    )
}
