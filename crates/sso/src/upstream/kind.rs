//! The kind `identity-provider`: an outside OpenID provider with which people may sign in.
//!
//! Owns: its specification and the rules beyond the schema.
//! Not here: its secret (the vault, owner kind `identity-provider`), what the claims become
//! (`claims.rs`).
//! Invariant: nothing unverified is told as verified: profiles whose paper nobody has are marked.
//! Follows: design document "Identity", section 8.

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::claims::{ClaimMap, template_is_sound};
use crate::keys::Alg;

/// Scopes of one provider.
const SCOPES_MAX: usize = 20;
/// Rows of the table of levels.
const LEVELS_MAX: usize = 20;
/// Sources of one field.
const SOURCES_MAX: usize = 8;
/// Longest text of a field of the specification, in characters.
const TEXT_CHARS_MAX: usize = 500;
/// Longest wait for one answer, in seconds: people wait in front of it.
const TIMEOUT_SECONDS_MAX: u32 = 30;
/// Highest level that a table may give.
const LEVEL_MAX: u8 = 3;

/// Whose habits the provider has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// As the OpenID standards say.
    #[default]
    #[schemars(extend("x-label" = {"vi": "OpenID Connect chung", "en": "Generic OpenID Connect"}))]
    Generic,
    /// The national public-service portal, as older portal software called it.
    #[schemars(extend("x-label" = {"vi": "Cổng Dịch vụ công quốc gia (chưa kiểm chứng)", "en": "National public-service portal (unverified)"}))]
    NationalPortal,
    /// A place-holder: `VNeID`'s own document is not public.
    #[schemars(extend("x-label" = {"vi": "VNeID (chưa kiểm chứng)", "en": "VNeID (unverified)"}))]
    Vneid,
}

/// How the platform proves itself to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// Secret in the header.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Khóa trong tiêu đề (client_secret_basic)", "en": "Secret in the header (client_secret_basic)"}))]
    ClientSecretBasic,
    /// Secret in the form.
    #[schemars(extend("x-label" = {"vi": "Khóa trong biểu mẫu (client_secret_post)", "en": "Secret in the form (client_secret_post)"}))]
    ClientSecretPost,
    /// No secret; PKCE alone.
    #[schemars(extend("x-label" = {"vi": "Không có khóa, chỉ PKCE", "en": "No secret, PKCE alone"}))]
    None,
}

/// How the claims of a person are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserinfoMethod {
    /// With GET.
    #[default]
    #[schemars(extend("x-label" = {"vi": "GET", "en": "GET"}))]
    Get,
    /// With POST, as the national portal wants it.
    #[schemars(extend("x-label" = {"vi": "POST", "en": "POST"}))]
    Post,
    /// Not at all: the id token says everything.
    #[schemars(extend("x-label" = {"vi": "Không hỏi, dùng id_token", "en": "Not asked, the id token says it"}))]
    None,
}

/// What happens to somebody who is not linked and whom nothing strong matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// Refused.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Từ chối", "en": "Refuse"}))]
    Refuse,
    /// A citizen's account is made.
    #[schemars(extend("x-label" = {"vi": "Tạo tài khoản công dân", "en": "Make a citizen's account"}))]
    CreateCitizen,
    /// The unit's administrator is asked.
    #[schemars(extend("x-label" = {"vi": "Gửi yêu cầu cho quản trị đơn vị", "en": "Ask the unit's administrator"}))]
    AskAdministrator,
}

/// A kind of account that may be used through a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// Officials.
    #[schemars(extend("x-label" = {"vi": "Cán bộ, công chức", "en": "Official"}))]
    Official,
    /// Administrators.
    #[schemars(extend("x-label" = {"vi": "Quản trị viên", "en": "Administrator"}))]
    Administrator,
    /// Operators.
    #[schemars(extend("x-label" = {"vi": "Vận hành", "en": "Operator"}))]
    Operator,
    /// Citizens and firms.
    #[schemars(extend("x-label" = {"vi": "Công dân, doanh nghiệp", "en": "Citizen or firm"}))]
    Citizen,
}

impl PersonKind {
    /// Whether an account is of this kind.
    #[must_use]
    pub fn is(self, kind: lgsp_identity::Kind) -> bool {
        use lgsp_identity::Kind as Of;
        matches!(
            (self, kind),
            (Self::Official, Of::Official)
                | (Self::Administrator, Of::Administrator)
                | (Self::Operator, Of::Operator)
                | (Self::Citizen, Of::Citizen)
        )
    }
}

