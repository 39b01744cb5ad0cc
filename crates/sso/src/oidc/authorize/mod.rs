//! The authorisation endpoint.
//!
//! Owns: `/oauth2/authorize` and the way on after sign-on; which page comes next.
//! Not here: reading a request (`request.rs`), answering the client (`respond.rs`), consent
//! (`consent.rs`), the code (`issue.rs`), sign-on itself (`identity`).
//! Invariant: what a person is asked is decided anew at each step from the session and the
//! stored request; the browser carries only a random reference to it.
//! Follows: RFC 6749, section 4.1; OpenID Connect Core 1.0, section 3.1.2.

pub(super) mod consent;
mod issue;
mod object;
pub(super) use object::resolve as object_resolve;
pub(super) mod request;
pub(super) mod respond;

use axum::{
    body::Bytes,
    extract::State,
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use lgsp_identity::{Browser, Demand};
use lgsp_model::Timestamp;
use lgsp_platform::{
    ledger::{Acceptance, Effects},
    registry::Kind as _,
};
use serde::{Deserialize, Serialize};

use self::{
    request::{AuthRequest, Prompt},
    respond::{Stop, stopped},
};
use super::{
    Provider,
    client::{Client, OidcClient},
    fail::Fail,
    limits::TRANSACTION_LIFE_MS,
    params::Params,
    tables::{
        consent as consents,
        parked::{self, Parked},
    },
    token::mint,
};
use crate::{error::Error, visit::Visit};

/// An authorisation request that waits for a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Transaction {
    pub(super) request: AuthRequest,
    /// When the client asked.
    pub(super) began_at: Timestamp,
    /// Whether the person was sent to sign on.
    pub(super) was_sent: bool,
}

/// A transaction with the reference under which it is stored, if it is.
pub(super) struct Step {
    pub(super) transaction: Transaction,
    pub(super) reference: Option<String>,
}

pub(super) async fn get(State(provider): State<Provider>, visit: Visit, uri: Uri) -> Response {
    let query = uri.query().unwrap_or_default().as_bytes();
    let answered = begin(&provider, &visit, query, false).await;
    answered.unwrap_or_else(|stop| stopped(&provider, &visit.headers, stop))
}

/// A form of another site comes without the session's cookie; the redirect that follows brings
/// it.
pub(super) async fn post(State(provider): State<Provider>, visit: Visit, body: Bytes) -> Response {
    let answered = begin(&provider, &visit, &body, true).await;
    answered.unwrap_or_else(|stop| stopped(&provider, &visit.headers, stop))
}

/// After sign-on.
pub(super) async fn resume(State(provider): State<Provider>, visit: Visit, uri: Uri) -> Response {
    let query = uri.query().unwrap_or_default().as_bytes();
    let answered = async {
        let params = Params::parse(query)?;
        let step = load(&provider, params.get("tx").unwrap_or_default()).await?;
        advance(&provider, &visit, step).await
    };
    answered
        .await
        .unwrap_or_else(|stop| stopped(&provider, &visit.headers, stop))
}

async fn begin(
    provider: &Provider,
    visit: &Visit,
    text: &[u8],
    is_post: bool,
) -> Result<Response, Stop> {
    let params = Params::parse(text)?;
    let request = request::read(provider, params).await?;
    let transaction = Transaction {
        request,
        began_at: provider.platform.clock.now(),
        was_sent: false,
    };
    if is_post {
        let reference = park(provider, &transaction).await?;
        return Ok(Redirect::to(&continue_path(&reference)).into_response());
    }
    let step = Step {
        transaction,
        reference: None,
    };
    advance(provider, visit, step).await
}

/// Where a browser goes on after sign-on.
fn continue_path(reference: &str) -> String {
    format!("/oauth2/authorize/continue?tx={reference}")
}

/// Reads a stored transaction.
pub(super) async fn load(provider: &Provider, reference: &str) -> Result<Step, Stop> {
    let now = provider.platform.clock.now();
    let found = parked::find(&provider.platform.db, Parked::Transaction, reference, now).await?;
    match found {
        Some(transaction) => Ok(Step {
            transaction,
            reference: Some(reference.to_owned()),
        }),
        None => {
            Err(Fail::request("the sign-on took too long; begin again at the application").into())
        }
    }
}

async fn park(provider: &Provider, transaction: &Transaction) -> Result<String, Fail> {
    let ends = transaction.began_at.plus_ms(TRANSACTION_LIFE_MS);
    let client = &transaction.request.client;
    let (reference, row) = parked::row(Parked::Transaction, client, transaction, ends)?;
    let effects = Effects {
        rows: vec![row],
        ..Effects::default()
    };
    let acceptance = Acceptance {
        claim: None,
        effects,
    };
    provider.platform.ledger.accept(acceptance).await?;
    Ok(reference)
}

