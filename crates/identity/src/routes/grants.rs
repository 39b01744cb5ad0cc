//! Grants of accounts and groups, and the requests for them.
//!
//! Owns: `/accounts/{id}/grants`, `/groups/{id}/grants`, `/grant-requests`.
//! Not here: who may be reached (`reach.rs`), the rules of grants (`grants.rs` of the crate).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{
    Caller, Json, Page, ProblemBody, Query, Refusal, context::RoleGrant, page::limit,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{accounts::trimmed, reach};
use crate::{
    Account, Actor, Error, Grant, Group, Identity, NewGrant, PeopleError, Subject,
    authenticate::rights,
    grants::Holder,
    people::requests::{GrantRequest, RequestState},
    roles::{ACCOUNT_READ, GRANT_APPROVE, GROUP_READ, ROLE_GRANT},
    tables::effective,
};

/// A grant, with its dates and its ground.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DatedGrantView {
    /// Role.
    role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    agency: Option<String>,
    /// Its name.
    agency_name: Option<String>,
    /// Not in force before.
    valid_from: Option<Timestamp>,
    /// Not in force from then on.
    valid_until: Option<Timestamp>,
    /// Why.
    reason: Option<String>,
    /// Who granted it.
    granted_by: String,
    /// When.
    granted_at: Timestamp,
    /// Who approved it as the second person.
    approved_by: Option<String>,
    /// Whether its role is privileged.
    privileged: bool,
}

/// A role in effect and the group that it comes from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EffectiveView {
    /// Role.
    pub(crate) role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    pub(crate) agency: Option<String>,
    /// Its name.
    agency_name: Option<String>,
    /// Group that gives it; absent for a grant of the account itself.
    pub(crate) group: Option<String>,
}

/// What an account holds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GrantsView {
    /// Its own grants, those of the future included.
    items: Vec<DatedGrantView>,
    /// What is in force now, own grants and those of groups.
    effective: Vec<EffectiveView>,
}

impl Identity {
    fn dated_view(&self, grant: Grant) -> DatedGrantView {
        let agency_name = grant
            .agency
            .as_deref()
            .and_then(|code| self.hierarchy.name(code));
        DatedGrantView {
            privileged: self.is_privileged(&grant.role),
            role: grant.role,
            agency: grant.agency,
            agency_name,
            valid_from: grant.valid_from,
            valid_until: grant.valid_until,
            reason: grant.reason,
            granted_by: grant.granted_by,
            granted_at: grant.granted_at,
            approved_by: grant.approved_by,
        }
    }

    /// What is in force for an account, each with the group that gives it.
    pub(crate) async fn effective_views(
        &self,
        account: &Account,
    ) -> crate::Result<Vec<EffectiveView>> {
        let now = self.platform.clock.now();
        let rows = effective::of_account(&self.platform.db, account.id, now).await?;
        let mut views = Vec::new();
        for row in &rows {
            let (roles, _) = rights(std::slice::from_ref(row))?;
            let group: Option<String> = row.try_get("", "group_label")?;
            for grant in roles.iter() {
                views.push(EffectiveView {
                    role: grant.role.clone(),
                    agency: grant.agency.clone(),
                    agency_name: grant
                        .agency
                        .as_deref()
                        .and_then(|code| self.hierarchy.name(code)),
                    group: group.clone(),
                });
            }
        }
        Ok(views)
    }
}

