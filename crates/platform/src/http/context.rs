//! Who calls: the principal, what it may do, and how its acts are told to the journal.
//!
//! Owns: `Principal`, `Caller`, the ports `Authenticator` and `Authorizer`.
//! Not here: accounts, sessions and policies (`identity`).
//! Invariant: a handler that needs a caller cannot be reached without one.

use std::{future::Future, net::SocketAddr, pin::Pin, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{Method, request::Parts},
    middleware::Next,
    response::Response,
};
use lgsp_model::{AccountId, Timestamp};

use super::{problem::Refusal, trace};
use crate::{
    error::{Error, Result},
    journal::{Class, Event},
};

/// An authenticated account.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The account.
    pub account_id: AccountId,
    /// Its sign-in name, as the journal shows it.
    pub username: String,
    /// Agency that the account belongs to.
    pub agency: Option<String>,
    /// Roles, each at an agency node; it covers the subtree below.
    pub roles: Arc<[RoleGrant]>,
    /// Token that a browser must send with each change; absent for bearer tokens.
    pub csrf_token: Option<String>,
    /// Session or token used.
    pub credential: String,
    /// What decisions know of the account beside its roles.
    pub standing: Standing,
}

impl Principal {
    /// Who acts, as the journal names it: while an administrator acts as this account, that one.
    #[must_use]
    pub fn actor_name(&self) -> &str {
        let administrator = self.standing.impersonated_by.as_deref();
        administrator.unwrap_or(&self.username)
    }

    /// For whom that one acts: as this account, or by a delegation.
    #[must_use]
    pub fn acts_for(&self) -> Option<&str> {
        match self.standing.impersonated_by {
            Some(_) => Some(&self.username),
            None => self.standing.on_behalf_of.as_deref(),
        }
    }
}

/// What access decisions know of a caller beside its roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Kind of account.
    pub kind: String,
    /// Names of its groups, lower case, groups in groups included.
    pub groups: Arc<[String]>,
    /// Level of the proof behind the credential: 1 one factor, 2 two, 3 resistant to phishing.
    pub acr: u8,
    /// Age of that proof.
    pub auth_age_ms: i64,
    /// Whether a bearer token came instead of a browser's session.
    pub is_token: bool,
    /// For whom the caller acts, by a delegation.
    pub on_behalf_of: Option<String>,
    /// The administrator who acts as this account for a short time.
    pub impersonated_by: Option<String>,
    /// When the request came.
    pub asked_at: Timestamp,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            kind: String::new(),
            groups: Arc::new([]),
            acr: 1,
            auth_age_ms: 0,
            is_token: false,
            on_behalf_of: None,
            impersonated_by: None,
            asked_at: Timestamp(0),
        }
    }
}

/// A proof that an operation asks for beyond the present one (RFC 9470).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepUp {
    /// Level: 1, 2 or 3.
    pub acr_min: u8,
    /// Age at most, in seconds.
    pub age_s_max: i64,
}

/// A role at a node of the agency tree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleGrant {
    /// Role name.
    pub role: String,
    /// Agency at the top of the subtree; `None` for the whole platform.
    pub agency: Option<String>,
}

/// A boxed future of a port.
pub type PortFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Finds out who calls.
pub trait Authenticator: Send + Sync + 'static {
    /// The account behind a request's cookie or bearer token, if any.
    fn authenticate<'a>(&'a self, parts: &'a Parts) -> PortFuture<'a, Result<Option<Principal>>>;
}

/// Decides who may do what.
pub trait Authorizer: Send + Sync + 'static {
    /// Whether `principal` may use `permission` on things of `agency` (`None`: of no agency).
    fn is_allowed(&self, principal: &Principal, permission: &str, agency: Option<&str>) -> bool;

    /// The agencies on whose things the permission may be used; `None` means all.
    fn scope(&self, principal: &Principal, permission: &str) -> Option<Vec<String>>;

    /// What a fresher or stronger proof would have to be, when that alone is missing.
    fn step_up(&self, _: &Principal, _permission: &str, _agency: Option<&str>) -> Option<StepUp> {
        None
    }
}

/// What the middleware puts into each request of the administration door.
#[derive(Clone)]
pub struct Ports {
    /// Finds out who calls.
    pub authenticator: Arc<dyn Authenticator>,
    /// Decides.
    pub authorizer: Arc<dyn Authorizer>,
    /// The present.
    pub clock: Arc<dyn crate::clock::Clock>,
}

/// The caller of an operation.
#[derive(Clone)]
pub struct Caller {
    /// The account.
    pub principal: Principal,
    /// Its network address.
    pub address: Option<String>,
    /// When the request came.
    pub now: Timestamp,
    authorizer: Arc<dyn Authorizer>,
}

