//! The grant `authorization_code`.
//!
//! Owns: redeeming a code.
//! Invariant: a code works once; a second use ends everything that came from the first. The
//! claim that tells first from second is committed with the family.
//! Follows: RFC 6749, section 4.1.3; RFC 7636, section 4.6; RFC 9449, section 10.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_platform::{
    http::context::constant_time_eq,
    journal::{Class, Event},
    ledger::{Acceptance, Accepted, Claim, Effects},
};
use ring::digest;
use serde::{Deserialize, Serialize};

use super::{Issued, Request, first_refresh};
use crate::oidc::{
    client::kind::GrantType,
    fail::{Fail, Outcome},
    grant::Grant,
    tables::{
        family::{self, Which},
        parked::{self, Parked},
    },
};

/// Shortest and longest verifier (RFC 7636, section 4.1).
const VERIFIER_BYTES: std::ops::RangeInclusive<usize> = 43..=128;

/// What is parked behind a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::oidc) struct CodeData {
    pub(in crate::oidc) grant: Grant,
    pub(in crate::oidc) redirect_uri: String,
    pub(in crate::oidc) challenge: Option<String>,
}

pub(super) async fn redeem(request: &Request<'_>) -> Outcome<Issued> {
    let provider = request.provider;
    let code = request.params.need("code")?;
    let now = provider.platform.clock.now();
    let refused = || Fail::grant("the code is wrong, expired or used");
    let found: Option<CodeData> =
        parked::find(&provider.platform.db, Parked::Code, code, now).await?;
    let Some(data) = found else {
        // Its time may be over, but whoever presents it again has seen it.
        revoke_used(request, code).await?;
        return Err(refused());
    };
    if data.grant.client != request.client.id {
        return Err(refused());
    }
    if request.params.need("redirect_uri")? != data.redirect_uri {
        return Err(Fail::grant("redirect_uri differs from that of the request"));
    }
    check_verifier(
        request.params.get("code_verifier"),
        data.challenge.as_deref(),
    )?;
    let mut grant = data.grant;
    if !is_session_alive(request, &grant).await? {
        return Err(refused());
    }
    if grant.jkt.is_some() && grant.jkt != request.jkt {
        return Err(Fail::grant("the code is bound to another key"));
    }
    request.admit(&grant, "invalid_grant").await?;
    // Tokens of a public client stay bound; those of others are bound by their authentication.
    grant.jkt.clone_from(&request.jkt);
    grant.x5t.clone_from(&request.x5t);
    let refresh = request
        .client
        .spec
        .may(GrantType::Refresh)
        .then(|| first_refresh(provider, code));
    let mut rows = vec![family::row(&grant, now)?];
    if let Some(token) = &refresh {
        let ends = now
            .plus_ms(crate::oidc::limits::REFRESH_IDLE_MS)
            .min(grant.expires_at);
        rows.push(family::token_row(token, grant.id, ends));
    }
    let acceptance = Acceptance {
        claim: Some(Claim {
            key: claim_key(code),
            result: grant.id.to_string(),
            expires_at: grant.expires_at,
        }),
        effects: Effects {
            rows,
            ..Effects::default()
        },
    };
    match provider.platform.ledger.accept(acceptance).await? {
        Accepted::New => {}
        Accepted::Repeat { result } => {
            end(request, &result).await?;
            return Err(refused());
        }
    }
    let scopes = grant.scopes.clone();
    let resources = request.resources(&grant.resources)?;
    let resources = if resources.is_empty() {
        grant.resources.clone()
    } else {
        resources
    };
    request
        .for_person(&grant, scopes, &resources, refresh)
        .await
}

/// Whether the session of a code still lives, or is not needed: a sign-out that came before the
/// code was redeemed must reach it too.
async fn is_session_alive(request: &Request<'_>, grant: &Grant) -> Outcome<bool> {
    let Some(session) = grant.session.filter(|_| !grant.is_offline) else {
        return Ok(true);
    };
    Ok(request.provider.identity.session(session).await?.is_some())
}

fn claim_key(code: &str) -> String {
    let hash = digest::digest(&digest::SHA256, code.as_bytes());
    format!("oidc.code:{}", URL_SAFE_NO_PAD.encode(hash))
}

/// A code that was used and whose row is gone: the claim still knows its family.
async fn revoke_used(request: &Request<'_>, code: &str) -> Outcome<()> {
    let platform = &request.provider.platform;
    let sql = "SELECT result FROM claim WHERE key = $1";
    let row = platform
        .db
        .query_one(sql, vec![claim_key(code).into()])
        .await?;
    if let Some(row) = row {
        let family: String = row
            .try_get("", "result")
            .map_err(lgsp_platform::Error::from)?;
        end(request, &family).await?;
    }
    Ok(())
}

async fn end(request: &Request<'_>, family: &str) -> Outcome<()> {
    let Ok(id) = family.parse() else {
        return Ok(());
    };
    let now = request.provider.platform.clock.now();
    let actor = format!("oidc:{}", request.client.id);
    let event = Event::new(
        Class::Audit,
        now,
        actor,
        "token.code.reused",
        ("token_family", family),
    )
    .with_result("refused")
    .with_trace(lgsp_platform::http::trace::current());
    request
        .provider
        .revoked
        .revoke(&Which::Id(id), vec![event])
        .await?;
    Ok(())
}

fn check_verifier(verifier: Option<&str>, challenge: Option<&str>) -> Outcome<()> {
    match (verifier, challenge) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(Fail::grant("code_verifier without code_challenge")),
        (None, Some(_)) => Err(Fail::grant("code_verifier is missing")),
        (Some(verifier), Some(challenge)) => {
            let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
            let hash = URL_SAFE_NO_PAD.encode(hash);
            let is_right = VERIFIER_BYTES.contains(&verifier.len())
                && constant_time_eq(hash.as_bytes(), challenge.as_bytes());
            if is_right {
                Ok(())
            } else {
                Err(Fail::grant("code_verifier is wrong"))
            }
        }
    }
}
