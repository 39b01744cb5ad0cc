//! Token exchange of a person for a person.
//!
//! Owns: exchanging a delegation assertion with the delegate's access token.
//! Not here: assertions (`oidc/delegation.rs`), a system for a person (`exchange.rs`).
//! Invariant: the delegation is read anew at each exchange; the result has the delegated roles
//! that the delegator still holds and no others, lives no longer than what was presented, and
//! dies with the delegate's own tokens; the journal names both persons.
//! Follows: RFC 8693, sections 2 and 4; design document "Identity", section 2.6 point 2.

use lgsp_identity::people::in_force::InForce;
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    http::trace,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use serde_json::{Value, json};

use super::{Issued, Request, exchange, mint};
use crate::oidc::{
    claims,
    delegation::{Asserted, DELEGATION_CLAIM},
    fail::{Fail, Outcome},
    grant::Grant,
    tables::family,
    token::mint::FAMILY_CLAIM,
};

/// Scopes that open what only the person itself may give.
const PERSONAL: [&str; 2] = ["openid", "offline_access"];

/// The delegate with the token that it presented.
struct Delegate {
    claims: Value,
    grant: Grant,
    ends_at: Timestamp,
}

pub(super) async fn redeem(request: &Request<'_>, asserted: &Asserted) -> Outcome<Issued> {
    let provider = request.provider;
    let issued_type = exchange::issued_type(request)?;
    let now = provider.platform.clock.now();
    if asserted.ends_at <= now {
        return Err(Fail::grant("the assertion has expired"));
    }
    let delegate = delegate(request).await?;
    let current = provider
        .identity
        .delegation_in_force(asserted.delegation)
        .await?;
    let current = current.ok_or_else(|| Fail::grant("the delegation is not in force"))?;
    let delegation = &current.delegation;
    if delegation.delegate_id != delegate.grant.account.0 {
        return Err(Fail::grant("the actor may not act for this subject"));
    }
    request.admit(&delegate.grant, "invalid_request").await?;
    let audiences = exchange::audiences(request)?;
    let held = exchange::scopes(request, &delegate.claims)?;
    let scopes: Vec<String> = held
        .into_iter()
        .filter(|scope| !PERSONAL.contains(&scope.as_str()))
        .collect();
    let delegator = AccountId(delegation.delegator_id);
    let sub = mint::subject(provider, &request.client, delegator);
    let actor = mint::subject(provider, &request.client, delegate.grant.account);
    note(request, &current, &audiences).await?;
    let ends = delegate.ends_at.min(asserted.ends_at).min(delegation.until);
    let access = mint::access(
        provider,
        &mint::Access {
            client: &request.client,
            // How and when the delegate proved itself; the token ends with the delegate's own.
            grant: Some(&delegate.grant),
            sub: &sub,
            scopes: &scopes,
            audiences: &audiences,
            jkt: request.jkt.as_deref(),
            x5t: request.x5t.as_deref(),
            act: Some(json!({ "sub": actor })),
            ends_before: Some(ends),
            profile: None,
            more: &rights(&current),
        },
    )
    .await?;
    Ok(Issued {
        access,
        scopes,
        id_token: None,
        refresh_token: None,
        jkt: request.jkt.clone(),
        more: vec![("issued_token_type", issued_type.into())],
    })
}

/// The delegate's access token: its own, made for or with this client, with a person behind it.
async fn delegate(request: &Request<'_>) -> Outcome<Delegate> {
    let claims = exchange::presented(request, "actor_token").await?;
    let claims = claims.ok_or_else(|| Fail::request("actor_token is missing"))?;
    exchange::check_audience(request, &claims)?;
    if claims.get("act").is_some() {
        return Err(Fail::request("authority is not passed on"));
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let grant = match text(FAMILY_CLAIM).and_then(|id| id.parse().ok()) {
        Some(id) => family::find(&request.provider.platform.db, id).await?,
        None => None,
    };
    let grant = grant.ok_or_else(|| Fail::request("the actor must be a person"))?;
    let end_s = claims.get("exp").and_then(Value::as_i64);
    let end_s = end_s.ok_or_else(|| Fail::request("the actor's token has no end"))?;
    Ok(Delegate {
        grant,
        ends_at: Timestamp(end_s.saturating_mul(1_000)),
        claims,
    })
}

/// What the token says of the authority: which delegation, and the roles that it gives.
fn rights(current: &InForce) -> Vec<(&'static str, Value)> {
    let delegation = &current.delegation;
    let mut told = vec![
        (DELEGATION_CLAIM, delegation.id.to_string().into()),
        ("roles", claims::role_names(&current.roles)),
    ];
    if let Some(agency) = &delegation.agency {
        told.push(("org", json!([{ "code": agency }])));
    }
    told
}

/// Who acts for whom, in the journal before the token is given out.
async fn note(request: &Request<'_>, current: &InForce, audiences: &[String]) -> Outcome<()> {
    let platform = &request.provider.platform;
    let delegation = &current.delegation;
    let subject = ("oidc_client", request.client.id.as_str());
    let actor = delegation.delegate.clone();
    let now = platform.clock.now();
    let detail = json!({
        "client": request.client.id, "audiences": audiences, "delegation": delegation.id,
        "roles": claims::role_names(&current.roles),
    });
    let mut event = Event::new(Class::Audit, now, actor, "token.exchanged", subject)
        .with_detail(detail)
        .with_trace(trace::current());
    event.agency.clone_from(&delegation.agency);
    event.ground = Some(delegation.decision_no.clone());
    event.on_behalf_of = Some(delegation.delegator.clone());
    let acceptance = Acceptance {
        claim: None,
        effects: Effects {
            events: vec![event],
            ..Effects::default()
        },
    };
    platform.ledger.accept(acceptance).await?;
    Ok(())
}
