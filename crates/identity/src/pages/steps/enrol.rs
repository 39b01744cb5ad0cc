//! Enrolling the first factor on the way in.
//!
//! Owns: `/sign-in/enrol…`.
//! Not here: enrolling (`factors/` of the crate), the page (`view.rs`).

use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{
    super::{form::Form, visit::Visit},
    Walk,
    factor::answer,
    view::{Content, Other, options_response},
};
use crate::{
    Error, Identity, error::Result, factors::Registration, steps::Stage, tables::account::Account,
};

impl Walk<'_> {
    pub(super) async fn enrol(
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
}

/// What the browser asks a new passkey; JSON for the script.
pub(in crate::pages) async fn options(
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

pub(in crate::pages) async fn enrol(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
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
