//! The table `copy`: the document as one receiver holds it.

use lgsp_model::{CopyId, DocumentId, LocalDate, Timestamp};
use lgsp_platform::{
    Result,
    db::{Database, Rows, places},
};
use sea_orm::{QueryResult, Statement, Value};
use uuid::Uuid;

use crate::{
    directory::Place,
    rules::{Ask, CopyState, Standing},
    service::WireStatus,
};

/// Stored word of a mailbox inside the province.
pub(crate) const MAILBOX: &str = "mailbox";
/// Stored word of the national axis.
pub(crate) const UPSTREAM: &str = "upstream";

/// A copy as it is stored. Its id is also the id of its delivery.
#[derive(Debug, Clone)]
pub(crate) struct CopyRow {
    pub(crate) id: CopyId,
    pub(crate) document_id: DocumentId,
    pub(crate) to_code: String,
    pub(crate) agency: String,
    pub(crate) place: Place,
    pub(crate) priority: i16,
    pub(crate) standing: Standing,
    pub(crate) revision: i32,
    pub(crate) wire_status: WireStatus,
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) fetched_at: Option<Timestamp>,
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) moved_at: Timestamp,
    pub(crate) confirm_due_at: Option<Timestamp>,
    pub(crate) due_date: Option<LocalDate>,
    pub(crate) check_at: Option<Timestamp>,
    pub(crate) replaced_by: Option<Uuid>,
    pub(crate) upstream_doc_id: Option<String>,
    pub(crate) created_at: Timestamp,
}

const COLUMNS: &[&str] = &[
    "id",
    "document_id",
    "to_code",
    "agency",
    "kind",
    "priority",
    "state",
    "state_rank",
    "ask",
    "revision",
    "wire_status",
    "sent_at",
    "fetched_at",
    "asked_at",
    "moved_at",
    "confirm_due_at",
    "due_date",
    "check_at",
    "replaced_by",
    "upstream_doc_id",
    "created_at",
];

/// What lists select.
pub(super) const SELECT: &str = "id, document_id, to_code, agency, kind, priority, state, ask, \
     revision, wire_status, sent_at, fetched_at, asked_at, moved_at, confirm_due_at, due_date, \
     check_at, replaced_by, upstream_doc_id, created_at";

impl CopyRow {
    /// An empty insert with our columns.
    pub(crate) fn rows() -> Rows {
        Rows::new("copy", COLUMNS)
    }

    /// The values to insert.
    pub(crate) fn into_values(self) -> Vec<Value> {
        let ms = |at: Option<Timestamp>| at.map(|at| at.0);
        vec![
            self.id.0.into(),
            self.document_id.0.into(),
            self.to_code.into(),
            self.agency.into(),
            word(self.place).into(),
            self.priority.into(),
            self.standing.state.as_str().into(),
            self.standing.state.rank().into(),
            self.standing.ask.map(|ask| ask.as_str().to_owned()).into(),
            self.revision.into(),
            self.wire_status.as_str().into(),
            ms(self.sent_at).into(),
            ms(self.fetched_at).into(),
            ms(self.asked_at).into(),
            self.moved_at.0.into(),
            ms(self.confirm_due_at).into(),
            self.due_date.map(|day| day.to_string()).into(),
            ms(self.check_at).into(),
            self.replaced_by.into(),
            self.upstream_doc_id.into(),
            self.created_at.0.into(),
        ]
    }

