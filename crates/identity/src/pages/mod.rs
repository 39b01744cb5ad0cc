//! Server-rendered pages: signing in and out, links, self-service. They work without
//! JavaScript; passkeys alone need one small script.
//!
//! Owns: `/sign-in…`, `/sign-out`, `/activate`, `/reset`, `/account…`.
//! Not here: the console (`web/`), checking passwords (`sign_in.rs`).
//! Invariant: no script within a page, nothing of another origin; nothing is cached.

pub(crate) mod account;
pub(crate) mod form;
mod link;
mod lost;
mod sign_in;
mod sign_out;
mod steps;
pub(crate) mod texts;
mod theme;
mod visit;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};

use crate::Identity;

/// Largest form of these pages.
pub(crate) const FORM_BYTES_MAX: usize = 16 * 1_024;

/// A form's answer may lead on to an application, which lives at https or on this machine;
/// browsers hold that against `form-action` too.
const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    script-src 'self'; connect-src 'self'; form-action 'self' https: http://localhost:* http://127.0.0.1:*; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn router(identity: Identity) -> Router {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-in/style.css", get(style))
        .route("/sign-in/passkey.js", get(script))
        .route("/sign-in/step", get(steps::show))
        .route("/sign-in/code", post(steps::factor::code))
        .route("/sign-in/passkey", post(steps::factor::passkey))
        .route(
            "/sign-in/passkey/options",
            post(steps::factor::passkey_options),
        )
        .route("/sign-in/enrol", post(steps::enrol::enrol))
        .route("/sign-in/enrol/options", post(steps::enrol::options))
        .route("/sign-in/password", post(steps::password::submit))
        .route("/sign-in/continue", post(steps::go_on))
        .route("/sign-in/themes/{name}/style.css", get(theme::style))
        .route("/sign-in/themes/{name}/logo", get(theme::logo))
        .route("/sign-in/lost", get(lost::show).post(lost::submit))
        .route("/activate", get(link::show_activation).post(link::activate))
        .route("/reset", get(link::show_reset).post(link::reset))
        .merge(account::router())
        .route("/sign-out", get(sign_out::show).post(sign_out::submit))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(texts::remember))
        .with_state(identity)
}

async fn style() -> Response {
    asset(
        "text/css; charset=utf-8",
        include_str!("../../templates/style.css"),
    )
}

async fn script() -> Response {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../../templates/passkey.js"),
    )
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

/// Headers of every page.
fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // An application may open the sign-on in a window and hear from it afterwards.
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "unsafe-none",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// A rendered page with the headers of every page.
fn page(status: StatusCode, template: &impl askama::Template) -> Response {
    let mut response = match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    guard(response.headers_mut());
    response
}

/// Sends the browser on with a GET.
fn see_other(target: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    guard(response.headers_mut());
    add(&mut response, header::LOCATION, target);
    response
}

/// Adds a header; a value that is none is left out.
fn add(response: &mut Response, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response.headers_mut().append(name, value);
        }
        Err(error) => tracing::warn!(%error, header = %name, "header left out"),
    }
}

/// A cookie of this site that scripts cannot read.
fn set_cookie(response: &mut Response, cookie: &Cookie<'_>, has_tls: bool) {
    add(response, header::SET_COOKIE, &cookie_text(cookie, has_tls));
}

/// The value of `Set-Cookie`.
fn cookie_text(cookie: &Cookie<'_>, has_tls: bool) -> String {
    let Cookie {
        name,
        value,
        path,
        same_site,
        max_age_s,
    } = cookie;
    let mut text = format!("{name}={value}; Path={path}; HttpOnly; SameSite={same_site}");
    if let Some(seconds) = max_age_s {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    if has_tls {
        text.push_str("; Secure");
    }
    text
}

/// The cookie of a session.
pub(crate) fn session_cookie(secret: &str, has_tls: bool) -> String {
    let cookie = Cookie {
        name: crate::sessions::session_cookie_name(has_tls),
        value: secret,
        path: "/",
        same_site: "Lax",
        max_age_s: None,
    };
    cookie_text(&cookie, has_tls)
}

/// A cookie to be set; an age of 0 removes it.
struct Cookie<'a> {
    name: &'static str,
    value: &'a str,
    path: &'static str,
    same_site: &'static str,
    max_age_s: Option<u32>,
}
