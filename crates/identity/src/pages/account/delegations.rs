//! Delegations: authority that the person gives to somebody, or has from somebody.
//!
//! Owns: `/account/delegations…`.
//! Not here: the rules (`people/delegation.rs`), acting (`authenticate.rs`).
//! Invariant: only own roles are offered; who acts for somebody changes nothing here.

use askama::Template;
use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};
use lgsp_model::Timestamp;
use uuid::Uuid;

use super::{
    super::{
        form::Form,
        page, see_other,
        visit::{Visit, sentence, status},
    },
    Part, Visitor, day_of, path,
};
use crate::{
    Error, Identity, PeopleError,
    error::{Result, Rule},
    people::delegation::{DelegatedRole, Delegation, DelegationState, NewDelegation},
    rules::DAY_MS,
};

const PATH: &str = "/account/delegations";

#[derive(Template)]
#[template(path = "account/delegations.html")]
struct Page<'a> {
    part: Part,
    error: Option<String>,
    given: Vec<Line>,
    received: Vec<Line>,
    /// What may be delegated: value and words.
    offers: Vec<(String, String)>,
    form: &'a Form,
}

struct Line {
    id: Uuid,
    person: String,
    roles: Vec<String>,
    from: String,
    until: String,
    decision: String,
    state: &'static str,
    is_over: bool,
    may_accept: bool,
}

pub(in crate::pages) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    let form = Form::default();
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    render(&visitor, &form, None).await
}

async fn render(visitor: &Visitor<'_>, form: &Form, error: Option<&Error>) -> Response {
    match try_render(visitor, form, error).await {
        Ok(response) => response,
        Err(error) => visitor.refuse(PATH, &error),
    }
}

async fn try_render(visitor: &Visitor<'_>, form: &Form, error: Option<&Error>) -> Result<Response> {
    let own = visitor.account.id;
    let all = visitor.identity.delegations_of(own).await?;
    let (given, received): (Vec<&Delegation>, Vec<&Delegation>) = all
        .iter()
        .partition(|delegation| delegation.delegator_id == own.0);
    let template = Page {
        part: visitor.part("delegations"),
        error: error.map(|error| sentence(visitor.texts, error)),
        given: given
            .into_iter()
            .map(|one| line(visitor, one, true))
            .collect(),
        received: received
            .into_iter()
            .map(|one| line(visitor, one, false))
            .collect(),
        offers: offers(visitor).await?,
        form,
    };
    Ok(page(error.map_or(StatusCode::OK, status), &template))
}

fn line(visitor: &Visitor<'_>, delegation: &Delegation, is_given: bool) -> Line {
    let (texts, now) = (visitor.texts, visitor.identity.platform.clock.now());
    let is_past = delegation.until <= now;
    let is_future = delegation.from > now;
    let roles = delegation.roles.iter();
    let number = &delegation.decision_no;
    Line {
        id: delegation.id,
        person: match is_given {
            true => delegation.delegate.clone(),
            false => delegation.delegator.clone(),
        },
        roles: roles.map(|role| words(visitor, role)).collect(),
        from: day_of(delegation.from),
        until: day_of(delegation.until),
        decision: match &delegation.decision_date {
            Some(date) => format!("{number}, {date}"),
            None => number.clone(),
        },
        state: match delegation.state {
            DelegationState::Revoked => texts.say("Đã thu hồi", "Taken back"),
            _ if is_past => texts.say("Đã hết hạn", "Over"),
            DelegationState::Proposed => texts.say("Chờ chấp nhận", "Waits to be accepted"),
            DelegationState::Accepted if is_future => {
                texts.say("Chưa đến ngày", "Not yet in force")
            }
            DelegationState::Accepted => texts.say("Đang hiệu lực", "In force"),
        },
        is_over: delegation.state == DelegationState::Revoked || is_past,
        may_accept: !is_given && delegation.state == DelegationState::Proposed && !is_past,
    }
}

fn words(visitor: &Visitor<'_>, role: &DelegatedRole) -> String {
    let label = visitor.role(&role.role).0;
    format!("{label} · {}", visitor.node(role.agency.as_deref()))
}

/// The own roles that may be delegated, each at its own node.
async fn offers(visitor: &Visitor<'_>) -> Result<Vec<(String, String)>> {
    let identity = visitor.identity;
    let offered = identity.delegable_roles(visitor.account.id).await?;
    let value = |role: &DelegatedRole| {
        format!(
            "{}@{}",
            role.role,
            role.agency.as_deref().unwrap_or_default()
        )
    };
    let offered = offered.iter();
    Ok(offered
        .map(|role| (value(role), words(visitor, role)))
        .collect())
}

/// Proposes one.
pub(in crate::pages) async fn propose(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let visitor = match Visitor::find(&identity, &visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let done: Result<Delegation> = async {
        visitor.check(&form)?;
        let wish = read(&form)?;
        let (actor, own) = (visitor.actor(), &visitor.account);
        identity.propose_delegation(&actor, own, wish).await
    }
    .await;
    match done {
        Ok(_) => see_other(&path(visitor.texts, PATH)),
        Err(error @ (Error::PageExpired | Error::Platform(_))) => visitor.refuse(PATH, &error),
        Err(error) => render(&visitor, &form, Some(&error)).await,
    }
}

/// What the form says; days begin and end in Vietnam.
fn read(form: &Form) -> Result<NewDelegation> {
    let (role, agency) = form.get("role").split_once('@').unwrap_or_default();
    let day = |name: &str, days: i64| {
        let broken = || Error::Invalid(vec![Rule::DayForm.at(format!("/{name}"))]);
        let text = format!("{}T00:00:00+07:00", form.get(name));
        let at = Timestamp::parse_rfc3339(&text).ok_or_else(broken)?;
        Ok::<_, Error>(at.plus_ms(days * DAY_MS))
    };
    let present = |name: &str| Some(form.get(name).to_owned()).filter(|text| !text.is_empty());
    Ok(NewDelegation {
        delegate: form.get("delegate").to_owned(),
        roles: match role {
            "" => Vec::new(),
            role => vec![DelegatedRole {
                role: role.to_owned(),
                agency: Some(agency.to_owned()).filter(|code| !code.is_empty()),
            }],
        },
        from: day("from", 0)?,
        until: day("until", 1)?,
        decision_no: form.get("decision_no").to_owned(),
        decision_date: present("decision_date"),
        reason: present("reason"),
    })
}

/// Takes one on.
pub(in crate::pages) async fn accept(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    decide(&identity, &visit, &body, DelegationState::Accepted).await
}

/// Ends one.
pub(in crate::pages) async fn revoke(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    decide(&identity, &visit, &body, DelegationState::Revoked).await
}

async fn decide(
    identity: &Identity,
    visit: &Visit,
    body: &Bytes,
    state: DelegationState,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(body));
    let visitor = match Visitor::find(identity, visit, &form).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let done: Result<Delegation> = async {
        visitor.check(&form)?;
        let id = form.get("id").parse();
        let id: Uuid = id.map_err(|_| PeopleError::DelegationNotFound)?;
        let found = identity.delegation(id).await?;
        let own = visitor.account.id.0;
        let is_delegate = found.delegate_id == own;
        let may = match state {
            DelegationState::Accepted => is_delegate,
            _ => is_delegate || found.delegator_id == own,
        };
        if !may {
            return Err(PeopleError::DelegationNotFound.into());
        }
        let actor = visitor.actor();
        identity.set_delegation(&actor, &found, state).await
    }
    .await;
    match done {
        Ok(_) => see_other(&path(visitor.texts, PATH)),
        Err(error) => visitor.refuse(PATH, &error),
    }
}
