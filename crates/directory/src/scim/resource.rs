//! A resource as an answer carries it, and the conditions of a request on its version.
//!
//! Owns: `Resource`, `Conditions`.
//! Follows: RFC 7643, section 3.1; RFC 7644, section 3.14; RFC 9110, section 13.

use std::fmt::Write as _;

use axum::http::{HeaderMap, StatusCode, header};
use lgsp_model::Timestamp;
use ring::digest;
use serde_json::{Value, json};

use super::{
    Scim,
    error::{ScimError, ScimResult},
    json::Object,
    schema::ResourceKind,
};

/// Bytes of a digest that make a version.
const VERSION_BYTES: usize = 12;

/// A resource with its version.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) kind: ResourceKind,
    pub(crate) version: String,
    pub(crate) location: String,
    /// All attributes, `schemas` and `meta` too.
    pub(crate) body: Object,
}

impl Scim {
    /// Completes what `render` of a type made.
    pub(crate) fn complete(
        &self,
        kind: ResourceKind,
        mut body: Object,
        (created, changed): (Timestamp, Timestamp),
    ) -> Resource {
        let shape = self.schemas.shape(kind);
        let used = shape.extensions.iter().map(|schema| &schema.id);
        let schemas: Vec<&String> = std::iter::once(&shape.core.id)
            .chain(used.filter(|id| body.contains_key(id.as_str())))
            .collect();
        body.insert("schemas".to_owned(), json!(schemas));
        let id = body
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let location = format!("{}{}/{id}", self.base, kind.endpoint());
        let version = version(&body);
        let meta = json!({
            "resourceType": kind.name(), "created": created, "lastModified": changed,
            "location": location, "version": version,
        });
        body.insert("meta".to_owned(), meta);
        Resource {
            kind,
            version,
            location,
            body,
        }
    }
}

/// A weak validator: it changes when anything that is shown changes.
fn version(body: &Object) -> String {
    let text = Value::Object(body.clone()).to_string();
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let mut version = "W/\"".to_owned();
    for byte in digest.as_ref().iter().take(VERSION_BYTES) {
        // Writing to a string does not fail.
        write!(version, "{byte:02x}").ok();
    }
    version.push('"');
    version
}

/// What a request demands of the present version.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl Conditions {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text = |name| {
            let value = headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        Self {
            if_match: text(header::IF_MATCH),
            if_none_match: text(header::IF_NONE_MATCH),
        }
    }

    /// The condition of an operation of a bulk request.
    pub(crate) fn of_version(version: Option<&str>) -> Self {
        Self {
            if_match: version.map(str::to_owned),
            if_none_match: None,
        }
    }

    /// Refuses a change of another version than the one that the client saw.
    ///
    /// # Errors
    /// 412.
    pub(crate) fn require(&self, resource: &Resource) -> ScimResult<()> {
        let Some(wanted) = &self.if_match else {
            return Ok(());
        };
        if names(wanted, &resource.version) {
            return Ok(());
        }
        let detail = "the resource has changed since it was read";
        Err(ScimError::new(StatusCode::PRECONDITION_FAILED, detail))
    }

    /// Whether the client has this version already.
    pub(crate) fn is_known(&self, resource: &Resource) -> bool {
        let wanted = self.if_none_match.as_deref();
        wanted.is_some_and(|wanted| names(wanted, &resource.version))
    }
}

/// Whether a list of validators has this one; strength plays no part.
fn names(list: &str, version: &str) -> bool {
    let strong = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    list.split(',')
        .any(|item| item.trim() == "*" || strong(item) == strong(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validators_are_compared_weakly() {
        for (list, expected) in [
            ("W/\"a\"", true),
            ("\"a\"", true),
            ("*", true),
            ("W/\"b\", W/\"a\"", true),
            ("W/\"b\"", false),
            ("", false),
        ] {
            assert_eq!(names(list, "W/\"a\""), expected, "{list}");
        }
    }
}
