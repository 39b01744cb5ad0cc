//! What the console does with clients and consents, below `/api/v1`.
//!
//! Owns: secrets of clients, ending their tokens, the consents of the caller.
//! Not here: clients themselves, which are resources of the registry (`oidc_clients`).
//! Invariant: a secret is answered once, when it is made.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_identity::Actor;
use lgsp_model::Timestamp;
use lgsp_platform::{
    error::Error as PlatformError,
    http::{Caller, Json, Page, ProblemBody, Refusal},
    registry::Kind as _,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    CLIENT_READ, CLIENT_WRITE, Provider,
    client::{
        OidcClient,
        secrets::{self, ClientSecretInfo},
    },
    delegation, given,
    tables::{consent, family::Which},
};

/// What every account may do with itself.
const SELF: &str = "self";
const SELF_SECURE: &str = "self.secure";

pub(super) fn router(provider: Provider) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_client_secrets, create_client_secret))
        .routes(routes!(revoke_client_secret))
        .routes(routes!(end_client_tokens))
        .routes(routes!(delegation::make_delegation_assertion))
        .routes(routes!(list_consents))
        .routes(routes!(withdraw_consent))
        .with_state(provider)
}

/// The agency that owns a client; the client must exist.
fn agency_of(provider: &Provider, client: &str) -> Result<Option<String>, PlatformError> {
    let snapshot = provider.platform.registry.snapshot();
    let found = snapshot.get(OidcClient::KIND, client);
    found
        .map(|resource| resource.agency.clone())
        .ok_or_else(|| PlatformError::NotFound {
            what: "oidc-client",
            name: client.to_owned(),
        })
}

