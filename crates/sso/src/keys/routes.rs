//! `/signing-keys`: what signs, since when, and turning it by hand.
//!
//! Owns: the operations of the console.
//! Invariant: private parts are never answered.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Alg, KEY_READ, KEY_ROTATE, KeyInfo, Keys, Purpose};

/// Operations of keys.
pub(crate) fn router(keys: Keys) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_signing_keys))
        .routes(routes!(rotate_signing_key))
        .routes(routes!(destroy_signing_key))
        .with_state(keys)
}

/// Which key is to be replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotateKey {
    /// What it is for.
    purpose: Purpose,
    /// Algorithm.
    alg: Alg,
    /// Use the successor even when partners may not have seen it yet: the active key is known
    /// to others.
    #[serde(default)]
    at_once: bool,
}

/// Lists the signing keys, newest first.
#[utoipa::path(get, path = "/signing-keys", tag = "sso", operation_id = "list_signing_keys",
    summary = "List signing keys · Liệt kê khoá ký",
    responses((status = 200, body = Page<KeyInfo>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.key.read"))))]
async fn list_signing_keys(
    State(keys): State<Keys>,
    caller: Caller,
) -> Result<Json<Page<KeyInfo>>, Refusal> {
    caller.require(KEY_READ, None)?;
    Ok(Json(Page::whole(keys.list().await?)))
}

/// Replaces the active key by its successor; the old one stays published for a day.
#[utoipa::path(post, path = "/signing-keys/rotate", tag = "sso",
    operation_id = "rotate_signing_key", request_body = RotateKey,
    summary = "Rotate a signing key · Thay khoá ký",
    responses((status = 200, body = KeyInfo), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.key.rotate"))))]
async fn rotate_signing_key(
    State(keys): State<Keys>,
    caller: Caller,
    Json(wish): Json<RotateKey>,
) -> Result<Json<KeyInfo>, Refusal> {
    caller.require(KEY_ROTATE, None)?;
    let actor = caller.principal.actor_name();
    let rotated = keys.rotate(actor, wish.purpose, wish.alg, wish.at_once);
    Ok(Json(rotated.await?))
}

/// Destroys a retired key before its date: what it signed is no longer believed.
#[utoipa::path(delete, path = "/signing-keys/{kid}", tag = "sso",
    operation_id = "destroy_signing_key", params(("kid" = String, Path)),
    summary = "Destroy a retired key · Huỷ khoá đã thôi dùng",
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.key.rotate"))))]
async fn destroy_signing_key(
    State(keys): State<Keys>,
    caller: Caller,
    Path(kid): Path<String>,
) -> Result<StatusCode, Refusal> {
    caller.require(KEY_ROTATE, None)?;
    keys.destroy(caller.principal.actor_name(), &kid).await?;
    Ok(StatusCode::NO_CONTENT)
}
