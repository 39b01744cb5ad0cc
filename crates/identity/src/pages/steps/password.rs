//! Changing the password on the way in, and the words about passwords.
//!
//! Owns: `/sign-in/password`.
//! Not here: the rules (`passwords.rs` of the crate), the page (`view.rs`).

use axum::{body::Bytes, extract::State, response::Response};

use super::{
    super::{form::Form, texts::Texts, visit::Visit},
    Walk,
};
use crate::{
    Error, Identity, Password, Rules,
    error::{Result, Rule},
    steps::Stage,
};

pub(in crate::pages) async fn submit(
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
pub(in crate::pages) fn new_password(form: &Form) -> Result<Password> {
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

/// What a password must be, in a sentence.
pub(in crate::pages) fn rules_text(texts: &Texts, rules: &Rules) -> String {
    let chars = rules.password_chars_min.to_string();
    texts
        .say(
            "Ít nhất {chars} ký tự, đủ chữ thường, chữ hoa, chữ số và ký tự khác.",
            "At least {chars} characters, with lower-case and upper-case letters, digits and others.",
        )
        .replace("{chars}", &chars)
}
