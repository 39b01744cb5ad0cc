//! The SQL of the ledger, hand-written because every accepted message passes here.
//!
//! Owns: tables and statements of `message`, `delivery`, `claim`; both dialects side by side.
//! Not here: batching (`writer.rs`), search (`query.rs`).
//! Invariant: of one lane at most one delivery is queued, leased, delivered-unsettled or
//! failed; the others are `waiting`.
//! Follows: docs/specs/ledger.md, States and Lanes.

use std::collections::HashSet;

use lgsp_model::{DeliveryId, MessageId, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::maintenance::FAIRNESS_MS;
use super::model::{Leased, NewDelivery, NewMessage, Outcome, REASON_BYTES_MAX, State};
use crate::{
    blobs::Body,
    db::{Database, Migration, Rows, places},
    error::{Error, Result},
};

/// Tables of the ledger.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "platform_20261122_02_ledger",
        statements: &[
            "CREATE TABLE IF NOT EXISTS message (
            id {uuid} NOT NULL PRIMARY KEY, kind TEXT NOT NULL, digest {bytes} NOT NULL,
            size_bytes BIGINT NOT NULL, body {bytes}, trace_id TEXT, created_at BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS delivery (
            id {uuid} NOT NULL PRIMARY KEY, message_id {uuid}, queue TEXT NOT NULL,
            address TEXT NOT NULL, lane TEXT, priority SMALLINT NOT NULL, pull SMALLINT NOT NULL,
            state TEXT NOT NULL, attempts INTEGER NOT NULL, next_at BIGINT NOT NULL,
            lease_owner TEXT, lease_until BIGINT, fence BIGINT NOT NULL, payload TEXT,
            reason TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL) {by_key}",
            "CREATE INDEX IF NOT EXISTS delivery_ready ON delivery (queue, priority DESC, next_at)
            WHERE pull = 0 AND state IN ('queued', 'failed')",
            "CREATE INDEX IF NOT EXISTS delivery_mailbox ON delivery (address, priority DESC, id)
            WHERE pull = 1 AND state IN ('queued', 'delivered')",
            "CREATE INDEX IF NOT EXISTS delivery_lane ON delivery
            (queue, lane, state, priority DESC, id)
            WHERE lane IS NOT NULL AND state IN ('queued', 'waiting', 'leased', 'failed')",
            "CREATE INDEX IF NOT EXISTS delivery_lease ON delivery (lease_until)
            WHERE state = 'leased'",
            "CREATE INDEX IF NOT EXISTS delivery_message ON delivery (message_id)",
            "CREATE INDEX IF NOT EXISTS delivery_trouble ON delivery (state, updated_at)
            WHERE state IN ('dead', 'failed')",
            "CREATE TABLE IF NOT EXISTS claim (
            key TEXT NOT NULL PRIMARY KEY, result TEXT NOT NULL, expires_at BIGINT NOT NULL)
            {by_key}",
            "CREATE INDEX IF NOT EXISTS claim_expiry ON claim (expires_at)",
            "CREATE TABLE IF NOT EXISTS node (
            id TEXT NOT NULL PRIMARY KEY, seen_at BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS schedule (
            name TEXT NOT NULL PRIMARY KEY, next_at BIGINT NOT NULL)",
        ],
    },
    Migration {
        name: "platform_20261126_01_body_on_disk",
        statements: &[
            "CREATE INDEX IF NOT EXISTS message_body_on_disk ON message (digest) WHERE body IS NULL",
        ],
    },
];

/// The rows of messages.
pub(super) fn message_rows(messages: &[NewMessage], now: Timestamp, rows: &mut Rows) {
    for message in messages {
        let body = match &message.body {
            Body::Inline(bytes) => Some(bytes.to_vec()),
            Body::Spooled(_) => None,
        };
        rows.values.push(vec![
            message.id.0.into(),
            message.kind.into(),
            message.digest.to_vec().into(),
            i64::try_from(message.size_bytes).unwrap_or(i64::MAX).into(),
            body.into(),
            message.trace_id.clone().into(),
            now.0.into(),
        ]);
    }
}

pub(super) fn empty_message_rows() -> Rows {
    Rows::new(
        "message",
        &[
            "id",
            "kind",
            "digest",
            "size_bytes",
            "body",
            "trace_id",
            "created_at",
        ],
    )
}

