//! The pages between the first factor and the session.
//!
//! Owns: second factor, enrolment, forced change of the password, their forms.
//! Not here: which step comes next (`steps.rs` of the crate).
//! Invariant: every form needs the page's cookie and the step's cookie; a page shows only what
//! the step that the server knows asks for.

use askama::Template;
use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    form::{Form, encode, safe_next},
    page, see_other, sign_in,
    texts::Texts,
    visit::{
        Frame, Visit, sentence, set_form_cookie, set_session_cookies, set_step_cookie, status,
    },
};
use crate::{
    Error, Identity, Password, Proof, Rules,
    error::{Result, Rule},
    factors::{Assertion, Purpose, Registration},
    steps::{STEP_PATH, Stage, Ways},
    tables::{account::Account, step::Step},
};

/// What a step page shows.
enum Content {
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

struct Other {
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

/// What a password must be, in a sentence.
pub(super) fn rules_text(texts: &Texts, rules: &Rules) -> String {
    let chars = rules.password_chars_min.to_string();
    texts
        .say(
            "Ít nhất {chars} ký tự, đủ chữ thường, chữ hoa, chữ số và ký tự khác.",
            "At least {chars} characters, with lower-case and upper-case letters, digits and others.",
        )
        .replace("{chars}", &chars)
}

fn way(texts: &Texts, next: &str, name: &str) -> String {
    let lang = texts.language;
    format!("{STEP_PATH}?lang={lang}&next={}&with={name}", encode(next))
}

/// Somebody in a step.
struct Walk<'a> {
    identity: &'a Identity,
    visit: &'a Visit,
    texts: &'static Texts,
    next: String,
    with: String,
}

impl<'a> Walk<'a> {
    fn new(identity: &'a Identity, visit: &'a Visit, form: &Form) -> Self {
        let pick = |name| match form.get(name) {
            "" => visit.query.get(name),
            value => value,
        };
        Self {
            identity,
            visit,
            texts: visit.texts(form),
            next: safe_next(pick("next")).to_owned(),
            with: pick("with").to_owned(),
        }
    }

    async fn step(&self) -> Result<(Step, Account)> {
        self.identity.step(self.visit.step_secret()).await
    }

    /// The page of what is missing; begins at the sign-in page when the step has ended.
    async fn show(&self, error: Option<&Error>) -> Response {
        match self.try_show(error).await {
            Ok(response) => response,
            Err(Error::StepExpired) => self.expired(),
            Err(error) => super::visit::error_page(self.identity, self.visit, self.texts, &error),
        }
    }

    fn expired(&self) -> Response {
        let next = encode(&self.next);
        let lang = self.texts.language;
        let mut response = see_other(&format!("/sign-in?notice=expired&lang={lang}&next={next}"));
        set_step_cookie(&mut response, None, self.identity.has_tls);
        response
    }

    async fn try_show(&self, error: Option<&Error>) -> Result<Response> {
        let (step, account) = self.step().await?;
        let stage = self
            .identity
            .stage(&step, &account, self.visit.address)
            .await?;
        let (content, others) = match stage {
            Stage::Second(ways) => self.second(ways),
            Stage::Enrol { is_passkey_only } => self.enrol(&account, is_passkey_only).await?,
            Stage::Password => (Content::Password, Vec::new()),
            Stage::Done => (Content::Done, Vec::new()),
        };
        let status = error.map_or(StatusCode::OK, status);
        let message = error.map(|error| sentence(self.texts, error));
        Ok(self.render(status, &account, (content, others), message.as_deref()))
    }

    fn second(&self, ways: Ways) -> (Content, Vec<Other>) {
        let possible = [
            ("passkey", ways.has_passkey),
            ("totp", ways.has_totp),
            ("recovery", ways.has_recovery),
        ];
        let possible: Vec<&str> = possible
            .into_iter()
            .filter_map(|(name, is_possible)| is_possible.then_some(name))
            .collect();
        let chosen = possible.iter().find(|name| **name == self.with);
        let chosen = chosen.or(possible.first()).copied();
        let content = match chosen {
            Some("passkey") => Content::Passkey,
            Some("totp") => Content::Totp,
            Some(_) => Content::Recovery,
            None => Content::Stuck,
        };
        let others = possible.into_iter().filter(|name| Some(*name) != chosen);
        (content, others.map(|name| self.other(name)).collect())
    }

