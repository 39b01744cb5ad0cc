//! `/roles`: which roles exist and what they permit.
//!
//! Owns: the list for the console.

use axum::extract::State;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};

use super::views::RoleView;
use crate::{
    Identity,
    roles::{ACCOUNT_READ, ROLES},
};

/// Lists the roles with their permissions.
#[utoipa::path(get, path = "/roles", tag = "identity", operation_id = "list_roles",
    summary = "List roles · Liệt kê vai trò",
    responses((status = 200, body = Page<RoleView>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn list_roles(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<RoleView>>, Refusal> {
    caller.scope(ACCOUNT_READ)?;
    let items = ROLES
        .iter()
        .map(|role| RoleView {
            role: role.name.to_owned(),
            labels: role.labels.into(),
            description: role.description.into(),
            permissions: identity
                .decider
                .permissions_of(role)
                .filter(|name| !crate::roles::is_own(name))
                .map(str::to_owned)
                .collect(),
            delegable: role.is_delegable,
            privileged: role.is_privileged,
            conflicts: ROLES
                .iter()
                .filter(|other| crate::roles::exclude(role.name, other.name))
                .map(|other| other.name.to_owned())
                .collect(),
        })
        .collect();
    Ok(Json(Page::whole(items)))
}
