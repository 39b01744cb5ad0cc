//! Which client calls: by its secret, or by a token signed with its key.
//!
//! Owns: client authentication, checking assertions with code of its own.
//! Invariant: a client with keys is not taken by its secret; an assertion is taken once.
//! Follows: RFC 6749, section 2.3; RFC 7523, sections 2.2 and 3.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

use super::SsoHandle;
use super::http::{Call, decode};
use super::seed::ClientSeed;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far an assertion may reach into the future.
const ASSERTION_LIFE_S_MAX: i64 = 300;

/// The client that a call authenticates as.
pub(super) fn client_of(handle: &SsoHandle, profile: &str, call: &Call) -> Option<String> {
    let basic = call.header("authorization").strip_prefix("Basic ");
    let (id, secret) = match basic {
        Some(encoded) => {
            let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
            let (id, secret) = text.split_once(':')?;
            (decode(id), decode(secret))
        }
        None => (
            call.parameter("client_id").to_owned(),
            call.parameter("client_secret").to_owned(),
        ),
    };
    let known = handle.sso.lock().client(profile, &id)?.clone();
    let is_proved = match &known.jwks {
        Some(jwks) => takes_assertion(handle, (profile, &known), jwks, call),
        None => known.client_secret == secret,
    };
    is_proved.then_some(id)
}

fn takes_assertion(
    handle: &SsoHandle,
    (profile, client): (&str, &ClientSeed),
    jwks: &Value,
    call: &Call,
) -> bool {
    let is_typed = call.parameter("client_assertion_type") == ASSERTION_TYPE;
    let Some(claims) = verified(call.parameter("client_assertion"), jwks) else {
        return false;
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let issuer = handle.issuer(profile);
    let audiences = [issuer.clone(), format!("{issuer}/oauth2/token")];
    let now_s = handle.sso.now_s();
    let ends_s = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
    let is_right = is_typed
        && text("iss") == client.client_id
        && text("sub") == client.client_id
        && audiences.iter().any(|audience| text("aud") == audience)
        && (now_s + 1..=now_s + ASSERTION_LIFE_S_MAX).contains(&ends_s)
        && !text("jti").is_empty();
    if !is_right {
        return false;
    }
    let mut state = handle.sso.lock();
    let id = format!("{profile}/{}", text("jti"));
    let is_first = state.assertions.get(&id).is_none();
    state.assertions.put(id, ());
    is_first
}

/// The claims of a token that one of the keys has signed (ES256).
fn verified(token: &str, jwks: &Value) -> Option<Value> {
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Value = serde_json::from_slice(&part(header)?).ok()?;
    if header.get("alg")?.as_str()? != "ES256" {
        return None;
    }
    let kid = header.get("kid")?;
    let key = jwks.get("keys")?.as_array()?;
    let key = key.iter().find(|key| key.get("kid") == Some(kid))?;
    let coordinate = |name: &str| part(key.get(name)?.as_str()?);
    let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &part(signature)?)
        .ok()?;
    serde_json::from_slice(&part(claims)?).ok()
}