/// Lists the valid secrets of a client, without their values.
#[utoipa::path(get, path = "/oidc-clients/{client}/secrets", tag = "sso",
    operation_id = "list_client_secrets", params(("client" = String, Path)),
    summary = "List the secrets of a client · Liệt kê bí mật của ứng dụng",
    responses((status = 200, body = Page<ClientSecretInfo>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.client.read"))))]
async fn list_client_secrets(
    State(provider): State<Provider>,
    caller: Caller,
    Path(client): Path<String>,
) -> Result<Json<Page<ClientSecretInfo>>, Refusal> {
    let agency = agency_of(&provider, &client)?;
    caller.require(CLIENT_READ, agency.as_deref())?;
    let mut secrets = secrets::list(&provider.platform.db, &client, caller.now).await?;
    // What is not written down yet counts too.
    if let Some(known) = provider.clients.find(&client).await? {
        for secret in &mut secrets {
            let seen = known.secret_used_at(secret.id);
            secret.last_used_at = secret.last_used_at.max(seen);
        }
    }
    Ok(Json(Page::whole(secrets)))
}

/// How the old secret ends.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClientSecret {
    /// Ends the old secrets at once instead of in seven days.
    #[serde(default)]
    at_once: bool,
}

/// A new secret, with its value.
#[derive(Debug, Serialize, ToSchema)]
struct NewClientSecretView {
    /// What may be shown again.
    #[serde(flatten)]
    info: ClientSecretInfo,
    /// The value; it is not shown again.
    secret: String,
}

/// Makes a new secret; the old one works for seven days more.
#[utoipa::path(post, path = "/oidc-clients/{client}/secrets", tag = "sso",
    operation_id = "create_client_secret", params(("client" = String, Path)),
    request_body = NewClientSecret,
    summary = "Make a new secret for a client · Cấp bí mật mới cho ứng dụng",
    responses((status = 201, body = NewClientSecretView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.client.write"))))]
async fn create_client_secret(
    State(provider): State<Provider>,
    caller: Caller,
    Path(client): Path<String>,
    Json(wish): Json<NewClientSecret>,
) -> Result<(StatusCode, Json<NewClientSecretView>), Refusal> {
    let agency = agency_of(&provider, &client)?;
    caller.require(CLIENT_WRITE, agency.as_deref())?;
    let actor = Actor::from(&caller);
    let overlap_ms = if wish.at_once { 0 } else { secrets::OVERLAP_MS };
    let (info, secret) = secrets::rotate(&provider.platform, &actor, &client, overlap_ms).await?;
    Ok((
        StatusCode::CREATED,
        Json(NewClientSecretView { info, secret }),
    ))
}

/// Ends a secret at once.
#[utoipa::path(delete, path = "/oidc-clients/{client}/secrets/{id}", tag = "sso",
    operation_id = "revoke_client_secret",
    params(("client" = String, Path), ("id" = Uuid, Path)),
    summary = "End a secret of a client · Thu hồi bí mật của ứng dụng",
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.client.write"))))]
async fn revoke_client_secret(
    State(provider): State<Provider>,
    caller: Caller,
    Path((client, id)): Path<(String, Uuid)>,
) -> Result<StatusCode, Refusal> {
    let agency = agency_of(&provider, &client)?;
    caller.require(CLIENT_WRITE, agency.as_deref())?;
    secrets::revoke(&provider.platform, &Actor::from(&caller), &client, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many authorisations ended.
#[derive(Debug, Serialize, ToSchema)]
struct EndedTokens {
    /// Families of tokens.
    ended: usize,
}

/// Ends all tokens that people have given a client.
#[utoipa::path(delete, path = "/oidc-clients/{client}/tokens", tag = "sso",
    operation_id = "end_client_tokens", params(("client" = String, Path)),
    summary = "End all tokens of a client · Thu hồi mọi mã truy cập của ứng dụng",
    responses((status = 200, body = EndedTokens), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.client.write"))))]
async fn end_client_tokens(
    State(provider): State<Provider>,
    caller: Caller,
    Path(client): Path<String>,
) -> Result<Json<EndedTokens>, Refusal> {
    let agency = agency_of(&provider, &client)?;
    caller.require(CLIENT_WRITE, agency.as_deref())?;
    let event = caller.audit("token.revoked", "oidc-client", client.as_str());
    let ended = provider
        .revoked
        .revoke(&Which::Client(&client), vec![event])
        .await?;
    Ok(Json(EndedTokens { ended }))
}

/// A consent of the caller.
#[derive(Debug, Serialize, ToSchema)]
struct ConsentView {
    /// The client.
    client: String,
    /// What it is called.
    name: String,
    /// What it may know or do.
    scopes: Vec<String>,
    /// Since when.
    given_at: Timestamp,
}

/// Lists what the caller has allowed which application.
#[utoipa::path(get, path = "/me/consents", tag = "sso", operation_id = "list_my_consents",
    summary = "List my consents · Các ứng dụng tôi đã đồng ý",
    responses((status = 200, body = Page<ConsentView>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
async fn list_consents(
    State(provider): State<Provider>,
    caller: Caller,
) -> Result<Json<Page<ConsentView>>, Refusal> {
    caller.require(SELF, None)?;
    let account = caller.principal.account_id;
    let snapshot = provider.platform.registry.snapshot();
    let consents = consent::list(&provider.platform.db, account).await?;
    let view = |given: consent::Consent| ConsentView {
        name: snapshot
            .spec::<OidcClient>(&given.client)
            .map_or_else(|| given.client.clone(), |spec| spec.name),
        client: given.client,
        scopes: given.scopes,
        given_at: given.given_at,
    };
    Ok(Json(Page::whole(consents.into_iter().map(view).collect())))
}

/// Withdraws a consent: the tokens that came from it end.
#[utoipa::path(delete, path = "/me/consents/{client}", tag = "sso",
    operation_id = "withdraw_my_consent", params(("client" = String, Path)),
    summary = "Withdraw a consent · Rút lại sự đồng ý",
    responses((status = 204), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
async fn withdraw_consent(
    State(provider): State<Provider>,
    caller: Caller,
    Path(client): Path<String>,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    let account = caller.principal.account_id;
    let event = caller.audit("consent.withdrawn", "oidc-client", client.as_str());
    if !given::withdraw(&provider, (account, &client), event).await? {
        return Err(PlatformError::NotFound {
            what: "consent",
            name: client,
        }
        .into());
    }
    Ok(StatusCode::NO_CONTENT)
}
