//! `/cas/login`, `/cas/logout` and the three forms of validation.
//!
//! Owns: what each request does.
//! Not here: tickets (`ticket.rs`), forms of answers (`answer.rs`).
//! Invariant: no browser is sent to an address that is not registered.
//! Follows: CAS Protocol 3.0, 2; design document "Identity", section 4.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
    routing::get,
};
use lgsp_identity::{Actor, Browser, Demand, Participant};
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::trace,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
    registry::Kind as _,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Cas,
    answer::{self, Failure, Success},
    kind::CasService,
    logout::Validated,
    refused::Refused,
    service,
    ticket::{self, Ticket},
};
use crate::{
    access::Door,
    error::{Error, Result},
    fields::{Fields, encode, with_parameter},
    pages, transactions,
    visit::Visit,
};

/// Kind of the transactions of sign-on.
const SIGN_ON: &str = "cas";
/// Where a browser ends when there is no service to go to.
const SIGNED_OUT: &str = "/sign-in?notice=signed-out";

pub(super) fn router(cas: Cas) -> Router {
    Router::new()
        .route("/cas/login", get(login))
        .route("/cas/continue", get(go_on))
        .route("/cas/logout", get(logout))
        .route("/cas/validate", get(validate))
        .route("/cas/serviceValidate", get(service_validate))
        .route("/cas/p3/serviceValidate", get(service_validate_3))
        .with_state(cas)
}

/// A request that was checked, and waits for its person.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pending {
    url: String,
    is_renewed: bool,
    is_post: bool,
    asked_at: Timestamp,
}

async fn login(State(cas): State<Cas>, visit: Visit, uri: Uri) -> Response {
    let result = async {
        let fields = Fields::parse(uri.query().unwrap_or_default());
        let Some(url) = fields.get("service").filter(|url| !url.is_empty()) else {
            if fields.is_repeated("service") {
                return Err(Refused::Service.into());
            }
            // Sign-in for its own sake.
            let path = cas.identity.sign_in_path("/", &Demand::default());
            return Ok(pages::see_other(&path));
        };
        service::find(&cas.platform.registry.snapshot(), &url).ok_or(Refused::Service)?;
        let is_renewed = fields.is_set("renew");
        let pending = Pending {
            is_post: fields.get("method").is_some_and(|method| method == "POST"),
            is_renewed,
            asked_at: cas.platform.clock.now(),
            url,
        };
        // With both, renewal wins.
        let is_gateway = fields.is_set("gateway") && !is_renewed;
        proceed(&cas, pending, (None, is_gateway), &visit).await
    };
    let result = result.await;
    result.unwrap_or_else(|error| pages::refused(&visit.headers, &error))
}

async fn go_on(State(cas): State<Cas>, visit: Visit, uri: Uri) -> Response {
    let result = async {
        let fields = Fields::parse(uri.query().unwrap_or_default());
        let handle = fields.get("t").unwrap_or_default();
        let pending = transactions::get(&cas.platform, SIGN_ON, &handle).await?;
        proceed(&cas, pending, (Some(handle), false), &visit).await
    };
    let result = result.await;
    result.unwrap_or_else(|error| pages::refused(&visit.headers, &error))
}

/// Gives a ticket when the browser's session is good enough; else sends it to sign in.
async fn proceed(
    cas: &Cas,
    pending: Pending,
    (handle, is_gateway): (Option<String>, bool),
    visit: &Visit,
) -> Result<Response> {
    let (name, spec) =
        service::find(&cas.platform.registry.snapshot(), &pending.url).ok_or(Refused::Service)?;
    let demand = Demand {
        again: pending.is_renewed,
        fresh_since: pending.is_renewed.then_some(pending.asked_at),
        acr_min: spec.acr_min,
        client_name: Some(spec.title.clone()),
        application: Some(format!("{}/{name}", CasService::KIND)),
        ..Demand::default()
    };
    if let Some(browser) = cas.identity.browser_from(&visit.headers, visit.ip).await?
        && cas.identity.satisfies(&browser.session, &demand)
    {
        if browser.principal.standing.impersonated_by.is_some() {
            return Err(Error::Impersonated);
        }
        if let Err(error) = admit(cas, (&name, &spec), &browser, visit).await {
            // A gateway shows no page; the application sees that there is no ticket.
            return match error {
                Error::NotForPerson(_) if is_gateway => Ok(pages::see_other(&pending.url)),
                other => Err(other),
            };
        }
        if let Some(handle) = &handle {
            transactions::take::<Pending>(&cas.platform, SIGN_ON, handle).await?;
        }
        return give_ticket(cas, name, &pending, &browser, &visit.headers).await;
    }
    if is_gateway {
        return Ok(pages::see_other(&pending.url));
    }
    let handle = match handle {
        Some(handle) => handle,
        None => transactions::begin(&cas.platform, SIGN_ON, &pending).await?,
    };
    let next = format!("/cas/continue?t={}", encode(&handle));
    Ok(pages::see_other(&cas.identity.sign_in_path(&next, &demand)))
}

