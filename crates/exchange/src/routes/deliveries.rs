//! Deliveries of the ledger: what waits, what died, sending again.
//!
//! Owns: `/deliveries`.
//! Not here: what a delivery means (the capability that queued it), the ledger itself.
//! Invariant: who is limited to agencies sees and touches only deliveries to those agencies;
//! every wish of a person is one transaction with its audit event.
//! Follows: docs/specs/ledger.md, Dead letters.

use axum::extract::{Path, State};
use futures_util::{StreamExt as _, stream};
use lgsp_model::{DeliveryId, Timestamp, text::fold};
use lgsp_platform::{
    Error, Platform,
    http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit},
    journal::query as events,
    ledger::{
        Effects, State as DeliveryState,
        query::{Delivery, Filter},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{DELIVERY_CANCEL, DELIVERY_READ, DELIVERY_REDRIVE};
use crate::{Exchange, Result, tables};

/// Deliveries that one bulk redrive sends again; call it again for more.
pub(super) const REDRIVE_MAX: usize = 1_000;
/// Longest reason of a cancellation, in bytes.
pub(super) const REASON_BYTES_MAX: usize = 500;
/// Redrives on their way to the group commit at the same time.
const REDRIVE_CONCURRENCY: usize = 64;
/// Deliveries read at once while a filtered page is filled.
const SCAN_DELIVERIES: u32 = 500;
/// Most scans for one page.
const SCANS_MAX: usize = 20;
/// Most entries of an attempts log.
const LOG_MAX: u32 = 200;

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(list_deliveries))
        .routes(routes!(get_delivery))
        .routes(routes!(redrive_deliveries))
        .routes(routes!(redrive_delivery))
        .routes(routes!(cancel_delivery))
}

/// Which deliveries are wanted; empty fields do not restrict.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveryFilter {
    /// Queue.
    queue: Option<String>,
    /// State.
    #[param(inline)]
    state: Option<DeliveryState>,
    /// Receiver.
    address: Option<String>,
    /// Message.
    message_id: Option<Uuid>,
    /// Words of address, subject or last error, tone marks optional.
    q: Option<String>,
    /// Where the page starts.
    cursor: Option<String>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// A delivery with what it carries.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct DeliveryItem {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// The document that it carries or is about.
    pub document_id: Option<Uuid>,
    /// Subject of that document.
    pub subject: Option<String>,
}

/// One entry of the log of a delivery.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct LogItem {
    /// When.
    pub at: Timestamp,
    /// What happened: `delivery.failed`, `delivery.redriven`, ….
    pub event: String,
    /// `ok`, `refused` or `failed`.
    pub result: String,
    /// Who did it.
    pub actor: String,
    /// Further facts.
    pub detail: serde_json::Value,
}

/// A delivery with its log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct DeliveryDetail {
    /// What lists show too.
    #[serde(flatten)]
    pub item: DeliveryItem,
    /// What happened to it, oldest first.
    pub log: Vec<LogItem>,
}

/// Lists deliveries, newest first.
#[utoipa::path(get, path = "/deliveries", tag = "deliveries", operation_id = "list_deliveries",
    summary = "List deliveries · Liệt kê lượt gửi", params(DeliveryFilter),
    responses((status = 200, body = Page<DeliveryItem>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("ledger.delivery.read"))))]
async fn list_deliveries(
    State(exchange): State<Exchange>,
    Query(filter): Query<DeliveryFilter>,
    caller: Caller,
) -> Result<Json<Page<DeliveryItem>>, Refusal> {
    let is_whole = caller.scope(DELIVERY_READ)?.is_none();
    Ok(Json(page(&exchange, &caller, filter, is_whole).await?))
}

async fn page(
    exchange: &Exchange,
    caller: &Caller,
    filter: DeliveryFilter,
    is_whole: bool,
) -> Result<Page<DeliveryItem>> {
    let platform = exchange.platform();
    let size = limit(filter.limit);
    let words = filter.q.as_deref().map(fold).unwrap_or_default();
    let mut wanted = Filter {
        queue: filter.queue,
        state: filter.state,
        address: filter.address,
        message_id: filter.message_id,
        cursor: filter.cursor,
        limit: None,
    };
    if is_whole && words.is_empty() {
        let found = platform.ledger.deliveries(&wanted, size + 1).await?;
        let cut = Page::cut(found, size, |delivery| delivery.id.to_string());
        return Ok(Page {
            items: with_subjects(platform, cut.items).await?,
            next_cursor: cut.next_cursor,
        });
    }
    let mut items = Vec::new();
    for _ in 0..SCANS_MAX {
        let scanned = platform.ledger.deliveries(&wanted, SCAN_DELIVERIES).await?;
        let is_end = scanned.len() < SCAN_DELIVERIES as usize;
        for item in with_subjects(platform, scanned).await? {
            wanted.cursor = Some(item.delivery.id.to_string());
            let is_visible = is_whole || may(caller, DELIVERY_READ, &item.delivery);
            if is_visible && is_match(&item, &words) {
                items.push(item);
            }
            if items.len() >= size as usize {
                return Ok(Page {
                    items,
                    next_cursor: wanted.cursor,
                });
            }
        }
        if is_end {
            wanted.cursor = None;
            break;
        }
    }
    Ok(Page {
        items,
        next_cursor: wanted.cursor,
    })
}

