//! Cedar: a template from each role, a link from each grant, and the policies beside them.
//!
//! Owns: compiling and asking Cedar.
//! Not here: the schema (`schema.rs`), which policies a request meets (`statics.rs`), keeping
//! decisions (`mod.rs`).
//! Invariant: policies are checked against the schema before they are used; a policy that
//! fails while it is asked denies.
//! Follows: design of access decisions, Cedar policy language 4.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Decision, Entities, Entity, EntityUid, PolicyId, PolicySet, Request,
    RestrictedExpression, SlotId, Template, ValidationMode, Validator,
};
use lgsp_platform::http::context::RoleGrant;

use super::{
    asking::{Asking, Thing},
    schema::{Types, group_of, groups_of, policy_error, schema, uid},
    statics::{OfAction, PolicyText, Whom, parse, sorted},
};
use crate::{
    error::Result,
    roles::{Role, covers},
};

/// Compiled policies.
pub(super) struct Engine {
    authorizer: Authorizer,
    types: Types,
    actions: Vec<(EntityUid, HashSet<EntityUid>)>,
    by_name: HashMap<String, usize>,
    statics: Vec<OfAction>,
    templates: HashMap<&'static str, Template>,
}

/// What Cedar said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) is_allowed: bool,
    /// Ids of the deciding policies: `grant:<place>` for roles, `<name>:<id>` for others.
    pub(super) reasons: Vec<String>,
}

impl Engine {
    pub(super) fn compile(
        permissions: &[String],
        roles: &'static [Role],
        texts: &[PolicyText],
    ) -> Result<Self> {
        let types = Types::new()?;
        let schema = schema(permissions, roles)?;
        let policies = parse(texts)?;
        let mut all = PolicySet::new();
        for policy in &policies {
            all.add(policy.clone()).map_err(policy_error)?;
        }
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
        let actions: Vec<(EntityUid, HashSet<EntityUid>)> = permissions
            .iter()
            .map(|name| {
                let groups = groups_of(name, roles);
                let groups = groups.iter().map(|group| uid(&types.action, group));
                (uid(&types.action, name), groups.collect())
            })
            .collect();
        let statics = sorted(&policies, &actions, &types)?;
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

    /// Whether decisions on an action depend on roles, tree and policies alone.
    pub(super) fn is_of_roles(&self, action: usize) -> bool {
        self.statics.get(action).is_none_or(OfAction::is_of_roles)
    }

    /// Asks Cedar. The chain begins with the thing's agency and is empty for a thing of none.
    pub(super) fn decide(
        &self,
        asking: &Asking<'_>,
        action: usize,
        thing: &Thing<'_>,
        chain: &[String],
    ) -> Verdict {
        self.ask(asking, action, thing, chain)
            .unwrap_or_else(|error| {
                tracing::error!(%error, "access decision failed and is a denial");
                Verdict::default()
            })
    }

    fn ask(
        &self,
        asking: &Asking<'_>,
        action: usize,
        thing: &Thing<'_>,
        chain: &[String],
    ) -> Result<Verdict> {
        let (Some((action_uid, groups)), Some(of_action)) =
            (self.actions.get(action), self.statics.get(action))
        else {
            return Ok(Verdict::default());
        };
        let caller = uid(&self.types.account, asking.username);
        let named = uid(&self.types.thing, thing.name);
        let entities = self.entities(asking, (action_uid, groups), (thing, &named), chain)?;
        let request = Request::new(
            caller.clone(),
            action_uid.clone(),
            named,
            asking.context()?,
            None,
        )
        .map_err(policy_error)?;
        let mut verdict = Verdict::default();
        for set in of_action.reached(whom(asking, of_action), chain) {
            let answer = self.authorizer.is_authorized(&request, set, &entities);
            if let Some(error) = answer.diagnostics().errors().next() {
                return Err(policy_error(error));
            }
            let reasons: Vec<String> = answer
                .diagnostics()
                .reason()
                .map(ToString::to_string)
                .collect();
            match answer.decision() {
                Decision::Allow => {
                    verdict.is_allowed = true;
                    verdict.reasons.extend(reasons);
                }
                // A denial with reasons is a policy that forbids; nothing outweighs it.
                Decision::Deny if !reasons.is_empty() => {
                    return Ok(Verdict {
                        is_allowed: false,
                        reasons,
                    });
                }
                Decision::Deny => {}
            }
        }
        if asking.roles.is_empty() {
            return Ok(verdict);
        }
        let links = self.links(asking.roles, &caller)?;
        let answer = self.authorizer.is_authorized(&request, &links, &entities);
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(policy_error(error));
        }
        if answer.decision() == Decision::Allow {
            verdict.is_allowed = true;
            let reasons = answer.diagnostics().reason().map(ToString::to_string);
            verdict.reasons.extend(reasons);
        }
        Ok(verdict)
    }

