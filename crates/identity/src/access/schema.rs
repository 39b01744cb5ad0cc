//! The schema of access decisions, out of permissions and roles.
//!
//! Owns: entity types, attributes, action groups, what a context holds.
//! Not here: compiling policies and asking Cedar (`engine.rs`).
//! Invariant: a policy can name only what this schema has, so a misspelt permission is refused
//! when it is saved, not when it is needed.

use cedar_policy::{EntityId, EntityTypeName, EntityUid, Schema};
use serde_json::{Map, Value, json};

use crate::{
    error::{Error, Result},
    roles::{ACCOUNT_IMPERSONATE, EVERYONE, PRIVILEGED, Role, SELF, SELF_SECURE, covers},
};

const GROUP_EVERYONE: &str = "group:everyone";
const GROUP_READ: &str = "group:read";
const GROUP_CHANGE: &str = "group:change";
const GROUP_PRIVILEGED: &str = "group:privileged";
const GROUP_IN_PERSON: &str = "group:in-person";
const GROUP_UNDELEGATED: &str = "group:undelegated";
/// Last words of permissions that change nothing.
const READING_VERBS: [&str; 5] = ["read", "verify", "export", "explain", "evaluate"];

/// Last words of permissions that nobody uses in the place of somebody else: what decides, signs
/// or binds an office, what opens secrets, what takes data out.
const IN_PERSON_VERBS: [&str; 9] = [
    "approve", "decide", "export", "process", "resend", "rotate", "secret", "send", "sign",
];

/// Modules of which nothing is changed in the place of somebody else: accounts and rights, sign-on
/// of applications with their secrets, directories with theirs.
const IN_PERSON_MODULES: [&str; 3] = ["identity", "sso", "directory"];

/// Whether only the person itself may do it, and no administrator who acts as its account: the
/// own credentials and consents, and what is listed above.
fn is_in_person(permission: &str, verb: &str) -> bool {
    let module = permission.split('.').next().unwrap_or_default();
    let is_change = !READING_VERBS.contains(&verb);
    permission == SELF_SECURE
        || IN_PERSON_VERBS.contains(&verb)
        || (is_change && IN_PERSON_MODULES.contains(&module))
}

pub(super) fn policy_error(error: impl std::fmt::Display) -> Error {
    Error::Policy(error.to_string())
}

pub(super) fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

/// The types of entities.
pub(super) struct Types {
    pub(super) account: EntityTypeName,
    pub(super) action: EntityTypeName,
    pub(super) agency: EntityTypeName,
    pub(super) group: EntityTypeName,
    pub(super) platform: EntityTypeName,
    pub(super) role: EntityTypeName,
    pub(super) thing: EntityTypeName,
}

impl Types {
    pub(super) fn new() -> Result<Self> {
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(policy_error);
        Ok(Self {
            account: name("Lgsp::Account")?,
            action: name("Lgsp::Action")?,
            agency: name("Lgsp::Agency")?,
            group: name("Lgsp::Group")?,
            platform: name("Lgsp::Platform")?,
            role: name("Lgsp::Role")?,
            thing: name("Lgsp::Thing")?,
        })
    }

    /// Above all agencies, and above what belongs to none.
    pub(super) fn root(&self) -> EntityUid {
        uid(&self.platform, "lgsp")
    }
}

/// The action groups that a permission belongs to.
pub(super) fn groups_of(permission: &str, roles: &[Role]) -> Vec<String> {
    let verb = permission.rsplit('.').next().unwrap_or_default();
    let is_own = permission == SELF || permission == SELF_SECURE;
    let kind = if READING_VERBS.contains(&verb) || is_own {
        GROUP_READ
    } else {
        GROUP_CHANGE
    };
    let mut groups = vec![kind.to_owned()];
    if EVERYONE.contains(&permission) {
        groups.push(GROUP_EVERYONE.to_owned());
    }
    if PRIVILEGED.contains(&permission) {
        groups.push(GROUP_PRIVILEGED.to_owned());
    }
    if is_in_person(permission, verb) {
        groups.push(GROUP_IN_PERSON.to_owned());
    }
    if permission == ACCOUNT_IMPERSONATE {
        groups.push(GROUP_UNDELEGATED.to_owned());
    }
    let holding = roles.iter().filter(|role| {
        let mut patterns = role.permissions.iter();
        patterns.any(|pattern| covers(pattern, permission))
    });
    groups.extend(holding.map(|role| group_of(role.name)));
    groups
}

/// The action group of a role's permissions.
pub(super) fn group_of(role: &str) -> String {
    format!("role:{role}")
}

fn record(attributes: &[(&str, &str)]) -> Value {
    let attributes: Map<String, Value> = attributes
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), json!({ "type": kind })))
        .collect();
    json!({ "type": "Record", "attributes": attributes })
}

/// The schema of these permissions and roles.
pub(super) fn schema(permissions: &[String], roles: &[Role]) -> Result<Schema> {
    let mut actions = Map::new();
    for group in [
        GROUP_EVERYONE,
        GROUP_READ,
        GROUP_CHANGE,
        GROUP_PRIVILEGED,
        GROUP_IN_PERSON,
        GROUP_UNDELEGATED,
    ] {
        actions.insert(group.to_owned(), json!({}));
    }
    for role in roles {
        actions.insert(group_of(role.name), json!({}));
    }
    let context = record(&[
        ("acr", "Long"),
        ("acr_min", "Long"),
        ("auth_age", "Long"),
        ("auth_age_max", "Long"),
        ("token", "Boolean"),
        ("acting", "Boolean"),
        ("impersonated", "Boolean"),
        ("hour", "Long"),
        ("weekday", "Long"),
    ]);
    for permission in permissions {
        let groups: Vec<Value> = groups_of(permission, roles)
            .into_iter()
            .map(|id| json!({ "id": id }))
            .collect();
        let applies_to = json!({
            "principalTypes": ["Account"],
            "resourceTypes": ["Thing"],
            "context": context,
        });
        let action = json!({ "memberOf": groups, "appliesTo": applies_to });
        actions.insert(permission.clone(), action);
    }
    let account = record(&[
        ("username", "String"),
        ("kind", "String"),
        ("agency", "String"),
    ]);
    let thing = record(&[
        ("kind", "String"),
        ("name", "String"),
        ("agency", "String"),
        ("requested_by", "String"),
        ("classification", "Long"),
    ]);
    let text = json!({ "Lgsp": {
        "entityTypes": {
            "Account": { "memberOfTypes": ["Role", "Group"], "shape": account },
            "Role": {},
            "Group": {},
            "Platform": {},
            "Agency": { "memberOfTypes": ["Agency", "Platform"] },
            "Thing": { "memberOfTypes": ["Agency", "Platform"], "shape": thing },
        },
        "actions": actions,
    }});
    Schema::from_json_value(text).map_err(policy_error)
}
