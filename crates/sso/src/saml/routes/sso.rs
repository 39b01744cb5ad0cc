//! `/saml/sso`, `/saml/init/{sp}`, and the way back from sign-in.
//!
//! Owns: from a request to a person who is signed in well enough.
//! Not here: what the application is then told (`issue.rs`).
//! Invariant: a request is used once, is young, is meant for us, and its answer goes to a
//! registered address; sign-in is checked anew after the return from its page.
//! Follows: SAML 2.0 Profiles, 4.1; design document "Identity", section 3.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::Uri,
    response::Response,
};
use lgsp_identity::{Browser, Demand};
use lgsp_model::Timestamp;
use lgsp_platform::registry::Kind as _;
use serde::{Deserialize, Serialize};

use super::{answer, issue};
use crate::{
    access::Door,
    error::{Error, Result},
    fields::{Fields, encode},
    pages,
    saml::{
        Saml,
        authn::{AuthnRequest, NameIds, RequestedContext, check_envelope},
        bindings::{Field, Inbound, RELAY_STATE_BYTES_MAX},
        kind::SamlSp,
        names::{
            INVALID_NAME_ID_POLICY, NO_AUTHN_CONTEXT, NO_PASSIVE, REQUEST_DENIED, REQUESTER,
            RESPONDER,
        },
        providers::Provider,
        refused::Refused,
        signature::SignatureFault,
    },
    transactions,
    visit::Visit,
};

/// Kind of the transactions of sign-on.
const SIGN_ON: &str = "saml";
/// How long the identifier of a request is remembered: twice its greatest age.
const REMEMBERED_MS: i64 = 2 * crate::saml::authn::AGE_MS_MAX;

/// A request that was checked, and waits for its person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Name of the service provider's resource.
    pub(super) sp: String,
    /// The request; none when sign-on began here.
    pub(super) request_id: Option<String>,
    /// Where the answer goes.
    pub(super) consumer_url: String,
    /// To be given back unchanged.
    pub(super) relay_state: Option<String>,
    is_forced: bool,
    is_passive: bool,
    pub(super) name_id_format: Option<String>,
    sp_name_qualifier: Option<String>,
    pub(super) context: Option<RequestedContext>,
    login_hint: Option<String>,
    asked_at: Timestamp,
}

pub(in super::super) async fn by_redirect(
    State(saml): State<Saml>,
    visit: Visit,
    uri: Uri,
) -> Response {
    let result = async {
        let inbound = Inbound::from_query(uri.query().unwrap_or_default())?;
        let pending = check(&saml, inbound).await?;
        proceed(&saml, pending, None, &visit).await
    };
    answer(&visit.headers, result.await)
}

pub(in super::super) async fn by_post(
    State(saml): State<Saml>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let result = async {
        let text = std::str::from_utf8(&body).map_err(|_| Refused::Part("SAMLRequest"))?;
        let pending = check(&saml, Inbound::from_form(text)?).await?;
        // The browser sends its cookie with a GET that follows, but not with another site's form.
        let handle = transactions::begin(&saml.platform, SIGN_ON, &pending).await?;
        Ok(pages::see_other(&way_back(&handle)))
    };
    answer(&visit.headers, result.await)
}

pub(in super::super) async fn go_on(State(saml): State<Saml>, visit: Visit, uri: Uri) -> Response {
    let result = async {
        let fields = Fields::parse(uri.query().unwrap_or_default());
        let handle = fields.get("r").unwrap_or_default();
        let pending = transactions::get(&saml.platform, SIGN_ON, &handle).await?;
        proceed(&saml, pending, Some(handle), &visit).await
    };
    answer(&visit.headers, result.await)
}

pub(in super::super) async fn from_here(
    State(saml): State<Saml>,
    Path(sp): Path<String>,
    visit: Visit,
    uri: Uri,
) -> Response {
    let result = async {
        let fields = Fields::parse(uri.query().unwrap_or_default());
        let provider = saml.providers().by_name(&sp).ok_or(Refused::Provider)?;
        if !provider.spec.idp_initiated {
            return Err(Refused::InitiatedHere.into());
        }
        let relay_state = fields.get("RelayState");
        if relay_state
            .as_ref()
            .is_some_and(|state| state.len() > RELAY_STATE_BYTES_MAX)
        {
            return Err(Refused::RelayState.into());
        }
        let consumer = provider.consumer(None, None).ok_or(Refused::Consumer)?;
        let pending = Pending {
            sp,
            request_id: None,
            consumer_url: consumer.url.clone(),
            relay_state,
            is_forced: false,
            is_passive: false,
            name_id_format: None,
            sp_name_qualifier: None,
            context: None,
            login_hint: None,
            asked_at: saml.now(),
        };
        proceed(&saml, pending, None, &visit).await
    };
    answer(&visit.headers, result.await)
}

fn way_back(handle: &str) -> String {
    format!("/saml/continue?r={}", encode(handle))
}

