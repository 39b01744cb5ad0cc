//! Reading our own access tokens.
//!
//! Owns: `Provider::read_access`, taking a token out of a request.
//! Invariant: only what has the type and issuer of an access token is one; a token of a revoked
//! family, of a dead account, of an ended delegation or past its end is none.
//! Follows: RFC 9068, section 4; RFC 6750, section 2.

use axum::http::{HeaderMap, header};
use lgsp_model::AccountId;
use lgsp_platform::http::context::constant_time_eq;
use serde_json::Value;

use super::{
    Provider,
    client::certificate::Peer,
    delegation::delegation_of,
    dpop::{self, Call},
    fail::{Fail, Outcome},
    revocations::token_key,
    tables::parked::{self, Parked},
    token::mint::{ACCESS_TYPE, FAMILY_CLAIM},
};
use crate::{
    error::Result,
    keys::{Alg, Purpose, jws::Unverified},
};

impl Provider {
    /// The claims of a live access token.
    pub(super) async fn read_access(&self, token: &str) -> Result<Option<Value>> {
        let now = self.platform.clock.now();
        let claims = if token.contains('.') {
            self.verify_own(token, ACCESS_TYPE)
        } else {
            parked::find(&self.platform.db, Parked::Token, token, now).await?
        };
        let Some(claims) = claims else {
            return Ok(None);
        };
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let is_current = text("iss") == Some(&self.issuer)
            && claims
                .get("exp")
                .and_then(Value::as_i64)
                .is_some_and(|exp| exp > now.0 / 1_000);
        let is_revoked = text("jti").is_none_or(|jti| self.revoked.contains(&token_key(jti)))
            || text(FAMILY_CLAIM)
                .is_some_and(|family| self.revoked.contains(&format!("family:{family}")));
        if !is_current || is_revoked {
            return Ok(None);
        }
        if let Some(delegation) = delegation_of(&claims) {
            let current = self.identity.delegation_in_force(delegation).await?;
            return Ok(current.map(|_| claims));
        }
        let is_alive = match account_of(&claims) {
            Some(account) => self.alive.is_alive(account).await?,
            None => {
                let client = text("client_id").unwrap_or_default();
                self.clients.find(client).await?.is_some()
            }
        };
        Ok(is_alive.then_some(claims))
    }

    /// The claims of a token that we signed, of this type, whatever its age.
    pub(super) fn verify_own(&self, token: &str, typ: &str) -> Option<Value> {
        let parsed = Unverified::parse(token).ok()?;
        parsed.require_type(typ).ok()?;
        let key = self
            .keys
            .find(Purpose::Token, parsed.header.kid.as_deref()?)?;
        parsed.verify(key.public(), &Alg::ALL).ok()
    }
}

/// The person of a token, if it has one: systems have no family.
fn account_of(claims: &Value) -> Option<AccountId> {
    claims.get(FAMILY_CLAIM)?;
    claims.get("sub")?.as_str()?.parse().ok().map(AccountId)
}

/// A token with the scheme under which it came.
#[derive(Debug)]
pub(super) struct Bearer {
    pub(super) token: String,
    pub(super) is_dpop: bool,
}

/// The token of a request: in the header, or else in a form.
///
/// # Errors
/// `invalid_request` when it comes in both ways; a bare challenge when there is none.
pub(super) fn bearer(headers: &HeaderMap, in_form: Option<&str>) -> Outcome<Bearer> {
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let in_header = value.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        let is_dpop = scheme.eq_ignore_ascii_case("dpop");
        (is_dpop || scheme.eq_ignore_ascii_case("bearer")).then(|| Bearer {
            token: token.trim().to_owned(),
            is_dpop,
        })
    });
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(Fail::resource("Bearer", "invalid_request", "two tokens")),
        (Some(found), None) => Ok(found),
        (None, Some(token)) => Ok(Bearer {
            token: token.to_owned(),
            is_dpop: false,
        }),
        (None, None) => {
            let mut fail = Fail::resource("Bearer", "invalid_token", "a token is needed");
            // Without a token the challenge names no error (RFC 6750, section 3.1).
            fail.headers = vec![(header::WWW_AUTHENTICATE, "Bearer".to_owned())];
            Err(fail)
        }
    }
}

/// Checks a token and, when it is bound, the certificate of the caller or the proof of its key.
///
/// # Errors
/// `invalid_token`, `use_dpop_nonce`.
pub(super) async fn require(
    provider: &Provider,
    peer: &Peer,
    bearer: &Bearer,
    (method, path): (&str, &str),
) -> Outcome<Value> {
    let scheme = if bearer.is_dpop { "DPoP" } else { "Bearer" };
    let refused = |why: &str| Fail::resource(scheme, "invalid_token", why);
    let Some(claims) = provider.read_access(&bearer.token).await? else {
        return Err(refused("the token is wrong, expired or revoked"));
    };
    let certificate = claims.pointer("/cnf/x5t#S256").and_then(Value::as_str);
    if certificate.is_some() && certificate != peer.thumbprint().as_deref() {
        return Err(refused("the token is bound to another certificate"));
    }
    let bound = claims.pointer("/cnf/jkt").and_then(Value::as_str);
    if bound.is_none() && !bearer.is_dpop {
        return Ok(claims);
    }
    let Some(bound) = bound.filter(|_| bearer.is_dpop) else {
        return Err(refused("the scheme does not fit the token"));
    };
    let call = Call {
        method,
        path,
        token: Some(&bearer.token),
        needs_nonce: false,
    };
    let proved = dpop::check(provider, &peer.headers, &call)
        .await
        .map_err(|fail| {
            let challenge = Fail::resource("DPoP", fail.error, &fail.description);
            Fail {
                headers: [challenge.headers, fail.headers].concat(),
                ..challenge
            }
        })?;
    match proved {
        Some(jkt) if constant_time_eq(jkt.as_bytes(), bound.as_bytes()) => Ok(claims),
        _ => Err(refused("the proof of the key is missing or of another key")),
    }
}
