//! The own sessions and devices.
//!
//! Owns: `/account/sessions`, `/account/devices`.
//! Invariant: sessions are ended only after a fresh proof.

use askama::Template;
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{
    super::{form::Form, page, see_other, visit::Visit},
    Part, Visitor, moment, path, place,
};
use crate::{Error, Identity, error::Result};

const PATH: &str = "/account/sessions";

#[derive(Template)]
#[template(path = "account/sessions.html")]
struct Page {
    part: Part,
    sessions: Vec<Line>,
    devices: Vec<Line>,
}

struct Line {
    id: Uuid,
    place: String,
    since: String,
    seen: String,
    is_own: bool,
}

pub(in crate::pages) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    match try_show(&visitor).await {
        Ok(response) => response,
        Err(error) => visitor.refuse(PATH, &error),
    }
}

async fn try_show(visitor: &Visitor<'_>) -> Result<Response> {
    let Visitor {
        identity,
        account,
        browser,
        ..
    } = visitor;
    let sessions = identity.sessions(account.id).await?.into_iter();
    let sessions = sessions.map(|session| Line {
        id: session.id,
        place: place(session.address.as_deref(), session.user_agent.as_deref()),
        since: moment(session.created_at),
        seen: moment(session.last_seen_at),
        is_own: session.id == browser.session.id,
    });
    let request = visitor.visit.request(identity);
    let own = identity.known_device(account.id, &request).await?;
    let devices = identity.devices(account.id).await?.into_iter();
    let devices = devices.map(|device| Line {
        id: device.id,
        place: place(device.address.as_deref(), device.user_agent.as_deref()),
        since: moment(device.created_at),
        seen: moment(device.last_seen_at),
        is_own: own.as_ref().is_some_and(|own| own.id == device.id),
    });
    let template = Page {
        part: visitor.part("sessions"),
        sessions: sessions.collect(),
        devices: devices.collect(),
    };
    Ok(page(StatusCode::OK, &template))
}

/// Ends one session, or all others.
pub(in crate::pages) async fn end(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let (actor, account) = (visitor.actor(), &visitor.account);
    let done: Result<()> = async {
        visitor.check(&form)?;
        identity.fresh_session(&visitor.browser.principal).await?;
        if form.get("id") == "others" {
            let kept = visitor.browser.session.id;
            identity.end_other_sessions(&actor, account, kept).await?;
            return Ok(());
        }
        let id = form.get("id").parse().map_err(|_| Error::SessionNotFound)?;
        identity.end_session_of(&actor, account, id).await
    }
    .await;
    match done {
        Ok(()) => see_other(&path(visitor.texts, PATH)),
        Err(error) => visitor.refuse(PATH, &error),
    }
}

/// Forgets a device.
pub(in crate::pages) async fn forget(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let (actor, account) = (visitor.actor(), &visitor.account);
    let done: Result<()> = async {
        visitor.check(&form)?;
        let id = form.get("id").parse().map_err(|_| Error::DeviceNotFound)?;
        identity.forget_device(&actor, account, id).await
    }
    .await;
    match done {
        Ok(()) => see_other(&path(visitor.texts, PATH)),
        Err(error) => visitor.refuse(PATH, &error),
    }
}