/// Everything that can be said of a request without its person.
async fn check(saml: &Saml, inbound: Inbound) -> Result<Pending> {
    if inbound.field != Field::Request {
        return Err(Refused::Part("SAMLRequest").into());
    }
    let request = AuthnRequest::read(&inbound.document.root)?;
    let issuer = &request.envelope.issuer;
    let provider = saml
        .providers()
        .by_entity(issuer)
        .ok_or(Refused::Provider)?;
    let is_signed = inbound.check_signature(&provider.keys)?;
    if provider.spec.requests_signed && !is_signed {
        return Err(Refused::Signature(SignatureFault::Missing).into());
    }
    let now = saml.now();
    check_envelope(&request.envelope, &saml.sign_on_url(), is_signed, now)?;
    let consumer = provider
        .consumer(request.consumer_url.as_deref(), request.consumer_index)
        .ok_or(Refused::Consumer)?;
    let key = format!("{issuer}\n{}", request.envelope.id);
    let until = now.plus_ms(REMEMBERED_MS);
    if !saml.identity.first_use("saml.request", &key, until).await? {
        return Err(Refused::Repeated.into());
    }
    Ok(Pending {
        sp: provider.name.clone(),
        request_id: Some(request.envelope.id),
        consumer_url: consumer.url.clone(),
        relay_state: inbound.relay_state,
        is_forced: request.is_forced,
        is_passive: request.is_passive,
        name_id_format: request.name_id_format,
        sp_name_qualifier: request.sp_name_qualifier,
        context: request.context,
        login_hint: request.login_hint,
        asked_at: now,
    })
}

/// Answers when the browser's session is good enough; else sends it to the sign-in page.
async fn proceed(
    saml: &Saml,
    pending: Pending,
    handle: Option<String>,
    visit: &Visit,
) -> Result<Response> {
    let provider: Arc<Provider> = saml
        .providers()
        .by_name(&pending.sp)
        .ok_or(Refused::Provider)?;
    let reply = issue::Reply {
        saml,
        provider: &provider,
        pending: &pending,
        visit,
    };
    let is_other = |qualifier: &String| *qualifier != provider.spec.entity_id;
    let format = NameIds::choose(&provider.spec, pending.name_id_format.as_deref())
        .filter(|_| !pending.sp_name_qualifier.as_ref().is_some_and(is_other));
    let Some(format) = format else {
        let status = [REQUESTER, INVALID_NAME_ID_POLICY];
        return reply.failure(&status, "name identifier format").await;
    };
    let asked = pending.context.as_ref();
    let level = match asked.map(RequestedContext::least_level) {
        None => provider.spec.acr_min,
        Some(Some(level)) => level.max(provider.spec.acr_min),
        Some(None) => {
            let status = [REQUESTER, NO_AUTHN_CONTEXT];
            return reply.failure(&status, "authentication context").await;
        }
    };
    let demand = Demand {
        again: pending.is_forced,
        fresh_since: pending.is_forced.then_some(pending.asked_at),
        acr_min: level,
        login_hint: pending.login_hint.clone(),
        client_name: Some(provider.spec.title.clone()),
        application: Some(format!("{}/{}", SamlSp::KIND, provider.name)),
        ..Demand::default()
    };
    if let Some(browser) = saml.identity.browser_from(&visit.headers, visit.ip).await?
        && saml.identity.satisfies(&browser.session, &demand)
    {
        if browser.principal.standing.impersonated_by.is_some() {
            return Err(Error::Impersonated);
        }
        if let Err(error) = admit(saml, &provider, &browser, visit).await {
            if pending.is_passive && matches!(error, Error::NotForPerson(_)) {
                let status = [RESPONDER, REQUEST_DENIED];
                return reply.failure(&status, "not for this person").await;
            }
            return Err(error);
        }
        if let Some(handle) = &handle {
            // Of two windows that come back at once, one gets the answer.
            transactions::take::<Pending>(&saml.platform, SIGN_ON, handle).await?;
        }
        return reply.success(&browser, format).await;
    }
    if pending.is_passive {
        let status = [RESPONDER, NO_PASSIVE];
        return reply.failure(&status, "no page may be shown").await;
    }
    let handle = match handle {
        Some(handle) => handle,
        None => transactions::begin(&saml.platform, SIGN_ON, &pending).await?,
    };
    let next = way_back(&handle);
    Ok(pages::see_other(
        &saml.identity.sign_in_path(&next, &demand),
    ))
}

/// Only whom the application is for goes on.
async fn admit(saml: &Saml, provider: &Provider, browser: &Browser, visit: &Visit) -> Result<()> {
    let door = Door {
        platform: &saml.platform,
        identity: &saml.identity,
        resource: (SamlSp::KIND, &provider.name),
        title: &provider.spec.title,
        agency: provider.agency.as_deref(),
        access: &provider.spec.access,
    };
    door.admit(&browser.principal, visit.address.as_deref())
        .await
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Saml(refused)
    }
}
