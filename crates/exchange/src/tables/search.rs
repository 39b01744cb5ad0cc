//! Lists for the console: documents and mailbox entries by many filters.
//!
//! Invariant: newest first by id, so that a cursor needs no offset.

use std::collections::HashMap;

use lgsp_model::text::fold;
use lgsp_platform::{
    Result,
    db::{Database, places},
};
use sea_orm::Value;
use uuid::Uuid;

use super::{CopyRow, DocumentRow, copy, document};
use crate::query::views::{DocumentFilter, MailboxBox, MailboxFilter};

/// The states in which a receiver has nothing more to do.
const SETTLED: &str = "('02', '06', 'withdrawn', 'replaced')";

/// Conditions with their values.
struct Conditions {
    clauses: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn new() -> Self {
        Self {
            clauses: vec!["1 = 1".to_owned()],
            values: Vec::new(),
        }
    }

    /// Adds a condition in which `?` stands for the value.
    fn add(&mut self, clause: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.clauses
            .push(clause.replace('?', &format!("${}", self.values.len())));
    }

    /// Adds a condition in which each `?` stands for the list of `values`.
    fn add_list(&mut self, clause: &str, values: &[String]) {
        if values.is_empty() {
            self.clauses.push("1 = 0".to_owned());
            return;
        }
        let list = places(self.values.len() + 1, values.len());
        self.values
            .extend(values.iter().map(|value| Value::from(value.as_str())));
        self.clauses.push(clause.replace('?', &list));
    }

    fn sql(&self) -> String {
        self.clauses.join(" AND ")
    }
}

/// A `LIKE` pattern of folded words.
fn pattern(words: &str) -> String {
    let folded = fold(words)
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{folded}%")
}

const PARTY: &str = "(document.from_agency IN (?) OR EXISTS (SELECT 1 FROM copy \
     WHERE copy.document_id = document.id AND copy.agency IN (?)))";

/// Documents, newest first, at most `limit`.
pub(crate) async fn documents(
    db: &Database,
    filter: &DocumentFilter,
    scope: Option<&[String]>,
    limit: u32,
) -> Result<Vec<DocumentRow>> {
    let mut wanted = Conditions::new();
    if let Some(scope) = scope {
        wanted.add_list(PARTY, scope);
    }
    if let Some(agency) = &filter.agency {
        wanted.add_list(PARTY, std::slice::from_ref(agency));
    }
    if let Some(words) = filter.q.as_deref().filter(|words| !words.trim().is_empty()) {
        wanted.add("folded LIKE ? ESCAPE '\\'", pattern(words));
    }
    if let Some(direction) = &filter.direction {
        wanted.add("direction = ?", direction.as_str());
    }
    if let Some(business_type) = filter.business_type {
        wanted.add("business_type = ?", business_type);
    }
    if let Some(priority) = filter.priority {
        wanted.add("priority = ?", priority);
    }
    if let Some(state) = filter.state.as_deref() {
        let of_copy = "EXISTS (SELECT 1 FROM copy WHERE copy.document_id = document.id AND";
        match state {
            "withdrawal_asked" => wanted.add(&format!("{of_copy} copy.ask = ?)"), "withdrawal"),
            "update_asked" => wanted.add(&format!("{of_copy} copy.ask = ?)"), "update"),
            other => wanted.add(
                &format!("{of_copy} copy.ask IS NULL AND copy.state = ?)"),
                other,
            ),
        }
    }
    if let Some(is_late) = filter.late {
        let not = if is_late { "" } else { "NOT " };
        wanted.clauses.push(format!(
            "{not}EXISTS (SELECT 1 FROM alarm WHERE alarm.document_id = document.id \
             AND alarm.state <> 'closed')"
        ));
    }
    if let Some(day) = filter.from {
        wanted.add("created_at >= ?", day.at_minute(0).0);
    }
    if let Some(day) = filter.to {
        wanted.add("created_at < ?", day.next().at_minute(0).0);
    }
    if let Some(before) = cursor(filter.cursor.as_deref()) {
        wanted.add("id < ?", before);
    }
    let sql = format!(
        "SELECT {} FROM document WHERE {} ORDER BY id DESC LIMIT {limit}",
        document::SELECT,
        wanted.sql()
    );
    db.query_all(sql, wanted.values)
        .await?
        .iter()
        .map(DocumentRow::read)
        .collect()
}

