//! The authorisation code.
//!
//! Owns: making the grant and its code, noting the participant, the state of the session for
//! pages that watch it.
//! Follows: RFC 6749, section 4.1.2; OpenID Connect Session Management 1.0, section 3.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use lgsp_identity::{Browser, Participant};
use lgsp_platform::{
    http::trace,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use serde_json::json;

use super::{Step, respond};
use crate::{
    oidc::{
        Provider,
        client::Client,
        fail::Outcome,
        grant::Grant,
        limits::{CODE_LIFE_MS, REFRESH_LIFE_MS},
        logout::state,
        tables::{
            consent,
            parked::{self, Parked},
        },
        token::{CodeData, mint},
    },
    visit::Visit,
};

/// Whether the person has just consented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consented {
    /// Just now: it is noted.
    Now,
    /// Before, or not needed.
    No,
}

/// Issues a code and sends it to the client.
pub(super) async fn code(
    provider: &Provider,
    visit: &Visit,
    browser: &Browser,
    client: &Client,
    step: Step,
    consented: Consented,
) -> Result<Response, respond::Stop> {
    let request = step.transaction.request;
    let session = &browser.session;
    let now = provider.platform.clock.now();
    let running = provider.identity.impersonation(&browser.principal).await;
    let running = running.map_err(crate::error::Error::from)?;
    let mut scopes = request.scopes.clone();
    let mut expires_at = now.plus_ms(REFRESH_LIFE_MS);
    if let Some(running) = &running {
        // Nothing of it outlives the time for which an administrator may act as the person.
        scopes.retain(|scope| scope != "offline_access");
        expires_at = expires_at.min(running.until);
    }
    let grant = Grant {
        id: provider.platform.ids.next(),
        client: client.id.clone(),
        account: session.account_id,
        sub: mint::subject(provider, client, session.account_id),
        scopes,
        session: Some(session.id),
        auth_at: session.auth_at,
        acr: session.acr,
        amr: session.amr.clone(),
        nonce: request.nonce.clone(),
        claims: request.claims.clone(),
        resources: request.resources.clone(),
        jkt: request.jkt.clone(),
        x5t: None,
        is_offline: request.is_offline() && running.is_none(),
        act: running.map(|running| mint::subject(provider, client, running.admin_id)),
        expires_at,
    };
    let data = CodeData {
        grant,
        redirect_uri: request.to.redirect_uri.clone(),
        challenge: request.challenge.clone(),
    };
    let ends = now.plus_ms(CODE_LIFE_MS);
    let (code, row) = parked::row(Parked::Code, &client.id, &data, ends)?;
    let mut effects = Effects {
        rows: vec![row],
        events: vec![event((visit, browser), client, "client.signed_on", now)],
        ..Effects::default()
    };
    if let Some(reference) = &step.reference {
        effects
            .statements
            .push(parked::delete(&provider.platform.db, reference));
    }
    if consented == Consented::Now {
        let wanted = request.wanted();
        let account = session.account_id;
        effects
            .rows
            .push(consent::row(account, &client.id, &wanted, now));
        let detail = json!({ "scopes": wanted });
        effects
            .events
            .push(event((visit, browser), client, "consent.given", now).with_detail(detail));
    }
    join(provider, browser, client, &data.grant).await?;
    let acceptance = Acceptance {
        claim: None,
        effects,
    };
    provider.platform.ledger.accept(acceptance).await?;
    let watched = state::session_state(provider, client, &request.to.redirect_uri, session.id)?;
    let params = [("code", code.as_str()), ("session_state", watched.as_str())];
    let mut response = respond::send(provider, &visit.headers, &request.to, &params);
    if let Ok(cookie) = HeaderValue::try_from(state::cookie(provider, Some(session.id))) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn event(
    (visit, browser): (&Visit, &Browser),
    client: &Client,
    action: &str,
    now: lgsp_model::Timestamp,
) -> Event {
    let mut event = Event::new(
        Class::Audit,
        now,
        browser.principal.actor_name(),
        action,
        ("oidc-client", client.id.as_str()),
    );
    event.agency.clone_from(&browser.principal.agency);
    event.address.clone_from(&visit.address);
    event.on_behalf_of = browser.principal.acts_for().map(str::to_owned);
    event.with_trace(trace::current())
}

/// From now on the client is told when the session ends.
async fn join(
    provider: &Provider,
    browser: &Browser,
    client: &Client,
    grant: &Grant,
) -> Outcome<()> {
    let participant = Participant {
        id: provider.platform.ids.next(),
        session_id: browser.session.id,
        account_id: browser.session.account_id,
        protocol: "oidc".to_owned(),
        client: client.id.clone(),
        index: String::new(),
        data: json!({ "sub": grant.sub }),
        joined_at: provider.platform.clock.now(),
    };
    Ok(provider.identity.join(&participant).await?)
}
