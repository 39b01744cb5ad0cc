//! Authentication of clients at the endpoints.
//!
//! Owns: `authenticate`.
//! Invariant: a client uses the one method that it is registered for; two methods in one
//! request are refused; an assertion is believed once. A certificate in the connection is no
//! method by itself: every call of a program that has one carries it.
//! Follows: RFC 6749, section 2.3; RFC 7523, section 3; RFC 8705, section 2; OpenID Connect Core
//! 1.0, section 9.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_model::Timestamp;
use serde_json::Value;

use super::{
    Client,
    certificate::{self, Peer},
    kind::AuthMethod,
};
use crate::{
    keys::{Alg, jws::Unverified},
    oidc::{
        Provider,
        fail::{Fail, Outcome},
        limits::{ASSERTION_AHEAD_S, SKEW_S},
        params::{Params, decode_text},
    },
};

/// The only assertion type (RFC 7523, section 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longest `jti`.
const JTI_BYTES_MAX: usize = 256;

/// What a client presents.
enum Presented<'a> {
    Basic(String, String),
    Post(&'a str, &'a str),
    Assertion(&'a str),
    Nothing(&'a str),
}

/// Finds out which client calls `path`.
///
/// # Errors
/// `invalid_request` for two methods, `invalid_client` for everything else.
pub(in crate::oidc) async fn authenticate(
    provider: &Provider,
    peer: &Peer,
    params: &Params,
    path: &str,
) -> Outcome<Arc<Client>> {
    let presented = presented(&peer.headers, params)?;
    let is_basic = matches!(presented, Presented::Basic(..));
    let refused = || Fail::client("client authentication failed", is_basic);
    let id = match &presented {
        Presented::Basic(id, _) => id.clone(),
        Presented::Post(id, _) | Presented::Nothing(id) => (*id).to_owned(),
        Presented::Assertion(token) => subject_of(token).ok_or_else(refused)?,
    };
    if params.get("client_id").is_some_and(|named| named != id) {
        return Err(Fail::request("client_id does not fit the authentication"));
    }
    let Some(client) = provider.clients.find(&id).await? else {
        return Err(refused());
    };
    let now = provider.platform.clock.now();
    let method = client.spec.auth_method;
    let is_proved = match &presented {
        Presented::Basic(_, secret) => {
            method == AuthMethod::ClientSecretBasic && client.has_secret(secret, now)
        }
        Presented::Post(_, secret) => {
            method == AuthMethod::ClientSecretPost && client.has_secret(secret, now)
        }
        Presented::Assertion(token) => assertion(provider, &client, token, path, now).await?,
        Presented::Nothing(_) if method.is_certificate() => {
            certificate::is_proved(&provider.client_keys, &client, peer).await
        }
        Presented::Nothing(_) => method == AuthMethod::None,
    };
    if is_proved {
        Ok(client)
    } else {
        tracing::info!(client = %client.id, "client authentication failed");
        provider.platform.metrics.count("sso.client", "refused");
        Err(refused())
    }
}

fn presented<'a>(headers: &HeaderMap, params: &'a Params) -> Outcome<Presented<'a>> {
    let mut found = Vec::new();
    if let Some(value) = headers.get(header::AUTHORIZATION)
        && let Some((id, secret)) = basic(value.to_str().unwrap_or_default())
            .map_err(|()| Fail::client("the Basic header is malformed", true))?
    {
        found.push(Presented::Basic(id, secret));
    }
    if let Some(secret) = params.get("client_secret") {
        found.push(Presented::Post(params.need("client_id")?, secret));
    }
    if let Some(token) = params.get("client_assertion") {
        if params.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(Fail::request("client_assertion_type is not supported"));
        }
        found.push(Presented::Assertion(token));
    }
    if found.len() > 1 {
        return Err(Fail::request("more than one way of client authentication"));
    }
    match found.pop() {
        Some(one) => Ok(one),
        None => match params.get("client_id") {
            Some(id) => Ok(Presented::Nothing(id)),
            None => Err(Fail::client("client authentication is missing", false)),
        },
    }
}

