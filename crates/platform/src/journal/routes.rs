//! The HTTP face of the journal: search, checkpoints, proof, export.
//!
//! Owns: `/journal` and what lies below it.
//! Not here: writing and sealing (`mod.rs`, `seal.rs`), retention.
//! Invariant: a caller sees only events of agencies for which the permission is held; events of
//! no agency only with the permission for the whole platform; looking at evidence is itself an
//! audit event when it leaves the platform.
//! Follows: docs/specs/journal.md; regulation R61, R68, R69.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use lgsp_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    append,
    query::{self, Entry, Filter},
    seal::hex,
    verify::{self, Report},
};
use crate::{
    Platform, csv,
    db::{Database, places},
    error::Result,
    http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit},
    module::Permission,
    registry::Labels,
};

/// Reading events.
pub const READ: &str = "journal.event.read";
/// Taking events out of the platform.
pub const EXPORT: &str = "journal.event.export";
/// Having the chain proved.
pub const VERIFY: &str = "journal.chain.verify";

/// Permissions of the journal.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        name: READ,
        labels: Labels {
            vi: "Xem nhật ký",
            en: "Read the journal",
        },
    },
    Permission {
        name: EXPORT,
        labels: Labels {
            vi: "Xuất nhật ký",
            en: "Export the journal",
        },
    },
    Permission {
        name: VERIFY,
        labels: Labels {
            vi: "Kiểm chứng nhật ký",
            en: "Verify the journal",
        },
    },
];

/// Events read at once while a page is filled or an export runs.
const SCAN_EVENTS: u32 = 500;
/// Most scans for one page; a caller with few rights gets a short page and a cursor then.
const SCANS_MAX: usize = 20;

/// The operations.
#[must_use]
pub fn router(platform: Platform) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_events))
        .routes(routes!(list_checkpoints))
        .routes(routes!(verify_chain))
        .routes(routes!(export_events))
        .routes(routes!(export_events_csv))
        .with_state(platform)
}

/// An event with the proof that covers it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    /// The event.
    #[serde(flatten)]
    pub entry: Entry,
    /// SHA-256 of the block that seals it; absent while it waits.
    pub hash: Option<String>,
}

/// Lists events, newest first.
#[utoipa::path(get, path = "/journal", tag = "journal", operation_id = "list_events",
    summary = "List events · Liệt kê sự kiện nhật ký", params(Filter),
    responses((status = 200, body = Page<EventView>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("journal.event.read"))))]
async fn list_events(
    State(platform): State<Platform>,
    Query(filter): Query<Filter>,
    caller: Caller,
) -> Result<Json<Page<EventView>>, Refusal> {
    let is_whole = caller.scope(READ)?.is_none();
    let size = limit(filter.limit);
    let (entries, next_cursor) = if is_whole {
        let found = query::list(&platform.db, &filter, size + 1).await?;
        let page = Page::cut(found, size, |entry| entry.id.to_string());
        (page.items, page.next_cursor)
    } else {
        visible(&platform.db, filter, &caller, size).await?
    };
    let hashes = block_hashes(&platform.db, &entries).await?;
    let items = entries
        .into_iter()
        .map(|entry| EventView {
            hash: entry.block.and_then(|block| hashes.get(&block).cloned()),
            entry,
        })
        .collect();
    Ok(Json(Page { items, next_cursor }))
}

/// Fills a page with what the caller may see.
async fn visible(
    db: &Database,
    mut filter: Filter,
    caller: &Caller,
    size: u32,
) -> Result<(Vec<Entry>, Option<String>)> {
    let mut found = Vec::new();
    for _ in 0..SCANS_MAX {
        let scanned = query::list(db, &filter, SCAN_EVENTS).await?;
        let is_end = scanned.len() < SCAN_EVENTS as usize;
        for entry in scanned {
            filter.cursor = Some(entry.id.to_string());
            if caller.may(READ, entry.agency.as_deref()) {
                found.push(entry);
            }
            if found.len() >= size as usize {
                return Ok((found, filter.cursor));
            }
        }
        if is_end {
            return Ok((found, None));
        }
    }
    Ok((found, filter.cursor))
}

