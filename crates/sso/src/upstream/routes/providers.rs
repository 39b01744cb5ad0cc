//! Providers for the administrator: secret, check, try.
//!
//! Owns: operations below `/identity-providers/{name}`.
//! Not here: the specification; a provider is a resource (`/resources/identity-provider/…`); what
//! claims become (`preview.rs`), who is linked (`links.rs`).
//! Invariant: a secret goes in and never comes out; a check and a try store nothing.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use lgsp_identity::Actor;
use lgsp_platform::{
    http::{Caller, Json, ProblemBody, Refusal},
    journal,
    registry::SECRET_CHANGE,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PROVIDER_SECRET, PROVIDER_TRY, me::ProviderAddress};
use crate::upstream::{
    KIND, Upstream,
    error::{Error, Result},
    transaction::Purpose,
};

/// Longest secret, in bytes.
const SECRET_BYTES_MAX: usize = 1_024;

/// A provider's secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderSecret {
    /// The secret that the provider gave the platform.
    #[schema(format = Password)]
    secret: String,
}

/// Sets the secret with which the platform proves itself to a provider; the old one ends.
#[utoipa::path(put, path = "/identity-providers/{name}/secret", tag = "upstream",
    operation_id = "put_identity_provider_secret",
    summary = "Set a provider's secret · Đặt khóa của nhà cung cấp",
    request_body = ProviderSecret, params(("name" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.provider.secret"))))]
pub(super) async fn put_secret(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(name): Path<String>,
    Json(body): Json<ProviderSecret>,
) -> Result<StatusCode, Refusal> {
    caller.require(PROVIDER_SECRET, None)?;
    upstream.providers.find(&name)?;
    if body.secret.is_empty() || body.secret.len() > SECRET_BYTES_MAX {
        return Err(Error::SecretForm.into());
    }
    let platform = &upstream.platform;
    let tx = platform.db.begin().await?;
    let owner = (KIND, name.as_str());
    platform.vault.retire(&*tx, owner, None, caller.now).await?;
    let secret = body.secret.as_bytes();
    platform
        .vault
        .insert(&*tx, KIND, &name, secret, caller.now)
        .await?;
    platform
        .registry
        .announce(&tx, SECRET_CHANGE, &name)
        .await?;
    let actor = Actor::from(&caller);
    let event = upstream.event(&actor, "provider.secret_set", (KIND, &name));
    journal::append(&*tx, [event]).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a check of a provider found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderCheck {
    /// Address that the provider must know as the way back.
    redirect_uri: String,
    /// Whether a secret is set.
    has_secret: bool,
    /// Where people are sent; absent when the configuration cannot be read.
    authorization_endpoint: Option<String>,
    /// Keys that can be used.
    keys: usize,
    /// What is wrong; absent when nothing is.
    problem: Option<ProblemBody>,
}

/// Reads a provider's configuration and keys now, and tells what is wrong.
#[utoipa::path(post, path = "/identity-providers/{name}/check", tag = "upstream",
    operation_id = "check_identity_provider",
    summary = "Check a provider · Kiểm tra nhà cung cấp", params(("name" = String, Path)),
    responses((status = 200, body = ProviderCheck), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.provider.try"))))]
pub(super) async fn check_provider(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<ProviderCheck>, Refusal> {
    caller.require(PROVIDER_TRY, None)?;
    let provider = upstream.providers.find(&name)?;
    let mut check = ProviderCheck {
        redirect_uri: upstream.redirect_uri(&name),
        has_secret: upstream.client_secret(&name).await.is_ok(),
        authorization_endpoint: None,
        keys: 0,
        problem: None,
    };
    let read: Result<()> = async {
        upstream.providers.forget(&name).await;
        let endpoints = upstream.providers.endpoints(&provider).await?;
        check.authorization_endpoint = Some(endpoints.authorization.clone());
        let keys = upstream.providers.keys(&provider, &endpoints, None).await?;
        check.keys = keys.len();
        match check.keys {
            0 => Err(Error::Unreadable("no usable key")),
            _ => Ok(()),
        }
    }
    .await;
    if let Err(error) = read {
        tracing::info!(%error, provider = %name, "provider check");
        check.problem = Some(ProblemBody::of(&error));
    }
    Ok(Json(check))
}

/// Begins a dry run: one signs in there, and a page shows the claims; nothing is stored.
#[utoipa::path(post, path = "/identity-providers/{name}/try", tag = "upstream",
    operation_id = "try_identity_provider",
    summary = "Try a provider · Thử nhà cung cấp", params(("name" = String, Path)),
    responses((status = 200, body = ProviderAddress), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 503, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.provider.try"))))]
pub(super) async fn try_provider(
    State(upstream): State<Upstream>,
    caller: Caller,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    caller.require(PROVIDER_TRY, None)?;
    upstream.require_issuer(&headers)?;
    let provider = upstream.providers.find(&name)?;
    let account = Some(caller.principal.account_id);
    // Back to the provider's page of the console.
    let next = format!("/identity-providers/{name}");
    let begun = upstream
        .begin(&provider, &headers, Purpose::Try, &next, account)
        .await?;
    let cookie = [(header::SET_COOKIE, begun.cookie)];
    let href = begun.address;
    Ok((cookie, Json(ProviderAddress { href })).into_response())
}
