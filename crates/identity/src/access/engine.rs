//! Cedar: the schema from the permissions, a template from each role, a link from each grant.
//!
//! Owns: compiling and asking Cedar.
//! Not here: keeping decisions (`mod.rs`).
//! Invariant: policies are checked against the schema before they are used; a policy that
//! fails while it is asked denies.
//! Follows: design of access decisions, Cedar policy language 4.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy,
    PolicyId, PolicySet, Request, Schema, SlotId, Template, ValidationMode, Validator,
};
use lgsp_platform::http::context::RoleGrant;
use serde_json::{Map, Value, json};

use crate::{
    error::{Error, Result},
    roles::{EVERYONE, Role, covers},
};

const GROUP_EVERYONE: &str = "group:everyone";
const GROUP_READ: &str = "group:read";
const GROUP_CHANGE: &str = "group:change";
/// Last words of permissions that change nothing.
const READING_VERBS: [&str; 3] = ["read", "verify", "export"];

/// Compiled policies.
pub(super) struct Engine {
    authorizer: Authorizer,
    types: Types,
    actions: Vec<Action>,
    by_name: HashMap<String, usize>,
    statics: Vec<Policy>,
    templates: HashMap<&'static str, Template>,
}

struct Action {
    uid: EntityUid,
    groups: HashSet<EntityUid>,
}

struct Types {
    account: EntityTypeName,
    action: EntityTypeName,
    agency: EntityTypeName,
    platform: EntityTypeName,
    role: EntityTypeName,
    thing: EntityTypeName,
}

