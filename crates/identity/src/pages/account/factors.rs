//! The own factors: listing, adding, naming, removing; recovery codes.
//!
//! Owns: `/account/factors…`.
//! Not here: what proves a factor (`factors/` of the crate).
//! Invariant: everything but the list and the names needs a proof that is not older than five minutes.

use askama::Template;
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    super::{
        form::Form,
        page, see_other,
        steps::view::options_response,
        visit::{Visit, sentence, status},
    },
    Part, Visitor, moment, path,
};
use crate::{
    Error, Identity,
    error::Result,
    factors::Registration,
    tables::factor::{Factor, FactorKind, FactorState},
};

const PATH: &str = "/account/factors";

/// What these pages show.
enum Content {
    List {
        factors: Vec<Line>,
        codes_left: i64,
        /// Whether sessions are open beside the one that asks.
        has_others: bool,
    },
    Totp {
        factor: Uuid,
        secret: Zeroizing<String>,
        picture: Option<Zeroizing<String>>,
        /// The name that was typed before an error.
        typed: String,
    },
    Passkey,
    Codes(Vec<String>),
}

struct Line {
    id: Uuid,
    kind: &'static str,
    label: String,
    since: String,
    used: Option<String>,
    is_blocked: bool,
}

#[derive(Template)]
#[template(path = "account/factors.html")]
struct Page {
    part: Part,
    error: Option<String>,
    content: Content,
}

fn render(visitor: &Visitor<'_>, content: Content, error: Option<&Error>) -> Response {
    let mut part = visitor.part("factors");
    part.frame = part.frame.scripted(matches!(content, Content::Passkey));
    let template = Page {
        part,
        error: error.map(|error| sentence(visitor.texts, error)),
        content,
    };
    page(error.map_or(StatusCode::OK, status), &template)
}

pub(in crate::pages) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    match list(&visitor).await {
        Ok(content) => render(&visitor, content, None),
        Err(error) => visitor.refuse(PATH, &error),
    }
}

async fn list(visitor: &Visitor<'_>) -> Result<Content> {
    let id = visitor.account.id;
    let factors = visitor.identity.factors(id).await?;
    let sessions = visitor.identity.sessions(id).await?;
    Ok(Content::List {
        has_others: sessions.len() > 1,
        factors: factors.iter().map(|factor| line(visitor, factor)).collect(),
        codes_left: visitor.identity.recovery_codes_left(id).await?,
    })
}

fn line(visitor: &Visitor<'_>, factor: &Factor) -> Line {
    let texts = visitor.texts;
    Line {
        id: factor.id,
        kind: match factor.kind {
            FactorKind::Totp => texts.say("Ứng dụng xác thực", "Authenticator application"),
            FactorKind::Passkey => texts.say("Khóa truy cập", "Passkey"),
        },
        label: factor.label.clone(),
        since: moment(factor.created_at),
        used: factor.last_used_at.map(moment),
        is_blocked: factor.state == FactorState::Blocked,
    }
}

/// What an application must know, to be enrolled.
async fn begun(visitor: &Visitor<'_>, typed: &str) -> Result<Content> {
    let identity = visitor.identity;
    identity.fresh_session(&visitor.browser.principal).await?;
    let begun = identity
        .begin_totp(&visitor.actor(), &visitor.account)
        .await?;
    Ok(Content::Totp {
        factor: begun.factor,
        secret: begun.secret,
        picture: begun.picture,
        typed: typed.to_owned(),
    })
}

pub(in crate::pages) async fn totp(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    match begun(&visitor, "").await {
        Ok(content) => render(&visitor, content, None),
        Err(error) => visitor.refuse("/account/factors/totp", &error),
    }
}

