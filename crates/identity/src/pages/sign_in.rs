//! The sign-in page.
//!
//! Owns: the form, its answers, the way on to the steps that follow.
//! Not here: checking (`sign_in.rs` and `steps.rs` of the crate), the steps' pages (`steps/`).
//! Invariant: afterwards the person lands on this site; the page tells no account from another.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use lgsp_platform::{error::Sentence, http::problem::Problem as _};

use super::{
    add,
    form::{Form, encode, safe_next},
    page, see_other,
    texts::Texts,
    theme,
    visit::{
        Frame, Visit, sentence, set_form_cookie, set_session_cookies, set_step_cookie, status,
    },
};
use crate::{
    Admission, Attempt, Error, Identity, Password,
    error::{Result, seconds},
    steps::STEP_PATH,
    theme::Look,
};

#[derive(Template)]
#[template(path = "sign-in.html")]
struct Page<'a> {
    frame: Frame,
    notice: Option<&'a str>,
    error: Option<&'a str>,
    username: &'a str,
    next: &'a str,
    acr: u8,
    csrf: &'a str,
    options: Vec<Button>,
    has_mail: bool,
    application: &'a str,
}

/// A button that leads to another way in.
struct Button {
    label: String,
    href: String,
}

/// What a page shows beside its form.
#[derive(Default)]
struct Content<'a> {
    notice: Option<&'a str>,
    error: Option<&'a str>,
    username: &'a str,
    next: &'a str,
    acr: u8,
    /// Kind and name of the application that asked.
    application: &'a str,
    look: Option<Arc<Look>>,
}

/// The level that an application asks for.
fn level(text: &str) -> u8 {
    text.parse().map_or(0, |level: u8| level.min(3))
}

pub(super) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    let query = &visit.query;
    let (next, acr) = (safe_next(query.get("next")), level(query.get("acr")));
    let texts = visit.texts(&Form::default());
    let is_again = !query.get("again").is_empty();
    let application = query.get("for");
    let look = theme::begun(&identity, application, visit.host());
    let has_secret = identity.session_secret(&visit.headers).is_some();
    if has_secret
        && !is_again
        && let Some(mut response) = go_on(&identity, &visit, texts, (next, acr)).await
    {
        theme::keep(&mut response, &visit.headers, look.as_deref());
        return response;
    }
    let notice = match query.get("notice") {
        "signed-out" => Some(texts.signed_out),
        "expired" => Some(texts.say(
            "Bước đăng nhập đã hết hạn. Vui lòng đăng nhập lại từ đầu.",
            "The step has ended. Sign in again from the start.",
        )),
        "password-set" => Some(texts.say(
            "Đã đặt mật khẩu. Bạn có thể đăng nhập.",
            "The password is set. You can sign in.",
        )),
        _ if is_again || acr > 1 => Some(texts.again),
        _ if has_secret => Some(texts.ended),
        _ => None,
    };
    let problem = identity.options.get();
    let problem = problem.and_then(|options| options.sentence(query.get("problem")));
    let problem = problem.map(|sentence| texts.pick(sentence));
    let content = Content {
        notice,
        error: problem.as_deref(),
        username: query.get("hint"),
        next,
        acr,
        application,
        look: look.clone(),
    };
    let mut response = render(&identity, &visit, texts, StatusCode::OK, &content);
    theme::keep(&mut response, &visit.headers, look.as_deref());
    response
}

/// Sends a browser on that is signed in, by way of a second factor if one is asked for.
async fn go_on(
    identity: &Identity,
    visit: &Visit,
    texts: &Texts,
    (next, acr): (&str, u8),
) -> Option<Response> {
    let browser = match identity.browser(&visit.headers).await {
        Ok(found) => found?,
        Err(error) => {
            tracing::error!(%error, "session could not be read");
            return None;
        }
    };
    // The network may ask for more than the session proved where it was opened.
    let here = identity.acr_min_from(visit.address);
    if browser.session.acr >= acr && browser.principal.standing.acr >= here {
        return Some(see_other(next));
    }
    if browser.session.parent_id.is_some() {
        // The factors of a user are not the administrator's to prove.
        return None;
    }
    match identity
        .begin_step_up(&browser.session, acr.max(here))
        .await
    {
        Ok(secret) => Some(step_response(identity, texts, next, &secret?)),
        Err(error) => {
            tracing::error!(%error, "session could not be raised");
            None
        }
    }
}

