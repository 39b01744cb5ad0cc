//! Export of spans by OpenTelemetry, when an endpoint is configured.
//!
//! Owns: the layer. Spans carry paths, ids and durations, never bodies or names of persons.
//! Follows: OTLP over HTTP.

use anyhow::Context as _;
use lgsp_platform::{config::TelemetryConfig, telemetry::ExtraLayer};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};

/// The exporting layer; `None` when no endpoint is set.
pub(crate) fn layer(config: &TelemetryConfig) -> anyhow::Result<Option<ExtraLayer>> {
    if config.otlp_endpoint.is_empty() {
        return Ok(None);
    }
    let endpoint = format!("{}/v1/traces", config.otlp_endpoint.trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(endpoint)
        .build()
        .context("telemetry.otlp_endpoint")?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name("lgsp").build())
        .build();
    let tracer = provider.tracer("lgsp");
    Ok(Some(Box::new(
        tracing_opentelemetry::layer().with_tracer(tracer),
    )))
}
