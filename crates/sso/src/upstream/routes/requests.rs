//! Requests for accounts: seeing, approving, refusing them.
//!
//! Owns: `/account-requests`.
//! Invariant: an administrator decides only about requests that wait in the own subtree, and
//! gives only accounts that lie in it; deciding twice is refused.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_identity::{Account, Actor, Kind, roles::ACCOUNT_WRITE};
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit},
    journal,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{REQUEST_DECIDE, account_managed};
use crate::upstream::{
    Upstream,
    answer::Answer,
    claims::masked,
    error::{Error, Result},
    linking::new_account,
    requests::{self, Decision, Request, RequestState},
    tables,
};

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// A request of somebody who came from a provider and whom no account fits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountRequest {
    /// Identifier.
    id: Uuid,
    /// Name of the provider.
    provider: String,
    /// Name that the provider told.
    display_name: String,
    /// Mail address that the provider told.
    email: String,
    /// Telephone number that the provider told.
    phone: String,
    /// Last digits of the citizen number.
    citizen_number: Option<String>,
    /// Agency whose administrator decides.
    agency: Option<String>,
    /// Where it stands.
    state: RequestState,
    /// Why it was refused.
    reason: String,
    /// Who decided.
    decided_by: Option<String>,
    /// When it was decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// The account that the person got.
    account_id: Option<Uuid>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl AccountRequest {
    fn of(request: Request, answer: &Answer) -> Self {
        let mapped = &answer.mapped;
        Self {
            id: request.id,
            provider: request.provider,
            display_name: request.display_name,
            email: mapped.email.clone(),
            phone: mapped.phone.clone(),
            citizen_number: mapped.citizen_number.as_deref().map(masked),
            agency: request.agency,
            state: request.state,
            reason: request.reason,
            decided_by: request.decided_by,
            decided_at: request.decided_at,
            account_id: request.account_id.map(|id| id.0),
            created_at: request.created_at,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RequestFilter {
    /// Where the requests stand; open ones when absent.
    state: Option<RequestState>,
    /// Request after which the page starts.
    cursor: Option<Uuid>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists requests for accounts, oldest first.
#[utoipa::path(get, path = "/account-requests", tag = "upstream",
    operation_id = "list_account_requests",
    summary = "Requests for accounts · Yêu cầu cấp tài khoản", params(RequestFilter),
    responses((status = 200, body = Page<AccountRequest>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account_request.decide"))))]
pub(super) async fn list_requests(
    State(upstream): State<Upstream>,
    Query(filter): Query<RequestFilter>,
    caller: Caller,
) -> Result<Json<Page<AccountRequest>>, Refusal> {
    let is_everywhere = caller.scope(REQUEST_DECIDE)?.is_none();
    let db = &upstream.platform.db;
    let mut agencies = None;
    if !is_everywhere {
        let mut within = requests::agencies(db).await?;
        within.retain(|agency| caller.may(REQUEST_DECIDE, Some(agency)));
        if within.is_empty() {
            return Ok(Json(Page::whole(Vec::new())));
        }
        agencies = Some(within);
    }
    let size = limit(filter.limit);
    let state = filter.state.unwrap_or(RequestState::Open);
    let after = filter.cursor.unwrap_or(Uuid::nil());
    let found = requests::list(db, state, agencies.as_deref(), after, size + 1).await?;
    let mut views = Vec::new();
    for request in found {
        let answer = upstream.unseal(request.id, &request.details)?;
        views.push(AccountRequest::of(request, &answer));
    }
    Ok(Json(Page::cut(views, size, |view: &AccountRequest| {
        view.id.to_string()
    })))
}

/// The account that the person of a request gets: one that exists, or a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approve {
    /// An account that exists.
    account_id: Option<String>,
    /// Sign-in name of a new official's account.
    username: Option<String>,
    /// Agency of the new account; the request's when absent.
    agency: Option<String>,
}

/// Approves a request: links the person to an account, which may be made for it.
#[utoipa::path(post, path = "/account-requests/{id}/approve", tag = "upstream",
    operation_id = "approve_account_request",
    summary = "Approve a request · Duyệt yêu cầu", request_body = Approve,
    params(("id" = Uuid, Path)),
    responses((status = 200, body = AccountRequest), (status = 400, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account_request.decide"))))]
pub(super) async fn approve_request(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Approve>,
) -> Result<Json<AccountRequest>, Refusal> {
    let request = decidable(&upstream, &caller, id).await?;
    if request.state != RequestState::Open {
        return Err(Error::RequestDecided.into());
    }
    let answer = upstream.unseal(id, &request.details)?;
    let actor = Actor::from(&caller);
    let account = account_for(&upstream, &caller, &request, &answer, body).await?;
    let db = &upstream.platform.db;
    let has_number = tables::sealed_number(db, account.id).await?.is_some();
    let tx = db.begin().await?;
    let decision = Decision {
        state: RequestState::Approved,
        reason: "",
        account_id: Some(account.id),
        by: &actor.name,
        at: actor.now,
    };
    requests::decide(db, &*tx, id, &decision).await?;
    upstream
        .link_in(&tx, &account, &answer, &actor, has_number)
        .await?;
    let mut event = upstream.event(&actor, "account.request_approved", ("account_request", id));
    event.agency.clone_from(&request.agency);
    let event = event.with_detail(json!({"account": account.username}));
    journal::append(&*tx, [event]).await?;
    tx.commit().await?;
    let decided = requests::get(db, id).await?;
    Ok(Json(AccountRequest::of(decided, &answer)))
}

/// The account of an approval, made when it does not exist yet.
async fn account_for(
    upstream: &Upstream,
    caller: &Caller,
    request: &Request,
    answer: &Answer,
    body: Approve,
) -> Result<Account> {
    match (body.account_id, body.username) {
        (Some(id), None) => {
            let account = account_managed(upstream, caller, &id).await?;
            let provider = upstream.providers.find(&request.provider)?;
            let mut kinds = provider.spec.account_kinds.iter();
            match kinds.any(|kind| kind.is(account.kind)) {
                true => Ok(account),
                false => Err(Error::KindNotAllowed),
            }
        }
        (None, Some(username)) => {
            let agency = body.agency.or_else(|| request.agency.clone());
            caller.require(REQUEST_DECIDE, agency.as_deref())?;
            caller.require(ACCOUNT_WRITE, agency.as_deref())?;
            let new = new_account(answer, &username, Kind::Official, agency);
            let actor = Actor::from(caller);
            let made = upstream.identity.create_account(&actor, new, Vec::new());
            Ok(made.await?)
        }
        _ => {
            let text = "give account_id or username, one of them";
            Err(lgsp_platform::Error::BadRequest(text.to_owned()).into())
        }
    }
}

/// Why a request is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refuse {
    /// Reason.
    reason: String,
}

/// Refuses a request.
#[utoipa::path(post, path = "/account-requests/{id}/refuse", tag = "upstream",
    operation_id = "refuse_account_request",
    summary = "Refuse a request · Từ chối yêu cầu", request_body = Refuse,
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account_request.decide"))))]
pub(super) async fn refuse_request(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Refuse>,
) -> Result<StatusCode, Refusal> {
    let request = decidable(&upstream, &caller, id).await?;
    let reason: String = body.reason.trim().chars().take(REASON_CHARS_MAX).collect();
    let actor = Actor::from(&caller);
    let db = &upstream.platform.db;
    let tx = db.begin().await?;
    let decision = Decision {
        state: RequestState::Refused,
        reason: &reason,
        account_id: None,
        by: &actor.name,
        at: actor.now,
    };
    requests::decide(db, &*tx, id, &decision).await?;
    let mut event = upstream.event(&actor, "account.request_refused", ("account_request", id));
    event.agency.clone_from(&request.agency);
    journal::append(&*tx, [event]).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The request, if the caller may decide about it; what is out of sight does not exist.
async fn decidable(upstream: &Upstream, caller: &Caller, id: Uuid) -> Result<Request> {
    caller.scope(REQUEST_DECIDE)?;
    let request = requests::get(&upstream.platform.db, id).await?;
    match caller.may(REQUEST_DECIDE, request.agency.as_deref()) {
        true => Ok(request),
        false => Err(Error::RequestNotFound),
    }
}
