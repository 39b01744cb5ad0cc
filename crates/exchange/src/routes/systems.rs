//! Systems that speak to us, and their secrets.
//!
//! Owns: `/systems` and the secrets below.
//! Not here: their specification; a system is a resource (`/resources/system/…`).
//! Invariant: a secret is shown once, in the answer that made it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::text::fold;
use lgsp_platform::{
    http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit},
    registry::Kind as _,
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{SYSTEM_READ, SYSTEM_SECRET};
use crate::{
    Exchange, Result,
    kinds::System,
    query::views::{NewSecret, SecretItem, SystemItem},
};

/// How long the secrets before a new one go on working unless the caller says otherwise.
pub(super) const OVERLAP_HOURS_DEFAULT: u32 = 24;
/// Longest time for which an old secret may go on working: 30 days.
pub(super) const OVERLAP_HOURS_MAX: u32 = 720;

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(list_systems))
        .routes(routes!(get_system))
        .routes(routes!(list_system_secrets, create_system_secret))
        .routes(routes!(retire_system_secret))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SystemFilter {
    /// Words of name, title, system id or agencies, tone marks optional.
    q: Option<String>,
    /// Name after which the page starts.
    cursor: Option<String>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists systems, sorted by name.
#[utoipa::path(get, path = "/systems", tag = "systems", operation_id = "list_systems",
    summary = "List systems · Liệt kê hệ thống", params(SystemFilter),
    responses((status = 200, body = Page<SystemItem>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.system.read"))))]
async fn list_systems(
    State(exchange): State<Exchange>,
    Query(filter): Query<SystemFilter>,
    caller: Caller,
) -> Result<Json<Page<SystemItem>>, Refusal> {
    let scope = caller.scope(SYSTEM_READ)?;
    let words = filter.q.as_deref().map(fold).unwrap_or_default();
    let after = filter.cursor.unwrap_or_default();
    let size = limit(filter.limit);
    let items = exchange
        .system_list(scope.as_deref())
        .await?
        .into_iter()
        .filter(|item| item.name > after && is_match(item, &words))
        .take(size as usize + 1)
        .collect();
    Ok(Json(Page::cut(items, size, |item: &SystemItem| {
        item.name.clone()
    })))
}

fn is_match(item: &SystemItem, words: &str) -> bool {
    let agencies = item.agencies.iter();
    let agencies: Vec<String> = agencies
        .map(|agency| format!("{} {}", agency.code, agency.name))
        .collect();
    let text = fold(&format!(
        "{} {} {} {}",
        item.name,
        item.title,
        item.systemid,
        agencies.join(" ")
    ));
    words.split(' ').all(|word| text.contains(word))
}

/// Gives one system.
#[utoipa::path(get, path = "/systems/{name}", tag = "systems", operation_id = "get_system",
    summary = "Get a system · Xem một hệ thống", params(("name" = String, Path)),
    responses((status = 200, body = SystemItem), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.system.read"))))]
async fn get_system(
    State(exchange): State<Exchange>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<SystemItem>, Refusal> {
    require(&exchange, &caller, SYSTEM_READ, &name)?;
    Ok(Json(exchange.system_get(&name).await?))
}

/// Lists the secrets of a system, newest first, without their values.
#[utoipa::path(get, path = "/systems/{name}/secrets", tag = "systems",
    operation_id = "list_system_secrets", summary = "List secrets · Liệt kê khóa",
    params(("name" = String, Path)),
    responses((status = 200, body = Page<SecretItem>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.system.read"))))]
async fn list_system_secrets(
    State(exchange): State<Exchange>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<Page<SecretItem>>, Refusal> {
    require(&exchange, &caller, SYSTEM_READ, &name)?;
    Ok(Json(Page::whole(exchange.secret_list(&name).await?)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Overlap {
    /// Hours for which the secrets before go on working; 24 when absent, at most 720.
    overlap_hours: Option<u32>,
}

/// Makes a secret; the answer is the only place that ever shows it.
#[utoipa::path(post, path = "/systems/{name}/secrets", tag = "systems",
    operation_id = "create_system_secret", summary = "Make a secret · Cấp khóa mới",
    params(("name" = String, Path), Overlap),
    responses((status = 201, body = NewSecret), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.system.secret"))))]
async fn create_system_secret(
    State(exchange): State<Exchange>,
    Path(name): Path<String>,
    Query(overlap): Query<Overlap>,
    caller: Caller,
) -> Result<(StatusCode, Json<NewSecret>), Refusal> {
    require(&exchange, &caller, SYSTEM_SECRET, &name)?;
    let hours = overlap.overlap_hours.unwrap_or(OVERLAP_HOURS_DEFAULT);
    let overlap_ms = i64::from(hours.min(OVERLAP_HOURS_MAX)) * 3_600_000;
    let secret = exchange.secret_create(&caller, &name, overlap_ms).await?;
    Ok((StatusCode::CREATED, Json(secret)))
}

/// Ends a secret at once.
#[utoipa::path(delete, path = "/systems/{name}/secrets/{id}", tag = "systems",
    operation_id = "retire_system_secret", summary = "End a secret · Thu hồi khóa",
    params(("name" = String, Path), ("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.system.secret"))))]
async fn retire_system_secret(
    State(exchange): State<Exchange>,
    Path((name, id)): Path<(String, Uuid)>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    require(&exchange, &caller, SYSTEM_SECRET, &name)?;
    exchange.secret_retire(&caller, &name, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The permission, for the agency that owns the system or for one that it speaks for.
fn require(exchange: &Exchange, caller: &Caller, permission: &str, name: &str) -> Result<()> {
    let registry = &exchange.platform().registry;
    let owner = registry.find(System::KIND, name)?.agency.clone();
    let directory = exchange.directory();
    let speaks_for = directory.system_named(name).map(|system| &system.agencies);
    // A secret speaks for all agencies of the system, so that all of them must be the caller's.
    let is_for_all = speaks_for.is_some_and(|agencies| {
        !agencies.is_empty()
            && agencies
                .iter()
                .all(|agency| caller.may(permission, Some(agency)))
    });
    if is_for_all {
        return Ok(());
    }
    Ok(caller.require(permission, owner.as_deref())?)
}
