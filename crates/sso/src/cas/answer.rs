//! Answers of validation, in the three forms of the protocol.
//!
//! Owns: writing them.
//! Follows: CAS Protocol 3.0, 2.4.2, 2.5.7, appendix A; 2.5 (format).

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use lgsp_model::Timestamp;
use serde_json::{Map, Value, json};

use crate::saml::xml::Builder;

const NAMESPACE: &str = "http://www.yale.edu/tp/cas";

/// Who was signed on.
#[derive(Debug)]
pub(super) struct Success {
    /// Name of the person.
    pub(super) user: String,
    /// What else is told; `None` where the form has no attributes.
    pub(super) attributes: Option<Vec<(String, Vec<String>)>>,
    /// When the person proved who it is.
    pub(super) authenticated_at: Timestamp,
    /// Whether that was for this ticket.
    pub(super) is_fresh: bool,
}

/// Why a ticket is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    Request,
    Ticket,
    Service,
    Internal,
}

impl Failure {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Request => "INVALID_REQUEST",
            Self::Ticket => "INVALID_TICKET",
            Self::Service => "INVALID_SERVICE",
            Self::Internal => "INTERNAL_ERROR",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Request => "'service' and 'ticket' are required, each once",
            Self::Ticket => "ticket is unknown, was used, came too late, or its session has ended",
            Self::Service => "ticket was issued for another service",
            Self::Internal => "ticket could not be checked",
        }
    }
}

/// The answer of `/cas/validate`.
pub(super) fn plain(result: &Result<Success, Failure>) -> Response {
    let text = match result {
        Ok(success) => format!("yes\n{}\n", success.user.replace(['\r', '\n'], " ")),
        Err(_) => "no\n\n".to_owned(),
    };
    with_type("text/plain; charset=utf-8", text)
}

/// The answer in XML.
pub(super) fn xml(result: &Result<Success, Failure>) -> Response {
    let mut xml = Builder::default();
    xml.open("cas:serviceResponse", &[("xmlns:cas", Some(NAMESPACE))]);
    match result {
        Ok(success) => {
            xml.open("cas:authenticationSuccess", &[])
                .leaf("cas:user", &[], &success.user);
            if let Some(attributes) = &success.attributes {
                write_attributes(&mut xml, success, attributes);
            }
        }
        Err(failure) => {
            let code = [("code", Some(failure.code()))];
            xml.leaf("cas:authenticationFailure", &code, failure.sentence());
        }
    }
    with_type("application/xml; charset=utf-8", xml.finish())
}

fn write_attributes(xml: &mut Builder, success: &Success, attributes: &[(String, Vec<String>)]) {
    let at = success.authenticated_at.to_string();
    let is_fresh = success.is_fresh.to_string();
    xml.open("cas:attributes", &[])
        .leaf("cas:authenticationDate", &[], &at)
        .leaf("cas:longTermAuthenticationRequestTokenUsed", &[], "false")
        .leaf("cas:isFromNewLogin", &[], &is_fresh);
    for (name, values) in attributes {
        let name = format!("cas:{name}");
        for value in values {
            xml.named_leaf(&name, value);
        }
    }
    xml.close();
}

/// The answer in JSON.
pub(super) fn json(result: &Result<Success, Failure>) -> Response {
    let body = match result {
        Ok(success) => {
            let mut known = json!({ "user": success.user });
            if let (Some(attributes), Some(members)) = (&success.attributes, known.as_object_mut())
            {
                members.insert("attributes".to_owned(), members_of(success, attributes));
            }
            json!({ "serviceResponse": { "authenticationSuccess": known } })
        }
        Err(failure) => json!({ "serviceResponse": { "authenticationFailure": {
            "code": failure.code(), "description": failure.sentence(),
        } } }),
    };
    with_type("application/json", body.to_string())
}

fn members_of(success: &Success, attributes: &[(String, Vec<String>)]) -> Value {
    let mut members = Map::new();
    members.insert(
        "authenticationDate".to_owned(),
        json!(success.authenticated_at),
    );
    members.insert("isFromNewLogin".to_owned(), json!(success.is_fresh));
    for (name, values) in attributes {
        let value = match values.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        members.insert(name.clone(), value);
    }
    Value::Object(members)
}

fn with_type(content_type: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}
