//! Who asks for a decision, with what proof, about what.
//!
//! Owns: `Asking`, `Thing`, the context of a decision.
//! Not here: deciding (`engine.rs`).

use cedar_policy::{Context, RestrictedExpression};
use lgsp_model::Timestamp;
use lgsp_platform::http::{Principal, context::RoleGrant};

use super::schema::policy_error;
use crate::error::Result;

/// Vietnam is seven hours ahead of UTC, all year.
const VIETNAM_MS: i64 = 7 * HOUR_MS;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The first of January 1970 was a Thursday; Monday is 1.
const FIRST_WEEKDAY: i64 = 3;

/// What a privileged act asks of the proof behind a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofRule {
    /// Level at least.
    pub acr_min: u8,
    /// Age at most.
    pub age_ms_max: i64,
}

impl Default for ProofRule {
    /// Asks for nothing.
    fn default() -> Self {
        Self {
            acr_min: 1,
            age_ms_max: i64::MAX,
        }
    }
}

/// Who asks for a decision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) roles: &'a [RoleGrant],
    pub(crate) username: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) agency: &'a str,
    pub(crate) groups: &'a [String],
    pub(crate) acr: u8,
    pub(crate) auth_age_ms: i64,
    pub(crate) is_token: bool,
    pub(crate) is_acting: bool,
    pub(crate) is_impersonated: bool,
    pub(crate) asked_at: Timestamp,
    pub(crate) rule: ProofRule,
}

impl<'a> Asking<'a> {
    pub(crate) fn of(principal: &'a Principal, rule: ProofRule) -> Self {
        let standing = &principal.standing;
        Self {
            roles: &principal.roles,
            username: &principal.username,
            kind: &standing.kind,
            agency: principal.agency.as_deref().unwrap_or_default(),
            groups: &standing.groups,
            acr: standing.acr,
            auth_age_ms: standing.auth_age_ms,
            is_token: standing.is_token,
            is_acting: standing.on_behalf_of.is_some(),
            is_impersonated: standing.impersonated_by.is_some(),
            asked_at: standing.asked_at,
            rule,
        }
    }

    /// The same caller with another proof, made just now.
    pub(crate) const fn with_proof(mut self, acr: u8) -> Self {
        self.acr = acr;
        self.auth_age_ms = 0;
        self
    }

    pub(crate) fn context(&self) -> Result<Context> {
        let local_ms = self.asked_at.0.saturating_add(VIETNAM_MS);
        let hour = local_ms.rem_euclid(DAY_MS) / HOUR_MS;
        let weekday = (local_ms.div_euclid(DAY_MS) + FIRST_WEEKDAY).rem_euclid(7) + 1;
        let long = RestrictedExpression::new_long;
        let pairs = [
            ("acr", long(i64::from(self.acr))),
            ("acr_min", long(i64::from(self.rule.acr_min))),
            ("auth_age", long(self.auth_age_ms / 1_000)),
            ("auth_age_max", long(self.rule.age_ms_max / 1_000)),
            ("token", RestrictedExpression::new_bool(self.is_token)),
            ("acting", RestrictedExpression::new_bool(self.is_acting)),
            (
                "impersonated",
                RestrictedExpression::new_bool(self.is_impersonated),
            ),
            ("hour", long(hour)),
            ("weekday", long(weekday)),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
        Context::from_pairs(pairs).map_err(policy_error)
    }
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Thing<'a> {
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    pub(crate) requested_by: &'a str,
    pub(crate) classification: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_tells_hour_and_weekday_of_vietnam() {
        let text = |at: &str| {
            let asking = Asking {
                roles: &[],
                username: "x",
                kind: "",
                agency: "",
                groups: &[],
                acr: 1,
                auth_age_ms: 61_000,
                is_token: false,
                is_acting: false,
                is_impersonated: false,
                asked_at: Timestamp::parse_rfc3339(at).unwrap(),
                rule: ProofRule::default(),
            };
            let context = asking.context().unwrap();
            let long = |name: &str| format!("{:?}", context.get(name).unwrap());
            (long("hour"), long("weekday"), long("auth_age"))
        };
        // Sunday evening in London is Monday morning in Vietnam.
        let (hour, weekday, age) = text("2026-11-22T20:30:00Z");
        assert!(hour.contains("3") && weekday.contains("1") && age.contains("61"));
        let (_, sunday, _) = text("2026-11-22T12:00:00Z");
        assert!(sunday.contains("7"));
    }
}
