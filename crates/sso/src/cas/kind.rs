//! The kind `cas-service`: an application that signs people on by CAS.
//!
//! Owns: its specification.
//! Not here: finding the one of an address (`service.rs`).
//! Follows: CAS Protocol 3.0, 2; design document "Identity", section 4.

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    access::ApplicationAccess,
    attributes::PersonAttribute,
    kinds::{broken, check_url},
    saml::xml::is_ncname,
};

/// Most entries of one list.
const ENTRIES_MAX: usize = 50;
/// Longest name of an attribute, and longest title.
const NAME_BYTES_MAX: usize = 200;

const fn is_true() -> bool {
    true
}

const fn one() -> u8 {
    1
}

const fn username() -> PersonAttribute {
    PersonAttribute::Username
}

/// An application that signs people on by CAS (ứng dụng đăng nhập qua CAS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasService {
    /// Name that people see on the sign-in page.
    #[schemars(extend("x-label" = {"vi": "Tên ứng dụng", "en": "Application name"}, "x-order" = 1))]
    pub title: String,
    /// Beginnings of the application's addresses; what follows begins with a slash or a
    /// question mark.
    #[schemars(extend("x-label" = {"vi": "Địa chỉ bắt đầu bằng", "en": "Addresses begin with"}, "x-order" = 2))]
    pub services: Vec<String>,
    /// What the application takes as the name of the person.
    #[serde(default = "username")]
    #[schemars(extend("x-label" = {"vi": "Tên người dùng lấy từ", "en": "Name of the person"}, "x-order" = 3))]
    pub user: PersonAttribute,
    /// What the application learns of a person beside the name.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Thông tin được gửi", "en": "Attributes"}, "x-order" = 4))]
    pub attributes: Vec<CasAttribute>,
    /// Least level of sign-on: 1 one factor, 2 two factors, 3 resistant to phishing.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 3), extend("x-label" = {"vi": "Mức bảo đảm tối thiểu", "en": "Least level of assurance"}, "x-order" = 5))]
    pub acr_min: u8,
    /// Whether the application is told when a session ends.
    #[serde(default = "is_true")]
    #[schemars(extend("x-label" = {"vi": "Đăng xuất một lần", "en": "Single logout"}, "x-order" = 6))]
    pub single_logout: bool,
    /// Where it is told, if not at the address of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Địa chỉ nhận đăng xuất", "en": "Logout address"}, "x-order" = 7))]
    pub logout_url: Option<String>,
    /// Who may use it.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Đối tượng được dùng", "en": "Who may use it"}, "x-order" = 8))]
    pub access: ApplicationAccess,
    /// Whether the application may be used.
    #[serde(default = "is_true")]
    #[schemars(extend("x-label" = {"vi": "Đang dùng", "en": "Enabled"}, "x-order" = 9))]
    pub enabled: bool,
    /// Person who answers for it, by sign-in name; who leaves hands it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Người phụ trách", "en": "Person in charge"}, "x-widget" = "ref:account", "x-order" = 10))]
    pub owner: Option<String>,
}

/// One thing that the application learns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasAttribute {
    /// What is sent.
    #[schemars(extend("x-label" = {"vi": "Thông tin", "en": "Information"}, "x-order" = 1))]
    pub source: PersonAttribute,
    /// Name under which the application expects it.
    #[schemars(extend("x-label" = {"vi": "Tên thuộc tính", "en": "Attribute name"}, "x-order" = 2))]
    pub name: String,
}

impl Kind for CasService {
    const KIND: &'static str = "cas-service";
    const PLURAL: &'static str = "cas-services";
    const LABELS: Labels = Labels {
        vi: "Ứng dụng CAS",
        en: "CAS application",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Ứng dụng đăng nhập một lần qua giao thức CAS.",
        en: "An application that signs people on by CAS.",
    };
    const HAS_OWNER: bool = true;

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.title.trim().is_empty() || self.title.len() > NAME_BYTES_MAX {
            errors.push(broken(
                "/title",
                "Không được để trống hoặc dài quá 200 byte.",
                "It must not be empty or longer than 200 bytes.",
            ));
        }
        if self.services.is_empty() {
            errors.push(broken(
                "/services",
                "Cần ít nhất một địa chỉ.",
                "At least one address is needed.",
            ));
        }
        for (index, service) in self.services.iter().enumerate() {
            let pointer = format!("/services/{index}");
            check_url(&mut errors, &pointer, service);
            if service.contains('?') {
                errors.push(broken(
                    &pointer,
                    "Phần đầu của địa chỉ không có dấu hỏi.",
                    "The beginning of an address has no question mark.",
                ));
            }
        }
        if let Some(url) = &self.logout_url {
            check_url(&mut errors, "/logout_url", url);
        }
        for (index, attribute) in self.attributes.iter().enumerate() {
            if !is_ncname(&attribute.name) || attribute.name.len() > NAME_BYTES_MAX {
                errors.push(broken(
                    &format!("/attributes/{index}/name"),
                    "Tên thuộc tính bắt đầu bằng chữ, chỉ gồm chữ, số và các dấu . _ -",
                    "An attribute's name begins with a letter and has letters, digits, . _ - only.",
                ));
            }
        }
        self.access.check(&mut errors);
        if !(1..=3).contains(&self.acr_min) {
            errors.push(broken(
                "/acr_min",
                "Mức bảo đảm từ 1 đến 3.",
                "The level of assurance is 1 to 3.",
            ));
        }
        for (pointer, count) in [
            ("/services", self.services.len()),
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
