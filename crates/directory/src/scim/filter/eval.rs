//! Deciding whether a resource fulfils a filter, and the order of two values.
//!
//! Owns: `holds`, `sort_key`.
//! Invariant: `a ne b` is `not (a eq b)`; nothing here fails.
//! Follows: RFC 7644, sections 3.4.2.2 and 3.4.2.3.

use std::cmp::Ordering;

use lgsp_model::Timestamp;
use serde_json::Value;

use super::{Filter, Operator, as_boolean};
use crate::scim::{
    json::{Object, is_unassigned, member},
    path::{AttributePath, Resolved},
    schema::{Attribute, Shape, Type},
};

/// Whether `resource` fulfils the filter; attributes that its shape lacks are not assigned.
pub(crate) fn holds(filter: &Filter, resource: &Object, shape: &Shape) -> bool {
    match filter {
        Filter::And(left, right) => holds(left, resource, shape) && holds(right, resource, shape),
        Filter::Or(left, right) => holds(left, resource, shape) || holds(right, resource, shape),
        Filter::Not(inner) => !holds(inner, resource, shape),
        Filter::Present(path) => values(path, resource, shape)
            .is_some_and(|(_, values)| values.iter().any(|value| !is_unassigned(value))),
        Filter::Compare(path, operator, wanted) => {
            let found = values(path, resource, shape);
            compare_any(found.as_ref(), *operator, wanted)
        }
        Filter::Values(path, inner) => {
            let Some(found) = path.resolve(shape) else {
                return false;
            };
            items(resource, found)
                .iter()
                .any(|value| value_holds(inner, value, found.attribute))
        }
    }
}

/// Whether one value of `attribute` fulfils the condition in brackets.
pub(crate) fn value_holds(filter: &Filter, value: &Value, attribute: &Attribute) -> bool {
    match filter {
        Filter::And(left, right) => {
            value_holds(left, value, attribute) && value_holds(right, value, attribute)
        }
        Filter::Or(left, right) => {
            value_holds(left, value, attribute) || value_holds(right, value, attribute)
        }
        Filter::Not(inner) => !value_holds(inner, value, attribute),
        Filter::Present(path) => {
            part(value, path, attribute).is_some_and(|(_, part)| !is_unassigned(part))
        }
        Filter::Compare(path, operator, wanted) => {
            let found = part(value, path, attribute).map(|(kind, part)| (kind, vec![part]));
            compare_any(found.as_ref(), *operator, wanted)
        }
        Filter::Values(..) => false,
    }
}

fn part<'a>(
    value: &'a Value,
    path: &AttributePath,
    attribute: &'a Attribute,
) -> Option<(&'a Attribute, &'a Value)> {
    if attribute.subs.is_empty() {
        return Some((attribute, value));
    }
    let sub = attribute.sub(&path.name)?;
    Some((sub, member(value.as_object()?, &sub.name)?))
}

/// The values of an attribute: one, several, or none.
fn items<'a>(resource: &'a Object, found: Resolved<'_>) -> Vec<&'a Value> {
    let holder = match found.extension {
        None => Some(resource),
        Some(id) => member(resource, id).and_then(Value::as_object),
    };
    match holder.and_then(|holder| member(holder, &found.attribute.name)) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(value) => vec![value],
    }
}

/// The simple values that a path leads to, with the attribute that says how they compare.
fn values<'a>(
    path: &AttributePath,
    resource: &'a Object,
    shape: &'a Shape,
) -> Option<(&'a Attribute, Vec<&'a Value>)> {
    let found = path.resolve(shape)?;
    let items = items(resource, found);
    let sub = found.sub.or_else(|| match found.attribute.kind {
        Type::Complex => found.attribute.sub("value"),
        _ => None,
    });
    let Some(sub) = sub else {
        return Some((found.attribute, items));
    };
    let parts = items
        .into_iter()
        .filter_map(|item| member(item.as_object()?, &sub.name));
    Some((sub, parts.collect()))
}

fn compare_any(
    found: Option<&(&Attribute, Vec<&Value>)>,
    operator: Operator,
    wanted: &Value,
) -> bool {
    if operator == Operator::Ne {
        return !compare_any(found, Operator::Eq, wanted);
    }
    let Some((attribute, values)) = found else {
        return wanted.is_null() && operator == Operator::Eq;
    };
    if wanted.is_null() {
        return operator == Operator::Eq && values.iter().all(|value| is_unassigned(value));
    }
    values
        .iter()
        .any(|value| compare(attribute, value, operator, wanted))
}

fn compare(attribute: &Attribute, value: &Value, operator: Operator, wanted: &Value) -> bool {
    match operator {
        Operator::Co | Operator::Sw | Operator::Ew => {
            let (Some(value), Some(wanted)) = (value.as_str(), wanted.as_str()) else {
                return false;
            };
            let (value, wanted) = (cased(attribute, value), cased(attribute, wanted));
            match operator {
                Operator::Sw => value.starts_with(&wanted),
                Operator::Ew => value.ends_with(&wanted),
                _ => value.contains(&wanted),
            }
        }
        Operator::Eq => order(attribute, value, wanted) == Some(Ordering::Equal),
        Operator::Ne => order(attribute, value, wanted) != Some(Ordering::Equal),
        Operator::Gt => order(attribute, value, wanted) == Some(Ordering::Greater),
        Operator::Lt => order(attribute, value, wanted) == Some(Ordering::Less),
        Operator::Ge => order(attribute, value, wanted).is_some_and(Ordering::is_ge),
        Operator::Le => order(attribute, value, wanted).is_some_and(Ordering::is_le),
    }
}

