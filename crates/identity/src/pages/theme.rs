//! What a theme adds to a page: style sheet, logo, the cookie that keeps it through the steps.
//!
//! Owns: `/sign-in/themes/…`, the cookie.
//! Not here: which theme a page gets (`theme/` of the crate).
//! Invariant: both are served as what they are and as nothing else; the cookie holds a name.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{Cookie, set_cookie};
use crate::{Identity, secret::cookie, theme::Look};

/// The cookie that keeps the theme of a sign-in through its steps.
const THEME_COOKIE: &str = "lgsp_theme";
/// Longest name of an application that is looked for.
const APPLICATION_BYTES_MAX: usize = 128;
/// The address changes with the theme, so that a browser may keep it.
const CACHE: &str = "public, max-age=86400";

pub(super) async fn style(State(identity): State<Identity>, Path(name): Path<String>) -> Response {
    match identity.look(&name) {
        Some(look) => served("text/css; charset=utf-8", look.css().as_bytes().to_vec()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) async fn logo(State(identity): State<Identity>, Path(name): Path<String>) -> Response {
    let look = identity.look(&name);
    match look.as_deref().and_then(Look::logo) {
        Some((media_type, bytes)) => served(media_type, bytes.to_vec()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn served(media_type: &'static str, bytes: Vec<u8>) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, CACHE),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    (headers, bytes).into_response()
}

/// The theme of a sign-in that begins: of the application that asked, or of the host name.
pub(super) fn begun(
    identity: &Identity,
    application: &str,
    host: Option<&str>,
) -> Option<Arc<Look>> {
    let application = Some(application).filter(|text| text.len() <= APPLICATION_BYTES_MAX);
    identity.look_for(application.unwrap_or_default(), host)
}

/// The theme of a sign-in that goes on.
pub(super) fn kept(identity: &Identity, headers: &HeaderMap) -> Option<Arc<Look>> {
    identity.look(cookie(headers, THEME_COOKIE)?)
}

/// Keeps the theme for the steps that follow; forgets the one before when there is none.
pub(super) fn keep(response: &mut Response, headers: &HeaderMap, look: Option<&Look>) {
    let known = cookie(headers, THEME_COOKIE).unwrap_or_default();
    let name = look.map(Look::name).unwrap_or_default();
    if known == name {
        return;
    }
    let kept = Cookie {
        name: THEME_COOKIE,
        value: name,
        path: "/",
        same_site: "Lax",
        max_age_s: name.is_empty().then_some(0),
    };
    // It is no secret, and its name is the same with and without TLS.
    set_cookie(response, &kept, false);
}
