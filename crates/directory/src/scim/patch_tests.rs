//! Tests of PATCH: tables of operations, what is refused, that no input panics.
//!
//! Owns: nothing else.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::scim::schema::{ENTERPRISE, OFFICIAL, Schemas, USER};

const PATCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

fn person() -> Object {
    let person = json!({
        "userName": "an", "title": "Chuyên viên", "active": true,
        "name": {"familyName": "Nguyễn", "givenName": "An"},
        "emails": [
            {"value": "an@a.vn", "type": "work", "primary": true},
            {"value": "an@b.vn", "type": "home"}
        ],
        ENTERPRISE: {"department": "IT"},
    });
    person.as_object().unwrap().clone()
}

fn patched(operations: Value) -> Result<Value, ScimType> {
    let schemas = Schemas::load().unwrap();
    let mut resource = person();
    let request = json!({"schemas": [PATCH_SCHEMA], "Operations": operations});
    apply(&mut resource, &request, &schemas.user).map_err(|error| error.scim_type.unwrap())?;
    Ok(Value::Object(resource))
}

/// What stands at `pointer` after one operation.
fn after(operation: Value, pointer: &str) -> Value {
    let made = patched(json!([operation.clone()])).unwrap_or_else(|error| {
        panic!("{operation}: {error:?}");
    });
    made.pointer(pointer).cloned().unwrap_or(Value::Null)
}

#[test]
fn operations_of_the_standard() {
    let department = format!("/{ENTERPRISE}/department");
    let extension = format!("/{ENTERPRISE}");
    let full = format!("{ENTERPRISE}:department");
    for (operation, pointer, expected) in [
        (
            json!({"op": "Replace", "path": "title", "value": "Trưởng phòng"}),
            "/title",
            json!("Trưởng phòng"),
        ),
        (
            json!({"op": "add", "value": {"nickName": "A", "TITLE": "B"}}),
            "/title",
            json!("B"),
        ),
        (
            json!({"op": "replace", "value": {"name.givenName": "Anh"}}),
            "/name/givenName",
            json!("Anh"),
        ),
        (
            json!({"op": "replace", "path": "name", "value": {"givenName": "Anh"}}),
            "/name/familyName",
            json!("Nguyễn"),
        ),
        (
            json!({"op": "remove", "path": "name.givenName"}),
            "/name",
            json!({"familyName": "Nguyễn"}),
        ),
        (
            json!({"op": "replace", "path": "active", "value": "False"}),
            "/active",
            json!(false),
        ),
        (
            json!({"op": "add", "path": "emails", "value": {"value": "an@c.vn"}}),
            "/emails/2/value",
            json!("an@c.vn"),
        ),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "an@c.vn", "primary": true}]}),
            "/emails/0/primary",
            json!(false),
        ),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "an@b.vn", "display": "x"}]}),
            "/emails/1/display",
            json!("x"),
        ),
        (
            json!({"op": "replace", "path": "emails", "value": [{"value": "an@c.vn"}]}),
            "/emails",
            json!([{"value": "an@c.vn"}]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "an@d.vn"}),
            "/emails/1/value",
            json!("an@d.vn"),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "an@d.vn"}}),
            "/emails/1",
            json!({"value": "an@d.vn"}),
        ),
        (
            json!({"op": "add", "path": "emails[type eq \"other\"].value", "value": "an@e.vn"}),
            "/emails/2",
            json!({"type": "other", "value": "an@e.vn"}),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"work\"]"}),
            "/emails",
            json!([{"value": "an@b.vn", "type": "home"}]),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "an@a.vn"}]}),
            "/emails/0/value",
            json!("an@b.vn"),
        ),
        (
            json!({"op": "remove", "path": "emails"}),
            "/emails",
            json!(null),
        ),
        (
            json!({"op": "replace", "path": "emails", "value": null}),
            "/emails",
            json!(null),
        ),
        (
            json!({"op": "add", "path": "phoneNumbers.value", "value": "1"}),
            "/phoneNumbers",
            json!([{"value": "1"}]),
        ),
        (
            json!({"op": "replace", "path": full, "value": "HR"}),
            department.as_str(),
            json!("HR"),
        ),
        (
            json!({"op": "remove", "path": full}),
            extension.as_str(),
            json!(null),
        ),
        (
            json!({"op": "remove", "path": ENTERPRISE}),
            extension.as_str(),
            json!(null),
        ),
        (
            json!({"op": "add", "path": ENTERPRISE, "value": {"division": "D"}}),
            extension.as_str(),
            json!({"department": "IT", "division": "D"}),
        ),
        (
            json!({"op": "replace", "path": ENTERPRISE, "value": {"division": "D"}}),
            extension.as_str(),
            json!({"division": "D"}),
        ),
        (
            json!({"op": "add", "value": {OFFICIAL: {"agencyCode": "H34.01", "agencyName": "x"}}}),
            "/urn:lgsp:scim:schemas:1.0:Official",
            json!({"agencyCode": "H34.01"}),
        ),
        (
            json!({"op": "add", "value": {format!("{USER}:title"): "C"}}),
            "/title",
            json!("C"),
        ),
        (
            json!({"op": "add", "value": {"id": "x", "unknown": 1}}),
            "/id",
            json!(null),
        ),
    ] {
        assert_eq!(after(operation.clone(), pointer), expected, "{operation}");
    }
}

