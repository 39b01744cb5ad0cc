//! Whether an id token is to be believed.
//!
//! Owns: `check`, the rules of its claims; signed answers of the user-info endpoint.
//! Not here: signatures (`keys/jws.rs`), which keys there are (`provider.rs`).
//! Invariant: no claim is read before the signature was checked with a key of this provider and
//! an algorithm that its specification allows.
//! Follows: OpenID Connect Core 1.0, sections 3.1.3.7 and 5.3.2; RFC 8725; OWASP ASVS 10.5.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::Timestamp;
use lgsp_platform::http::context::constant_time_eq;
use ring::digest;
use serde_json::Value;

use super::kind::IdentityProvider;
use crate::{
    keys::{jwk::Jwk, jws::Unverified},
    upstream::error::{Error, Result},
};

/// How far the clocks of both sides may differ.
const SKEW_S: i64 = 60;
/// Oldest token that is taken, from its making.
const AGE_S_MAX: i64 = 600;
/// Longest subject (OpenID Connect Core 2).
const SUBJECT_BYTES_MAX: usize = 255;

/// What a token must fit.
pub(crate) struct Expected<'a> {
    /// The provider.
    pub(crate) spec: &'a IdentityProvider,
    /// What this sign-in sent.
    pub(crate) nonce: &'a str,
    /// The access token that came beside it.
    pub(crate) access_token: &'a str,
    /// The present.
    pub(crate) now: Timestamp,
}

