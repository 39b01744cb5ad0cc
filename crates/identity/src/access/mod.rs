//! Who may do what: decisions by Cedar, kept in memory until tree or policies change.
//!
//! Owns: `Decider`, the platform's `Authorizer`.
//! Not here: policies and schema (`engine.rs`, `policies/`), roles (`roles.rs`).
//! Invariant: a decision is a pure function of role set, permission, agency, tree and
//! policies; that is what makes it safe to keep.

mod engine;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use arc_swap::ArcSwap;
use lgsp_platform::http::{
    Principal,
    context::{Authorizer, RoleGrant},
};

use self::engine::Engine;
use crate::{
    error::Result,
    hierarchy::AgencyHierarchy,
    roles::{ROLES, Role},
};

/// Policies that hold beside the roles.
pub const BASE_POLICIES: &str = include_str!("../../policies/base.cedar");
/// Decisions kept; past it all are dropped and made again, which costs a moment, not memory.
pub const DECISIONS_MAX: usize = 100_000;

/// Decides who may do what.
pub struct Decider {
    hierarchy: Arc<dyn AgencyHierarchy>,
    permissions: Vec<String>,
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
        let engine = Engine::compile(&names, ROLES, BASE_POLICIES)?;
        let state = State::new(Arc::new(engine), hierarchy.version());
        Ok(Self {
            hierarchy,
            permissions: names,
            state: ArcSwap::new(state),
        })
    }

    /// Takes other policies beside the roles, from the next decision on.
    ///
    /// # Errors
    /// `identity.policy.invalid`; the present policies stay in force then.
    pub fn replace_policies(&self, policies: &str) -> Result<()> {
        let engine = Arc::new(Engine::compile(&self.permissions, ROLES, policies)?);
        self.state
            .rcu(|state| State::new(engine.clone(), state.tree_version));
        Ok(())
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

    /// Decides for a set of roles.
    #[must_use]
    pub fn decide(&self, roles: &Arc<[RoleGrant]>, permission: &str, agency: Option<&str>) -> bool {
        let state = self.current();
        let Some(action) = state.engine.action(permission) else {
            tracing::warn!(permission, "permission is not known to any module");
            return false;
        };
        let agency = agency.unwrap_or_default();
        if let Some(kept) = state.find(roles, action, agency) {
            return kept;
        }
        let ancestors = if agency.is_empty() {
            Vec::new()
        } else {
            self.hierarchy.ancestors(agency)
        };
        let is_allowed = state.engine.decide(roles, action, agency, &ancestors);
        state.keep(roles, action, agency, is_allowed);
        is_allowed
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
        self.decide(&principal.roles, permission, agency)
    }

    fn scope(&self, principal: &Principal, permission: &str) -> Option<Vec<String>> {
        if self.decide(&principal.roles, permission, None) {
            return None;
        }
        let mut nodes: Vec<&str> = principal
            .roles
            .iter()
            .filter_map(|grant| grant.agency.as_deref())
            .filter(|node| self.decide(&principal.roles, permission, Some(node)))
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
}
