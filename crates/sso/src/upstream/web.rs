//! What the pages of upstream sign-on share: query, cookie, headers, frame, refusals.
//!
//! Owns: `Query`, the browser's cookie, redirects, the page template.
//! Not here: what the pages do (`begin.rs`, `callback.rs`, `proof.rs`).
//! Invariant: nothing is cached; no script; the browser is sent to this site, or to the address
//! that a provider's specification names.

use std::net::SocketAddr;

use askama::Template;
use axum::{
    Extension,
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, uri::Authority},
    response::{Html, IntoResponse as _, Response},
};
use lgsp_identity::RequestInfo;
use lgsp_platform::{http::problem::Problem as _, messages};

use super::{Upstream, fetch::encode, transaction::BrowserSecret, transaction::LIFE_MS};
use crate::upstream::error::{Error, Result};

/// The connection of a request, if the door tells it.
pub(super) type Connection = Option<Extension<ConnectInfo<SocketAddr>>>;

const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The parameters of an address.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads form-encoded pairs: a query string or a form.
    pub(super) fn parse(text: &str) -> Self {
        // The address before it is of no matter; only its parameters are read.
        let address = reqwest::Url::parse(&format!("http://localhost/?{text}"));
        let pairs = address.map(|address| {
            let pairs = address.query_pairs();
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect()
        });
        Self(pairs.unwrap_or_default())
    }

    /// The value of a parameter that is there exactly once; empty otherwise.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => value,
            _ => "",
        }
    }
}

/// A path of this site, or `/`: nobody is sent elsewhere after signing in.
pub(super) fn safe_next(wished: &str) -> &str {
    let is_path = wished.starts_with('/') && !wished.starts_with("//");
    // Browsers read a backslash as a slash and drop tabs and line ends.
    let is_plain = wished
        .bytes()
        .all(|byte| byte > b' ' && byte < 0x7f && byte != b'\\');
    let first = wished.split(['?', '#', '/']).nth(1).unwrap_or_default();
    let is_own = matches!(first, "sign-in" | "sign-out" | "link-account");
    match is_path && is_plain && !is_own && wished.len() <= 2_048 {
        true => wished,
        false => "/",
    }
}

/// From where a browser calls.
pub(super) fn request_info(headers: &HeaderMap, connection: &Connection) -> RequestInfo {
    let address = connection
        .as_ref()
        .map(|Extension(ConnectInfo(address))| address.ip());
    RequestInfo::read(headers, address)
}

/// Whether English is wished for; Vietnamese otherwise.
pub(super) fn is_english(query: &Query, headers: &HeaderMap) -> bool {
    match query.get("lang") {
        "en" => return true,
        "vi" => return false,
        _ => {}
    }
    crate::pages::is_english(headers)
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> Option<reqwest::Url> {
    reqwest::Url::parse(address).ok()
}

fn is_same_origin(one: &reqwest::Url, two: &reqwest::Url) -> bool {
    one.scheme() == two.scheme()
        && one.host_str() == two.host_str()
        && one.port_or_known_default() == two.port_or_known_default()
}

impl Upstream {
    /// Whether a browser asks at another host or port than the issuer's, as far as it tells.
    pub(super) fn is_asked_elsewhere(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let Some(issuer) = origin(self.identity.issuer()) else {
            return false;
        };
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let asked = uri.authority().map(Authority::as_str).or(host);
        // TLS may end at a proxy: the scheme says nothing.
        let asked = asked.and_then(|host| origin(&format!("{}://{host}/", issuer.scheme())));
        asked.is_some_and(|asked| !is_same_origin(&issuer, &asked))
    }

    /// Refuses a page of this site at another address than the issuer's: the provider would send
    /// the browser back to where it has neither session nor cookie.
    ///
    /// # Errors
    /// `sso.upstream.other_address`.
    pub(super) fn require_issuer(&self, headers: &HeaderMap) -> Result<()> {
        let page = headers
            .get(header::ORIGIN)
            .and_then(|page| page.to_str().ok());
        let issuer = origin(self.identity.issuer());
        match (issuer, page.and_then(origin)) {
            (Some(issuer), Some(page)) if !is_same_origin(&issuer, &page) => {
                let address = self.identity.issuer().to_owned();
                Err(Error::OtherAddress { address })
            }
            // A program has no page, and an unknown origin no address to compare.
            _ => Ok(()),
        }
    }

    /// The cookie's name; with TLS it is bound to this host and cannot be set by another.
    fn cookie_name(&self) -> &'static str {
        match self.identity.has_tls() {
            true => "__Host-lgsp_upstream",
            false => "lgsp_upstream",
        }
    }

    /// The secret of a browser that came here before.
    pub(super) fn browser_secret(&self, headers: &HeaderMap) -> Option<BrowserSecret> {
        let name = self.cookie_name();
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(found, _)| *found == name)
            .and_then(|(_, value)| BrowserSecret::read(value))
    }

    /// The value of `Set-Cookie` that keeps a browser's secret while a sign-in is under way.
    pub(super) fn secret_cookie(&self, secret: &BrowserSecret) -> String {
        // Lax: the provider sends the browser back from another site, with GET.
        let secure = if self.identity.has_tls() {
            "; Secure"
        } else {
            ""
        };
        format!(
            "{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
            self.cookie_name(),
            secret.value(),
            LIFE_MS / 1_000
        )
    }

    /// Back to the sign-in page, which says what went wrong and what to do.
    pub(super) fn refuse(&self, error: &Error, next: &str) -> Response {
        let id = sign_in_problem(error);
        tracing::info!(%error, code = id, "upstream sign-in refused");
        let next = encode(safe_next(next));
        see_other(&format!("/sign-in?problem={id}&next={next}"))
    }
}

