//! Bringing what a client sent into one form.
//!
//! Owns: `normalise` (names as in the schema, types checked, what is read-only left out),
//! the limits of a resource.
//! Not here: what the values mean (`user.rs`, `group.rs`).
//! Follows: RFC 7643, section 2; RFC 7644, section 3.3 and 3.5.1.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_model::Timestamp;
use serde_json::Value;

use super::{
    error::{ScimError, ScimResult, ScimType},
    filter::as_boolean,
    json::{Object, is_unassigned},
    schema::{Attribute, Mutability, Shape, Type},
};

/// Values of one attribute; groups are filled by several PATCH operations.
pub(crate) const VALUES_MAX: usize = 5_000;
/// Longest text of one value; certificates and pictures are given by address or are small.
pub(crate) const TEXT_BYTES_MAX: usize = 65_536;

fn invalid(name: &str, what: &str) -> ScimError {
    ScimError::typed(ScimType::InvalidValue, format!("{name}: {what}"))
}

/// The resource with the names of its schemas. Attributes that nobody may write and those that
/// no schema knows are left out, as are values that are not assigned.
///
/// # Errors
/// `invalidValue` for a value of another type, `invalidSyntax` when it is no object.
pub(crate) fn normalise(sent: &Value, shape: &Shape) -> ScimResult<Object> {
    let Some(sent) = sent.as_object() else {
        return Err(ScimError::typed(
            ScimType::InvalidSyntax,
            "a resource is an object",
        ));
    };
    let mut made = Object::new();
    for (key, value) in sent {
        if key.eq_ignore_ascii_case("schemas") {
            continue;
        }
        if let Some(extension) = shape.extension(key) {
            let members = match value {
                Value::Null => continue,
                Value::Object(members) => members,
                _ => return Err(invalid(key, "an extension is an object")),
            };
            let mut of_extension = Object::new();
            for (name, value) in members {
                let found = shape.find(Some(&extension.id), name);
                put(&mut of_extension, found.map(|found| found.attribute), value)?;
            }
            if !of_extension.is_empty() {
                made.insert(extension.id.clone(), Value::Object(of_extension));
            }
            continue;
        }
        let (schema, name) = shape
            .split_schema(key)
            .map_or((None, key.as_str()), |(id, rest)| (Some(id), rest));
        let found = shape.find(schema, name);
        match found.and_then(|found| found.extension) {
            None => put(&mut made, found.map(|found| found.attribute), value)?,
            Some(id) => {
                let holder = made
                    .entry(id)
                    .or_insert_with(|| Value::Object(Object::new()));
                if let Some(holder) = holder.as_object_mut() {
                    put(holder, found.map(|found| found.attribute), value)?;
                }
            }
        }
    }
    Ok(made)
}

fn put(into: &mut Object, attribute: Option<&Attribute>, value: &Value) -> ScimResult<()> {
    let Some(attribute) = attribute else {
        return Ok(());
    };
    if attribute.mutability == Mutability::ReadOnly || is_unassigned(value) {
        return Ok(());
    }
    let value = of_attribute(attribute, value)?;
    if !is_unassigned(&value) {
        into.insert(attribute.name.clone(), value);
    }
    Ok(())
}

/// The value of an attribute in its form: a list where there may be several.
///
/// # Errors
/// `invalidValue`.
pub(crate) fn of_attribute(attribute: &Attribute, value: &Value) -> ScimResult<Value> {
    if !attribute.is_multi {
        return match value {
            // Some clients send a list of one.
            Value::Array(items) => match items.as_slice() {
                [one] => single(attribute, one),
                _ => Err(invalid(&attribute.name, "there is one value only")),
            },
            other => single(attribute, other),
        };
    }
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        other => std::slice::from_ref(other),
    };
    if items.len() > VALUES_MAX {
        let what = format!("more than {VALUES_MAX} values");
        return Err(invalid(&attribute.name, &what));
    }
    let made = items.iter().filter(|item| !is_unassigned(item));
    let made = made
        .map(|item| single(attribute, item))
        .collect::<ScimResult<Vec<_>>>()?;
    let is_primary = |item: &&Value| item.get("primary") == Some(&Value::Bool(true));
    if made.iter().filter(is_primary).count() > 1 {
        return Err(invalid(&attribute.name, "one value at most is primary"));
    }
    Ok(Value::Array(made))
}