/// Copies in mailboxes, newest first, at most `limit`.
pub(crate) async fn mailbox(
    db: &Database,
    filter: &MailboxFilter,
    scope: Option<&[String]>,
    limit: u32,
) -> Result<Vec<CopyRow>> {
    let mut wanted = Conditions::new();
    wanted.clauses.push(format!("kind = '{}'", copy::MAILBOX));
    if let Some(scope) = scope {
        wanted.add_list("agency IN (?)", scope);
    }
    if let Some(agency) = &filter.agency {
        wanted.add("agency = ?", agency.as_str());
    }
    if let Some(words) = filter.q.as_deref().filter(|words| !words.trim().is_empty()) {
        wanted.add(
            "EXISTS (SELECT 1 FROM document WHERE document.id = copy.document_id \
             AND document.folded LIKE ? ESCAPE '\\')",
            pattern(words),
        );
    }
    if let Some(clause) = part(filter.part.unwrap_or_default()) {
        wanted.clauses.push(clause);
    }
    if let Some(before) = cursor(filter.cursor.as_deref()) {
        wanted.add("id < ?", before);
    }
    let sql = format!(
        "SELECT {} FROM copy WHERE {} ORDER BY id DESC LIMIT {limit}",
        copy::SELECT,
        wanted.sql()
    );
    db.query_all(sql, wanted.values)
        .await?
        .iter()
        .map(CopyRow::read)
        .collect()
}

/// Revocations and updates expect no confirmation of their own: read, they are done.
fn part(part: MailboxBox) -> Option<String> {
    let late = "EXISTS (SELECT 1 FROM alarm WHERE alarm.copy_id = copy.id \
         AND alarm.state <> 'closed')";
    match part {
        MailboxBox::All => None,
        MailboxBox::Unread => Some("fetched_at IS NULL AND state = 'sent'".to_owned()),
        MailboxBox::Waiting => Some(format!(
            "(ask IS NOT NULL OR (state NOT IN {SETTLED} AND confirm_due_at IS NOT NULL \
             AND (fetched_at IS NOT NULL OR state <> 'sent')))"
        )),
        MailboxBox::Late => Some(late.to_owned()),
        MailboxBox::Done => Some(format!(
            "ask IS NULL AND (state IN {SETTLED} \
             OR (fetched_at IS NOT NULL AND confirm_due_at IS NULL))"
        )),
    }
}

/// The id at which a page ends; an unreadable cursor starts at the beginning.
pub(crate) fn cursor(text: Option<&str>) -> Option<Uuid> {
    text.and_then(|text| Uuid::parse_str(text).ok())
}

/// Whether one of these agencies sent the document or holds a copy.
pub(crate) async fn is_party(db: &Database, document: Uuid, agencies: &[String]) -> Result<bool> {
    let mut wanted = Conditions::new();
    wanted.add("id = ?", document);
    wanted.add_list(PARTY, agencies);
    let sql = format!("SELECT id FROM document WHERE {}", wanted.sql());
    Ok(db.query_one(sql, wanted.values).await?.is_some())
}

/// Items that wait at each of these addresses.
pub(crate) async fn count_waiting(
    db: &Database,
    addresses: &[String],
) -> Result<Vec<(String, i64)>> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT address, COUNT(*) AS n FROM delivery WHERE address IN ({}) AND pull = 1 \
         AND state IN ('queued', 'delivered') GROUP BY address",
        places(1, addresses.len())
    );
    let values = addresses
        .iter()
        .map(|address| Value::from(address.as_str()))
        .collect();
    db.query_all(sql, values)
        .await?
        .iter()
        .map(|row| Ok((row.try_get("", "address")?, row.try_get("", "n")?)))
        .collect()
}

/// Length and digest of stored messages.
pub(crate) async fn message_facts(
    db: &Database,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (i64, Vec<u8>)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT id, size_bytes, digest FROM message WHERE id IN ({})",
        places(1, ids.len())
    );
    let values = ids.iter().map(|id| (*id).into()).collect();
    db.query_all(sql, values)
        .await?
        .iter()
        .map(|row| {
            let facts = (row.try_get("", "size_bytes")?, row.try_get("", "digest")?);
            Ok((row.try_get("", "id")?, facts))
        })
        .collect()
}
