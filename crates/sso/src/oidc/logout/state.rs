//! Watching a session from a page of an application.
//!
//! Owns: `session_state`, the cookie that a frame of ours reads, that frame.
//! Invariant: the cookie is a hash of the session's public id; it opens nothing.
//! Follows: OpenID Connect Session Management 1.0, sections 3 to 5.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use lgsp_platform::{clock::random_bytes, error::Error as PlatformError};
use ring::digest;
use uuid::Uuid;

use crate::{
    error::Result,
    oidc::{Provider, client::Client, origin_of},
};

/// Cookie that the frame reads.
const COOKIE: &str = "lgsp_state";

/// Runs in the frame: compares what the application remembers with the cookie.
const SCRIPT: &str = include_str!("../../../templates/check-session.js");

static SCRIPT_HASH: LazyLock<String> =
    LazyLock::new(|| STANDARD.encode(digest::digest(&digest::SHA256, SCRIPT.as_bytes())));

fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// What the cookie says of a session.
fn browser_state(session: Uuid) -> String {
    sha256(&format!("browser state {session}"))
}

/// What the application remembers: a salted hash of itself and the cookie.
pub(in crate::oidc) fn session_state(
    provider: &Provider,
    client: &Client,
    redirect_uri: &str,
    session: Uuid,
) -> Result<String> {
    let salt = URL_SAFE_NO_PAD.encode(random_bytes::<12>().map_err(PlatformError::from)?);
    let origin = origin_of(redirect_uri).unwrap_or_else(|| provider.issuer.clone());
    let state = browser_state(session);
    let hash = sha256(&format!("{} {origin} {state} {salt}", client.id));
    Ok(format!("{hash}.{salt}"))
}

/// The cookie for a session, or its removal.
pub(in crate::oidc) fn cookie(provider: &Provider, session: Option<Uuid>) -> String {
    let value = session.map(browser_state).unwrap_or_default();
    // Read inside a frame of another site, which needs SameSite=None and therefore TLS.
    let site = match provider.issuer.starts_with("https://") {
        true => "SameSite=None; Secure",
        false => "SameSite=Lax",
    };
    let age = if session.is_some() { "" } else { "; Max-Age=0" };
    format!("{COOKIE}={value}; Path=/oidc; {site}{age}")
}

pub(in crate::oidc) async fn frame() -> Response {
    let page = format!("<!doctype html><title>session</title><script>{SCRIPT}</script>");
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; base-uri 'none'; frame-ancestors *",
        *SCRIPT_HASH
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
