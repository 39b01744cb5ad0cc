//! The own application passwords: for software that cannot ask for a second factor.
//!
//! Owns: `/account/app-passwords…`.
//! Not here: keeping them (the port `AppPasswords`).
//! Invariant: one is made only after a fresh proof, and shown in that answer alone.

use askama::Template;
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use lgsp_platform::http::Refusal;
use uuid::Uuid;

use super::{
    super::{
        form::Form,
        page, see_other,
        visit::{Visit, error_page, sentence, status},
    },
    Part, Visitor, moment, path,
};
use crate::{AppPasswords, Error, Identity, error::Result};

const PATH: &str = "/account/app-passwords";

#[derive(Template)]
#[template(path = "account/app-passwords.html")]
struct Page {
    part: Part,
    error: Option<String>,
    /// Shown once.
    made: Option<String>,
    typed: String,
    lines: Vec<Line>,
    applications: Vec<(String, String)>,
}

struct Line {
    id: Uuid,
    label: String,
    application: Option<String>,
    since: String,
    used: Option<String>,
}

/// The keeper; without one the pages do not exist.
fn keeper(identity: &Identity) -> Result<&dyn AppPasswords> {
    let keeper = identity.app_passwords.get();
    keeper.map(AsRef::as_ref).ok_or(Error::PageExpired)
}

pub(in crate::pages) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    render(&visitor, None, None, "").await
}

async fn render(
    visitor: &Visitor<'_>,
    made: Option<String>,
    refusal: Option<&Refusal>,
    typed: &str,
) -> Response {
    let keeper = match keeper(visitor.identity) {
        Ok(keeper) => keeper,
        Err(error) => return visitor.refuse(PATH, &error),
    };
    let lines = match keeper.list(visitor.account.id).await {
        Ok(lines) => lines,
        Err(refusal) => return refused(visitor, &refusal),
    };
    let template = Page {
        part: visitor.part("app-passwords"),
        error: refusal.map(|refusal| sentence(visitor.texts, refusal.problem())),
        made,
        typed: typed.to_owned(),
        lines: lines.into_iter().map(line).collect(),
        applications: keeper.applications(),
    };
    let code = refusal.map_or(StatusCode::OK, |refusal| status(refusal.problem()));
    page(code, &template)
}

fn line(known: crate::AppPasswordLine) -> Line {
    Line {
        id: known.id,
        label: known.label,
        application: known.application,
        since: moment(known.created_at),
        used: known.last_used_at.map(moment),
    }
}

fn refused(visitor: &Visitor<'_>, refusal: &Refusal) -> Response {
    let (identity, visit) = (visitor.identity, visitor.visit);
    error_page(identity, visit, visitor.texts, refusal.problem())
}

/// Makes one.
pub(in crate::pages) async fn make(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let allowed: Result<&dyn AppPasswords> = async {
        visitor.check(&form)?;
        identity.fresh_session(&visitor.browser.principal).await?;
        keeper(&identity)
    }
    .await;
    let keeper = match allowed {
        Ok(keeper) => keeper,
        Err(error) => return visitor.refuse(PATH, &error),
    };
    let application = Some(form.get("application")).filter(|name| !name.is_empty());
    let wish = (form.get("label"), application);
    let (actor, account) = (visitor.actor(), &visitor.account);
    match keeper.make(&actor, account, wish).await {
        Ok(secret) => render(&visitor, Some(secret), None, "").await,
        Err(refusal) => render(&visitor, None, Some(&refusal), wish.0).await,
    }
}

/// Ends one.
pub(in crate::pages) async fn revoke(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let allowed: Result<(&dyn AppPasswords, Uuid)> = async {
        visitor.check(&form)?;
        let id = form.get("id").parse().map_err(|_| Error::FactorNotFound)?;
        Ok((keeper(&identity)?, id))
    }
    .await;
    let (keeper, id) = match allowed {
        Ok(allowed) => allowed,
        Err(error) => return visitor.refuse(PATH, &error),
    };
    match keeper.revoke(&visitor.actor(), &visitor.account, id).await {
        Ok(()) => see_other(&path(visitor.texts, PATH)),
        Err(refusal) => refused(&visitor, &refusal),
    }
}
