//! Search over the journal, newest first, by cursor.
//!
//! Owns: `Filter`, `Entry`, `list`.
//! Not here: writing (`mod.rs`), permission (the HTTP face).

use lgsp_model::Timestamp;
use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};

use super::seal::CANONICAL;
use crate::{db::Database, error::Result};

/// Which events are wanted; empty fields do not restrict.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `audit` or `exchange`.
    pub class: Option<String>,
    /// Account or system.
    pub actor: Option<String>,
    /// Exact action, or its first part followed by a dot (`document.`).
    pub action: Option<String>,
    /// Name or id of the thing concerned.
    pub subject: Option<String>,
    /// Agency concerned.
    pub agency: Option<String>,
    /// Trace id.
    pub trace_id: Option<String>,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// Where the page starts; from `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Page size, 1 to 200.
    pub limit: Option<u32>,
}

/// An event as the API shows it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    /// Position in the journal.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// `audit` or `exchange`.
    pub class: String,
    /// What happened.
    pub action: String,
    /// Who did it.
    pub actor: String,
    /// For whom.
    pub on_behalf_of: Option<String>,
    /// Legal or business ground.
    pub ground: Option<String>,
    /// Network address of the caller.
    pub address: Option<String>,
    /// Kind of the thing concerned.
    pub subject_kind: String,
    /// Its name or id.
    pub subject: String,
    /// Agency concerned.
    pub agency: Option<String>,
    /// `ok`, `refused` or `failed`.
    pub result: String,
    /// Trace id.
    pub trace_id: Option<String>,
    /// Further facts.
    pub detail: serde_json::Value,
    /// Block that seals it; absent while it waits.
    pub block: Option<i64>,
}

/// Events that match, newest first, at most `limit`.
///
/// # Errors
/// `platform.database.failed`.
pub async fn list(db: &Database, filter: &Filter, limit: u32) -> Result<Vec<Entry>> {
    let mut values: Vec<Value> = Vec::new();
    let mut clauses: Vec<String> = Vec::new();
    let mut add = |clause: &str, value: Value| {
        values.push(value);
        clauses.push(clause.replace('?', &format!("${}", values.len())));
    };
    for (column, wanted) in [
        ("class", &filter.class),
        ("actor", &filter.actor),
        ("subject", &filter.subject),
        ("agency", &filter.agency),
        ("trace_id", &filter.trace_id),
    ] {
        if let Some(wanted) = wanted {
            add(&format!("{column} = ?"), wanted.as_str().into());
        }
    }
    if let Some(action) = &filter.action {
        match action.strip_suffix('.') {
            Some(prefix) => add(
                "action LIKE ?",
                format!("{}.%", prefix.replace('%', "")).into(),
            ),
            None => add("action = ?", action.as_str().into()),
        }
    }
    if let Some(from) = filter.from {
        add("at >= ?", from.0.into());
    }
    if let Some(to) = filter.to {
        add("at < ?", to.0.into());
    }
    if let Some(before) = filter
        .cursor
        .as_deref()
        .and_then(|cursor| cursor.parse::<i64>().ok())
    {
        add("id < ?", before.into());
    }
    let conditions = if clauses.is_empty() {
        "1 = 1".to_owned()
    } else {
        clauses.join(" AND ")
    };
    let sql = format!(
        "SELECT {CANONICAL}, block FROM journal_event WHERE {conditions} \
         ORDER BY id DESC LIMIT {limit}"
    );
    db.query_all(sql, values).await?.iter().map(entry).collect()
}

fn entry(row: &QueryResult) -> Result<Entry> {
    let detail: String = row.try_get("", "detail")?;
    Ok(Entry {
        id: row.try_get("", "id")?,
        at: Timestamp(row.try_get("", "at")?),
        class: row.try_get("", "class")?,
        action: row.try_get("", "action")?,
        actor: row.try_get("", "actor")?,
        on_behalf_of: row.try_get("", "on_behalf_of")?,
        ground: row.try_get("", "ground")?,
        address: row.try_get("", "address")?,
        subject_kind: row.try_get("", "subject_kind")?,
        subject: row.try_get("", "subject")?,
        agency: row.try_get("", "agency")?,
        result: row.try_get("", "result")?,
        trace_id: row.try_get("", "trace_id")?,
        detail: serde_json::from_str(&detail).unwrap_or(serde_json::Value::Null),
        block: row.try_get("", "block")?,
    })
}