/// The two parts of a Basic header; `None` for another scheme.
fn basic(value: &str) -> Result<Option<(String, String)>, ()> {
    let Some((scheme, coded)) = value.split_once(' ') else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let bytes = STANDARD.decode(coded.trim()).map_err(|_| ())?;
    let text = String::from_utf8(bytes).map_err(|_| ())?;
    let (id, secret) = text.split_once(':').ok_or(())?;
    let id = decode_text(id).ok_or(())?;
    let secret = decode_text(secret).ok_or(())?;
    Ok(Some((id, secret)))
}

/// Whose assertion it claims to be; nothing is believed yet.
fn subject_of(token: &str) -> Option<String> {
    let parsed = Unverified::parse(token).ok()?;
    let claims = parsed.unverified();
    let subject = claims.get("sub")?.as_str()?;
    (claims.get("iss")?.as_str()? == subject).then(|| subject.to_owned())
}

async fn assertion(
    provider: &Provider,
    client: &Client,
    token: &str,
    path: &str,
    now: Timestamp,
) -> Outcome<bool> {
    let Some(claims) = verified(provider, client, token, now).await else {
        return Ok(false);
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let endpoint = format!("{}{path}", provider.issuer);
    let token_endpoint = format!("{}/oauth2/token", provider.issuer);
    let is_ours = |audience: &str| {
        let is_alias = provider
            .mtls
            .as_ref()
            .is_some_and(|base| audience.strip_prefix(base.as_str()) == Some(path));
        let mut own = [&provider.issuer, &endpoint, &token_endpoint].into_iter();
        is_alias || own.any(|own| own == audience)
    };
    let is_for_us = match claims.get("aud") {
        Some(Value::String(audience)) => is_ours(audience),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).any(is_ours),
        _ => false,
    };
    let now_s = now.0 / 1_000;
    let Some(expires) = claims.get("exp").and_then(Value::as_i64) else {
        return Ok(false);
    };
    let is_timely = expires > now_s - SKEW_S && expires <= now_s + ASSERTION_AHEAD_S + SKEW_S;
    let starts = claims.get("nbf").and_then(Value::as_i64).unwrap_or(0);
    let Some(jti) = text("jti").filter(|jti| !jti.is_empty() && jti.len() <= JTI_BYTES_MAX) else {
        return Ok(false);
    };
    if !is_for_us || !is_timely || starts > now_s + SKEW_S {
        return Ok(false);
    }
    let key = format!("{}:{jti}", client.id);
    let until = Timestamp((expires + SKEW_S) * 1_000);
    Ok(provider
        .identity
        .first_use("oidc.assertion", &key, until)
        .await?)
}

/// The claims when the client's key or secret vouches for them.
async fn verified(
    provider: &Provider,
    client: &Client,
    token: &str,
    now: Timestamp,
) -> Option<Value> {
    let header = Unverified::parse(token).ok()?.header;
    match client.spec.auth_method {
        AuthMethod::ClientSecretJwt => client.clear_secrets().iter().find_map(|secret| {
            let claims = Unverified::parse(token).ok()?.verify_hs256(secret).ok()?;
            let text = std::str::from_utf8(secret).ok()?;
            // The vault keeps clear secrets for a moment longer than they are valid.
            client.has_secret(text, now).then_some(claims)
        }),
        AuthMethod::PrivateKeyJwt => {
            let alg = header.asymmetric()?;
            let keys = provider
                .client_keys
                .candidates(client, header.kid.as_deref(), alg);
            keys.await
                .iter()
                .find_map(|key| Unverified::parse(token).ok()?.verify(key, &Alg::ALL).ok())
        }
        AuthMethod::ClientSecretBasic
        | AuthMethod::ClientSecretPost
        | AuthMethod::TlsClientAuth
        | AuthMethod::SelfSignedTlsClientAuth
        | AuthMethod::None => None,
    }
}
