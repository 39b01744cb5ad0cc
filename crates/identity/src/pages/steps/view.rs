//! The page of a step.
//!
//! Owns: what it shows, its title, its ways.
//! Not here: which content a stage has (`mod.rs`, `factor.rs`, `enrol.rs`).

use askama::Template;
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    super::{
        form::encode,
        guard, page,
        texts::Texts,
        visit::{Frame, frame, set_form_cookie, status},
    },
    Walk,
    password::rules_text,
};
use crate::{Rules, error::Result, steps::STEP_PATH, tables::account::Account};

/// What a step page shows.
pub(super) enum Content {
    Totp,
    Recovery,
    Passkey,
    Stuck,
    EnrolChoice,
    EnrolTotp {
        factor: Uuid,
        secret: Zeroizing<String>,
        picture: Option<Zeroizing<String>>,
    },
    EnrolPasskey,
    Codes(Vec<String>),
    Password,
    Done,
}

#[derive(Template)]
#[template(path = "step.html")]
struct Page<'a> {
    frame: Frame,
    username: &'a str,
    error: Option<&'a str>,
    csrf: &'a str,
    next: &'a str,
    rules: &'a Rules,
    content: Content,
    others: Vec<Other>,
}

pub(super) struct Other {
    label: &'static str,
    href: String,
}

impl Page<'_> {
    fn title(&self) -> &'static str {
        let say = |vi, en| self.frame.texts.say(vi, en);
        match self.content {
            Content::Totp | Content::Recovery | Content::Passkey | Content::Stuck => {
                say("Xác thực lớp thứ hai", "Second factor")
            }
            Content::EnrolChoice | Content::EnrolTotp { .. } | Content::EnrolPasskey => {
                say("Đăng ký xác thực hai lớp", "Enrol a second factor")
            }
            Content::Codes(_) => say("Mã khôi phục", "Recovery codes"),
            Content::Password => say("Đặt mật khẩu mới", "Choose a new password"),
            Content::Done => say("Đã xác thực", "Proved"),
        }
    }

    /// The fields that every form carries. Both values are plain by form: a secret, and a path
    /// that is encoded here.
    fn hidden(&self) -> String {
        let next: String = self
            .next
            .chars()
            .map(|letter| match letter {
                '&' => "&#38;".to_owned(),
                '<' => "&#60;".to_owned(),
                '>' => "&#62;".to_owned(),
                '"' => "&#34;".to_owned(),
                other => other.to_string(),
            })
            .collect();
        format!(
            "<input type=\"hidden\" name=\"csrf\" value=\"{}\">\
             <input type=\"hidden\" name=\"next\" value=\"{next}\">\
             <input type=\"hidden\" name=\"lang\" value=\"{}\">",
            self.csrf, self.frame.texts.language
        )
    }

    fn way(&self, name: &str) -> String {
        way(self.frame.texts, self.next, name)
    }

    fn rules(&self) -> String {
        rules_text(self.frame.texts, self.rules)
    }
}

pub(super) fn way(texts: &Texts, next: &str, name: &str) -> String {
    let lang = texts.language;
    format!("{STEP_PATH}?lang={lang}&next={}&with={name}", encode(next))
}

impl Walk<'_> {
    pub(super) fn other(&self, name: &str) -> Other {
        let label = match name {
            "passkey" => self.texts.say("Khóa truy cập", "Passkey"),
            "totp" => self.texts.say(
                "Mã trong ứng dụng xác thực",
                "Code of an authenticator application",
            ),
            _ => self.texts.say("Mã khôi phục", "Recovery code"),
        };
        Other {
            label,
            href: way(self.texts, &self.next, name),
        }
    }

    pub(super) fn render(
        &self,
        status: StatusCode,
        account: &Account,
        (content, others): (Content, Vec<Other>),
        error: Option<&str>,
    ) -> Response {
        let csrf = self.visit.csrf();
        let has_script = matches!(content, Content::Passkey | Content::EnrolPasskey);
        // A form's own address answers no GET: the other language leads to the step.
        let other = match self.texts.other_language {
            "en" => "en",
            _ => "vi",
        };
        let href = format!(
            "{STEP_PATH}?lang={other}&next={}&with={}",
            encode(&self.next),
            encode(&self.with)
        );
        let template = Page {
            frame: frame(self.identity, self.texts, href).scripted(has_script),
            username: &account.username,
            error,
            csrf: &csrf,
            next: &self.next,
            rules: &self.identity.rules,
            content,
            others,
        };
        let mut response = page(status, &template);
        set_form_cookie(&mut response, &csrf, self.identity.has_tls);
        response
    }
}

pub(in crate::pages) fn options_response(asked: Result<serde_json::Value>) -> Response {
    let mut response = match asked {
        Ok(options) => Json(options).into_response(),
        Err(error) => status(&error).into_response(),
    };
    guard(response.headers_mut());
    response
}