/// The id of an error as the sign-in page may show it.
fn sign_in_problem(error: &Error) -> &'static str {
    let id = error.id();
    match Error::SIGN_IN_IDS.contains(&id) {
        true => id,
        false => "sso.upstream.failed",
    }
}

/// The sentence of an error in one language.
pub(super) fn sentence(error: &Error, is_english: bool) -> String {
    let sentence = messages::sentence(error.id(), &error.arguments());
    match is_english {
        true => sentence.en,
        false => sentence.vi,
    }
}

/// A page of upstream sign-on.
#[derive(Template)]
#[template(path = "upstream.html")]
pub(super) struct Page<'a> {
    pub(super) language: &'a str,
    pub(super) title: &'a str,
    pub(super) error: Option<&'a str>,
    pub(super) paragraphs: Vec<String>,
    pub(super) rows: Vec<(String, String)>,
    /// Address and words of a link that looks like a button.
    pub(super) link: Option<(String, &'a str)>,
    /// Address, form token and words of a form with one button.
    pub(super) form: Option<(String, String, &'a str)>,
    pub(super) back: &'a str,
}

/// Renders a page with the headers of every page.
pub(super) fn page(status: StatusCode, template: &Page<'_>) -> Response {
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

fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The address of a callback carries a code; nobody is told of it.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Sends the browser on with a GET.
pub(super) fn see_other(target: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    guard(response.headers_mut());
    add(&mut response, header::LOCATION, target);
    response
}

/// Adds a header; a value that is none is left out.
pub(super) fn add(response: &mut Response, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response.headers_mut().append(name, value);
        }
        Err(error) => tracing::warn!(%error, header = %name, "header left out"),
    }
}

/// The answer of a page: its own, or the way back to the sign-in page.
pub(super) fn answer(upstream: &Upstream, result: Result<Response>, next: &str) -> Response {
    result.unwrap_or_else(|error| upstream.refuse(&error, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_count_when_they_are_there_once() {
        let query = Query::parse("state=a%20b&code=1&code=2&x");
        assert_eq!(query.get("state"), "a b");
        assert_eq!(query.get("code"), "");
        assert_eq!(query.get("x"), "");
        assert_eq!(Query::parse("").get("state"), "");
    }

    #[test]
    fn next_stays_on_this_site() {
        assert_eq!(safe_next("/documents?q=a"), "/documents?q=a");
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "/sign-in?next=/",
            "/link-account/x",
            "/a\r\nSet-Cookie: x=1",
        ] {
            assert_eq!(safe_next(bad), "/", "{bad:?}");
        }
    }
}