/// Sends the browser to the next step.
pub(super) fn step_response(
    identity: &Identity,
    texts: &Texts,
    next: &str,
    secret: &str,
) -> Response {
    let target = format!("{STEP_PATH}?lang={}&next={}", texts.language, encode(next));
    let mut response = see_other(&target);
    set_step_cookie(&mut response, Some(secret), identity.has_tls);
    response
}

/// Lets the browser in, or sends it to the next step.
pub(super) fn admitted(
    identity: &Identity,
    texts: &Texts,
    next: &str,
    admission: &Admission,
) -> Response {
    match admission {
        Admission::Step(secret) => step_response(identity, texts, next, secret),
        Admission::Open(opened) => {
            let mut response = see_other(next);
            set_session_cookies(identity, &mut response, opened);
            response
        }
    }
}

impl Identity {
    /// The answer to a browser whose person was admitted elsewhere ([`Identity::admit`]): the
    /// session, or the next step.
    #[must_use]
    pub fn let_in(&self, headers: &HeaderMap, next: &str, admission: &Admission) -> Response {
        let texts = super::texts::choose("", headers);
        admitted(self, texts, safe_next(next), admission)
    }
}

pub(super) async fn submit(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    match try_submit(&identity, &visit, &form).await {
        Ok(response) => response,
        Err(error) => refuse(&identity, &visit, &form, &error),
    }
}

async fn try_submit(identity: &Identity, visit: &Visit, form: &Form) -> Result<Response> {
    visit.check_form(form)?;
    let attempt = Attempt {
        username: form.get("username").to_owned(),
        password: Password::new(form.get("password").to_owned()),
        request: visit.request(identity),
    };
    let acr = level(form.get("acr"));
    let admission = identity.begin_sign_in(attempt, acr).await?;
    let texts = visit.texts(form);
    Ok(admitted(
        identity,
        texts,
        safe_next(form.get("next")),
        &admission,
    ))
}

/// The page again, with what was wrong.
pub(super) fn refuse(identity: &Identity, visit: &Visit, form: &Form, error: &Error) -> Response {
    let texts = visit.texts(form);
    let message = sentence(texts, error);
    let status = status(error);
    if status.is_server_error() {
        tracing::error!(%error, "sign-in failed");
    }
    let content = Content {
        error: Some(&message),
        username: form.get("username"),
        next: safe_next(form.get("next")),
        acr: level(form.get("acr")),
        application: form.get("for"),
        look: theme::kept(identity, &visit.headers),
        ..Content::default()
    };
    let mut response = render(identity, visit, texts, status, &content);
    let retry_after_s = match error {
        Error::SignInThrottled { retry_after_ms } => Some(seconds(*retry_after_ms)),
        _ if error.is_retryable() => Some(1),
        _ => None,
    };
    if let Some(seconds) = retry_after_s {
        add(&mut response, header::RETRY_AFTER, &seconds.to_string());
    }
    response
}

fn render(
    identity: &Identity,
    visit: &Visit,
    texts: &'static Texts,
    status: StatusCode,
    content: &Content<'_>,
) -> Response {
    let csrf = visit.csrf();
    let mut href = format!(
        "/sign-in?lang={}&next={}",
        texts.other_language,
        encode(content.next)
    );
    if content.acr > 1 {
        href.push_str(&format!("&acr={}", content.acr));
    }
    if !content.application.is_empty() {
        href.push_str(&format!("&for={}", encode(content.application)));
    }
    let template = Page {
        frame: super::visit::frame(identity, texts, href)
            .scripted(identity.has_passkeys())
            .dressed(content.look.clone()),
        notice: content.notice,
        error: content.error,
        username: content.username,
        next: content.next,
        acr: content.acr,
        csrf: &csrf,
        options: buttons(identity, texts, content.next),
        has_mail: identity.has_mail(),
        application: content.application,
    };
    let mut response = page(status, &template);
    set_form_cookie(&mut response, &csrf, identity.has_tls);
    response
}

/// The other ways in, each with the address to go on to.
fn buttons(identity: &Identity, texts: &Texts, next: &str) -> Vec<Button> {
    let options = identity.options.get().map(|options| options.options());
    let button = |option: crate::SignInOption| Button {
        label: texts.pick(Sentence::new(option.label_vi, option.label_en)),
        href: format!("{}?next={}", option.href, encode(next)),
    };
    options.into_iter().flatten().map(button).collect()
}
