//! Errors as OAuth answers them.
//!
//! Owns: `Fail`, its JSON and its challenge headers; the mapping from our errors.
//! Not here: errors that go to a client by redirect (`authorize/respond.rs`).
//! Invariant: the cause of an internal error is logged, never shown.
//! Follows: RFC 6749, section 5.2; RFC 6750, section 3; RFC 9449, sections 5, 7.1 and 8.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lgsp_platform::http::Problem;
use serde_json::json;

use crate::error::Error;

/// A refusal of a protocol endpoint.
#[derive(Debug)]
pub(super) struct Fail {
    /// HTTP status.
    pub(super) status: StatusCode,
    /// Code of the standard.
    pub(super) error: &'static str,
    /// For the developer of the client, in English, without data of persons.
    pub(super) description: String,
    /// Challenge and nonce headers.
    pub(super) headers: Vec<(HeaderName, String)>,
}

/// Shorthand of the protocol endpoints.
pub(super) type Outcome<T> = Result<T, Fail>;

impl Fail {
    /// A refusal with status 400.
    pub(super) fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            description: description.into(),
            headers: Vec::new(),
        }
    }

    /// `invalid_request`.
    pub(super) fn request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    /// `invalid_grant`.
    pub(super) fn grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// `invalid_client`, 401; with a Basic challenge when Basic was tried.
    pub(super) fn client(description: impl Into<String>, is_basic: bool) -> Self {
        let mut fail = Self::new("invalid_client", description);
        fail.status = StatusCode::UNAUTHORIZED;
        if is_basic {
            let challenge = r#"Basic realm="lgsp", charset="UTF-8""#.to_owned();
            fail.headers.push((header::WWW_AUTHENTICATE, challenge));
        }
        fail
    }

    /// A refusal of a protected resource with its challenge.
    pub(super) fn resource(scheme: &str, error: &'static str, description: &str) -> Self {
        let mut fail = Self::new(error, description);
        fail.status = match error {
            "insufficient_scope" => StatusCode::FORBIDDEN,
            "invalid_request" => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNAUTHORIZED,
        };
        let mut challenge =
            format!(r#"{scheme} error="{error}", error_description="{description}""#);
        if scheme == "DPoP" {
            challenge.push_str(r#", algs="ES256 EdDSA RS256""#);
        }
        fail.headers.push((header::WWW_AUTHENTICATE, challenge));
        fail
    }

    /// Adds a header.
    pub(super) fn with_header(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl<E: Into<Error>> From<E> for Fail {
    fn from(error: E) -> Self {
        let error: Error = error.into();
        let is_busy = error.is_retryable();
        if is_busy {
            tracing::warn!(%error, "protocol endpoint is not available");
        } else {
            tracing::error!(%error, "protocol endpoint failed");
        }
        let mut fail = Self::new(
            if is_busy {
                "temporarily_unavailable"
            } else {
                "server_error"
            },
            "the request could not be processed",
        );
        fail.status = if is_busy {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        fail
    }
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = (self.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.append(name, value);
            }
        }
        response
    }
}
