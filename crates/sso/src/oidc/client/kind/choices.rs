//! The choices of a client: what it is, how it proves itself, which tokens it gets.
//!
//! Owns: the enumerations of the specification, with the words of the standards.
//! Not here: the specification (`mod.rs`), its rules (`../rules.rs`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of program a client is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientType {
    /// A web application with a server that keeps a secret.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Ứng dụng web có máy chủ", "en": "Web application"}))]
    Web,
    /// A page that runs in the browser only.
    #[schemars(extend("x-label" = {"vi": "Trang web một trang (SPA)", "en": "Single-page application"}))]
    Spa,
    /// A program on a telephone or desktop.
    #[schemars(extend("x-label" = {"vi": "Ứng dụng di động, máy trạm", "en": "Native application"}))]
    Native,
    /// A system without persons.
    #[schemars(extend("x-label" = {"vi": "Dịch vụ, hệ thống", "en": "Service"}))]
    Service,
}

/// A way by which a client gets tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum GrantType {
    /// A person signs on in a browser.
    #[serde(rename = "authorization_code")]
    #[schemars(extend("x-label" = {"vi": "Mã uỷ quyền", "en": "Authorisation code"}))]
    Code,
    /// Renewing without the person.
    #[serde(rename = "refresh_token")]
    #[schemars(extend("x-label" = {"vi": "Gia hạn", "en": "Refresh token"}))]
    Refresh,
    /// The client for itself.
    #[serde(rename = "client_credentials")]
    #[schemars(extend("x-label" = {"vi": "Tài khoản của hệ thống", "en": "Client credentials"}))]
    Credentials,
    /// A device without a keyboard.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    #[schemars(extend("x-label" = {"vi": "Thiết bị", "en": "Device"}))]
    Device,
    /// In exchange for the token of another.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    #[schemars(extend("x-label" = {"vi": "Đổi mã", "en": "Token exchange"}))]
    Exchange,
}

impl GrantType {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Code,
        Self::Refresh,
        Self::Credentials,
        Self::Device,
        Self::Exchange,
    ];

    /// Value of the parameter `grant_type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "authorization_code",
            Self::Refresh => "refresh_token",
            Self::Credentials => "client_credentials",
            Self::Device => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Exchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// Reads the parameter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

/// How an answer to an authorisation request travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the address.
    #[serde(alias = "Query")]
    #[schemars(extend("x-label" = {"vi": "Trong địa chỉ", "en": "In the address"}))]
    Query,
    /// In a form.
    #[serde(alias = "FormPost")]
    #[schemars(extend("x-label" = {"vi": "Trong biểu mẫu", "en": "In a form"}))]
    FormPost,
}

impl ResponseMode {
    /// All of them; the first is the usual one.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// Value of the parameter `response_mode`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// Reads the parameter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Secret in the header.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Bí mật trong tiêu đề", "en": "Secret in the header"}))]
    ClientSecretBasic,
    /// Secret in the form.
    #[schemars(extend("x-label" = {"vi": "Bí mật trong biểu mẫu", "en": "Secret in the form"}))]
    ClientSecretPost,
    /// A token made with the secret.
    #[schemars(extend("x-label" = {"vi": "Mã ký bằng bí mật", "en": "Token made with the secret"}))]
    ClientSecretJwt,
    /// A token signed with its own key.
    #[schemars(extend("x-label" = {"vi": "Mã ký bằng khoá riêng", "en": "Token signed with its key"}))]
    PrivateKeyJwt,
    /// A certificate of a trusted authority, with the registered name (RFC 8705, section 2.1).
    #[schemars(extend("x-label" = {"vi": "Chứng thư số do CA cấp (mTLS)", "en": "Certificate of an authority (mTLS)"}))]
    TlsClientAuth,
    /// A certificate whose key is among the registered ones (RFC 8705, section 2.2).
    #[schemars(extend("x-label" = {"vi": "Chứng thư tự ký (mTLS)", "en": "Self-signed certificate (mTLS)"}))]
    SelfSignedTlsClientAuth,
    /// Nothing: a program that cannot keep a secret.
    #[schemars(extend("x-label" = {"vi": "Không có", "en": "None"}))]
    None,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    /// The name of the standard.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }

    /// Whether it is a certificate.
    #[must_use]
    pub const fn is_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// Whether it needs a secret.
    #[must_use]
    pub const fn needs_secret(self) -> bool {
        matches!(
            self,
            Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt
        )
    }
}

/// By which of its names a certificate is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TlsName {
    /// The whole distinguished name of its subject.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Tên chủ thể (DN)", "en": "Subject (DN)"}))]
    SubjectDn,
    /// The name of a machine.
    #[schemars(extend("x-label" = {"vi": "Tên máy (SAN DNS)", "en": "Machine (SAN DNS)"}))]
    SanDns,
    /// An address or identifier.
    #[schemars(extend("x-label" = {"vi": "Địa chỉ, định danh (SAN URI)", "en": "Identifier (SAN URI)"}))]
    SanUri,
    /// A network address.
    #[schemars(extend("x-label" = {"vi": "Địa chỉ mạng (SAN IP)", "en": "Network address (SAN IP)"}))]
    SanIp,
    /// A mail address.
    #[schemars(extend("x-label" = {"vi": "Thư điện tử (SAN email)", "en": "Mail address (SAN email)"}))]
    SanEmail,
}

impl TlsName {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::SubjectDn,
        Self::SanDns,
        Self::SanUri,
        Self::SanIp,
        Self::SanEmail,
    ];

    /// Name of the registration's member (RFC 8705, section 2.1.2).
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::SubjectDn => "tls_client_auth_subject_dn",
            Self::SanDns => "tls_client_auth_san_dns",
            Self::SanUri => "tls_client_auth_san_uri",
            Self::SanIp => "tls_client_auth_san_ip",
            Self::SanEmail => "tls_client_auth_san_email",
        }
    }
}

/// Form of access tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenFormat {
    /// Signed, readable by the resource (RFC 9068).
    #[default]
    #[schemars(extend("x-label" = {"vi": "Có chữ ký (JWT)", "en": "Signed (JWT)"}))]
    Jwt,
    /// A random text that only we can read.
    #[schemars(extend("x-label" = {"vi": "Ngẫu nhiên", "en": "Opaque"}))]
    Opaque,
}

/// How strictly a client is treated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// The usual rules.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Tiêu chuẩn", "en": "Standard"}))]
    Standard,
    /// Pushed requests, tokens bound to a key, authentication with a key, PKCE.
    #[schemars(extend("x-label" = {"vi": "Cao", "en": "High"}))]
    High,
}

/// Whether a code challenge is demanded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// Always.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Bắt buộc", "en": "Required"}))]
    Required,
    /// Checked when the client sends one; for old products with a secret.
    #[schemars(extend("x-label" = {"vi": "Khi ứng dụng gửi", "en": "If sent"}))]
    IfSent,
}

/// Type of the identifiers of people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The same for all clients.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Chung", "en": "Public"}))]
    Public,
    /// Another one for each sector.
    #[schemars(extend("x-label" = {"vi": "Riêng từng khu vực", "en": "Pairwise"}))]
    Pairwise,
}
