//! `/saml/slo`: requests and answers of single logout, and the way from one to the next.
//!
//! Owns: what a message does; the steps of a chain.
//! Not here: messages (`logout/message.rs`), sign-outs by SOAP (`logout/soap.rs`).
//! Invariant: only a signed request of a participant ends its session; our session ends before
//! anybody else is told.
//! Follows: SAML 2.0 Profiles, 4.4; ASVS 5.0, 10.6.2.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use lgsp_identity::{Actor, Farewell, FarewellFuture};
use sea_orm::{ConnectionTrait as _, Statement};
use uuid::Uuid;

use super::answer;
use crate::{
    error::Result,
    fields::Fields,
    pages,
    saml::{
        Saml,
        authn::{AGE_MS_MAX, Answer, check_envelope, new_id},
        bindings::{Field, Inbound, encode_post, signed_address},
        kind::{LogoutBinding, LogoutService},
        logout::{
            Chain, LogoutRequest, LogoutResponse, NewRequest, Requester, Told, Waiting,
            write_request, write_response,
        },
        names::{PARTIAL_LOGOUT, SUCCESS},
        providers::Provider,
        refused,
        refused::Refused,
        signature::{SignatureFault, Signer},
    },
    transactions,
};

/// Kind of the transactions of sign-out.
const SIGN_OUT: &str = "saml_logout";
/// Bindings through the browser.
const FRONT: &[LogoutBinding] = &[LogoutBinding::Redirect, LogoutBinding::Post];
/// Where a browser ends when there is nobody to answer to.
const SIGNED_OUT: &str = "/sign-in?notice=signed-out";

pub(in super::super) async fn by_redirect(
    State(saml): State<Saml>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let result = async {
        let inbound = Inbound::from_query(uri.query().unwrap_or_default())?;
        take(&saml, inbound, &headers).await
    };
    answer(&headers, result.await)
}

pub(in super::super) async fn by_post(
    State(saml): State<Saml>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let result = async {
        let text = std::str::from_utf8(&body).map_err(|_| Refused::Part("SAMLRequest"))?;
        take(&saml, Inbound::from_form(text)?, &headers).await
    };
    answer(&headers, result.await)
}

/// The first step of a sign-out that began at our own page.
pub(in super::super) async fn next(
    State(saml): State<Saml>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let result = async {
        let fields = Fields::parse(uri.query().unwrap_or_default());
        let handle = fields.get("h").unwrap_or_default();
        let chain = transactions::get(&saml.platform, SIGN_OUT, &handle).await?;
        step(&saml, &handle, chain, &headers).await
    };
    answer(&headers, result.await)
}

async fn take(saml: &Saml, inbound: Inbound, headers: &HeaderMap) -> Result<Response> {
    match inbound.field {
        Field::Request => take_request(saml, inbound, headers).await,
        Field::Response => take_response(saml, inbound, headers).await,
    }
}

async fn take_request(saml: &Saml, inbound: Inbound, headers: &HeaderMap) -> Result<Response> {
    let request = LogoutRequest::read(&inbound.document.root)?;
    let issuer = &request.envelope.issuer;
    let provider = saml
        .providers()
        .by_entity(issuer)
        .ok_or(Refused::Provider)?;
    if !inbound.check_signature(&provider.keys)? {
        return Err(Refused::Signature(SignatureFault::Missing).into());
    }
    let now = saml.now();
    check_envelope(&request.envelope, &saml.logout_url(), true, now)?;
    if request.not_on_or_after.is_some_and(|until| until <= now) {
        return Err(Refused::Expired.into());
    }
    let key = format!("{issuer}\n{}", request.envelope.id);
    let until = now.plus_ms(2 * AGE_MS_MAX);
    if !saml.identity.first_use("saml.request", &key, until).await? {
        return Err(Refused::Repeated.into());
    }
    let sessions = sessions_of(saml, &provider, &request, headers).await?;
    let requester = Requester {
        sp: provider.name.clone(),
        request_id: request.envelope.id,
        relay_state: inbound.relay_state,
    };
    let actor = format!("saml:{}", provider.name);
    let (handle, chain) = begin(saml, &sessions, Some(requester), SIGNED_OUT).await?;
    end(saml, &sessions, &actor).await?;
    step(saml, &handle, chain, headers).await
}

