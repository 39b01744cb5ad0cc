//! The kind `theme`: how the sign-in pages look and what they say for a unit or an application.
//!
//! Owns: its specification and rules.
//! Not here: which theme a page gets (`mod.rs`), the pages.
//! Invariant: a theme counts for its owning agency and what lies below it, and for nothing else:
//! who may not change a unit cannot dress its pages.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, Rule, Snapshot, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    colour::{CONTRAST_MIN, Colour, DARK, LIGHT},
    picture::{self, LOGO_BYTES_MAX, LOGO_SIDE_MAX, Unfit},
};

/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 100;
/// Longest welcome or contact, in characters.
const TEXT_CHARS_MAX: usize = 500;
/// Applications of one theme.
const APPLICATIONS_MAX: usize = 50;
/// Host names of one theme.
const HOSTS_MAX: usize = 10;
/// Kinds of resources that sign people in.
pub(super) const APPLICATION_KINDS: [&str; 3] = ["oidc-client", "saml-sp", "cas-service"];

/// How the sign-in pages look and what they say (giao diện đăng nhập).
///
/// It counts for applications of its owning agency and of the agencies below it; without an
/// owning agency for all. The nearest one wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Name of the unit or service, shown at the top of the page.
    #[schemars(extend("x-label" = {"vi": "Tên hiển thị", "en": "Title"}, "x-order" = 1))]
    pub title: String,
    /// The same in English; empty for the same text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Tên hiển thị (tiếng Anh)", "en": "Title in English"}, "x-order" = 2))]
    pub title_en: String,
    /// What the sign-in page says before the form.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Lời chào", "en": "Welcome"}, "x-order" = 3, "x-widget" = "text"))]
    pub welcome_vi: String,
    /// The same in English; empty for nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Lời chào (tiếng Anh)", "en": "Welcome in English"}, "x-order" = 4, "x-widget" = "text"))]
    pub welcome_en: String,
    /// Whom people ask: telephone, mail, office hours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Liên hệ hỗ trợ", "en": "Help desk"}, "x-order" = 5))]
    pub help_desk: String,
    /// Colour of buttons and links on light pages, for example `#2b66b1`; empty for ours. Its
    /// contrast must be at least 4.5 to 1.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Màu nhấn", "en": "Accent colour"}, "x-order" = 6, "x-widget" = "color",
        "x-help" = {"vi": "Màu của nút và liên kết trên nền sáng, ví dụ #2b66b1; độ tương phản ít nhất 4,5:1. Để trống nếu dùng màu mặc định.",
            "en": "Colour of buttons and links on light pages, for example #2b66b1, with a contrast of at least 4.5 to 1. Empty for the usual one."}))]
    pub accent: String,
    /// The same on dark pages, for example `#6a9ad6`; empty for ours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Màu nhấn trên nền tối", "en": "Accent colour on dark pages"}, "x-order" = 7, "x-widget" = "color",
        "x-help" = {"vi": "Như trên, cho nền tối, ví dụ #6a9ad6.",
            "en": "The same on dark pages, for example #6a9ad6."}))]
    pub accent_dark: String,
    /// Logo as base64: PNG or WebP, at most 32 KiB and 1,024 pixels a side; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Logo", "en": "Logo"}, "x-order" = 8, "x-widget" = "image",
        "x-help" = {"vi": "Ảnh PNG hoặc WebP, không quá 32 KiB và 1.024 điểm ảnh mỗi cạnh.",
            "en": "PNG or WebP, at most 32 KiB and 1,024 pixels a side."}))]
    pub logo: String,
    /// Applications for which alone it counts, each as kind and name: `oidc-client/kho`,
    /// `saml-sp/thu-dien-tu`, `cas-service/cong`; empty for all of the unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Chỉ cho các ứng dụng", "en": "Only for these applications"}, "x-order" = 9, "x-widget" = "refs:application",
        "x-help" = {"vi": "Chỉ áp dụng khi đăng nhập vào các ứng dụng này. Để trống nếu áp dụng cho mọi ứng dụng của đơn vị.",
            "en": "It counts only for sign-in to these applications. Empty for all of the unit."}))]
    pub applications: Vec<String>,
    /// Host names under which people open the sign-in page; only for a theme without an owning
    /// agency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Tên miền", "en": "Host names"}, "x-order" = 10,
        "x-help" = {"vi": "Tên miền mà người dùng mở trang đăng nhập. Chỉ dùng khi giao diện không thuộc cơ quan nào.",
            "en": "Under which people open the sign-in page. Only for a theme without an owning agency."}))]
    pub hosts: Vec<String>,
}

fn broken(pointer: impl Into<String>, id: &str, vi: &str, en: &str) -> FieldError {
    FieldError::new(pointer, id, vi, en)
}

fn field(pointer: impl Into<String>, vi: &str, en: &str) -> FieldError {
    broken(pointer, "identity.theme.field", vi, en)
}

impl Theme {
    fn check_texts(&self, errors: &mut Vec<FieldError>) {
        let texts = [
            ("/title", &self.title, TITLE_CHARS_MAX),
            ("/title_en", &self.title_en, TITLE_CHARS_MAX),
            ("/welcome_vi", &self.welcome_vi, TEXT_CHARS_MAX),
            ("/welcome_en", &self.welcome_en, TEXT_CHARS_MAX),
            ("/help_desk", &self.help_desk, TEXT_CHARS_MAX),
        ];
        for (pointer, text, max) in texts {
            if text.chars().count() > max {
                let vi = format!("Dài quá {max} ký tự.");
                let en = format!("Longer than {max} characters.");
                errors.push(field(pointer, &vi, &en));
            }
        }
        if self.title.trim().is_empty() {
            errors.push(field(
                "/title",
                "Không được để trống.",
                "It must not be empty.",
            ));
        }
    }