fn is_match(item: &DeliveryItem, words: &str) -> bool {
    let text = fold(&format!(
        "{} {} {}",
        item.delivery.address,
        item.subject.as_deref().unwrap_or_default(),
        item.delivery.last_error.as_deref().unwrap_or_default()
    ));
    words.split(' ').all(|word| text.contains(word))
}

/// An address is an agency, or an agency and a tray behind a stroke.
fn may(caller: &Caller, permission: &str, delivery: &Delivery) -> bool {
    let agency = delivery.address.split('/').next();
    caller.may(permission, agency)
}

async fn with_subjects(
    platform: &Platform,
    deliveries: Vec<Delivery>,
) -> Result<Vec<DeliveryItem>> {
    let ids: Vec<Uuid> = deliveries.iter().map(|delivery| delivery.id).collect();
    let mut known = tables::delivery::subjects(&platform.db, &ids).await?;
    let item = |delivery: Delivery| {
        let (document_id, subject) = known.remove(&delivery.id).unzip();
        DeliveryItem {
            delivery,
            document_id,
            subject,
        }
    };
    Ok(deliveries.into_iter().map(item).collect())
}

/// The delivery, unless the caller may not see it.
async fn find(
    exchange: &Exchange,
    caller: &Caller,
    permission: &str,
    id: Uuid,
) -> Result<Delivery> {
    let is_whole = caller.scope(permission)?.is_none();
    let delivery = exchange.platform().ledger.delivery(DeliveryId(id)).await?;
    if is_whole || may(caller, permission, &delivery) {
        return Ok(delivery);
    }
    Err(Error::NotFound {
        what: "delivery",
        name: id.to_string(),
    }
    .into())
}

/// Gives a delivery with its log.
#[utoipa::path(get, path = "/deliveries/{id}", tag = "deliveries",
    operation_id = "get_delivery", summary = "Get a delivery · Xem một lượt gửi",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = DeliveryDetail), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("ledger.delivery.read"))))]
async fn get_delivery(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
) -> Result<Json<DeliveryDetail>, Refusal> {
    let delivery = find(&exchange, &caller, DELIVERY_READ, id).await?;
    Ok(Json(detail(exchange.platform(), delivery).await?))
}

async fn detail(platform: &Platform, delivery: Delivery) -> Result<DeliveryDetail> {
    let id = delivery.id.to_string();
    let missing = || Error::Internal("no delivery".to_owned());
    let items = with_subjects(platform, vec![delivery]).await?;
    let item = items.into_iter().next().ok_or_else(missing)?;
    let of = async |subject: String| {
        let filter = events::Filter {
            subject: Some(subject),
            ..events::Filter::default()
        };
        events::list(&platform.db, &filter, LOG_MAX).await
    };
    let mut found = of(id.clone()).await?;
    if let Some(document) = item.document_id {
        // What carriers note of a copy stands with its document; the copy has our id.
        let hops = of(document.to_string()).await?;
        found.extend(
            hops.into_iter()
                .filter(|hop| hop.detail.get("copy").is_some_and(|copy| *copy == *id)),
        );
    }
    found.sort_by_key(|entry| entry.id);
    let log = found
        .into_iter()
        .map(|entry| LogItem {
            at: entry.at,
            event: entry.action,
            result: entry.result,
            actor: entry.actor,
            detail: entry.detail,
        })
        .collect();
    Ok(DeliveryDetail { item, log })
}

/// Sends one delivery again.
#[utoipa::path(post, path = "/deliveries/{id}/redrive", tag = "deliveries",
    operation_id = "redrive_delivery", summary = "Redrive a delivery · Gửi lại một lượt gửi",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = DeliveryDetail), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("ledger.delivery.redrive"))))]
async fn redrive_delivery(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
) -> Result<Json<DeliveryDetail>, Refusal> {
    find(&exchange, &caller, DELIVERY_REDRIVE, id).await?;
    let platform = exchange.platform();
    redrive(platform, &caller, id).await?;
    let delivery = platform.ledger.delivery(DeliveryId(id)).await?;
    Ok(Json(detail(platform, delivery).await?))
}

