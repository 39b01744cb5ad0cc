//! The first page of self-service: applications, notices, profile; activity; ties.
//!
//! Owns: `/account`, `/account/activity`, `/account/links`.

use askama::Template;
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use lgsp_platform::journal::query;

use super::{
    super::{
        form::Form,
        page, see_other,
        visit::{Visit, error_page},
    },
    Part, Visitor, moment, path, place, words,
};
use crate::{Application, Error, Identity, error::Result, tables::notice::Notice};

/// Events of the own activity that are shown.
const EVENTS_SHOWN: u32 = 100;

#[derive(Template)]
#[template(path = "account/overview.html")]
struct Overview {
    part: Part,
    display_name: String,
    facts: Vec<(&'static str, String)>,
    applications: Vec<Application>,
    notices: Vec<Line>,
    has_new: bool,
    has_mail: bool,
}

/// A line of a list: what, when, where.
struct Line {
    text: String,
    at: String,
    place: String,
    is_new: bool,
}

#[derive(Template)]
#[template(path = "account/activity.html")]
struct Activity {
    part: Part,
    events: Vec<Line>,
}

#[derive(Template)]
#[template(path = "account/links.html")]
struct Links {
    part: Part,
    ties: Vec<TieLine>,
}

struct TieLine {
    id: String,
    title: String,
    description: String,
    since: String,
}

pub(in crate::pages) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    match try_show(&visitor).await {
        Ok(response) => response,
        Err(error) => visitor.refuse("/account", &error),
    }
}

async fn try_show(visitor: &Visitor<'_>) -> Result<Response> {
    let Visitor {
        identity, account, ..
    } = visitor;
    let notices = identity.notices(account.id).await?;
    let template = Overview {
        part: visitor.part("overview"),
        display_name: account.display_name.clone(),
        facts: facts(visitor),
        applications: identity.applications(&visitor.browser.principal).await,
        has_mail: identity.has_mail(),
        has_new: notices.iter().any(|notice| notice.seen_at.is_none()),
        notices: notices.iter().map(|notice| line(visitor, notice)).collect(),
    };
    Ok(page(StatusCode::OK, &template))
}

/// What is known of the person; who finds a mistake asks the administrator.
fn facts(visitor: &Visitor<'_>) -> Vec<(&'static str, String)> {
    let (texts, account) = (visitor.texts, &visitor.account);
    let agency = account.agency.as_deref();
    let agency = agency.map(|code| visitor.identity.agency_view(code).name);
    let changed = account.password_changed_at.map(moment);
    let signed_in = account.last_sign_in_at.map(moment);
    [
        (
            texts.say("Tên đăng nhập", "User name"),
            Some(account.username.clone()),
        ),
        (texts.say("Cơ quan", "Agency"), agency),
        (
            texts.say("Chức vụ", "Position"),
            account.person.position.clone(),
        ),
        (texts.say("Thư điện tử", "Mail"), account.email.clone()),
        (
            texts.say("Điện thoại", "Telephone"),
            account.person.phone.clone(),
        ),
        (texts.say("Đăng nhập gần nhất", "Last sign-in"), signed_in),
        (
            texts.say("Đổi mật khẩu gần nhất", "Password changed"),
            changed,
        ),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

fn line(visitor: &Visitor<'_>, notice: &Notice) -> Line {
    let texts = visitor.texts;
    let text = words::of_notice(texts, notice.kind);
    Line {
        text: format!("{text} {}", notice.subject).trim_end().to_owned(),
        at: moment(notice.at),
        place: place(notice.address.as_deref(), None),
        is_new: notice.seen_at.is_none(),
    }
}

/// Marks the notices as seen.
pub(in crate::pages) async fn see(
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
        identity.see_notices(visitor.account.id).await
    }
    .await;
    match done {
        Ok(()) => see_other(&path(visitor.texts, "/account")),
        Err(error) => visitor.refuse("/account", &error),
    }
}

pub(in crate::pages) async fn activity(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let filter = query::Filter {
        class: Some("audit".to_owned()),
        actor: Some(visitor.account.username.clone()),
        ..query::Filter::default()
    };
    match query::list(&identity.platform.db, &filter, EVENTS_SHOWN).await {
        Ok(entries) => {
            let line = |entry: query::Entry| Line {
                text: act(&visitor, &entry),
                at: moment(entry.at),
                place: place(entry.address.as_deref(), None),
                is_new: false,
            };
            let template = Activity {
                part: visitor.part("activity"),
                events: entries.into_iter().map(line).collect(),
            };
            page(StatusCode::OK, &template)
        }
        Err(error) => visitor.refuse("/account/activity", &Error::from(error)),
    }
}

/// What a person did, and to what unless it is the own account.
fn act(visitor: &Visitor<'_>, entry: &query::Entry) -> String {
    let texts = visitor.texts;
    let mut text = words::of_action(texts, &entry.action).to_owned();
    if entry.subject != visitor.account.username {
        text.push_str(&format!(" · {}", entry.subject));
    }
    if entry.result != "ok" && !words::tells_refusal(&entry.action) {
        text.push_str(&format!(" ({})", texts.say("bị từ chối", "refused")));
    }
    text
}

pub(in crate::pages) async fn links(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let ties = identity.ties_of(visitor.account.id).await;
    let line = |tie: crate::Tie| TieLine {
        id: tie.id,
        title: tie.title,
        description: visitor.texts.pick(tie.description),
        since: moment(tie.since),
    };
    let template = Links {
        part: visitor.part("links"),
        ties: ties.into_iter().map(line).collect(),
    };
    page(StatusCode::OK, &template)
}

/// Withdraws a consent, or ends a link.
pub(in crate::pages) async fn untie(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let (principal, id) = (&visitor.browser.principal, form.get("id"));
    let allowed: Result<bool> = async {
        visitor.check(&form)?;
        identity.may_untie(principal, id).await
    }
    .await;
    if let Err(error) = allowed {
        return visitor.refuse("/account/links", &error);
    }
    match identity.untie(&visitor.actor(), principal, id).await {
        Ok(_) => see_other(&path(visitor.texts, "/account/links")),
        Err(refusal) => error_page(&identity, &visit, visitor.texts, refusal.problem()),
    }
}
