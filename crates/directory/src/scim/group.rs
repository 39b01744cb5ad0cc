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
    schema::ResourceKind,
};

/// Who is in a group, by kind of member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Members {
    pub(crate) users: BTreeSet<AccountId>,
    pub(crate) groups: BTreeSet<Uuid>,
    /// Those of which the client did not say what they are.
    pub(crate) untold: BTreeSet<Uuid>,
}

/// What a resource asks of its group.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) members: Members,
}

impl Wanted {
    /// Reads a resource in its normal form.
    ///
    /// # Errors
    /// `invalidValue` when the name is missing or a member has no identifier.
    pub(crate) fn read(resource: &Object) -> ScimResult<Self> {
        let invalid = |detail: String| ScimError::typed(ScimType::InvalidValue, detail);
        let name = text(resource, "displayName").unwrap_or_default().trim();
        if name.is_empty() {
            return Err(invalid("displayName is required".to_owned()));
        }
        let items = resource.get("members").and_then(Value::as_array);
        let mut members = Members::default();
        for item in items.into_iter().flatten() {
            let no_member = || invalid(format!("no such member: {item}"));
            let (id, kind) = member(item).ok_or_else(no_member)?;
            match kind {
                Some(ResourceKind::User) => drop(members.users.insert(AccountId(id))),
                Some(ResourceKind::Group) => drop(members.groups.insert(id)),
                None => drop(members.untold.insert(id)),
            }
        }
        Ok(Self {
            name: name.to_owned(),
            external_id: text(resource, "externalId").map(str::to_owned),
            members,
        })
    }
}

/// The account or group that a member names by its identifier, or by its address alone. What it
/// is tells its type, or its address; many clients tell neither.
fn member(item: &Value) -> Option<(Uuid, Option<ResourceKind>)> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let mut address = text("$ref").unwrap_or_default().rsplit('/');
    let (last, before) = (address.next(), address.next());
    let id = text("value").or(last)?.parse().ok()?;
    let is_named = |kind: &ResourceKind| match text("type") {
        Some(name) => name.eq_ignore_ascii_case(kind.name()),
        None => before == Some(kind.endpoint().trim_start_matches('/')),
    };
    let kind = ResourceKind::ALL.into_iter().find(is_named);
    match (text("type"), kind) {
        (Some(_), None) => None,
        (_, kind) => Some((id, kind)),
    }
}

/// The resource of a group, without `schemas` and `meta`.
pub(crate) fn render(group: &Group, members: &Members, base: &str) -> Object {
    let mut made = Object::new();
    made.insert("id".to_owned(), group.id.to_string().into());
    made.insert("displayName".to_owned(), group.name.as_str().into());
    if let Some(external_id) = &group.external_id {
        made.insert("externalId".to_owned(), external_id.as_str().into());
    }
    let one = |id: Uuid, kind: ResourceKind| {
        let address = format!("{base}{}/{id}", kind.endpoint());
        json!({"value": id, "type": kind.name(), "$ref": address})
    };
    let users = members.users.iter().map(|id| one(id.0, ResourceKind::User));
    let groups = members
        .groups
        .iter()
        .map(|id| one(*id, ResourceKind::Group));
    let members: Vec<Value> = users.chain(groups).collect();
    if !members.is_empty() {
        made.insert("members".to_owned(), Value::Array(members));
    }
    made
}
