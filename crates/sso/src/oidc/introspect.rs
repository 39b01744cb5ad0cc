//! Asking whether a token is live.
//!
//! Owns: `/oauth2/introspect`.
//! Invariant: who is neither the audience of the token, nor its client, nor permitted to ask
//! about every token learns nothing but `active: false`.
//! Follows: RFC 7662; RFC 9701.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

use super::{
    Provider,
    client::{Client, auth, certificate::Peer, kind::AuthMethod},
    delegation::DELEGATION_CLAIM,
    fail::{Fail, Outcome},
    params::Params,
    tables::family,
    token::{no_store, require_form},
};
use crate::keys::{Purpose, jws};

/// Path of the endpoint.
pub(super) const PATH: &str = "/oauth2/introspect";
/// Media type of signed answers.
const SIGNED: &str = "application/token-introspection+jwt";
/// Claims that are passed on.
const TOLD: [&str; 17] = [
    "scope",
    "client_id",
    "exp",
    "iat",
    "nbf",
    "sub",
    "aud",
    "iss",
    "jti",
    "cnf",
    "act",
    "auth_time",
    "acr",
    "amr",
    "org",
    "roles",
    DELEGATION_CLAIM,
];

pub(super) async fn introspect(
    State(provider): State<Provider>,
    peer: Peer,
    body: Bytes,
) -> Response {
    match answer(&provider, &peer, &body).await {
        Ok(mut response) => {
            no_store(&mut response);
            response
        }
        Err(fail) => fail.into_response(),
    }
}

async fn answer(provider: &Provider, peer: &Peer, body: &[u8]) -> Outcome<Response> {
    require_form(&peer.headers)?;
    let params = Params::parse(body)?;
    let client = auth::authenticate(provider, peer, &params, PATH).await?;
    if client.spec.auth_method == AuthMethod::None {
        return Err(Fail::client("a public client may not ask", false));
    }
    let token = params.need("token")?;
    let told = look(provider, &client, token).await?;
    let wants_signed = peer
        .headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains(SIGNED));
    if !wants_signed {
        return Ok(axum::Json(told).into_response());
    }
    let claims = json!({
        "iss": provider.issuer, "aud": client.id, "token_introspection": told,
        "iat": provider.platform.clock.now().0 / 1_000,
    });
    let key = provider
        .keys
        .ensure(Purpose::Token, client.spec.id_token_alg)
        .await?;
    let mut response = jws::sign(&key, "token-introspection+jwt", &claims)?.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(SIGNED));
    Ok(response)
}

async fn look(provider: &Provider, asker: &Client, token: &str) -> Outcome<Value> {
    let dead = || json!({ "active": false });
    if let Some(claims) = provider.read_access(token).await? {
        if !may_ask(asker, &claims) {
            return Ok(dead());
        }
        let mut told = Map::new();
        told.insert("active".to_owned(), true.into());
        for name in TOLD {
            if let Some(value) = claims.get(name) {
                told.insert(name.to_owned(), value.clone());
            }
        }
        let kind = if claims.pointer("/cnf/jkt").is_some() {
            "DPoP"
        } else {
            "Bearer"
        };
        told.insert("token_type".to_owned(), kind.into());
        return Ok(Value::Object(told));
    }
    let found = family::find_token(&provider.platform.db, token).await?;
    let now = provider.platform.clock.now();
    let Some(found) = found.filter(|found| {
        let is_own = found.grant.client == asker.id || asker.spec.may_introspect;
        is_own && !found.is_revoked && found.expires_at > now
    }) else {
        return Ok(dead());
    };
    let grant = &found.grant;
    let is_dead = provider.revoked.contains(&grant.key())
        || !provider.alive.is_alive(grant.account).await?
        || super::token::is_used(provider, token).await?;
    if is_dead {
        return Ok(dead());
    }
    Ok(json!({
        "active": true, "token_type": "refresh_token", "client_id": grant.client,
        "scope": grant.scopes.join(" "), "sub": grant.sub, "iss": provider.issuer,
        "exp": found.expires_at.0 / 1_000,
    }))
}

fn may_ask(asker: &Client, claims: &Value) -> bool {
    let is_own = |audience: &str| {
        audience == asker.id || asker.spec.resources.iter().any(|own| own == audience)
    };
    let is_audience = match claims.get("aud") {
        Some(Value::String(audience)) => is_own(audience),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).any(is_own),
        _ => false,
    };
    let is_client = claims.get("client_id").and_then(Value::as_str) == Some(&asker.id);
    asker.spec.may_introspect || is_audience || is_client
}
