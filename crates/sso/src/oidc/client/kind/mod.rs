//! The kind `oidc-client`: an application that signs people on by OpenID Connect, or a system
//! that asks for tokens of its own.
//!
//! Owns: its specification.
//! Not here: its choices (`choices.rs`), its rules (`rules.rs`), its secrets (`secrets.rs`), the
//! parsed form that requests use (`snapshot.rs`).
//! Follows: OpenID Connect Dynamic Client Registration 1.0, section 2; design document
//! "Identity", sections 2.1 to 2.4.

mod choices;

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use choices::{
    AuthMethod, ClientType, GrantType, Pkce, Profile, ResponseMode, SubjectType, TlsName,
    TokenFormat,
};

use super::rules;
use crate::{access::ApplicationAccess, keys::Alg};

/// An application or system that uses sign-on by OpenID Connect (ứng dụng OpenID Connect).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcClient {
    /// Name that people see when they sign on.
    #[schemars(extend("x-label" = {"vi": "Tên hiển thị", "en": "Display name"}, "x-order" = 1))]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Mô tả", "en": "Description"}, "x-order" = 2))]
    pub description: Option<String>,
    /// What kind of program it is.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Loại ứng dụng", "en": "Type"}, "x-order" = 3))]
    pub client_type: ClientType,
    /// Addresses to which people return after sign-on; compared letter by letter.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ quay về", "en": "Redirect addresses"}, "x-order" = 4))]
    pub redirect_uris: Vec<String>,
    /// Addresses to which people return after sign-out.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ sau đăng xuất", "en": "Addresses after sign-out"}, "x-order" = 5))]
    pub post_logout_redirect_uris: Vec<String>,
    /// Ways by which it may get tokens.
    #[serde(default = "default_grants")]
    #[schemars(extend("x-label" = {"vi": "Cách lấy mã truy cập", "en": "Grants"}, "x-order" = 6))]
    pub grant_types: Vec<GrantType>,
    /// Scopes that it may ask for.
    #[serde(default = "default_scopes")]
    #[schemars(extend("x-label" = {"vi": "Phạm vi được xin", "en": "Scopes"}, "x-order" = 7))]
    pub scopes: Vec<String>,
    /// How it proves who it is.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cách xác thực ứng dụng", "en": "Authentication of the client"}, "x-order" = 8))]
    pub auth_method: AuthMethod,
    /// Its public keys, as a JWK Set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Khoá công khai (JWKS)", "en": "Public keys (JWKS)"}, "x-order" = 9))]
    pub jwks: Option<Value>,
    /// Where its public keys are published, instead of `jwks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ khoá công khai", "en": "Address of public keys"}, "x-order" = 10))]
    pub jwks_uri: Option<String>,
    /// Algorithm of identity tokens.
    #[serde(default = "default_alg")]
    #[schemars(extend("x-label" = {"vi": "Thuật toán ký mã định danh", "en": "Algorithm of identity tokens"}, "x-order" = 11))]
    pub id_token_alg: Alg,
    /// Signs the answers of the user-info endpoint, when set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Thuật toán ký thông tin người dùng", "en": "Algorithm of user info"}, "x-order" = 12))]
    pub userinfo_alg: Option<Alg>,
    /// The only algorithm of its request objects, when set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Thuật toán ký yêu cầu", "en": "Algorithm of request objects"}, "x-order" = 13))]
    pub request_object_alg: Option<Alg>,
    /// Form of access tokens.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Dạng mã truy cập", "en": "Form of access tokens"}, "x-order" = 14))]
    pub token_format: TokenFormat,
    /// How strictly it is treated.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mức bảo mật", "en": "Security profile"}, "x-order" = 15))]
    pub profile: Profile,
    /// Whether a code challenge is demanded.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Yêu cầu PKCE", "en": "PKCE"}, "x-order" = 16))]
    pub pkce: Pkce,
    /// Whether authorisation requests must be pushed first.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Bắt buộc đẩy yêu cầu trước (PAR)", "en": "Pushed requests only"}, "x-order" = 17))]
    pub require_par: bool,
    /// Whether its tokens must be bound to a key.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Bắt buộc gắn khoá (DPoP)", "en": "Tokens bound to a key"}, "x-order" = 18))]
    pub require_dpop: bool,
    /// Whether people are not asked for consent, because the province itself runs it.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Ứng dụng của tỉnh (không hỏi đồng ý)", "en": "First party (no consent page)"}, "x-order" = 19))]
    pub first_party: bool,
    /// Least level of sign-on: 1 one factor, 2 two factors, 3 phishing-resistant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3), extend("x-label" = {"vi": "Mức xác thực tối thiểu", "en": "Least level of sign-on"}, "x-order" = 20))]
    pub acr_min: Option<u8>,
    /// Longest age of a sign-on, in seconds, when the request names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Tuổi tối đa của lần đăng nhập (giây)", "en": "Longest age of a sign-on (s)"}, "x-order" = 21))]
    pub default_max_age_s: Option<u32>,
    /// Whether people have the same identifier everywhere or one for each sector.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Loại mã người dùng", "en": "Type of identifiers"}, "x-order" = 22))]
    pub subject_type: SubjectType,
    /// Names the sector of pairwise identifiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ khu vực mã", "en": "Sector identifier"}, "x-order" = 23))]
    pub sector_identifier_uri: Option<String>,
    /// Told from server to server when a session ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ báo đăng xuất (máy chủ)", "en": "Back-channel logout"}, "x-order" = 24))]
    pub backchannel_logout_uri: Option<String>,
    /// Opened in a hidden frame when a person signs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ báo đăng xuất (trình duyệt)", "en": "Front-channel logout"}, "x-order" = 25))]
    pub frontchannel_logout_uri: Option<String>,
    /// Addresses of request objects that may be named.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ yêu cầu", "en": "Request addresses"}, "x-order" = 26))]
    pub request_uris: Vec<String>,
    /// Resources for which it may ask tokens.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Tài nguyên được gọi", "en": "Resources it may call"}, "x-order" = 27))]
    pub audiences: Vec<String>,
    /// Resources that it is itself; it may ask whether tokens for them are live.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Tài nguyên của chính nó", "en": "Resources it serves"}, "x-order" = 28))]
    pub resources: Vec<String>,
    /// Resources for which it may exchange the token of another.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Tài nguyên được đổi mã", "en": "Resources it may exchange for"}, "x-order" = 29))]
    pub exchange_audiences: Vec<String>,
    /// Whether it may ask about every token.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Được kiểm tra mọi mã", "en": "May introspect every token"}, "x-order" = 30))]
    pub may_introspect: bool,
    /// Puts the agency of the person into access tokens.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mã truy cập kèm cơ quan", "en": "Agency in access tokens"}, "x-order" = 31))]
    pub token_with_org: bool,
    /// Puts the roles of the person into access tokens.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mã truy cập kèm vai trò", "en": "Roles in access tokens"}, "x-order" = 32))]
    pub token_with_roles: bool,
    /// Puts the claims of the scopes into the identity token too.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mã định danh kèm thông tin", "en": "Claims in identity tokens"}, "x-order" = 33))]
    pub id_token_with_claims: bool,
    /// Life of its access tokens in seconds, instead of the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 30, max = 86400), extend("x-label" = {"vi": "Thời hạn mã truy cập (giây)", "en": "Life of access tokens (s)"}, "x-order" = 34))]
    pub access_token_life_s: Option<u32>,
    /// Origins of web pages that may call the token endpoint from a browser.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Nguồn trang web được gọi (CORS)", "en": "Origins of web pages (CORS)"}, "x-order" = 35))]
    pub cors_origins: Vec<String>,
    /// Its logo; shown by name only, never loaded from there by the sign-on page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Biểu trưng", "en": "Logo"}, "x-order" = 36))]
    pub logo_uri: Option<String>,
    /// Its home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Trang chủ", "en": "Home page"}, "x-order" = 37))]
    pub client_uri: Option<String>,
    /// Its privacy policy, shown on the consent page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Chính sách dữ liệu", "en": "Privacy policy"}, "x-order" = 38))]
    pub policy_uri: Option<String>,
    /// Its terms, shown on the consent page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Điều khoản", "en": "Terms"}, "x-order" = 39))]
    pub tos_uri: Option<String>,
    /// Where a sign-on may be begun from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ bắt đầu đăng nhập", "en": "Address that begins a sign-on"}, "x-order" = 40))]
    pub initiate_login_uri: Option<String>,
    /// Who answers for it.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Liên hệ", "en": "Contacts"}, "x-order" = 41))]
    pub contacts: Vec<String>,
    /// Whether it registered itself; such clients are untrusted and consent is always asked.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Tự đăng ký", "en": "Registered by itself"}, "x-order" = 42))]
    pub self_registered: bool,
    /// Whether it may be used.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Đang dùng", "en": "In use"}, "x-order" = 43))]
    pub enabled: bool,
    /// By which of its names a certificate is known, when it proves itself by one of a trusted
    /// authority.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Nhận chứng thư theo", "en": "Certificate known by"}, "x-order" = 44))]
    pub tls_name: TlsName,
    /// That name, for example `CN=kho,O=Sở Nội vụ,C=VN`.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Tên trong chứng thư", "en": "Name in the certificate"}, "x-order" = 45))]
    pub tls_subject: String,
    /// Whether its tokens are bound to the certificate that it presents.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Gắn mã truy cập với chứng thư", "en": "Tokens bound to the certificate"}, "x-order" = 46))]
    pub certificate_bound_tokens: bool,
    /// Who may use it.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Đối tượng được dùng", "en": "Who may use it"}, "x-order" = 47))]
    pub access: ApplicationAccess,
    /// Ways by which answers to its sign-ons may travel; the first is used when it names none.
    #[serde(default = "default_modes")]
    #[schemars(extend("x-label" = {"vi": "Cách trả kết quả đăng nhập", "en": "Response modes"}, "x-order" = 48))]
    pub response_modes: Vec<ResponseMode>,
    /// Person who answers for it, by sign-in name; who leaves hands it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Người phụ trách", "en": "Person in charge"}, "x-widget" = "ref:account", "x-order" = 49))]
    pub owner: Option<String>,
}