pub(super) fn empty_delivery_rows() -> Rows {
    Rows::new(
        "delivery",
        &[
            "id",
            "message_id",
            "queue",
            "address",
            "lane",
            "priority",
            "pull",
            "state",
            "attempts",
            "next_at",
            "fence",
            "payload",
            "created_at",
            "updated_at",
        ],
    )
}

pub(super) fn delivery_row(delivery: &NewDelivery, state: State, now: Timestamp) -> Vec<Value> {
    vec![
        delivery.id.0.into(),
        delivery.message.map(|id| id.0).into(),
        delivery.queue.clone().into(),
        delivery.address.clone().into(),
        delivery.lane.clone().into(),
        delivery.priority.into(),
        i16::from(delivery.is_pull).into(),
        state.as_str().into(),
        0_i32.into(),
        delivery.due_at.0.into(),
        0_i64.into(),
        delivery.payload.clone().into(),
        now.0.into(),
        now.0.into(),
    ]
}

/// Queue and lane.
pub(super) type Lane = (String, String);

/// On `PostgreSQL`, holds the lanes until the transaction ends, so that two nodes cannot both
/// see an empty lane. `SQLite` has one writer.
pub(super) async fn lock_lanes<C: ConnectionTrait>(
    db: &Database,
    tx: &C,
    lanes: &[Lane],
) -> Result<()> {
    if !db.is_postgres() || lanes.is_empty() {
        return Ok(());
    }
    let mut names: Vec<String> = lanes
        .iter()
        .map(|(queue, lane)| format!("{queue}\u{1}{lane}"))
        .collect();
    // One order everywhere: no deadlock.
    names.sort_unstable();
    names.dedup();
    for name in names {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7214))";
        tx.query_one_raw(db.statement(sql, vec![name.into()]))
            .await?;
    }
    Ok(())
}

/// The lanes that have an open delivery.
pub(super) async fn busy_lanes<C: ConnectionTrait>(
    db: &Database,
    tx: &C,
    lanes: &[Lane],
) -> Result<HashSet<Lane>> {
    let mut busy = HashSet::new();
    for (queue, lane) in lanes {
        let sql = "SELECT 1 AS one FROM delivery WHERE queue = $1 AND lane = $2 \
                   AND lane IS NOT NULL AND state IN ('queued', 'waiting', 'leased', 'failed') \
                   LIMIT 1";
        let asked = db.statement(sql, vec![queue.as_str().into(), lane.as_str().into()]);
        if tx.query_one_raw(asked).await?.is_some() {
            busy.insert((queue.clone(), lane.clone()));
        }
    }
    Ok(busy)
}

/// Inserts claims; gives the keys that were new.
pub(super) async fn insert_claims<C: ConnectionTrait>(
    db: &Database,
    tx: &C,
    claims: Vec<Vec<Value>>,
) -> Result<HashSet<String>> {
    let mut fresh = HashSet::new();
    let columns = &["key", "result", "expires_at"];
    let mut claims = claims.into_iter();
    let mut left = claims.len();
    while left > 0 {
        let count = crate::db::chunk(left);
        let suffix = "ON CONFLICT DO NOTHING RETURNING key";
        let sql = crate::db::insert_sql(db.backend(), "claim", columns, suffix, count);
        let bound = claims.by_ref().take(count).flatten().collect();
        for row in tx.query_all_raw(db.statement(sql, bound)).await? {
            fresh.insert(row.try_get("", "key")?);
        }
        left -= count;
    }
    Ok(fresh)
}

/// The kept result of a claim.
pub(super) async fn claim_result<C: ConnectionTrait>(
    db: &Database,
    tx: &C,
    key: &str,
) -> Result<String> {
    let asked = db.statement("SELECT result FROM claim WHERE key = $1", vec![key.into()]);
    let row = tx.query_one_raw(asked).await?;
    let row = row.ok_or_else(|| Error::Internal("claim vanished".to_owned()))?;
    Ok(row.try_get("", "result")?)
}

