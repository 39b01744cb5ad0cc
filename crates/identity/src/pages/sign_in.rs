//! The sign-in page.
//!
//! Owns: the form, its protection, its answers.
//! Not here: checking (`sign_in.rs` of the crate).
//! Invariant: a form counts only with the cookie of the page it came from (no login CSRF);
//! afterwards the person lands on this site; the page tells no account from another.

use std::net::{IpAddr, SocketAddr};

use askama::Template;
use axum::{
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::Response,
};
use lgsp_platform::{
    error::Sentence,
    http::{context::constant_time_eq, problem::Problem as _},
    messages,
};

use super::{
    Cookie,
    form::{Form, encode, safe_next},
    page, see_other, set_cookie,
    texts::{self, Texts},
};
use crate::{
    Attempt, Error, Identity, Password, RequestInfo,
    error::{Result, seconds},
    secret::{cookie, new_secret},
    sessions::SESSION_COOKIE,
};

/// The cookie that ties a form to the page it came from.
const FORM_COOKIE: &str = "lgsp_sign_in";
/// How long a page may stay open before its form is refused.
const FORM_LIFE_S: u32 = 3_600;

#[derive(Template)]
#[template(path = "sign-in.html")]
struct Page<'a> {
    texts: &'static Texts,
    organisation: &'a str,
    other_language_href: String,
    notice: Option<&'a str>,
    error: Option<&'a str>,
    username: &'a str,
    next: &'a str,
    csrf: &'a str,
    options: Vec<Button>,
}

/// A button that leads to another way in.
struct Button {
    label: String,
    href: String,
}

/// What a page shows beside its form.
#[derive(Default)]
struct Content<'a> {
    notice: Option<&'a str>,
    error: Option<&'a str>,
    username: &'a str,
    next: &'a str,
}

pub(super) async fn show(
    State(identity): State<Identity>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let query = Form::parse(uri.query().unwrap_or_default());
    let next = safe_next(query.get("next"));
    let texts = texts::choose(query.get("lang"), &headers);
    let secret = cookie(&headers, SESSION_COOKIE);
    if let Some(secret) = secret
        && query.get("again").is_empty()
        && matches!(identity.by_session(secret).await, Ok(Some(_)))
    {
        return see_other(next);
    }
    let notice = match query.get("notice") {
        "signed-out" => Some(texts.signed_out),
        _ if !query.get("again").is_empty() => Some(texts.again),
        _ if secret.is_some() => Some(texts.ended),
        _ => None,
    };
    let problem = identity.options.get();
    let problem = problem.and_then(|options| options.sentence(query.get("problem")));
    let problem = problem.map(|sentence| texts.pick(sentence));
    let content = Content {
        notice,
        error: problem.as_deref(),
        username: query.get("hint"),
        next,
        ..Content::default()
    };
    render(&identity, &headers, texts, StatusCode::OK, &content)
}

pub(super) async fn submit(
    State(identity): State<Identity>,
    connection: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let address = connection.map(|axum::Extension(ConnectInfo(address))| address.ip());
    match try_submit(&identity, &headers, &form, address).await {
        Ok(response) => response,
        Err(error) => refuse(&identity, &headers, &form, &error),
    }
}

async fn try_submit(
    identity: &Identity,
    headers: &HeaderMap,
    form: &Form,
    address: Option<IpAddr>,
) -> Result<Response> {
    check_form(headers, form)?;
    let attempt = Attempt {
        username: form.get("username").to_owned(),
        password: Password::new(form.get("password").to_owned()),
        request: RequestInfo::read(headers, address),
    };
    let opened = identity.sign_in(attempt).await?;
    let mut response = see_other(safe_next(form.get("next")));
    let session = identity.session_cookie(&opened.secret);
    super::add(&mut response, header::SET_COOKIE, &session);
    let used = form_cookie("", 0);
    set_cookie(&mut response, &used, identity.has_tls);
    Ok(response)
}

/// The form must carry what its page put into a cookie that other sites can neither read nor
/// send.
fn check_form(headers: &HeaderMap, form: &Form) -> Result<()> {
    let from = headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok());
    let is_foreign = from.is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let expected = cookie(headers, FORM_COOKIE).unwrap_or_default();
    let sent = form.get("csrf");
    let is_same = !expected.is_empty() && constant_time_eq(expected.as_bytes(), sent.as_bytes());
    if is_same && !is_foreign {
        Ok(())
    } else {
        Err(Error::PageExpired)
    }
}

fn refuse(identity: &Identity, headers: &HeaderMap, form: &Form, error: &Error) -> Response {
    let texts = texts::choose(form.get("lang"), headers);
    let sentence = messages::sentence(error.id(), &error.arguments());
    let message = texts.pick(sentence);
    let status = StatusCode::from_u16(error.code().http_status())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::error!(%error, "sign-in failed");
    }
    let content = Content {
        error: Some(&message),
        username: form.get("username"),
        next: safe_next(form.get("next")),
        ..Content::default()
    };
    let mut response = render(identity, headers, texts, status, &content);
    let retry_after_s = match error {
        Error::SignInThrottled { retry_after_ms } => Some(seconds(*retry_after_ms)),
        _ if error.is_retryable() => Some(1),
        _ => None,
    };
    if let Some(seconds) = retry_after_s {
        super::add(&mut response, header::RETRY_AFTER, &seconds.to_string());
    }
    response
}

fn render(
    identity: &Identity,
    headers: &HeaderMap,
    texts: &'static Texts,
    status: StatusCode,
    content: &Content<'_>,
) -> Response {
    // Pages that are open side by side share the cookie.
    let known = cookie(headers, FORM_COOKIE).filter(|value| is_secret(value));
    let csrf = match known.map_or_else(new_secret, |value| Ok(value.to_owned())) {
        Ok(csrf) => csrf,
        Err(error) => {
            tracing::error!(%error, "no random bytes");
            String::new()
        }
    };
    let organisation = identity
        .hierarchy
        .name(&identity.platform.config.province.code);
    let template = Page {
        texts,
        organisation: organisation.as_deref().unwrap_or_default(),
        other_language_href: format!(
            "/sign-in?lang={}&next={}",
            texts.other_language,
            encode(content.next)
        ),
        notice: content.notice,
        error: content.error,
        username: content.username,
        next: content.next,
        csrf: &csrf,
        options: buttons(identity, texts, content.next),
    };
    let mut response = page(status, &template);
    set_cookie(
        &mut response,
        &form_cookie(&csrf, FORM_LIFE_S),
        identity.has_tls,
    );
    response
}

/// The other ways in, each with the address to go on to.
fn buttons(identity: &Identity, texts: &Texts, next: &str) -> Vec<Button> {
    let options = identity.options.get().map(|options| options.options());
    let button = |option: crate::SignInOption| Button {
        label: texts.pick(Sentence::new(option.label_vi, option.label_en)),
        href: format!("{}?next={}", option.href, encode(next)),
    };
    options.into_iter().flatten().map(button).collect()
}

fn is_secret(value: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    value.len() == 43 && value.bytes().all(is_plain)
}

fn form_cookie(value: &str, max_age_s: u32) -> Cookie<'_> {
    Cookie {
        name: FORM_COOKIE,
        value,
        path: "/sign-in",
        same_site: "Strict",
        max_age_s: Some(max_age_s),
    }
}