async fn redrive(platform: &Platform, caller: &Caller, id: Uuid) -> Result<()> {
    let effects = Effects {
        events: vec![caller.audit("delivery.redriven", "delivery", id.to_string())],
        ..Effects::default()
    };
    Ok(platform.ledger.redrive(DeliveryId(id), effects).await?)
}

/// Why a delivery is taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cancellation {
    /// The reason, at most 500 bytes.
    reason: String,
}

/// Takes a delivery out of its queue.
#[utoipa::path(post, path = "/deliveries/{id}/cancel", tag = "deliveries",
    operation_id = "cancel_delivery", summary = "Cancel a delivery · Hủy một lượt gửi",
    params(("id" = Uuid, Path)), request_body = Cancellation,
    responses((status = 200, body = DeliveryDetail), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("ledger.delivery.cancel"))))]
async fn cancel_delivery(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
    Json(body): Json<Cancellation>,
) -> Result<Json<DeliveryDetail>, Refusal> {
    find(&exchange, &caller, DELIVERY_CANCEL, id).await?;
    let reason = body.reason.trim();
    if reason.is_empty() {
        return Err(Error::BadRequest("a reason is needed".to_owned()).into());
    }
    if reason.len() > REASON_BYTES_MAX {
        return Err(Error::TooLarge {
            limit: "REASON_BYTES_MAX",
            max: REASON_BYTES_MAX as u64,
        }
        .into());
    }
    let event = caller
        .audit("delivery.cancelled", "delivery", id.to_string())
        .with_detail(serde_json::json!({"reason": reason}));
    let effects = Effects {
        events: vec![event],
        ..Effects::default()
    };
    let platform = exchange.platform();
    let ledger = &platform.ledger;
    ledger.cancel(DeliveryId(id), reason, effects).await?;
    let delivery = ledger.delivery(DeliveryId(id)).await?;
    Ok(Json(detail(platform, delivery).await?))
}

/// Which dead letters are sent again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkRedrive {
    /// All dead letters of a queue, oldest first, at most 1,000 in one call.
    queue: Option<String>,
    /// These deliveries, at most 1,000.
    ids: Option<Vec<Uuid>>,
}

/// How many were sent again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct BulkResult {
    /// Deliveries that are queued again.
    pub redriven: usize,
    /// Deliveries in a state that does not allow it, or that the caller may not touch.
    pub skipped: usize,
}

/// Sends many deliveries again.
#[utoipa::path(post, path = "/deliveries/redrive", tag = "deliveries",
    operation_id = "redrive_deliveries", summary = "Redrive deliveries · Gửi lại nhiều lượt gửi",
    request_body = BulkRedrive,
    responses((status = 200, body = BulkResult), (status = 400, body = ProblemBody),
        (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("ledger.delivery.redrive"))))]
async fn redrive_deliveries(
    State(exchange): State<Exchange>,
    caller: Caller,
    Json(body): Json<BulkRedrive>,
) -> Result<Json<BulkResult>, Refusal> {
    let is_whole = caller.scope(DELIVERY_REDRIVE)?.is_none();
    let platform = exchange.platform();
    let found = chosen(platform, body).await?;
    let asked = found.len();
    let allowed: Vec<Uuid> = found
        .iter()
        .filter(|delivery| is_whole || may(&caller, DELIVERY_REDRIVE, delivery))
        .map(|delivery| delivery.id)
        .collect();
    let mut under_way = stream::iter(allowed)
        .map(|id| redrive(platform, &caller, id))
        .buffer_unordered(REDRIVE_CONCURRENCY);
    let mut redriven = 0;
    while let Some(done) = under_way.next().await {
        match done {
            Ok(()) => redriven += 1,
            // Somebody else was faster, or it went by itself: nothing is wrong.
            Err(crate::Error::Platform(Error::DeliveryState { .. })) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(BulkResult {
        redriven,
        skipped: asked - redriven,
    }))
}

async fn chosen(platform: &Platform, body: BulkRedrive) -> Result<Vec<Delivery>> {
    let ledger = &platform.ledger;
    match (body.queue, body.ids) {
        (None, Some(ids)) if ids.len() <= REDRIVE_MAX => Ok(ledger.deliveries_by_id(&ids).await?),
        (None, Some(_)) => Err(Error::TooLarge {
            limit: "REDRIVE_MAX",
            max: REDRIVE_MAX as u64,
        }
        .into()),
        (Some(queue), None) => {
            let filter = Filter {
                queue: Some(queue),
                state: Some(DeliveryState::Dead),
                ..Filter::default()
            };
            let count = u32::try_from(REDRIVE_MAX).unwrap_or(u32::MAX);
            let mut found = ledger.deliveries(&filter, count).await?;
            found.reverse();
            Ok(found)
        }
        (Some(_), Some(_)) | (None, None) => {
            Err(Error::BadRequest("give either queue or ids".to_owned()).into())
        }
    }
}
