//! The parts of a resource that an answer has.
//!
//! Owns: `Projection` (`attributes`, `excludedAttributes`), what is never and always returned.
//! Follows: RFC 7644, section 3.9; RFC 7643, section 2.4 (`returned`).

use serde_json::Value;

use super::{
    error::{ScimError, ScimResult, ScimType},
    json::{Object, is_unassigned},
    path::AttributePath,
    schema::{Attribute, Returned, Shape},
};

/// Paths of one request.
const PATHS_MAX: usize = 200;

/// Which attributes are returned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Projection {
    included: Vec<String>,
    excluded: Vec<String>,
}

impl Projection {
    /// What a request asks for; both at once are refused.
    ///
    /// # Errors
    /// `invalidValue`.
    pub(crate) fn new(included: Vec<String>, excluded: Vec<String>) -> ScimResult<Self> {
        let invalid = |detail: &str| Err(ScimError::typed(ScimType::InvalidValue, detail));
        if !included.is_empty() && !excluded.is_empty() {
            return invalid("attributes and excludedAttributes exclude each other");
        }
        if included.len() + excluded.len() > PATHS_MAX {
            return invalid("too many attributes");
        }
        Ok(Self { included, excluded })
    }

    /// Reduces a resource to what is returned.
    pub(crate) fn apply(&self, resource: Object, shape: &Shape) -> Object {
        let chosen = Chosen {
            included: resolve(&self.included, shape),
            excluded: resolve(&self.excluded, shape),
            is_default: self.included.is_empty(),
        };
        let mut made = Object::new();
        for (name, value) in resource {
            if let Some(extension) = shape.extension(&name) {
                let Value::Object(members) = value else {
                    continue;
                };
                let id = extension.id.as_str();
                let kept: Object = members
                    .into_iter()
                    .filter_map(|(name, value)| {
                        let found = shape.find(Some(id), &name)?;
                        let value = chosen.keep(Some(id), found.attribute, value)?;
                        Some((name, value))
                    })
                    .collect();
                if !kept.is_empty() {
                    made.insert(name, Value::Object(kept));
                }
                continue;
            }
            let Some(found) = shape.find(None, &name) else {
                continue;
            };
            if let Some(value) = chosen.keep(None, found.attribute, value) {
                made.insert(name, value);
            }
        }
        made
    }
}

/// A path by its canonical parts: extension, attribute, sub-attribute; a whole extension has
/// no attribute.
type ChosenPath = (Option<String>, Option<String>, Option<String>);

fn resolve(paths: &[String], shape: &Shape) -> Vec<ChosenPath> {
    paths
        .iter()
        .filter_map(|path| {
            let path = path.trim();
            if let Some(extension) = shape.extension(path) {
                return Some((Some(extension.id.clone()), None, None));
            }
            let parsed = AttributePath::parse(path)?;
            let found = parsed.resolve(shape)?;
            Some((
                found.extension.map(str::to_owned),
                Some(found.attribute.name.clone()),
                found.sub.map(|sub| sub.name.clone()),
            ))
        })
        .collect()
}

struct Chosen {
    included: Vec<ChosenPath>,
    excluded: Vec<ChosenPath>,
    is_default: bool,
}

impl Chosen {
    /// The value as it is returned, or nothing.
    fn keep(&self, extension: Option<&str>, attribute: &Attribute, value: Value) -> Option<Value> {
        match attribute.returned {
            Returned::Never => return None,
            Returned::Always => return Some(value),
            Returned::Default | Returned::Request => {}
        }
        let of_this = |path: &&ChosenPath| {
            path.0.as_deref() == extension
                && path.1.as_ref().is_none_or(|name| *name == attribute.name)
                && (path.1.is_some() || extension.is_some())
        };
        if self.is_default {
            let hits: Vec<&ChosenPath> = self.excluded.iter().filter(of_this).collect();
            if attribute.returned == Returned::Request || hits.iter().any(|path| path.2.is_none()) {
                return None;
            }
            let gone = |name: &str| hits.iter().any(|path| path.2.as_deref() == Some(name));
            return reduced(value, |name| !gone(name));
        }
        let hits: Vec<&ChosenPath> = self.included.iter().filter(of_this).collect();
        if hits.is_empty() {
            return None;
        }
        if hits.iter().any(|path| path.2.is_none()) {
            return Some(value);
        }
        reduced(value, |name| {
            hits.iter().any(|path| path.2.as_deref() == Some(name))
        })
    }
}

/// The value with some of its parts.
fn reduced(value: Value, is_kept: impl Fn(&str) -> bool + Copy) -> Option<Value> {
    let made = match value {
        Value::Object(parts) => Value::Object(
            parts
                .into_iter()
                .filter(|(name, _)| is_kept(name))
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items
                .into_iter()
                .filter_map(|item| reduced(item, is_kept))
                .collect(),
        ),
        other => return Some(other),
    };
    (!is_unassigned(&made)).then_some(made)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::{ENTERPRISE, OFFICIAL, Schemas, USER};

    fn shown(included: &[&str], excluded: &[&str]) -> Value {
        let schemas = Schemas::load().unwrap();
        let words = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let projection = Projection::new(words(included), words(excluded)).unwrap();
        let resource = json!({
            "schemas": [USER], "id": "1", "userName": "an", "password": "x",
            "name": {"givenName": "An", "familyName": "Lê"},
            "emails": [{"value": "a@b.vn", "type": "work"}],
            ENTERPRISE: {"department": "IT", "division": "D"},
            OFFICIAL: {"agencyCode": "H34"},
        });
        let Value::Object(resource) = resource else {
            panic!("an object")
        };
        Value::Object(projection.apply(resource, &schemas.user))
    }

    #[test]
    fn attributes_are_chosen() {
        let full = format!("{ENTERPRISE}:department");
        for (included, excluded, expected) in [
            (
                &["USERNAME"][..],
                &[][..],
                json!({"schemas": [USER], "id": "1", "userName": "an"}),
            ),
            (
                &["name.givenName", "emails.value"],
                &[],
                json!({"schemas": [USER], "id": "1",
                "name": {"givenName": "An"}, "emails": [{"value": "a@b.vn"}]}),
            ),
            (
                &[full.as_str(), OFFICIAL],
                &[],
                json!({"schemas": [USER], "id": "1",
                ENTERPRISE: {"department": "IT"}, OFFICIAL: {"agencyCode": "H34"}}),
            ),
            (
                &["password", "nothing"],
                &[],
                json!({"schemas": [USER], "id": "1"}),
            ),
            (
                &[],
                &["name", "emails.type", "id", ENTERPRISE, "schemas"],
                json!({"schemas": [USER],
                "id": "1", "userName": "an", "emails": [{"value": "a@b.vn"}],
                OFFICIAL: {"agencyCode": "H34"}}),
            ),
        ] {
            assert_eq!(
                shown(included, excluded),
                expected,
                "{included:?} {excluded:?}"
            );
        }
        let all = shown(&[], &[]);
        assert!(all.get("password").is_none() && all.get("name").is_some());
        assert!(Projection::new(vec!["a".into()], vec!["b".into()]).is_err());
    }
}