async fn block_hashes(db: &Database, entries: &[Entry]) -> Result<BTreeMap<i64, String>> {
    let mut blocks: Vec<i64> = entries.iter().filter_map(|entry| entry.block).collect();
    blocks.dedup();
    if blocks.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "SELECT no, hash FROM journal_block WHERE no IN ({})",
        places(1, blocks.len())
    );
    let values = blocks.into_iter().map(Into::into).collect();
    let rows = db.query_all(sql, values).await?;
    rows.iter()
        .map(|row| {
            let hash: Vec<u8> = row.try_get("", "hash")?;
            Ok((row.try_get("", "no")?, hex(&hash)))
        })
        .collect()
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CheckpointFilter {
    /// Where the page starts; from `next_cursor` of the page before.
    cursor: Option<String>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// A signed block of the journal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Checkpoint {
    /// Number, from 1, without a gap.
    pub block: i64,
    /// When it was sealed.
    pub at: Timestamp,
    /// Events in it.
    pub events: i64,
    /// SHA-256 over its events and the block before.
    pub hash: String,
    /// Ed25519 signature over the hash, hexadecimal.
    pub signature: String,
}

/// Lists checkpoints, newest first.
#[utoipa::path(get, path = "/journal/checkpoints", tag = "journal",
    operation_id = "list_checkpoints",
    summary = "List checkpoints · Liệt kê điểm kiểm chứng", params(CheckpointFilter),
    responses((status = 200, body = Page<Checkpoint>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("journal.event.read"))))]
async fn list_checkpoints(
    State(platform): State<Platform>,
    Query(filter): Query<CheckpointFilter>,
    caller: Caller,
) -> Result<Json<Page<Checkpoint>>, Refusal> {
    caller.scope(READ)?;
    let size = limit(filter.limit);
    let before = filter.cursor.as_deref().and_then(|text| text.parse().ok());
    let sql = format!(
        "SELECT no, sealed_at, events, hash, signature FROM journal_block WHERE no < $1 \
         ORDER BY no DESC LIMIT {}",
        size + 1
    );
    let values = vec![before.unwrap_or(i64::MAX).into()];
    let rows = platform.db.query_all(sql, values).await?;
    let read = |row: &sea_orm::QueryResult| -> Result<Checkpoint> {
        let (hash, signature): (Vec<u8>, Vec<u8>) =
            (row.try_get("", "hash")?, row.try_get("", "signature")?);
        Ok(Checkpoint {
            block: row.try_get("", "no")?,
            at: Timestamp(row.try_get("", "sealed_at")?),
            events: row.try_get("", "events")?,
            hash: hex(&hash),
            signature: hex(&signature),
        })
    };
    let items = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Json(Page::cut(items, size, |item: &Checkpoint| {
        item.block.to_string()
    })))
}

/// What a verification found, and how far sealing is behind.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// The report.
    #[serde(flatten)]
    pub report: Report,
    /// Age of the oldest event that waits for its block; 0 when none waits.
    pub lag_ms: i64,
    /// Public key with which signatures were checked, Ed25519, hexadecimal.
    pub public_key: String,
}

/// Proves that the journal is whole.
#[utoipa::path(post, path = "/journal/verify", tag = "journal", operation_id = "verify_chain",
    summary = "Verify the journal · Kiểm chứng nhật ký",
    responses((status = 200, body = Verification), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("journal.chain.verify"))))]
async fn verify_chain(
    State(platform): State<Platform>,
    caller: Caller,
) -> Result<Json<Verification>, Refusal> {
    caller.require(VERIFY, None)?;
    let public_key = platform.sealer.public_key();
    let file = platform.sealer.checkpoint_file();
    let report = verify::verify(&platform.db, &public_key, Some(file)).await?;
    let oldest = oldest_open(&platform.db).await?;
    let result = if report.ok { "ok" } else { "failed" };
    let event = caller
        .audit("journal.verified", "journal", "chain")
        .with_result(result)
        .with_detail(serde_json::json!({"blocks": report.blocks, "first_bad": report.first_bad}));
    note(&platform, event).await?;
    Ok(Json(Verification {
        report,
        lag_ms: oldest.map_or(0, |at| caller.now.since(at).max(0)),
        public_key: hex(&public_key),
    }))
}

async fn oldest_open(db: &Database) -> Result<Option<Timestamp>> {
    let sql = "SELECT MIN(at) AS at FROM journal_event WHERE block IS NULL";
    let row = db.query_one(sql, vec![]).await?;
    let at: Option<i64> = row.map(|row| row.try_get("", "at")).transpose()?.flatten();
    Ok(at.map(Timestamp))
}

