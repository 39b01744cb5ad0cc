//! What an application may be told of a person, the same for SAML and CAS.
//!
//! Owns: `PersonAttribute`, its values.
//! Not here: names that a protocol gives them (the kinds), claims of OpenID Connect (`oidc/`).
//! Invariant: an application learns what its resource lists and nothing else.

use lgsp_identity::Profile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something known of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonAttribute {
    /// Sign-in name.
    #[schemars(extend("x-label" = {"vi": "Tên đăng nhập", "en": "User name"}))]
    Username,
    /// Identifier that never changes.
    #[schemars(extend("x-label" = {"vi": "Mã tài khoản", "en": "Account id"}))]
    AccountId,
    /// Whole name.
    #[schemars(extend("x-label" = {"vi": "Họ và tên", "en": "Full name"}))]
    DisplayName,
    /// Given name.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Given name"}))]
    GivenName,
    /// Family name.
    #[schemars(extend("x-label" = {"vi": "Họ và tên đệm", "en": "Family name"}))]
    FamilyName,
    /// E-mail address.
    #[schemars(extend("x-label" = {"vi": "Thư điện tử", "en": "E-mail"}))]
    Email,
    /// Telephone number.
    #[schemars(extend("x-label" = {"vi": "Điện thoại", "en": "Telephone"}))]
    Phone,
    /// Position.
    #[schemars(extend("x-label" = {"vi": "Chức vụ", "en": "Position"}))]
    Position,
    /// Code of the agency.
    #[schemars(extend("x-label" = {"vi": "Mã cơ quan", "en": "Agency code"}))]
    AgencyCode,
    /// Code of the agency by Decision 20/2020/QĐ-TTg.
    #[schemars(extend("x-label" = {"vi": "Mã định danh điện tử cơ quan", "en": "Agency code (QĐ 20)"}))]
    AgencyCodeQd20,
    /// Name of the agency.
    #[schemars(extend("x-label" = {"vi": "Tên cơ quan", "en": "Agency name"}))]
    AgencyName,
    /// Names of the groups.
    #[schemars(extend("x-label" = {"vi": "Nhóm", "en": "Groups"}))]
    Groups,
    /// Names of the roles.
    #[schemars(extend("x-label" = {"vi": "Vai trò", "en": "Roles"}))]
    Roles,
}

impl PersonAttribute {
    /// Its values; none when nothing is known.
    pub(crate) fn values(self, profile: &Profile) -> Vec<String> {
        let account = &profile.account;
        let agency = profile.agency.as_ref();
        let one = match self {
            Self::Username => Some(account.username.clone()),
            Self::AccountId => Some(account.id.to_string()),
            Self::DisplayName => Some(account.display_name.clone()),
            Self::GivenName => account.person.given_name.clone(),
            Self::FamilyName => account.person.family_name.clone(),
            Self::Email => account.email.clone(),
            Self::Phone => account.person.phone.clone(),
            Self::Position => account.person.position.clone(),
            Self::AgencyCode => agency.map(|agency| agency.code.clone()),
            Self::AgencyCodeQd20 => agency.and_then(|agency| agency.code_qd20.clone()),
            Self::AgencyName => agency.map(|agency| agency.name.clone()),
            Self::Groups => {
                return profile
                    .groups
                    .iter()
                    .map(|group| group.name.clone())
                    .collect();
            }
            Self::Roles => {
                let mut roles: Vec<String> = profile
                    .roles
                    .iter()
                    .map(|grant| grant.role.clone())
                    .collect();
                roles.sort_unstable();
                roles.dedup();
                return roles;
            }
        };
        one.into_iter().collect()
    }
}