#[test]
fn operations_that_are_refused() {
    for (operation, expected) in [
        (
            json!({"op": "move", "path": "title"}),
            ScimType::InvalidSyntax,
        ),
        (json!({"op": "remove"}), ScimType::NoTarget),
        (json!({"op": "add", "value": 1}), ScimType::InvalidSyntax),
        (
            json!({"op": "add", "path": "title"}),
            ScimType::InvalidValue,
        ),
        (
            json!({"op": "add", "path": "title", "value": 1}),
            ScimType::InvalidValue,
        ),
        (
            json!({"op": "add", "path": "nothing", "value": "x"}),
            ScimType::InvalidPath,
        ),
        (
            json!({"op": "add", "path": 1, "value": "x"}),
            ScimType::InvalidPath,
        ),
        (
            json!({"op": "replace", "path": "id", "value": "x"}),
            ScimType::Mutability,
        ),
        (
            json!({"op": "replace", "path": "groups", "value": []}),
            ScimType::Mutability,
        ),
        (
            json!({"op": "replace", "path": "meta.version", "value": "x"}),
            ScimType::Mutability,
        ),
        (
            json!({"op": "remove", "path": "userName"}),
            ScimType::Mutability,
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"x\"].value", "value": "y"}),
            ScimType::NoTarget,
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"x\"]"}),
            ScimType::NoTarget,
        ),
        (
            json!({"op": "remove", "path": "emails[type xx \"x\"]"}),
            ScimType::InvalidFilter,
        ),
    ] {
        assert_eq!(
            patched(json!([operation.clone()])),
            Err(expected),
            "{operation}"
        );
    }
    let many = |count: usize| {
        json!(vec![
            json!({"op": "add", "path": "title", "value": "x"});
            count
        ])
    };
    assert!(patched(many(OPERATIONS_MAX)).is_ok());
    assert_eq!(patched(many(OPERATIONS_MAX + 1)), Err(ScimType::TooMany));
}

#[test]
fn members_keep_their_identity() {
    let schemas = Schemas::load().unwrap();
    let group = json!({"displayName": "Văn thư", "members": [{"value": "1"}]});
    let run = |operation: Value| {
        let mut group = group.as_object().unwrap().clone();
        let request = json!({"Operations": [operation]});
        apply(&mut group, &request, &schemas.group)
            .map(|()| group)
            .map_err(|error| error.scim_type.unwrap())
    };
    let path = "members[value eq \"1\"].value";
    let changed = run(json!({"op": "replace", "path": path, "value": "2"}));
    assert_eq!(changed, Err(ScimType::Mutability));
    let gone = run(json!({"op": "remove", "path": "members[value eq \"1\"]"})).unwrap();
    assert_eq!(gone.get("members"), None);
    let both =
        run(json!({"op": "add", "path": "members", "value": [{"value": "1"}, {"value": "2"}]}));
    assert_eq!(both.unwrap()["members"].as_array().unwrap().len(), 2);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z]{0,6}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("value"),
        Just("type"),
        Just("primary"),
        Just("emails"),
        Just("name"),
        Just("givenName"),
        Just(ENTERPRISE),
        Just("active"),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..4).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_operation_is_applied_or_refused(
        op in prop_oneof![Just("add"), Just("replace"), Just("remove")],
        path in prop_oneof![
            Just(None), Just(Some("emails")), Just(Some("emails.value")), Just(Some("name")),
            Just(Some("emails[primary eq true]")), Just(Some("emails[type ne \"work\"].value")),
            Just(Some(ENTERPRISE)), Just(Some("active")),
        ],
        value in any_value(),
    ) {
        let made = patched(json!([{"op": op, "path": path, "value": value}]));
        if let Ok(made) = made {
            let primaries = made["emails"].as_array().map_or(0, |items| {
                items.iter().filter(|item| is_primary(item)).count()
            });
            prop_assert!(primaries <= 1, "{made}");
        }
    }
}