    fn other(&self, name: &str) -> Other {
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

    async fn enrol(
        &self,
        account: &Account,
        is_passkey_only: bool,
    ) -> Result<(Content, Vec<Other>)> {
        let has_passkeys = self.identity.has_passkeys();
        if is_passkey_only && !has_passkeys {
            return Err(Error::PasskeyUnavailable);
        }
        if is_passkey_only || (has_passkeys && self.with == "passkey") {
            let others = match is_passkey_only {
                true => Vec::new(),
                false => vec![self.other("totp")],
            };
            return Ok((Content::EnrolPasskey, others));
        }
        if has_passkeys && self.with != "totp" {
            return Ok((Content::EnrolChoice, Vec::new()));
        }
        let request = self.visit.request(self.identity);
        let actor = request.actor(account, self.identity.platform.clock.now());
        let begun = self.identity.begin_totp(&actor, account).await?;
        let others = match has_passkeys {
            true => vec![self.other("passkey")],
            false => Vec::new(),
        };
        let content = Content::EnrolTotp {
            factor: begun.factor,
            secret: begun.secret,
            picture: begun.picture,
        };
        Ok((content, others))
    }

    fn render(
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
            frame: super::visit::frame(self.identity, self.texts, href).scripted(has_script),
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

    /// Lets the person in when nothing is missing, else shows what is.
    async fn advance(&self, step: &Step, account: &Account) -> Result<Response> {
        let stage = self
            .identity
            .stage(step, account, self.visit.address)
            .await?;
        if stage != Stage::Done {
            return Ok(see_other(&way(self.texts, &self.next, "")));
        }
        let request = self.visit.request(self.identity);
        let opened = self.identity.finish_step(step, account, &request).await?;
        let mut response = see_other(&self.next);
        set_session_cookies(self.identity, &mut response, &opened);
        Ok(response)
    }
}

pub(super) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    Walk::new(&identity, &visit, &Form::default())
        .show(None)
        .await
}

pub(super) async fn code(State(identity): State<Identity>, visit: Visit, body: Bytes) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let mut walk = Walk::new(&identity, &visit, &form);
    form.get("way").clone_into(&mut walk.with);
    match try_code(&walk, &form).await {
        Ok(response) => response,
        Err(error) => walk.show(Some(&error)).await,
    }
}

async fn try_code(walk: &Walk<'_>, form: &Form) -> Result<Response> {
    walk.visit.check_form(form)?;
    let (mut step, account) = walk.step().await?;
    let identity = walk.identity;
    let request = walk.visit.request(identity);
    let actor = request.actor(&account, identity.platform.clock.now());
    let stage = identity.stage(&step, &account, walk.visit.address).await?;
    let Stage::Second(ways) = stage else {
        return walk.advance(&step, &account).await;
    };
    let typed = form.get("code");
    let (is_possible, amr) = match form.get("way") {
        "recovery" => (ways.has_recovery, ["otp", "mfa"]),
        _ => (ways.has_totp, ["otp", "mfa"]),
    };
    let proved = match form.get("way") {
        _ if !is_possible => Err(Error::FactorRefused),
        "recovery" => identity.prove_recovery(&actor, &account, typed).await,
        _ => identity.prove_totp(&actor, &account, typed).await,
    };
    if let Err(error) = proved {
        identity.fail_step(&step).await?;
        return Err(error);
    }
    identity.prove_step(&mut step, 2, &amr).await?;
    walk.advance(&step, &account).await
}

/// What the browser asks a passkey; JSON for the script.
pub(super) async fn passkey_options(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let asked: Result<serde_json::Value> = async {
        visit.check_form(&form)?;
        if form.get("purpose") == "second" {
            let (_, account) = identity.step(visit.step_secret()).await?;
            let account = Some(account.id);
            return identity.passkey_request(Purpose::Second, account).await;
        }
        identity.passkey_request(Purpose::SignIn, None).await
    }
    .await;
    options_response(asked)
}

/// What the browser asks a new passkey; JSON for the script.
pub(super) async fn enrol_options(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let asked: Result<serde_json::Value> = async {
        visit.check_form(&form)?;
        let (step, account) = identity.step(visit.step_secret()).await?;
        match identity.stage(&step, &account, visit.address).await? {
            Stage::Enrol { .. } => identity.passkey_creation(&account).await,
            _ => Err(Error::StepExpired),
        }
    }
    .await;
    options_response(asked)
}

pub(super) fn options_response(asked: Result<serde_json::Value>) -> Response {
    let mut response = match asked {
        Ok(options) => Json(options).into_response(),
        Err(error) => status(&error).into_response(),
    };
    super::guard(response.headers_mut());
    response
}

pub(super) async fn passkey(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let is_second = form.get("purpose") == "second";
    let mut walk = Walk::new(&identity, &visit, &form);
    walk.with = "passkey".to_owned();
    let done = match is_second {
        true => try_second(&walk, &form).await,
        false => try_passkey(&walk, &form).await,
    };
    match done {
        Ok(response) => response,
        Err(error) if is_second => walk.show(Some(&error)).await,
        Err(error) => sign_in::refuse(&identity, &visit, &form, &error),
    }
}

fn answer<T: serde::de::DeserializeOwned>(form: &Form) -> Result<T> {
    serde_json::from_str(form.get("answer")).map_err(|_| Error::PasskeyRefused)
}

/// A passkey and nothing else: two factors in one device.
async fn try_passkey(walk: &Walk<'_>, form: &Form) -> Result<Response> {
    walk.visit.check_form(form)?;
    let identity = walk.identity;
    let answer: Assertion = answer(form)?;
    let address = walk.visit.address.map(|address| address.to_string());
    let proved = identity
        .prove_passkey(Purpose::SignIn, None, &answer, address)
        .await;
    let proved = match proved {
        Ok(proved) => proved,
        Err(error) => {
            identity.note_stranger(walk.visit.address).await?;
            return Err(error);
        }
    };
    let account = identity.account(proved.account_id).await?;
    let proof = Proof {
        acr: 3,
        amr: ["hwk", "user", "mfa"].map(str::to_owned).to_vec(),
        auth_at: None,
    };
    let request = walk.visit.request(identity);
    let acr = form.get("acr").parse().unwrap_or(0);
    let admission = identity.admit(&account, &proof, &request, acr).await?;
    Ok(sign_in::admitted(
        identity, walk.texts, &walk.next, &admission,
    ))
}

async fn try_second(walk: &Walk<'_>, form: &Form) -> Result<Response> {
    walk.visit.check_form(form)?;
    let identity = walk.identity;
    let (mut step, account) = walk.step().await?;
    let stage = identity.stage(&step, &account, walk.visit.address).await?;
    if !matches!(stage, Stage::Second(ways) if ways.has_passkey) {
        return walk.advance(&step, &account).await;
    }
    let address = walk.visit.address.map(|address| address.to_string());
    let proved = async {
        let answer: Assertion = answer(form)?;
        identity
            .prove_passkey(Purpose::Second, Some(account.id), &answer, address)
            .await
    }
    .await;
    let proved = match proved {
        Ok(proved) => proved,
        Err(error) => {
            identity.fail_step(&step).await?;
            return Err(error);
        }
    };
    match proved.is_user_verified {
        true => {
            identity
                .prove_step(&mut step, 3, &["hwk", "user", "mfa"])
                .await?
        }
        false => identity.prove_step(&mut step, 2, &["hwk", "mfa"]).await?,
    }
    walk.advance(&step, &account).await
}

pub(super) async fn enrol(State(identity): State<Identity>, visit: Visit, body: Bytes) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let mut walk = Walk::new(&identity, &visit, &form);
    form.get("way").clone_into(&mut walk.with);
    match try_enrol(&walk, &form).await {
        Ok(response) => response,
        Err(error) => walk.show(Some(&error)).await,
    }
}

