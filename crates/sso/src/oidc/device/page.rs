//! The page on which a person connects a device.
//!
//! Owns: `/device`.
//! Invariant: a code alone connects nothing: the person sees the client and its scopes first and
//! confirms with the session's own token in the form.
//! Follows: RFC 8628, sections 3.3 and 5.4.

use std::net::{IpAddr, SocketAddr};

use askama::Template;
use axum::{
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use lgsp_identity::{Browser, Demand};
use lgsp_platform::{
    http::{context::constant_time_eq, trace},
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use serde_json::json;

use super::{folded, shown};
use crate::oidc::{
    Provider,
    authorize::respond::error_page,
    client::Client,
    fail::{Fail, Outcome},
    grant::Grant,
    life,
    limits::REFRESH_LIFE_MS,
    pages::{self, Texts},
    params::{Params, encode},
    tables::device::{self, Device, DeviceState},
    token::mint,
};
use crate::{error::Error, pages::refused as refused_page};

#[derive(Template)]
#[template(path = "device.html")]
struct DevicePage<'a> {
    texts: &'static Texts,
    notice: Option<&'a str>,
    error: Option<&'a str>,
    asked: Option<Asked<'a>>,
    user_code: String,
    csrf: &'a str,
}

/// What the device asks for.
struct Asked<'a> {
    client: &'a str,
    scopes: Vec<&'static str>,
    life: String,
}

type Connection = Option<axum::Extension<ConnectInfo<SocketAddr>>>;

pub(in crate::oidc) async fn show(
    State(provider): State<Provider>,
    connection: Connection,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let shown = async {
        let params = Params::parse(uri.query().unwrap_or_default().as_bytes())?;
        let code = params.get("user_code").unwrap_or_default();
        let Some(browser) = provider
            .identity
            .browser_from(&headers, address(&connection))
            .await?
        else {
            return Ok(sign_in(&provider, code, &Demand::default()));
        };
        look(&provider, &headers, &browser, code, address(&connection)).await
    };
    let shown: Outcome<Response> = shown.await;
    shown.unwrap_or_else(|fail| error_page(&headers, &fail))
}

pub(in crate::oidc) async fn submit(
    State(provider): State<Provider>,
    connection: Connection,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = async {
        let form = Params::parse(&body)?;
        let code = form.get("user_code").unwrap_or_default();
        let Some(browser) = provider
            .identity
            .browser_from(&headers, address(&connection))
            .await?
        else {
            return Ok(sign_in(&provider, code, &Demand::default()));
        };
        let expected = browser.principal.csrf_token.as_deref().unwrap_or_default();
        let sent = form.get("csrf_token").unwrap_or_default();
        if expected.is_empty() || !constant_time_eq(expected.as_bytes(), sent.as_bytes()) {
            let mut fail = Fail::request("the form does not belong to this session");
            fail.status = StatusCode::FORBIDDEN;
            return Err(fail);
        }
        if !provider.identity.may_secure(&browser.principal) {
            let mut fail = Fail::new(
                "access_denied",
                "a device is connected by the person itself",
            );
            fail.status = StatusCode::FORBIDDEN;
            return Err(fail);
        }
        match form.get("decision") {
            Some(decision) => {
                let address = address(&connection);
                let is_allowed = decision == "allow";
                decide(&provider, &headers, &browser, (code, is_allowed), address).await
            }
            None => look(&provider, &headers, &browser, code, address(&connection)).await,
        }
    };
    let done: Outcome<Response> = done.await;
    done.unwrap_or_else(|fail| error_page(&headers, &fail))
}

fn address(connection: &Connection) -> Option<IpAddr> {
    connection
        .as_ref()
        .map(|axum::Extension(ConnectInfo(address))| address.ip())
}

fn sign_in(provider: &Provider, code: &str, demand: &Demand) -> Response {
    let next = format!("/device?user_code={}", encode(&folded(code)));
    Redirect::to(&provider.identity.sign_in_path(&next, demand)).into_response()
}

/// The waiting device of a typed code; wrong ones are counted.
async fn find(
    provider: &Provider,
    code: &str,
    address: Option<IpAddr>,
) -> Outcome<Option<(Device, std::sync::Arc<Client>)>> {
    let now = provider.platform.clock.now();
    if !provider.guesses.may(address, now) {
        let mut fail = Fail::new("slow_down", "too many wrong codes; wait ten minutes");
        fail.status = StatusCode::TOO_MANY_REQUESTS;
        return Err(fail);
    }
    let found = device::find_pending(&provider.platform.db, &folded(code), now).await?;
    if let Some(device) = found
        && let Some(client) = provider.clients.find(&device.client).await?
    {
        return Ok(Some((device, client)));
    }
    provider.guesses.note(address, now);
    Ok(None)
}

