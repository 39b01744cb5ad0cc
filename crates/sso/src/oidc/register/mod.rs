//! Clients that register themselves.
//!
//! Owns: `/oauth2/register`, `/oauth2/register/{client_id}`.
//! Not here: metadata in and out (`metadata.rs`).
//! Invariant: registration needs a token of an account that may let clients register; a
//! registered client manages only itself, with a token of its own; it is never first-party.
//! Follows: RFC 7591; RFC 7592; OpenID Connect Dynamic Client Registration 1.0.

mod metadata;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use lgsp_identity::Actor;
use lgsp_platform::{
    db::Rows,
    error::Error as PlatformError,
    http::context::{Authenticator as _, Authorizer as _, constant_time_eq},
    journal,
    registry::{Change, Kind as _, Manifest},
};
use sea_orm::ConnectionTrait as _;
use serde_json::Value;

use super::{
    CLIENT_REGISTER, Provider,
    client::{
        Client, OidcClient,
        kind::Pkce,
        secrets::{self, hash, new_secret},
    },
    fail::{Fail, Outcome},
    tables::family::Which,
    token::no_store,
};

/// Path of the endpoint.
pub(super) const PATH: &str = "/oauth2/register";
/// What names of self-registered clients begin with.
const NAME_PREFIX: &str = "dcr-";

pub(super) async fn create(
    State(provider): State<Provider>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(try_create(&provider, &headers, &body).await)
}

pub(super) async fn read(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let read = async {
        let client = own(&provider, &id, &headers).await?;
        let body = metadata::write(&provider, &client.id, &client.spec);
        Ok(axum::Json(body).into_response())
    };
    answer(read.await)
}

pub(super) async fn replace(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(try_replace(&provider, &id, &headers, &body).await)
}

pub(super) async fn remove(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(try_remove(&provider, &id, &headers).await)
}

fn answer(outcome: Outcome<Response>) -> Response {
    match outcome {
        Ok(mut response) => {
            no_store(&mut response);
            response
        }
        Err(fail) => fail.into_response(),
    }
}

/// The bearer token of a request.
fn bearer(headers: &HeaderMap) -> Outcome<&str> {
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '));
    match value {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Fail::resource(
            "Bearer",
            "invalid_token",
            "a token is needed",
        )),
    }
}

/// The account that lets a client register.
async fn sponsor(provider: &Provider, headers: &HeaderMap) -> Outcome<Actor> {
    bearer(headers)?;
    let mut request = axum::http::Request::new(());
    *request.headers_mut() = headers.clone();
    // Only the token counts here, not a browser's session.
    request.headers_mut().remove(header::COOKIE);
    let (parts, ()): (Parts, ()) = request.into_parts();
    let found = provider.identity.authenticate(&parts).await?;
    let refused = || Fail::resource("Bearer", "invalid_token", "the token is wrong");
    let principal = found.ok_or_else(refused)?;
    let decider = provider.identity.decider();
    let agency = principal.agency.clone();
    if !decider.is_allowed(&principal, CLIENT_REGISTER, agency.as_deref()) {
        let why = "the account may not register clients";
        return Err(Fail::resource("Bearer", "insufficient_scope", why));
    }
    Ok(Actor::named(
        principal.username,
        None,
        provider.platform.clock.now(),
    ))
}

async fn try_create(provider: &Provider, headers: &HeaderMap, body: &[u8]) -> Outcome<Response> {
    let actor = sponsor(provider, headers).await?;
    let spec = metadata::read(provider, &parse(body)?).await?;
    let platform = &provider.platform;
    let id = format!("{NAME_PREFIX}{}", platform.ids.next().simple());
    let token = new_secret()?;
    let tx = platform.db.begin().await?;
    let change = put((&id, None), &spec, Some(0))?;
    platform
        .registry
        .change_in(&tx, vec![change], &actor.name, actor.now)
        .await
        .map_err(refused)?;
    let columns = &["client", "token_hash", "created_by", "created_at"];
    let values = vec![
        id.as_str().into(),
        hash(&token).into(),
        actor.name.as_str().into(),
        actor.now.0.into(),
    ];
    Rows::one("client_registration", columns, values)
        .insert(&*tx)
        .await?;
    let secret = match spec.auth_method.needs_secret() {
        true => {
            let when = (actor.now, 0);
            Some(
                secrets::issue(platform, &tx, &id, spec.auth_method, when)
                    .await?
                    .1,
            )
        }
        false => None,
    };
    journal::append(&*tx, [secrets::event(&actor, "client.registered", &id)]).await?;
    tx.commit().await?;
    platform.registry.refresh().await?;
    ensure_key(provider, &spec).await?;
    let mut answered = metadata::write(provider, &id, &spec);
    if let Some(members) = answered.as_object_mut() {
        members.insert(
            "client_id_issued_at".to_owned(),
            (actor.now.0 / 1_000).into(),
        );
        members.insert("registration_access_token".to_owned(), token.into());
        if let Some(secret) = secret {
            members.insert("client_secret".to_owned(), secret.into());
            members.insert("client_secret_expires_at".to_owned(), 0.into());
        }
    }
    Ok((StatusCode::CREATED, axum::Json(answered)).into_response())
}

/// The key that the client's tokens need exists before the first of them.
async fn ensure_key(provider: &Provider, spec: &OidcClient) -> Outcome<()> {
    let purpose = crate::keys::Purpose::Token;
    for alg in [Some(spec.id_token_alg), spec.userinfo_alg]
        .into_iter()
        .flatten()
    {
        provider.keys.ensure(purpose, alg).await?;
    }
    Ok(())
}

