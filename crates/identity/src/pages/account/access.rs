//! What the person may do: roles with their place and end, groups, requests that are open.
//!
//! Owns: `/account/access`.
//! Not here: granting and asking; who administers rights asks for others (`routes/grants.rs`).

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    super::{form::Form, page, visit::Visit},
    Part, Visitor, moment,
};
use crate::{
    Identity, InGroup,
    error::Result,
    grants::Holder,
    people::requests::{GrantRequest, RequestState},
    roles,
};

/// Requests that are shown.
const REQUESTS_SHOWN: u32 = 20;

#[derive(Template)]
#[template(path = "account/access.html")]
struct Page {
    part: Part,
    roles: Vec<Line>,
    groups: Vec<String>,
    requests: Vec<Asked>,
}

/// A role that is held.
struct Line {
    role: &'static str,
    what_for: &'static str,
    place: String,
    /// The group that gives it.
    group: Option<String>,
    from: Option<String>,
    until: Option<String>,
}

/// A role that somebody asked for.
struct Asked {
    role: &'static str,
    place: String,
    state: &'static str,
    is_late: bool,
    by: String,
    at: String,
    note: Option<String>,
}

pub(in crate::pages) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    let visitor = match Visitor::find(&identity, &visit, &Form::default()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    match try_show(&visitor).await {
        Ok(response) => response,
        Err(error) => visitor.refuse("/account/access", &error),
    }
}

async fn try_show(visitor: &Visitor<'_>) -> Result<Response> {
    let (identity, account) = (visitor.identity, &visitor.account);
    let mut lines = Vec::new();
    for grant in identity.grants_of(Holder::Account(account)).await? {
        let (role, what_for) = visitor.role(&grant.role);
        lines.push(Line {
            role,
            what_for,
            place: visitor.node(grant.agency.as_deref()),
            group: None,
            from: grant.valid_from.map(moment),
            until: grant.valid_until.map(moment),
        });
    }
    let groups = visitor.groups().await?;
    for held in identity.effective_views(account).await? {
        if held.group.is_none() {
            continue;
        }
        let (role, what_for) = visitor.role(&held.role);
        lines.push(Line {
            role,
            what_for,
            place: visitor.node(held.agency.as_deref()),
            group: held.group,
            from: None,
            until: None,
        });
    }
    let requests = identity.grant_requests_for(account.id, REQUESTS_SHOWN);
    let requests = requests.await?;
    let template = Page {
        part: visitor.part("access"),
        roles: lines,
        groups,
        requests: requests.iter().map(|one| asked(visitor, one)).collect(),
    };
    Ok(page(StatusCode::OK, &template))
}

fn asked(visitor: &Visitor<'_>, request: &GrantRequest) -> Asked {
    let texts = visitor.texts;
    Asked {
        role: visitor.role(&request.role).0,
        place: visitor.node(request.agency.as_deref()),
        state: match request.state {
            RequestState::Requested => texts.say("Chờ phê duyệt", "Waits for approval"),
            RequestState::Approved => texts.say("Đã duyệt", "Approved"),
            RequestState::Rejected => texts.say("Bị từ chối", "Rejected"),
        },
        is_late: request.state == RequestState::Rejected,
        by: request.requested_by.clone(),
        at: moment(request.requested_at),
        note: request.note.clone(),
    }
}

impl Visitor<'_> {
    /// The groups of the person, those above its own ones with the way to them.
    async fn groups(&self) -> Result<Vec<String>> {
        let found = self.identity.group_ways(self.account.id).await?;
        let name = |id: &uuid::Uuid| {
            let known = found.iter().find(|one| one.group.id == *id);
            known.map_or("…", |one| one.group.display_name.as_str())
        };
        let line = |one: &InGroup| match one.way.split_last() {
            Some((_, below)) if !below.is_empty() => {
                let way: Vec<&str> = below.iter().map(name).collect();
                let through = self.texts.say("qua nhóm", "through the group");
                format!("{} ({through} {})", one.group.display_name, way.join(" → "))
            }
            _ => one.group.display_name.clone(),
        };
        Ok(found.iter().map(line).collect())
    }

    /// What people call a role, and what it is for; a role that is no longer known has no words.
    pub(super) fn role(&self, name: &str) -> (&'static str, &'static str) {
        let Some(role) = roles::find(name) else {
            return (
                self.texts.say("Vai trò không còn dùng", "A former role"),
                "",
            );
        };
        let (label, what_for) = (role.labels, role.description);
        (
            self.texts.say(label.vi, label.en),
            self.texts.say(what_for.vi, what_for.en),
        )
    }

    /// Where a role counts.
    pub(super) fn node(&self, agency: Option<&str>) -> String {
        match agency {
            None => self
                .texts
                .say("Toàn hệ thống", "The whole platform")
                .to_owned(),
            Some(code) => match self.identity.hierarchy.name(code) {
                Some(name) => format!("{name} ({code})"),
                None => code.to_owned(),
            },
        }
    }
}