    /// One link for each grant of these roles and no others.
    fn links(&self, roles: &[RoleGrant], caller: &EntityUid) -> Result<PolicySet> {
        let mut set = PolicySet::new();
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
                (SlotId::principal(), caller.clone()),
                (SlotId::resource(), node),
            ]);
            let id = PolicyId::new(format!("grant:{place}"));
            set.link(template.id().clone(), id, slots)
                .map_err(policy_error)?;
        }
        Ok(set)
    }

    fn entities(
        &self,
        asking: &Asking<'_>,
        (action, groups): (&EntityUid, &HashSet<EntityUid>),
        (thing, named): (&Thing<'_>, &EntityUid),
        chain: &[String],
    ) -> Result<Entities> {
        let held = asking
            .roles
            .iter()
            .map(|grant| uid(&self.types.role, &grant.role));
        let joined = asking
            .groups
            .iter()
            .map(|group| uid(&self.types.group, group));
        let caller = uid(&self.types.account, asking.username);
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let of_caller = HashMap::from([
            ("username".to_owned(), text(asking.username)),
            ("kind".to_owned(), text(asking.kind)),
            ("agency".to_owned(), text(asking.agency)),
        ]);
        let mut entities = vec![
            Entity::new(caller, of_caller, held.chain(joined).collect()).map_err(policy_error)?,
            Entity::new_no_attrs(action.clone(), groups.clone()),
        ];
        let own = chain.first().map(String::as_str).unwrap_or_default();
        let mut of_thing = Some(HashMap::from([
            ("kind".to_owned(), text(thing.kind)),
            ("name".to_owned(), text(thing.name)),
            ("agency".to_owned(), text(own)),
            ("requested_by".to_owned(), text(thing.requested_by)),
            (
                "classification".to_owned(),
                RestrictedExpression::new_long(thing.classification),
            ),
        ]));
        let mut add = |entities: &mut Vec<Entity>, below: EntityUid, above: EntityUid| {
            let attributes = of_thing.take().unwrap_or_default();
            let made = Entity::new(below, attributes, HashSet::from([above]));
            made.map(|entity| entities.push(entity))
                .map_err(policy_error)
        };
        let mut below = named.clone();
        let mut seen = HashSet::new();
        for node in chain {
            // A chain that comes back to itself would make Cedar refuse to decide.
            if !seen.insert(node) {
                break;
            }
            let above = uid(&self.types.agency, node);
            add(&mut entities, below, above.clone())?;
            below = above;
        }
        add(&mut entities, below, self.types.root())?;
        Entities::from_entities(entities, None).map_err(policy_error)
    }
}

/// The keys under which policies for a caller may lie.
fn whom<'a>(asking: &Asking<'a>, of_action: &OfAction) -> impl Iterator<Item = Whom> + use<'a> {
    let (mut roles, groups, account): (Vec<&str>, &[String], Option<&str>) =
        match (of_action.is_empty(), of_action.is_of_roles()) {
            (true, _) => (Vec::new(), &[], None),
            (false, true) => (role_names(asking), &[], None),
            (false, false) => (role_names(asking), asking.groups, Some(asking.username)),
        };
    roles.sort_unstable();
    roles.dedup();
    std::iter::once(Whom::Anybody)
        .chain(roles.into_iter().map(|role| Whom::Role(role.into())))
        .chain(
            groups
                .iter()
                .map(|group| Whom::Group(group.as_str().into())),
        )
        .chain(account.map(|name| Whom::Account(name.into())))
}

fn role_names<'a>(asking: &Asking<'a>) -> Vec<&'a str> {
    asking
        .roles
        .iter()
        .map(|grant| grant.role.as_str())
        .collect()
}
