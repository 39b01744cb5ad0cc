//! The endpoints that programs call: configuration, token, userinfo, check, revocation, keys.
//!
//! Owns: routing below a profile, general faults.
//! Not here: the page for people (`authorize.rs`), who calls (`clients.rs`).
//! Invariant: a code and a token work only for the client and profile they were made for.
//! Follows: OpenID Connect Core 3.1.3, 5.3; Discovery 1.0; RFC 7009; design document "Identity",
//! section 8 (the portal's userinfo by POST and its token check).

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::clients::client_of;
use super::faults::{Endpoint, SsoFault};
use super::http::{Answer, Call};
use super::keys::{encode, random_text, sha256};
use super::state::{Access, Grant};
use super::tokens::{self, IdToken};
use super::{SsoHandle, authorize};

/// How long an access token works: what the portal's callers expect.
const ACCESS_LIFE_S: i64 = 3_600;
/// Bytes of an answer that is too large on purpose.
const HUGE_BYTES: usize = 4 << 20;

fn endpoint(path: &str) -> Option<Endpoint> {
    Some(match path {
        ".well-known/openid-configuration" => Endpoint::Discovery,
        "oauth2/authorize" => Endpoint::Authorize,
        "oauth2/token" => Endpoint::Token,
        "oauth2/userinfo" => Endpoint::Userinfo,
        "oauth2/checktoken" => Endpoint::Check,
        "oauth2/revoke" => Endpoint::Revoke,
        "oauth2/jwks" => Endpoint::Jwks,
        _ => return None,
    })
}

