//! A browser before a router, or before a running program: cookies, forms, a token.
//!
//! Owns: `Browser`, `Answer`.
//! Not here: the router (each crate's tests), the program (`instance.rs`), real browsers
//! (`web/tests`).
//! Invariant: a cookie is kept, replaced and removed as the answers say, and sent with each request.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test equipment fails loudly"
)]

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// How a form is sent.
const FORM: &str = "application/x-www-form-urlencoded";

/// What it asks.
#[derive(Clone)]
enum Site {
    Router(Router),
    Program(reqwest::Client),
}

/// Keeps cookies like a browser, or carries a token like a script.
#[derive(Clone)]
pub struct Browser {
    site: Site,
    /// Names and values.
    pub cookies: BTreeMap<String, String>,
    /// Sent as `x-csrf-token` when it is not empty.
    pub csrf_token: String,
    /// Sent as bearer token.
    pub bearer: Option<String>,
    /// Further headers of every request.
    pub headers: BTreeMap<&'static str, String>,
    /// Where its requests come from.
    pub address: SocketAddr,
    /// Address of the site, taken from absolute addresses before they are asked for.
    pub origin: String,
}

impl Browser {
    /// A browser that knows nothing yet, in the network 10.34.1.0/24.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self::before(Site::Router(router))
    }

    /// A browser that knows nothing yet, before a program at `origin`, `http://…`.
    ///
    /// # Panics
    /// When the machine has no client.
    #[must_use]
    pub fn at(origin: &str) -> Self {
        // A second installation is refused, which is as good as the first.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let client = lgsp_platform::http::client::client().unwrap();
        Self {
            origin: origin.to_owned(),
            ..Self::before(Site::Program(client))
        }
    }

    fn before(site: Site) -> Self {
        Self {
            site,
            cookies: BTreeMap::new(),
            csrf_token: String::new(),
            bearer: None,
            headers: BTreeMap::new(),
            address: SocketAddr::from(([10, 34, 1, 9], 40_000)),
            origin: String::new(),
        }
    }

    /// Sends one request and keeps the cookies of its answer.
    ///
    /// # Panics
    /// When the request cannot be built or the answer not be read.
    pub async fn send(&mut self, method: Method, path: &str, kind: &str, body: String) -> Answer {
        let path = path.strip_prefix(&self.origin).unwrap_or(path);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, kind)
            .extension(ConnectInfo(self.address));
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter();
            let pairs: Vec<_> = pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if !self.csrf_token.is_empty() {
            request = request.header("x-csrf-token", &self.csrf_token);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = match &self.site {
            Site::Router(router) => {
                let request = request.body(Body::from(body)).unwrap();
                Answer::of(router, request).await
            }
            Site::Program(client) => {
                let request = request.uri(format!("{}{path}", self.origin));
                let request = request.body(body).unwrap();
                Answer::heard(client.execute(request.try_into().unwrap()).await.unwrap()).await
            }
        };
        self.keep(&answer);
        answer
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "text/plain", String::new())
            .await
    }

    /// Sends JSON.
    ///
    /// # Panics
    /// When `method` is none.
    pub async fn json(&mut self, method: &str, path: &str, body: Value) -> Answer {
        let method = method.parse().unwrap();
        self.send(method, path, "application/json", body.to_string())
            .await
    }

    /// Sends a form with these fields.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, FORM, form(fields)).await
    }

    /// Opens the sign-in page, fills in its form, sends it.
    pub async fn sign_in(&mut self, username: &str, password: &str) -> Answer {
        self.sign_in_to(username, password, "/").await
    }

    /// As [`Browser::sign_in`], on the way to `next`.
    pub async fn sign_in_to(&mut self, username: &str, password: &str, next: &str) -> Answer {
        let page = self.get("/sign-in?again=1").await;
        let csrf = page.hidden("csrf");
        let fields = [
            ("username", username),
            ("password", password),
            ("next", next),
            ("csrf", &csrf),
        ];
        self.post_form("/sign-in", &fields).await
    }

    /// Sends a form of a page: its hidden fields and those given.
    pub async fn submit(&mut self, path: &str, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let hidden = page.hidden_fields();
        let kept = hidden
            .iter()
            .filter(|(name, _)| !fields.iter().any(|(own, _)| own == name));
        let mut all: Vec<(&str, &str)> = kept
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend(fields);
        self.post_form(path, &all).await
    }
}

