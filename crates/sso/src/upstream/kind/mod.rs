//! The kind `identity-provider`: an outside OpenID provider with which people may sign in.
//!
//! Owns: its specification.
//! Not here: its choices (`choices.rs`), its rules (`rules.rs`), its secret (the vault, owner kind
//! `identity-provider`), what the claims become (`claims.rs`).
//! Invariant: nothing unverified is told as verified: profiles whose paper nobody has are marked.
//! Follows: design document "Identity", section 8.

mod choices;
mod rules;

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use rules::{check_claims, finding};

pub use choices::{ClientAuth, Level, PersonKind, Profile, Unknown, UserinfoMethod};

use super::claims::ClaimMap;
use crate::keys::Alg;

/// An outside provider (nhà cung cấp định danh) with which people may sign in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityProvider {
    /// What people call it.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Title"}, "x-order" = 1))]
    pub title: String,
    /// Whose habits it has; sets the claims that are not mapped below.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Khuôn mẫu", "en": "Profile"}, "x-order" = 2))]
    pub profile: Profile,
    /// Whether people may sign in with it.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Đang dùng", "en": "Enabled"}, "x-order" = 3))]
    pub enabled: bool,
    /// Its issuer, exactly as its tokens write it.
    #[schemars(url, extend("x-label" = {"vi": "Issuer", "en": "Issuer"}, "x-order" = 4))]
    pub issuer: String,
    /// Where people sign in; empty: as its configuration document says.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ authorize", "en": "Authorisation endpoint"}, "x-order" = 5))]
    pub authorization_endpoint: String,
    /// Where codes become tokens.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ token", "en": "Token endpoint"}, "x-order" = 6))]
    pub token_endpoint: String,
    /// Where the claims are.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ userinfo", "en": "Userinfo endpoint"}, "x-order" = 7))]
    pub userinfo_endpoint: String,
    /// Where its keys are.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ khóa (JWKS)", "en": "Keys (JWKS)"}, "x-order" = 8))]
    pub jwks_uri: String,
    /// Identifier of the platform there.
    #[schemars(extend("x-label" = {"vi": "Client id", "en": "Client id"}, "x-order" = 9))]
    pub client_id: String,
    /// How the platform proves itself there.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cách xác thực với nhà cung cấp", "en": "Client authentication"}, "x-order" = 10))]
    pub client_auth: ClientAuth,
    /// What is asked for; `openid` always is.
    #[serde(default = "scopes")]
    #[schemars(extend("x-label" = {"vi": "Phạm vi (scope)", "en": "Scopes"}, "x-order" = 11))]
    pub scopes: Vec<String>,
    /// Levels that are asked for, separated by blanks; empty for none.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mức yêu cầu (acr_values)", "en": "Levels asked for (acr_values)"}, "x-order" = 12))]
    pub acr_values: String,
    /// Whether the code is bound to this sign-in (PKCE, S256).
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "PKCE", "en": "PKCE"}, "x-order" = 13))]
    pub pkce: bool,
    /// How the claims are asked for.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cách hỏi userinfo", "en": "Userinfo by"}, "x-order" = 14))]
    pub userinfo_method: UserinfoMethod,
    /// Algorithms that its tokens may be signed with.
    #[serde(default = "algorithms")]
    #[schemars(extend("x-label" = {"vi": "Thuật toán ký được nhận", "en": "Algorithms"}, "x-order" = 15))]
    pub algorithms: Vec<Alg>,
    /// Which claims become which fields.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Ánh xạ thông tin", "en": "Claims"}, "x-order" = 16))]
    pub claims: ClaimMap,
    /// What its levels are worth here.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Bảng mức bảo đảm", "en": "Levels"}, "x-order" = 17))]
    pub levels: Vec<Level>,
    /// Level of what the table does not have.
    #[serde(default = "one")]
    #[schemars(extend("x-label" = {"vi": "Mức khi không có trong bảng", "en": "Level otherwise"}, "x-order" = 18))]
    pub level_otherwise: u8,
    /// Accounts that may be used through it.
    #[serde(default = "kinds")]
    #[schemars(extend("x-label" = {"vi": "Loại tài khoản được dùng", "en": "Account kinds"}, "x-order" = 19))]
    pub account_kinds: Vec<PersonKind>,
    /// Whether an equal citizen number offers linking; the person still proves the account.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Nối theo số định danh", "en": "Link by citizen number"}, "x-order" = 20))]
    pub link_by_citizen_number: bool,
    /// What happens to somebody unknown.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Người chưa có tài khoản", "en": "Somebody unknown"}, "x-order" = 21))]
    pub unknown: Unknown,
    /// Agency whose administrator decides about requests; empty: the province.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cơ quan duyệt yêu cầu", "en": "Agency of requests"}, "x-widget" = "refs:agency", "x-order" = 22))]
    pub request_agency: String,
    /// What its button says in Vietnamese; empty: its title.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Chữ trên nút (tiếng Việt)", "en": "Button (Vietnamese)"}, "x-order" = 23))]
    pub button_vi: String,
    /// What its button says in English; empty: its title.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Chữ trên nút (tiếng Anh)", "en": "Button (English)"}, "x-order" = 24))]
    pub button_en: String,
    /// Place of its button, small ones first.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Thứ tự nút", "en": "Order"}, "x-order" = 25))]
    pub order: u32,
    /// Longest wait for one answer of the provider, in seconds.
    #[serde(default = "timeout_seconds")]
    #[schemars(extend("x-label" = {"vi": "Thời gian chờ tối đa (giây)", "en": "Time-out (seconds)"}, "x-order" = 26))]
    pub timeout_seconds: u32,
    /// Allow an address inside the own network and plain HTTP; for tests and demonstrations.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cho phép địa chỉ nội bộ", "en": "Local addresses"}, "x-order" = 27))]
    pub allow_local_addresses: bool,
    /// Algorithm of the tokens with which the platform proves itself (`private_key_jwt`).
    #[serde(default = "client_auth_alg")]
    #[schemars(extend("x-label" = {"vi": "Thuật toán ký khi xác thực", "en": "Algorithm of client authentication"}, "x-order" = 28))]
    pub client_auth_alg: Alg,
    /// Whether the answer with the claims must be signed.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Userinfo phải được ký", "en": "Userinfo must be signed"}, "x-order" = 29))]
    pub userinfo_signed: bool,
}

