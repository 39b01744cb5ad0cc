//! The consent page.
//!
//! Owns: showing what a client asks for, taking the decision.
//! Invariant: the decision counts only with the session's own token in the form (no CSRF) and
//! for the account that saw the page; a client that registered itself is named as untrusted.
//! Follows: design document "Identity", section 14; Decree 356/2025 on personal data.

use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use lgsp_identity::{Browser, Profile};
use lgsp_platform::http::context::constant_time_eq;

use super::{
    Step, advance, issue, load,
    respond::{Stop, stopped},
};
use crate::{
    oidc::{
        Provider,
        client::Client,
        fail::Fail,
        life, origin_of,
        pages::{self, Texts},
        params::Params,
    },
    visit::Visit,
};

/// Why an administrator who acts as somebody cannot consent.
pub(super) const ONLY_IN_PERSON: &str = "consent is given by the person itself";

/// Address of the page for a stored request.
pub(super) fn path(reference: &str) -> String {
    format!("/oauth2/authorize/consent?tx={reference}")
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    texts: &'static Texts,
    client: &'a Client,
    agency: Option<String>,
    username: &'a str,
    scopes: Vec<ScopeLine>,
    life: String,
    tx: &'a str,
    csrf: &'a str,
}

/// One scope in plain words, with the values that it tells.
struct ScopeLine {
    words: &'static str,
    values: Vec<String>,
}

pub(in crate::oidc) async fn show(
    State(provider): State<Provider>,
    visit: Visit,
    uri: Uri,
) -> Response {
    let query = uri.query().unwrap_or_default().as_bytes();
    let shown = try_show(&provider, &visit, query).await;
    shown.unwrap_or_else(|stop| stopped(&provider, &visit.headers, stop))
}

async fn try_show(provider: &Provider, visit: &Visit, query: &[u8]) -> Result<Response, Stop> {
    let headers = &visit.headers;
    let params = Params::parse(query)?;
    let reference = params.get("tx").unwrap_or_default().to_owned();
    let step = load(provider, &reference).await?;
    let Some((browser, client)) = present(provider, visit, &step).await? else {
        return Ok(Redirect::to(&super::continue_path(&reference)).into_response());
    };
    let request = &step.transaction.request;
    let texts = pages::choose(request.language.as_deref(), headers);
    let profile = provider
        .identity
        .profile(browser.session.account_id)
        .await?;
    let page = ConsentPage {
        texts,
        client: &client,
        agency: client.agency.as_deref().map(|code| named(provider, code)),
        username: &browser.principal.username,
        scopes: request
            .wanted()
            .iter()
            .map(|scope| line(texts, scope, profile.as_ref()))
            .collect(),
        life: life::sentence(
            texts.language,
            &client.spec,
            life::ending(&client.spec, request.is_offline()),
        ),
        tx: &reference,
        csrf: browser.principal.csrf_token.as_deref().unwrap_or_default(),
    };
    // Browsers hold the redirect that follows the form against the policy too.
    let target = origin_of(&request.to.redirect_uri)
        .map(|origin| format!("form-action 'self' {origin}; "))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; {target}base-uri 'none'; \
         frame-ancestors 'none'"
    );
    Ok(pages::render(StatusCode::OK, &page, &policy))
}

/// An agency as people call it.
fn named(provider: &Provider, code: &str) -> String {
    let name = provider.identity.hierarchy().name(code);
    name.unwrap_or_else(|| code.to_owned())
}

fn line(texts: &'static Texts, scope: &str, profile: Option<&Profile>) -> ScopeLine {
    let mut values = Vec::new();
    if let Some(profile) = profile {
        let account = &profile.account;
        match scope {
            "profile" => values.push(account.display_name.clone()),
            "email" => values.extend(account.email.clone()),
            "phone" => values.extend(account.person.phone.clone()),
            "org" | "address" => values.extend(profile.agency.as_ref().map(|of| of.name.clone())),
            "groups" => values.extend(profile.groups.iter().map(|group| group.name.clone())),
            _ => {}
        }
    }
    ScopeLine {
        words: texts.scope(scope),
        values,
    }
}

/// The signed-on person and the client; `None` when sign-on comes first.
async fn present(
    provider: &Provider,
    visit: &Visit,
    step: &Step,
) -> Result<Option<(Browser, std::sync::Arc<Client>)>, Stop> {
    let client = provider
        .clients
        .find(&step.transaction.request.client)
        .await?;
    let client = client.ok_or_else(|| Fail::request("the client does not exist any more"))?;
    let demand = super::demand(&client, &step.transaction);
    let browser = provider
        .identity
        .browser_from(&visit.headers, visit.ip)
        .await?;
    let browser =
        browser.filter(|browser| super::is_good(provider, browser, &client, step, &demand));
    Ok(browser.map(|browser| (browser, client)))
}

pub(in crate::oidc) async fn submit(
    State(provider): State<Provider>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let done = try_submit(&provider, &visit, &body).await;
    done.unwrap_or_else(|stop| stopped(&provider, &visit.headers, stop))
}

async fn try_submit(provider: &Provider, visit: &Visit, body: &[u8]) -> Result<Response, Stop> {
    let form = Params::parse(body)?;
    let step = load(provider, form.get("tx").unwrap_or_default()).await?;
    let Some((browser, client)) = present(provider, visit, &step).await? else {
        return advance(provider, visit, step).await;
    };
    let expected = browser.principal.csrf_token.as_deref().unwrap_or_default();
    let sent = form.get("csrf_token").unwrap_or_default();
    if expected.is_empty() || !constant_time_eq(expected.as_bytes(), sent.as_bytes()) {
        let mut fail = Fail::request("the form does not belong to this session");
        fail.status = StatusCode::FORBIDDEN;
        return Err(fail.into());
    }
    if !provider.identity.may_secure(&browser.principal) {
        let request = &step.transaction.request;
        return Err(request.back("access_denied", ONLY_IN_PERSON));
    }
    match form.get("decision") {
        Some("allow") => {
            let request = &step.transaction.request;
            super::admit(provider, visit, &browser, &client, request).await?;
            let consented = issue::Consented::Now;
            issue::code(provider, visit, &browser, &client, step, consented).await
        }
        _ => Err(step
            .transaction
            .request
            .back("access_denied", "the person refused")),
    }
}