/// The next thing to do: sign-on, consent, or the code.
async fn advance(provider: &Provider, visit: &Visit, step: Step) -> Result<Response, Stop> {
    let request = &step.transaction.request;
    let client = provider.clients.find(&request.client).await?;
    let client = client.ok_or_else(|| Fail::request("the client does not exist any more"))?;
    let demand = demand(&client, &step.transaction);
    let browser = provider
        .identity
        .browser_from(&visit.headers, visit.ip)
        .await?;
    let Some(browser) =
        browser.filter(|browser| is_good(provider, browser, &client, &step, &demand))
    else {
        return sign_in(provider, step, demand).await;
    };
    if is_below(&browser, &client, request) {
        return Err(request.back(
            "unmet_authentication_requirements",
            "the sign-on did not reach the level that was asked for",
        ));
    }
    admit(provider, visit, &browser, &client, request).await?;
    if needs_consent(provider, &browser, &client, request).await? {
        if request.has(Prompt::None) {
            return Err(request.back("consent_required", "the person must consent"));
        }
        if !provider.identity.may_secure(&browser.principal) {
            return Err(request.back("access_denied", consent::ONLY_IN_PERSON));
        }
        let reference = match step.reference {
            Some(reference) => reference,
            None => park(provider, &step.transaction).await?,
        };
        return Ok(Redirect::to(&consent::path(&reference)).into_response());
    }
    issue::code(
        provider,
        visit,
        &browser,
        &client,
        step,
        issue::Consented::No,
    )
    .await
}

/// What the sign-on must be.
fn demand(client: &Client, transaction: &Transaction) -> Demand {
    let request = &transaction.request;
    let is_anew = request.has(Prompt::Login) || request.has(Prompt::SelectAccount);
    let max_age_s = request
        .max_age_s
        .or(client.spec.default_max_age_s.map(i64::from));
    let fresh_since = match (is_anew, max_age_s) {
        (true, _) => Some(transaction.began_at),
        (false, Some(age_s)) => {
            let age_ms = age_s.saturating_mul(1_000);
            Some(Timestamp(transaction.began_at.0.saturating_sub(age_ms)))
        }
        (false, None) => None,
    };
    Demand {
        again: is_anew,
        fresh_since,
        acr_min: request.acr_min.max(client.spec.acr_min.unwrap_or(0)),
        login_hint: request.login_hint.clone(),
        client_name: Some(client.spec.name.clone()),
        language: request.language.clone(),
        application: Some(format!("{}/{}", OidcClient::KIND, client.id)),
    }
}

/// Whether the session can be used as it is, or is the best that sign-on gave.
fn is_good(
    provider: &Provider,
    browser: &Browser,
    client: &Client,
    step: &Step,
    demand: &Demand,
) -> bool {
    let request = &step.transaction.request;
    let account = browser.session.account_id;
    let is_hinted = request
        .hinted_sub
        .as_ref()
        .is_none_or(|sub| *sub == mint::subject(provider, client, account));
    let without_level = Demand {
        acr_min: 0,
        ..demand.clone()
    };
    let has_level = browser.session.acr >= demand.acr_min || step.transaction.was_sent;
    is_hinted
        && has_level
        && provider
            .identity
            .satisfies(&browser.session, &without_level)
}

/// A level that the client must have was not reached.
fn is_below(browser: &Browser, client: &Client, request: &AuthRequest) -> bool {
    let needed = client.spec.acr_min.unwrap_or(0);
    let essential = if request.is_acr_essential {
        request.acr_min
    } else {
        0
    };
    browser.session.acr < needed.max(essential)
}

async fn sign_in(provider: &Provider, step: Step, demand: Demand) -> Result<Response, Stop> {
    let mut transaction = step.transaction;
    if transaction.request.has(Prompt::None) {
        return Err(transaction
            .request
            .back("login_required", "the person must sign on"));
    }
    let reference = match step.reference {
        Some(reference) if transaction.was_sent => reference,
        _ => {
            transaction.was_sent = true;
            park(provider, &transaction).await?
        }
    };
    let demand = Demand {
        again: demand.again
            || demand.fresh_since.is_some()
            || transaction.request.hinted_sub.is_some(),
        ..demand
    };
    let path = provider
        .identity
        .sign_in_path(&continue_path(&reference), &demand);
    Ok(Redirect::to(&path).into_response())
}

/// Only whom the client is for goes on; who may not be shown a page is told through the client.
async fn admit(
    provider: &Provider,
    visit: &Visit,
    browser: &Browser,
    client: &Client,
    request: &AuthRequest,
) -> Result<(), Stop> {
    let door = provider.door(client);
    let admitted = door.admit(&browser.principal, visit.address.as_deref());
    match admitted.await {
        Ok(()) => Ok(()),
        Err(Error::NotForPerson(_)) if request.has(Prompt::None) => {
            Err(request.back("access_denied", "the person may not use this client"))
        }
        Err(refused @ Error::NotForPerson(_)) => Err(Stop::Refused(Box::new(refused))),
        Err(other) => Err(other.into()),
    }
}

async fn needs_consent(
    provider: &Provider,
    browser: &Browser,
    client: &Client,
    request: &AuthRequest,
) -> Result<bool, Stop> {
    if request.has(Prompt::Consent) {
        return Ok(true);
    }
    if client.spec.first_party && !client.spec.self_registered {
        return Ok(false);
    }
    let account = browser.session.account_id;
    let given = consents::find(&provider.platform.db, account, &client.id).await?;
    let is_covered = given.is_some_and(|given| {
        request
            .wanted()
            .iter()
            .all(|scope| given.scopes.contains(scope))
    });
    Ok(!is_covered)
}
