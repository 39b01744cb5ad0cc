//! Errors as SCIM clients read them.
//!
//! Owns: `ScimError`, the mapping from our errors to status and `scimType`.
//! Not here: our own errors (`crate::error`).
//! Invariant: the cause of an internal error goes to the log, never to the client.
//! Follows: RFC 7644, section 3.12.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lgsp_model::ErrorCode;
use lgsp_platform::http::{Problem, problem::ProblemBody};
use serde_json::{Value, json};

use super::json::scim_json;
use crate::Error;

/// Schema of an error answer.
pub(crate) const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Shorthand of the SCIM face.
pub(crate) type ScimResult<T> = Result<T, ScimError>;

/// Detail of a 400 or 409 (RFC 7644, table 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScimType {
    InvalidFilter,
    TooMany,
    Uniqueness,
    Mutability,
    InvalidSyntax,
    InvalidPath,
    NoTarget,
    InvalidValue,
}

impl ScimType {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
        }
    }
}

/// A refusal of the SCIM face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScimError {
    pub(crate) status: StatusCode,
    pub(crate) scim_type: Option<ScimType>,
    pub(crate) detail: String,
}

impl ScimError {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            detail: detail.into(),
        }
    }

    /// A 400 with its type; 409 for `uniqueness`.
    pub(crate) fn typed(scim_type: ScimType, detail: impl Into<String>) -> Self {
        let status = match scim_type {
            ScimType::Uniqueness => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            status,
            scim_type: Some(scim_type),
            detail: detail.into(),
        }
    }

    /// Somebody else changed the resource between its reading and its writing.
    pub(crate) fn stale() -> Self {
        let detail = "the resource was changed in this moment";
        Self::new(StatusCode::PRECONDITION_FAILED, detail)
    }

    pub(crate) fn not_found(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("resource {id} not found"))
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// The body of the answer; also part of a bulk answer.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "schemas": [ERROR_SCHEMA],
            "status": self.status.as_u16().to_string(),
            "detail": self.detail,
        });
        if let (Some(scim_type), Some(object)) = (self.scim_type, body.as_object_mut()) {
            object.insert("scimType".to_owned(), scim_type.as_str().into());
        }
        body
    }
}

impl From<Error> for ScimError {
    fn from(error: Error) -> Self {
        let code = error.code();
        if matches!(code, ErrorCode::Internal | ErrorCode::Unavailable) {
            tracing::error!(%error, code = error.id(), "scim request failed");
        }
        match code {
            ErrorCode::Invalid | ErrorCode::BadRequest => {
                Self::typed(ScimType::InvalidValue, sentence(&error))
            }
            ErrorCode::AlreadyExists => Self::typed(ScimType::Uniqueness, sentence(&error)),
            other => {
                let status = StatusCode::from_u16(other.http_status());
                Self::new(
                    status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                    sentence(&error),
                )
            }
        }
    }
}

impl From<lgsp_identity::Error> for ScimError {
    fn from(error: lgsp_identity::Error) -> Self {
        match error {
            lgsp_identity::Error::ChangedMeanwhile => Self::stale(),
            other => Error::from(other).into(),
        }
    }
}

impl From<lgsp_platform::Error> for ScimError {
    fn from(error: lgsp_platform::Error) -> Self {
        Error::from(error).into()
    }
}

/// The sentence in English, with those of single fields.
fn sentence(error: &Error) -> String {
    let body = ProblemBody::of(error);
    let fields = body
        .errors
        .iter()
        .map(|field| format!(" {}: {}", field.pointer, field.messages.en));
    std::iter::once(body.messages.en.clone())
        .chain(fields)
        .collect()
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = scim_json(status, &self.body());
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"scim\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