/// The claims of a token that is to be believed.
///
/// # Errors
/// `sso.upstream.token_refused` with the reason for the log.
pub(crate) fn check(token: Unverified<'_>, keys: &[Jwk], expected: &Expected<'_>) -> Result<Value> {
    let refused = Error::TokenRefused;
    let typ = token.header.typ.as_deref().unwrap_or("JWT");
    // An access or logout token of the same provider is no id token.
    if !typ.eq_ignore_ascii_case("JWT") {
        return Err(refused("typ"));
    }
    let key = find(keys, &token).ok_or(refused("key"))?;
    let claims = token
        .verify(&key.key, &expected.spec.algorithms)
        .map_err(|_| refused("signature"))?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

/// The claims of a signed answer of the user-info endpoint.
///
/// # Errors
/// `sso.upstream.token_refused` with the reason for the log.
pub(crate) fn check_userinfo(
    token: Unverified<'_>,
    keys: &[Jwk],
    spec: &IdentityProvider,
    now: Timestamp,
) -> Result<Value> {
    let refused = Error::TokenRefused;
    let typ = token.header.typ.as_deref().unwrap_or("JWT");
    if !typ.eq_ignore_ascii_case("JWT") {
        return Err(refused("userinfo typ"));
    }
    let key = find(keys, &token).ok_or(refused("userinfo key"))?;
    let claims = token
        .verify(&key.key, &spec.algorithms)
        .map_err(|_| refused("userinfo signature"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(spec.issuer.as_str()) {
        return Err(refused("userinfo iss"));
    }
    let is_for_us = match claims.get("aud") {
        Some(Value::String(one)) => *one == spec.client_id,
        Some(Value::Array(list)) => list.iter().any(|one| one == spec.client_id.as_str()),
        _ => false,
    };
    if !is_for_us {
        return Err(refused("userinfo aud"));
    }
    let now_s = now.0.div_euclid(1_000);
    let end = claims.get("exp").map(seconds);
    if end.is_some_and(|end| end.is_none_or(|end| end.saturating_add(SKEW_S) <= now_s)) {
        return Err(refused("userinfo exp"));
    }
    Ok(claims)
}

/// The key with the token's identifier; without one, the only key of its algorithm.
fn find<'a>(keys: &'a [Jwk], token: &Unverified<'_>) -> Option<&'a Jwk> {
    let alg = token.header.asymmetric()?;
    let mut fitting = keys.iter().filter(|jwk| jwk.key.alg() == alg);
    match &token.header.kid {
        Some(kid) => fitting.find(|jwk| jwk.kid.as_ref() == Some(kid)),
        None => fitting.next().filter(|_| fitting.next().is_none()),
    }
}

fn check_claims(claims: &Value, expected: &Expected<'_>) -> Result<()> {
    let refused = Error::TokenRefused;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).and_then(seconds);
    let client_id = expected.spec.client_id.as_str();
    if text("iss") != Some(expected.spec.issuer.as_str()) {
        return Err(refused("iss"));
    }
    let (is_for_us, is_for_others) = match claims.get("aud") {
        Some(Value::String(one)) => (one == client_id, false),
        Some(Value::Array(list)) => {
            let is_us = |entry: &Value| entry.as_str() == Some(client_id);
            (list.iter().any(is_us), !list.iter().all(is_us))
        }
        _ => (false, false),
    };
    let is_ours = match text("azp") {
        Some(party) => party == client_id,
        None => !is_for_others,
    };
    if !is_for_us || !is_ours {
        return Err(refused("aud"));
    }
    let now_s = expected.now.0.div_euclid(1_000);
    if number("exp").is_none_or(|end| end.saturating_add(SKEW_S) <= now_s) {
        return Err(refused("exp"));
    }
    let is_recent = |made: i64| (now_s - AGE_S_MAX..=now_s + SKEW_S).contains(&made);
    if !number("iat").is_some_and(is_recent) {
        return Err(refused("iat"));
    }
    if number("nbf").is_some_and(|begin| begin > now_s + SKEW_S) {
        return Err(refused("nbf"));
    }
    // A proof of the future would keep a session fresh for ever.
    if claims.get("auth_time").is_some() && number("auth_time").is_none_or(|at| at > now_s + SKEW_S)
    {
        return Err(refused("auth_time"));
    }
    let nonce = text("nonce").unwrap_or_default();
    if !constant_time_eq(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(refused("nonce"));
    }
    let is_subject = |subject: &str| {
        !subject.is_empty()
            && subject.len() <= SUBJECT_BYTES_MAX
            && !subject.contains(char::is_control)
    };
    if !text("sub").is_some_and(is_subject) {
        return Err(refused("sub"));
    }
    // Both algorithms with SHA-256 take its left half; EdDSA's half is of SHA-512.
    let hashes = [&digest::SHA256, &digest::SHA512].map(|algorithm| {
        let hash = digest::digest(algorithm, expected.access_token.as_bytes());
        let half = hash.as_ref().split_at(hash.as_ref().len() / 2).0;
        URL_SAFE_NO_PAD.encode(half)
    });
    match text("at_hash") {
        Some(hash) if !hashes.iter().any(|known| known == hash) => Err(refused("at_hash")),
        _ => Ok(()),
    }
}

/// Seconds as JSON numbers write them; fractions are cut.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float outside of i64 saturates, and is then refused as an instant"
)]
pub(crate) fn seconds(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|fraction| fraction as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW_S: i64 = 1_795_000_000;

    fn spec() -> IdentityProvider {
        let spec = json!({"title": "x", "issuer": "https://idp.example", "client_id": "lgsp"});
        serde_json::from_value(spec).unwrap()
    }

    fn verdict(change: Value) -> Option<&'static str> {
        let mut claims = json!({
            "iss": "https://idp.example", "aud": "lgsp", "sub": "a", "nonce": "n",
            "exp": NOW_S + 300, "iat": NOW_S,
        });
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                other => claims
                    .as_object_mut()
                    .unwrap()
                    .insert(name.clone(), other.clone()),
            };
        }
        let spec = spec();
        let expected = Expected {
            spec: &spec,
            nonce: "n",
            access_token: "token",
            now: Timestamp(NOW_S * 1_000),
        };
        match check_claims(&claims, &expected) {
            Ok(()) => None,
            Err(Error::TokenRefused(reason)) => Some(reason),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn claims_are_held_to_the_standard() {
        for (change, reason) in [
            (json!({}), None),
            (json!({"iss": "https://idp.example/"}), Some("iss")),
            (json!({"iss": null}), Some("iss")),
            (json!({"aud": "other"}), Some("aud")),
            (json!({"aud": null}), Some("aud")),
            (json!({"aud": ["lgsp"]}), None),
            (json!({"aud": ["lgsp", "other"]}), Some("aud")),
            (json!({"aud": ["lgsp", "other"], "azp": "lgsp"}), None),
            (json!({"azp": "other"}), Some("aud")),
            (json!({"exp": NOW_S - 59}), None),
            (json!({"exp": NOW_S - 60}), Some("exp")),
            (json!({"exp": "never"}), Some("exp")),
            (json!({"exp": 1e300}), None),
            (json!({"iat": NOW_S + 61}), Some("iat")),
            (json!({"iat": NOW_S - 601}), Some("iat")),
            (json!({"iat": null}), Some("iat")),
            (json!({"nbf": NOW_S + 61}), Some("nbf")),
            (json!({"auth_time": NOW_S - 86_400}), None),
            (json!({"auth_time": NOW_S + 60}), None),
            (json!({"auth_time": NOW_S + 61}), Some("auth_time")),
            (json!({"auth_time": "now"}), Some("auth_time")),
            (json!({"nonce": "m"}), Some("nonce")),
            (json!({"nonce": null}), Some("nonce")),
            (json!({"sub": ""}), Some("sub")),
            (json!({"sub": "x".repeat(256)}), Some("sub")),
            (json!({"sub": 7}), Some("sub")),
            (json!({"at_hash": "x"}), Some("at_hash")),
        ] {
            assert_eq!(verdict(change.clone()), reason, "{change}");
        }
    }
}
