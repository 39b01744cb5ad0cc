//! Lists of the table `session` over many accounts.
//!
//! Owns: `SessionQuery`, `ListedSession`, which applications take part in sessions.
//! Not here: one session (`session.rs`), who may see them (`routes/sessions.rs`).
//! Invariant: what limits a list is part of its statement, so that no page is short.

use std::collections::HashMap;

use lgsp_model::{Timestamp, text::fold};
use lgsp_platform::db::{Database, places};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{
    account::Kind,
    account_query::escape_like,
    narrowed,
    session::{COLUMNS, Session, from_row},
};
use crate::error::Result;

/// Which sessions a list holds; every condition that is present must hold.
#[derive(Debug, Clone, Default)]
pub struct SessionQuery {
    /// Words to be found in name and mail address of the account, tone marks optional.
    pub words: String,
    /// Agencies of the accounts; `None` for all, accounts without agency included.
    pub agencies: Option<Vec<String>>,
    /// Only sessions of this account.
    pub account: Option<Uuid>,
    /// Only sessions of accounts of this kind.
    pub kind: Option<Kind>,
    /// Only sessions in which this application takes part, by its protocol's name for it.
    pub client: Option<String>,
    /// Only sessions in which an application takes part by this protocol.
    pub protocol: Option<String>,
    /// The session before which the list starts.
    pub before: Option<Uuid>,
}

/// A session with what is told of its account.
#[derive(Debug, Clone)]
pub struct ListedSession {
    /// The session.
    pub session: Session,
    /// Sign-in name of its account.
    pub username: String,
    /// Name of the person or the job.
    pub display_name: String,
    /// Kind of account.
    pub kind: Kind,
    /// Agency of the account.
    pub agency: Option<String>,
    /// The administrator who acts as this account by it.
    pub impersonated_by: Option<String>,
    /// The applications that take part, in the order in which they joined.
    pub participants: Vec<Joined>,
}

/// An application that takes part in a session.
#[derive(Debug, Clone)]
pub struct Joined {
    /// `oidc`, `saml` or `cas`.
    pub protocol: String,
    /// The application, by the protocol's own name for it.
    pub client: String,
    /// When it first joined.
    pub joined_at: Timestamp,
}

/// Up to `count` live sessions, the newest first.
pub(crate) async fn list(
    db: &Database,
    query: &SessionQuery,
    now: Timestamp,
    count: u32,
) -> Result<Vec<ListedSession>> {
    let (condition, values) = condition(query, now);
    let sql = format!(
        "SELECT s.*, a.username, a.display_name, a.kind, a.agency, o.username AS by_username \
         FROM (SELECT {COLUMNS} FROM session) s JOIN account a ON a.id = s.account_id \
         LEFT JOIN session p ON p.id = s.parent_id LEFT JOIN account o ON o.id = p.account_id \
         WHERE {condition} ORDER BY s.id DESC LIMIT {count}"
    );
    let rows = db.query_all(sql, values).await?;
    let mut found = rows.iter().map(listed).collect::<Result<Vec<_>>>()?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.session.id).collect();
    let mut joined = joined(db, &ids).await?;
    for one in &mut found {
        one.participants = joined.remove(&one.session.id).unwrap_or_default();
    }
    Ok(found)
}

fn listed(row: &QueryResult) -> Result<ListedSession> {
    Ok(ListedSession {
        session: from_row(row)?,
        username: row.try_get("", "username")?,
        display_name: row.try_get("", "display_name")?,
        kind: Kind::parse(&row.try_get::<String>("", "kind")?),
        agency: row.try_get("", "agency")?,
        impersonated_by: row.try_get("", "by_username")?,
        participants: Vec::new(),
    })
}

/// The condition of a query and the values of its places.
fn condition(query: &SessionQuery, now: Timestamp) -> (String, Vec<Value>) {
    let before = query.before.unwrap_or(Uuid::max());
    let mut sql = "s.id < $1 AND s.expires_at > $2 AND s.last_seen_at + s.idle_ms > $2".to_owned();
    let mut values: Vec<Value> = vec![before.into(), now.0.into()];
    for word in fold(&query.words).split_whitespace() {
        values.push(format!("%{}%", escape_like(word)).into());
        sql.push_str(&format!(" AND a.search LIKE ${} ESCAPE '\\'", values.len()));
    }
    let within = narrowed("a.agency", query.agencies.as_deref(), &mut values);
    sql.push_str(&within);
    let mut add = |sql: &mut String, condition: &str, value: Value| {
        values.push(value);
        sql.push_str(&format!(" AND {condition} = ${}", values.len()));
    };
    if let Some(account) = query.account {
        add(&mut sql, "s.account_id", account.into());
    }
    if let Some(kind) = query.kind {
        add(&mut sql, "a.kind", kind.as_str().into());
    }
    if query.client.is_some() || query.protocol.is_some() {
        sql.push_str(" AND EXISTS (SELECT 1 FROM session_participant q WHERE q.session_id = s.id");
        for (column, value) in [("q.client", &query.client), ("q.protocol", &query.protocol)] {
            if let Some(value) = value {
                add(&mut sql, column, value.as_str().into());
            }
        }
        sql.push(')');
    }
    (sql, values)
}

/// The applications of each of these sessions; one that signed on twice counts once.
async fn joined(db: &Database, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Joined>>> {
    let mut found: HashMap<Uuid, Vec<Joined>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = format!(
        "SELECT session_id, protocol, client, MIN(joined_at) AS first_at \
         FROM session_participant WHERE session_id IN ({}) \
         GROUP BY session_id, protocol, client ORDER BY first_at, client",
        places(1, ids.len())
    );
    let values = ids.iter().map(|id| (*id).into()).collect();
    for row in db.query_all(sql, values).await? {
        let session: Uuid = row.try_get("", "session_id")?;
        found.entry(session).or_default().push(Joined {
            protocol: row.try_get("", "protocol")?,
            client: row.try_get("", "client")?,
            joined_at: Timestamp(row.try_get("", "first_at")?),
        });
    }
    Ok(found)
}
