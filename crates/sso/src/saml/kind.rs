//! The kind `saml-sp`: an application that signs people on by SAML.
//!
//! Owns: its specification.
//! Not here: making one from metadata (`metadata/theirs.rs`), the view for requests
//! (`providers.rs`).
//! Follows: SAML 2.0 Metadata; design document "Identity", section 3.

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, Snapshot, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    encryption::{Encryption, Recipient},
    signature::certificate,
};
use crate::{
    access::ApplicationAccess,
    attributes::PersonAttribute,
    kinds::{broken, check_url},
};

/// Most entries of one list.
const ENTRIES_MAX: usize = 50;
/// Longest entity id (SAML 2.0 Core, 8.3.6) and attribute name.
const NAME_BYTES_MAX: usize = 1_024;
/// Levels of assurance.
const ACR_MAX: u8 = 3;

const fn is_true() -> bool {
    true
}

const fn one() -> u8 {
    1
}

fn default_formats() -> Vec<NameIdFormat> {
    vec![NameIdFormat::Persistent, NameIdFormat::Transient]
}

/// An application that signs people on by SAML 2.0 (ứng dụng đăng nhập qua SAML).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SamlSp {
    /// Name that people see on the sign-in page.
    #[schemars(extend("x-label" = {"vi": "Tên ứng dụng", "en": "Application name"}, "x-order" = 1))]
    pub title: String,
    /// Entity id, exactly as the application sends it.
    #[schemars(extend("x-label" = {"vi": "Mã thực thể (entityID)", "en": "Entity id"}, "x-order" = 2))]
    pub entity_id: String,
    /// Addresses that receive the answers to sign-on.
    #[schemars(extend("x-label" = {"vi": "Địa chỉ nhận kết quả đăng nhập", "en": "Assertion consumer services"}, "x-order" = 3))]
    pub assertion_consumers: Vec<AssertionConsumer>,
    /// Addresses for single logout.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ đăng xuất", "en": "Single logout services"}, "x-order" = 4))]
    pub logout_services: Vec<LogoutService>,
    /// Certificates whose keys sign the application's messages, in base64 or PEM.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Chứng thư số", "en": "Certificates"}, "x-order" = 5, "x-widget" = "textarea"))]
    pub certificates: Vec<String>,
    /// Whether sign-on requests must be signed.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Yêu cầu phải được ký", "en": "Requests must be signed"}, "x-order" = 6))]
    pub requests_signed: bool,
    /// Whether the whole answer is signed beside the assertion, which always is.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Ký cả thông điệp trả lời", "en": "Sign the response too"}, "x-order" = 7))]
    pub response_signed: bool,
    /// Whether what is said of a person is encrypted, so that only the application can read it.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mã hóa thông tin gửi đi", "en": "Encrypt assertions"}, "x-order" = 8))]
    pub encrypt_assertion: bool,
    /// The application's key for encryption; its metadata says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Khóa mã hóa của ứng dụng", "en": "Key for encryption"}, "x-order" = 9))]
    pub encryption: Option<Encryption>,
    /// Whether names in requests to sign out are encrypted too, when assertions are. Some
    /// software that reads encrypted assertions cannot read these.
    #[serde(default = "is_true")]
    #[schemars(extend("x-label" = {"vi": "Mã hóa cả tên trong yêu cầu đăng xuất", "en": "Encrypt names in requests to sign out"}, "x-order" = 10))]
    pub encrypt_logout_name: bool,
    /// Forms of name that the application may ask for; the first is the usual one.
    #[serde(default = "default_formats")]
    #[schemars(extend("x-label" = {"vi": "Dạng tên người dùng (NameID)", "en": "Name identifier formats"}, "x-order" = 11))]
    pub name_id_formats: Vec<NameIdFormat>,
    /// What the application learns of a person.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Thông tin được gửi", "en": "Attributes"}, "x-order" = 12))]
    pub attributes: Vec<AttributeMapping>,
    /// Least level of sign-on: 1 one factor, 2 two factors, 3 resistant to phishing.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 3), extend("x-label" = {"vi": "Mức bảo đảm tối thiểu", "en": "Least level of assurance"}, "x-order" = 13))]
    pub acr_min: u8,
    /// Whether people may begin here instead of at the application.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cho phép bắt đầu từ cổng này", "en": "Sign-on may begin here"}, "x-order" = 14))]
    pub idp_initiated: bool,
    /// Who may use it.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Đối tượng được dùng", "en": "Who may use it"}, "x-order" = 15))]
    pub access: ApplicationAccess,
    /// Whether the application may be used.
    #[serde(default = "is_true")]
    #[schemars(extend("x-label" = {"vi": "Đang dùng", "en": "Enabled"}, "x-order" = 16))]
    pub enabled: bool,
    /// Person who answers for it, by sign-in name; who leaves hands it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Người phụ trách", "en": "Person in charge"}, "x-widget" = "ref:account", "x-order" = 17))]
    pub owner: Option<String>,
}

