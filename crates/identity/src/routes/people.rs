//! Join, move and leave: acts on one account, and the move of a whole unit.
//!
//! Owns: `/accounts/{id}/move`, `/accounts/{id}/leave`, `/unit-moves`.
//! Not here: who may be reached (`reach.rs`), activation links (`acts.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{accounts::trimmed, reach, views::AccountView};
use crate::{
    Actor, Base, Identity,
    people::{
        moves::{Move, PlannedMove},
        owners::Successor,
        units::{PlannedUnitMove, UnitHoldings},
    },
    roles::{ACCOUNT_READ, ACCOUNT_WRITE, ROLE_GRANT},
};

/// A wished move.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostMove {
    /// The new unit.
    agency: String,
    /// The new position; absent keeps the present one.
    position: Option<String>,
    /// When; absent or past for at once.
    on: Option<Timestamp>,
    /// Whether roles held within the old unit stay.
    #[serde(default)]
    keep_roles: bool,
    /// The decision that it follows.
    basis: Option<String>,
}

/// A move that waits for its day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlannedMoveView {
    /// The new unit.
    agency: String,
    /// The new position.
    position: Option<String>,
    /// When.
    on: Timestamp,
    /// Whether roles held within the old unit stay.
    keep_roles: bool,
    /// The decision that it follows.
    basis: Option<String>,
    /// Who planned it.
    made_by: String,
}

impl From<PlannedMove> for PlannedMoveView {
    fn from(planned: PlannedMove) -> Self {
        Self {
            agency: planned.wish.agency,
            position: planned.wish.position,
            on: planned.due_at,
            keep_roles: planned.wish.keeps_roles,
            basis: planned.wish.basis,
            made_by: planned.made_by,
        }
    }
}

