//! `/accounts/{id}/ownership` and `/accounts/{id}/owner`: persons who answer for programs.
//!
//! Owns: reading and setting owners.
//! Not here: who may be reached (`reach.rs`), handing over at a leave (`people.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_platform::{
    http::{Caller, Json, ProblemBody, Refusal},
    registry::Resource,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reach;
use crate::{
    Actor, Identity,
    roles::{ACCOUNT_READ, ACCOUNT_WRITE},
    tables::{account::Kind, owner::Named},
};

/// An account by its names.
#[derive(Debug, Serialize, ToSchema)]
struct OwnershipAccount {
    /// Identifier.
    id: Uuid,
    /// Sign-in name.
    username: String,
    /// Name of the person or the job.
    display_name: String,
    /// What it is for.
    kind: Kind,
}

impl From<Named> for OwnershipAccount {
    fn from(named: Named) -> Self {
        Self {
            id: named.id.0,
            username: named.username,
            display_name: named.display_name,
            kind: named.kind,
        }
    }
}

/// An application of the registry.
#[derive(Debug, Serialize, ToSchema)]
struct OwnershipApplication {
    /// Kind, `oidc-client` for example.
    kind: String,
    /// Name, unique within the kind.
    name: String,
    /// What people call it.
    title: String,
}

impl From<&Resource> for OwnershipApplication {
    fn from(resource: &Resource) -> Self {
        // OpenID Connect calls its title `name`.
        let fields = ["title", "name"].map(|field| resource.spec.get(field));
        let title = fields.into_iter().flatten().find_map(Value::as_str);
        Self {
            kind: resource.kind.clone(),
            name: resource.name.clone(),
            title: title.unwrap_or(&resource.name).to_owned(),
        }
    }
}

/// Who answers for an account, and for what it answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnershipView {
    /// The person who answers for it; absent for nobody.
    owner: Option<OwnershipAccount>,
    /// Accounts for which it answers.
    owned: Vec<OwnershipAccount>,
    /// Applications for which it answers.
    applications: Vec<OwnershipApplication>,
}

/// Says who answers for an account, and for which accounts and applications it answers.
#[utoipa::path(get, path = "/accounts/{id}/ownership", tag = "identity",
    operation_id = "get_account_ownership",
    summary = "Who answers for an account · Người phụ trách tài khoản",
    params(("id" = String, Path, description = "Account")),
    responses((status = 200, body = OwnershipView), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn get_ownership(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<OwnershipView>, Refusal> {
    caller.scope(ACCOUNT_READ)?;
    let account = reach::visible(&identity, &caller, &id).await?;
    let owned = identity.owned_by(&account).await?;
    let applications = owned.applications.iter().map(|known| (&**known).into());
    Ok(Json(OwnershipView {
        owner: identity.owner_of(&account).await?.map(Into::into),
        applications: applications.collect(),
        owned: owned.accounts.into_iter().map(Into::into).collect(),
    }))
}

/// Who shall answer for an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutOwner {
    /// Sign-in name of a person; null for nobody.
    owner: Option<String>,
}

/// Makes a person answer for an account of a program.
#[utoipa::path(put, path = "/accounts/{id}/owner", tag = "identity",
    operation_id = "put_account_owner",
    summary = "Set who answers for an account · Đặt người phụ trách tài khoản",
    params(("id" = String, Path, description = "Account")), request_body = PutOwner,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn put_owner(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PutOwner>,
) -> Result<StatusCode, Refusal> {
    caller.scope(ACCOUNT_WRITE)?;
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    let owner = match &body.owner {
        Some(name) => Some(reach::visible_by_name(&identity, &caller, name).await?),
        None => None,
    };
    let actor = Actor::from(&caller);
    identity.set_owner(&actor, &account, owner.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
