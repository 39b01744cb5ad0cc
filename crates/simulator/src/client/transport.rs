//! HTTP/1.1 for the client: kept connections, `Expect: 100-continue`, time limit.
//!
//! Owns: sending of one request and reading of its whole reply.
//! Not here: signing (`signing.rs`), meaning of replies (`mod.rs`).
//! Invariant: at most [`REPLY_BYTES_MAX`] bytes are read.
//! Follows: RFC 9110, section 10.1.1 (Expect).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, EXPECT, HeaderMap, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Notify;

use super::error::{Error, Result};

/// Largest reply: base64 of the largest message and its frame.
const REPLY_BYTES_MAX: usize = 96 << 20;
/// How long a client waits for `100 Continue` before it sends all the same.
const CONTINUE_WAIT: Duration = Duration::from_secs(3);
/// Idle connections that are kept; the kit's own ceiling.
const CONNECTIONS_MAX: usize = 10;

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// A pool of connections to one place.
#[derive(Clone)]
pub(crate) struct Transport {
    client: Client<HttpConnector, Body>,
    timeout: Duration,
}

/// A whole reply.
pub(crate) struct RawReply {
    pub(crate) status: u16,
    pub(crate) is_json: bool,
    pub(crate) body: Bytes,
}

impl Transport {
    pub(crate) fn new(timeout: Duration) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(CONNECTIONS_MAX)
            // A repeat of a send is the caller's decision, never the pool's.
            .retry_canceled_requests(false)
            .build(connector);
        Self { client, timeout }
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
        expects_continue: bool,
    ) -> Result<RawReply> {
        let request = build(method, uri, headers, body, expects_continue);
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(transport_error)?;
            let status = response.status().as_u16();
            let is_json = response
                .headers()
                .get(hyper::header::CONTENT_TYPE)
                .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
            let body = Limited::new(response.into_body(), REPLY_BYTES_MAX)
                .collect()
                .await;
            let body = body
                .map_err(|error| Error::Transport(error.to_string()))?
                .to_bytes();
            Ok(RawReply {
                status,
                is_json,
                body,
            })
        };
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(reply) => reply,
            Err(_) => Err(Error::Timeout(
                u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX),
            )),
        }
    }
}

fn transport_error(error: hyper_util::client::legacy::Error) -> Error {
    let source = std::error::Error::source(&error);
    Error::Transport(source.map_or_else(|| error.to_string(), ToString::to_string))
}

fn build(
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    expects_continue: bool,
) -> Request<Body> {
    let length = body.len();
    let mut request = Request::new(Full::new(body.clone()).boxed_unsync());
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    if method == Method::POST {
        request
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if expects_continue && length > 0 {
        request
            .headers_mut()
            .insert(EXPECT, HeaderValue::from_static("100-continue"));
        let go = Arc::new(Notify::new());
        let told = Arc::clone(&go);
        hyper::ext::on_informational(&mut request, move |_| told.notify_one());
        *request.body_mut() = held(body, go);
    }
    request
}

/// A body that starts when the server said so, or after a while.
fn held(body: Bytes, go: Arc<Notify>) -> Body {
    let frames = stream::unfold(Some((body, go)), |state| async move {
        let (body, go) = state?;
        let _ = tokio::time::timeout(CONTINUE_WAIT, go.notified()).await;
        Some((Ok(Frame::data(body)), None))
    });
    BodyExt::boxed_unsync(StreamBody::new(frames))
}