/// What a level of the provider is worth here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// `acr` as the provider tells it.
    #[schemars(extend("x-label" = {"vi": "acr của nhà cung cấp", "en": "The provider's acr"}, "x-order" = 1))]
    pub acr: String,
    /// Level here: 1 one factor, 2 two factors, 3 resistant to phishing.
    #[schemars(extend("x-label" = {"vi": "Mức tại đây (1–3)", "en": "Level here (1–3)"}, "x-order" = 2))]
    pub level: u8,
}

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

    fn endpoints(&self) -> [(&'static str, &str); 4] {
        [
            ("/authorization_endpoint", &self.authorization_endpoint),
            ("/token_endpoint", &self.token_endpoint),
            ("/userinfo_endpoint", &self.userinfo_endpoint),
            ("/jwks_uri", &self.jwks_uri),
        ]
    }

    fn check_addresses(&self, errors: &mut Vec<FieldError>) {
        let is_address = |address: &str| {
            let has_scheme = address.starts_with("https://")
                || (self.allow_local_addresses && address.starts_with("http://"));
            has_scheme && !address.contains('#') && !address.contains(char::is_whitespace)
        };
        let addresses = std::iter::once(("/issuer", self.issuer.as_str())).chain(
            self.endpoints()
                .into_iter()
                .filter(|(_, address)| !address.is_empty()),
        );
        for (pointer, _) in addresses.filter(|(_, address)| !is_address(address)) {
            errors.push(broken(
                pointer,
                "Địa chỉ bắt đầu bằng https:// (http:// chỉ khi cho phép địa chỉ nội bộ).",
                "The address starts with https:// (http:// only with local addresses allowed).",
            ));
        }
        let is_asked = self.userinfo_method != UserinfoMethod::None;
        for (pointer, address) in self.endpoints() {
            let is_needed = pointer != "/userinfo_endpoint" || is_asked;
            if self.is_explicit() && is_needed && address.is_empty() {
                errors.push(broken(
                    pointer,
                    "Khi tự khai địa chỉ thì phải khai đủ các địa chỉ.",
                    "Endpoints are written down all or none.",
                ));
            }
        }
    }

    fn check_lists(&self, errors: &mut Vec<FieldError>) {
        let is_level = |level: u8| (1..=LEVEL_MAX).contains(&level);
        let levels = self.levels.iter().map(|row| row.level);
        if !is_level(self.level_otherwise) || !levels.clone().all(is_level) {
            errors.push(broken("/levels", "Mức từ 1 đến 3.", "Levels are 1 to 3."));
        }
        if self.levels.len() > LEVELS_MAX {
            errors.push(broken("/levels", "Tối đa 20 dòng.", "At most 20 rows."));
        }
        let is_scope = |scope: &String| {
            let mut bytes = scope.bytes();
            !scope.is_empty() && bytes.all(|byte| byte > b' ' && byte < 0x7f && byte != b'"')
        };
        if self.scopes.len() > SCOPES_MAX || !self.scopes.iter().all(is_scope) {
            errors.push(broken(
                "/scopes",
                "Tối đa 20 phạm vi, không có dấu cách.",
                "At most 20 scopes without blanks.",
            ));
        }
        if self.algorithms.is_empty() {
            errors.push(broken(
                "/algorithms",
                "Cần ít nhất một thuật toán.",
                "At least one algorithm is needed.",
            ));
        }
        if self.account_kinds.is_empty() {
            errors.push(broken(
                "/account_kinds",
                "Cần ít nhất một loại tài khoản.",
                "At least one kind of account is needed.",
            ));
        }
        let makes_citizens = self.unknown == Unknown::CreateCitizen;
        if makes_citizens && !self.account_kinds.contains(&PersonKind::Citizen) {
            errors.push(broken(
                "/unknown",
                "Muốn tạo tài khoản công dân thì loại công dân phải được dùng.",
                "To make citizens' accounts the kind citizen must be allowed.",
            ));
        }
        for (field, sources) in self.claims.fields() {
            let is_sound = sources.len() <= SOURCES_MAX
                && sources.iter().all(|source| template_is_sound(source));
            if !is_sound {
                errors.push(broken(
                    &format!("/claims/{field}"),
                    "Mỗi nguồn là tên một thông tin, hoặc mẫu có {tên}; tối đa 8 nguồn.",
                    "A source is the name of a claim, or a template with {name}; at most 8.",
                ));
            }
        }
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
        let mut errors = Vec::new();
        self.check_addresses(&mut errors);
        self.check_lists(&mut errors);
        for (pointer, text, is_needed) in [
            ("/title", &self.title, true),
            ("/client_id", &self.client_id, true),
            ("/acr_values", &self.acr_values, false),
            ("/button_vi", &self.button_vi, false),
            ("/button_en", &self.button_en, false),
        ] {
            let is_missing = is_needed && text.trim().is_empty();
            if is_missing || text.chars().count() > TEXT_CHARS_MAX {
                errors.push(broken(
                    pointer,
                    "Cần có, tối đa 500 ký tự.",
                    "Needed, at most 500 characters.",
                ));
            }
        }
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&self.timeout_seconds) {
            errors.push(broken(
                "/timeout_seconds",
                "Từ 1 đến 30 giây.",
                "From 1 to 30 seconds.",
            ));
        }
        if self.client_auth == ClientAuth::None && !self.pkce {
            errors.push(broken(
                "/pkce",
                "Không có khóa thì phải dùng PKCE.",
                "Without a secret PKCE is needed.",
            ));
        }
        errors
    }
}

