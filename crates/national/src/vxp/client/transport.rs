//! The connection to one axis: signed requests, bounded replies, what each call tells.
//!
//! Owns: `Client`, its settings and limits, the number of connections, the clock's difference.
//! Not here: the operations (`mod.rs`), what a failure means (`failure.rs`).
//! Invariant: at most [`CONNECTIONS_MAX`] calls at a time; the secret lives in the MAC key only,
//! and no header, body or key is ever logged.
//! Follows: design document "Document exchange", sections 7.1 and 7.5.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::Stream;
use lgsp_exchange::{
    Exchange,
    vxp::wire::{
        DigestForm, JSON, MacKey, OCTET_STREAM, Operation, format_timestamp, mac_key, sign,
    },
};
use lgsp_model::{Timestamp, timestamp::VIETNAM_OFFSET_MS};
use lgsp_platform::{
    blobs::Blobs,
    clock::Clock,
    http::{Problem as _, client as http},
};
use reqwest::{
    Method, Url,
    header::{CONTENT_LENGTH, CONTENT_TYPE, DATE},
};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Failure, REPLY_BYTES_MAX, file::Measured};
use crate::vxp::breaker::{Breaker, Turned};

/// Connections to one axis at a time.
pub(super) const CONNECTIONS_MAX: usize = 10;

/// Where an axis is and as whom it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Base address.
    pub url: String,
    /// Identity of the caller.
    pub systemid: String,
    /// A CR LF goes behind each file.
    pub has_body_crlf: bool,
    /// How `hash-file` is spelt.
    pub digest_form: DigestForm,
    /// The address may be inside the own network.
    pub is_local_allowed: bool,
    /// Largest message that is fetched.
    pub message_bytes_max: u64,
}

/// Times of calls.
#[derive(Debug, Clone, Copy)]
pub struct ClientOptions {
    /// A call without a file, from begin to end.
    pub call_timeout_ms: u64,
    /// A call with a file; 50 MiB at 1.5 Mbit/s.
    pub file_timeout_ms: u64,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            call_timeout_ms: 60_000,
            file_timeout_ms: 300_000,
        }
    }
}

/// A client of one axis.
pub struct Client {
    pub(super) settings: Settings,
    pub(super) blobs: Blobs,
    pub(super) clock: Arc<dyn Clock>,
    breaker: Breaker,
    base: Url,
    key: MacKey,
    http: reqwest::Client,
    places: Arc<Semaphore>,
    exchange: Exchange,
    options: ClientOptions,
}

/// What a request carries.
pub(super) enum Payload {
    Empty,
    Json(Vec<u8>),
    File(Measured, bool),
}

/// One call, not yet signed.
pub(super) struct Call<'a> {
    pub(super) operation: Operation,
    pub(super) parameters: &'a [(&'a str, &'a str)],
    pub(super) method: Method,
    pub(super) body: Payload,
    pub(super) bytes_max: u64,
}

impl<'a> Call<'a> {
    /// POST without a body, as the lists are called.
    pub(super) fn list(operation: Operation, parameters: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            operation,
            parameters,
            method: Method::POST,
            body: Payload::Empty,
            bytes_max: REPLY_BYTES_MAX,
        }
    }

    /// POST with an empty object.
    pub(super) fn act(operation: Operation, parameters: &'a [(&'a str, &'a str)]) -> Self {
        let body = Payload::Json(b"{}".to_vec());
        Self {
            body,
            ..Self::list(operation, parameters)
        }
    }

    /// GET.
    pub(super) fn get(operation: Operation, parameters: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            method: Method::GET,
            ..Self::list(operation, parameters)
        }
    }
}

/// A reply whose body is still to come.
pub(super) struct Reply {
    pub(super) status: u16,
    response: reqwest::Response,
    place: OwnedSemaphorePermit,
}

impl Reply {
    pub(super) fn is_json(&self) -> bool {
        let media_type = self.response.headers().get(CONTENT_TYPE);
        media_type.is_some_and(|text| text.as_bytes().starts_with(JSON.as_bytes()))
    }

    /// Status and the whole body.
    pub(super) async fn read(self, bytes_max: u64) -> Result<(u16, Vec<u8>), Failure> {
        let body = http::read_limited(self.response, bytes_max).await;
        drop(self.place);
        match body {
            Ok(body) => Ok((self.status, body)),
            Err(lgsp_platform::Error::TooLarge { max, .. }) => Err(Failure::TooLarge { max }),
            Err(lgsp_platform::Error::BadRequest(text)) => Err(Failure::Broken(text)),
            Err(other) => Err(other.into()),
        }
    }

    /// The body in parts, and the place that is to be kept until its end.
    pub(super) fn into_stream(
        self,
    ) -> (
        impl Stream<Item = reqwest::Result<Bytes>> + Unpin,
        OwnedSemaphorePermit,
    ) {
        (Box::pin(self.response.bytes_stream()), self.place)
    }
}