/// One value.
///
/// # Errors
/// `invalidValue`.
pub(crate) fn single(attribute: &Attribute, value: &Value) -> ScimResult<Value> {
    let name = attribute.name.as_str();
    let text = || {
        value
            .as_str()
            .ok_or_else(|| invalid(name, "a text is wanted"))
    };
    match attribute.kind {
        Type::Complex => complex(attribute, value),
        Type::Boolean => as_boolean(value)
            .map(Value::Bool)
            .ok_or_else(|| invalid(name, "true or false is wanted")),
        Type::Integer | Type::Decimal => match value.is_number() {
            true => Ok(value.clone()),
            false => Err(invalid(name, "a number is wanted")),
        },
        Type::DateTime => match Timestamp::parse_rfc3339(text()?) {
            Some(_) => Ok(value.clone()),
            None => Err(invalid(name, "an instant is wanted")),
        },
        Type::Binary => match STANDARD.decode(text()?) {
            Ok(_) if text()?.len() <= TEXT_BYTES_MAX => Ok(value.clone()),
            _ => Err(invalid(name, "base64 is wanted")),
        },
        Type::String | Type::Reference => {
            let text = text()?;
            if text.len() > TEXT_BYTES_MAX || text.contains('\0') {
                return Err(invalid(name, "the text is too long or holds a NUL"));
            }
            Ok(value.clone())
        }
    }
}

fn complex(attribute: &Attribute, value: &Value) -> ScimResult<Value> {
    let members = match value {
        Value::Object(members) => members.clone(),
        // `"emails": ["a@b.vn"]` means the value of each.
        Value::String(_) if attribute.sub("value").is_some() => {
            std::iter::once(("value".to_owned(), value.clone())).collect()
        }
        _ => return Err(invalid(&attribute.name, "an object is wanted")),
    };
    let mut made = Object::new();
    for (key, value) in &members {
        let Some(sub) = attribute.sub(key) else {
            continue;
        };
        put(&mut made, Some(sub), value)?;
    }
    Ok(Value::Object(made))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::{ENTERPRISE, Schemas, USER};

    fn made(sent: Value) -> Result<Value, ScimType> {
        let schemas = Schemas::load().unwrap();
        normalise(&sent, &schemas.user)
            .map(Value::Object)
            .map_err(|error| error.scim_type.unwrap())
    }

    #[test]
    fn one_form_whatever_was_sent() {
        let sent = json!({
            "schemas": [USER], "ID": "x", "username": "an", "ACTIVE": "False",
            "emails": {"VALUE": "a@b.vn", "primary": "True", "other": 1},
            "name": {"givenname": "An", "familyName": null},
            "groups": [{"value": "x"}], "nothing": 7, "photos": [],
            ENTERPRISE: {"EmployeeNumber": "7"},
            format!("{ENTERPRISE}:department"): "IT",
        });
        let expected = json!({
            "userName": "an", "active": false,
            "emails": [{"value": "a@b.vn", "primary": true}],
            "name": {"givenName": "An"},
            ENTERPRISE: {"employeeNumber": "7", "department": "IT"},
        });
        assert_eq!(made(sent), Ok(expected));
    }

    #[test]
    fn wrong_types_are_refused() {
        for sent in [
            json!({"userName": 1}),
            json!({"userName": ["a", "b"]}),
            json!({"active": "maybe"}),
            json!({"emails": [1]}),
            json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}),
            json!({"name": "An"}),
            json!({"x509Certificates": [{"value": "%%%"}]}),
            json!({"userName": "a\u{0}b"}),
            json!({ENTERPRISE: "x"}),
        ] {
            assert_eq!(made(sent.clone()), Err(ScimType::InvalidValue), "{sent}");
        }
        assert_eq!(made(json!([])), Err(ScimType::InvalidSyntax));
    }

    #[test]
    fn limits_of_values_and_texts() {
        let values = |count: usize| json!({"emails": vec![json!({"value": "a@b.vn"}); count]});
        assert!(made(values(VALUES_MAX)).is_ok());
        assert!(made(values(VALUES_MAX + 1)).is_err());
        let text = |bytes: usize| json!({"title": "x".repeat(bytes)});
        assert!(made(text(TEXT_BYTES_MAX)).is_ok());
        assert!(made(text(TEXT_BYTES_MAX + 1)).is_err());
    }
}