const fn yes() -> bool {
    true
}

const fn one() -> u8 {
    1
}

const fn timeout_seconds() -> u32 {
    10
}

const fn client_auth_alg() -> Alg {
    Alg::Es256
}

fn scopes() -> Vec<String> {
    vec!["openid".to_owned()]
}

fn algorithms() -> Vec<Alg> {
    Alg::ALL.to_vec()
}

fn kinds() -> Vec<PersonKind> {
    vec![PersonKind::Official, PersonKind::Citizen]
}

impl IdentityProvider {
    /// Whether its endpoints are written down, so that no configuration document is read.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        !self.authorization_endpoint.is_empty()
    }

    /// What a level of the provider is worth here; never taken as is.
    #[must_use]
    pub fn level_of(&self, acr: Option<&str>) -> u8 {
        let found = self.levels.iter().find(|row| Some(row.acr.as_str()) == acr);
        found.map_or(self.level_otherwise, |row| row.level)
    }
}

impl Kind for IdentityProvider {
    const KIND: &'static str = "identity-provider";
    const PLURAL: &'static str = "identity-providers";
    const LABELS: Labels = Labels {
        vi: "Nhà cung cấp định danh",
        en: "Identity provider",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Hệ thống đăng nhập bên ngoài (OpenID Connect) mà người dùng được dùng để vào đây.",
        en: "An outside OpenID Connect provider with which people may sign in here.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        self.check()
    }
}
