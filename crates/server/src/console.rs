//! The embedded console and the headers that every page carries.
//!
//! Owns: assets, the page with its nonce, the notice when the console was not built.
//! Not here: the console's sources (`web/`).
//! Follows: docs/adr on the console; Content Security Policy level 3.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use lgsp_platform::clock::random_bytes;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[exclude = ".*"]
struct Assets;

const NONCE_PLACE: &str = "__CSP_NONCE__";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Whether the console was there when the program was built.
pub(crate) fn is_built() -> bool {
    Assets::get("index.html").is_some()
}

/// Answers everything that no other route of the administration door takes.
pub(crate) async fn answer(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().trim_start_matches('/').to_owned();
    if let Some(found) = asset(&path, request.headers()) {
        return found;
    }
    // A missing file is an error; only addresses of pages get the page.
    let has_ending = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    let is_api = path == "api" || path.starts_with("api/");
    if has_ending || is_api {
        return StatusCode::NOT_FOUND.into_response();
    }
    page()
}

/// An asset in the best encoding that the browser takes.
fn asset(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.is_empty() || path == "index.html" {
        return None;
    }
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let encoded = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .find_map(|(name, ending)| {
            let file = accepted
                .contains(name)
                .then(|| Assets::get(&format!("{path}{ending}")))?;
            Some((name, file?))
        });
    let (encoding, file) = match encoded {
        Some((name, file)) => (Some(name), file),
        None => (None, Assets::get(path)?),
    };
    let mut response = Response::new(Body::from(file.data));
    let answer = response.headers_mut();
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media_type(path)),
    );
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let keep = if path.starts_with("assets/") {
        IMMUTABLE
    } else {
        "no-cache"
    };
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Some(name) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    Some(response)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The page of the console with a fresh nonce, or the notice that it was not built.
fn page() -> Response {
    let nonce = STANDARD_NO_PAD.encode(random_bytes::<16>().unwrap_or_default());
    let html = match Assets::get("index.html") {
        Some(file) => String::from_utf8_lossy(&file.data).replace(NONCE_PLACE, &nonce),
        None => include_str!("console_missing.html").to_owned(),
    };
    let policy = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; \
         base-uri 'none'; form-action 'self' https: http://localhost:* http://127.0.0.1:*; \
         frame-ancestors 'none'"
    );
    let mut response = Response::new(Body::from(html));
    let answer = response.headers_mut();
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Headers of every answer of the administration door.
pub(crate) async fn security_headers(request: Request, next: axum::middleware::Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=()",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