fn parse(body: &[u8]) -> Outcome<Value> {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    parsed
        .filter(Value::is_object)
        .ok_or_else(|| Fail::new("invalid_client_metadata", "the body is no JSON object"))
}

fn put(
    (id, agency): (&str, Option<&str>),
    spec: &OidcClient,
    base_revision: Option<i64>,
) -> Outcome<Change> {
    let spec =
        serde_json::to_value(spec).map_err(|error| PlatformError::Internal(error.to_string()))?;
    Ok(Change::Put {
        manifest: Manifest {
            kind: OidcClient::KIND.to_owned(),
            name: id.to_owned(),
            agency: agency.map(str::to_owned),
            spec,
        },
        base_revision,
    })
}

/// A broken rule in the words of the standard.
fn refused(error: PlatformError) -> Fail {
    let PlatformError::Invalid(fields) = error else {
        return error.into();
    };
    let is_redirect = fields
        .iter()
        .any(|field| field.pointer.contains("redirect_uris"));
    let code = match is_redirect {
        true => "invalid_redirect_uri",
        false => "invalid_client_metadata",
    };
    let words: Vec<String> = fields
        .iter()
        .map(|field| format!("{}: {}", field.pointer, field.messages.en))
        .collect();
    Fail::new(code, words.join(" "))
}

/// The client that manages itself.
async fn own(
    provider: &Provider,
    id: &str,
    headers: &HeaderMap,
) -> Outcome<std::sync::Arc<Client>> {
    let token = bearer(headers)?;
    let refused = || Fail::resource("Bearer", "invalid_token", "the token is wrong");
    let sql = "SELECT token_hash FROM client_registration WHERE client = $1";
    let row = provider.platform.db.query_one(sql, vec![id.into()]).await?;
    let stored: Vec<u8> = match row {
        Some(row) => row.try_get("", "token_hash").map_err(PlatformError::from)?,
        None => return Err(refused()),
    };
    if !constant_time_eq(&stored, &hash(token)) {
        return Err(refused());
    }
    provider.clients.find(id).await?.ok_or_else(refused)
}

fn actor(provider: &Provider, id: &str) -> Actor {
    Actor::named(format!("oidc:{id}"), None, provider.platform.clock.now())
}

async fn try_replace(
    provider: &Provider,
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Outcome<Response> {
    let client = own(provider, id, headers).await?;
    let wished = parse(body)?;
    if wished.get("client_id").and_then(Value::as_str) != Some(id) {
        return Err(Fail::new("invalid_client_metadata", "client_id differs"));
    }
    if let Some(secret) = wished.get("client_secret").and_then(Value::as_str)
        && !client.has_secret(secret, provider.platform.clock.now())
    {
        return Err(Fail::new(
            "invalid_client_metadata",
            "client_secret cannot be chosen",
        ));
    }
    let spec = kept(&client.spec, metadata::read(provider, &wished).await?);
    let actor = actor(provider, id);
    let event = secrets::event(&actor, "client.changed", id);
    let change = put((id, client.agency.as_deref()), &spec, None)?;
    provider
        .platform
        .registry
        .change(vec![change], &actor.name, actor.now, vec![event])
        .await
        .map_err(refused)?;
    ensure_key(provider, &spec).await?;
    Ok(axum::Json(metadata::write(provider, id, &spec)).into_response())
}

/// What a client cannot say of itself stays as an administrator has set it.
fn kept(known: &OidcClient, wished: OidcClient) -> OidcClient {
    let known = known.clone();
    OidcClient {
        description: known.description,
        token_format: known.token_format,
        profile: known.profile,
        pkce: match known.pkce {
            Pkce::Required => Pkce::Required,
            Pkce::IfSent => wished.pkce,
        },
        require_par: known.require_par || wished.require_par,
        require_dpop: known.require_dpop || wished.require_dpop,
        certificate_bound_tokens: known.certificate_bound_tokens || wished.certificate_bound_tokens,
        acr_min: known.acr_min,
        audiences: known.audiences,
        resources: known.resources,
        exchange_audiences: known.exchange_audiences,
        may_introspect: known.may_introspect,
        token_with_org: known.token_with_org,
        token_with_roles: known.token_with_roles,
        id_token_with_claims: known.id_token_with_claims,
        access_token_life_s: known.access_token_life_s,
        cors_origins: known.cors_origins,
        access: known.access,
        owner: known.owner,
        ..wished
    }
}

async fn try_remove(provider: &Provider, id: &str, headers: &HeaderMap) -> Outcome<Response> {
    own(provider, id, headers).await?;
    let platform = &provider.platform;
    let actor = actor(provider, id);
    let event = secrets::event(&actor, "client.removed", id);
    provider
        .revoked
        .revoke(&Which::Client(id), Vec::new())
        .await?;
    let tx = platform.db.begin().await?;
    let change = Change::Delete {
        kind: OidcClient::KIND.to_owned(),
        name: id.to_owned(),
    };
    platform
        .registry
        .change_in(&tx, vec![change], &actor.name, actor.now)
        .await?;
    for table in ["client_registration", "client_secret", "consent"] {
        let sql = format!("DELETE FROM {table} WHERE client = $1");
        let statement = platform.db.statement(sql, vec![id.into()]);
        tx.execute_raw(statement)
            .await
            .map_err(PlatformError::from)?;
    }
    journal::append(&*tx, [event]).await?;
    tx.commit().await?;
    platform.registry.refresh().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