/// Takes due deliveries, highest priority first, then the longest due.
pub(super) async fn lease<C: ConnectionTrait>(
    db: &Database,
    tx: &C,
    request: &super::writer::LeaseRequest,
    now: Timestamp,
) -> Result<Vec<Leased>> {
    let skip = if db.is_postgres() {
        "FOR UPDATE SKIP LOCKED"
    } else {
        ""
    };
    let sql = format!(
        "UPDATE delivery SET state = 'leased', attempts = attempts + 1, fence = fence + 1, \
         lease_owner = $1, lease_until = $2, updated_at = $3 \
         WHERE id IN (SELECT id FROM delivery WHERE queue = $4 AND pull = 0 \
           AND state IN ('queued', 'failed') AND next_at <= $3 \
           ORDER BY priority DESC, next_at LIMIT {} {skip}) \
         RETURNING id, fence, message_id, address, lane, attempts, payload, created_at",
        request.count
    );
    let values = vec![
        request.owner.as_str().into(),
        now.plus_ms(request.lease_ms).0.into(),
        now.0.into(),
        request.queue.as_str().into(),
    ];
    let rows = tx.query_all_raw(db.statement(sql, values)).await?;
    let mut leased = rows.iter().map(leased).collect::<Result<Vec<_>>>()?;
    leased.sort_by_key(|delivery| delivery.id);
    Ok(leased)
}

fn leased(row: &QueryResult) -> Result<Leased> {
    Ok(Leased {
        id: DeliveryId(row.try_get("", "id")?),
        fence: row.try_get("", "fence")?,
        message: row
            .try_get::<Option<uuid::Uuid>>("", "message_id")?
            .map(MessageId),
        address: row.try_get("", "address")?,
        lane: row.try_get("", "lane")?,
        attempts: row.try_get("", "attempts")?,
        payload: row.try_get("", "payload")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
    })
}

/// The states an outcome may come from, the state it leads to, and what else changes.
fn transition(outcome: &Outcome) -> (&'static str, State, Option<&str>, Option<Timestamp>) {
    match outcome {
        Outcome::Delivered => (
            "'queued', 'leased', 'delivered'",
            State::Delivered,
            None,
            None,
        ),
        Outcome::Acknowledged => (
            "'queued', 'leased', 'delivered', 'acknowledged'",
            State::Acknowledged,
            None,
            None,
        ),
        Outcome::Failed { reason, next_at } => (
            "'leased', 'delivered', 'queued'",
            State::Failed,
            Some(reason),
            Some(*next_at),
        ),
        Outcome::Postponed { next_at } => ("'leased'", State::Queued, None, Some(*next_at)),
        Outcome::Dead { reason } => (
            "'queued', 'leased', 'delivered', 'failed'",
            State::Dead,
            Some(reason),
            None,
        ),
        Outcome::Cancelled { reason } | Outcome::CancelledIfOpen { reason } => (
            "'queued', 'waiting', 'delivered', 'failed', 'dead'",
            State::Cancelled,
            Some(reason),
            None,
        ),
        Outcome::Redriven => (
            "'dead', 'cancelled', 'failed'",
            State::Queued,
            Some(""),
            None,
        ),
    }
}

/// Moves one delivery; gives its lane when the lane's next one may go.
pub(super) async fn settle<C: ConnectionTrait>(
    db: &Database,
    tx: &C,
    id: DeliveryId,
    fence: Option<i64>,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<Settled> {
    let (from, to, reason, next_at) = transition(outcome);
    // A worker may give up what it holds; nobody takes that out of its hands.
    let from = match (fence, outcome) {
        (Some(_), Outcome::Cancelled { .. }) => "'leased'",
        _ => from,
    };
    let mut values: Vec<Value> = vec![
        to.as_str().into(),
        now.0.into(),
        next_at.unwrap_or(now).0.into(),
        reason.map(|reason| cut(reason).to_owned()).into(),
        id.0.into(),
    ];
    let counted = match outcome {
        Outcome::Postponed { .. } => ", attempts = attempts - 1",
        Outcome::Redriven => ", attempts = 0",
        _ => "",
    };
    let mut sql = format!(
        "UPDATE delivery SET state = $1, updated_at = $2, next_at = $3, \
         reason = COALESCE($4, reason), lease_owner = NULL, lease_until = NULL{counted} \
         WHERE id = $5 AND state IN ({from})"
    );
    if let Some(fence) = fence {
        sql.push_str(" AND fence = $6 AND state = 'leased'");
        values.push(fence.into());
    }
    sql.push_str(" RETURNING queue, lane");
    match tx.query_one_raw(db.statement(sql, values)).await? {
        Some(row) => Ok(Settled {
            queue: row.try_get("", "queue")?,
            lane: row.try_get("", "lane")?,
            is_open: matches!(to, State::Queued | State::Failed),
        }),
        None if matches!(outcome, Outcome::CancelledIfOpen { .. }) => Ok(Settled::default()),
        None if fence.is_some() => Err(Error::LeaseLost),
        None => Err(refused(db, tx, id).await?),
    }
}

/// What a settled delivery leaves behind.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) queue: String,
    pub(super) lane: Option<String>,
    pub(super) is_open: bool,
}

