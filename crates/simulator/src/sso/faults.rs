//! Faults on order: what goes wrong at which endpoint, how many times.
//!
//! Owns: the list of faults, the rules, drawing those that fire.
//! Not here: what a fault does (`endpoints.rs`, `authorize.rs`, `tokens.rs`).
//! Invariant: a rule with a count fires at most so often.
//! Follows: design document "Identity", section 8 (faults of `sim-sso`).

use serde::{Deserialize, Serialize};

/// Most rules at a time.
const RULES_MAX: usize = 1_000;

/// An endpoint of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`.
    Discovery,
    /// `/oauth2/authorize`.
    Authorize,
    /// `/oauth2/token`.
    Token,
    /// `/oauth2/userinfo`.
    Userinfo,
    /// `/oauth2/checktoken`.
    Check,
    /// `/oauth2/revoke`.
    Revoke,
    /// `/oauth2/jwks`.
    Jwks,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SsoFault {
    /// The answer comes late; real milliseconds.
    Slow {
        /// How late.
        ms: u64,
    },
    /// An HTTP error, such as 500.
    Http {
        /// Status code.
        status: u16,
    },
    /// The answer is a page instead of JSON.
    NotJson,
    /// The answer is larger than anybody should read.
    Huge,
    /// The configuration names another issuer, or the id token or signed userinfo does.
    WrongIssuer,
    /// The browser comes back with the `iss` of another provider (mix-up).
    WrongAnswerIssuer,
    /// The browser comes back with another `state`.
    WrongState,
    /// The id token or signed userinfo is for another client.
    WrongAudience,
    /// The id token ended an hour ago.
    ExpiredToken,
    /// The id token carries another nonce.
    WrongNonce,
    /// The id token carries no nonce.
    MissingNonce,
    /// `alg` `none`.
    AlgNone,
    /// HMAC with the public key as its secret.
    AlgConfused,
    /// Signed with another key under the published one's id.
    ForgedSignature,
    /// Signed with a key that is not published.
    UnknownKey,
    /// A new key signs; the published set has it.
    RotatedKey,
    /// A claim is missing.
    MissingClaim {
        /// Its name.
        claim: String,
    },
    /// Userinfo tells of another `sub` than the id token.
    WrongSubject,
    /// The citizen number is that of the first person.
    DuplicateCitizenNumber,
    /// The person refuses.
    Denied,
}

impl SsoFault {
    /// The endpoints at which it can act; all when there is no list.
    fn endpoints(&self) -> Option<&'static [Endpoint]> {
        match self {
            Self::Slow { .. } | Self::Http { .. } | Self::NotJson | Self::Huge => None,
            Self::WrongIssuer => Some(&[Endpoint::Discovery, Endpoint::Token, Endpoint::Userinfo]),
            Self::WrongAnswerIssuer | Self::WrongState | Self::Denied => {
                Some(&[Endpoint::Authorize])
            }
            Self::ExpiredToken | Self::WrongNonce | Self::MissingNonce | Self::RotatedKey => {
                Some(&[Endpoint::Token])
            }
            Self::WrongAudience
            | Self::AlgNone
            | Self::AlgConfused
            | Self::ForgedSignature
            | Self::UnknownKey => Some(&[Endpoint::Token, Endpoint::Userinfo]),
            Self::MissingClaim { .. } => Some(&[Endpoint::Token, Endpoint::Userinfo]),
            Self::WrongSubject | Self::DuplicateCitizenNumber => Some(&[Endpoint::Userinfo]),
        }
    }
}

/// When a fault fires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SsoFaultRule {
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: SsoFault,
    /// Only at this endpoint; absent: wherever it can act.
    #[serde(default, rename = "operation")]
    pub endpoint: Option<Endpoint>,
    /// So many times; absent: without end.
    #[serde(default)]
    pub count: Option<u64>,
    /// So many calls pass unharmed first.
    #[serde(default)]
    pub skip: u64,
}

impl SsoFaultRule {
    /// Fires wherever the fault can act.
    pub fn always(fault: SsoFault) -> Self {
        Self {
            fault,
            endpoint: None,
            count: None,
            skip: 0,
        }
    }

    /// Only at this endpoint.
    #[must_use]
    pub fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    fn hits(&self, endpoint: Endpoint) -> bool {
        let can = self
            .fault
            .endpoints()
            .is_none_or(|list| list.contains(&endpoint));
        can && self.endpoint.is_none_or(|only| only == endpoint)
    }
}

/// The rules in force.
#[derive(Debug, Default)]
pub(super) struct Faults {
    rules: Vec<(u64, SsoFaultRule)>,
    next_id: u64,
}

impl Faults {
    pub(super) fn add(&mut self, rule: SsoFaultRule) -> u64 {
        self.next_id += 1;
        if self.rules.len() < RULES_MAX {
            self.rules.push((self.next_id, rule));
        }
        self.next_id
    }

    pub(super) fn list(&self) -> Vec<(u64, SsoFaultRule)> {
        let mut open = self.rules.clone();
        open.retain(|(_, rule)| rule.count != Some(0));
        open
    }

    pub(super) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|(known, _)| *known != id);
        self.rules.len() < before
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What goes wrong in this call.
    pub(super) fn draw(&mut self, endpoint: Endpoint) -> Vec<SsoFault> {
        let mut fired = Vec::new();
        for (_, rule) in &mut self.rules {
            if !rule.hits(endpoint) || rule.count == Some(0) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.count = rule.count.map(|count| count - 1);
            fired.push(rule.fault.clone());
        }
        fired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_fires_where_it_can_and_as_often_as_ordered() {
        let mut faults = Faults::default();
        let mut rule = SsoFaultRule::always(SsoFault::WrongNonce).times(1);
        rule.skip = 1;
        faults.add(rule);
        faults.add(SsoFaultRule::always(SsoFault::Huge).at(Endpoint::Jwks));
        assert_eq!(faults.draw(Endpoint::Userinfo), vec![]);
        assert_eq!(faults.draw(Endpoint::Token), vec![]);
        assert_eq!(faults.draw(Endpoint::Token), vec![SsoFault::WrongNonce]);
        assert_eq!(faults.draw(Endpoint::Token), vec![]);
        assert_eq!(faults.draw(Endpoint::Jwks), vec![SsoFault::Huge]);
        assert_eq!(faults.list().len(), 1);
        assert!(faults.remove(2) && !faults.remove(2));
    }

    #[test]
    fn a_rule_reads_as_the_command_writes_it() {
        let text = r#"{"kind":"missing_claim","claim":"SoDinhDanh","operation":"userinfo","count":2,"rate":1.0,"skip":0}"#;
        let rule: SsoFaultRule = serde_json::from_str(text).unwrap();
        assert_eq!(rule.endpoint, Some(Endpoint::Userinfo));
        assert_eq!(rule.count, Some(2));
    }
}
