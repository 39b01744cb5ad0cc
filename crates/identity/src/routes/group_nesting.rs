//! `/groups/{id}/groups`: groups in groups, and the groups of an account.
//!
//! Owns: seeing and changing which group is in which.
//! Not here: groups themselves (`groups.rs`), rings and levels (`crate::group_nesting`).
//! Invariant: nobody brings accounts into a group whose roles are beyond the own reach, and
//! nobody the own account.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{groups::GroupView, reach};
use crate::{
    Actor, Error, Group, GroupChange, Identity, InGroup, MembersChange,
    roles::{GROUP_READ, GROUP_WRITE},
    tables::group,
};

/// Lists the groups directly in a group.
#[utoipa::path(get, path = "/groups/{id}/groups", tag = "identity",
    operation_id = "list_groups_in", summary = "Groups in a group · Nhóm con",
    params(("id" = String, Path, description = "Group")),
    responses((status = 200, body = Page<GroupView>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.read"))))]
pub(super) async fn list_groups_in(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Page<GroupView>>, Refusal> {
    caller.scope(GROUP_READ)?;
    let group = reach::visible_group(&identity, &caller, &id).await?;
    let found = identity.groups_in(group.id).await?;
    let views = found.into_iter().map(|group| identity.group_view(group));
    Ok(Json(Page::whole(views.collect())))
}

/// The groups that a group shall hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutGroupsIn {
    /// All of them.
    groups: Vec<Uuid>,
}

/// Puts exactly these groups into a group; their members get what the group gives.
#[utoipa::path(put, path = "/groups/{id}/groups", tag = "identity",
    operation_id = "put_groups_in", summary = "Set groups in a group · Đặt nhóm con",
    params(("id" = String, Path, description = "Group")), request_body = PutGroupsIn,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.write"))))]
pub(super) async fn put_groups_in(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PutGroupsIn>,
) -> Result<StatusCode, Refusal> {
    caller.scope(GROUP_WRITE)?;
    let parent = changeable(&identity, &caller, &id, &body.groups).await?;
    let actor = Actor::from(&caller);
    identity
        .set_groups_in(&actor, &parent, &body.groups)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Groups to be put into a group and taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeGroupsIn {
    /// Groups to be put in; those that are in it already stay.
    #[serde(default)]
    add: Vec<Uuid>,
    /// Groups to be taken out.
    #[serde(default)]
    remove: Vec<Uuid>,
}

/// Puts groups into a group and takes others out; their members get or lose what the group gives.
#[utoipa::path(post, path = "/groups/{id}/groups", tag = "identity",
    operation_id = "change_groups_in", summary = "Change groups in a group · Thêm bớt nhóm con",
    params(("id" = String, Path, description = "Group")), request_body = ChangeGroupsIn,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.write"))))]
pub(super) async fn change_groups_in(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<ChangeGroupsIn>,
) -> Result<StatusCode, Refusal> {
    caller.scope(GROUP_WRITE)?;
    let parent = changeable(&identity, &caller, &id, &body.add).await?;
    let members = MembersChange {
        add_groups: body.add,
        remove_groups: body.remove,
        ..MembersChange::default()
    };
    let change = GroupChange {
        members,
        ..GroupChange::default()
    };
    let actor = Actor::from(&caller);
    identity.update_group(&actor, &parent, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The group, if the caller may put these groups into it.
async fn changeable(
    identity: &Identity,
    caller: &Caller,
    id: &str,
    add: &[Uuid],
) -> Result<Group, Refusal> {
    let parent = reach::manageable_group(identity, caller, id, GROUP_WRITE).await?;
    reach::check_membership(identity, caller, &parent).await?;
    for child in add {
        let id = child.to_string();
        let child = reach::manageable_group(identity, caller, &id, GROUP_WRITE).await?;
        let own = &caller.principal.standing.groups;
        if own.contains(&group::key(&child.name)) {
            return Err(Error::AccountOwn.into());
        }
    }
    Ok(parent)
}

/// A group with how an account lies in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupOfAccount {
    /// The group.
    #[serde(flatten)]
    group: GroupView,
    /// Whether the account is a member itself; otherwise through a group in this group.
    direct: bool,
    /// Names of the groups by which it is in it, from its own one up to this; `…` for one that the
    /// caller may not see.
    way: Vec<String>,
}

/// Lists the groups of an account that the caller may see: its own, then those above them.
#[utoipa::path(get, path = "/accounts/{id}/groups", tag = "identity",
    operation_id = "list_account_groups",
    summary = "Groups of an account · Nhóm của tài khoản",
    params(("id" = String, Path, description = "Account")),
    responses((status = 200, body = Page<GroupOfAccount>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.read"))))]
pub(super) async fn list_of_account(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Page<GroupOfAccount>>, Refusal> {
    caller.scope(GROUP_READ)?;
    let account = reach::visible(&identity, &caller, &id).await?;
    let found = identity.group_ways(account.id).await?;
    let is_seen = |one: &InGroup| caller.may(GROUP_READ, one.group.agency.as_deref());
    let seen: Vec<InGroup> = found.into_iter().filter(is_seen).collect();
    let name = |id: &Uuid| {
        let known = seen.iter().find(|one| one.group.id == *id);
        known.map_or_else(|| "…".to_owned(), |one| one.group.display_name.clone())
    };
    let ways: Vec<Vec<String>> = seen
        .iter()
        .map(|one| one.way.iter().map(name).collect())
        .collect();
    let items = seen.into_iter().zip(ways).map(|(one, way)| GroupOfAccount {
        direct: one.is_direct(),
        group: identity.group_view(one.group),
        way,
    });
    Ok(Json(Page::whole(items.collect())))
}
