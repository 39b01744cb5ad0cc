//! What a page knows of its request, and how a form is tied to its page.
//!
//! Owns: `Visit`, `Frame`, the form's cookie, the cookies of a sign-in.
//! Invariant: a form counts only with the cookie of the page it came from (no login CSRF).

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
};
use lgsp_platform::{
    http::{context::constant_time_eq, problem::Problem, trace},
    messages,
};

use super::{
    Cookie, add,
    form::{Form, encode},
    page, set_cookie,
    texts::{self, Texts},
    theme,
};
use crate::{
    Error, Identity, Opened, RequestInfo,
    error::Result,
    factors::RelyingParty,
    rules::{DEVICE_LIFE_MS, STEP_LIFE_MS},
    secret::{cookie, is_secret, new_secret},
    sessions::device_cookie_name,
    theme::Look,
};

/// The cookie that ties a form to the page it came from.
const FORM_COOKIE: &str = "lgsp_sign_in";
/// How long a page may stay open before its form is refused.
const FORM_LIFE_S: u32 = 3_600;
/// The cookie of somebody between two steps of signing in.
const STEP_COOKIE: &str = "lgsp_step";

/// A request of a page.
pub(super) struct Visit {
    pub(super) headers: HeaderMap,
    pub(super) query: Form,
    path: String,
    /// Host name under which the browser knows this site, without port.
    host: Option<String>,
    pub(super) address: Option<IpAddr>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self {
            headers: parts.headers.clone(),
            query: Form::parse(parts.uri.query().unwrap_or_default()),
            path: parts.uri.path().to_owned(),
            host: host_of(parts),
            address: connection.map(|ConnectInfo(address)| address.ip()),
        })
    }
}

/// HTTP/1 names it in a header, HTTP/2 in the address.
fn host_of(parts: &Parts) -> Option<String> {
    let header = parts.headers.get(header::HOST);
    let header = header.and_then(|value| value.to_str().ok());
    let named = parts
        .uri
        .authority()
        .map(|authority| authority.as_str())
        .or(header)?;
    let (name, port) = named.rsplit_once(':').unwrap_or((named, ""));
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    Some(if is_port { name } else { named }.to_ascii_lowercase())
}

impl Visit {
    /// The host name under which the browser knows this site.
    pub(super) fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The path of the request.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The words for a language asked for in the form, the address or by the browser.
    pub(super) fn texts(&self, form: &Form) -> &'static Texts {
        let asked = match form.get("lang") {
            "" => self.query.get("lang"),
            asked => asked,
        };
        texts::choose(asked, &self.headers)
    }

    /// From where somebody signs in.
    pub(super) fn request(&self, identity: &Identity) -> RequestInfo {
        let agent = self.headers.get(header::USER_AGENT);
        let agent = agent.and_then(|value| value.to_str().ok());
        let session = identity.session_secret(&self.headers);
        let device = identity.device_secret(&self.headers);
        RequestInfo {
            address: self.address,
            user_agent: agent.map(str::to_owned),
            old_secret: session.map(str::to_owned),
            device_secret: device.map(str::to_owned),
        }
    }

    /// The form must carry what its page put into a cookie that other sites can neither read
    /// nor send.
    pub(super) fn check_form(&self, form: &Form) -> Result<()> {
        let from = self.headers.get("sec-fetch-site");
        let from = from.and_then(|value| value.to_str().ok());
        let is_foreign = from.is_some_and(|site| !matches!(site, "same-origin" | "none"));
        let expected = cookie(&self.headers, FORM_COOKIE).unwrap_or_default();
        let sent = form.get("csrf");
        let is_same =
            !expected.is_empty() && constant_time_eq(expected.as_bytes(), sent.as_bytes());
        match is_same && !is_foreign {
            true => Ok(()),
            false => Err(Error::PageExpired),
        }
    }

    /// What the forms of a page carry; pages that are open side by side share it.
    pub(super) fn csrf(&self) -> String {
        let known = cookie(&self.headers, FORM_COOKIE).filter(|value| is_secret(value));
        match known.map_or_else(new_secret, |value| Ok(value.to_owned())) {
            Ok(csrf) => csrf,
            Err(error) => {
                tracing::error!(%error, "no random bytes");
                String::new()
            }
        }
    }

    /// The secret of the step that the browser is in.
    pub(super) fn step_secret(&self) -> Option<&str> {
        cookie(&self.headers, STEP_COOKIE)
    }

    /// What surrounds a page; the other language leads to the same address.
    pub(super) fn frame(&self, identity: &Identity, texts: &'static Texts) -> Frame {
        let mut href = format!("{}?lang={}", self.path, texts.other_language);
        for name in ["next", "with", "acr", "again", "token", "for"] {
            let value = self.query.get(name);
            if !value.is_empty() {
                href.push_str(&format!("&{name}={}", encode(value)));
            }
        }
        let look = theme::kept(identity, &self.headers);
        frame(identity, texts, href).dressed(look)
    }
}

