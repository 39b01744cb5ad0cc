//! Request objects: parameters in a signed token.
//!
//! Owns: `resolve`.
//! Invariant: a request object that is sent is used or refused, never ignored; what is inside
//! wins; only keys of the client vouch for it; only registered addresses are read.
//! Follows: RFC 9101; OpenID Connect Core 1.0, section 6.

use serde_json::Value;

use crate::{
    keys::{Alg, jws::Unverified},
    oidc::{
        Provider,
        client::Client,
        fail::{Fail, Outcome},
        limits::{REQUEST_OBJECT_BYTES_MAX, SKEW_S},
        params::Params,
    },
};

/// Claims of the token itself, which are no parameters.
const OWN: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

/// The parameters with those of the request object over them.
pub(in crate::oidc) async fn resolve(
    provider: &Provider,
    client: &Client,
    params: Params,
) -> Outcome<Params> {
    let (token, unsupported) = match (params.get("request"), params.get("request_uri")) {
        (None, None) => return Ok(params),
        (Some(_), Some(_)) => return Err(Fail::request("request and request_uri together")),
        (Some(token), None) => (token.to_owned(), "request_not_supported"),
        (None, Some(uri)) => (
            fetch(provider, client, uri).await?,
            "request_uri_not_supported",
        ),
    };
    if token.len() > REQUEST_OBJECT_BYTES_MAX {
        return Err(invalid("the request object is too large"));
    }
    let parsed = Unverified::parse(token.trim()).map_err(|fault| invalid(&fault.to_string()))?;
    if parsed.header.alg == "none" {
        return Err(Fail::new(
            unsupported,
            "unsigned request objects are not supported",
        ));
    }
    let alg = parsed.header.asymmetric().filter(|alg| {
        client
            .spec
            .request_object_alg
            .is_none_or(|wished| wished == *alg)
    });
    let alg = alg.ok_or_else(|| invalid("the algorithm is not allowed"))?;
    let kid = parsed.header.kid.clone();
    let keys = provider
        .client_keys
        .candidates(client, kid.as_deref(), alg)
        .await;
    let claims = keys
        .iter()
        .find_map(|key| {
            Unverified::parse(token.trim())
                .ok()?
                .verify(key, &Alg::ALL)
                .ok()
        })
        .ok_or_else(|| invalid("no key of the client fits the signature"))?;
    check(provider, client, &claims)?;
    Ok(merged(params, &claims))
}

fn invalid(why: &str) -> Fail {
    Fail::new("invalid_request_object", why)
}

async fn fetch(provider: &Provider, client: &Client, uri: &str) -> Outcome<String> {
    let without_fragment = |uri: &str| uri.split('#').next().unwrap_or_default().to_owned();
    let asked = without_fragment(uri);
    let is_known = client
        .spec
        .request_uris
        .iter()
        .any(|known| known == uri || without_fragment(known) == asked);
    if !is_known {
        return Err(Fail::new(
            "invalid_request_uri",
            "request_uri is not registered",
        ));
    }
    let body = provider.client_keys.fetch(&asked).await;
    body.and_then(|body| String::from_utf8(body).ok())
        .ok_or_else(|| Fail::new("invalid_request_uri", "request_uri could not be read"))
}

fn check(provider: &Provider, client: &Client, claims: &Value) -> Outcome<()> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("client_id").is_some_and(|id| id != client.id)
        || text("iss").is_some_and(|issuer| issuer != client.id)
    {
        return Err(invalid("the request object is of another client"));
    }
    let is_for_us = match claims.get("aud") {
        None => true,
        Some(Value::String(audience)) => *audience == provider.issuer,
        Some(Value::Array(all)) => all.iter().any(|audience| *audience == *provider.issuer),
        Some(_) => false,
    };
    let now_s = provider.platform.clock.now().0 / 1_000;
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let is_current = number("exp").is_none_or(|exp| exp > now_s - SKEW_S)
        && number("nbf").is_none_or(|nbf| nbf <= now_s + SKEW_S);
    if !is_for_us || !is_current {
        return Err(invalid(
            "the request object is for another server or another time",
        ));
    }
    if claims.get("request").is_some() || claims.get("request_uri").is_some() {
        return Err(invalid("a request object within a request object"));
    }
    Ok(())
}

fn merged(mut params: Params, claims: &Value) -> Params {
    for (name, value) in claims.as_object().into_iter().flatten() {
        if OWN.contains(&name.as_str()) || name == "client_id" {
            continue;
        }
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        params.set(name, text);
    }
    params
}
