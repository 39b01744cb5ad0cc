//! The journal: what has happened (nhật ký), append-only and provable.
//!
//! Owns: `Event`, the tables `journal_event` and `journal_block`.
//! Not here: sealing (`seal.rs`), proof (`verify.rs`), search (`query.rs`).
//! Invariant: an event is written in the transaction of the change that it tells of, so a
//! change without its event cannot exist; sealing follows later and never blocks it.
//! Follows: docs/specs/journal.md; regulation R61, R68, R69.

pub mod query;
pub mod routes;
pub mod seal;
pub mod verify;

use lgsp_model::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use serde::{Deserialize, Serialize};

use crate::{
    db::{Migration, Rows},
    error::Result,
};

/// Longest text of one field of an event, in bytes; longer text is cut.
pub const EVENT_FIELD_BYTES_MAX: usize = 4_096;

/// Tables of the journal.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "platform_20261122_03_journal",
    statements: &[
        "CREATE TABLE IF NOT EXISTS journal_event (
            id {serial}, block BIGINT, at BIGINT NOT NULL, class TEXT NOT NULL,
            action TEXT NOT NULL, actor TEXT NOT NULL, on_behalf_of TEXT, ground TEXT,
            address TEXT, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, agency TEXT,
            result TEXT NOT NULL, trace_id TEXT, detail TEXT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS journal_event_open ON journal_event (id) WHERE block IS NULL",
        "CREATE INDEX IF NOT EXISTS journal_event_subject ON journal_event (subject, id)",
        "CREATE INDEX IF NOT EXISTS journal_event_block ON journal_event (block)
            WHERE block IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS journal_event_audit ON journal_event (id)
            WHERE class = 'audit'",
        "CREATE TABLE IF NOT EXISTS journal_block (
            no BIGINT NOT NULL PRIMARY KEY, sealed_at BIGINT NOT NULL,
            events BIGINT NOT NULL, prev_hash {bytes} NOT NULL, hash {bytes} NOT NULL,
            signature {bytes} NOT NULL)",
    ],
}];

/// Which of the two journals an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Who did what, on what ground.
    Audit,
    /// A hop of a message.
    Exchange,
}

impl Class {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Exchange => "exchange",
        }
    }
}

/// Something that happened. Holds no body and no personal data beyond the account name.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Audit or exchange.
    pub class: Class,
    /// What, as `<thing>.<verb>`: `resource.updated`, `document.accepted`.
    pub action: String,
    /// Account or system that did it; `platform` for the platform itself.
    pub actor: String,
    /// For whom the actor acted, if not for itself.
    pub on_behalf_of: Option<String>,
    /// Legal or business ground.
    pub ground: Option<String>,
    /// Network address of the caller.
    pub address: Option<String>,
    /// Kind of the thing concerned: `document`, `agency`, `account`.
    pub subject_kind: String,
    /// Its name or id.
    pub subject: String,
    /// Agency concerned.
    pub agency: Option<String>,
    /// `ok`, `refused` or `failed`.
    pub result: String,
    /// Trace id of the request.
    pub trace_id: Option<String>,
    /// Further facts.
    pub detail: serde_json::Value,
}

impl Event {
    /// An event with the facts that every event has.
    #[must_use]
    pub fn new(
        class: Class,
        at: Timestamp,
        actor: impl Into<String>,
        action: impl Into<String>,
        subject: (impl Into<String>, impl Into<String>),
    ) -> Self {
        Self {
            at,
            class,
            action: action.into(),
            actor: actor.into(),
            on_behalf_of: None,
            ground: None,
            address: None,
            subject_kind: subject.0.into(),
            subject: subject.1.into(),
            agency: None,
            result: "ok".to_owned(),
            trace_id: None,
            detail: serde_json::Value::Null,
        }
    }

    /// Adds further facts.
    #[must_use]
    pub fn with_detail(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }

    /// Names the agency concerned.
    #[must_use]
    pub fn with_agency(mut self, agency: impl Into<String>) -> Self {
        self.agency = Some(agency.into());
        self
    }

    /// Sets the trace id.
    #[must_use]
    pub fn with_trace(mut self, trace_id: Option<String>) -> Self {
        self.trace_id = trace_id;
        self
    }

    /// Sets the result: `ok`, `refused` or `failed`.
    #[must_use]
    pub fn with_result(mut self, result: impl Into<String>) -> Self {
        self.result = result.into();
        self
    }
}

const COLUMNS: &[&str] = &[
    "at",
    "class",
    "action",
    "actor",
    "on_behalf_of",
    "ground",
    "address",
    "subject_kind",
    "subject",
    "agency",
    "result",
    "trace_id",
    "detail",
];

/// The rows of events, to be inserted in the transaction of the change they tell of.
#[must_use]
pub fn rows(events: impl IntoIterator<Item = Event>) -> Rows {
    let mut rows = Rows::new("journal_event", COLUMNS);
    rows.values.extend(events.into_iter().map(values));
    rows
}

fn values(event: Event) -> Vec<Value> {
    let detail = if event.detail.is_null() {
        String::new()
    } else {
        event.detail.to_string()
    };
    vec![
        event.at.0.into(),
        event.class.as_str().into(),
        cut(event.action).into(),
        cut(event.actor).into(),
        event.on_behalf_of.map(cut).into(),
        event.ground.map(cut).into(),
        event.address.map(cut).into(),
        cut(event.subject_kind).into(),
        cut(event.subject).into(),
        event.agency.map(cut).into(),
        cut(event.result).into(),
        event.trace_id.map(cut).into(),
        detail.into(),
    ]
}

fn cut(mut text: String) -> String {
    if text.len() > EVENT_FIELD_BYTES_MAX {
        let end = text.floor_char_boundary(EVENT_FIELD_BYTES_MAX);
        text.truncate(end);
    }
    text
}

/// Writes events inside a transaction of the caller.
///
/// # Errors
/// `platform.database.failed`; the caller's change must not be committed then.
pub async fn append<C: ConnectionTrait>(
    connection: &C,
    events: impl IntoIterator<Item = Event>,
) -> Result<()> {
    rows(events).insert(connection).await
}