/// An address that receives the answers to sign-on, by HTTP POST.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssertionConsumer {
    /// Address, compared exactly.
    #[schemars(extend("x-label" = {"vi": "Địa chỉ", "en": "Address"}, "x-order" = 1))]
    pub url: String,
    /// Number by which requests may name it.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Số thứ tự", "en": "Index"}, "x-order" = 2))]
    pub index: u16,
    /// Whether it is used when a request names none.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mặc định", "en": "Default"}, "x-order" = 3))]
    pub is_default: bool,
}

/// An address for single logout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogoutService {
    /// How messages reach it.
    #[schemars(extend("x-label" = {"vi": "Cách gửi", "en": "Binding"}, "x-order" = 1))]
    pub binding: LogoutBinding,
    /// Address of requests.
    #[schemars(extend("x-label" = {"vi": "Địa chỉ", "en": "Address"}, "x-order" = 2))]
    pub url: String,
    /// Address of answers, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ nhận trả lời", "en": "Address of answers"}, "x-order" = 3))]
    pub response_url: Option<String>,
}

/// How a logout message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogoutBinding {
    /// Through the browser, in an address.
    #[schemars(extend("x-label" = {"vi": "Chuyển hướng trình duyệt", "en": "HTTP redirect"}))]
    Redirect,
    /// Through the browser, in a form.
    #[schemars(extend("x-label" = {"vi": "Biểu mẫu qua trình duyệt", "en": "HTTP POST"}))]
    Post,
    /// From server to server.
    #[schemars(extend("x-label" = {"vi": "Máy chủ gọi máy chủ (SOAP)", "en": "SOAP"}))]
    Soap,
}

/// A form of the name by which an application knows a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameIdFormat {
    /// Random, for ever the same for one person and application.
    #[schemars(extend("x-label" = {"vi": "Cố định, ngẫu nhiên theo ứng dụng", "en": "Persistent"}))]
    Persistent,
    /// Random, another one for each sign-on.
    #[schemars(extend("x-label" = {"vi": "Tạm thời theo phiên", "en": "Transient"}))]
    Transient,
    /// E-mail address.
    #[schemars(extend("x-label" = {"vi": "Thư điện tử", "en": "E-mail"}))]
    EmailAddress,
    /// Sign-in name.
    #[schemars(extend("x-label" = {"vi": "Tên đăng nhập", "en": "User name (unspecified)"}))]
    Unspecified,
}

impl NameIdFormat {
    /// All forms.
    pub const ALL: [Self; 4] = [
        Self::Persistent,
        Self::Transient,
        Self::EmailAddress,
        Self::Unspecified,
    ];

    /// Its name in documents.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Persistent => "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            Self::Transient => "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            Self::EmailAddress => "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            Self::Unspecified => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.uri() == uri)
    }
}

/// One thing that the application learns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeMapping {
    /// What is sent.
    #[schemars(extend("x-label" = {"vi": "Thông tin", "en": "Information"}, "x-order" = 1))]
    pub source: PersonAttribute,
    /// Name under which the application expects it.
    #[schemars(extend("x-label" = {"vi": "Tên thuộc tính", "en": "Attribute name"}, "x-order" = 2))]
    pub name: String,
    /// Short name beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Tên ngắn", "en": "Friendly name"}, "x-order" = 3))]
    pub friendly_name: Option<String>,
}

