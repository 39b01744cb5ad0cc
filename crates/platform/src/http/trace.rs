//! The trace id of the current request.
//!
//! Owns: reading `traceparent`, making an id, the task-local value.
//! Not here: exporting spans (`telemetry.rs`).
//! Follows: W3C Trace Context, section 3.2.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use crate::{clock::random_bytes, journal::seal::hex};

tokio::task_local! {
    static TRACE_ID: String;
}

const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");

/// Trace id of the request in work, 32 hexadecimal digits.
#[must_use]
pub fn current() -> Option<String> {
    TRACE_ID.try_with(Clone::clone).ok()
}

/// Runs `work` under a trace id.
pub async fn scope<F: Future>(trace_id: String, work: F) -> F::Output {
    TRACE_ID.scope(trace_id, work).await
}

/// A new trace id.
#[must_use]
pub fn new_id() -> String {
    hex(&random_bytes::<16>().unwrap_or_default())
}

/// Middleware: takes the caller's trace id or makes one, and answers it in `x-trace-id`.
pub async fn layer(request: Request, next: Next) -> Response {
    let trace_id = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .and_then(parse_traceparent)
        .unwrap_or_else(new_id);
    let span = tracing::info_span!(
        "request",
        trace_id = %trace_id,
        http.method = %request.method(),
        http.path = %request.uri().path(),
    );
    let header = HeaderValue::from_str(&trace_id);
    let mut response = scope(trace_id, next.run(request)).instrument(span).await;
    if let Ok(value) = header {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    response
}

/// `00-<32 hex>-<16 hex>-<2 hex>`; all zeros is no trace.
fn parse_traceparent(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let (_version, trace_id) = (parts.next()?, parts.next()?);
    let is_hex = trace_id
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
    let is_trace = trace_id.len() == 32 && is_hex && trace_id.bytes().any(|byte| byte != b'0');
    is_trace.then(|| trace_id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse_traceparent;

    #[test]
    fn traceparent_is_checked() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let whole = format!("00-{id}-00f067aa0ba902b7-01");
        assert_eq!(parse_traceparent(&whole).as_deref(), Some(id));
        for wrong in [
            "",
            "00-",
            "00-zz-1-1",
            "00-00000000000000000000000000000000-1-1",
        ] {
            assert_eq!(parse_traceparent(wrong), None, "{wrong}");
        }
    }
}
