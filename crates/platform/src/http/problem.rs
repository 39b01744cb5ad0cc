//! Errors as the outside sees them: RFC 9457 problem JSON in both languages.
//!
//! Owns: the trait `Problem`, its body, the answer.
//! Not here: sentences (`messages/`).
//! Invariant: the cause of an internal error is logged with the trace id, never shown.
//! Follows: RFC 9457.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lgsp_model::ErrorCode;
use serde::{Deserialize, Serialize};

use super::{context::StepUp, trace};
use crate::{
    error::{Error, FieldError, Sentence},
    messages,
};

/// An error that can be shown to a caller.
pub trait Problem: std::error::Error + Send + Sync {
    /// Stable for ever: `<crate>.<thing>.<what>`.
    fn id(&self) -> &'static str;
    /// What kind of failure.
    fn code(&self) -> ErrorCode;
    /// Values for the places in the sentence.
    fn arguments(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// Errors of single fields.
    fn fields(&self) -> Vec<FieldError> {
        Vec::new()
    }
    /// The proof of the person that the call lacks (RFC 9470).
    fn step_up(&self) -> Option<StepUp> {
        None
    }
    /// Whether the same call may succeed later.
    fn is_retryable(&self) -> bool {
        self.code().is_retryable()
    }
}

/// Body of an error answer.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// `urn:lgsp:problem:<code>`.
    #[serde(rename = "type")]
    pub kind_uri: String,
    /// The sentence in Vietnamese.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable id.
    pub code: String,
    /// Kind of failure.
    pub kind: ErrorCode,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// Trace id to give to the operators.
    pub trace_id: String,
    /// The sentence in both languages.
    pub messages: Sentence,
    /// Errors of single fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The proof of the person that the call lacks; sign on again with it, then repeat the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUpBody>,
}

/// The proof of the person that a call lacks (RFC 9470, `insufficient_user_authentication`).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StepUpBody {
    /// `insufficient_user_authentication`.
    pub error: String,
    /// Level asked for: `urn:lgsp:acr:2`.
    pub acr_values: String,
    /// Age of the proof at most, in seconds.
    pub max_age: i64,
}

impl From<StepUp> for StepUpBody {
    fn from(wanted: StepUp) -> Self {
        Self {
            error: "insufficient_user_authentication".to_owned(),
            acr_values: format!("urn:lgsp:acr:{}", wanted.acr_min),
            max_age: wanted.age_s_max,
        }
    }
}

impl StepUpBody {
    /// The challenge as RFC 9470 writes it.
    fn challenge(&self) -> String {
        format!(
            "Bearer error=\"{}\", acr_values=\"{}\", max_age=\"{}\"",
            self.error, self.acr_values, self.max_age
        )
    }
}

impl ProblemBody {
    /// The body for an error under the current trace id.
    #[must_use]
    pub fn of(error: &dyn Problem) -> Self {
        let messages = messages::sentence(error.id(), &error.arguments());
        Self {
            kind_uri: format!("urn:lgsp:problem:{}", error.id()),
            title: messages.vi.clone(),
            status: error.code().http_status(),
            code: error.id().to_owned(),
            kind: error.code(),
            retryable: error.is_retryable(),
            trace_id: trace::current().unwrap_or_default(),
            messages,
            errors: error.fields(),
            step_up: error.step_up().map(StepUpBody::from),
        }
    }
}

/// The error type of all handlers: any crate's error, boxed.
pub struct Refusal(Box<dyn Problem>);

impl Refusal {
    /// The error inside.
    #[must_use]
    pub fn problem(&self) -> &dyn Problem {
        self.0.as_ref()
    }
}

impl<E: Problem + 'static> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = self.0.as_ref();
        if matches!(error.code(), ErrorCode::Internal | ErrorCode::Unavailable) {
            tracing::error!(error = %chain(error), code = error.id(), "request failed");
        }
        let body = ProblemBody::of(error);
        let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let challenge = body.step_up.as_ref().map(StepUpBody::challenge);
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(value) = challenge.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        if error.is_retryable() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Refusal::from(self).into_response()
    }
}

fn chain(error: &dyn Problem) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
