//! Changing the own password.
//!
//! Owns: `/account/password`.
//! Not here: the rules (`passwords.rs`).

use askama::Template;
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};

use super::{
    super::{
        form::Form,
        page, see_other,
        steps::password::{new_password, rules_text},
        visit::{Visit, sentence, status},
    },
    Part, Visitor,
};
use crate::{Error, Identity, Password, error::Result};

#[derive(Template)]
#[template(path = "account/password.html")]
struct Page {
    part: Part,
    error: Option<String>,
    is_done: bool,
    rules: String,
    is_kept_here: bool,
}

pub(in crate::pages) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => render(&visitor, None),
        Err(response) => response,
    }
}

fn render(visitor: &Visitor<'_>, error: Option<&Error>) -> Response {
    let template = Page {
        part: visitor.part("password"),
        error: error.map(|error| sentence(visitor.texts, error)),
        is_done: !visitor.visit.query.get("done").is_empty(),
        rules: rules_text(visitor.texts, &visitor.identity.rules),
        is_kept_here: visitor.account.password_hash.is_some(),
    };
    page(error.map_or(StatusCode::OK, status), &template)
}

pub(in crate::pages) async fn submit(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let done: Result<()> = async {
        visitor.check(&form)?;
        let current = Password::new(form.get("current").to_owned());
        let new = new_password(&form)?;
        let principal = &visitor.browser.principal;
        identity
            .change_own_password(principal, &visitor.actor(), current, new)
            .await
    }
    .await;
    match done {
        Ok(()) => {
            let lang = visitor.texts.language;
            see_other(&format!("/account/password?lang={lang}&done=1"))
        }
        Err(error) => render(&visitor, Some(&error)),
    }
}