/// The sessions that a request means: those named, else the browser's, if the person is the one.
async fn sessions_of(
    saml: &Saml,
    provider: &Provider,
    request: &LogoutRequest,
    headers: &HeaderMap,
) -> Result<Vec<Uuid>> {
    let mut named: Vec<Uuid> = request
        .session_indexes
        .iter()
        .filter_map(|index| index.parse().ok())
        .collect();
    if request.session_indexes.is_empty() {
        let browser = saml.identity.browser(headers).await?;
        named.extend(browser.map(|browser| browser.session.id));
    }
    let mut found = Vec::new();
    for id in named {
        let participants = saml.identity.participants(id).await?;
        let is_meant = participants.iter().any(|participant| {
            let told = serde_json::from_value::<Told>(participant.data.clone()).ok();
            participant.protocol == "saml"
                && participant.client == provider.name
                && told.is_some_and(|told| told.name_id.is_same(&request.name_id))
        });
        if is_meant && !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Makes a chain of the participants that are told through the browser; the others are told
/// when the session has ended.
async fn begin(
    saml: &Saml,
    sessions: &[Uuid],
    requester: Option<Requester>,
    then: &str,
) -> Result<(String, Chain)> {
    let mut chain = Chain {
        requester,
        then: then.to_owned(),
        remaining: Vec::new(),
        waiting: None,
        is_partial: false,
    };
    let mut forgotten = Vec::new();
    for id in sessions {
        gather(saml, *id, &mut chain, &mut forgotten).await?;
    }
    let handle = transactions::new_handle()?;
    let expires_at = saml.now().plus_ms(transactions::LIFE_MS);
    let tx = saml.platform.db.begin().await?;
    transactions::insert(&*tx, SIGN_OUT, &handle, &chain, expires_at).await?;
    for statement in forgotten {
        tx.execute_raw(statement).await?;
    }
    tx.commit().await?;
    Ok((handle, chain))
}

async fn gather(
    saml: &Saml,
    session: Uuid,
    chain: &mut Chain,
    forgotten: &mut Vec<Statement>,
) -> Result<()> {
    let providers = saml.providers();
    for participant in saml.identity.participants(session).await? {
        if participant.protocol != "saml" {
            continue;
        }
        let forget = participant.delete_statement(&saml.platform.db);
        let asked = chain.requester.as_ref().map(|requester| &requester.sp);
        if asked == Some(&participant.client) {
            forgotten.push(forget);
            continue;
        }
        let provider = providers.by_name(&participant.client);
        let has_page = provider.is_some_and(|provider| provider.logout_service(FRONT).is_some());
        if has_page && let Ok(told) = serde_json::from_value(participant.data) {
            chain.remaining.push(told);
            forgotten.push(forget);
        }
    }
    Ok(())
}

async fn end(saml: &Saml, sessions: &[Uuid], actor: &str) -> Result<()> {
    for id in sessions {
        if let Some(session) = saml.identity.session(*id).await? {
            let actor = Actor::named(actor, None, saml.now());
            saml.identity.end_session(&actor, &session).await?;
        }
    }
    Ok(())
}

async fn take_response(saml: &Saml, inbound: Inbound, headers: &HeaderMap) -> Result<Response> {
    let response = LogoutResponse::read(&inbound.document.root)?;
    let handle = inbound.relay_state.clone().unwrap_or_default();
    let mut chain: Chain = transactions::get(&saml.platform, SIGN_OUT, &handle).await?;
    let waiting = chain.waiting.take();
    let waiting = waiting.filter(|waiting| waiting.request_id == response.in_response_to);
    let provider = waiting.and_then(|waiting| saml.providers().by_name(&waiting.sp));
    let provider = provider.filter(|known| known.spec.entity_id == response.envelope.issuer);
    let provider = provider.ok_or(Refused::Part("InResponseTo"))?;
    let is_signed = inbound.check_signature(&provider.keys)?;
    check_envelope(
        &response.envelope,
        &saml.logout_url(),
        is_signed,
        saml.now(),
    )?;
    if !provider.keys.is_empty() && !is_signed {
        return Err(Refused::Signature(SignatureFault::Missing).into());
    }
    chain.is_partial |= !response.is_success;
    step(saml, &handle, chain, headers).await
}

/// Tells the next application, or answers the one that asked.
async fn step(
    saml: &Saml,
    handle: &str,
    mut chain: Chain,
    headers: &HeaderMap,
) -> Result<Response> {
    while let Some(told) = chain.remaining.pop() {
        let Some(provider) = saml.providers().by_name(&told.sp) else {
            continue;
        };
        let Some(service) = provider.logout_service(FRONT) else {
            chain.is_partial = true;
            continue;
        };
        let name = match provider.logout_name(&told.name_id) {
            Ok(name) => name,
            Err(error) => {
                tracing::warn!(%error, sp = %told.sp, "an application is not told of a sign-out");
                chain.is_partial = true;
                continue;
            }
        };
        let request_id = new_id()?;
        chain.waiting = Some(Waiting {
            sp: told.sp.clone(),
            request_id: request_id.clone(),
        });
        let tx = saml.platform.db.begin().await?;
        let update = transactions::update_statement(&saml.platform.db, handle, &chain)?;
        tx.execute_raw(update).await?;
        tx.commit().await?;
        let signer = saml.signer().await?;
        let request = NewRequest {
            id: &request_id,
            issuer: saml.entity_id(),
            destination: &service.url,
            name: &name,
            session_index: &told.session_index,
            now: saml.now(),
        };
        let signer: &dyn Signer = signer.as_ref();
        let inside = (service.binding == LogoutBinding::Post).then_some(signer);
        let xml = write_request(&request, inside).map_err(refused)?;
        let sending = Sending {
            field: Field::Request,
            url: &service.url,
            service,
            relay_state: Some(handle),
        };
        return sending.send(&xml, signer, headers);
    }
    finish(saml, handle, &chain, headers).await
}

async fn finish(saml: &Saml, handle: &str, chain: &Chain, headers: &HeaderMap) -> Result<Response> {
    transactions::take::<Chain>(&saml.platform, SIGN_OUT, handle).await?;
    let Some(requester) = &chain.requester else {
        return Ok(pages::see_other(&chain.then));
    };
    let provider = saml.providers().by_name(&requester.sp);
    let Some(service) = provider
        .as_ref()
        .and_then(|provider| provider.logout_service(FRONT))
    else {
        return Ok(pages::see_other(SIGNED_OUT));
    };
    let status: &[&str] = if chain.is_partial {
        &[SUCCESS, PARTIAL_LOGOUT]
    } else {
        &[SUCCESS]
    };
    let url = service.response_url.as_deref().unwrap_or(&service.url);
    let id = new_id()?;
    let answer = Answer {
        id: &id,
        in_response_to: Some(&requester.request_id),
        issuer: saml.entity_id(),
        destination: url,
        now: saml.now(),
    };
    let signer = saml.signer().await?;
    let signer: &dyn Signer = signer.as_ref();
    let inside = (service.binding == LogoutBinding::Post).then_some(signer);
    let xml = write_response(&answer, status, inside).map_err(refused)?;
    let sending = Sending {
        field: Field::Response,
        url,
        service,
        relay_state: requester.relay_state.as_deref(),
    };
    sending.send(&xml, signer, headers)
}

/// A message on its way out.
struct Sending<'a> {
    field: Field,
    url: &'a str,
    service: &'a LogoutService,
    relay_state: Option<&'a str>,
}

impl Sending<'_> {
    fn send(&self, xml: &str, signer: &dyn Signer, headers: &HeaderMap) -> Result<Response> {
        match self.service.binding {
            LogoutBinding::Redirect | LogoutBinding::Soap => {
                let target = signed_address(self.url, self.field, xml, self.relay_state, signer)?;
                Ok(pages::see_other(&target))
            }
            LogoutBinding::Post => {
                let message = encode_post(xml);
                let name = match self.field {
                    Field::Request => "SAMLRequest",
                    Field::Response => "SAMLResponse",
                };
                let mut fields = vec![(name, message.as_str())];
                fields.extend(self.relay_state.map(|state| ("RelayState", state)));
                Ok(pages::post_form(headers, self.url, &fields))
            }
        }
    }
}

impl Farewell for Saml {
    fn farewell<'a>(&'a self, session: Uuid, then: &'a str) -> FarewellFuture<'a> {
        Box::pin(async move {
            match begin(self, &[session], None, then).await {
                Ok((_, chain)) if chain.remaining.is_empty() => None,
                Ok((handle, _)) => Some(format!("/saml/slo/next?h={handle}")),
                Err(error) => {
                    tracing::error!(%error, "applications are not told of a sign-out");
                    None
                }
            }
        })
    }
}