fn default_grants() -> Vec<GrantType> {
    vec![GrantType::Code]
}

fn default_modes() -> Vec<ResponseMode> {
    ResponseMode::ALL.to_vec()
}

fn default_scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

const fn default_alg() -> Alg {
    Alg::Es256
}

const fn yes() -> bool {
    true
}

impl OidcClient {
    /// Whether it may use a grant.
    #[must_use]
    pub fn may(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Whether pushed requests are demanded.
    #[must_use]
    pub fn needs_par(&self) -> bool {
        self.require_par || self.profile == Profile::High
    }

    /// Whether tokens must be bound to a key by DPoP. The high profile is content with the
    /// binding to a certificate.
    #[must_use]
    pub fn needs_dpop(&self) -> bool {
        let is_high = self.profile == Profile::High;
        self.require_dpop || (is_high && !self.certificate_bound_tokens)
    }

    /// Whether a code challenge is demanded.
    #[must_use]
    pub fn needs_pkce(&self) -> bool {
        self.pkce == Pkce::Required
            || self.auth_method == AuthMethod::None
            || self.profile == Profile::High
    }
}

impl Kind for OidcClient {
    const KIND: &'static str = "oidc-client";
    const PLURAL: &'static str = "oidc-clients";
    const LABELS: Labels = Labels {
        vi: "Ứng dụng OpenID Connect",
        en: "OpenID Connect client",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Ứng dụng dùng đăng nhập một lần theo OpenID Connect, hoặc hệ thống lấy mã truy cập.",
        en: "An application that signs people on by OpenID Connect, or a system that gets tokens.",
    };
    const HAS_OWNER: bool = true;

    fn validate(&self, context: &ValidationContext<'_>) -> Vec<FieldError> {
        rules::check(self, context.name)
    }
}
