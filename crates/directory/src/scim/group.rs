//! A group between our form and SCIM.
//!
//! Owns: `render`, `Wanted`.
//! Not here: reading and writing groups (`groups.rs`).
//! Follows: RFC 7643, section 4.2.

use std::collections::BTreeSet;

use lgsp_identity::Group;
use lgsp_model::AccountId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    error::{ScimError, ScimResult, ScimType},
    json::{Object, text},
};

/// What a resource asks of its group.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) members: BTreeSet<AccountId>,
}

impl Wanted {
    /// Reads a resource in its normal form.
    ///
    /// # Errors
    /// `invalidValue` when the name is missing or a member is no account.
    pub(crate) fn read(resource: &Object) -> ScimResult<Self> {
        let invalid = |detail: String| ScimError::typed(ScimType::InvalidValue, detail);
        let name = text(resource, "displayName").unwrap_or_default().trim();
        if name.is_empty() {
            return Err(invalid("displayName is required".to_owned()));
        }
        let items = resource.get("members").and_then(Value::as_array);
        let mut members = BTreeSet::new();
        for item in items.into_iter().flatten() {
            members.insert(member(item).ok_or_else(|| invalid(format!("no such member: {item}")))?);
        }
        Ok(Self {
            name: name.to_owned(),
            external_id: text(resource, "externalId").map(str::to_owned),
            members,
        })
    }
}

/// The account that a member names by its identifier, or by its address alone.
fn member(item: &Value) -> Option<AccountId> {
    let by_address = || item.get("$ref")?.as_str()?.rsplit('/').next();
    let id = item
        .get("value")
        .and_then(Value::as_str)
        .or_else(by_address)?;
    let is_user = item
        .get("type")
        .and_then(Value::as_str)
        .is_none_or(|kind| kind.eq_ignore_ascii_case("User"));
    let id: Uuid = id.parse().ok()?;
    is_user.then_some(AccountId(id))
}

/// The resource of a group, without `schemas` and `meta`.
pub(crate) fn render(group: &Group, members: &[AccountId], base: &str) -> Object {
    let mut made = Object::new();
    made.insert("id".to_owned(), group.id.to_string().into());
    made.insert("displayName".to_owned(), group.name.as_str().into());
    if let Some(external_id) = &group.external_id {
        made.insert("externalId".to_owned(), external_id.as_str().into());
    }
    let members: Vec<Value> = members
        .iter()
        .map(|id| json!({"value": id.0, "type": "User", "$ref": format!("{base}/Users/{}", id.0)}))
        .collect();
    if !members.is_empty() {
        made.insert("members".to_owned(), Value::Array(members));
    }
    made
}