fn broken(pointer: &str, vi: &str, en: &str) -> FieldError {
    FieldError::new(pointer, "sso.kind.rule", vi, en)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn spec(extra: Value) -> Value {
        let mut spec = json!({
            "title": "Cổng", "issuer": "https://idp.example", "client_id": "lgsp",
        });
        if let (Some(spec), Some(extra)) = (spec.as_object_mut(), extra.as_object()) {
            spec.extend(extra.clone());
        }
        spec
    }

    fn pointers(extra: Value) -> Vec<String> {
        let provider: IdentityProvider = serde_json::from_value(spec(extra)).unwrap();
        let context = ValidationContext { name: "cong" };
        let errors = provider.validate(&context);
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn a_small_specification_is_enough() {
        assert_eq!(pointers(json!({})), Vec::<String>::new());
        assert!(serde_json::from_value::<IdentityProvider>(spec(json!({"x": 1}))).is_err());
    }

    #[test]
    fn broken_rules_name_their_fields() {
        for (extra, pointer) in [
            (json!({"issuer": "http://idp.example"}), "/issuer"),
            (json!({"issuer": "https://idp.example#x"}), "/issuer"),
            (
                json!({"authorization_endpoint": "https://idp.example/a", "jwks_uri": "https://idp.example/k",
                "userinfo_endpoint": "https://idp.example/u"}),
                "/token_endpoint",
            ),
            (json!({"levels": [{"acr": "x", "level": 4}]}), "/levels"),
            (json!({"level_otherwise": 0}), "/levels"),
            (json!({"scopes": ["open id"]}), "/scopes"),
            (json!({"algorithms": []}), "/algorithms"),
            (json!({"account_kinds": []}), "/account_kinds"),
            (
                json!({"unknown": "create_citizen", "account_kinds": ["official"]}),
                "/unknown",
            ),
            (json!({"claims": {"name": ["{open"]}}), "/claims/name"),
            (json!({"client_auth": "none", "pkce": false}), "/pkce"),
            (json!({"timeout_seconds": 0}), "/timeout_seconds"),
            (json!({"timeout_seconds": 31}), "/timeout_seconds"),
            (json!({"title": " "}), "/title"),
            (json!({"title": "x".repeat(TEXT_CHARS_MAX + 1)}), "/title"),
        ] {
            assert_eq!(pointers(extra.clone()), [pointer], "{extra}");
        }
        let local = json!({"issuer": "http://127.0.0.1:1", "allow_local_addresses": true});
        assert_eq!(pointers(local), Vec::<String>::new());
        assert_eq!(
            pointers(json!({"title": "x".repeat(TEXT_CHARS_MAX)})),
            Vec::<String>::new()
        );
    }

    #[test]
    fn levels_come_from_the_table_only() {
        let levels = json!({"levels": [{"acr": "LoA2", "level": 2}]});
        let provider: IdentityProvider = serde_json::from_value(spec(levels)).unwrap();
        assert_eq!(provider.level_of(Some("LoA2")), 2);
        assert_eq!(provider.level_of(Some("3")), 1);
        assert_eq!(provider.level_of(None), 1);
    }
}