/// Moves an account to another unit, at once or on a day.
#[utoipa::path(post, path = "/accounts/{id}/move", tag = "identity",
    operation_id = "move_account", summary = "Move an account · Điều chuyển tài khoản",
    params(("id" = String, Path, description = "Account")), request_body = PostMove,
    responses((status = 200, body = AccountView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn move_account(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PostMove>,
) -> Result<Json<AccountView>, Refusal> {
    caller.scope(ACCOUNT_WRITE)?;
    let before = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    let agency = trimmed(Some(body.agency));
    caller.require(ACCOUNT_WRITE, agency.as_deref())?;
    if agency != before.agency {
        identity.check_room(agency.as_deref(), 1).await?;
    }
    let wish = Move {
        agency: agency.unwrap_or_default(),
        position: body.position,
        keeps_roles: body.keep_roles,
        basis: body.basis,
    };
    let actor = Actor::from(&caller);
    let after = match body.on.filter(|on| *on > caller.now) {
        Some(due_at) => {
            identity.plan_move(&actor, &before, due_at, wish).await?;
            before
        }
        None => identity.move_account(&actor, &before, wish).await?,
    };
    Ok(Json(identity.account_view(&caller, after)))
}

/// Gives the move that is planned for an account; an empty list when there is none.
#[utoipa::path(get, path = "/accounts/{id}/move", tag = "identity",
    operation_id = "get_planned_move", summary = "Planned move · Điều chuyển đã lên lịch",
    params(("id" = String, Path, description = "Account")),
    responses((status = 200, body = Page<PlannedMoveView>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn get_move(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Page<PlannedMoveView>>, Refusal> {
    caller.scope(ACCOUNT_READ)?;
    let account = reach::visible(&identity, &caller, &id).await?;
    let planned = identity.planned_move(account.id).await?;
    Ok(Json(Page::whole(
        planned.into_iter().map(Into::into).collect(),
    )))
}

/// Gives up a planned move.
#[utoipa::path(delete, path = "/accounts/{id}/move", tag = "identity",
    operation_id = "cancel_move", summary = "Cancel a planned move · Hủy điều chuyển đã lên lịch",
    params(("id" = String, Path, description = "Account")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn cancel_move(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.scope(ACCOUNT_WRITE)?;
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    identity
        .cancel_move(&Actor::from(&caller), &account)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LeaveQuery {
    /// Sign-in name of the person who takes over the accounts and applications for which this
    /// one answers; needed when there are some (`/accounts/{id}/ownership` lists them).
    successor: Option<String>,
}

/// Ends an account for good: its person has left. The row stays for the audit.
#[utoipa::path(post, path = "/accounts/{id}/leave", tag = "identity",
    operation_id = "leave_account", summary = "End an account · Cho thôi việc, kết thúc tài khoản",
    params(("id" = String, Path, description = "Account"), LeaveQuery),
    responses((status = 200, body = AccountView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn leave_account(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    Query(query): Query<LeaveQuery>,
    caller: Caller,
) -> Result<Json<AccountView>, Refusal> {
    caller.scope(ACCOUNT_WRITE)?;
    let before = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    let next = match &query.successor {
        Some(name) => Some(reach::visible_by_name(&identity, &caller, name).await?),
        None => None,
    };
    let successor = next.as_ref().map_or(Successor::Missing, Successor::Person);
    let actor = Actor::from(&caller);
    let after = identity
        .leave_to(&actor, (&before, Base::Any), successor)
        .await?;
    Ok(Json(identity.account_view(&caller, after)))
}

/// A wished move of a whole unit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostUnitMove {
    /// The unit that is merged or moved.
    from: String,
    /// The unit that takes over its accounts, grants and groups.
    to: String,
    /// When; absent or past for at once.
    on: Option<Timestamp>,
    /// The decision that it follows.
    basis: Option<String>,
    /// Whether only to show what would be moved.
    #[serde(default)]
    dry_run: bool,
}

/// Moves accounts, grants and groups of a unit to another one; shows them first when asked.
#[utoipa::path(post, path = "/unit-moves", tag = "identity", operation_id = "move_unit",
    summary = "Merge or move a unit · Sáp nhập, chuyển đơn vị", request_body = PostUnitMove,
    responses((status = 200, body = UnitHoldings), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.role.grant"))))]
pub(super) async fn move_unit(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<PostUnitMove>,
) -> Result<Json<UnitHoldings>, Refusal> {
    caller.scope(ROLE_GRANT)?;
    let (from, to) = (body.from.trim(), body.to.trim());
    for permission in [ROLE_GRANT, ACCOUNT_WRITE] {
        caller.require(permission, Some(from))?;
        caller.require(permission, Some(to))?;
    }
    let actor = Actor::from(&caller);
    let moved = if body.dry_run {
        identity.unit_holdings(from).await?
    } else if let Some(due_at) = body.on.filter(|on| *on > caller.now) {
        identity
            .plan_unit_move(&actor, (from, to), due_at, body.basis)
            .await?
    } else {
        identity.move_unit(&actor, (from, to), body.basis).await?
    };
    Ok(Json(moved))
}

/// A move of a unit that waits for its day, with the names of both.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlannedUnitMoveView {
    /// The plan.
    #[serde(flatten)]
    plan: PlannedUnitMove,
    /// Name of the unit that is merged or moved.
    from_name: String,
    /// Name of the unit that takes over.
    to_name: String,
}

/// Lists the planned moves of units of the caller's subtree, the next first.
#[utoipa::path(get, path = "/unit-moves", tag = "identity", operation_id = "list_unit_moves",
    summary = "Planned unit moves · Sáp nhập, chuyển đơn vị đã lên lịch",
    responses((status = 200, body = Page<PlannedUnitMoveView>),
        (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn list_unit_moves(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<PlannedUnitMoveView>>, Refusal> {
    caller.scope(ACCOUNT_READ)?;
    // A unit has one plan at most, so the whole list is short and is never cut.
    let mut plans = identity.planned_unit_moves().await?;
    let is_seen = |code: &str| caller.may(ACCOUNT_READ, Some(code));
    plans.retain(|plan| is_seen(&plan.from) || is_seen(&plan.to));
    let view = |plan: PlannedUnitMove| PlannedUnitMoveView {
        from_name: identity.agency_view(&plan.from).name,
        to_name: identity.agency_view(&plan.to).name,
        plan,
    };
    Ok(Json(Page::whole(plans.into_iter().map(view).collect())))
}

/// Gives up the planned move of a unit.
#[utoipa::path(delete, path = "/unit-moves/{from}", tag = "identity",
    operation_id = "cancel_unit_move",
    summary = "Cancel a planned unit move · Hủy lịch sáp nhập, chuyển đơn vị",
    params(("from" = String, Path, description = "The unit that would be merged or moved")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.role.grant"))))]
pub(super) async fn cancel_unit_move(
    State(identity): State<Identity>,
    Path(from): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.scope(ROLE_GRANT)?;
    let plan = identity.planned_unit_move(&from).await?;
    for permission in [ROLE_GRANT, ACCOUNT_WRITE] {
        caller.require(permission, Some(&plan.from))?;
        caller.require(permission, Some(&plan.to))?;
    }
    let actor = Actor::from(&caller);
    identity.cancel_unit_move(&actor, &plan).await?;
    Ok(StatusCode::NO_CONTENT)
}