/// The page for a person whom the client is not for.
async fn refusal(
    provider: &Provider,
    headers: &HeaderMap,
    browser: &Browser,
    (client, address): (&Client, Option<IpAddr>),
) -> Outcome<Option<Response>> {
    let address = address.map(|address| address.to_string());
    let door = provider.door(client);
    match door.admit(&browser.principal, address.as_deref()).await {
        Ok(()) => Ok(None),
        Err(refused @ Error::NotForPerson(_)) => Ok(Some(refused_page(headers, &refused))),
        Err(other) => Err(other.into()),
    }
}

async fn look(
    provider: &Provider,
    headers: &HeaderMap,
    browser: &Browser,
    code: &str,
    address: Option<IpAddr>,
) -> Outcome<Response> {
    let texts = pages::choose(None, headers);
    if code.is_empty() {
        return Ok(page(texts, browser, (None, None), None, String::new()));
    }
    let Some((device, client)) = find(provider, code, address).await? else {
        let error = (None, Some(texts.device_wrong));
        return Ok(page(texts, browser, error, None, String::new()));
    };
    if let Some(refused) = refusal(provider, headers, browser, (&client, address)).await? {
        return Ok(refused);
    }
    let asked = Asked {
        client: &client.spec.name,
        scopes: device
            .scopes
            .iter()
            .map(|scope| texts.scope(scope))
            .collect(),
        // A device works on when the browser that connected it has signed out.
        life: life::sentence(
            texts.language,
            &client.spec,
            life::ending(&client.spec, true),
        ),
    };
    Ok(page(
        texts,
        browser,
        (None, None),
        Some(asked),
        shown(&device.user_code),
    ))
}

fn page(
    texts: &'static Texts,
    browser: &Browser,
    (notice, error): (Option<&str>, Option<&str>),
    asked: Option<Asked<'_>>,
    user_code: String,
) -> Response {
    let page = DevicePage {
        texts,
        notice,
        error,
        asked,
        user_code,
        csrf: browser.principal.csrf_token.as_deref().unwrap_or_default(),
    };
    pages::render(StatusCode::OK, &page, pages::POLICY)
}

async fn decide(
    provider: &Provider,
    headers: &HeaderMap,
    browser: &Browser,
    (code, is_allowed): (&str, bool),
    address: Option<IpAddr>,
) -> Outcome<Response> {
    let texts = pages::choose(None, headers);
    let Some((device, client)) = find(provider, code, address).await? else {
        let error = (None, Some(texts.device_wrong));
        return Ok(page(texts, browser, error, None, String::new()));
    };
    let demand = Demand {
        acr_min: client.spec.acr_min.unwrap_or(0),
        ..Demand::default()
    };
    if is_allowed && !provider.identity.satisfies(&browser.session, &demand) {
        return Ok(sign_in(provider, code, &demand));
    }
    if is_allowed
        && let Some(refused) = refusal(provider, headers, browser, (&client, address)).await?
    {
        return Ok(refused);
    }
    let now = provider.platform.clock.now();
    let session = &browser.session;
    let grant = Grant {
        id: provider.platform.ids.next(),
        client: client.id.clone(),
        account: session.account_id,
        sub: mint::subject(provider, &client, session.account_id),
        scopes: device.scopes.clone(),
        // A device works on when the browser that connected it has signed out.
        session: None,
        auth_at: session.auth_at,
        acr: session.acr,
        amr: session.amr.clone(),
        nonce: None,
        claims: None,
        resources: Vec::new(),
        jkt: None,
        x5t: None,
        act: None,
        is_offline: true,
        expires_at: now.plus_ms(REFRESH_LIFE_MS),
    };
    let (state, payload, action) = match is_allowed {
        true => {
            let payload = serde_json::to_string(&grant)
                .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?;
            (DeviceState::Allowed, payload, "device.allowed")
        }
        false => (DeviceState::Denied, String::new(), "device.denied"),
    };
    let actor = browser.principal.username.clone();
    let mut event = Event::new(
        Class::Audit,
        now,
        actor,
        action,
        ("oidc-client", client.id.as_str()),
    )
    .with_detail(json!({ "scopes": device.scopes }))
    .with_trace(trace::current());
    event.agency.clone_from(&browser.principal.agency);
    event.address = address.map(|address| address.to_string());
    let acceptance = Acceptance {
        claim: None,
        effects: Effects {
            statements: vec![device::decide(
                &provider.platform.db,
                &device,
                state,
                payload,
            )],
            events: vec![event],
            ..Effects::default()
        },
    };
    provider.platform.ledger.accept(acceptance).await?;
    let notice = if is_allowed {
        texts.device_allowed
    } else {
        texts.device_denied
    };
    Ok(page(
        texts,
        browser,
        (Some(notice), None),
        None,
        String::new(),
    ))
}