/// Lists the grants of an account, and what it holds in effect.
#[utoipa::path(get, path = "/accounts/{id}/grants", tag = "identity",
    operation_id = "list_account_grants", summary = "Grants of an account · Quyền của tài khoản",
    params(("id" = String, Path, description = "Account")),
    responses((status = 200, body = GrantsView), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn list_account_grants(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<GrantsView>, Refusal> {
    caller.scope(ACCOUNT_READ)?;
    let account = reach::visible(&identity, &caller, &id).await?;
    let held = identity.grants_of(Holder::Account(&account)).await?;
    Ok(Json(GrantsView {
        items: held
            .into_iter()
            .map(|grant| identity.dated_view(grant))
            .collect(),
        effective: identity.effective_views(&account).await?,
    }))
}

/// A wished grant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostGrant {
    /// Role.
    role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    agency: Option<String>,
    /// Not in force before; at once when absent.
    valid_from: Option<Timestamp>,
    /// Not in force from then on; privileged roles end after the longest allowed time.
    valid_until: Option<Timestamp>,
    /// Why.
    reason: Option<String>,
}

impl PostGrant {
    fn into_new(self) -> NewGrant {
        NewGrant {
            role: self.role,
            agency: trimmed(self.agency),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            reason: self.reason,
            approved_by: None,
        }
    }
}

fn check(identity: &Identity, caller: &Caller, new: &NewGrant) -> Result<(), Refusal> {
    let grant = RoleGrant {
        role: new.role.clone(),
        agency: new.agency.clone(),
    };
    if reach::may_grant(identity, caller, &grant) {
        return Ok(());
    }
    Err(Error::RoleNotGrantable { role: grant.role }.into())
}

/// Grants a role to an account, with dates and a reason.
#[utoipa::path(post, path = "/accounts/{id}/grants", tag = "identity",
    operation_id = "grant_to_account", summary = "Grant a role · Cấp vai trò",
    params(("id" = String, Path, description = "Account")), request_body = PostGrant,
    responses((status = 201, body = DatedGrantView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.role.grant"))))]
pub(super) async fn grant_to_account(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PostGrant>,
) -> Result<(StatusCode, Json<DatedGrantView>), Refusal> {
    caller.scope(ROLE_GRANT)?;
    let account = reach::manageable(&identity, &caller, &id, ROLE_GRANT).await?;
    let new = body.into_new();
    check(&identity, &caller, &new)?;
    let actor = Actor::from(&caller);
    let made = identity
        .grant(&actor, Holder::Account(&account), new)
        .await?;
    Ok((StatusCode::CREATED, Json(identity.dated_view(made))))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GrantKey {
    /// Role.
    role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    agency: Option<String>,
}

/// Withdraws a role from an account.
#[utoipa::path(delete, path = "/accounts/{id}/grants", tag = "identity",
    operation_id = "withdraw_from_account", summary = "Withdraw a role · Thu hồi vai trò",
    params(("id" = String, Path, description = "Account"), GrantKey),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.role.grant"))))]
pub(super) async fn withdraw_from_account(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    Query(key): Query<GrantKey>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.scope(ROLE_GRANT)?;
    let account = reach::manageable(&identity, &caller, &id, ROLE_GRANT).await?;
    withdraw(&identity, &caller, Holder::Account(&account), key).await
}

async fn withdraw(
    identity: &Identity,
    caller: &Caller,
    holder: Holder<'_>,
    key: GrantKey,
) -> Result<StatusCode, Refusal> {
    let grant = RoleGrant {
        role: key.role,
        agency: trimmed(key.agency),
    };
    if !reach::may_grant(identity, caller, &grant) {
        return Err(Error::RoleNotGrantable { role: grant.role }.into());
    }
    let place = (grant.role.as_str(), grant.agency.as_deref());
    identity
        .withdraw(&Actor::from(caller), holder, place)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the grants of a group.
#[utoipa::path(get, path = "/groups/{id}/grants", tag = "identity",
    operation_id = "list_group_grants", summary = "Grants of a group · Quyền của nhóm",
    params(("id" = String, Path, description = "Group")),
    responses((status = 200, body = Page<DatedGrantView>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.read"))))]
pub(super) async fn list_group_grants(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Page<DatedGrantView>>, Refusal> {
    caller.scope(GROUP_READ)?;
    let group = reach::visible_group(&identity, &caller, &id).await?;
    let held = identity.grants_of(Holder::Group(&group)).await?;
    let items = held
        .into_iter()
        .map(|grant| identity.dated_view(grant))
        .collect();
    Ok(Json(Page::whole(items)))
}

/// The group, if the caller may give it roles; nobody raises a group that it is in.
async fn grantable(identity: &Identity, caller: &Caller, id: &str) -> Result<Group, Refusal> {
    let group = reach::manageable_group(identity, caller, id, ROLE_GRANT).await?;
    let name = crate::tables::group::key(&group.name);
    if caller.principal.standing.groups.contains(&name) {
        return Err(Error::AccountOwn.into());
    }
    Ok(group)
}

/// Grants a role to a group, and so to its members.
#[utoipa::path(post, path = "/groups/{id}/grants", tag = "identity",
    operation_id = "grant_to_group", summary = "Grant a role to a group · Cấp vai trò cho nhóm",
    params(("id" = String, Path, description = "Group")), request_body = PostGrant,
    responses((status = 201, body = DatedGrantView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.role.grant"))))]
pub(super) async fn grant_to_group(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PostGrant>,
) -> Result<(StatusCode, Json<DatedGrantView>), Refusal> {
    caller.scope(ROLE_GRANT)?;
    let group = grantable(&identity, &caller, &id).await?;
    let new = body.into_new();
    check(&identity, &caller, &new)?;
    let actor = Actor::from(&caller);
    let made = identity.grant(&actor, Holder::Group(&group), new).await?;
    Ok((StatusCode::CREATED, Json(identity.dated_view(made))))
}

/// Withdraws a role from a group.
#[utoipa::path(delete, path = "/groups/{id}/grants", tag = "identity",
    operation_id = "withdraw_from_group",
    summary = "Withdraw a role from a group · Thu hồi vai trò của nhóm",
    params(("id" = String, Path, description = "Group"), GrantKey),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.role.grant"))))]
pub(super) async fn withdraw_from_group(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    Query(key): Query<GrantKey>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.scope(ROLE_GRANT)?;
    let group = grantable(&identity, &caller, &id).await?;
    withdraw(&identity, &caller, Holder::Group(&group), key).await
}

/// A wished grant that a second person shall approve.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PostRequest {
    /// To whom: an account or a group.
    subject_kind: Subject,
    /// Its identifier.
    subject_id: Uuid,
    /// Role.
    role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    agency: Option<String>,
    /// Not in force before.
    valid_from: Option<Timestamp>,
    /// Not in force from then on.
    valid_until: Option<Timestamp>,
    /// Why.
    reason: String,
}

/// Asks for a grant; another administrator decides.
#[utoipa::path(post, path = "/grant-requests", tag = "identity", operation_id = "request_grant",
    summary = "Ask for a grant · Yêu cầu cấp quyền", request_body = PostRequest,
    responses((status = 201, body = GrantRequest), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.role.grant"))))]
pub(super) async fn request_grant(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<PostRequest>,
) -> Result<(StatusCode, Json<GrantRequest>), Refusal> {
    caller.scope(ROLE_GRANT)?;
    let id = body.subject_id.to_string();
    let new = NewGrant {
        role: body.role,
        agency: trimmed(body.agency),
        valid_from: body.valid_from,
        valid_until: body.valid_until,
        reason: Some(body.reason),
        approved_by: None,
    };
    check(&identity, &caller, &new)?;
    let actor = Actor::from(&caller);
    let asking = (&actor, &caller.principal);
    let made = match body.subject_kind {
        Subject::Account => {
            let account = reach::manageable(&identity, &caller, &id, ROLE_GRANT).await?;
            identity
                .request_grant(asking, Holder::Account(&account), new)
                .await?
        }
        Subject::Group => {
            let group = grantable(&identity, &caller, &id).await?;
            identity
                .request_grant(asking, Holder::Group(&group), new)
                .await?
        }
    };
    Ok((StatusCode::CREATED, Json(made)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RequestFilter {
    /// `requested`, `approved` or `rejected`.
    state: Option<RequestState>,
    /// Where the page starts; from `next_cursor` of the page before.
    cursor: Option<Uuid>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists requests for grants, newest first.
#[utoipa::path(get, path = "/grant-requests", tag = "identity",
    operation_id = "list_grant_requests", summary = "List grant requests · Yêu cầu cấp quyền",
    params(RequestFilter),
    responses((status = 200, body = Page<GrantRequest>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn list_requests(
    State(identity): State<Identity>,
    Query(filter): Query<RequestFilter>,
    caller: Caller,
) -> Result<Json<Page<GrantRequest>>, Refusal> {
    caller.scope(ACCOUNT_READ)?;
    let size = limit(filter.limit);
    let found = identity
        .grant_requests(filter.state, filter.cursor, size + 1)
        .await?;
    let mut page = Page::cut(found, size, |request: &GrantRequest| request.id.to_string());
    page.items
        .retain(|request| caller.may(ACCOUNT_READ, request.subject_agency.as_deref()));
    Ok(Json(page))
}

/// What is decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideRequest {
    /// Whether the role is granted.
    approve: bool,
    /// What is said to it.
    note: Option<String>,
}

/// Approves or rejects a request as the second person.
#[utoipa::path(post, path = "/grant-requests/{id}/decision", tag = "identity",
    operation_id = "decide_grant_request",
    summary = "DecideRequest a grant request · Xử lý yêu cầu cấp quyền",
    params(("id" = String, Path, description = "Request")), request_body = DecideRequest,
    responses((status = 200, body = GrantRequest), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.grant.approve"))))]
pub(super) async fn decide_request(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<DecideRequest>,
) -> Result<Json<GrantRequest>, Refusal> {
    caller.scope(GRANT_APPROVE)?;
    let missing = || Error::from(PeopleError::RequestNotFound);
    let id = id.parse().map_err(|_| missing())?;
    let request = identity.grant_request(id).await?;
    if !caller.may(ACCOUNT_READ, request.subject_agency.as_deref()) {
        return Err(missing().into());
    }
    caller.require(GRANT_APPROVE, request.agency.as_deref())?;
    let actor = Actor::from(&caller);
    let deciding = (&actor, &caller.principal);
    let decided = identity
        .decide_request(deciding, &request, body.approve, body.note)
        .await?;
    Ok(Json(decided))
}
