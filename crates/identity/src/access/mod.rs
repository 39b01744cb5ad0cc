//! Who may do what: decisions by Cedar, kept in memory until tree or policies change.
//!
//! Owns: `Decider`, the platform's `Authorizer`.
//! Not here: compiling and asking (`engine.rs`), roles (`roles/`), explaining (`explain.rs`).
//! Invariant: a decision that is kept is a pure function of role set, permission, agency, tree
//! and policies; one that looks at the person, the proof or the hour is made anew each time.

mod asking;
mod engine;
pub(crate) mod explain;
pub(crate) mod policy;
mod schema;
mod statics;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use arc_swap::ArcSwap;
use lgsp_platform::http::{
    Principal,
    context::{Authorizer, RoleGrant, StepUp},
};

pub(crate) use self::asking::{Asking, Thing};
use self::engine::{Engine, Verdict};
pub use self::{asking::ProofRule, statics::PolicyText};
use crate::{
    error::Result,
    hierarchy::AgencyHierarchy,
    roles::{ROLES, Role},
};

/// Policies that hold beside the roles.
pub const BASE_POLICIES: &str = include_str!("../../policies/base.cedar");
/// Decisions kept; past it all are dropped and made again, which costs a moment, not memory.
pub const DECISIONS_MAX: usize = 100_000;
/// Strongest proof that a step-up can ask for.
const ACR_MAX: u8 = 3;

/// Decides who may do what.
pub struct Decider {
    hierarchy: Arc<dyn AgencyHierarchy>,
    permissions: Vec<String>,
    rule: ProofRule,
    state: ArcSwap<State>,
}

/// Policies, and what was decided with them on one version of the tree.
struct State {
    engine: Arc<Engine>,
    tree_version: u64,
    kept: RwLock<Kept>,
}

/// By permission, then by agency; empty text for no agency.
type OfRoles = HashMap<usize, HashMap<Box<str>, bool>>;

#[derive(Default)]
struct Kept {
    count: usize,
    by_roles: HashMap<Arc<[RoleGrant]>, OfRoles>,
}

impl State {
    fn new(engine: Arc<Engine>, tree_version: u64) -> Arc<Self> {
        Arc::new(Self {
            engine,
            tree_version,
            kept: RwLock::default(),
        })
    }

    fn find(&self, roles: &[RoleGrant], action: usize, agency: &str) -> Option<bool> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.by_roles.get(roles)?.get(&action)?.get(agency).copied()
    }

    fn keep(&self, roles: &Arc<[RoleGrant]>, action: usize, agency: &str, is_allowed: bool) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.count >= DECISIONS_MAX {
            *kept = Kept::default();
        }
        kept.count += 1;
        let of_roles = kept.by_roles.entry(roles.clone()).or_default();
        let of_action = of_roles.entry(action).or_default();
        of_action.insert(agency.into(), is_allowed);
    }
}

/// The base policies as a text among others.
fn base() -> PolicyText {
    PolicyText {
        name: "base".to_owned(),
        text: BASE_POLICIES.to_owned(),
    }
}

