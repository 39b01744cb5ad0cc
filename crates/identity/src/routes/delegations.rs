//! `/delegations`: authority that somebody gives to somebody else for a time.
//!
//! Owns: proposing, accepting, revoking, listing.
//! Not here: the rules (`people/delegation.rs`), acting (`authenticate.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit};
use serde::Deserialize;
use uuid::Uuid;

use super::reach;
use crate::{
    Actor, Error, Identity, PeopleError,
    people::delegation::{Delegation, DelegationState, NewDelegation},
    roles::{DELEGATION_WRITE, SELF, SELF_SECURE},
    tables::account_query,
};

/// Lists the delegations that the caller gave or got, newest first.
#[utoipa::path(get, path = "/me/delegations", tag = "identity",
    operation_id = "list_my_delegations", summary = "My delegations · Ủy quyền của tôi",
    responses((status = 200, body = Page<Delegation>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_mine(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<Delegation>>, Refusal> {
    caller.require(SELF, None)?;
    let found = identity.delegations_of(caller.principal.account_id).await?;
    Ok(Json(Page::whole(found)))
}

/// Proposes a delegation of own roles; it is in force once the other person accepts.
#[utoipa::path(post, path = "/me/delegations", tag = "identity",
    operation_id = "propose_delegation", summary = "Delegate · Ủy quyền",
    request_body = NewDelegation,
    responses((status = 201, body = Delegation), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn propose(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<NewDelegation>,
) -> Result<(StatusCode, Json<Delegation>), Refusal> {
    caller.require(SELF_SECURE, None)?;
    refuse_acting(&caller)?;
    let own = identity.account(caller.principal.account_id).await?;
    let actor = Actor::from(&caller);
    let made = identity.propose_delegation(&actor, &own, body).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Authority is not passed on by who has it from somebody else.
fn refuse_acting(caller: &Caller) -> Result<(), Error> {
    match caller.principal.standing.on_behalf_of {
        Some(_) => Err(PeopleError::DelegationState.into()),
        None => Ok(()),
    }
}

async fn find(identity: &Identity, id: &str) -> Result<Delegation, Error> {
    let id = id.parse().map_err(|_| PeopleError::DelegationNotFound)?;
    identity.delegation(id).await
}

/// Takes on a delegation that was proposed to the caller.
#[utoipa::path(post, path = "/delegations/{id}/accept", tag = "identity",
    operation_id = "accept_delegation", summary = "Accept a delegation · Nhận ủy quyền",
    params(("id" = String, Path, description = "Delegation")),
    responses((status = 200, body = Delegation), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn accept(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Delegation>, Refusal> {
    caller.require(SELF_SECURE, None)?;
    refuse_acting(&caller)?;
    let found = find(&identity, &id).await?;
    if found.delegate_id != caller.principal.account_id.0 {
        return Err(Error::from(PeopleError::DelegationNotFound).into());
    }
    let actor = Actor::from(&caller);
    let accepted = DelegationState::Accepted;
    Ok(Json(
        identity.set_delegation(&actor, &found, accepted).await?,
    ))
}

/// Ends a delegation: either of both persons may, and an administrator.
#[utoipa::path(post, path = "/delegations/{id}/revoke", tag = "identity",
    operation_id = "revoke_delegation", summary = "Revoke a delegation · Thu hồi ủy quyền",
    params(("id" = String, Path, description = "Delegation")),
    responses((status = 200, body = Delegation), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn revoke(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Delegation>, Refusal> {
    caller.require(SELF_SECURE, None)?;
    refuse_acting(&caller)?;
    let found = find(&identity, &id).await?;
    let own = caller.principal.account_id.0;
    let is_party = found.delegate_id == own || found.delegator_id == own;
    if !is_party && !caller.may(DELEGATION_WRITE, found.agency.as_deref()) {
        return Err(Error::from(PeopleError::DelegationNotFound).into());
    }
    let actor = Actor::from(&caller);
    let revoked = DelegationState::Revoked;
    Ok(Json(
        identity.set_delegation(&actor, &found, revoked).await?,
    ))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DelegationFilter {
    /// Where the page starts; from `next_cursor` of the page before.
    cursor: Option<Uuid>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists delegations of the caller's subtree, newest first.
#[utoipa::path(get, path = "/delegations", tag = "identity", operation_id = "list_delegations",
    summary = "List delegations · Liệt kê ủy quyền", params(DelegationFilter),
    responses((status = 200, body = Page<Delegation>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.delegation.write"))))]
pub(super) async fn list(
    State(identity): State<Identity>,
    Query(filter): Query<DelegationFilter>,
    caller: Caller,
) -> Result<Json<Page<Delegation>>, Refusal> {
    let known = account_query::agencies(&identity.platform.db);
    let agencies = reach::agencies(&identity, &caller, (DELEGATION_WRITE, None), known).await?;
    let size = limit(filter.limit);
    let found = identity.delegations(agencies.as_deref(), filter.cursor, size + 1);
    let cursor = |delegation: &Delegation| delegation.id.to_string();
    Ok(Json(Page::cut(found.await?, size, cursor)))
}
