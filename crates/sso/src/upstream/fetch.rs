//! Calls to a provider: bounded in time and size, never into the own network.
//!
//! Owns: `Fetcher`, what a failed call is told as.
//! Not here: which calls there are (`provider.rs`, `exchange.rs`).
//! Invariant: no redirect is followed; an answer is what was asked for or it is refused; nothing
//! of an answer is logged.
//! Follows: ARCHITECTURE.md, Security: outbound calls check addresses.

use std::time::Duration;

use lgsp_platform::http::client;
use reqwest::{Method, Request, Url, header};
use serde_json::Value;

use crate::upstream::error::{Error, Result};

/// Largest answer that is read, 256 KiB.
pub(crate) const ANSWER_BYTES_MAX: u64 = 256 * 1_024;

/// Calls providers.
#[derive(Clone)]
pub(crate) struct Fetcher {
    client: reqwest::Client,
}

/// A call to a provider.
pub(crate) struct Call<'a> {
    /// GET or POST.
    pub(crate) method: Method,
    /// Where to.
    pub(crate) address: &'a str,
    /// `Authorization`, if any.
    pub(crate) authorization: Option<String>,
    /// What the answer should be.
    pub(crate) accept: Accept,
    /// Fields of the form, for POST.
    pub(crate) form: Vec<(&'a str, &'a str)>,
    /// Whether the own network may be reached.
    pub(crate) is_local_allowed: bool,
    /// Time from the first byte out to the last one in.
    pub(crate) timeout_seconds: u32,
}

/// What an answer should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accept {
    /// JSON.
    Json,
    /// A signed token.
    Jwt,
}

impl Accept {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Jwt => "application/jwt",
        }
    }
}

/// An answer as it came.
pub(crate) struct Answered {
    pub(crate) status: u16,
    /// Whether it says that it is a signed token.
    pub(crate) is_jwt: bool,
    pub(crate) body: Vec<u8>,
}

impl Answered {
    /// The answer as JSON.
    ///
    /// # Errors
    /// `sso.upstream.unreadable`.
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).map_err(|_| Error::Unreadable("answer is no JSON"))
    }
}

impl Fetcher {
    pub(crate) fn new() -> Result<Self> {
        let client = client::client()?;
        Ok(Self { client })
    }

    /// Status and JSON of the answer.
    ///
    /// # Errors
    /// As [`Fetcher::ask`], and `sso.upstream.unreadable` when the answer is no JSON.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<(u16, Value)> {
        let answered = self.ask(call).await?;
        Ok((answered.status, answered.json()?))
    }

    /// The answer as it came.
    ///
    /// # Errors
    /// `sso.upstream.unreachable` when the provider does not answer in time or refuses the
    /// connection, `sso.upstream.unreadable` when the answer is too large.
    pub(crate) async fn ask(&self, call: Call<'_>) -> Result<Answered> {
        let url = Url::parse(call.address).map_err(|_| Error::Unreachable("address".into()))?;
        let timeout = Duration::from_secs(u64::from(call.timeout_seconds));
        match tokio::time::timeout(timeout, self.run(&url, &call)).await {
            Ok(answered) => answered,
            Err(_) => Err(Error::Unreachable("no answer in time".into())),
        }
    }

    async fn run(&self, url: &Url, call: &Call<'_>) -> Result<Answered> {
        client::check_host(url, call.is_local_allowed)
            .await
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        let mut request = Request::new(call.method.clone(), url.clone());
        let headers = request.headers_mut();
        let accept = header::HeaderValue::from_static(call.accept.media_type());
        headers.insert(header::ACCEPT, accept);
        if let Some(authorization) = &call.authorization {
            let mut value = header::HeaderValue::from_str(authorization)
                .map_err(|_| Error::Unreadable("authorization cannot be a header"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        if call.method == Method::POST {
            let form = header::HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(header::CONTENT_TYPE, form);
            *request.body_mut() = Some(form_text(&call.form).into());
        }
        let answer = self
            .client
            .execute(request)
            .await
            .map_err(|error| Error::Unreachable(error.without_url().to_string()))?;
        let status = answer.status().as_u16();
        if answer.status().is_server_error() {
            return Err(Error::Unreachable(format!("HTTP status {status}")));
        }
        let kind = answer.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let is_jwt = kind.eq_ignore_ascii_case(Accept::Jwt.media_type());
        let body = client::read_limited(answer, ANSWER_BYTES_MAX)
            .await
            .map_err(|_| Error::Unreadable("answer too large or cut"))?;
        Ok(Answered {
            status,
            is_jwt,
            body,
        })
    }
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn form_text(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", encode(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Percent-encoding of everything but unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
