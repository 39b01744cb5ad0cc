//! Proving a factor: a code, a recovery code, a passkey.
//!
//! Owns: `/sign-in/code`, `/sign-in/passkey…`; a passkey alone signs in too.
//! Not here: what proves a factor (`factors/` of the crate), the page (`view.rs`).

use axum::{body::Bytes, extract::State, response::Response};

use super::{
    super::{form::Form, sign_in, visit::Visit},
    Walk,
    view::{Content, Other, options_response},
};
use crate::{
    Error, Identity, Proof,
    error::Result,
    factors::{Assertion, Purpose},
    steps::{Stage, Ways},
};

impl Walk<'_> {
    pub(super) fn second(&self, ways: Ways) -> (Content, Vec<Other>) {
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
}

pub(in crate::pages) async fn code(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
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
pub(in crate::pages) async fn passkey_options(
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

pub(in crate::pages) async fn passkey(
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

pub(super) fn answer<T: serde::de::DeserializeOwned>(form: &Form) -> Result<T> {
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