    pub(super) fn read(row: &QueryResult) -> Result<Self> {
        let at = |column: &str| -> Result<Option<Timestamp>> {
            Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp))
        };
        let text = |column: &str| -> Result<Option<String>> { Ok(row.try_get("", column)?) };
        let kind: String = row.try_get("", "kind")?;
        let state = text("state")?.and_then(|word| CopyState::parse(&word));
        Ok(Self {
            id: CopyId(row.try_get("", "id")?),
            document_id: DocumentId(row.try_get("", "document_id")?),
            to_code: row.try_get("", "to_code")?,
            agency: row.try_get("", "agency")?,
            place: if kind == UPSTREAM {
                Place::Upstream
            } else {
                Place::Mailbox
            },
            priority: row.try_get("", "priority")?,
            standing: Standing {
                state: state.ok_or_else(|| unreadable("state"))?,
                ask: text("ask")?.and_then(|word| Ask::parse(&word)),
            },
            revision: row.try_get("", "revision")?,
            wire_status: text("wire_status")?
                .and_then(|word| WireStatus::parse(&word))
                .ok_or_else(|| unreadable("wire_status"))?,
            sent_at: at("sent_at")?,
            fetched_at: at("fetched_at")?,
            asked_at: at("asked_at")?,
            moved_at: Timestamp(row.try_get("", "moved_at")?),
            confirm_due_at: at("confirm_due_at")?,
            due_date: text("due_date")?.and_then(|day| day.parse().ok()),
            check_at: at("check_at")?,
            replaced_by: row.try_get("", "replaced_by")?,
            upstream_doc_id: text("upstream_doc_id")?,
            created_at: Timestamp(row.try_get("", "created_at")?),
        })
    }
}

fn unreadable(column: &str) -> lgsp_platform::Error {
    lgsp_platform::Error::Internal(format!("copy with an unknown {column}"))
}

/// The stored word of a place.
pub(crate) const fn word(place: Place) -> &'static str {
    match place {
        Place::Mailbox => MAILBOX,
        Place::Upstream => UPSTREAM,
    }
}

/// The copy of this id.
pub(crate) async fn find(db: &Database, id: CopyId) -> Result<Option<CopyRow>> {
    Ok(find_many(db, &[id.0]).await?.pop())
}

/// The copies of these ids, in no order.
pub(crate) async fn find_many(db: &Database, ids: &[Uuid]) -> Result<Vec<CopyRow>> {
    by(db, "id", ids).await
}

/// The copies of these documents, oldest first.
pub(crate) async fn of_documents(db: &Database, documents: &[Uuid]) -> Result<Vec<CopyRow>> {
    let mut found = by(db, "document_id", documents).await?;
    found.sort_by_key(|copy| copy.id);
    Ok(found)
}

async fn by(db: &Database, column: &str, ids: &[Uuid]) -> Result<Vec<CopyRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {SELECT} FROM copy WHERE {column} IN ({})",
        places(1, ids.len())
    );
    let values = ids.iter().map(|id| (*id).into()).collect();
    db.query_all(sql, values)
        .await?
        .iter()
        .map(CopyRow::read)
        .collect()
}

/// Copies whose time rules are to be looked at, the longest due first.
pub(crate) async fn to_check(db: &Database, now: Timestamp, limit: u32) -> Result<Vec<CopyRow>> {
    let sql = format!(
        "SELECT {SELECT} FROM copy WHERE check_at IS NOT NULL AND check_at <= $1 \
         ORDER BY check_at LIMIT {limit}"
    );
    db.query_all(sql, vec![now.0.into()])
        .await?
        .iter()
        .map(CopyRow::read)
        .collect()
}

/// Moves a copy; nothing happens when another move has gone further meanwhile.
pub(crate) fn moved(db: &Database, copy: &CopyRow, next: Standing, now: Timestamp) -> Statement {
    let is_asked = next.ask.is_some() && next.ask != copy.standing.ask;
    let asked_at = if is_asked {
        Some(now)
    } else {
        copy.asked_at.filter(|_| next.ask.is_some())
    };
    db.statement(
        "UPDATE copy SET state = $1, state_rank = $2, ask = $3, asked_at = $4, \
         moved_at = $5, check_at = $5 WHERE id = $6 AND state_rank <= $2",
        vec![
            next.state.as_str().into(),
            next.state.rank().into(),
            next.ask.map(|ask| ask.as_str().to_owned()).into(),
            asked_at.map(|at| at.0).into(),
            now.0.into(),
            copy.id.0.into(),
        ],
    )
}

