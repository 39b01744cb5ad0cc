//! The grant `refresh_token`: families, rotation, detection of reuse.
//!
//! Owns: that grant.
//! Invariant: a refresh token works once. Its use is a claim of the ledger, committed together
//! with the row of its successor, many clients in one transaction. A used token ends its whole
//! family, unless the same client with the same key repeats it within ten seconds because its
//! answer was lost: then it gets the same successor, which is computed from the token and a key
//! of ours, so that none has to be kept.
//! Follows: design document "Identity", section 2.5; RFC 9700, section 4.14.2.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::trace,
    journal::{Class, Event},
    ledger::{Acceptance, Accepted, Claim, Effects},
};
use ring::{digest, hmac};

use super::{Issued, Request};
use crate::oidc::{
    Provider,
    client::kind::AuthMethod,
    fail::{Fail, Outcome},
    grant::Grant,
    limits::{REFRESH_GRACE_MS, REFRESH_IDLE_MS},
    tables::family::{self, Which},
};

/// The first token of a family, from the code that began it.
pub(in crate::oidc) fn first(provider: &Provider, code: &str) -> String {
    derive(provider, &format!("first|{code}"))
}

/// 256 bits that only we can compute.
fn derive(provider: &Provider, from: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(&provider.secrets.refresh, from.as_bytes()))
}

fn claim_key(token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, token.as_bytes());
    format!("oidc.refresh:{}", URL_SAFE_NO_PAD.encode(hash))
}

pub(super) async fn renew(request: &Request<'_>) -> Outcome<Issued> {
    let provider = request.provider;
    let token = request.params.need("refresh_token")?;
    let now = provider.platform.clock.now();
    let refused = || Fail::grant("the refresh token is wrong, expired or revoked");
    let found = family::find_token(&provider.platform.db, token).await?;
    let found = found.ok_or_else(refused)?;
    let mut grant = found.grant;
    // It belonged to one authorisation request, which this does not answer
    // (OpenID Connect Core 1.0, section 12.2).
    grant.nonce = None;
    if grant.client != request.client.id {
        return Err(refused());
    }
    let is_over = found.is_revoked
        || found.expires_at <= now
        || grant.expires_at <= now
        || provider.revoked.contains(&grant.key());
    if is_over {
        return Err(refused());
    }
    check_key(request, &grant)?;
    if !provider.alive.is_alive(grant.account).await? {
        return Err(refused());
    }
    if let Some(denied) = request.denied(&grant).await? {
        // The right has ended, and with it all that came of it.
        provider
            .revoked
            .revoke(&Which::Id(grant.id), vec![denied])
            .await?;
        return Err(refused());
    }
    let scopes = request.scopes(&grant.scopes)?;
    let resources = request.resources(&grant.resources)?;
    let successor = derive(provider, &format!("next|{token}"));
    let ends = now.plus_ms(REFRESH_IDLE_MS).min(grant.expires_at);
    let used = Used {
        at: now,
        jkt: request.jkt.as_deref().unwrap_or_default(),
    };
    let acceptance = Acceptance {
        claim: Some(Claim {
            key: claim_key(token),
            result: used.write(),
            expires_at: grant.expires_at,
        }),
        effects: Effects {
            rows: vec![family::token_row(&successor, grant.id, ends)],
            ..Effects::default()
        },
    };
    match provider.platform.ledger.accept(acceptance).await? {
        Accepted::New => {}
        Accepted::Repeat { result } => {
            if !is_lost_answer(request, &used, &result, &successor).await? {
                reused(request, &grant).await?;
                return Err(refused());
            }
        }
    }
    let resources = if resources.is_empty() {
        grant.resources.clone()
    } else {
        resources
    };
    request
        .for_person(&grant, scopes, &resources, Some(successor))
        .await
}

/// A token of a public client is bound to the key of its first use, if there was one.
fn check_key(request: &Request<'_>, grant: &Grant) -> Outcome<()> {
    let is_public = request.client.spec.auth_method == AuthMethod::None;
    let is_bound = is_public || request.client.spec.needs_dpop();
    if is_bound && grant.jkt != request.jkt {
        return Err(Fail::grant("the refresh token is bound to another key"));
    }
    // A client that proves itself may renew its certificate; a public one is known by it only.
    if is_public && grant.x5t.is_some() && grant.x5t != request.x5t {
        return Err(Fail::grant(
            "the refresh token is bound to another certificate",
        ));
    }
    Ok(())
}

/// When and with which key a token was used.
struct Used<'a> {
    at: Timestamp,
    jkt: &'a str,
}

impl<'a> Used<'a> {
    fn write(&self) -> String {
        format!("{} {}", self.at.0, self.jkt)
    }

    fn read(text: &'a str) -> Option<Self> {
        let (at, jkt) = text.split_once(' ')?;
        Some(Self {
            at: Timestamp(at.parse().ok()?),
            jkt,
        })
    }
}

/// Whether a repeat is a client whose answer was lost: soon, with the same key, and the
/// successor was not used yet.
async fn is_lost_answer(
    request: &Request<'_>,
    now: &Used<'_>,
    result: &str,
    successor: &str,
) -> Outcome<bool> {
    let Some(first) = Used::read(result) else {
        return Ok(false);
    };
    if first.jkt != now.jkt || now.at.since(first.at) > REFRESH_GRACE_MS {
        return Ok(false);
    }
    Ok(!is_used(request.provider, successor).await?)
}

async fn reused(request: &Request<'_>, grant: &Grant) -> Outcome<()> {
    let now = request.provider.platform.clock.now();
    let actor = format!("oidc:{}", request.client.id);
    let subject = ("token_family", grant.id.to_string());
    let event = Event::new(Class::Audit, now, actor, "token.refresh.reused", subject)
        .with_result("refused")
        .with_trace(trace::current());
    tracing::warn!(client = %grant.client, family = %grant.id, "a refresh token was used twice");
    request
        .provider
        .revoked
        .revoke(&Which::Id(grant.id), vec![event])
        .await?;
    Ok(())
}

/// Whether a refresh token was used already.
pub(in crate::oidc) async fn is_used(
    provider: &Provider,
    token: &str,
) -> crate::error::Result<bool> {
    let sql = "SELECT result FROM claim WHERE key = $1";
    let values = vec![claim_key(token).into()];
    Ok(provider.platform.db.query_one(sql, values).await?.is_some())
}
