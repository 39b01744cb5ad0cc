//! Extractors whose refusals are problems: JSON bodies and query strings.
//!
//! Owns: `Json`, `Query`.
//! Not here: multipart and raw bodies (the faces that need them).

use axum::{
    extract::{
        FromRequest, FromRequestParts, OptionalFromRequest, Request, rejection::JsonRejection,
    },
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use super::problem::Refusal;
use crate::error::Error;

/// Largest JSON body of the administration API, 4 MiB.
pub const JSON_BYTES_MAX: usize = 4 * 1_048_576;

/// A JSON body; unreadable ones are `platform.request.unreadable`.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match <axum::Json<T> as FromRequest<S>>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(refuse(&rejection).into()),
        }
    }
}

/// A body that may be left out.
impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Refusal> {
        let read = <axum::Json<T> as OptionalFromRequest<S>>::from_request(request, state);
        match read.await {
            Ok(found) => Ok(found.map(|axum::Json(value)| Self(value))),
            Err(rejection) => Err(refuse(&rejection).into()),
        }
    }
}

fn refuse(rejection: &JsonRejection) -> Error {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Error::TooLarge {
            limit: "JSON_BYTES_MAX",
            max: JSON_BYTES_MAX as u64,
        };
    }
    Error::BadRequest(rejection.body_text())
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// A query string; unknown or unreadable parameters are `platform.request.unreadable`.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Error::BadRequest(rejection.body_text()).into()),
        }
    }
}
