//! Reading the ledger: messages, deliveries, mailboxes, counts.
//!
//! Owns: read-only questions; cursor pages, newest first.
//! Not here: changes (`mod.rs`, `writer.rs`), permission (the HTTP face).

use lgsp_model::{DeliveryId, MessageId, Timestamp};
use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Ledger,
    model::{State, Stored},
    sql::in_list,
};
use crate::{
    blobs::Body,
    error::{Error, Result},
};

/// Items that one mailbox answer lists.
pub const MAILBOX_ITEMS_MAX: u32 = 500;

/// A delivery as lists show it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delivery {
    /// Identifier.
    pub id: Uuid,
    /// Message that it carries, unless it is an internal job.
    pub message_id: Option<Uuid>,
    /// Queue.
    pub queue: String,
    /// Receiver.
    pub address: String,
    /// Partition key.
    pub lane: Option<String>,
    /// Priority, 0 to 9.
    pub priority: i16,
    /// Whether the receiver fetches it.
    pub is_pull: bool,
    /// Where it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: i32,
    /// When the next attempt is due.
    pub next_at: Timestamp,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Which deliveries are wanted.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Queue.
    pub queue: Option<String>,
    /// State.
    pub state: Option<State>,
    /// Receiver.
    pub address: Option<String>,
    /// Message.
    pub message_id: Option<Uuid>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Page size, 1 to 200.
    pub limit: Option<u32>,
}

/// How many deliveries of a queue are in a state.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Count {
    /// Queue.
    pub queue: String,
    /// State.
    pub state: State,
    /// Number.
    pub deliveries: i64,
    /// When the oldest was accepted.
    pub oldest_at: Timestamp,
}

const COLUMNS: &str = "id, message_id, queue, address, lane, priority, pull, state, attempts, \
     next_at, reason, created_at, updated_at";

impl Ledger {
    /// A stored message.
    ///
    /// # Errors
    /// `platform.thing.not_found`.
    pub async fn message(&self, id: MessageId) -> Result<Stored> {
        let row = self
            .db
            .query_one(
                "SELECT id, kind, body, size_bytes, digest, trace_id, created_at \
                 FROM message WHERE id = $1",
                vec![id.0.into()],
            )
            .await?
            .ok_or_else(|| Error::NotFound {
                what: "message",
                name: id.to_string(),
            })?;
        Ok(Stored {
            id: MessageId(row.try_get("", "id")?),
            kind: row.try_get("", "kind")?,
            body: row.try_get("", "body")?,
            size_bytes: row.try_get("", "size_bytes")?,
            digest: row.try_get("", "digest")?,
            trace_id: row.try_get("", "trace_id")?,
            created_at: Timestamp(row.try_get("", "created_at")?),
        })
    }

    /// The body of a stored message, small in memory or as a file to read from the start.
    ///
    /// # Errors
    /// `platform.file.failed` when the body is gone.
    pub async fn body(&self, stored: &Stored) -> Result<Body> {
        match &stored.body {
            Some(bytes) => Ok(Body::Inline(bytes.clone().into())),
            None => Ok(Body::Spooled(self.blobs.open_file(&stored.digest).await?)),
        }
    }

