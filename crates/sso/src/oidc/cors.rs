//! Calls of web pages from a browser (CORS).
//!
//! Owns: which origins may call which endpoints.
//! Invariant: metadata and keys are open to every page; tokens and user info only to origins
//! that a client has registered, and never with cookies.
//! Follows: WHATWG Fetch, section 3.2.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::Provider;

/// Paths that every page may read.
const OPEN: [&str; 3] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth2/jwks",
];
/// Paths for the pages of registered clients.
const REGISTERED: [&str; 6] = [
    "/oauth2/token",
    "/oauth2/userinfo",
    "/oauth2/revoke",
    "/oauth2/par",
    "/oauth2/device_authorization",
    "/oauth2/introspect",
];

pub(super) async fn layer(
    State(provider): State<Provider>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request
        .headers()
        .get(header::ORIGIN)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let Some(origin) = origin else {
        return next.run(request).await;
    };
    let path = request.uri().path().to_owned();
    let is_open = OPEN.contains(&path.as_str());
    let is_registered = REGISTERED.contains(&path.as_str())
        && match provider.clients.is_origin(&origin).await {
            Ok(is_origin) => is_origin,
            Err(error) => {
                tracing::warn!(%error, "clients cannot be read, the page may not call");
                false
            }
        };
    let is_allowed = is_open || is_registered;
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match is_preflight && is_allowed {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    if is_allowed {
        let allowed = if is_open { "*" } else { origin.as_str() };
        allow(response.headers_mut(), allowed, is_preflight);
    }
    response
}

fn allow(headers: &mut HeaderMap, origin: &str, is_preflight: bool) {
    if let Ok(value) = HeaderValue::try_from(origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let exposed = HeaderValue::from_static("dpop-nonce, www-authenticate");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    if is_preflight {
        let methods = HeaderValue::from_static("GET, POST");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        let names = HeaderValue::from_static("authorization, content-type, dpop");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
        headers.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        );
    }
}