/// Only whom the application is for goes on.
async fn admit(
    cas: &Cas,
    (name, spec): (&str, &CasService),
    browser: &Browser,
    visit: &Visit,
) -> Result<()> {
    let snapshot = cas.platform.registry.snapshot();
    let resource = snapshot.get(CasService::KIND, name);
    let door = Door {
        platform: &cas.platform,
        identity: &cas.identity,
        resource: (CasService::KIND, name),
        title: &spec.title,
        agency: resource.and_then(|resource| resource.agency.as_deref()),
        access: &spec.access,
    };
    door.admit(&browser.principal, visit.address.as_deref())
        .await
}

async fn give_ticket(
    cas: &Cas,
    service: String,
    pending: &Pending,
    browser: &Browser,
    headers: &HeaderMap,
) -> Result<Response> {
    let session = &browser.session;
    let ticket = Ticket {
        service,
        url: pending.url.clone(),
        session_id: session.id,
        account_id: session.account_id,
        is_fresh: session.auth_at >= pending.asked_at,
    };
    let text = ticket::issue(&cas.platform, &ticket).await?;
    if pending.is_post {
        return Ok(pages::post_form(
            headers,
            &pending.url,
            &[("ticket", &text)],
        ));
    }
    Ok(pages::see_other(&with_parameter(
        &pending.url,
        "ticket",
        &text,
    )))
}

/// Ends the session of a browser that uses CAS; any other is asked first.
async fn logout(State(cas): State<Cas>, headers: HeaderMap, uri: Uri) -> Response {
    let result = async {
        let fields = Fields::parse(uri.query().unwrap_or_default());
        let snapshot = cas.platform.registry.snapshot();
        let wished = fields.get("service").or_else(|| fields.get("url"));
        let target = wished.filter(|url| service::find(&snapshot, url).is_some());
        let target = target.as_deref().unwrap_or(SIGNED_OUT);
        let Some(browser) = cas.identity.browser(&headers).await? else {
            return Ok(pages::see_other(target));
        };
        let session = &browser.session;
        let participants = cas.identity.participants(session.id).await?;
        if !participants.iter().any(|known| known.protocol == "cas") {
            // Another site could have sent the browser here.
            return Ok(pages::see_other("/sign-out"));
        }
        let then = cas.identity.farewell(session.id, target).await;
        let actor = Actor::of(&browser.principal, None, cas.platform.clock.now());
        cas.identity.end_session(&actor, session).await?;
        Ok(pages::see_other(&then))
    };
    let result: Result<Response> = result.await;
    result.unwrap_or_else(|error| pages::refused(&headers, &error))
}

async fn validate(State(cas): State<Cas>, uri: Uri) -> Response {
    let fields = Fields::parse(uri.query().unwrap_or_default());
    answer::plain(&checked(&cas, &fields, false).await)
}

async fn service_validate(State(cas): State<Cas>, uri: Uri) -> Response {
    let fields = Fields::parse(uri.query().unwrap_or_default());
    let result = checked(&cas, &fields, false).await;
    in_form(&fields, &result)
}

async fn service_validate_3(State(cas): State<Cas>, uri: Uri) -> Response {
    let fields = Fields::parse(uri.query().unwrap_or_default());
    let result = checked(&cas, &fields, true).await;
    in_form(&fields, &result)
}

