//! The pages behind links: activation, and a new password after losing one.
//!
//! Owns: `/activate`, `/reset`.
//! Not here: making and spending links (`links.rs` of the crate).
//! Invariant: opening a page spends nothing, so that mail scanners void no link.

use askama::Template;
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};

use super::{
    form::Form,
    page, see_other,
    steps::password::{new_password, rules_text},
    visit::{Frame, Visit, sentence, set_form_cookie, status},
};
use crate::{Error, Identity, Rules, error::Result, tables::link::LinkPurpose};

#[derive(Template)]
#[template(path = "link.html")]
struct Page<'a> {
    frame: Frame,
    error: Option<&'a str>,
    username: Option<&'a str>,
    action: &'static str,
    token: &'a str,
    csrf: &'a str,
    rules: &'a Rules,
    is_activation: bool,
}

impl Page<'_> {
    fn title(&self) -> &'static str {
        let texts = self.frame.texts;
        match self.is_activation {
            true => texts.say("Kích hoạt tài khoản", "Activate the account"),
            false => texts.say("Đặt lại mật khẩu", "Choose a new password"),
        }
    }

    fn rules(&self) -> String {
        rules_text(self.frame.texts, self.rules)
    }
}

pub(super) async fn show_activation(State(identity): State<Identity>, visit: Visit) -> Response {
    let token = visit.query.get("token");
    show(
        &identity,
        &visit,
        &Form::default(),
        (LinkPurpose::Activation, token),
        None,
    )
    .await
}

pub(super) async fn show_reset(State(identity): State<Identity>, visit: Visit) -> Response {
    let token = visit.query.get("token");
    show(
        &identity,
        &visit,
        &Form::default(),
        (LinkPurpose::Reset, token),
        None,
    )
    .await
}

pub(super) async fn activate(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    submit(&identity, &visit, &body, LinkPurpose::Activation).await
}

pub(super) async fn reset(State(identity): State<Identity>, visit: Visit, body: Bytes) -> Response {
    submit(&identity, &visit, &body, LinkPurpose::Reset).await
}

async fn submit(
    identity: &Identity,
    visit: &Visit,
    body: &Bytes,
    purpose: LinkPurpose,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(body));
    let token = form.get("token");
    let done: Result<()> = async {
        visit.check_form(&form)?;
        let password = new_password(&form)?;
        let address = visit.address.map(|address| address.to_string());
        identity.use_link(token, purpose, password, address).await
    }
    .await;
    match done {
        Ok(()) => {
            let lang = visit.texts(&form).language;
            see_other(&format!("/sign-in?notice=password-set&lang={lang}"))
        }
        Err(error) => show(identity, visit, &form, (purpose, token), Some(&error)).await,
    }
}

async fn show(
    identity: &Identity,
    visit: &Visit,
    form: &Form,
    (purpose, token): (LinkPurpose, &str),
    error: Option<&Error>,
) -> Response {
    let texts = visit.texts(form);
    let found = identity.account_of_link(token, purpose).await;
    let (username, broken) = match &found {
        Ok(account) => (Some(account.username.as_str()), None),
        Err(error) => (None, Some(error)),
    };
    let shown = broken.or(error);
    let message = shown.map(|error| sentence(texts, error));
    let is_activation = purpose == LinkPurpose::Activation;
    let csrf = visit.csrf();
    let template = Page {
        frame: visit.frame(identity, texts),
        error: message.as_deref(),
        username,
        action: if is_activation { "/activate" } else { "/reset" },
        token,
        csrf: &csrf,
        rules: &identity.rules,
        is_activation,
    };
    let mut response = page(shown.map_or(StatusCode::OK, status), &template);
    set_form_cookie(&mut response, &csrf, identity.has_tls);
    response
}
