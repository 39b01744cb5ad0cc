//! Server-rendered pages of the protocols: a form that sends itself on, and refusals.
//!
//! Owns: both pages and their headers.
//! Not here: the sign-in page (`identity`).
//! Invariant: a form works without script; the one script is fixed and named by its hash; a
//! refusal shows a trace id and no cause.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_platform::{
    http::{Problem, trace},
    messages,
};
use ring::digest::{SHA256, digest};

/// Sends the form of the page.
const SUBMIT: &str = "document.forms[0].submit()";

/// The hash by which the content security policy knows the script.
static SUBMIT_HASH: LazyLock<String> =
    LazyLock::new(|| STANDARD.encode(digest(&SHA256, SUBMIT.as_bytes())));

#[derive(Template)]
#[template(path = "sso-post.html")]
struct Post<'a> {
    language: &'a str,
    title: &'a str,
    button: &'a str,
    action: &'a str,
    fields: &'a [(&'a str, &'a str)],
    script: &'static str,
}

#[derive(Template)]
#[template(path = "sso-refused.html")]
struct RefusedPage<'a> {
    language: &'a str,
    title: &'a str,
    message: &'a str,
    help: &'a str,
    trace_id: &'a str,
    /// Id of the error, for support.
    id: &'a str,
}

/// Whether the person chose English, or else the browser prefers it.
pub(crate) fn is_english(headers: &HeaderMap) -> bool {
    if let Some(chosen) = lgsp_identity::chosen_language(headers) {
        return chosen == "en";
    }
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut tags = accepted
        .split(',')
        .map(|entry| entry.trim().to_ascii_lowercase());
    // The first of the two languages that we have; browsers sort by preference.
    let first = tags.find(|tag| tag.starts_with("vi") || tag.starts_with("en"));
    first.is_some_and(|tag| tag.starts_with("en"))
}

/// A page whose form goes on to an application.
pub(crate) fn post_form(headers: &HeaderMap, action: &str, fields: &[(&str, &str)]) -> Response {
    let is_english = is_english(headers);
    let page = Post {
        language: if is_english { "en" } else { "vi" },
        title: if is_english {
            "Going on to the application"
        } else {
            "Đang chuyển tới ứng dụng"
        },
        button: if is_english {
            "Continue"
        } else {
            "Tiếp tục"
        },
        action,
        fields,
        script: SUBMIT,
    };
    // The application may send the browser on to another site after the form.
    let targets = if action.starts_with("https:") {
        "https:"
    } else {
        "https: http:"
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; \
         script-src 'sha256-{}'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'",
        *SUBMIT_HASH
    );
    render(StatusCode::OK, &page, &policy)
}

/// The page of an error.
pub(crate) fn refused(headers: &HeaderMap, error: &dyn Problem) -> Response {
    let sentence = messages::sentence(error.id(), &error.arguments());
    let status = StatusCode::from_u16(error.code().http_status())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::error!(%error, "sign-on for an application failed");
    } else {
        tracing::info!(%error, error.id = error.id(), "sign-on for an application was refused");
    }
    let trace_id = trace::current().unwrap_or_default();
    let page = match is_english(headers) {
        true => RefusedPage {
            language: "en",
            title: "This did not work",
            message: &sentence.en,
            help: "If it happens again, give this code to support:",
            trace_id: &trace_id,
            id: error.id(),
        },
        false => RefusedPage {
            language: "vi",
            title: "Không thực hiện được",
            message: &sentence.vi,
            help: "Nếu lỗi lặp lại, hãy gửi mã sau cho bộ phận hỗ trợ:",
            trace_id: &trace_id,
            id: error.id(),
        },
    };
    let policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
        form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
    render(status, &page, policy)
}

fn render(status: StatusCode, page: &impl Template, policy: &str) -> Response {
    let mut response = match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    guard(&mut response);
    insert(&mut response, header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Sends the browser on with a GET.
pub(crate) fn see_other(target: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    guard(&mut response);
    insert(&mut response, header::LOCATION, target);
    response
}

/// Headers of every answer that belongs to one browser.
pub(crate) fn guard(response: &mut Response) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
}

fn insert(response: &mut Response, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response.headers_mut().insert(name, value);
        }
        Err(error) => tracing::warn!(%error, header = %name, "header left out"),
    }
}