impl Kind for SamlSp {
    const KIND: &'static str = "saml-sp";
    const PLURAL: &'static str = "saml-sps";
    const LABELS: Labels = Labels {
        vi: "Ứng dụng SAML",
        en: "SAML application",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Ứng dụng đăng nhập một lần qua SAML 2.0.",
        en: "An application that signs people on by SAML 2.0.",
    };
    const HAS_OWNER: bool = true;

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check_text(&mut errors, "/title", &self.title);
        check_text(&mut errors, "/entity_id", &self.entity_id);
        if self.assertion_consumers.is_empty() {
            errors.push(broken(
                "/assertion_consumers",
                "Cần ít nhất một địa chỉ nhận kết quả đăng nhập.",
                "At least one assertion consumer service is needed.",
            ));
        }
        for (index, consumer) in self.assertion_consumers.iter().enumerate() {
            let pointer = format!("/assertion_consumers/{index}/url");
            check_url(&mut errors, &pointer, &consumer.url);
        }
        for (index, service) in self.logout_services.iter().enumerate() {
            let pointer = format!("/logout_services/{index}/url");
            check_url(&mut errors, &pointer, &service.url);
            if let Some(url) = &service.response_url {
                let pointer = format!("/logout_services/{index}/response_url");
                check_url(&mut errors, &pointer, url);
            }
        }
        for (index, text) in self.certificates.iter().enumerate() {
            let read = certificate::decode(text).and_then(|der| certificate::public_key(&der));
            if read.is_err() {
                errors.push(broken(
                    &format!("/certificates/{index}"),
                    "Chứng thư không đọc được, khóa RSA ngắn hơn 2048 bit hoặc loại khóa khác.",
                    "The certificate cannot be read, its RSA key has fewer than 2,048 bits, or it \
                     has another type of key.",
                ));
            }
        }
        if self.requests_signed && self.certificates.is_empty() {
            errors.push(broken(
                "/certificates",
                "Muốn kiểm tra chữ ký của yêu cầu thì cần chứng thư của ứng dụng.",
                "A certificate is needed to check signed requests.",
            ));
        }
        self.check_encryption(&mut errors);
        self.access.check(&mut errors);
        if self.name_id_formats.is_empty() {
            errors.push(broken(
                "/name_id_formats",
                "Cần ít nhất một dạng tên người dùng.",
                "At least one name identifier format is needed.",
            ));
        }
        for (index, mapping) in self.attributes.iter().enumerate() {
            check_text(
                &mut errors,
                &format!("/attributes/{index}/name"),
                &mapping.name,
            );
        }
        if !(1..=ACR_MAX).contains(&self.acr_min) {
            errors.push(broken(
                "/acr_min",
                "Mức bảo đảm từ 1 đến 3.",
                "The level of assurance is 1 to 3.",
            ));
        }
        for (pointer, count) in [
            ("/assertion_consumers", self.assertion_consumers.len()),
            ("/logout_services", self.logout_services.len()),
            ("/certificates", self.certificates.len()),
            ("/name_id_formats", self.name_id_formats.len()),
            ("/attributes", self.attributes.len()),
        ] {
            if count > ENTRIES_MAX {
                errors.push(broken(
                    pointer,
                    "Quá nhiều mục.",
                    "There are too many entries.",
                ));
            }
        }
        errors
    }
}

impl SamlSp {
    fn check_encryption(&self, errors: &mut Vec<FieldError>) {
        if self.encrypt_assertion && self.encryption.is_none() {
            errors.push(broken(
                "/encryption",
                "Muốn mã hóa thông tin gửi đi thì cần chứng thư mã hóa của ứng dụng.",
                "To encrypt assertions, the application's certificate for encryption is needed.",
            ));
        }
        let is_broken = |encryption| Recipient::of(encryption).is_err();
        if self.encryption.as_ref().is_some_and(is_broken) {
            errors.push(broken(
                "/encryption/certificate",
                "Chứng thư mã hóa không đọc được, hoặc khóa không phải RSA từ 2048 đến 8192 bit.",
                "The certificate for encryption cannot be read, or its key is not RSA of 2,048 to \
                 8,192 bits.",
            ));
        }
    }
}

fn check_text(errors: &mut Vec<FieldError>, pointer: &str, text: &str) {
    if text.trim().is_empty() || text.len() > NAME_BYTES_MAX || text.chars().any(char::is_control) {
        errors.push(broken(
            pointer,
            "Không được để trống, dài quá 1024 byte hoặc có ký tự điều khiển.",
            "It must not be empty, longer than 1,024 bytes, or contain control characters.",
        ));
    }
}

/// Two applications with one entity id: an answer could go to the wrong one.
pub(crate) fn rule(wished: &Snapshot) -> Vec<FieldError> {
    let mut seen = std::collections::BTreeMap::new();
    let mut errors = Vec::new();
    for resource in wished.of_kind(SamlSp::KIND) {
        let entity_id = resource.spec.get("entity_id").and_then(|id| id.as_str());
        let Some(entity_id) = entity_id else { continue };
        if let Some(other) = seen.insert(entity_id, &resource.name) {
            errors.push(broken(
                "/spec/entity_id",
                &format!("Ứng dụng {other} đã dùng mã thực thể này."),
                &format!("Application {other} has this entity id already."),
            ));
        }
    }
    errors
}