/// A received answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub text: String,
    /// Its body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// What a router answers.
    ///
    /// # Panics
    /// When the answer cannot be read.
    pub async fn of(router: &Router, request: Request<Body>) -> Self {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.to_vec(),
        }
    }

    async fn heard(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        Self {
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.to_vec(),
        }
    }

    /// Its body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header; empty when it is absent.
    ///
    /// # Panics
    /// When it is no text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Where it sends the browser; empty when nowhere.
    #[must_use]
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// A parameter of the address to which it sends.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<String> {
        let (_, query) = self.location().split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(known, _)| *known == name)?;
        Some(decode(value))
    }

    /// Status and error id, the way tests compare refusals; of a protocol its error code.
    #[must_use]
    pub fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let code = body["code"].as_str().or_else(|| body["error"].as_str());
        (self.status.as_u16(), code.unwrap_or_default().to_owned())
    }

    /// Ids of the broken rules, each with its field.
    ///
    /// # Panics
    /// When they are none of a problem.
    #[must_use]
    pub fn broken(&self) -> Vec<(String, String)> {
        let problem = self.json();
        let text = |error: &Value, key: &str| error[key].as_str().unwrap().to_owned();
        let errors = problem["errors"].as_array().into_iter().flatten();
        errors
            .map(|error| (text(error, "pointer"), text(error, "code")))
            .collect()
    }

    /// The value of a hidden field; empty when there is none.
    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&mark).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// The hidden fields of the first form that has some.
    fn hidden_fields(&self) -> Vec<(String, String)> {
        let forms = self.text.split("<form").skip(1);
        let bodies = forms.filter_map(|form| Some(form.split_once("</form>")?.0));
        let of = |form: &str| -> Vec<(String, String)> {
            let parts = form.split("<input type=\"hidden\" name=\"").skip(1);
            parts
                .filter_map(|part| {
                    let (name, rest) = part.split_once("\" value=\"")?;
                    Some((name.to_owned(), rest.split('"').next()?.to_owned()))
                })
                .collect()
        };
        let mut found = bodies.map(of).filter(|fields| !fields.is_empty());
        found.next().unwrap_or_default()
    }
}

/// Text as a form or an address carries it; every byte is escaped.
#[must_use]
pub fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The body of a form.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    pairs.join("&")
}

/// Text out of an address.
///
/// # Panics
/// When it is cut within an escape, or is no text.
#[must_use]
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[cfg(test)]
mod tests {
    use axum::{response::Html, routing::get};

    use super::*;

    #[tokio::test]
    async fn cookies_are_kept_and_removed_and_forms_carry_their_hidden_fields() {
        async fn set() -> impl axum::response::IntoResponse {
            let cookies = [("set-cookie", "a=1; Path=/")];
            let page = "<form><input name=\"x\"></form><form><input type=\"hidden\" \
                        name=\"csrf\" value=\"s3\"></form>";
            (cookies, Html(page))
        }
        async fn heard(headers: HeaderMap, body: String) -> impl axum::response::IntoResponse {
            let cookie = headers
                .get("cookie")
                .map_or("", |text| text.to_str().unwrap());
            let heard = format!("{cookie} {body}");
            ([("set-cookie", "a=; Max-Age=0")], heard)
        }
        let router = Router::new().route("/", get(set).post(heard));
        let mut browser = Browser::new(router);
        browser.origin = "https://here.test".to_owned();
        let page = browser.get("https://here.test/").await;
        let answer = browser.submit("/", &page, &[("b", "ý c")]).await;
        assert_eq!(answer.text, "a=1 csrf=%73%33&b=%C3%BD%20%63");
        assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
        assert_eq!(decode("%C3%BD+c"), "ý c");
    }
}
