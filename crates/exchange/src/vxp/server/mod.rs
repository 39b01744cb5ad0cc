//! Our VXP server: agencies' existing client software calls it as if it were the national axis.
//!
//! Owns: the router of the 13 operations on the service door, who calls, how a refusal leaves.
//! Not here: connection and header limits (the door), what is done with a message (`service/`).
//! Invariant: every answer below the prefix is JSON or the file asked for, never HTML and never
//! empty; nothing reads the database to learn who calls.
//! Follows: design document "Document exchange", sections 7.1 to 7.4.

mod agencies;
mod answer;
mod body;
mod errors;
mod mailbox;
mod rate;
mod send;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{Method, request::Parts},
    response::Response,
    routing::any,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::trace;

pub(crate) use self::answer::parts_of;
use self::rate::Rate;
use super::wire::{Claim, Code, Operation, Parameters, Refused, Window};
use crate::{
    Exchange,
    directory::{Directory, SystemEntry},
    service::Reader,
};

/// Where the interface is mounted unless configuration says otherwise.
pub const PREFIX_DEFAULT: &str = "/vxp";
/// Audit events of unauthenticated refusals in one second; a flood is counted, not written.
pub const REFUSALS_NOTED_PER_SECOND_MAX: i64 = 20;

#[derive(Clone)]
struct Vxp {
    exchange: Exchange,
    prefix: Arc<str>,
    refusals: Arc<Rate>,
}

/// The interface, mounted at `prefix` (`/vxp`).
pub fn router(exchange: Exchange, prefix: &str) -> Router {
    let prefix = format!("/{}", prefix.trim_matches('/'));
    let vxp = Vxp {
        exchange,
        prefix: prefix.as_str().into(),
        refusals: Arc::new(Rate::new(REFUSALS_NOTED_PER_SECOND_MAX)),
    };
    // The operation is read from the path by hand, so that no path below falls out to HTML.
    Router::new()
        .route(&prefix, any(handle))
        .route(&format!("{prefix}/"), any(handle))
        .route(&format!("{prefix}/{{*operation}}"), any(handle))
        .with_state(vxp)
}

/// A checked caller and what it signed.
struct Caller<'a> {
    directory: Arc<Directory>,
    system: Arc<SystemEntry>,
    parameters: Parameters<'a>,
    now: Timestamp,
    address: Option<String>,
    trace_id: Option<String>,
}

impl Caller<'_> {
    fn reader(&self) -> Reader {
        Reader {
            actor: self.system.name.clone(),
            on_behalf_of: None,
            agencies: self.system.agencies.to_vec(),
            address: self.address.clone(),
            trace_id: self.trace_id.clone(),
            form: self.system.spec.form(),
        }
    }
}

/// A refusal with what decides how it leaves.
struct Failure {
    refused: Refused,
    /// The system that called, once it is known by its MAC.
    system: Option<Arc<SystemEntry>>,
    /// Its audit event is written already.
    is_noted: bool,
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self {
            refused,
            system: None,
            is_noted: false,
        }
    }
}

async fn handle(State(vxp): State<Vxp>, request: Request) -> Response {
    let started = vxp.exchange.now();
    let (parts, body) = request.into_parts();
    let name = parts.uri.path().strip_prefix(&*vxp.prefix);
    let operation = name.and_then(|name| Operation::of(name.trim_start_matches('/')));
    let event = operation.map_or("vxp.unknown", Operation::event);
    let answer = match operation {
        None => Err(Refused::new(Code::Other, "unknown operation").into()),
        Some(_) if !matches!(parts.method, Method::GET | Method::POST) => {
            Err(Refused::new(Code::Other, "method").into())
        }
        Some(operation) => vxp.serve(operation, &parts, body).await,
    };
    let metrics = &vxp.exchange.platform().metrics;
    metrics.time(event, vxp.exchange.now().since(started));
    match answer {
        Ok(response) => {
            metrics.count(event, "ok");
            response
        }
        Err(failure) => {
            metrics.count(event, failure.refused.code.label());
            vxp.refuse(event, &parts, failure).await
        }
    }
}

