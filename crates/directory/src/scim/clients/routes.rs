//! `/scim-clients/{name}/tokens`.
//!
//! Owns: issuing, rotating, listing and ending the tokens of a client.
//! Not here: the specification of a client; it is a resource (`/resources/scim-client/…`).
//! Invariant: a token is shown once, in the answer that made it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_identity::Actor;
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::{Caller, Json, Page, ProblemBody, Refusal},
    registry::Kind as _,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    ScimClient,
    tokens::{self, ScimToken},
};
use crate::{
    Directory, Result,
    permissions::{SCIM_CLIENT_READ, SCIM_CLIENT_WRITE},
};

pub(crate) fn router() -> OpenApiRouter<Directory> {
    OpenApiRouter::new()
        .routes(routes!(list_scim_tokens, create_scim_token))
        .routes(routes!(rotate_scim_token))
        .routes(routes!(revoke_scim_token))
}

/// A token of a client, without its value.
#[derive(Serialize, ToSchema)]
struct ScimTokenItem {
    /// Identifier.
    #[schema(value_type = String)]
    id: Uuid,
    /// Who issued it.
    created_by: String,
    /// When.
    created_at: Timestamp,
    /// When it ends; absent while nothing replaces it.
    expires_at: Option<Timestamp>,
    /// When it was last used, exact to a minute.
    last_used_at: Option<Timestamp>,
}

impl From<ScimToken> for ScimTokenItem {
    fn from(token: ScimToken) -> Self {
        Self {
            id: token.id,
            created_by: token.created_by,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

/// A new token of a client; it is shown only here.
#[derive(Serialize, ToSchema)]
struct NewScimToken {
    /// Base address of the SCIM interface.
    base: String,
    /// The token, for the header `Authorization: Bearer …`.
    token: String,
}

/// Refuses unless the caller holds `permission` for the client, and the client exists.
fn require(directory: &Directory, caller: &Caller, name: &str, permission: &str) -> Result<()> {
    let snapshot = directory.platform.registry.snapshot();
    let found = snapshot.get(ScimClient::KIND, name);
    let agency = found.and_then(|resource| resource.agency.clone());
    caller.require(permission, agency.as_deref())?;
    match found {
        Some(_) => Ok(()),
        None => Err(lgsp_platform::Error::NotFound {
            what: ScimClient::KIND,
            name: name.to_owned(),
        }
        .into()),
    }
}

/// Lists the tokens of a client, oldest first, without their values.
#[utoipa::path(get, path = "/scim-clients/{name}/tokens", tag = "directory",
    operation_id = "list_scim_tokens", summary = "List SCIM tokens · Liệt kê mã SCIM",
    params(("name" = String, Path, description = "Client")),
    responses((status = 200, body = Page<ScimTokenItem>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.scim_client.read"))))]
async fn list_scim_tokens(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<Page<ScimTokenItem>>, Refusal> {
    require(&directory, &caller, &name, SCIM_CLIENT_READ)?;
    let found = tokens::list(&directory.platform, &name).await?;
    let items = found.into_iter().map(Into::into).collect();
    Ok(Json(Page::whole(items)))
}

/// Issues a token of a client; it is shown once.
#[utoipa::path(post, path = "/scim-clients/{name}/tokens", tag = "directory",
    operation_id = "create_scim_token", summary = "Issue a SCIM token · Cấp mã SCIM",
    params(("name" = String, Path, description = "Client")),
    responses((status = 201, body = NewScimToken), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.scim_client.write"))))]
async fn create_scim_token(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<(StatusCode, Json<NewScimToken>), Refusal> {
    require(&directory, &caller, &name, SCIM_CLIENT_WRITE)?;
    let token = tokens::issue(&directory.platform, &Actor::from(&caller), &name).await?;
    let base = directory.scim_base();
    Ok((StatusCode::CREATED, Json(NewScimToken { base, token })))
}

/// Issues a token; the former ones work for a day longer.
#[utoipa::path(post, path = "/scim-clients/{name}/tokens/rotate", tag = "directory",
    operation_id = "rotate_scim_token", summary = "Rotate SCIM tokens · Đổi mã SCIM",
    params(("name" = String, Path, description = "Client")),
    responses((status = 201, body = NewScimToken), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.scim_client.write"))))]
async fn rotate_scim_token(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<(StatusCode, Json<NewScimToken>), Refusal> {
    require(&directory, &caller, &name, SCIM_CLIENT_WRITE)?;
    let token = tokens::rotate(&directory.platform, &Actor::from(&caller), &name).await?;
    let base = directory.scim_base();
    Ok((StatusCode::CREATED, Json(NewScimToken { base, token })))
}

/// Ends a token of a client at once.
#[utoipa::path(delete, path = "/scim-clients/{name}/tokens/{id}", tag = "directory",
    operation_id = "revoke_scim_token", summary = "Revoke a SCIM token · Thu hồi mã SCIM",
    params(("name" = String, Path, description = "Client"),
        ("id" = String, Path, description = "Token")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.scim_client.write"))))]
async fn revoke_scim_token(
    State(directory): State<Directory>,
    Path((name, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    require(&directory, &caller, &name, SCIM_CLIENT_WRITE)?;
    let id = id.parse().map_err(|_| tokens::not_found(&id))?;
    tokens::revoke(&directory.platform, &Actor::from(&caller), &name, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
