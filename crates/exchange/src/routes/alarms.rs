//! Alarms about documents that are late.
//!
//! Owns: `/alarms`.

use axum::extract::{Path, State};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{ALARM_ACKNOWLEDGE, ALARM_READ};
use crate::{
    Exchange,
    query::views::{AlarmFilter, AlarmItem},
};

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(list_alarms))
        .routes(routes!(acknowledge_alarm))
}

/// Lists alarms, newest first.
#[utoipa::path(get, path = "/alarms", tag = "exchange", operation_id = "list_alarms",
    summary = "List alarms · Liệt kê cảnh báo", params(AlarmFilter),
    responses((status = 200, body = Page<AlarmItem>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.alarm.read"))))]
async fn list_alarms(
    State(exchange): State<Exchange>,
    Query(filter): Query<AlarmFilter>,
    caller: Caller,
) -> Result<Json<Page<AlarmItem>>, Refusal> {
    let scope = caller.scope(ALARM_READ)?;
    Ok(Json(exchange.alarms(&filter, scope.as_deref()).await?))
}

/// Notes that the caller has seen an alarm.
#[utoipa::path(post, path = "/alarms/{id}/acknowledge", tag = "exchange",
    operation_id = "acknowledge_alarm", summary = "Acknowledge an alarm · Ghi nhận cảnh báo",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = AlarmItem), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.alarm.acknowledge"))))]
async fn acknowledge_alarm(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
) -> Result<Json<AlarmItem>, Refusal> {
    let scope = caller.scope(ALARM_ACKNOWLEDGE)?;
    let alarm = exchange
        .alarm_acknowledge(&caller, id, scope.as_deref())
        .await?;
    Ok(Json(alarm))
}