impl Client {
    /// A client that has not called yet.
    ///
    /// # Errors
    /// [`Failure::Parameter`] when the address is none; [`Failure::Local`] without TLS.
    pub fn new(
        exchange: &Exchange,
        settings: Settings,
        secret: &[u8],
        options: ClientOptions,
    ) -> Result<Self, Failure> {
        let mut base = Url::parse(&settings.url)
            .map_err(|error| Failure::Parameter(format!("address: {error}")))?;
        if base.cannot_be_a_base() {
            return Err(Failure::Parameter("address".to_owned()));
        }
        // The operation's name follows the whole path.
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self {
            base,
            key: mac_key(secret),
            http: http::client()?,
            places: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            breaker: Breaker::default(),
            blobs: exchange.platform().blobs.clone(),
            clock: exchange.platform().clock.clone(),
            exchange: exchange.clone(),
            settings,
            options,
        })
    }

    /// The circuit of this axis.
    #[must_use]
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    pub(super) fn message_bytes_max(&self) -> u64 {
        self.settings.message_bytes_max
    }

    /// Signs and sends; the body of the reply is still to be read.
    ///
    /// A file can be sent once only, so the body is taken out of the call.
    pub(super) async fn send_call(&self, call: &mut Call<'_>) -> Result<Reply, Failure> {
        let stopped = |_| Failure::Local(lgsp_platform::Error::Stopping);
        let place = self.places.clone().acquire_owned().await.map_err(stopped)?;
        let url = self
            .base
            .join(call.operation.name())
            .map_err(|error| Failure::Parameter(error.to_string()))?;
        http::check_host(&url, self.settings.is_local_allowed)
            .await
            .map_err(|error| Failure::Unreachable(error.to_string()))?;
        let body = std::mem::replace(&mut call.body, Payload::Empty);
        let is_file = matches!(body, Payload::File(..))
            || matches!(call.operation, Operation::GetEdoc | Operation::DownloadEdoc);
        let media_type = if matches!(body, Payload::File(..)) {
            OCTET_STREAM
        } else {
            JSON
        };
        let timestamp = format_timestamp(self.clock.now(), VIETNAM_OFFSET_MS / 60_000);
        let mut logical = vec![
            ("timestamp", timestamp.as_str()),
            ("systemid", self.settings.systemid.as_str()),
            ("Content-Type", media_type),
        ];
        logical.extend_from_slice(call.parameters);
        let headers =
            sign(&self.key, &logical).map_err(|error| Failure::Parameter(error.to_string()))?;
        let timeout_ms = if is_file {
            self.options.file_timeout_ms
        } else {
            self.options.call_timeout_ms
        };
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .headers(headers)
            .timeout(Duration::from_millis(timeout_ms));
        request = match body {
            Payload::Empty if call.method == Method::POST => request.header(CONTENT_LENGTH, 0),
            Payload::Empty => request,
            Payload::Json(json) => request.body(json),
            Payload::File(file, has_crlf) => {
                let (length, content) = file.into_request(has_crlf);
                // A fixed length: the axis is not known to take chunks.
                request.header(CONTENT_LENGTH, length).body(content)
            }
        };
        let response = request.send().await?;
        self.note_date(&response);
        Ok(Reply {
            status: response.status().as_u16(),
            response,
            place,
        })
    }

    /// The difference between the axis's clock and ours, as the last reply showed it.
    fn note_date(&self, response: &reqwest::Response) {
        let date = response
            .headers()
            .get(DATE)
            .and_then(|date| date.to_str().ok());
        let Some(at) = date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok()) else {
            return;
        };
        let axis = Timestamp(at.unix_timestamp().saturating_mul(1_000));
        let difference_ms = axis.since(self.clock.now());
        // The header has whole seconds, cut: up to one second behind is none.
        let metrics = &self.exchange.platform().metrics;
        if difference_ms > 0 {
            metrics.time("axis.clock_ahead", difference_ms);
        } else {
            metrics.time("axis.clock_behind", (-difference_ms - 999).max(0));
        }
    }

    /// What a finished call tells: metrics, and the circuit.
    pub(super) fn note<T>(
        &self,
        operation: Operation,
        began: Timestamp,
        result: &Result<T, Failure>,
    ) {
        let now = self.clock.now();
        let event = operation.client_event();
        let metrics = &self.exchange.platform().metrics;
        metrics.time(event, now.since(began));
        metrics.count(
            event,
            result
                .as_ref()
                .map_or_else(|failure| failure.id(), |_| "ok"),
        );
        let turned = match result {
            Err(failure) if failure.is_of_axis() => {
                self.exchange.note_upstream(false);
                self.breaker.failed(now)
            }
            Err(Failure::Local(_) | Failure::Parameter(_)) => Turned::No,
            Ok(_) | Err(_) => {
                self.exchange.note_upstream(true);
                self.breaker.succeeded(now)
            }
        };
        match (turned, result) {
            (Turned::Opened, Err(failure)) => {
                metrics.count("axis.circuit", "opened");
                tracing::warn!(
                    error = failure.id(),
                    axis.systemid = self.settings.systemid,
                    "the axis fails; calls pause"
                );
            }
            (Turned::Closed, _) => {
                metrics.count("axis.circuit", "closed");
                tracing::info!(
                    axis.systemid = self.settings.systemid,
                    "the axis works again"
                );
            }
            _ => {}
        }
    }
}