async fn try_enrol(walk: &Walk<'_>, form: &Form) -> Result<Response> {
    walk.visit.check_form(form)?;
    let (mut step, account) = walk.step().await?;
    let identity = walk.identity;
    let stage = identity.stage(&step, &account, walk.visit.address).await?;
    let Stage::Enrol { is_passkey_only } = stage else {
        return walk.advance(&step, &account).await;
    };
    let request = walk.visit.request(identity);
    let actor = request.actor(&account, identity.platform.clock.now());
    let typed = form.get("label").trim();
    let name = |otherwise| if typed.is_empty() { otherwise } else { typed };
    let enrolled = match form.get("way") {
        "passkey" => {
            let answer: Registration = answer(form)?;
            let label = name(walk.texts.say("Khóa truy cập", "Passkey"));
            let made = identity.register_passkey(&actor, &account, label, &answer);
            made.await?
        }
        _ if is_passkey_only => return Err(Error::PasskeyRefused),
        _ => {
            let factor = form.get("factor").parse();
            let factor: Uuid = factor.map_err(|_| Error::FactorNotFound)?;
            let label = name(
                walk.texts
                    .say("Ứng dụng xác thực", "Authenticator application"),
            );
            let code = form.get("code");
            let confirmed = identity.confirm_totp(&actor, &account, (factor, label), code);
            confirmed.await?
        }
    };
    // The person has just shown both: the password, and a factor that works. A new passkey
    // showed nothing about its owner; where that is asked for, it must be used once more.
    let amr: &[&str] = match form.get("way") {
        "passkey" => &["hwk", "mfa"],
        _ => &["otp", "mfa"],
    };
    identity.prove_step(&mut step, 2, amr).await?;
    if enrolled.recovery_codes.is_empty() {
        return walk.advance(&step, &account).await;
    }
    let content = Content::Codes(enrolled.recovery_codes);
    Ok(walk.render(StatusCode::OK, &account, (content, Vec::new()), None))
}

