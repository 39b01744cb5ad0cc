//! The authorisation endpoint: choosing a person, or taking the one that is named.
//!
//! Owns: checks of the request, the way back to the client.
//! Not here: the page (`page.rs`), tokens (`endpoints.rs`).
//! Invariant: an unknown client or address of return gets a page, never a redirect.
//! Follows: OpenID Connect Core 3.1.2; RFC 7636; RFC 9207.

use hyper::Method;

use super::SsoHandle;
use super::faults::SsoFault;
use super::http::{Answer, Call};
use super::page;
use super::seed::ClientSeed;
use super::state::Grant;

/// How long a code works.
const CODE_LIFE_S: i64 = 60;

pub(super) fn answer(
    handle: &SsoHandle,
    profile: &str,
    call: &Call,
    fired: &[SsoFault],
) -> anyhow::Result<Answer> {
    let mut state = handle.sso.lock();
    let redirect_uri = call.parameter("redirect_uri").to_owned();
    let client_id = call.parameter("client_id").to_owned();
    let is_registered = state
        .client(profile, &client_id)
        .is_some_and(|client| may_return_to(client, &redirect_uri));
    if !is_registered {
        let text = "client_id or redirect_uri is not registered";
        return Ok(Answer::page(400, page::refusal(text)));
    }
    let back = Back {
        handle,
        profile,
        redirect_uri: &redirect_uri,
        state: call.parameter("state"),
        fired,
    };
    let challenge = call.parameter("code_challenge");
    if call.parameter("response_type") != "code" {
        return Ok(back.with("error", "unsupported_response_type"));
    }
    if !challenge.is_empty() && call.parameter("code_challenge_method") != "S256" {
        return Ok(back.with("error", "invalid_request"));
    }
    if !call.parameter("deny").is_empty() || fired.contains(&SsoFault::Denied) {
        return Ok(back.with("error", "access_denied"));
    }
    let wanted = match call.parameter("person") {
        "" => call.parameter("login_hint"),
        wanted => wanted,
    };
    let chosen = state.person(wanted).map(|person| person.number);
    let may_choose = call.method == Method::POST || !call.parameter("person").is_empty();
    let Some(person) = chosen.filter(|_| may_choose) else {
        let title = state.profile(profile).map_or("", |profile| &profile.title);
        let mut parameters = call.query.clone();
        parameters.extend(call.form.clone());
        return Ok(Answer::page(
            200,
            page::choose(title, &state.people, &parameters),
        ));
    };
    let code = super::keys::random_text(32)?;
    let now_s = handle.sso.now_s();
    let is_anew = call
        .parameter("prompt")
        .split(' ')
        .any(|one| one == "login")
        || call.parameter("max_age") == "0";
    let age_s = match is_anew {
        true => 0,
        false => state.profile(profile).map_or(0, |of| of.auth_age_s),
    };
    let grant = Grant {
        profile: profile.to_owned(),
        client_id,
        redirect_uri: redirect_uri.clone(),
        nonce: call.parameter("nonce").to_owned(),
        challenge: challenge.to_owned(),
        person,
        expires_s: now_s + CODE_LIFE_S,
        auth_s: now_s - age_s,
    };
    state.grants.put(code.clone(), grant);
    drop(state);
    Ok(back.with("code", &code))
}

/// The way back to the client.
struct Back<'a> {
    handle: &'a SsoHandle,
    profile: &'a str,
    redirect_uri: &'a str,
    state: &'a str,
    fired: &'a [SsoFault],
}

impl Back<'_> {
    fn with(&self, name: &str, value: &str) -> Answer {
        let issuer = if self.fired.contains(&SsoFault::WrongAnswerIssuer) {
            "https://other-provider.example".to_owned()
        } else {
            self.handle.issuer(self.profile)
        };
        let state = if self.fired.contains(&SsoFault::WrongState) {
            "another-state"
        } else {
            self.state
        };
        let parameters = [(name, value), ("state", state), ("iss", issuer.as_str())];
        Answer::redirect(page::with_parameters(self.redirect_uri, &parameters))
    }
}

fn may_return_to(client: &ClientSeed, redirect_uri: &str) -> bool {
    if !client.redirect_uris.is_empty() {
        return client
            .redirect_uris
            .iter()
            .any(|known| known == redirect_uri);
    }
    [
        "http://127.0.0.1:",
        "http://localhost:",
        "https://127.0.0.1:",
        "https://localhost:",
    ]
    .iter()
    .any(|local| redirect_uri.starts_with(local))
}
