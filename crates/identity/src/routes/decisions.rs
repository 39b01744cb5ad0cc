//! `/decisions`: why somebody may do something, and what a policy would change.
//!
//! Owns: explaining, trying policies.
//! Not here: the decision (`access/`), the AuthZEN face (`authzen.rs`).
//! Invariant: a caller learns only about accounts that it may see.

use axum::extract::State;
use lgsp_platform::http::{Caller, Json, ProblemBody, Query, Refusal, context::RoleGrant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{accounts::trimmed, reach};
use crate::{
    Account, Error, Identity, PolicyText,
    access::{
        Asking, Thing,
        explain::{Explanation, Question},
        policy,
    },
    authenticate::rights,
    error::Rule,
    roles::DECISION_EXPLAIN,
    tables::{
        effective,
        group_ways::{self, Ways},
    },
};

/// Policies that one trial may bring.
const TRIED_MAX: usize = 20;

/// An account with everything that decisions look at.
pub(super) struct Subject {
    pub(super) account: Account,
    pub(super) roles: std::sync::Arc<[RoleGrant]>,
    pub(super) groups: std::sync::Arc<[String]>,
    /// Through which groups it holds what is not its own.
    pub(super) ways: Vec<(RoleGrant, Vec<String>)>,
}

impl Subject {
    pub(super) async fn of(identity: &Identity, account: Account) -> crate::Result<Self> {
        let now = identity.platform.clock.now();
        let rows = effective::of_account(&identity.platform.db, account.id, now).await?;
        let (roles, groups) = rights(&rows)?;
        Ok(Self {
            account,
            roles,
            groups,
            ways: Vec::new(),
        })
    }

    /// The same with the groups through which it holds its roles, to be told.
    async fn with_ways(mut self, identity: &Identity) -> crate::Result<Self> {
        let (db, now) = (&identity.platform.db, identity.platform.clock.now());
        let ways = Ways::of_account(db, self.account.id, now).await?;
        let held = group_ways::grants_of(db, self.account.id, now).await?;
        self.ways = held
            .into_iter()
            .filter(|(grant, _)| !self.account.grants.contains(grant))
            .map(|(grant, group)| (grant, ways.names_to(group)))
            .collect();
        Ok(self)
    }

    /// How this account would ask, with a proof.
    pub(super) fn asking(&self, identity: &Identity, acr: u8, auth_age_ms: i64) -> Asking<'_> {
        Asking {
            roles: &self.roles,
            username: &self.account.username,
            kind: self.account.kind.as_str(),
            agency: self.account.agency.as_deref().unwrap_or_default(),
            groups: &self.groups,
            acr,
            auth_age_ms,
            is_token: false,
            is_acting: false,
            is_impersonated: false,
            asked_at: identity.platform.clock.now(),
            rule: identity.decider.rule(),
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExplainFilter {
    /// Account.
    account: Uuid,
    /// Permission, as the list of roles names it.
    permission: String,
    /// Agency of the thing; absent for a thing of no agency.
    agency: Option<String>,
    /// Level of the proof, 1 to 3; 1 when absent.
    acr: Option<u8>,
    /// Age of the proof in seconds; fresh when absent.
    auth_age: Option<i64>,
}

/// Explains why an account may do something, or may not.
#[utoipa::path(get, path = "/decisions/explain", tag = "identity",
    operation_id = "explain_decision", summary = "Explain access · Giải thích quyền truy cập",
    params(ExplainFilter),
    responses((status = 200, body = Explanation), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.decision.explain"))))]
pub(super) async fn explain_decision(
    State(identity): State<Identity>,
    Query(filter): Query<ExplainFilter>,
    caller: Caller,
) -> Result<Json<Explanation>, Refusal> {
    caller.scope(DECISION_EXPLAIN)?;
    let subject = subject(&identity, &caller, filter.account).await?;
    let agency = trimmed(filter.agency);
    let age_ms = filter.auth_age.unwrap_or(0).saturating_mul(1_000);
    let asking = subject.asking(&identity, filter.acr.unwrap_or(1), age_ms);
    let question = Question {
        permission: &filter.permission,
        agency: agency.as_deref(),
        thing: Thing::default(),
        ways: &subject.ways,
    };
    let found = identity.decider.explain(&asking, &question);
    Ok(Json(found.ok_or_else(|| unknown(&filter.permission))?))
}

async fn subject(identity: &Identity, caller: &Caller, id: Uuid) -> Result<Subject, Refusal> {
    let account = reach::visible(identity, caller, &id.to_string()).await?;
    caller.require(DECISION_EXPLAIN, account.agency.as_deref())?;
    let subject = Subject::of(identity, account).await?;
    Ok(subject.with_ways(identity).await?)
}

fn unknown(permission: &str) -> Error {
    let permission = permission.to_owned();
    Error::Invalid(vec![
        Rule::PermissionUnknown { permission }.at("/permission"),
    ])
}

/// A trial of policies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Simulate {
    /// Account.
    account: Uuid,
    /// Permission.
    permission: String,
    /// Agency of the thing; absent for a thing of no agency.
    agency: Option<String>,
    /// Kind of the thing.
    #[serde(default)]
    kind: String,
    /// Name of the thing.
    #[serde(default)]
    name: String,
    /// Who asked for the thing.
    #[serde(default)]
    requested_by: String,
    /// Classification of the thing, 0 for public.
    #[serde(default)]
    classification: i64,
    /// Level of the proof, 1 to 3.
    #[serde(default = "one")]
    acr: u8,
    /// Age of the proof in seconds.
    #[serde(default)]
    auth_age: i64,
    /// Whether a bearer token came instead of a session.
    #[serde(default)]
    token: bool,
    /// Policies to be tried beside those in force; one of the same name is replaced.
    #[serde(default)]
    policies: Vec<TriedPolicy>,
}

const fn one() -> u8 {
    1
}

/// A policy that is only tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TriedPolicy {
    /// Name.
    name: String,
    /// Cedar; empty for without this policy.
    cedar: String,
}

/// What a trial gave.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Simulated {
    /// What is decided today.
    present: Explanation,
    /// What would be decided with the tried policies.
    tried: Explanation,
}

/// Tries policies on a request without putting them in force.
#[utoipa::path(post, path = "/decisions/simulate", tag = "identity",
    operation_id = "simulate_decision", summary = "Try policies · Thử chính sách",
    request_body = Simulate,
    responses((status = 200, body = Simulated), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.decision.explain"))))]
pub(super) async fn simulate_decision(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<Simulate>,
) -> Result<Json<Simulated>, Refusal> {
    caller.scope(DECISION_EXPLAIN)?;
    let subject = subject(&identity, &caller, body.account).await?;
    if body.policies.len() > TRIED_MAX {
        let (limit, max) = ("TRIED_MAX", TRIED_MAX as u64);
        return Err(lgsp_platform::Error::TooLarge { limit, max }.into());
    }
    let mut texts = policy::texts(&identity.platform.registry.snapshot());
    let mut broken = Vec::new();
    for (place, tried) in body.policies.into_iter().enumerate() {
        texts.retain(|text| text.name != tried.name);
        let text = PolicyText {
            name: tried.name,
            text: tried.cedar,
        };
        if text.text.trim().is_empty() {
            continue;
        }
        if let Err(error) = identity.decider.check_policy(&text) {
            let detail = error.to_string();
            broken.push(Rule::PolicyBroken { detail }.at(format!("/policies/{place}/cedar")));
        }
        texts.push(text);
    }
    crate::accounts::check::refuse(broken)?;
    let agency = trimmed(body.agency);
    let age_ms = body.auth_age.saturating_mul(1_000);
    let mut asking = subject.asking(&identity, body.acr, age_ms);
    asking.is_token = body.token;
    let question = Question {
        permission: &body.permission,
        agency: agency.as_deref(),
        thing: Thing {
            kind: &body.kind,
            name: &body.name,
            requested_by: &body.requested_by,
            classification: body.classification,
        },
        ways: &subject.ways,
    };
    let decider = &identity.decider;
    let present = decider.explain(&asking, &question);
    let present = present.ok_or_else(|| unknown(&body.permission))?;
    let place = (body.permission.as_str(), agency.as_deref());
    let ask = |asking: &Asking<'_>| decider.tried(&texts, asking, place, &question.thing);
    let (allowed, reasons) = ask(&asking)?.unwrap_or_default();
    let (stronger, _) = ask(&asking.with_proof(3))?.unwrap_or_default();
    let tried = decider.explained(&asking, &question, (allowed, stronger), &reasons);
    Ok(Json(Simulated { present, tried }))
}