    fn check_colours(&self, errors: &mut Vec<FieldError>) {
        let colours = [
            ("/accent", &self.accent, LIGHT.as_slice()),
            ("/accent_dark", &self.accent_dark, DARK.as_slice()),
        ];
        for (pointer, text, surfaces) in colours {
            if text.is_empty() {
                continue;
            }
            let Some(colour) = Colour::parse(text) else {
                errors.push(field(
                    pointer,
                    "Màu viết dạng #2b66b1.",
                    "A colour is written as #2b66b1.",
                ));
                continue;
            };
            let contrast = colour.contrast(surfaces);
            if contrast < CONTRAST_MIN {
                // Cut, not rounded: 4.49 must not read as 4.5.
                let shown = (contrast * 10.0).floor() / 10.0;
                errors.push(broken(
                    pointer,
                    "identity.theme.contrast",
                    &format!("Độ tương phản {shown:.1}:1 quá thấp, cần ít nhất 4,5:1 (WCAG AA). Hãy chọn màu đậm hơn trên nền sáng, nhạt hơn trên nền tối."),
                    &format!("The contrast of {shown:.1} to 1 is too low, at least 4.5 to 1 is needed (WCAG AA). Choose a darker colour on light pages, a lighter one on dark pages."),
                ));
            }
        }
    }

    fn check_logo(&self, errors: &mut Vec<FieldError>) {
        let Err(unfit) = self.picture() else {
            return;
        };
        let (vi, en) = match unfit {
            Unfit::Unknown => (
                "Logo phải là tệp PNG hoặc WebP viết dạng base64.".to_owned(),
                "The logo must be a PNG or WebP file as base64.".to_owned(),
            ),
            Unfit::TooLarge => (
                format!("Logo lớn quá {LOGO_BYTES_MAX} byte."),
                format!("The logo is larger than {LOGO_BYTES_MAX} bytes."),
            ),
            Unfit::TooManyPixels => (
                format!("Mỗi cạnh của logo dài tối đa {LOGO_SIDE_MAX} điểm ảnh."),
                format!("A side of the logo has at most {LOGO_SIDE_MAX} pixels."),
            ),
        };
        errors.push(broken("/logo", "identity.theme.logo", &vi, &en));
    }

    /// The logo, if there is one.
    pub(super) fn picture(&self) -> Result<Option<picture::Picture>, Unfit> {
        if self.logo.is_empty() {
            return Ok(None);
        }
        if self.logo.len() > LOGO_BYTES_MAX * 2 {
            return Err(Unfit::TooLarge);
        }
        let plain: String = self.logo.split_ascii_whitespace().collect();
        let bytes = STANDARD.decode(plain).map_err(|_| Unfit::Unknown)?;
        picture::read(bytes).map(Some)
    }

    fn check_places(&self, errors: &mut Vec<FieldError>) {
        for (at, application) in self.applications.iter().enumerate() {
            let kind = application.split_once('/').map(|(kind, _)| kind);
            if !kind.is_some_and(|kind| APPLICATION_KINDS.contains(&kind)) {
                errors.push(field(
                    format!("/applications/{at}"),
                    "Viết loại và tên, ví dụ oidc-client/kho, saml-sp/thu-dien-tu hoặc cas-service/cong.",
                    "Write kind and name, for example oidc-client/kho, saml-sp/mail or cas-service/portal.",
                ));
            }
        }
        for (at, host) in self.hosts.iter().enumerate() {
            let is_name = |byte: u8| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)
            };
            if host.is_empty() || host.len() > 253 || !host.bytes().all(is_name) {
                errors.push(field(
                    format!("/hosts/{at}"),
                    "Viết tên miền bằng chữ thường, không có cổng.",
                    "Write a host name in lower case, without a port.",
                ));
            }
        }
        let counts = [
            ("/applications", self.applications.len(), APPLICATIONS_MAX),
            ("/hosts", self.hosts.len(), HOSTS_MAX),
        ];
        for (pointer, count, max) in counts {
            if count > max {
                errors.push(field(
                    pointer,
                    &format!("Tối đa {max}."),
                    &format!("At most {max}."),
                ));
            }
        }
    }
}

impl Kind for Theme {
    const KIND: &'static str = "theme";
    const PLURAL: &'static str = "themes";
    const LABELS: Labels = Labels {
        vi: "Giao diện đăng nhập",
        en: "Sign-in theme",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Tên, lời chào, liên hệ hỗ trợ, màu và logo của trang đăng nhập theo cơ quan hoặc ứng dụng.",
        en: "Title, welcome, help desk, colour and logo of the sign-in pages by agency or application.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        self.check_texts(&mut errors);
        self.check_colours(&mut errors);
        self.check_logo(&mut errors);
        self.check_places(&mut errors);
        errors
    }
}

/// Host names are the platform's: who dresses a unit must not dress the front door.
pub(super) fn rule() -> Rule {
    Box::new(|snapshot: &Snapshot| {
        let owned = snapshot.of_kind(Theme::KIND);
        let owned = owned.filter(|resource| resource.agency.is_some());
        let claims = |name: &str| {
            let spec = snapshot.spec::<Theme>(name);
            spec.is_some_and(|theme| !theme.hosts.is_empty())
        };
        owned
            .filter(|resource| claims(&resource.name))
            .map(|resource| {
                broken(
                    format!("/{}/{}/spec/hosts", Theme::KIND, resource.name),
                    "identity.theme.hosts",
                    "Tên miền chỉ dùng cho giao diện không thuộc cơ quan nào.",
                    "Host names are only for a theme without an owning agency.",
                )
            })
            .collect()
    })
}