pub(in crate::pages) async fn confirm(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let done: Result<Vec<String>> = async {
        visitor.check(&form)?;
        identity.fresh_session(&visitor.browser.principal).await?;
        let factor = form.get("factor").parse();
        let factor: Uuid = factor.map_err(|_| Error::FactorNotFound)?;
        let name = visitor
            .texts
            .say("Ứng dụng xác thực", "Authenticator application");
        let named = (factor, label(&form, name));
        let (actor, account) = (visitor.actor(), &visitor.account);
        let confirmed = identity.confirm_totp(&actor, account, named, form.get("code"));
        Ok(confirmed.await?.recovery_codes)
    }
    .await;
    match done {
        Ok(codes) => enrolled(&visitor, codes),
        Err(error @ (Error::FactorRefused | Error::Invalid(_))) => {
            match begun(&visitor, form.get("label")).await {
                Ok(content) => render(&visitor, content, Some(&error)),
                Err(error) => visitor.refuse("/account/factors/totp", &error),
            }
        }
        Err(error) => visitor.refuse("/account/factors/totp", &error),
    }
}

/// What the person calls a factor, or what it is in the person's language.
fn label<'a>(form: &'a Form, otherwise: &'a str) -> &'a str {
    match form.get("label").trim() {
        "" => otherwise,
        label => label,
    }
}

fn enrolled(visitor: &Visitor<'_>, codes: Vec<String>) -> Response {
    match codes.is_empty() {
        true => see_other(&path(visitor.texts, PATH)),
        false => render(visitor, Content::Codes(codes), None),
    }
}

pub(in crate::pages) async fn passkey(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let asked: Result<()> = async {
        identity.fresh_session(&visitor.browser.principal).await?;
        identity.check_room_for_passkey(visitor.account.id).await
    }
    .await;
    match asked {
        Ok(()) => render(&visitor, Content::Passkey, None),
        Err(error) => visitor.refuse("/account/factors/passkey", &error),
    }
}

/// What the browser asks a new passkey; JSON for the script.
pub(in crate::pages) async fn options(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let asked = async {
        visitor.check(&form)?;
        identity.fresh_session(&visitor.browser.principal).await?;
        identity.passkey_creation(&visitor.account).await
    }
    .await;
    options_response(asked)
}

pub(in crate::pages) async fn register(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let done: Result<Vec<String>> = async {
        visitor.check(&form)?;
        identity.fresh_session(&visitor.browser.principal).await?;
        let answer: Registration =
            serde_json::from_str(form.get("answer")).map_err(|_| Error::PasskeyRefused)?;
        let (actor, account) = (visitor.actor(), &visitor.account);
        let name = visitor.texts.say("Khóa truy cập", "Passkey");
        let made = identity.register_passkey(&actor, account, label(&form, name), &answer);
        Ok(made.await?.recovery_codes)
    }
    .await;
    match done {
        Ok(codes) => enrolled(&visitor, codes),
        Err(error @ Error::PasskeyRefused) => render(&visitor, Content::Passkey, Some(&error)),
        Err(error) => visitor.refuse("/account/factors/passkey", &error),
    }
}

pub(in crate::pages) async fn recovery(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let done: Result<Vec<String>> = async {
        visitor.check(&form)?;
        identity.fresh_session(&visitor.browser.principal).await?;
        let (actor, account) = (visitor.actor(), &visitor.account);
        identity.renew_recovery_codes(&actor, account).await
    }
    .await;
    match done {
        Ok(codes) => render(&visitor, Content::Codes(codes), None),
        Err(error) => visitor.refuse(PATH, &error),
    }
}

/// Gives a factor another name.
pub(in crate::pages) async fn rename(
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
        let id = form.get("id").parse().map_err(|_| Error::FactorNotFound)?;
        let named = (id, form.get("label"));
        let (actor, account) = (visitor.actor(), &visitor.account);
        identity.rename_factor(&actor, account, named).await
    }
    .await;
    match done {
        Ok(()) => see_other(&path(visitor.texts, PATH)),
        Err(error) => visitor.refuse(PATH, &error),
    }
}

pub(in crate::pages) async fn remove(
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
        identity.fresh_session(&visitor.browser.principal).await?;
        let id = form.get("id").parse().map_err(|_| Error::FactorNotFound)?;
        let (actor, account) = (visitor.actor(), &visitor.account);
        identity.remove_factor(&actor, account, id).await
    }
    .await;
    match done {
        Ok(()) => see_other(&path(visitor.texts, PATH)),
        Err(error) => visitor.refuse(PATH, &error),
    }
}
