//! JSON of SCIM: bodies of answers, names without regard to case.
//!
//! Owns: `scim_json`, reading a member by its name in any case.
//! Follows: RFC 7644, section 3.1 (`application/scim+json`); RFC 7643, section 2.1.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

/// An object of JSON.
pub(crate) type Object = Map<String, Value>;

/// An answer with a SCIM body.
pub(crate) fn scim_json(status: StatusCode, body: &Value) -> Response {
    let content_type = HeaderValue::from_static("application/scim+json; charset=utf-8");
    (
        status,
        [(header::CONTENT_TYPE, content_type)],
        body.to_string(),
    )
        .into_response()
}

/// The value of a member whose name is compared without regard to case.
pub(crate) fn member<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| {
        object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    })
}

/// A text member.
pub(crate) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    member(object, name)?.as_str()
}

/// Whether a value stands for "not assigned" (RFC 7643, section 2.5).
pub(crate) fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
