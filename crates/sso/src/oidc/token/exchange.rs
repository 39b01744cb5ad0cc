//! The grant of token exchange: a system for a person.
//!
//! Owns: that grant, what both ways of it share.
//! Not here: a person for a person (`delegated.rs`).
//! Invariant: the result is never wider, nor longer, than what was presented; a token is
//! exchanged only by a client that it was made for; who acts is always named in `act`.
//! Follows: RFC 8693; design document "Identity", section 2.6.

use lgsp_model::Timestamp;
use lgsp_platform::{
    http::trace,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use serde_json::{Value, json};

use super::{Issued, Request, delegated, mint};
use crate::oidc::{
    Provider,
    delegation::{self, DELEGATION_CLAIM},
    fail::{Fail, Outcome},
    limits::ACTORS_MAX,
    tables::family,
    token::mint::{FAMILY_CLAIM, ID_TYPE},
};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

pub(super) async fn exchange(request: &Request<'_>) -> Outcome<Issued> {
    let params = request.params;
    if params.get("subject_token_type") == Some(JWT)
        && let Some(asserted) = delegation::read(request.provider, params.need("subject_token")?)
    {
        return delegated::redeem(request, &asserted).await;
    }
    let issued_type = issued_type(request)?;
    let subject = presented(request, "subject_token").await?;
    let subject = subject.ok_or_else(|| Fail::request("subject_token is missing"))?;
    let actor = presented(request, "actor_token").await?;
    check_audience(request, &subject)?;
    let act = act(request, &subject, actor.as_ref())?;
    let audiences = audiences(request)?;
    let scopes = scopes(request, &subject)?;
    let sub = text(&subject, "sub").ok_or_else(|| refused("the token has no subject"))?;
    let ends = number(&subject, "exp").ok_or_else(|| refused("the token has no end"))?;
    let grant = match text(&subject, FAMILY_CLAIM).and_then(|id| id.parse().ok()) {
        Some(id) => family::find(&request.provider.platform.db, id).await?,
        None => None,
    };
    if let Some(grant) = &grant {
        request.admit(grant, "invalid_request").await?;
    }
    note(request, sub, &act, &audiences).await?;
    let access = mint::access(
        request.provider,
        &mint::Access {
            client: &request.client,
            grant: grant.as_ref(),
            sub,
            scopes: &scopes,
            audiences: &audiences,
            jkt: request.jkt.as_deref(),
            x5t: request.x5t.as_deref(),
            act: Some(act),
            ends_before: Some(Timestamp(ends * 1_000)),
            profile: None,
            more: &authority(&subject),
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

/// The form of token that is asked for; both are the same here.
pub(super) fn issued_type(request: &Request<'_>) -> Outcome<&'static str> {
    match request.params.get("requested_token_type") {
        None | Some(ACCESS_TOKEN) => Ok(ACCESS_TOKEN),
        Some(JWT) => Ok(JWT),
        Some(_) => Err(Fail::request("requested_token_type is not supported")),
    }
}

/// The resources that the result is for; at least one.
pub(super) fn audiences(request: &Request<'_>) -> Outcome<Vec<String>> {
    let asked = request.resources(&request.client.spec.exchange_audiences)?;
    match asked.is_empty() {
        true => Err(Fail::new("invalid_target", "an audience is needed")),
        false => Ok(asked),
    }
}

/// What a token that rests on a delegation says of it goes on unchanged.
fn authority(subject: &Value) -> Vec<(&'static str, Value)> {
    if subject.get(DELEGATION_CLAIM).is_none() {
        return Vec::new();
    }
    [DELEGATION_CLAIM, "roles", "org"]
        .into_iter()
        .filter_map(|name| Some((name, subject.get(name)?.clone())))
        .collect()
}

/// Who acts for whom, in the journal before the token is given out.
async fn note(request: &Request<'_>, sub: &str, act: &Value, audiences: &[String]) -> Outcome<()> {
    let platform = &request.provider.platform;
    let client = &request.client;
    let actor = format!("oidc:{}", client.id);
    let subject = ("oidc_client", client.id.as_str());
    let now = platform.clock.now();
    let mut event = Event::new(Class::Audit, now, actor, "token.exchanged", subject)
        .with_detail(json!({ "act": act, "audiences": audiences }))
        .with_trace(trace::current());
    event.on_behalf_of = Some(sub.to_owned());
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

fn refused(why: &str) -> Fail {
    Fail::request(why)
}

fn text<'a>(claims: &'a Value, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn number(claims: &Value, name: &str) -> Option<i64> {
    claims.get(name).and_then(Value::as_i64)
}

/// The claims of a presented token of ours.
pub(super) async fn presented(request: &Request<'_>, name: &str) -> Outcome<Option<Value>> {
    let Some(token) = request.params.get(name) else {
        return Ok(None);
    };
    let provider = request.provider;
    let claims = match request.params.need(&format!("{name}_type"))? {
        ACCESS_TOKEN => provider.read_access(token).await?,
        JWT => match provider.read_access(token).await? {
            Some(claims) => Some(claims),
            None => live_identity(provider, token),
        },
        ID_TOKEN => live_identity(provider, token),
        _ => return Err(Fail::request(format!("{name}_type is not supported"))),
    };
    match claims {
        Some(claims) => Ok(Some(claims)),
        None => Err(Fail::request(format!(
            "{name} is wrong, expired or revoked"
        ))),
    }
}

/// An identity token that has not ended.
fn live_identity(provider: &Provider, token: &str) -> Option<Value> {
    let claims = provider.verify_own(token, ID_TYPE)?;
    let now_s = provider.platform.clock.now().0 / 1_000;
    let is_ours = text(&claims, "iss") == Some(&provider.issuer);
    let is_live = number(&claims, "exp").is_some_and(|end| end > now_s);
    (is_ours && is_live).then_some(claims)
}

/// Only who a token was made for, or made with, may exchange it.
pub(super) fn check_audience(request: &Request<'_>, subject: &Value) -> Outcome<()> {
    let client = &request.client;
    let is_own = |audience: &str| {
        audience == client.id || client.spec.resources.iter().any(|own| own == audience)
    };
    let is_audience = match subject.get("aud") {
        Some(Value::String(audience)) => is_own(audience),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).any(is_own),
        _ => false,
    };
    if is_audience || text(subject, "client_id") == Some(&client.id) {
        return Ok(());
    }
    Err(Fail::request("the token was not made for this client"))
}

/// Who acts: the client itself, or the person whom `may_act` names.
fn act(request: &Request<'_>, subject: &Value, actor: Option<&Value>) -> Outcome<Value> {
    let client = &request.client;
    let allowed = subject.pointer("/may_act/sub").and_then(Value::as_str);
    let acting = match actor {
        None => client.id.as_str(),
        Some(actor) => text(actor, "sub").ok_or_else(|| refused("the actor has no subject"))?,
    };
    let is_itself = acting == client.id;
    if !is_itself && allowed != Some(acting) {
        return Err(Fail::request("the actor may not act for this subject"));
    }
    if let Some(allowed) = allowed.filter(|allowed| *allowed != acting) {
        tracing::info!(allowed, "a token names another actor");
        return Err(Fail::request("the subject names another actor"));
    }
    let mut act = json!({ "sub": acting });
    if let (Some(members), Some(before)) = (act.as_object_mut(), subject.get("act")) {
        members.insert("act".to_owned(), before.clone());
    }
    let depth = std::iter::successors(Some(&act), |act| act.get("act")).count();
    if depth > ACTORS_MAX {
        return Err(Fail::request("too many act for one another"));
    }
    Ok(act)
}

/// Scopes that both the token and the client have.
pub(super) fn scopes(request: &Request<'_>, subject: &Value) -> Outcome<Vec<String>> {
    let held: Vec<String> = text(subject, "scope")
        .unwrap_or_default()
        .split_whitespace()
        .filter(|scope| {
            request
                .client
                .spec
                .scopes
                .iter()
                .any(|known| known == scope)
        })
        .map(str::to_owned)
        .collect();
    request.scopes(&held)
}
