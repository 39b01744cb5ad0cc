//! Who needs a second factor.
//!
//! Owns: the kind `sign-in-policy`, the decision for a sign-in.
//! Not here: proving factors (`codes.rs`, `passkeys.rs`), the defaults (`rules.rs`).
//! Invariant: policies add to the rules; only an exception with a reason and an end takes away,
//! and never what the network asks for.
//! Follows: TCVN 14423:2026, 5.6.2.4 (regulation R70).

use std::{fmt, net::IpAddr, str::FromStr, sync::Arc};

use lgsp_model::Timestamp;
use lgsp_platform::{
    error::{FieldError, Sentence},
    registry::{Kind as ResourceKind, Labels, Resource, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Identity,
    error::Result,
    people::report::SecurityException,
    tables::account::{Account, Kind},
};

/// Agencies of one policy.
const AGENCIES_MAX: usize = 200;
/// Level of the proof that is asked for outside of the inner networks (5.6.2.4).
const OUTSIDE_ACR_MIN: u8 = 2;
/// Longest reason of an exception, in characters.
const REASON_CHARS_MAX: usize = 500;

/// When a second factor is asked for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// Never.
    #[schemars(extend("x-label" = {"vi": "Không hỏi", "en": "Off"}))]
    Off,
    /// From people who have one.
    #[schemars(extend("x-label" = {"vi": "Hỏi khi đã đăng ký", "en": "When enrolled"}))]
    Enrolled,
    /// From everybody; who has none enrols at the next sign-in.
    #[schemars(extend("x-label" = {"vi": "Bắt buộc", "en": "Required"}))]
    Required,
}

/// A rule of sign-in for a part of the people (chính sách đăng nhập).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInPolicy {
    /// What people call it.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Title"}, "x-order" = 1))]
    pub title: String,
    /// Kinds of accounts: administrator, operator, official, citizen; all when empty.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Loại tài khoản", "en": "Kinds of accounts"}, "x-order" = 2))]
    pub kinds: Vec<String>,
    /// Agencies, with the units below them; all when empty.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cơ quan", "en": "Agencies"}, "x-order" = 3, "x-widget" = "refs:agency"))]
    pub agencies: Vec<String>,
    /// When a second factor is asked for.
    #[schemars(extend("x-label" = {"vi": "Xác thực hai lớp", "en": "Second factor"}, "x-order" = 4))]
    pub second_factor: SecondFactor,
    /// Allows less than the rules of the installation ask for; needs a reason.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Là ngoại lệ", "en": "Is an exception"}, "x-order" = 5))]
    pub is_exception: bool,
    /// A first password need not be changed; only for an exception.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Giữ mật khẩu ban đầu", "en": "Keep the first password"}, "x-order" = 6))]
    pub keeps_first_password: bool,
    /// Why the exception is needed.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Lý do", "en": "Reason"}, "x-order" = 7))]
    pub reason: String,
    /// When the exception ends (RFC 3339); absent for no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hết hiệu lực", "en": "Ends at"}, "x-order" = 8))]
    pub ends_at: Option<Timestamp>,
}

fn broken(pointer: &str, vi: &str, en: &str) -> FieldError {
    FieldError {
        pointer: pointer.to_owned(),
        code: "identity.sign_in_policy.field".to_owned(),
        messages: Sentence::new(vi, en),
    }
}

impl ResourceKind for SignInPolicy {
    const KIND: &'static str = "sign-in-policy";
    const PLURAL: &'static str = "sign-in-policies";
    const LABELS: Labels = Labels {
        vi: "Chính sách đăng nhập",
        en: "Sign-in policy",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Quy định ai phải dùng xác thực hai lớp, và các ngoại lệ có lý do.",
        en: "Who needs a second factor, and exceptions with their reasons.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let people = [
            Kind::Administrator,
            Kind::Operator,
            Kind::Official,
            Kind::Citizen,
        ];
        for (place, kind) in self.kinds.iter().enumerate() {
            if !people.iter().any(|known| known.as_str() == kind) {
                errors.push(broken(
                    &format!("/kinds/{place}"),
                    "Dùng administrator, operator, official hoặc citizen.",
                    "Use administrator, operator, official or citizen.",
                ));
            }
        }
        if self.agencies.len() > AGENCIES_MAX {
            errors.push(broken(
                "/agencies",
                "Tối đa 200 cơ quan.",
                "At most 200 agencies.",
            ));
        }
        let is_reasoned = !self.reason.trim().is_empty();
        if self.is_exception && !is_reasoned || self.reason.chars().count() > REASON_CHARS_MAX {
            errors.push(broken(
                "/reason",
                "Ngoại lệ cần lý do, tối đa 500 ký tự.",
                "An exception needs a reason of at most 500 characters.",
            ));
        }
        if self.keeps_first_password && !self.is_exception {
            errors.push(broken(
                "/keeps_first_password",
                "Chỉ dùng cho ngoại lệ.",
                "Only for an exception.",
            ));
        }
        errors
    }
}

/// A network, as `10.34.0.0/16` or `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address lies in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same_bits(&own.octets(), &other.octets(), self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                same_bits(&own.octets(), &other.octets(), self.prefix)
            }
            _ => false,
        }
    }
}

fn same_bits(left: &[u8], right: &[u8], prefix: u8) -> bool {
    let mut left_bits = usize::from(prefix);
    left.iter().zip(right).all(|(one, two)| {
        let bits = left_bits.min(8);
        left_bits -= bits;
        bits == 0 || (one ^ two) >> (8 - bits) == 0
    })
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no network such as 10.34.0.0/16");
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= most)
            .then_some(Self { address, prefix })
            .ok_or_else(wrong)
    }
}