impl Decider {
    /// A decider over the permissions of all modules, with the built-in roles and policies.
    ///
    /// # Errors
    /// `identity.policy.invalid` when they do not fit the schema.
    pub fn new<'a>(
        hierarchy: Arc<dyn AgencyHierarchy>,
        permissions: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        let mut names: Vec<String> = permissions.into_iter().map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        let engine = Engine::compile(&names, ROLES, &[base()])?;
        let state = State::new(Arc::new(engine), hierarchy.version());
        Ok(Self {
            hierarchy,
            permissions: names,
            rule: ProofRule::default(),
            state: ArcSwap::new(state),
        })
    }

    /// The decider with what privileged acts ask of the proof.
    #[must_use]
    pub fn with_proof_rule(mut self, rule: ProofRule) -> Self {
        self.rule = rule;
        self
    }

    /// Takes these policies beside the roles instead of all others, from the next decision on.
    ///
    /// # Errors
    /// `identity.policy.invalid`; the present policies stay in force then.
    pub fn replace_policies(&self, policies: &str) -> Result<()> {
        self.install(&[PolicyText {
            name: "base".to_owned(),
            text: policies.to_owned(),
        }])
    }

    /// Takes these policies beside roles and base policies, from the next decision on.
    ///
    /// # Errors
    /// `identity.policy.invalid`; the present policies stay in force then.
    pub fn set_policies(&self, texts: &[PolicyText]) -> Result<()> {
        let all: Vec<PolicyText> = std::iter::once(base())
            .chain(texts.iter().cloned())
            .collect();
        self.install(&all)
    }

    fn install(&self, texts: &[PolicyText]) -> Result<()> {
        let engine = Arc::new(Engine::compile(&self.permissions, ROLES, texts)?);
        self.state
            .rcu(|state| State::new(engine.clone(), state.tree_version));
        Ok(())
    }

    /// Whether a policy fits the schema.
    ///
    /// # Errors
    /// `identity.policy.invalid`.
    pub fn check_policy(&self, text: &PolicyText) -> Result<()> {
        Engine::compile(&self.permissions, ROLES, std::slice::from_ref(text)).map(|_| ())
    }

    /// All permissions that exist, sorted.
    #[must_use]
    pub fn permissions(&self) -> &[String] {
        &self.permissions
    }

    /// The permissions that a role gives, sorted.
    pub fn permissions_of(&self, role: &Role) -> impl Iterator<Item = &str> {
        let patterns = role.permissions;
        self.permissions
            .iter()
            .map(String::as_str)
            .filter(move |name| {
                patterns
                    .iter()
                    .any(|pattern| crate::roles::covers(pattern, name))
            })
    }

    /// Whether `agency` is `node` or lies below it.
    #[must_use]
    pub fn is_within(&self, agency: &str, node: &str) -> bool {
        agency == node
            || self
                .hierarchy
                .ancestors(agency)
                .iter()
                .any(|above| above == node)
    }

    /// The agency and those above it; empty for none.
    fn chain(&self, agency: &str) -> Vec<String> {
        if agency.is_empty() {
            return Vec::new();
        }
        let mut chain = vec![agency.to_owned()];
        chain.extend(self.hierarchy.ancestors(agency));
        chain
    }

    fn decide(
        &self,
        roles: &Arc<[RoleGrant]>,
        asking: &Asking<'_>,
        permission: &str,
        agency: Option<&str>,
    ) -> bool {
        let state = self.current();
        let Some(action) = state.engine.action(permission) else {
            tracing::warn!(permission, "permission is not known to any module");
            return false;
        };
        let agency = agency.unwrap_or_default();
        let may_be_kept = state.engine.is_of_roles(action);
        if may_be_kept && let Some(kept) = state.find(roles, action, agency) {
            return kept;
        }
        let kind = permission
            .rsplit_once('.')
            .map_or(permission, |(kind, _)| kind);
        let thing = Thing {
            kind,
            ..Thing::default()
        };
        let verdict = state
            .engine
            .decide(asking, action, &thing, &self.chain(agency));
        if may_be_kept {
            state.keep(roles, action, agency, verdict.is_allowed);
        }
        verdict.is_allowed
    }

    /// Decides on a thing, with the reasons; nothing is kept.
    pub(crate) fn verdict(
        &self,
        asking: &Asking<'_>,
        permission: &str,
        agency: Option<&str>,
        thing: &Thing<'_>,
    ) -> Option<(bool, Vec<String>)> {
        let state = self.current();
        let action = state.engine.action(permission)?;
        let chain = self.chain(agency.unwrap_or_default());
        let Verdict {
            is_allowed,
            reasons,
        } = state.engine.decide(asking, action, thing, &chain);
        Some((is_allowed, reasons))
    }

    /// As [`Decider::verdict`], with further policies that are only tried.
    pub(crate) fn tried(
        &self,
        texts: &[PolicyText],
        asking: &Asking<'_>,
        (permission, agency): (&str, Option<&str>),
        thing: &Thing<'_>,
    ) -> Result<Option<(bool, Vec<String>)>> {
        let all: Vec<PolicyText> = std::iter::once(base())
            .chain(texts.iter().cloned())
            .collect();
        let engine = Engine::compile(&self.permissions, ROLES, &all)?;
        let Some(action) = engine.action(permission) else {
            return Ok(None);
        };
        let chain = self.chain(agency.unwrap_or_default());
        let verdict = engine.decide(asking, action, thing, &chain);
        Ok(Some((verdict.is_allowed, verdict.reasons)))
    }

    /// Whether the permission is held, whatever the proof.
    pub(crate) fn holds(
        &self,
        principal: &Principal,
        permission: &str,
        agency: Option<&str>,
    ) -> bool {
        let asking = Asking::of(principal, self.rule).with_proof(ACR_MAX);
        self.decide(&principal.roles, &asking, permission, agency)
    }

    /// What privileged acts ask of the proof.
    pub(crate) const fn rule(&self) -> ProofRule {
        self.rule
    }

    /// The state for the present tree; an older one is dropped with all its decisions.
    fn current(&self) -> Arc<State> {
        let version = self.hierarchy.version();
        let state = self.state.load();
        if state.tree_version == version {
            return arc_swap::Guard::into_inner(state);
        }
        self.state.rcu(|state| {
            if state.tree_version == version {
                state.clone()
            } else {
                State::new(state.engine.clone(), version)
            }
        });
        self.state.load_full()
    }
}

impl Authorizer for Decider {
    fn is_allowed(&self, principal: &Principal, permission: &str, agency: Option<&str>) -> bool {
        let asking = Asking::of(principal, self.rule);
        self.decide(&principal.roles, &asking, permission, agency)
    }

    /// Where the permission is held, whatever the proof: what may be asked for with a step-up
    /// is held.
    fn scope(&self, principal: &Principal, permission: &str) -> Option<Vec<String>> {
        let is_held = |agency: Option<&str>| self.holds(principal, permission, agency);
        if is_held(None) {
            return None;
        }
        let mut nodes: Vec<&str> = principal
            .roles
            .iter()
            .filter_map(|grant| grant.agency.as_deref())
            .filter(|node| is_held(Some(node)))
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        let is_covered = |node: &str| {
            nodes
                .iter()
                .any(|other| *other != node && self.is_within(node, other))
        };
        let tops = nodes.iter().filter(|node| !is_covered(node));
        Some(tops.map(|node| (*node).to_owned()).collect())
    }

    fn step_up(
        &self,
        principal: &Principal,
        permission: &str,
        agency: Option<&str>,
    ) -> Option<StepUp> {
        let asking = Asking::of(principal, self.rule);
        let enough = (1..=ACR_MAX).find(|acr| {
            let stronger = asking.with_proof(*acr);
            self.decide(&principal.roles, &stronger, permission, agency)
        })?;
        Some(StepUp {
            acr_min: enough,
            age_s_max: self.rule.age_ms_max / 1_000,
        })
    }
}
