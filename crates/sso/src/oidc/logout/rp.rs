//! RP-initiated logout: an application sends the person here to sign out.
//!
//! Owns: `/oidc/logout`.
//! Invariant: a person is signed out without a question only by a token of ours for the present
//! session (no forced logout by other sites); a person is sent on only to a registered address
//! of the client that the token names.
//! Follows: OpenID Connect RP-Initiated Logout 1.0; Front-Channel Logout 1.0, section 3.

use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use lgsp_identity::{Actor, Browser, Session};
use lgsp_platform::http::context::constant_time_eq;
use serde_json::Value;

use super::state;
use crate::oidc::{
    Provider,
    authorize::respond::{error_page, redirect},
    fail::{Fail, Outcome},
    origin_of,
    pages::{self, Texts},
    params::{Params, with_params},
    token::mint::{self, ID_TYPE},
};

/// Longest `state`.
const STATE_BYTES_MAX: usize = 2_048;

#[derive(Template)]
#[template(path = "sso-sign-out.html")]
struct SignOutPage<'a> {
    texts: &'static Texts,
    csrf: Option<&'a str>,
    frames: &'a [String],
    next: Option<&'a str>,
}

pub(in crate::oidc) async fn get(
    State(provider): State<Provider>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let query = uri.query().unwrap_or_default().as_bytes();
    answer(&provider, &headers, query, false).await
}

pub(in crate::oidc) async fn post(
    State(provider): State<Provider>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&provider, &headers, &body, true).await
}

async fn answer(provider: &Provider, headers: &HeaderMap, text: &[u8], is_post: bool) -> Response {
    match act(provider, headers, text, is_post).await {
        Ok(response) => response,
        Err(fail) => error_page(headers, &fail),
    }
}

/// What a valid hint says.
struct Hint {
    client: String,
    sub: String,
    session: Option<String>,
}

async fn act(
    provider: &Provider,
    headers: &HeaderMap,
    text: &[u8],
    is_post: bool,
) -> Outcome<Response> {
    let params = Params::parse(text)?;
    let texts = pages::choose(
        params.get("ui_locales").and_then(|all| all.get(..2)),
        headers,
    );
    let hint = hint(provider, &params);
    let browser = provider.identity.browser(headers).await?;
    let is_confirmed = browser
        .as_ref()
        .is_some_and(|browser| is_own_form(browser, &params, is_post));
    let is_hinted = match (&browser, &hint) {
        (Some(browser), Some(hint)) => is_of(provider, browser, hint).await?,
        (None, _) => true,
        (Some(_), None) => false,
    };
    if let Some(browser) = browser.as_ref().filter(|_| !is_confirmed && !is_hinted) {
        let csrf = browser.principal.csrf_token.as_deref().unwrap_or_default();
        return Ok(page(texts, Some(csrf), &[], None));
    }
    let next = match &hint {
        Some(hint) => target(provider, hint, &params).await?,
        None => None,
    };
    let frames = match &browser {
        Some(browser) => end(provider, browser).await?,
        None => Vec::new(),
    };
    let mut response = match &next {
        Some(next) if frames.is_empty() => redirect(next),
        _ => page(texts, None, &frames, next.as_deref()),
    };
    forget(provider, &mut response);
    Ok(response)
}

/// The client, person and session of the hint; its age does not matter.
fn hint(provider: &Provider, params: &Params) -> Option<Hint> {
    let claims = provider.verify_own(params.get("id_token_hint")?, ID_TYPE)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let client = text("aud")?;
    let is_ours = text("iss").as_deref() == Some(&provider.issuer);
    let is_same = params.get("client_id").is_none_or(|named| named == client);
    (is_ours && is_same).then_some(Hint {
        client,
        sub: text("sub")?,
        session: text("sid"),
    })
}

/// Whether the hint is of the person of this browser.
async fn is_of(provider: &Provider, browser: &Browser, hint: &Hint) -> Outcome<bool> {
    let Some(client) = provider.clients.find(&hint.client).await? else {
        return Ok(false);
    };
    let is_session = hint.session.as_deref() == Some(browser.session.id.to_string().as_str());
    let sub = mint::subject(provider, &client, browser.session.account_id);
    Ok(is_session || sub == hint.sub)
}

/// The confirmation of our own page.
fn is_own_form(browser: &Browser, params: &Params, is_post: bool) -> bool {
    let expected = browser.principal.csrf_token.as_deref().unwrap_or_default();
    let sent = params.get("csrf_token").unwrap_or_default();
    is_post && !expected.is_empty() && constant_time_eq(expected.as_bytes(), sent.as_bytes())
}

/// Where the person goes afterwards.
async fn target(provider: &Provider, hint: &Hint, params: &Params) -> Outcome<Option<String>> {
    let Some(wished) = params.get("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let client = provider.clients.find(&hint.client).await?;
    let is_known = client.is_some_and(|client| {
        client
            .spec
            .post_logout_redirect_uris
            .iter()
            .any(|known| known == wished)
    });
    if !is_known {
        return Err(Fail::request(
            "post_logout_redirect_uri is not registered for this client",
        ));
    }
    let state = params
        .get("state")
        .filter(|state| state.len() <= STATE_BYTES_MAX);
    Ok(Some(match state {
        Some(state) => with_params(wished, &[("state", state)]),
        None => wished.to_owned(),
    }))
}

/// Ends the session; gives the addresses that the browser itself must open.
async fn end(provider: &Provider, browser: &Browser) -> Outcome<Vec<String>> {
    let now = provider.platform.clock.now();
    let actor = Actor::of(&browser.principal, None, now);
    let mut frames = frames(provider, &browser.session).await?;
    // The browser forgets its cookie: who acts as somebody is signed out too.
    if let Some(parent) = browser.session.parent_id
        && let Some(parent) = provider.identity.session(parent).await?
    {
        frames.extend(self::frames(provider, &parent).await?);
        provider.identity.end_session(&actor, &parent).await?;
    }
    provider
        .identity
        .end_session(&actor, &browser.session)
        .await?;
    Ok(frames)
}

/// The addresses of a session's clients that the browser itself must open.
async fn frames(provider: &Provider, session: &Session) -> Outcome<Vec<String>> {
    let mut frames = Vec::new();
    for participant in provider.identity.participants(session.id).await? {
        if participant.protocol != "oidc" {
            continue;
        }
        let client = provider.clients.find(&participant.client).await?;
        if let Some(uri) = client.and_then(|client| client.spec.frontchannel_logout_uri.clone()) {
            let sid = session.id.to_string();
            let params = [("iss", provider.issuer.as_str()), ("sid", sid.as_str())];
            frames.push(with_params(&uri, &params));
        }
    }
    Ok(frames)
}

fn page(
    texts: &'static Texts,
    csrf: Option<&str>,
    frames: &[String],
    next: Option<&str>,
) -> Response {
    let page = SignOutPage {
        texts,
        csrf,
        frames,
        next,
    };
    let mut origins: Vec<String> = frames.iter().filter_map(|uri| origin_of(uri)).collect();
    origins.sort_unstable();
    origins.dedup();
    let framed = match origins.is_empty() {
        true => String::new(),
        false => format!("frame-src {}; ", origins.join(" ")),
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; {framed}form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    pages::render(StatusCode::OK, &page, &policy)
}

/// The browser forgets what it had of the session.
fn forget(provider: &Provider, response: &mut Response) {
    let session = provider.identity.session_cookie("");
    for cookie in [
        state::cookie(provider, None),
        format!("{session}; Max-Age=0"),
    ] {
        if let Ok(value) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}