fn cut(reason: &str) -> &str {
    reason
        .get(..reason.floor_char_boundary(REASON_BYTES_MAX))
        .unwrap_or(reason)
}

async fn refused<C: ConnectionTrait>(db: &Database, tx: &C, id: DeliveryId) -> Result<Error> {
    let asked = db.statement(
        "SELECT state FROM delivery WHERE id = $1",
        vec![id.0.into()],
    );
    Ok(match tx.query_one_raw(asked).await? {
        Some(row) => {
            let state: String = row.try_get("", "state")?;
            let state = State::parse(&state).map_or("unknown", State::as_str);
            Error::DeliveryState {
                id: id.to_string(),
                state,
            }
        }
        None => Error::NotFound {
            what: "delivery",
            name: id.to_string(),
        },
    })
}

/// Lets the next delivery of a lane go, unless the lane still has an open head.
///
/// Among the waiting the highest priority goes first, then the oldest; but a normal one that
/// has waited longer than [`FAIRNESS_MS`] goes before all.
pub(super) async fn promote<C: ConnectionTrait>(
    db: &Database,
    tx: &C,
    (queue, lane): &Lane,
    now: Timestamp,
) -> Result<()> {
    // The whole list of states again: `SQLite` uses a partial index only for its very condition.
    let of_lane = "FROM delivery WHERE queue = $1 AND lane = $2 AND lane IS NOT NULL \
                   AND state IN ('queued', 'waiting', 'leased', 'failed')";
    let sql = format!(
        "UPDATE delivery SET state = 'queued' WHERE id = COALESCE(\
         (SELECT id FROM (SELECT id, created_at {of_lane} AND state = 'waiting' \
          AND priority = 0 ORDER BY id LIMIT 1) AS oldest WHERE created_at < $3), \
         (SELECT id {of_lane} AND state = 'waiting' ORDER BY priority DESC, id LIMIT 1)) \
         AND NOT EXISTS (SELECT 1 {of_lane} AND state IN ('queued', 'leased', 'failed'))"
    );
    let values = vec![
        queue.as_str().into(),
        lane.as_str().into(),
        now.plus_ms(-FAIRNESS_MS).0.into(),
    ];
    tx.execute_raw(db.statement(sql, values)).await?;
    Ok(())
}

/// A redriven delivery goes behind the open head of its lane, if there is one.
pub(super) async fn requeue_behind<C: ConnectionTrait>(
    db: &Database,
    tx: &C,
    id: DeliveryId,
) -> Result<()> {
    let sql = "UPDATE delivery SET state = 'waiting' WHERE id = $1 AND lane IS NOT NULL \
         AND EXISTS (SELECT 1 FROM delivery AS other WHERE other.queue = delivery.queue \
         AND other.lane = delivery.lane AND other.lane IS NOT NULL \
         AND other.id <> delivery.id AND other.state <> 'waiting' \
         AND other.state IN ('queued', 'waiting', 'leased', 'failed'))";
    tx.execute_raw(db.statement(sql, vec![id.0.into()])).await?;
    Ok(())
}

/// Values for an `IN` list with its places.
pub(super) fn in_list(ids: &[uuid::Uuid], start: usize) -> (String, Vec<Value>) {
    (
        places(start, ids.len()),
        ids.iter().map(|id| (*id).into()).collect(),
    )
}