pub(super) async fn password(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let walk = Walk::new(&identity, &visit, &form);
    match try_password(&walk, &form).await {
        Ok(response) => response,
        Err(error) => walk.show(Some(&error)).await,
    }
}

/// The new password of a form in which it was typed twice.
pub(super) fn new_password(form: &Form) -> Result<Password> {
    if form.get("new") != form.get("repeat") {
        return Err(Error::Invalid(vec![Rule::PasswordDiffers.at("/repeat")]));
    }
    Ok(Password::new(form.get("new").to_owned()))
}

async fn try_password(walk: &Walk<'_>, form: &Form) -> Result<Response> {
    walk.visit.check_form(form)?;
    let (mut step, account) = walk.step().await?;
    let identity = walk.identity;
    let stage = identity.stage(&step, &account, walk.visit.address).await?;
    if stage != Stage::Password {
        return walk.advance(&step, &account).await;
    }
    let request = walk.visit.request(identity);
    let actor = request.actor(&account, identity.platform.clock.now());
    let new = new_password(form)?;
    identity
        .change_password_in_step(&mut step, &account, new, &actor)
        .await?;
    let account = identity.account(account.id).await?;
    walk.advance(&step, &account).await
}

pub(super) async fn go_on(State(identity): State<Identity>, visit: Visit, body: Bytes) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let walk = Walk::new(&identity, &visit, &form);
    let done: Result<Response> = async {
        visit.check_form(&form)?;
        let (step, account) = walk.step().await?;
        walk.advance(&step, &account).await
    }
    .await;
    match done {
        Ok(response) => response,
        Err(error) => walk.show(Some(&error)).await,
    }
}