/// What surrounds the content of a page.
pub(super) struct Frame {
    pub(super) texts: &'static Texts,
    pub(super) organisation: String,
    pub(super) other_language_href: String,
    pub(super) is_wide: bool,
    pub(super) has_script: bool,
    /// Where browsers can use passkeys.
    pub(super) passkeys: Option<RelyingParty>,
    /// The theme of the unit or application.
    pub(super) look: Option<Arc<Look>>,
}

impl Frame {
    pub(super) fn wide(self) -> Self {
        Self {
            is_wide: true,
            ..self
        }
    }

    pub(super) fn dressed(self, look: Option<Arc<Look>>) -> Self {
        Self { look, ..self }
    }

    pub(super) fn scripted(self, has_script: bool) -> Self {
        Self { has_script, ..self }
    }
}

pub(super) fn frame(
    identity: &Identity,
    texts: &'static Texts,
    other_language_href: String,
) -> Frame {
    let province = &identity.platform.config.province.code;
    Frame {
        texts,
        organisation: identity.hierarchy.name(province).unwrap_or_default(),
        other_language_href,
        is_wide: false,
        has_script: false,
        passkeys: identity.passkey_party(),
        look: None,
    }
}

/// Ties the browser to the forms of a page.
pub(super) fn set_form_cookie(response: &mut Response, csrf: &str, has_tls: bool) {
    let tied = Cookie {
        name: FORM_COOKIE,
        value: csrf,
        path: "/",
        same_site: "Strict",
        max_age_s: Some(FORM_LIFE_S),
    };
    set_cookie(response, &tied, has_tls);
}

/// Keeps or, without a secret, removes the step that the browser is in.
pub(super) fn set_step_cookie(response: &mut Response, secret: Option<&str>, has_tls: bool) {
    let life_s = u32::try_from(STEP_LIFE_MS / 1_000).unwrap_or_default();
    let step = Cookie {
        name: STEP_COOKIE,
        value: secret.unwrap_or_default(),
        path: "/sign-in",
        same_site: "Strict",
        max_age_s: Some(secret.map_or(0, |_| life_s)),
    };
    set_cookie(response, &step, has_tls);
}

/// Gives the browser its session, and the secret by which its device is known.
pub(super) fn set_session_cookies(identity: &Identity, response: &mut Response, opened: &Opened) {
    let session = identity.session_cookie(&opened.secret);
    add(response, header::SET_COOKIE, &session);
    if let Some(secret) = &opened.device_secret {
        let life_s = u32::try_from(DEVICE_LIFE_MS / 1_000).unwrap_or_default();
        let device = Cookie {
            name: device_cookie_name(identity.has_tls),
            value: secret,
            path: "/",
            same_site: "Lax",
            max_age_s: Some(life_s),
        };
        set_cookie(response, &device, identity.has_tls);
    }
    set_step_cookie(response, None, identity.has_tls);
}

/// The sentence of an error, with those of its fields.
pub(super) fn sentence<P: Problem + ?Sized>(texts: &Texts, error: &P) -> String {
    let fields = error.fields();
    if fields.is_empty() {
        return texts.pick(messages::sentence(error.id(), &error.arguments()));
    }
    let sentences = fields.into_iter().map(|field| texts.pick(field.messages));
    sentences.collect::<Vec<_>>().join(" ")
}

/// The status of an error.
pub(super) fn status<P: Problem + ?Sized>(error: &P) -> StatusCode {
    let status = StatusCode::from_u16(error.code().http_status());
    status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[derive(askama::Template)]
#[template(path = "error.html")]
struct Page {
    frame: Frame,
    message: String,
    trace_id: String,
}

/// The page of an error that no form can show.
pub(super) fn error_page(
    identity: &Identity,
    visit: &Visit,
    texts: &'static Texts,
    error: &dyn Problem,
) -> Response {
    let status = status(error);
    if status.is_server_error() {
        tracing::error!(%error, "page failed");
    }
    let template = Page {
        frame: visit.frame(identity, texts),
        message: sentence(texts, error),
        trace_id: trace::current().unwrap_or_default(),
    };
    page(status, &template)
}