impl Vxp {
    async fn serve(
        &self,
        operation: Operation,
        parts: &Parts,
        body: Body,
    ) -> Result<Response, Failure> {
        let caller = self.identify(parts)?;
        let system = caller.system.clone();
        let done = match operation {
            Operation::SendEdoc => send::send_edoc(self, &caller, parts, body).await,
            other => match body::read_small(body).await {
                Ok(content) => {
                    let done = self.answer(other, &caller, &content).await;
                    done.map_err(Failure::from)
                }
                Err(refused) => Err(refused.into()),
            },
        };
        done.map_err(|failure| Failure {
            system: Some(system),
            ..failure
        })
    }

    async fn answer(
        &self,
        operation: Operation,
        caller: &Caller<'_>,
        content: &[u8],
    ) -> Result<Response, Refused> {
        match operation {
            Operation::GetAgenciesList
            | Operation::GetAgenciesListQd20
            | Operation::GetSynchronizeUnit => Ok(agencies::list(self, caller, operation)),
            Operation::RegisterAgency => agencies::register(self, caller, content).await,
            Operation::DeleteAgency => agencies::delete(self, caller).await,
            Operation::GetReceivedEdocList => mailbox::received(self, caller).await,
            Operation::GetEdoc => mailbox::get(self, caller).await,
            Operation::DownloadEdoc => mailbox::download(self, caller).await,
            Operation::GetSentEdocList => mailbox::sent(self, caller).await,
            Operation::UpdateStatus => mailbox::update_status(self, caller).await,
            Operation::CountReceiveEdoc | Operation::CountReceiveStatus => {
                mailbox::count(self, caller, operation).await
            }
            Operation::SendEdoc => Err(Refused::new(Code::Other, "sendEdoc")),
        }
    }

    /// The six steps of section 7.1.
    fn identify<'a>(&self, parts: &'a Parts) -> Result<Caller<'a>, Failure> {
        let directory = self.exchange.directory();
        let now = self.exchange.now();
        let claim = Claim::read(&parts.headers)?;
        let system = directory
            .system(claim.systemid)
            .filter(|system| system.spec.enabled)
            .ok_or_else(|| Refused::new(Code::System, ""))?
            .clone();
        let window = Window {
            back_ms: i64::from(system.spec.window_back_minutes) * 60_000,
            ahead_ms: i64::from(system.spec.window_ahead_minutes) * 60_000,
            ..Window::default()
        };
        let secrets = || system.secrets_at(now);
        let call = claim.check(secrets().map(|secret| &secret.key), &window, now)?;
        if let Some(secret) = secrets().nth(call.secret) {
            system.activity.note(secret.id, now);
        }
        if call.parameters.has_conflict() {
            let metrics = &self.exchange.platform().metrics;
            metrics.count("vxp.parameters", "conflict");
        }
        Ok(Caller {
            directory,
            system,
            parameters: call.parameters,
            now,
            address: address(parts),
            trace_id: trace::current(),
        })
    }

    /// The audit event and the answer of a refusal.
    async fn refuse(&self, event: &'static str, parts: &Parts, failure: Failure) -> Response {
        let Failure {
            refused,
            system,
            is_noted,
        } = failure;
        let is_their_fault = !matches!(refused.code, Code::Other | Code::Busy);
        // Known callers are few and answerable; of strangers only so many a second are written.
        let may_note = || system.is_some() || self.refusals.admit(self.exchange.now());
        if is_their_fault && !is_noted && may_note() {
            let actor = system.as_ref().map_or("unknown", |system| &system.name);
            let label = refused.code.label();
            let (address, trace_id) = (address(parts), trace::current());
            self.exchange
                .note_refusal(actor, event, label, address, trace_id)
                .await;
        }
        let has_http_codes = system.is_some_and(|system| system.spec.transport.http_codes);
        answer::refusal(&refused, has_http_codes)
    }
}

fn address(parts: &Parts) -> Option<String> {
    let ConnectInfo(address) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip().to_string())
}