fn in_form(fields: &Fields<'_>, result: &Result<Success, Failure>) -> Response {
    let format = fields.get("format").unwrap_or_default();
    if format.eq_ignore_ascii_case("json") {
        answer::json(result)
    } else {
        answer::xml(result)
    }
}

async fn checked(
    cas: &Cas,
    fields: &Fields<'_>,
    with_attributes: bool,
) -> Result<Success, Failure> {
    let checked = check(cas, fields, with_attributes).await;
    checked.unwrap_or_else(|error| {
        tracing::error!(%error, "ticket could not be checked");
        Err(Failure::Internal)
    })
}

async fn check(
    cas: &Cas,
    fields: &Fields<'_>,
    with_attributes: bool,
) -> Result<Result<Success, Failure>> {
    let (Some(url), Some(text)) = (fields.get("service"), fields.get("ticket")) else {
        return Ok(Err(Failure::Request));
    };
    if url.is_empty() || text.is_empty() {
        return Ok(Err(Failure::Request));
    }
    let Some(ticket) = ticket::take(&cas.platform, &text).await? else {
        return Ok(Err(Failure::Ticket));
    };
    if !is_same(&ticket.url, &url) {
        return Ok(Err(Failure::Service));
    }
    let found = service::find(&cas.platform.registry.snapshot(), &url);
    let Some((_, spec)) = found.filter(|(name, _)| *name == ticket.service) else {
        return Ok(Err(Failure::Service));
    };
    if fields.is_set("renew") && !ticket.is_fresh {
        return Ok(Err(Failure::Ticket));
    }
    let session = cas.identity.session(ticket.session_id).await?;
    let profile = cas.identity.profile(ticket.account_id).await?;
    let (Some(session), Some(profile)) = (session, profile) else {
        return Ok(Err(Failure::Ticket));
    };
    let Some(user) = spec.user.values(&profile).into_iter().next() else {
        return Ok(Err(Failure::Ticket));
    };
    keep(cas, &ticket, text, &user).await?;
    tell(cas, &ticket, &profile.account, session.acr).await?;
    let attributes = with_attributes.then(|| attributes(&spec, &profile));
    Ok(Ok(Success {
        user,
        attributes,
        authenticated_at: session.auth_at,
        is_fresh: ticket.is_fresh,
    }))
}

fn attributes(spec: &CasService, profile: &lgsp_identity::Profile) -> Vec<(String, Vec<String>)> {
    spec.attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), attribute.source.values(profile)))
        .filter(|(_, values)| !values.is_empty())
        .collect()
}

/// The same address, however it is spelled.
fn is_same(issued: &str, given: &str) -> bool {
    issued == given
        || service::read(issued).is_some_and(|issued| service::read(given) == Some(issued))
}

async fn keep(cas: &Cas, ticket: &Ticket, text: String, user: &str) -> Result<()> {
    let validated = Validated {
        service: ticket.service.clone(),
        url: ticket.url.clone(),
        ticket: text.clone(),
        user: user.to_owned(),
    };
    let participant = Participant {
        id: cas.platform.ids.next(),
        session_id: ticket.session_id,
        account_id: ticket.account_id,
        protocol: "cas".to_owned(),
        client: ticket.service.clone(),
        index: text,
        data: json!(validated),
        joined_at: cas.platform.clock.now(),
    };
    Ok(cas.identity.join(&participant).await?)
}

async fn tell(cas: &Cas, ticket: &Ticket, account: &lgsp_identity::Account, acr: u8) -> Result<()> {
    let now = cas.platform.clock.now();
    let subject = ("cas-service", ticket.service.clone());
    let actor = account.username.clone();
    let mut event = Event::new(Class::Audit, now, actor, "application.signed_on", subject);
    event.agency.clone_from(&account.agency);
    event.trace_id = trace::current();
    event = event.with_detail(json!({
        "protocol": "cas", "acr": acr, "session": ticket.session_id,
    }));
    let effects = Effects {
        events: vec![event],
        ..Effects::default()
    };
    let acceptance = Acceptance {
        claim: None,
        effects,
    };
    cas.platform.ledger.accept(acceptance).await?;
    Ok(())
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Cas(refused)
    }
}