    /// One delivery.
    ///
    /// # Errors
    /// `platform.thing.not_found`.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Delivery> {
        let sql = format!("SELECT {COLUMNS} FROM delivery WHERE id = $1");
        let row = self.db.query_one(sql, vec![id.0.into()]).await?;
        let row = row.ok_or_else(|| Error::NotFound {
            what: "delivery",
            name: id.to_string(),
        })?;
        delivery(&row)
    }

    /// Deliveries by id, in no order.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn deliveries_by_id(&self, ids: &[Uuid]) -> Result<Vec<Delivery>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (places, values) = in_list(ids, 1);
        let sql = format!("SELECT {COLUMNS} FROM delivery WHERE id IN ({places})");
        self.db
            .query_all(sql, values)
            .await?
            .iter()
            .map(delivery)
            .collect()
    }

    /// Deliveries that match, newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn deliveries(&self, filter: &Filter, limit: u32) -> Result<Vec<Delivery>> {
        let mut values: Vec<Value> = Vec::new();
        let mut clauses = vec!["1 = 1".to_owned()];
        let mut add = |clause: &str, value: Value| {
            values.push(value);
            clauses.push(format!("{clause} ${}", values.len()));
        };
        if let Some(queue) = &filter.queue {
            add("queue =", queue.as_str().into());
        }
        if let Some(address) = &filter.address {
            add("address =", address.as_str().into());
        }
        if let Some(message) = filter.message_id {
            add("message_id =", message.into());
        }
        if let Some(before) = filter
            .cursor
            .as_deref()
            .and_then(|at| Uuid::parse_str(at).ok())
        {
            add("id <", before.into());
        }
        if let Some(state) = filter.state {
            // A literal, so that the partial indexes can be used.
            clauses.push(format!("state = '{}'", state.as_str()));
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE {} ORDER BY id DESC LIMIT {limit}",
            clauses.join(" AND ")
        );
        self.db
            .query_all(sql, values)
            .await?
            .iter()
            .map(delivery)
            .collect()
    }

    /// What waits in the mailboxes of `addresses`: urgent first, then the oldest.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn mailbox(&self, addresses: &[String], limit: u32) -> Result<Vec<Delivery>> {
        let mut found = Vec::new();
        // One index walk an address; the addresses of a system are few.
        for address in addresses {
            let sql = format!(
                "SELECT {COLUMNS} FROM delivery WHERE address = $1 AND pull = 1 \
                 AND state IN ('queued', 'delivered') ORDER BY priority DESC, id \
                 LIMIT {}",
                limit.min(MAILBOX_ITEMS_MAX)
            );
            for row in self
                .db
                .query_all(sql, vec![address.as_str().into()])
                .await?
            {
                found.push(delivery(&row)?);
            }
        }
        found.sort_by_key(|item| (-item.priority, item.id));
        found.truncate(limit.min(MAILBOX_ITEMS_MAX) as usize);
        Ok(found)
    }

    /// Open and troubled deliveries by queue and state.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn counts(&self) -> Result<Vec<Count>> {
        let rows = self
            .db
            .query_all(
                "SELECT queue, state, COUNT(*) AS n, MIN(created_at) AS oldest FROM delivery \
                 WHERE state IN ('queued', 'waiting', 'leased', 'failed', 'dead') \
                 GROUP BY queue, state",
                vec![],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Count {
                    queue: row.try_get("", "queue")?,
                    state: state(row)?,
                    deliveries: row.try_get("", "n")?,
                    oldest_at: Timestamp(row.try_get("", "oldest")?),
                })
            })
            .collect()
    }
}

fn state(row: &QueryResult) -> Result<State> {
    let text: String = row.try_get("", "state")?;
    State::parse(&text).ok_or_else(|| Error::Internal(format!("unknown delivery state {text}")))
}

fn delivery(row: &QueryResult) -> Result<Delivery> {
    Ok(Delivery {
        id: row.try_get("", "id")?,
        message_id: row.try_get("", "message_id")?,
        queue: row.try_get("", "queue")?,
        address: row.try_get("", "address")?,
        lane: row.try_get("", "lane")?,
        priority: row.try_get("", "priority")?,
        is_pull: row.try_get::<i16>("", "pull")? == 1,
        state: state(row)?,
        attempts: row.try_get("", "attempts")?,
        next_at: Timestamp(row.try_get("", "next_at")?),
        last_error: row
            .try_get::<Option<String>>("", "reason")?
            .filter(|reason| !reason.is_empty()),
        created_at: Timestamp(row.try_get("", "created_at")?),
        updated_at: Timestamp(row.try_get("", "updated_at")?),
    })
}
