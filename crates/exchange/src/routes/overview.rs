//! The exchange at one glance.
//!
//! Owns: `/exchange/overview`.

use axum::extract::State;
use lgsp_platform::http::{Caller, Json, ProblemBody, Query, Refusal};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::OVERVIEW_READ;
use crate::{
    Exchange,
    query::views::{Overview, Window},
};

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new().routes(routes!(get_exchange_overview))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OverviewFilter {
    /// `today` (since midnight in Vietnam), `hour` or `week`.
    #[param(inline)]
    window: Option<Window>,
}

/// Counts, flows, queues, the axis, the newest documents and alarms.
#[utoipa::path(get, path = "/exchange/overview", tag = "exchange",
    operation_id = "get_exchange_overview",
    summary = "See the exchange · Tổng quan trao đổi văn bản", params(OverviewFilter),
    responses((status = 200, body = Overview), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.overview.read"))))]
async fn get_exchange_overview(
    State(exchange): State<Exchange>,
    Query(filter): Query<OverviewFilter>,
    caller: Caller,
) -> Result<Json<Overview>, Refusal> {
    let scope = caller.scope(OVERVIEW_READ)?;
    let window = filter.window.unwrap_or_default();
    let overview = exchange.overview(window, scope.as_deref()).await?;
    Ok(Json(Overview::clone(&overview)))
}