fn policy_error(error: impl std::fmt::Display) -> Error {
    Error::Policy(error.to_string())
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

impl Types {
    fn new() -> Result<Self> {
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(policy_error);
        Ok(Self {
            account: name("Lgsp::Account")?,
            action: name("Lgsp::Action")?,
            agency: name("Lgsp::Agency")?,
            platform: name("Lgsp::Platform")?,
            role: name("Lgsp::Role")?,
            thing: name("Lgsp::Thing")?,
        })
    }

    /// Above all agencies, and above what belongs to none.
    fn root(&self) -> EntityUid {
        uid(&self.platform, "lgsp")
    }

    /// Decisions do not depend on who holds the roles, so one name stands for all.
    fn caller(&self) -> EntityUid {
        uid(&self.account, "caller")
    }
}

fn groups_of(permission: &str, roles: &[Role]) -> Vec<String> {
    let verb = permission.rsplit('.').next().unwrap_or_default();
    let kind = if READING_VERBS.contains(&verb) || permission == crate::roles::SELF {
        GROUP_READ
    } else {
        GROUP_CHANGE
    };
    let mut groups = vec![kind.to_owned()];
    if EVERYONE.contains(&permission) {
        groups.push(GROUP_EVERYONE.to_owned());
    }
    let holding = roles.iter().filter(|role| {
        let mut patterns = role.permissions.iter();
        patterns.any(|pattern| covers(pattern, permission))
    });
    groups.extend(holding.map(|role| group_of(role.name)));
    groups
}

fn group_of(role: &str) -> String {
    format!("role:{role}")
}

fn schema(permissions: &[String], roles: &[Role]) -> Result<Schema> {
    let mut actions = Map::new();
    for group in [GROUP_EVERYONE, GROUP_READ, GROUP_CHANGE] {
        actions.insert(group.to_owned(), json!({}));
    }
    for role in roles {
        actions.insert(group_of(role.name), json!({}));
    }
    for permission in permissions {
        let groups: Vec<Value> = groups_of(permission, roles)
            .into_iter()
            .map(|id| json!({ "id": id }))
            .collect();
        let applies_to = json!({
            "principalTypes": ["Account"],
            "resourceTypes": ["Thing"],
            "context": { "type": "Record", "attributes": {} },
        });
        let action = json!({ "memberOf": groups, "appliesTo": applies_to });
        actions.insert(permission.clone(), action);
    }
    let text = json!({ "Lgsp": {
        "entityTypes": {
            "Account": { "memberOfTypes": ["Role"] },
            "Role": {},
            "Platform": {},
            "Agency": { "memberOfTypes": ["Agency", "Platform"] },
            "Thing": { "memberOfTypes": ["Agency", "Platform"] },
        },
        "actions": actions,
    }});
    Schema::from_json_value(text).map_err(policy_error)
}

impl Engine {
    pub(super) fn compile(
        permissions: &[String],
        roles: &'static [Role],
        policies: &str,
    ) -> Result<Self> {
        let types = Types::new()?;
        let schema = schema(permissions, roles)?;
        let mut all: PolicySet = policies.parse().map_err(policy_error)?;
        if let Some(template) = all.templates().next() {
            return Err(Error::Policy(format!("{} is a template", template.id())));
        }
        let statics: Vec<Policy> = all.policies().cloned().collect();
        let mut templates = HashMap::new();
        for role in roles {
            let is_held = |name: &String| role.permissions.iter().any(|part| covers(part, name));
            if !permissions.iter().any(is_held) {
                // Cedar refuses a policy that can never apply.
                continue;
            }
            let group = group_of(role.name);
            let text = format!(
                "permit (principal == ?principal, action in Lgsp::Action::\"{group}\", \
                 resource in ?resource);"
            );
            let template =
                Template::parse(Some(PolicyId::new(&group)), text).map_err(policy_error)?;
            all.add_template(template.clone()).map_err(policy_error)?;
            templates.insert(role.name, template);
        }
        let result = Validator::new(schema).validate(&all, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(policy_error(error));
        }
        let actions: Vec<Action> = permissions
            .iter()
            .map(|name| Action {
                uid: uid(&types.action, name),
                groups: groups_of(name, roles)
                    .iter()
                    .map(|group| uid(&types.action, group))
                    .collect(),
            })
            .collect();
        let by_name = permissions.iter().cloned().zip(0..).collect();
        Ok(Self {
            authorizer: Authorizer::new(),
            types,
            actions,
            by_name,
            statics,
            templates,
        })
    }

    /// The number of a permission.
    pub(super) fn action(&self, permission: &str) -> Option<usize> {
        self.by_name.get(permission).copied()
    }

    /// Asks Cedar. `agency` is empty for a thing of no agency.
    pub(super) fn decide(
        &self,
        roles: &[RoleGrant],
        action: usize,
        agency: &str,
        ancestors: &[String],
    ) -> bool {
        self.ask(roles, action, agency, ancestors)
            .unwrap_or_else(|error| {
                tracing::error!(%error, "access decision failed and is a denial");
                false
            })
    }

    fn ask(
        &self,
        roles: &[RoleGrant],
        action: usize,
        agency: &str,
        ancestors: &[String],
    ) -> Result<bool> {
        let Some(action) = self.actions.get(action) else {
            return Ok(false);
        };
        let thing = uid(&self.types.thing, "thing");
        let entities = self.entities(roles, action, &thing, agency, ancestors)?;
        let policies = self.policies(roles)?;
        let request = Request::new(
            self.types.caller(),
            action.uid.clone(),
            thing,
            Context::empty(),
            None,
        )
        .map_err(policy_error)?;
        let answer = self
            .authorizer
            .is_authorized(&request, &policies, &entities);
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(policy_error(error));
        }
        Ok(answer.decision() == Decision::Allow)
    }

    /// The static policies, and one link for each grant of these roles and no others.
    fn policies(&self, roles: &[RoleGrant]) -> Result<PolicySet> {
        let mut set =
            PolicySet::from_policies(self.statics.iter().cloned()).map_err(policy_error)?;
        let mut linked = HashSet::new();
        for (place, grant) in roles.iter().enumerate() {
            let Some(template) = self.templates.get(grant.role.as_str()) else {
                continue;
            };
            if linked.insert(grant.role.as_str()) {
                set.add_template(template.clone()).map_err(policy_error)?;
            }
            let node = match grant.agency.as_deref() {
                Some(agency) => uid(&self.types.agency, agency),
                None => self.types.root(),
            };
            let slots = HashMap::from([
                (SlotId::principal(), self.types.caller()),
                (SlotId::resource(), node),
            ]);
            set.link(
                template.id().clone(),
                PolicyId::new(format!("grant:{place}")),
                slots,
            )
            .map_err(policy_error)?;
        }
        Ok(set)
    }

    fn entities(
        &self,
        roles: &[RoleGrant],
        action: &Action,
        thing: &EntityUid,
        agency: &str,
        ancestors: &[String],
    ) -> Result<Entities> {
        let held = roles.iter().map(|grant| uid(&self.types.role, &grant.role));
        let mut entities = vec![
            Entity::new_no_attrs(self.types.caller(), held.collect()),
            Entity::new_no_attrs(action.uid.clone(), action.groups.clone()),
        ];
        let mut below = thing.clone();
        let mut seen = HashSet::new();
        let chain = std::iter::once(agency).chain(ancestors.iter().map(String::as_str));
        for node in chain.filter(|node| !node.is_empty()) {
            // A chain that comes back to itself would make Cedar refuse to decide.
            if !seen.insert(node) {
                break;
            }
            let above = uid(&self.types.agency, node);
            entities.push(Entity::new_no_attrs(below, HashSet::from([above.clone()])));
            below = above;
        }
        entities.push(Entity::new_no_attrs(
            below,
            HashSet::from([self.types.root()]),
        ));
        Entities::from_entities(entities, None).map_err(policy_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::BASE_POLICIES, roles::ROLES};

    fn permissions() -> Vec<String> {
        [
            "self",
            "identity.account.read",
            "identity.account.write",
            "exchange.document.read",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn error_of(policies: &str) -> String {
        match Engine::compile(&permissions(), ROLES, policies) {
            Ok(_) => panic!("{policies} was accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_base_policies_fit_the_schema() {
        Engine::compile(&permissions(), ROLES, BASE_POLICIES).unwrap();
    }

    #[test]
    fn policies_that_do_not_fit_are_refused() {
        assert!(error_of("permit (principal, action, resource").contains("policy"));
        let unknown =
            "permit (principal, action == Lgsp::Action::\"exchange.documnet.read\", resource);";
        assert!(error_of(unknown).contains("exchange.documnet.read"));
        let template = "permit (principal == ?principal, action, resource);";
        assert!(error_of(template).contains("template"));
        let attribute = "permit (principal, action, resource) when { principal.clearance > 2 };";
        assert!(error_of(attribute).contains("clearance"));
    }

    #[test]
    fn a_ring_in_the_tree_still_decides() {
        let engine = Engine::compile(&permissions(), ROLES, BASE_POLICIES).unwrap();
        let action = engine.action("exchange.document.read").unwrap();
        let grant = RoleGrant {
            role: "clerk".into(),
            agency: Some("B".into()),
        };
        let ring = ["B".to_owned(), "A".to_owned(), "B".to_owned()];
        assert!(engine.decide(std::slice::from_ref(&grant), action, "A", &ring));
        assert!(!engine.decide(&[grant], action, "C", &[]));
    }
}
