//! The page of somebody who lost the password.
//!
//! Owns: `/sign-in/lost`.
//! Not here: limits and the wish (`mail/lost.rs`).
//! Invariant: a known and an unknown name get the same page, after the same statements.

use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::Response,
};

use super::{
    add,
    form::Form,
    page,
    visit::{Frame, Visit, error_page, sentence, set_form_cookie, status},
};
use crate::{
    Error, Identity,
    error::{Result, seconds},
    rules::{HOUR_MS, RESET_LINK_MS},
};

#[derive(Template)]
#[template(path = "lost.html")]
struct Page<'a> {
    frame: Frame,
    error: Option<&'a str>,
    username: &'a str,
    csrf: &'a str,
    is_asked: bool,
    hours: i64,
}

pub(super) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    let texts = visit.texts(&Form::default());
    match identity.has_mail() {
        true => render(&identity, &visit, &Form::default(), None, false),
        false => error_page(&identity, &visit, texts, &Error::MailOff),
    }
}

pub(super) async fn submit(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let done: Result<()> = async {
        visit.check_form(&form)?;
        let username = form.get("username");
        identity.ask_for_reset(username, visit.address).await
    }
    .await;
    match done {
        Ok(()) => render(&identity, &visit, &form, None, true),
        Err(error) => render(&identity, &visit, &form, Some(&error), false),
    }
}

fn render(
    identity: &Identity,
    visit: &Visit,
    form: &Form,
    error: Option<&Error>,
    is_asked: bool,
) -> Response {
    let texts = visit.texts(form);
    let message = error.map(|error| sentence(texts, error));
    let csrf = visit.csrf();
    let template = Page {
        frame: visit.frame(identity, texts),
        error: message.as_deref(),
        username: form.get("username"),
        csrf: &csrf,
        is_asked,
        hours: RESET_LINK_MS / HOUR_MS,
    };
    let mut response = page(error.map_or(StatusCode::OK, status), &template);
    set_form_cookie(&mut response, &csrf, identity.has_tls);
    if let Some(Error::LinkThrottled { retry_after_ms }) = error {
        let wait = seconds(*retry_after_ms).to_string();
        add(&mut response, header::RETRY_AFTER, &wait);
    }
    response
}