fn order(attribute: &Attribute, value: &Value, wanted: &Value) -> Option<Ordering> {
    match attribute.kind {
        Type::Boolean => Some(as_boolean(value)?.cmp(&as_boolean(wanted)?)),
        Type::Integer | Type::Decimal => value.as_f64()?.partial_cmp(&wanted.as_f64()?),
        Type::DateTime => {
            let instant = |value: &Value| Timestamp::parse_rfc3339(value.as_str()?);
            Some(instant(value)?.cmp(&instant(wanted)?))
        }
        Type::String | Type::Reference | Type::Binary | Type::Complex => {
            let (value, wanted) = (value.as_str()?, wanted.as_str()?);
            Some(cased(attribute, value).cmp(&cased(attribute, wanted)))
        }
    }
}

fn cased(attribute: &Attribute, text: &str) -> String {
    match attribute.is_case_exact {
        true => text.to_owned(),
        false => text.to_lowercase(),
    }
}

/// What resources are sorted by; absent values come last (RFC 7644, section 3.4.2.3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortKey {
    Number(i64),
    Text(String),
    Absent,
}

/// The key of a resource: its first value, or the one marked as primary.
pub(crate) fn sort_key(path: &AttributePath, resource: &Object, shape: &Shape) -> SortKey {
    let Some(found) = path.resolve(shape) else {
        return SortKey::Absent;
    };
    let items = items(resource, found);
    let is_primary = |item: &&&Value| item.get("primary").and_then(as_boolean) == Some(true);
    let chosen = items.iter().find(is_primary).or(items.first());
    let Some(chosen) = chosen else {
        return SortKey::Absent;
    };
    let sub = found.sub.or_else(|| found.attribute.sub("value"));
    let (attribute, value) = match sub {
        Some(sub) => {
            let part = chosen.as_object().and_then(|item| member(item, &sub.name));
            (sub, part)
        }
        None => (found.attribute, Some(*chosen)),
    };
    match value {
        Some(Value::String(text)) if attribute.kind == Type::DateTime => {
            Timestamp::parse_rfc3339(text).map_or(SortKey::Absent, |at| SortKey::Number(at.0))
        }
        Some(Value::String(text)) => SortKey::Text(cased(attribute, text)),
        Some(Value::Bool(is_set)) => SortKey::Number(i64::from(*is_set)),
        Some(Value::Number(number)) => number.as_i64().map_or(SortKey::Absent, SortKey::Number),
        _ => SortKey::Absent,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::{filter::parse::Parser, schema::Schemas};

    fn person() -> Object {
        let person = json!({
            "id": "7", "userName": "van.thu", "externalId": "E1", "active": true,
            "name": {"familyName": "Y Văn", "givenName": "Thu"},
            "emails": [
                {"value": "thu@kontum.gov.vn", "type": "work", "primary": true},
                {"value": "thu@example.org", "type": "home"}
            ],
            "meta": {"lastModified": "2026-11-23T02:00:00Z"},
            "urn:lgsp:scim:schemas:1.0:Official": {"agencyCode": "H34.01"}
        });
        person.as_object().unwrap().clone()
    }

    fn is_held(text: &str) -> bool {
        let schemas = Schemas::load().unwrap();
        let filter = Parser::filter(text).unwrap();
        filter.check(&schemas.user).unwrap();
        holds(&filter, &person(), &schemas.user)
    }

    #[test]
    fn conditions_of_the_standard() {
        for (text, expected) in [
            ("userName eq \"VAN.thu\"", true),
            ("externalId eq \"e1\"", false),
            ("externalId eq \"E1\"", true),
            ("name.familyName co \"y v\"", true),
            ("userName sw \"van\"", true),
            ("userName ew \"van\"", false),
            ("emails eq \"thu@example.org\"", true),
            ("emails.type eq \"home\"", true),
            ("emails[type eq \"home\" and value co \"kontum\"]", false),
            ("emails[type eq \"work\" and value co \"kontum\"]", true),
            ("emails[not (type eq \"work\")]", true),
            ("title pr", false),
            ("title ne \"x\"", true),
            ("title eq null", true),
            ("userName ne null", true),
            ("active eq true", true),
            ("active eq \"True\"", true),
            ("active ne true", false),
            ("meta.lastModified ge \"2026-11-23T09:00:00+07:00\"", true),
            ("meta.lastModified gt \"2026-11-23T02:00:00Z\"", false),
            ("meta.lastModified lt \"2027-01-01T00:00:00Z\"", true),
            ("userName gt \"van.a\"", true),
            ("not (userName eq \"x\") and active eq true", true),
            (
                "urn:lgsp:scim:schemas:1.0:Official:agencyCode sw \"H34\"",
                true,
            ),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:userName pr",
                true,
            ),
        ] {
            assert_eq!(is_held(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let schemas = Schemas::load().unwrap();
        for text in [
            "nothing eq \"x\"",
            "password eq \"x\"",
            "active gt true",
            "active co \"t\"",
            "userName eq 1",
            "name eq \"x\"",
            "meta.created gt \"yesterday\"",
            "title gt null",
            "emails[nothing eq \"x\"]",
            "emails[name.type eq \"x\"]",
        ] {
            let filter = Parser::filter(text).unwrap();
            assert!(filter.check(&schemas.user).is_err(), "{text}");
        }
    }
}