impl Caller {
    /// A caller for tests and for acts of the command line.
    #[must_use]
    pub fn new(principal: Principal, authorizer: Arc<dyn Authorizer>, now: Timestamp) -> Self {
        Self {
            principal,
            address: None,
            now,
            authorizer,
        }
    }

    /// Refuses unless the caller holds `permission` for things of `agency`.
    ///
    /// # Errors
    /// `platform.permission.missing`; `platform.permission.in_person` while an administrator acts
    /// as the account and only its person may.
    pub fn require(&self, permission: &str, agency: Option<&str>) -> Result<()> {
        if self.may(permission, agency) {
            return Ok(());
        }
        if self.is_kept_for_the_person(|own| {
            self.authorizer.is_allowed(own, permission, agency)
                || self.authorizer.step_up(own, permission, agency).is_some()
        }) {
            return Err(Error::OnlyInPerson);
        }
        let step_up = self.authorizer.step_up(&self.principal, permission, agency);
        if let Some(wanted) = step_up {
            return Err(Error::ProofInsufficient(wanted));
        }
        tracing::info!(permission, account = %self.principal.account_id, "permission missing");
        Err(Error::Forbidden {
            permission: permission.to_owned(),
        })
    }

    /// Whether the account itself could what is refused to the administrator who acts as it.
    fn is_kept_for_the_person(&self, could: impl FnOnce(&Principal) -> bool) -> bool {
        if self.principal.standing.impersonated_by.is_none() {
            return false;
        }
        let mut own = self.principal.clone();
        own.standing.impersonated_by = None;
        could(&own)
    }

    /// Whether the caller holds `permission` for things of `agency`.
    #[must_use]
    pub fn may(&self, permission: &str, agency: Option<&str>) -> bool {
        self.authorizer
            .is_allowed(&self.principal, permission, agency)
    }

    /// The agencies for which the caller holds `permission`: `None` means all.
    ///
    /// # Errors
    /// As [`Caller::require`], when there is none.
    pub fn scope(&self, permission: &str) -> Result<Option<Vec<String>>> {
        let held = |principal: &Principal| {
            let scope = self.authorizer.scope(principal, permission);
            scope.is_none_or(|agencies| !agencies.is_empty())
        };
        match self.authorizer.scope(&self.principal, permission) {
            Some(agencies) if agencies.is_empty() && self.is_kept_for_the_person(held) => {
                Err(Error::OnlyInPerson)
            }
            Some(agencies) if agencies.is_empty() => Err(Error::Forbidden {
                permission: permission.to_owned(),
            }),
            scope => Ok(scope),
        }
    }

    /// An audit event of this caller; goes into the transaction of the act.
    #[must_use]
    pub fn audit(&self, action: &str, subject_kind: &str, subject: impl Into<String>) -> Event {
        let mut event = Event::new(
            Class::Audit,
            self.now,
            self.principal.actor_name(),
            action,
            (subject_kind, subject),
        );
        event.address.clone_from(&self.address);
        event.on_behalf_of = self.principal.acts_for().map(str::to_owned);
        event.agency.clone_from(&self.principal.agency);
        event.trace_id = trace::current();
        event
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let ports = parts
            .extensions
            .get::<Ports>()
            .cloned()
            .ok_or_else(|| Error::Internal("request without ports".to_owned()))?;
        let principal = match parts.extensions.get::<Principal>() {
            Some(known) => known.clone(),
            None => authenticate(&ports, parts).await?,
        };
        let address = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(address)| address.ip().to_string());
        Ok(Self {
            principal,
            address,
            now: ports.clock.now(),
            authorizer: ports.authorizer,
        })
    }
}

async fn authenticate(ports: &Ports, parts: &Parts) -> Result<Principal> {
    let found = ports.authenticator.authenticate(parts).await?;
    let principal = found.ok_or(Error::Unauthenticated)?;
    check_csrf(&principal, parts)?;
    Ok(principal)
}

/// Middleware: a stranger is refused before anything of the request is read.
///
/// # Errors
/// `platform.session.missing`, `platform.csrf.missing`.
pub async fn require_principal(
    State(ports): State<Ports>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    let principal = authenticate(&ports, &parts).await?;
    parts.extensions.insert(principal);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Browsers send cookies by themselves; only our own pages know the session's token.
fn check_csrf(principal: &Principal, parts: &Parts) -> Result<()> {
    let is_safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let Some(expected) = principal.csrf_token.as_deref().filter(|_| !is_safe) else {
        return Ok(());
    };
    let sent = parts
        .headers
        .get("x-csrf-token")
        .map(|value| value.as_bytes());
    match sent {
        Some(sent) if constant_time_eq(sent, expected.as_bytes()) => Ok(()),
        _ => Err(Error::Csrf),
    }
}

/// Whether two byte strings are equal, in time that depends on their length only.
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0_u8, |difference, (a, b)| difference | (a ^ b))
            == 0
}
