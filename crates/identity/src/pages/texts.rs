//! The words of the pages, in both languages.
//!
//! Owns: `Texts`, choosing the language, remembering what a person chose.
//! Not here: error sentences (`messages/`).

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use lgsp_platform::error::Sentence;

use super::{Cookie, form::Form, set_cookie};
use crate::{secret::cookie, tables::preference::Language};

/// The cookie in which a browser keeps the language that its person chose.
const LANGUAGE_COOKIE: &str = "lgsp_language";
/// How long it does: a year.
const LANGUAGE_LIFE_S: u32 = 365 * 24 * 3_600;

/// The words of the pages.
pub(crate) struct Texts {
    pub(super) language: &'static str,
    pub(super) other_language: &'static str,
    pub(super) other_language_name: &'static str,
    pub(crate) product: &'static str,
    pub(super) sign_in: &'static str,
    pub(super) username: &'static str,
    pub(super) password: &'static str,
    pub(super) help: &'static str,
    pub(super) error_title: &'static str,
    pub(super) signed_out: &'static str,
    pub(super) ended: &'static str,
    pub(super) again: &'static str,
    pub(super) sign_out: &'static str,
    pub(super) sign_out_question: &'static str,
    pub(super) stay: &'static str,
    pub(super) other_ways: &'static str,
}

impl Texts {
    /// `vi` or `en`.
    pub(crate) fn language(&self) -> &'static str {
        self.language
    }

    /// The one of two words or sentences that is in this language.
    pub(crate) fn say(&self, vi: &'static str, en: &'static str) -> &'static str {
        if self.language == "en" { en } else { vi }
    }

    /// The sentence in this language.
    pub(super) fn pick(&self, sentence: Sentence) -> String {
        if self.language == "en" {
            sentence.en
        } else {
            sentence.vi
        }
    }
}

const VI: Texts = Texts {
    language: "vi",
    other_language: "en",
    other_language_name: "English",
    product: "Nền tảng tích hợp, chia sẻ dữ liệu",
    sign_in: "Đăng nhập",
    username: "Tên đăng nhập",
    password: "Mật khẩu",
    help: "Quên mật khẩu hoặc tài khoản bị khóa? Hãy liên hệ quản trị viên của cơ quan bạn.",
    error_title: "Chưa đăng nhập được",
    signed_out: "Bạn đã đăng xuất.",
    ended: "Phiên làm việc đã kết thúc. Vui lòng đăng nhập để tiếp tục.",
    again: "Vui lòng đăng nhập lại để xác nhận đó là bạn.",
    sign_out: "Đăng xuất",
    sign_out_question: "Bạn muốn đăng xuất khỏi tài khoản này?",
    stay: "Quay lại làm việc",
    other_ways: "Hoặc đăng nhập bằng",
};

const EN: Texts = Texts {
    language: "en",
    other_language: "vi",
    other_language_name: "Tiếng Việt",
    product: "Data integration and sharing platform",
    sign_in: "Sign in",
    username: "User name",
    password: "Password",
    help: "Forgot the password, or the account is locked? Ask the administrator of your agency.",
    error_title: "Could not sign in",
    signed_out: "You have signed out.",
    ended: "The session has ended. Sign in to continue.",
    again: "Please sign in again to confirm that it is you.",
    sign_out: "Sign out",
    sign_out_question: "Do you want to sign out of this account?",
    stay: "Back to work",
    other_ways: "Or sign in with",
};

/// The words in the language that a person reads.
pub(crate) fn of(language: Language) -> &'static Texts {
    match language {
        Language::Vi => &VI,
        Language::En => &EN,
    }
}

/// The language that the person chose on one of these pages, `vi` or `en`.
#[must_use]
pub fn chosen_language(headers: &HeaderMap) -> Option<&'static str> {
    known(cookie(headers, LANGUAGE_COOKIE)?)
}

fn known(language: &str) -> Option<&'static str> {
    ["vi", "en"].into_iter().find(|known| *known == language)
}

/// Middleware: a language that a person chose stays, on the pages of applications too. One that
/// an application asked for does not.
pub(super) async fn remember(request: Request, next: Next) -> Response {
    let query = Form::parse(request.uri().query().unwrap_or_default());
    let is_chosen = !query.get("keep").is_empty();
    let chosen = known(query.get("lang")).filter(|_| is_chosen);
    let mut response = next.run(request).await;
    if let Some(value) = chosen {
        let kept = Cookie {
            name: LANGUAGE_COOKIE,
            value,
            path: "/",
            same_site: "Lax",
            max_age_s: Some(LANGUAGE_LIFE_S),
        };
        // It is no secret, and its name is the same with and without TLS.
        set_cookie(&mut response, &kept, false);
    }
    response
}

/// The words for the language asked for in the address, else the one chosen before, else that
/// of the browser, else Vietnamese.
pub(super) fn choose(asked: &str, headers: &HeaderMap) -> &'static Texts {
    match known(asked).or_else(|| chosen_language(headers)) {
        Some("en") => return &EN,
        Some(_) => return &VI,
        None => {}
    }
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if prefers_english(accepted) { &EN } else { &VI }
}

fn prefers_english(accepted: &str) -> bool {
    let (mut vi, mut en) = (0.0_f32, 0.0_f32);
    for entry in accepted.split(',') {
        let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let quality = parameters.trim().strip_prefix("q=");
        let quality = quality.map_or(1.0, |text| text.parse().unwrap_or(0.0));
        let tag = tag.trim().to_ascii_lowercase();
        match tag.split('-').next() {
            Some("vi") => vi = vi.max(quality),
            Some("en") => en = en.max(quality),
            _ => {}
        }
    }
    en > vi
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_browser() {
        for (accepted, is_english) in [
            ("", false),
            ("*", false),
            ("vi-VN,vi;q=0.9,en-US;q=0.6,en;q=0.5", false),
            ("en-US,en;q=0.9", true),
            ("en;q=0.4, vi;q=0.5", false),
            ("fr, en;q=0.3", true),
            ("en;q=x", false),
        ] {
            assert_eq!(prefers_english(accepted), is_english, "{accepted}");
        }
    }
}
