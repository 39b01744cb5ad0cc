//! Roles as data.
//!
//! Owns: `Role`, names of roles that the code knows, what two roles have to do with each other.
//! Not here: the roles themselves (`built_in.rs`), permissions (`permissions.rs`), deciding
//! (`access/`), who holds which role (`tables/role.rs`).
//! Invariant: a role names permissions, never accounts or agencies.

mod built_in;
mod permissions;

use lgsp_platform::registry::Labels;

pub use built_in::ROLES;
pub use permissions::{
    ACCOUNT_CONTACT, ACCOUNT_IMPERSONATE, ACCOUNT_READ, ACCOUNT_UNLOCK, ACCOUNT_WRITE, DATA_EXPORT,
    DECISION_EVALUATE, DECISION_EXPLAIN, DELEGATION_WRITE, EVERYONE, FACTOR_WRITE, GRANT_APPROVE,
    GROUP_READ, GROUP_WRITE, PERMISSIONS, POLICY_WRITE, PRIVILEGED, REPORT_READ, REVIEW_READ,
    REVIEW_WRITE, ROLE_GRANT, SELF, SELF_SECURE, SESSION_END, SESSION_READ, TOKEN_WRITE, is_own,
};

/// A named set of permissions, held at a node of the agency tree.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// Stable name.
    pub name: &'static str,
    /// What people call it.
    pub labels: Labels,
    /// What it is for.
    pub description: Labels,
    /// Whether an administrator of an agency may grant it within the own subtree.
    pub is_delegable: bool,
    /// Whether its grants end by themselves and need a second person.
    pub is_privileged: bool,
    /// Roles that the same account may not hold (separation of duties).
    pub conflicts: &'static [&'static str],
    /// Permissions; `module.*` and `module.thing.*` stand for all below, `*` for all.
    pub permissions: &'static [&'static str],
}

/// Role of the administrator of the whole platform.
pub const PLATFORM_ADMIN: &str = "platform-admin";
/// Role of the administrator of an agency and its subtree.
pub const AGENCY_ADMIN: &str = "agency-admin";

/// Role of the person who watches over accounts, rights and policies.
pub const SECURITY_ADMIN: &str = "security-admin";

const fn labels(vi: &'static str, en: &'static str) -> Labels {
    Labels { vi, en }
}

/// The role of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.name == name)
}

/// Whether `pattern` of a role covers `permission`.
#[must_use]
pub fn covers(pattern: &str, permission: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(prefix) if prefix.ends_with('.') => permission.starts_with(prefix),
        _ => pattern == permission,
    }
}

/// Whether a role gives power over rights or over everybody: nobody acts as who holds it, and it is
/// not delegated.
#[must_use]
pub fn is_powerful(role: &Role) -> bool {
    let mut patterns = role.permissions.iter();
    role.is_privileged
        || patterns.any(|pattern| PRIVILEGED.iter().any(|name| covers(pattern, name)))
}

/// Whether two roles exclude each other.
#[must_use]
pub fn exclude(one: &str, other: &str) -> bool {
    let names = |role: &str, conflict: &str| {
        find(role).is_some_and(|role| role.conflicts.contains(&conflict))
    };
    names(one, other) || names(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_whole_words_only() {
        for (pattern, permission, expected) in [
            ("*", "exchange.document.read", true),
            ("exchange.*", "exchange.document.read", true),
            ("exchange.document.*", "exchange.document.read", true),
            ("exchange.document.*", "exchange.documents.read", false),
            ("exchange.doc*", "exchange.document.read", false),
            ("exchange.*", "exchanges.document.read", false),
            ("exchange.document.read", "exchange.document.read", true),
            ("exchange.document.read", "exchange.document.readall", false),
        ] {
            assert_eq!(
                covers(pattern, permission),
                expected,
                "{pattern} {permission}"
            );
        }
    }

    #[test]
    fn role_names_are_unique() {
        let mut names: Vec<_> = ROLES.iter().map(|role| role.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROLES.len());
    }
}