pub(super) async fn answer(handle: &SsoHandle, call: &Call) -> Answer {
    let unknown = || Answer::error(404, "not_found", "no such path");
    let Some((profile, path)) = call.path.trim_start_matches('/').split_once('/') else {
        return unknown();
    };
    let is_known = handle.sso.lock().profile(profile).is_some();
    let Some(endpoint) = endpoint(path).filter(|_| is_known) else {
        return unknown();
    };
    let fired = {
        let mut state = handle.sso.lock();
        *state.calls.entry(endpoint).or_default() += 1;
        state.faults.draw(endpoint)
    };
    for fault in &fired {
        match fault {
            SsoFault::Slow { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            SsoFault::Http { status } => {
                return Answer::page(*status, format!("<h1>{status}</h1>"));
            }
            SsoFault::NotJson => return Answer::page(200, "<h1>Xin chào</h1>".into()),
            SsoFault::Huge => {
                return Answer::json(&json!({ "filler": "x".repeat(HUGE_BYTES) }));
            }
            _ => {}
        }
    }
    let answered = match endpoint {
        Endpoint::Discovery => Ok(discovery(handle, profile, &fired)),
        Endpoint::Authorize => authorize::answer(handle, profile, call, &fired),
        Endpoint::Token => token(handle, profile, call, &fired),
        Endpoint::Userinfo => userinfo(handle, profile, call, &fired),
        Endpoint::Check => Ok(check(handle, profile, call)),
        Endpoint::Revoke => Ok(revoke(handle, profile, call)),
        Endpoint::Jwks => Ok(Answer::json(&handle.sso.lock().keys.published())),
    };
    answered.unwrap_or_else(|error| {
        tracing::warn!(%error, "simulated sign-on");
        Answer::error(500, "server_error", "simulator")
    })
}

fn discovery(handle: &SsoHandle, profile: &str, fired: &[SsoFault]) -> Answer {
    let base = handle.issuer(profile);
    let issuer = if fired.contains(&SsoFault::WrongIssuer) {
        "https://other-provider.example"
    } else {
        base.as_str()
    };
    let at = |path: &str| format!("{base}/oauth2/{path}");
    Answer::json(&json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"),
        "revocation_endpoint": at("revoke"),
        "introspection_endpoint": at("checktoken"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "profile", "email", "phone", "address"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

fn token(
    handle: &SsoHandle,
    profile: &str,
    call: &Call,
    fired: &[SsoFault],
) -> anyhow::Result<Answer> {
    if call.method != Method::POST {
        return Ok(Answer::error(405, "invalid_request", "POST only"));
    }
    let Some(client_id) = client_of(handle, profile, call) else {
        return Ok(Answer::error(
            401,
            "invalid_client",
            "unknown client or secret",
        ));
    };
    let now_s = handle.sso.now_s();
    let issuer = handle.issuer(profile);
    let mut state = handle.sso.lock();
    let grant = state.grants.take(call.parameter("code"));
    let fits = |grant: &Grant| {
        let verifier = call.parameter("code_verifier");
        grant.client_id == client_id
            && grant.profile == profile
            && grant.expires_s > now_s
            && grant.redirect_uri == call.parameter("redirect_uri")
            && (grant.challenge.is_empty() || grant.challenge == encode(&sha256(verifier)))
    };
    let is_code = call.parameter("grant_type") == "authorization_code";
    let Some(grant) = grant.filter(|grant| is_code && fits(grant)) else {
        return Ok(Answer::error(400, "invalid_grant", "code does not fit"));
    };
    if fired.contains(&SsoFault::RotatedKey) {
        state.keys.rotate()?;
    }
    let access_token = random_text(24)?;
    let (Some(of), Some(person)) = (state.profile(profile), state.people.get(grant.person)) else {
        return Ok(Answer::error(400, "invalid_grant", "nobody"));
    };
    let id_token = IdToken {
        issuer: &issuer,
        profile: of,
        grant: &grant,
        person,
        access_token: &access_token,
        now_s,
    };
    let signing = tokens::signing(fired);
    let id_token = state.keys.sign(&id_token.claims(fired), signing)?;
    let access = Access {
        profile: profile.to_owned(),
        client_id,
        person: grant.person,
        expires_s: now_s + ACCESS_LIFE_S,
    };
    state.tokens.put(access_token.clone(), access);
    Ok(Answer::json(&json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFE_S,
        "scope": "openid",
        "id_token": id_token,
    })))
}

fn userinfo(
    handle: &SsoHandle,
    profile: &str,
    call: &Call,
    fired: &[SsoFault],
) -> anyhow::Result<Answer> {
    let now_s = handle.sso.now_s();
    let issuer = handle.issuer(profile);
    let state = handle.sso.lock();
    let Some(of) = state.profile(profile) else {
        return Ok(Answer::error(404, "not_found", "no such profile"));
    };
    if of.is_userinfo_post_only && call.method != Method::POST {
        return Ok(Answer::error(405, "invalid_request", "POST only"));
    }
    let bearer = call.header("authorization").strip_prefix("Bearer ");
    let access = bearer.and_then(|token| state.tokens.get(token));
    let live = access.filter(|access| access.profile == profile && access.expires_s > now_s);
    let found = live.and_then(|access| Some((access, state.people.get(access.person)?)));
    let Some((access, person)) = found else {
        return Ok(Answer::error(401, "invalid_token", "unknown or ended"));
    };
    let claims = tokens::claims(&state, of, person, fired);
    if !of.is_userinfo_signed {
        return Ok(Answer::json(&claims));
    }
    let claims = tokens::addressed(claims, (&issuer, &access.client_id), fired);
    let signed = state.keys.sign(&claims, tokens::signing(fired))?;
    Ok(Answer {
        content_type: "application/jwt",
        body: signed.into_bytes(),
        ..Answer::json(&json!({}))
    })
}

/// The portal's token check: `token` and `state=0` in, `client_id` and `exp` out.
fn check(handle: &SsoHandle, profile: &str, call: &Call) -> Answer {
    let now_s = handle.sso.now_s();
    let state = handle.sso.lock();
    let access = state.tokens.get(call.parameter("token"));
    let live = access.filter(|access| access.profile == profile && access.expires_s > now_s);
    let told: Value = match live {
        Some(access) if call.method == Method::POST => {
            json!({ "active": true, "client_id": access.client_id, "exp": access.expires_s })
        }
        _ => json!({ "active": false }),
    };
    Answer::json(&told)
}

fn revoke(handle: &SsoHandle, profile: &str, call: &Call) -> Answer {
    if client_of(handle, profile, call).is_none() {
        return Answer::error(401, "invalid_client", "unknown client or secret");
    }
    handle.sso.lock().tokens.take(call.parameter("token"));
    Answer::json(&json!({}))
}
