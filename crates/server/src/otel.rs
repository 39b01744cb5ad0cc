//! Export of spans by OpenTelemetry, when an endpoint is configured.
//!
//! Owns: the layer, and the way of its requests. Spans carry paths, ids and durations, never bodies
//! or names of persons.
//! Invariant: only our own spans leave; those of the HTTP client would beget new ones for ever.
//! Follows: OTLP over HTTP, protobuf.

use anyhow::Context as _;
use async_trait::async_trait;
use axum::http::{Request, Response};
use bytes::Bytes;
use lgsp_platform::{
    config::TelemetryConfig,
    http::client::{client, read_limited},
    telemetry::ExtraLayer,
};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::Handle;
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
};

/// Longest answer of a collector, 64 KiB; it holds at most a sentence.
const ANSWER_BYTES_MAX: u64 = 65_536;
/// Spans of our crates begin with this.
const OWN_TARGETS: &str = "lgsp";

/// Exports spans until it is closed.
pub(crate) struct Export {
    provider: SdkTracerProvider,
}

impl Export {
    /// The exporter and its layer; `None` when no endpoint is set.
    pub(crate) fn open(config: &TelemetryConfig) -> anyhow::Result<Option<(Self, ExtraLayer)>> {
        if config.otlp_endpoint.is_empty() {
            return Ok(None);
        }
        let endpoint = format!("{}/v1/traces", config.otlp_endpoint.trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(OnRuntime {
                client: client()?,
                runtime: Handle::current(),
            })
            .with_endpoint(endpoint)
            .build()
            .context("telemetry.otlp_endpoint")?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name("lgsp").build())
            .build();
        let own = Targets::new().with_target(OWN_TARGETS, LevelFilter::INFO);
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("lgsp"))
            .with_filter(own);
        Ok(Some((Self { provider }, Box::new(layer))))
    }

    /// Sends what is left; waits for the collector, but not longer than a span may wait.
    pub(crate) async fn close(self) {
        let closed = tokio::task::spawn_blocking(move || self.provider.shutdown()).await;
        if let Ok(Err(error)) = closed {
            tracing::warn!(%error, "the last spans could not be exported");
        }
    }
}

/// The exporter works on a thread of its own, where no runtime drives connections: calls are made
/// on ours, and only waited for there.
#[derive(Debug)]
struct OnRuntime {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let client = self.client.clone();
        let done = self.runtime.spawn(async move {
            let answer = client.execute(request).await?;
            let mut response = Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                headers.clone_from(answer.headers());
            }
            let body = read_limited(answer, ANSWER_BYTES_MAX).await?;
            Ok::<_, HttpError>(response.body(Bytes::from(body))?)
        });
        done.await?
    }
}
