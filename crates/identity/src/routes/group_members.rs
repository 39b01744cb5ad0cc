//! `/groups/{id}/members`: the accounts in a group.
//!
//! Owns: listing, adding, taking out.
//! Not here: groups themselves (`groups.rs`), groups in groups (`group_nesting.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{reach, views::AgencyView};
use crate::{
    Actor, GroupChange, Identity, MembersChange,
    roles::{GROUP_READ, GROUP_WRITE},
    tables::group_tree,
};

/// A member of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberView {
    /// Account.
    id: Uuid,
    /// Sign-in name.
    username: String,
    /// Name of the person or the job.
    display_name: String,
    /// Agency it belongs to.
    agency: Option<AgencyView>,
    /// When the membership ends by itself.
    until: Option<Timestamp>,
    /// Who added it.
    added_by: String,
    /// When.
    added_at: Timestamp,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MemberFilter {
    /// User name after which the page starts.
    cursor: Option<String>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

impl MemberFilter {
    /// User name after which the page starts, and its size.
    pub(super) fn place(self) -> (String, u32) {
        (self.cursor.unwrap_or_default(), limit(self.limit))
    }
}

/// Lists the direct members of a group, by user name.
#[utoipa::path(get, path = "/groups/{id}/members", tag = "identity",
    operation_id = "list_group_members", summary = "List members · Liệt kê thành viên nhóm",
    params(("id" = String, Path, description = "Group"), MemberFilter),
    responses((status = 200, body = Page<MemberView>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.read"))))]
pub(super) async fn list_members(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    Query(filter): Query<MemberFilter>,
    caller: Caller,
) -> Result<Json<Page<MemberView>>, Refusal> {
    caller.scope(GROUP_READ)?;
    let group = reach::visible_group(&identity, &caller, &id).await?;
    let (after, size) = filter.place();
    let place = (after.as_str(), caller.now);
    let found = group_tree::members(&identity.platform.db, group.id, place, size + 1).await?;
    let view = |member: group_tree::Member| MemberView {
        id: member.id.0,
        username: member.username,
        display_name: member.display_name,
        agency: member
            .agency
            .as_deref()
            .map(|code| identity.agency_view(code)),
        until: member.until,
        added_by: member.added_by,
        added_at: member.added_at,
    };
    let views = found.into_iter().map(view).collect();
    Ok(Json(Page::cut(views, size, |view: &MemberView| {
        view.username.clone()
    })))
}

/// Members to be added and taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeMembers {
    /// Accounts to be added; those that are members get the end given here.
    #[serde(default)]
    add: Vec<Uuid>,
    /// Accounts to be taken out.
    #[serde(default)]
    remove: Vec<Uuid>,
    /// When the membership of those added ends by itself.
    until: Option<Timestamp>,
}

/// Adds and takes out members.
#[utoipa::path(post, path = "/groups/{id}/members", tag = "identity",
    operation_id = "change_group_members", summary = "Change members · Thêm bớt thành viên nhóm",
    params(("id" = String, Path, description = "Group")), request_body = ChangeMembers,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.group.write"))))]
pub(super) async fn change_members(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<ChangeMembers>,
) -> Result<StatusCode, Refusal> {
    caller.scope(GROUP_WRITE)?;
    let group = reach::manageable_group(&identity, &caller, &id, GROUP_WRITE).await?;
    reach::check_membership(&identity, &caller, &group).await?;
    for account in &body.add {
        let id = account.to_string();
        reach::manageable(&identity, &caller, &id, GROUP_WRITE).await?;
    }
    let ids = |list: Vec<Uuid>| list.into_iter().map(AccountId).collect();
    let members = MembersChange {
        add: ids(body.add),
        until: body.until,
        remove: ids(body.remove),
        ..MembersChange::default()
    };
    let change = GroupChange {
        members,
        ..GroupChange::default()
    };
    let actor = Actor::from(&caller);
    identity.update_group(&actor, &group, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
