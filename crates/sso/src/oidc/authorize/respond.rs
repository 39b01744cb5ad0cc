//! Answering a client through the browser, and pages of ours when that is not safe.
//!
//! Owns: `ReturnTo`, `Stop`, the redirect, the page of `form_post`, the error page.
//! Invariant: every answer carries `iss`; `state` goes back unchanged.
//! Follows: RFC 6749, section 4.1.2; RFC 9207; OAuth 2.0 Form Post Response Mode.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_platform::http::trace;
use ring::digest;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    oidc::{
        Provider,
        client::kind::ResponseMode,
        fail::Fail,
        origin_of,
        pages::{self, Texts},
        params::with_params,
    },
};

/// Sends the form when scripts run; without them a button does.
const SUBMIT_SCRIPT: &str = "document.forms[0].submit()";

static SUBMIT_HASH: LazyLock<String> =
    LazyLock::new(|| STANDARD.encode(digest::digest(&digest::SHA256, SUBMIT_SCRIPT.as_bytes())));

/// Where an answer goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::oidc) struct ReturnTo {
    pub(in crate::oidc) redirect_uri: String,
    pub(in crate::oidc) mode: ResponseMode,
    pub(in crate::oidc) state: Option<String>,
}

/// Why an authorisation ends without a code.
#[derive(Debug)]
pub(in crate::oidc) enum Stop {
    /// A page of ours: the client is not to be trusted with it.
    Page(Fail),
    /// A page of ours with a sentence for the person.
    Refused(Box<Error>),
    /// An error for the client.
    Back(ReturnTo, &'static str, String),
}

impl<E: Into<Fail>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Page(error.into())
    }
}

/// The answer to a request that ends without a code.
pub(in crate::oidc) fn stopped(provider: &Provider, headers: &HeaderMap, stop: Stop) -> Response {
    match stop {
        Stop::Page(fail) => error_page(headers, &fail),
        Stop::Refused(error) => crate::pages::refused(headers, &*error),
        Stop::Back(to, error, description) => {
            let params = [
                ("error", error),
                ("error_description", description.as_str()),
            ];
            send(provider, headers, &to, &params)
        }
    }
}

/// Sends parameters to the client.
pub(in crate::oidc) fn send(
    provider: &Provider,
    headers: &HeaderMap,
    to: &ReturnTo,
    params: &[(&str, &str)],
) -> Response {
    let mut all = params.to_vec();
    if let Some(state) = &to.state {
        all.push(("state", state));
    }
    all.push(("iss", &provider.issuer));
    match to.mode {
        ResponseMode::Query => redirect(&with_params(&to.redirect_uri, &all)),
        ResponseMode::FormPost => form_page(headers, &to.redirect_uri, &all),
    }
}

/// A redirect that no cache keeps and that tells the client's page nothing of ours.
pub(in crate::oidc) fn redirect(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    match HeaderValue::try_from(location) {
        Ok(value) => {
            let headers = response.headers_mut();
            headers.insert(header::LOCATION, value);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            );
            response
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

#[derive(Template)]
#[template(path = "form-post.html")]
struct FormPage<'a> {
    texts: &'static Texts,
    action: &'a str,
    fields: &'a [(&'a str, &'a str)],
    script: &'static str,
}

fn form_page(headers: &HeaderMap, action: &str, fields: &[(&str, &str)]) -> Response {
    let page = FormPage {
        texts: pages::choose(None, headers),
        action,
        fields,
        script: SUBMIT_SCRIPT,
    };
    let target = origin_of(action)
        .map(|origin| format!("form-action {origin}; "))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; script-src 'sha256-{}'; {target}\
         base-uri 'none'; frame-ancestors 'none'",
        *SUBMIT_HASH
    );
    pages::render(StatusCode::OK, &page, &policy)
}

#[derive(Template)]
#[template(path = "oidc-error.html")]
struct ErrorPage<'a> {
    texts: &'static Texts,
    error: &'a str,
    description: &'a str,
    trace_id: &'a str,
}

/// A page that tells a person that and why the sign-on cannot go on.
pub(in crate::oidc) fn error_page(headers: &HeaderMap, fail: &Fail) -> Response {
    let trace_id = trace::current().unwrap_or_default();
    let page = ErrorPage {
        texts: pages::choose(None, headers),
        error: fail.error,
        description: &fail.description,
        trace_id: &trace_id,
    };
    pages::render(fail.status, &page, pages::POLICY)
}
