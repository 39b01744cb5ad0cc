//! `/groups`: groups of the caller's subtree.
//!
//! Owns: listing, making, changing, removing.
//! Not here: their members (`group_members.rs`), groups in groups (`group_nesting.rs`), who may be
//! reached (`reach.rs`), roles of groups (`grants.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    accounts::{present, trimmed},
    reach,
    views::AgencyView,
};
use crate::{
    Actor, Base, Group, GroupChange, GroupQuery, GroupRule, Identity, NewGroup,
    roles::{GROUP_READ, GROUP_WRITE},
    tables::group,
};

/// A group (nhóm).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupView {
    /// Identifier.
    id: Uuid,
    /// Name, unique without regard to case.
    name: String,
    /// What people read.
    display_name: String,
    /// Agency that owns it; absent for the platform itself.
    agency: Option<AgencyView>,
    /// Who its members are, when a rule says so.
    rule: Option<GroupRule>,
    /// Directory, provider or client that keeps it; absent when it is kept here.
    source: Option<String>,
    /// Its identifier there.
    external_id: Option<String>,
    /// When it was made.
    created_at: Timestamp,
    /// When it or its members were last changed.
    changed_at: Timestamp,
}

impl Identity {
    pub(super) fn group_view(&self, group: Group) -> GroupView {
        GroupView {
            id: group.id,
            name: group.name,
            display_name: group.display_name,
            agency: group.agency.as_deref().map(|code| self.agency_view(code)),
            rule: group.rule,
            source: group.source,
            external_id: group.external_id,
            created_at: group.created_at,
            changed_at: group.changed_at,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GroupFilter {
    /// Words to be found in the names, tone marks optional.
    q: Option<String>,
    /// Only groups of this agency and of those below it.
    agency: Option<String>,
    /// Only groups that have this account or group as a direct member.
    member: Option<Uuid>,
    /// Name after which the page starts.
    cursor: Option<String>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists groups that the caller may see, sorted by name.
#[utoipa::path(get, path = "/groups", tag = "identity", operation_id = "list_groups",
    summary = "List groups · Liệt kê nhóm", params(GroupFilter),
    responses((status = 200, body = Page<GroupView>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.read"))))]
pub(super) async fn list_groups(
    State(identity): State<Identity>,
    Query(filter): Query<GroupFilter>,
    caller: Caller,
) -> Result<Json<Page<GroupView>>, Refusal> {
    let node = filter.agency.as_deref();
    let known = group::agencies(&identity.platform.db);
    let agencies = reach::agencies(&identity, &caller, (GROUP_READ, node), known).await?;
    if agencies.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Json(Page::whole(Vec::new())));
    }
    let size = limit(filter.limit);
    let wanted = GroupQuery {
        words: filter.q.unwrap_or_default(),
        agencies,
        after: filter.cursor.unwrap_or_default(),
        member: filter.member,
        ..GroupQuery::default()
    };
    let found = identity.groups(&wanted, size + 1).await?;
    let views = found.into_iter().map(|group| identity.group_view(group));
    Ok(Json(Page::cut(
        views.collect(),
        size,
        |view: &GroupView| view.name.clone(),
    )))
}

/// A wished group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateGroup {
    /// Name, unique without regard to case.
    name: String,
    /// What people read; the name when absent.
    #[serde(default)]
    display_name: String,
    /// Agency that owns it; absent for the platform itself.
    agency: Option<String>,
    /// Who its members are, when a rule shall say so.
    rule: Option<GroupRule>,
}

/// Makes a group without members, or with those that its rule names.
#[utoipa::path(post, path = "/groups", tag = "identity", operation_id = "create_group",
    summary = "Make a group · Tạo nhóm", request_body = CreateGroup,
    responses((status = 201, body = GroupView), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.write"))))]
pub(super) async fn create_group(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<CreateGroup>,
) -> Result<(StatusCode, Json<GroupView>), Refusal> {
    let agency = trimmed(body.agency);
    caller.require(GROUP_WRITE, agency.as_deref())?;
    check_rule(&caller, body.rule.as_ref())?;
    let new = NewGroup {
        name: body.name,
        display_name: body.display_name,
        agency,
        rule: body.rule,
        ..NewGroup::default()
    };
    let made = identity.create_group(&Actor::from(&caller), new).await?;
    Ok((StatusCode::CREATED, Json(identity.group_view(made))))
}

/// A rule takes in accounts of its agency, so the caller must manage those.
fn check_rule(caller: &Caller, rule: Option<&GroupRule>) -> Result<(), Refusal> {
    match rule {
        Some(rule) => Ok(caller.require(GROUP_WRITE, rule.agency.as_deref())?),
        None => Ok(()),
    }
}

/// Gives one group.
#[utoipa::path(get, path = "/groups/{id}", tag = "identity", operation_id = "get_group",
    summary = "Get a group · Xem một nhóm",
    params(("id" = String, Path, description = "Group")),
    responses((status = 200, body = GroupView), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.read"))))]
pub(super) async fn get_group(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<GroupView>, Refusal> {
    caller.scope(GROUP_READ)?;
    let group = reach::visible_group(&identity, &caller, &id).await?;
    Ok(Json(identity.group_view(group)))
}

/// What changes in a group; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PatchGroup {
    /// Name.
    name: Option<String>,
    /// What people read.
    display_name: Option<String>,
    /// Agency that owns it; null for the platform itself.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    agency: Option<Option<String>>,
    /// Who its members are; null leaves the members as they are, to be changed by hand.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<GroupRule>)]
    rule: Option<Option<GroupRule>>,
}

/// Changes name, agency or rule.
#[utoipa::path(patch, path = "/groups/{id}", tag = "identity", operation_id = "patch_group",
    summary = "Change a group · Sửa nhóm",
    params(("id" = String, Path, description = "Group")), request_body = PatchGroup,
    responses((status = 200, body = GroupView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.write"))))]
pub(super) async fn patch_group(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PatchGroup>,
) -> Result<Json<GroupView>, Refusal> {
    caller.scope(GROUP_WRITE)?;
    let before = reach::manageable_group(&identity, &caller, &id, GROUP_WRITE).await?;
    if let Some(agency) = &body.agency {
        caller.require(GROUP_WRITE, trimmed(agency.clone()).as_deref())?;
    }
    if let Some(rule) = &body.rule {
        check_rule(&caller, rule.as_ref())?;
        reach::check_membership(&identity, &caller, &before).await?;
    }
    let change = GroupChange {
        name: body.name,
        display_name: body.display_name,
        agency: body.agency,
        rule: body.rule,
        ..GroupChange::default()
    };
    let actor = Actor::from(&caller);
    let after = identity.update_group(&actor, &before, change).await?;
    Ok(Json(identity.group_view(after)))
}

/// Removes a group; its members stay accounts, and lose what the group gave them.
#[utoipa::path(delete, path = "/groups/{id}", tag = "identity", operation_id = "delete_group",
    summary = "Delete a group · Xóa nhóm",
    params(("id" = String, Path, description = "Group")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.write"))))]
pub(super) async fn delete_group(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.scope(GROUP_WRITE)?;
    let group = reach::manageable_group(&identity, &caller, &id, GROUP_WRITE).await?;
    reach::check_membership(&identity, &caller, &group).await?;
    let actor = Actor::from(&caller);
    identity.delete_group(&actor, &group, Base::Any).await?;
    Ok(StatusCode::NO_CONTENT)
}