impl TryFrom<String> for Network {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// What a password alone is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordAlone {
    /// Nothing more is asked for.
    Enough,
    /// Rules, policies or the account's own factors ask for a second factor.
    FactorMissing,
    /// The network asks for one, whatever else is allowed.
    Outside,
}

/// What the policies say of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) second_factor: SecondFactor,
    pub(crate) keeps_first_password: bool,
}

impl Identity {
    /// What a person must prove who comes from `address`.
    pub(crate) fn wanted(&self, account: &Account, address: Option<IpAddr>) -> Wanted {
        let now = self.platform.clock.now();
        let rules = &self.rules;
        let mut second_factor = match account.kind {
            Kind::Administrator => rules.second_factor_administrators,
            _ => rules.second_factor,
        };
        let policies = self.matching_policies(account);
        for policy in policies.iter().filter(|policy| !policy.is_exception) {
            second_factor = second_factor.max(policy.second_factor);
        }
        let is_in_force = |policy: &&SignInPolicy| {
            policy.is_exception && policy.ends_at.is_none_or(|end| end > now)
        };
        let mut keeps_first_password = false;
        for exception in policies.iter().filter(is_in_force) {
            second_factor = second_factor.min(exception.second_factor);
            keeps_first_password |= exception.keeps_first_password;
        }
        if self.is_outside(address) {
            second_factor = SecondFactor::Required;
        }
        Wanted {
            second_factor,
            keeps_first_password,
        }
    }

    /// Exceptions in force, as the security report shows them.
    pub(crate) fn sign_in_exceptions(&self, now: Timestamp) -> Vec<SecurityException> {
        let snapshot = self.platform.registry.snapshot();
        let read = |resource: &Arc<Resource>| {
            let policy: SignInPolicy = serde_json::from_value(resource.spec.clone()).ok()?;
            let is_in_force = policy.ends_at.is_none_or(|end| end > now);
            (policy.is_exception && is_in_force).then(|| SecurityException {
                kind: "sign_in".to_owned(),
                subject: resource.name.clone(),
                reason: Some(policy.reason),
                ends_at: policy.ends_at,
            })
        };
        snapshot
            .of_kind(SignInPolicy::KIND)
            .filter_map(read)
            .collect()
    }

    /// Least level of the proof behind a request from this address: what the network alone asks for.
    pub(crate) fn acr_min_from(&self, address: Option<IpAddr>) -> u8 {
        match self.is_outside(address) {
            true => OUTSIDE_ACR_MIN,
            false => 1,
        }
    }

    /// What a password alone is worth at a protocol that has no further steps.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn password_alone(
        &self,
        account: &Account,
        address: Option<IpAddr>,
    ) -> Result<PasswordAlone> {
        if self.is_outside(address) {
            return Ok(PasswordAlone::Outside);
        }
        let is_enough = match self.wanted(account, address).second_factor {
            SecondFactor::Off => true,
            SecondFactor::Enrolled => self.factors(account.id).await?.is_empty(),
            SecondFactor::Required => false,
        };
        Ok(match is_enough {
            true => PasswordAlone::Enough,
            false => PasswordAlone::FactorMissing,
        })
    }

    /// Whether an address lies outside of the inner networks, when any are named.
    #[must_use]
    pub fn is_outside(&self, address: Option<IpAddr>) -> bool {
        let networks = &self.rules.inside_networks;
        let is_inside = |address| networks.iter().any(|network| network.contains(address));
        !networks.is_empty() && !address.is_some_and(is_inside)
    }

    fn matching_policies(&self, account: &Account) -> Vec<SignInPolicy> {
        let snapshot = self.platform.registry.snapshot();
        let read = |resource: &Arc<Resource>| {
            serde_json::from_value::<SignInPolicy>(resource.spec.clone()).ok()
        };
        let own = account.agency.as_deref();
        let above = own.map(|agency| self.hierarchy.ancestors(agency));
        let own = own.map(str::to_owned).into_iter();
        let places: Vec<String> = own.chain(above.into_iter().flatten()).collect();
        let is_meant = |policy: &SignInPolicy| {
            let kind = account.kind.as_str();
            let is_kind = policy.kinds.is_empty() || policy.kinds.iter().any(|name| name == kind);
            let is_here = policy.agencies.is_empty()
                || policy.agencies.iter().any(|code| places.contains(code));
            is_kind && is_here
        };
        let policies = snapshot.of_kind(SignInPolicy::KIND).filter_map(read);
        policies.filter(is_meant).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        for (network, address, expected) in [
            ("10.34.0.0/16", "10.34.255.1", true),
            ("10.34.0.0/16", "10.35.0.1", false),
            ("10.34.0.0/16", "::ffff:10.34.0.9", true),
            ("10.34.0.128/25", "10.34.0.127", false),
            ("10.34.0.128/25", "10.34.0.200", true),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
            ("192.0.2.7/32", "192.0.2.7", true),
        ] {
            let parsed: Network = network.parse().unwrap();
            let address = address.parse().unwrap();
            assert_eq!(parsed.contains(address), expected, "{network} {address}");
            assert_eq!(parsed.to_string(), network);
        }
        for bad in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "::/129",
            "x/8",
            "10.0.0.0/-1",
        ] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_stronger_demand_is_a_greater_one() {
        assert!(SecondFactor::Off < SecondFactor::Enrolled);
        assert!(SecondFactor::Enrolled < SecondFactor::Required);
    }
}