/// Exports events as one JSON object a line, newest first.
#[utoipa::path(get, path = "/journal/export", tag = "journal", operation_id = "export_events",
    summary = "Export the journal · Xuất nhật ký", params(Filter),
    responses((status = 200, content_type = "application/x-ndjson", body = String),
        (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("journal.event.export"))))]
async fn export_events(
    State(platform): State<Platform>,
    Query(filter): Query<Filter>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.scope(EXPORT)?;
    note(
        &platform,
        caller.audit("journal.exported", "journal", "events"),
    )
    .await?;
    let export = Export {
        db: platform.db.clone(),
        caller,
        left: filter.limit.map(u64::from),
        filter: Some(filter),
    };
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"journal.ndjson\"",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let lines = stream::try_unfold(export, |export| next_part(export, json_lines));
    let body = Body::from_stream(lines);
    Ok((headers, body).into_response())
}

const CSV_HEADER: [&str; 15] = [
    "id",
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
    "block",
];

/// Exports events as CSV for auditors, newest first.
#[utoipa::path(get, path = "/journal/export/csv", tag = "journal",
    operation_id = "export_events_csv",
    summary = "Export the journal as CSV · Xuất nhật ký dạng CSV", params(Filter),
    responses((status = 200, content_type = "text/csv", body = String),
        (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("journal.event.export"))))]
async fn export_events_csv(
    State(platform): State<Platform>,
    Query(filter): Query<Filter>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.scope(EXPORT)?;
    let event = caller.audit("journal.exported", "journal", "events");
    note(&platform, event).await?;
    let export = Export {
        db: platform.db.clone(),
        caller,
        left: filter.limit.map(u64::from),
        filter: Some(filter),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"journal.csv\"",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let head = Bytes::from(csv::Writer::new(&CSV_HEADER).finish());
    let head = stream::once(async move { Ok::<_, crate::Error>(head) });
    let lines = stream::try_unfold(export, |export| next_part(export, csv_lines));
    let body = Body::from_stream(futures_util::StreamExt::chain(head, lines));
    Ok((headers, body).into_response())
}

fn csv_lines(entries: Vec<Entry>) -> Result<Bytes> {
    let mut lines = csv::Writer::further();
    let text = |text: Option<String>| text.unwrap_or_default();
    for entry in entries {
        let detail = match entry.detail.is_null() {
            true => String::new(),
            false => entry.detail.to_string(),
        };
        lines.row(&[
            entry.id.to_string(),
            entry.at.to_string(),
            entry.class,
            entry.action,
            entry.actor,
            text(entry.on_behalf_of),
            text(entry.ground),
            text(entry.address),
            entry.subject_kind,
            entry.subject,
            text(entry.agency),
            entry.result,
            text(entry.trace_id),
            detail,
            entry
                .block
                .map(|block| block.to_string())
                .unwrap_or_default(),
        ]);
    }
    Ok(lines.finish().into())
}

/// The evidence of the act; without it the act is refused.
async fn note(platform: &Platform, event: super::Event) -> Result<()> {
    let tx = platform.db.begin().await?;
    append(&*tx, [event]).await?;
    tx.commit().await
}

struct Export {
    db: Database,
    caller: Caller,
    /// Events still wanted; absent for all.
    left: Option<u64>,
    /// Absent once the end is reached.
    filter: Option<Filter>,
}

fn json_lines(entries: Vec<Entry>) -> Result<Bytes> {
    let mut lines = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut lines, &entry)
            .map_err(|error| crate::Error::Internal(error.to_string()))?;
        lines.push(b'\n');
    }
    Ok(lines.into())
}

/// One scan as lines; pages keep memory bounded whatever the journal's size.
async fn next_part(
    mut export: Export,
    lines: fn(Vec<Entry>) -> Result<Bytes>,
) -> Result<Option<(Bytes, Export)>> {
    let Some(mut filter) = export.filter.take() else {
        return Ok(None);
    };
    let entries = query::list(&export.db, &filter, SCAN_EVENTS).await?;
    let is_end = entries.len() < SCAN_EVENTS as usize;
    let mut wanted = Vec::new();
    for entry in entries {
        filter.cursor = Some(entry.id.to_string());
        if export.left == Some(0) {
            break;
        }
        if export.caller.may(EXPORT, entry.agency.as_deref()) {
            wanted.push(entry);
            export.left = export.left.map(|left| left - 1);
        }
    }
    if !is_end && export.left != Some(0) {
        export.filter = Some(filter);
    }
    Ok(Some((lines(wanted)?, export)))
}
