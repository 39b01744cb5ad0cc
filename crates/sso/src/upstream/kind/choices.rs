//! The choices of a provider: whose habits, how it is asked, whom it may bring.
//!
//! Owns: the enumerations and rows of the specification.
//! Not here: the specification (`mod.rs`), its rules (`rules.rs`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// A token signed with the platform's own key, which the provider reads at `/sign-in/keys`.
    #[schemars(extend("x-label" = {"vi": "Mã ký bằng khóa riêng (private_key_jwt)", "en": "Token signed with the own key (private_key_jwt)"}))]
    PrivateKeyJwt,
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
