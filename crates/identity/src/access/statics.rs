//! Policies beside the roles, sorted by what they can apply to.
//!
//! Owns: reading the scope of each policy, the sets that a decision looks at.
//! Not here: the schema (`schema.rs`), asking (`engine.rs`).
//! Invariant: a policy lies in a set that every request reaches to which its scope applies. A
//! decision therefore looks at the few that can matter, whatever their number.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    ActionConstraint, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint,
    ResourceConstraint,
};
use serde_json::Value;

use super::schema::{Types, policy_error};
use crate::error::Result;

/// To whom the scope of a policy limits it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Whom {
    Anybody,
    Role(Box<str>),
    Group(Box<str>),
    Account(Box<str>),
}

/// To what the scope of a policy limits it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum What {
    Anything,
    Below(Box<str>),
}

/// The policies that one action can meet.
#[derive(Default)]
pub(super) struct OfAction {
    by_whom: HashMap<Whom, HashMap<What, PolicySet>>,
    /// Whether a policy looks at more than roles and tree: such a decision cannot be kept.
    looks_further: bool,
}

impl OfAction {
    /// The sets that a request reaches.
    pub(super) fn reached<'a>(
        &'a self,
        whom: impl Iterator<Item = Whom> + 'a,
        chain: &'a [String],
    ) -> impl Iterator<Item = &'a PolicySet> + 'a {
        let found = whom.filter_map(move |whom| self.by_whom.get(&whom));
        found.flat_map(move |by_what| {
            let nodes = chain.iter().map(|node| What::Below(node.as_str().into()));
            let whats = std::iter::once(What::Anything).chain(nodes);
            whats.filter_map(move |what| by_what.get(&what))
        })
    }

    /// Whether decisions depend on roles, tree and policies alone.
    pub(super) fn is_of_roles(&self) -> bool {
        !self.looks_further
    }

    /// Whether no policy can apply.
    pub(super) fn is_empty(&self) -> bool {
        self.by_whom.is_empty()
    }
}

/// Sorts policies by the actions, persons and things that they can apply to.
pub(super) fn sorted(
    policies: &[Policy],
    actions: &[(EntityUid, HashSet<EntityUid>)],
    types: &Types,
) -> Result<Vec<OfAction>> {
    let mut by_action: Vec<OfAction> = Vec::new();
    by_action.resize_with(actions.len(), OfAction::default);
    for policy in policies {
        let looks_further = looks_further(policy)?;
        let whom = whom(policy, types);
        let names_person = matches!(whom, Whom::Group(_) | Whom::Account(_));
        let what = what(policy, types);
        for ((uid, groups), of_action) in actions.iter().zip(&mut by_action) {
            let applies = match policy.action_constraint() {
                ActionConstraint::Any => true,
                ActionConstraint::Eq(wanted) => wanted == *uid,
                ActionConstraint::In(list) => list
                    .iter()
                    .any(|wanted| wanted == uid || groups.contains(wanted)),
            };
            if !applies {
                continue;
            }
            let by_what = of_action.by_whom.entry(whom.clone()).or_default();
            let set = by_what.entry(what.clone()).or_default();
            set.add(policy.clone()).map_err(policy_error)?;
            of_action.looks_further |= looks_further || names_person;
        }
    }
    Ok(by_action)
}

fn whom(policy: &Policy, types: &Types) -> Whom {
    let named = match policy.principal_constraint() {
        PrincipalConstraint::Eq(uid)
        | PrincipalConstraint::In(uid)
        | PrincipalConstraint::IsIn(_, uid) => uid,
        PrincipalConstraint::Any | PrincipalConstraint::Is(_) => return Whom::Anybody,
    };
    let id = named.id().unescaped().into();
    match named.type_name() {
        kind if *kind == types.role => Whom::Role(id),
        kind if *kind == types.group => Whom::Group(id),
        _ => Whom::Account(id),
    }
}

fn what(policy: &Policy, types: &Types) -> What {
    let named = match policy.resource_constraint() {
        ResourceConstraint::Eq(uid)
        | ResourceConstraint::In(uid)
        | ResourceConstraint::IsIn(_, uid) => uid,
        ResourceConstraint::Any | ResourceConstraint::Is(_) => return What::Anything,
    };
    match named.type_name() {
        kind if *kind == types.agency => What::Below(named.id().unescaped().into()),
        _ => What::Anything,
    }
}

/// Whether a condition looks at the principal, the resource or the context.
fn looks_further(policy: &Policy) -> Result<bool> {
    let text = policy.to_json().map_err(policy_error)?;
    Ok(text.get("conditions").is_some_and(has_variable))
}

fn has_variable(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            (key == "Var" && value.as_str() != Some("action")) || has_variable(value)
        }),
        Value::Array(items) => items.iter().any(has_variable),
        _ => false,
    }
}

/// A policy text with the name under which reasons show it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PolicyText {
    /// Name of the resource, or `base`.
    pub name: String,
    /// Cedar.
    pub text: String,
}

/// The policies of texts, each with an id of its own: `base:<id>`, `<name>:<place>`.
pub(super) fn parse(texts: &[PolicyText]) -> Result<Vec<Policy>> {
    let mut found = Vec::new();
    for text in texts {
        let named = |error: &dyn std::fmt::Display| policy_error(format!("{}: {error}", text.name));
        let set: PolicySet = text.text.parse().map_err(|error| named(&error))?;
        if let Some(template) = set.templates().next() {
            return Err(named(&format!("{} is a template", template.id())));
        }
        for policy in set.policies() {
            let own = policy.id().to_string();
            let id = policy.annotation("id").map_or(own, str::to_owned);
            found.push(policy.new_id(PolicyId::new(format!("{}:{id}", text.name))));
        }
    }
    Ok(found)
}
