//! The sign-out page.
//!
//! Owns: asking, ending the session, removing its cookie.
//! Invariant: only the session's own token ends it; another site cannot sign anybody out.

use std::net::SocketAddr;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use lgsp_platform::http::{Principal, context::constant_time_eq};

use super::{
    Cookie,
    form::Form,
    page, see_other, set_cookie,
    texts::{self, Texts},
    visit::{Frame, frame},
};
use crate::{Actor, Identity, error::Result, sessions::session_cookie_name};

/// Where a browser ends after signing out.
const SIGNED_OUT: &str = "/sign-in?notice=signed-out";

#[derive(Template)]
#[template(path = "sign-out.html")]
struct Page<'a> {
    frame: Frame,
    username: &'a str,
    csrf: &'a str,
}

async fn session(identity: &Identity, headers: &HeaderMap) -> Option<Principal> {
    let secret = identity.session_secret(headers)?;
    match identity.by_session(secret).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "session could not be read");
            None
        }
    }
}

pub(super) async fn show(
    State(identity): State<Identity>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let query = Form::parse(uri.query().unwrap_or_default());
    let texts = texts::choose(query.get("lang"), &headers);
    match session(&identity, &headers).await {
        Some(principal) => ask(&identity, texts, &principal, StatusCode::OK),
        None => signed_out(&identity, SIGNED_OUT),
    }
}

pub(super) async fn submit(
    State(identity): State<Identity>,
    connection: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let texts = texts::choose(form.get("lang"), &headers);
    let Some(principal) = session(&identity, &headers).await else {
        return signed_out(&identity, SIGNED_OUT);
    };
    let expected = principal.csrf_token.as_deref().unwrap_or_default();
    let sent = match headers.get("x-csrf-token") {
        Some(value) => value.as_bytes(),
        None => form.get("csrf_token").as_bytes(),
    };
    if expected.is_empty() || !constant_time_eq(sent, expected.as_bytes()) {
        return ask(&identity, texts, &principal, StatusCode::FORBIDDEN);
    }
    let address = connection.map(|axum::Extension(ConnectInfo(address))| address.ip().to_string());
    let actor = Actor::of(&principal, address, identity.platform.clock.now());
    let mut target = SIGNED_OUT.to_owned();
    let left: Result<()> = async {
        for session in identity.sessions_behind(&principal).await? {
            target = identity.farewell(session, &target).await;
        }
        identity.sign_out(&principal, &actor).await
    }
    .await;
    if let Err(error) = left {
        tracing::error!(%error, "sign-out failed");
        return ask(
            &identity,
            texts,
            &principal,
            StatusCode::SERVICE_UNAVAILABLE,
        );
    }
    signed_out(&identity, &target)
}

fn ask(
    identity: &Identity,
    texts: &'static Texts,
    principal: &Principal,
    status: StatusCode,
) -> Response {
    let href = format!("/sign-out?lang={}", texts.other_language);
    let template = Page {
        frame: frame(identity, texts, href),
        username: &principal.username,
        csrf: principal.csrf_token.as_deref().unwrap_or_default(),
    };
    page(status, &template)
}

fn signed_out(identity: &Identity, target: &str) -> Response {
    let mut response = see_other(target);
    let ended = Cookie {
        name: session_cookie_name(identity.has_tls),
        value: "",
        path: "/",
        same_site: "Lax",
        max_age_s: Some(0),
    };
    set_cookie(&mut response, &ended, identity.has_tls);
    response
}