/// Takes the answer to an open question; an agreed update makes a new revision.
pub(crate) fn answered(
    db: &Database,
    copy: &CopyRow,
    next: Standing,
    is_agreed: bool,
    now: Timestamp,
) -> Statement {
    let is_revised = is_agreed && copy.standing.ask == Some(Ask::Update);
    db.statement(
        "UPDATE copy SET state = $1, state_rank = $2, ask = NULL, asked_at = NULL, \
         revision = revision + $3, moved_at = $4, check_at = $4 \
         WHERE id = $5 AND state_rank <= $2",
        vec![
            next.state.as_str().into(),
            next.state.rank().into(),
            i32::from(is_revised).into(),
            now.0.into(),
            copy.id.0.into(),
        ],
    )
}

/// Takes back a mailbox copy: withdrawn when still unread at commit, else the question is open.
pub(crate) fn revoked(db: &Database, id: CopyId, now: Timestamp) -> [Statement; 2] {
    let unread = db.statement(
        "UPDATE copy SET state = 'withdrawn', state_rank = 9, ask = NULL, moved_at = $1, \
         check_at = $1 WHERE id = $2 AND fetched_at IS NULL AND state_rank < 9",
        vec![now.0.into(), id.0.into()],
    );
    let read = db.statement(
        "UPDATE copy SET ask = 'withdrawal', asked_at = $1, check_at = $1 \
         WHERE id = $2 AND fetched_at IS NOT NULL AND state_rank < 9",
        vec![now.0.into(), id.0.into()],
    );
    [unread, read]
}

/// Links a copy to the document that replaced it.
pub(crate) fn replaced(db: &Database, id: CopyId, by: DocumentId, now: Timestamp) -> Statement {
    db.statement(
        "UPDATE copy SET state = 'replaced', state_rank = 9, ask = NULL, replaced_by = $1, \
         moved_at = $2, check_at = $2 WHERE id = $3 AND state_rank < 9",
        vec![by.0.into(), now.0.into(), id.0.into()],
    )
}

/// Notes the first fetch.
pub(crate) fn fetched(db: &Database, id: CopyId, now: Timestamp) -> Statement {
    db.statement(
        "UPDATE copy SET fetched_at = COALESCE(fetched_at, $1), \
         wire_status = CASE wire_status WHEN 'initial' THEN 'processing' ELSE wire_status END, \
         check_at = $1 WHERE id = $2",
        vec![now.0.into(), id.0.into()],
    )
}

/// Notes a word of the receiver's system.
pub(crate) fn wire_status(
    db: &Database,
    id: CopyId,
    status: WireStatus,
    now: Timestamp,
) -> Statement {
    db.statement(
        "UPDATE copy SET wire_status = $1, check_at = $2, fetched_at = CASE $1 \
         WHEN 'done' THEN COALESCE(fetched_at, $2) ELSE fetched_at END WHERE id = $3",
        vec![status.as_str().into(), now.0.into(), id.0.into()],
    )
}

/// Notes that the axis has taken it.
pub(crate) fn sent(db: &Database, id: CopyId, upstream_doc_id: &str, now: Timestamp) -> Statement {
    db.statement(
        "UPDATE copy SET sent_at = COALESCE(sent_at, $1), upstream_doc_id = $2, \
         wire_status = 'done', check_at = $1 WHERE id = $3",
        vec![now.0.into(), upstream_doc_id.into(), id.0.into()],
    )
}

/// Sets when the time rules are looked at again, unless the copy has moved since it was read.
pub(crate) fn checked(db: &Database, copy: &CopyRow, next_at: Option<Timestamp>) -> Statement {
    db.statement(
        "UPDATE copy SET check_at = $1 WHERE id = $2 AND check_at = $3",
        vec![
            next_at.map(|at| at.0).into(),
            copy.id.0.into(),
            copy.check_at.map(|at| at.0).into(),
        ],
    )
}
