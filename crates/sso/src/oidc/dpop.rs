//! Proofs of possession of a key (DPoP).
//!
//! Owns: checking proofs, the server's nonces.
//! Invariant: a proof is believed once, for one method and address, within a minute.
//! Follows: RFC 9449.

use axum::http::{HeaderMap, HeaderName};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::Timestamp;
use lgsp_platform::http::context::constant_time_eq;
use ring::{digest, hmac};
use serde_json::Value;

use super::{
    Provider,
    fail::{Fail, Outcome},
    limits::SKEW_S,
};
use crate::keys::{Alg, jwk::PublicKey, jws::Unverified};

/// Header of proofs.
pub(super) const PROOF_HEADER: HeaderName = HeaderName::from_static("dpop");
/// Header of nonces.
pub(super) const NONCE_HEADER: HeaderName = HeaderName::from_static("dpop-nonce");
/// How long a nonce is current; the one before it is accepted too.
const NONCE_LIFE_MS: i64 = 300_000;
/// Longest `jti`.
const JTI_BYTES_MAX: usize = 256;

/// What a call is compared with.
pub(super) struct Call<'a> {
    /// Method, upper case.
    pub(super) method: &'a str,
    /// Path of the endpoint.
    pub(super) path: &'a str,
    /// Access token that comes with it.
    pub(super) token: Option<&'a str>,
    /// Whether a nonce of ours is demanded.
    pub(super) needs_nonce: bool,
}

/// The nonce of the present.
pub(super) fn nonce(provider: &Provider) -> String {
    nonce_at(provider, provider.platform.clock.now().0 / NONCE_LIFE_MS)
}

fn nonce_at(provider: &Provider, window: i64) -> String {
    let tag = hmac::sign(&provider.secrets.nonce, &window.to_be_bytes());
    URL_SAFE_NO_PAD.encode(tag.as_ref().get(..18).unwrap_or_default())
}

fn is_nonce(provider: &Provider, sent: &str) -> bool {
    let window = provider.platform.clock.now().0 / NONCE_LIFE_MS;
    [window, window - 1]
        .iter()
        .any(|window| constant_time_eq(nonce_at(provider, *window).as_bytes(), sent.as_bytes()))
}

fn refused(provider: &Provider, why: &str) -> Fail {
    Fail::new("invalid_dpop_proof", why).with_header(NONCE_HEADER, nonce(provider))
}

/// Thumbprint of the key whose possession was proved; `None` without a proof.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`.
pub(super) async fn check(
    provider: &Provider,
    headers: &HeaderMap,
    call: &Call<'_>,
) -> Outcome<Option<String>> {
    let mut proofs = headers.get_all(PROOF_HEADER).iter();
    let Some(proof) = proofs.next() else {
        return Ok(None);
    };
    if proofs.next().is_some() {
        return Err(refused(provider, "more than one proof"));
    }
    let proof = proof.to_str().unwrap_or_default();
    let (key, claims) =
        read(proof).ok_or_else(|| refused(provider, "the proof is malformed or not signed"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("htm") != Some(call.method) || !is_address(provider, text("htu"), call.path) {
        return Err(refused(provider, "the proof is for another request"));
    }
    let now_s = provider.platform.clock.now().0 / 1_000;
    let issued = claims.get("iat").and_then(Value::as_i64).unwrap_or(0);
    if (now_s - issued).abs() > SKEW_S {
        return Err(refused(provider, "the proof is too old or from the future"));
    }
    if let Some(token) = call.token {
        let hash = digest::digest(&digest::SHA256, token.as_bytes());
        if text("ath") != Some(URL_SAFE_NO_PAD.encode(hash).as_str()) {
            return Err(refused(provider, "the proof is for another token"));
        }
    }
    let is_fresh = match text("nonce") {
        Some(sent) => is_nonce(provider, sent),
        None => !call.needs_nonce,
    };
    if !is_fresh {
        let fail = Fail::new(
            "use_dpop_nonce",
            "a proof with the server's nonce is needed",
        );
        return Err(fail.with_header(NONCE_HEADER, nonce(provider)));
    }
    let jti = text("jti").filter(|jti| !jti.is_empty() && jti.len() <= JTI_BYTES_MAX);
    let jti = jti.ok_or_else(|| refused(provider, "the proof has no jti"))?;
    let thumbprint = key.thumbprint();
    let until = Timestamp((issued + 2 * SKEW_S) * 1_000);
    let once = format!("{thumbprint}:{jti}");
    if !provider
        .identity
        .first_use("oidc.dpop", &once, until)
        .await?
    {
        return Err(refused(provider, "the proof was used before"));
    }
    Ok(Some(thumbprint))
}

/// The key and the claims of a proof whose signature its own key made.
fn read(proof: &str) -> Option<(PublicKey, Value)> {
    let parsed = Unverified::parse(proof).ok()?;
    parsed.require_type("dpop+jwt").ok()?;
    let key = PublicKey::parse(parsed.header.jwk.as_ref()?)?;
    let claims = parsed.verify(&key, &Alg::ALL).ok()?;
    Some((key, claims))
}

/// Whether `htu` is our endpoint; query and fragment do not count.
fn is_address(provider: &Provider, sent: Option<&str>, path: &str) -> bool {
    let sent = sent.and_then(|sent| sent.split(['?', '#']).next());
    sent.is_some_and(|sent| {
        [Some(&provider.issuer), provider.mtls.as_ref()]
            .into_iter()
            .flatten()
            .any(|base| sent.strip_prefix(base.as_str()) == Some(path))
    })
}
