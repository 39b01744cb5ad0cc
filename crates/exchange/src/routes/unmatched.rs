//! Statuses whose document is not here: seen, tried once more, dismissed.
//!
//! Owns: `/unmatched-statuses`.
//! Not here: parking and trying by itself (`service/`, `worker/orphans.rs`).
//! Invariant: every wish of a person is one transaction with its audit event.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_platform::{
    error::FieldError,
    http::{Caller, Json, Page, ProblemBody, Query, Refusal},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{DOCUMENT_PROCESS, DOCUMENT_READ};
use crate::{
    Error, Exchange,
    query::views::{UnmatchedDismissal, UnmatchedFilter, UnmatchedItem, UnmatchedRetried},
};

/// Shortest and longest reason of a dismissal, in characters.
const REASON_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=500;

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(list_unmatched_statuses))
        .routes(routes!(retry_unmatched_status))
        .routes(routes!(dismiss_unmatched_status))
}

/// Lists statuses that no document has taken, newest first.
#[utoipa::path(get, path = "/unmatched-statuses", tag = "exchange",
    operation_id = "list_unmatched_statuses",
    summary = "List unmatched statuses · Liệt kê trạng thái chưa ghép",
    params(UnmatchedFilter),
    responses((status = 200, body = Page<UnmatchedItem>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.read"))))]
async fn list_unmatched_statuses(
    State(exchange): State<Exchange>,
    Query(filter): Query<UnmatchedFilter>,
    caller: Caller,
) -> Result<Json<Page<UnmatchedItem>>, Refusal> {
    let scope = caller.scope(DOCUMENT_READ)?;
    Ok(Json(exchange.unmatched(&filter, scope.as_deref()).await?))
}

/// Tries now whether the document of a status is here.
#[utoipa::path(post, path = "/unmatched-statuses/{id}/retry", tag = "exchange",
    operation_id = "retry_unmatched_status",
    summary = "Match a status once more · Thử ghép lại trạng thái",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = UnmatchedRetried), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.process"))))]
async fn retry_unmatched_status(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
) -> Result<Json<UnmatchedRetried>, Refusal> {
    let scope = caller.scope(DOCUMENT_PROCESS)?;
    let is_matched = exchange
        .retry_unmatched(&caller, id, scope.as_deref())
        .await?;
    Ok(Json(UnmatchedRetried { is_matched }))
}

/// Takes a status off the list, with a reason.
#[utoipa::path(post, path = "/unmatched-statuses/{id}/dismiss", tag = "exchange",
    operation_id = "dismiss_unmatched_status",
    summary = "Dismiss an unmatched status · Bỏ qua trạng thái chưa ghép",
    params(("id" = Uuid, Path)), request_body = UnmatchedDismissal,
    responses((status = 204), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.process"))))]
async fn dismiss_unmatched_status(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
    Json(body): Json<UnmatchedDismissal>,
) -> Result<StatusCode, Refusal> {
    let scope = caller.scope(DOCUMENT_PROCESS)?;
    if !REASON_CHARACTERS.contains(&body.reason.trim().chars().count()) {
        return Err(Error::Invalid(vec![FieldError::new(
            "/reason",
            "exchange.reason.length",
            "Lý do dài từ 3 đến 500 ký tự.",
            "A reason has 3 to 500 characters.",
        )])
        .into());
    }
    exchange
        .dismiss_unmatched(&caller, id, &body.reason, scope.as_deref())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
