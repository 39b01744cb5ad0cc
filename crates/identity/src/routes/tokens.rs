//! `/tokens` and `/accounts/{id}/tokens`: personal access tokens.
//!
//! Owns: own tokens, and those of service and technical accounts.
//! Invariant: nobody gets a token of another person.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    reach,
    views::{NewTokenView, TokenView},
};
use crate::{
    Account, Actor, Identity,
    error::{Error, Result},
    roles::{SELF, SELF_SECURE, TOKEN_WRITE},
    sessions::token_id,
    tables::token,
};

/// A wished token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateToken {
    /// What its owner calls it.
    name: String,
    /// When it ends; in 90 days when absent.
    expires_at: Option<Timestamp>,
}

/// Lists the own tokens, newest first.
#[utoipa::path(get, path = "/tokens", tag = "identity", operation_id = "list_tokens",
    summary = "List my tokens · Mã truy cập của tôi",
    responses((status = 200, body = Page<TokenView>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_tokens(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<TokenView>>, Refusal> {
    caller.require(SELF, None)?;
    let tokens = identity.tokens(caller.principal.account_id).await?;
    let items = tokens.into_iter().map(TokenView::from).collect();
    Ok(Json(Page::whole(items)))
}

/// Makes a token for the caller; the secret is shown once.
#[utoipa::path(post, path = "/tokens", tag = "identity", operation_id = "create_token",
    summary = "Make a token · Tạo mã truy cập", request_body = CreateToken,
    responses((status = 201, body = NewTokenView), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn create_token(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<CreateToken>,
) -> Result<(StatusCode, Json<NewTokenView>), Refusal> {
    caller.require(SELF_SECURE, None)?;
    let account = identity.account(caller.principal.account_id).await?;
    let expires_at = within_own_token(&identity, &caller, body.expires_at).await?;
    let (actor, acr) = (Actor::from(&caller), caller.principal.standing.acr);
    let made = identity
        .create_token_with(acr, &actor, &account, (&body.name, expires_at))
        .await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// A token that is made with a token ends no later than that one.
async fn within_own_token(
    identity: &Identity,
    caller: &Caller,
    wished: Option<Timestamp>,
) -> Result<Option<Timestamp>> {
    let Some(id) = token_id(&caller.principal) else {
        return Ok(wished);
    };
    let Some(end) = token::expiry(&identity.platform.db, id).await? else {
        return Err(Error::TokenNotFound);
    };
    let default = caller.now.plus_ms(crate::rules::TOKEN_LIFE_DEFAULT_MS);
    Ok(Some(wished.unwrap_or(default).min(end)))
}

/// Revokes an own token.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "identity", operation_id = "revoke_token",
    summary = "Revoke a token · Thu hồi mã truy cập",
    params(("id" = String, Path, description = "Token")),
    responses((status = 204), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn revoke_token(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    let account = identity.account(caller.principal.account_id).await?;
    identity
        .revoke_token(&Actor::from(&caller), &account, parse(&id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| Error::TokenNotFound)
}

async fn service_account(identity: &Identity, caller: &Caller, id: &str) -> Result<Account> {
    let account = reach::manageable(identity, caller, id, TOKEN_WRITE).await?;
    if account.kind.is_person() {
        return Err(Error::TokenOfPerson);
    }
    Ok(account)
}

/// Lists the tokens of a service or technical account, newest first.
#[utoipa::path(get, path = "/accounts/{id}/tokens", tag = "identity",
    operation_id = "list_account_tokens",
    summary = "List tokens of a service account · Mã truy cập của tài khoản dịch vụ",
    params(("id" = String, Path, description = "Account")),
    responses((status = 200, body = Page<TokenView>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.token.write"))))]
pub(super) async fn list_account_tokens(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Page<TokenView>>, Refusal> {
    let account = service_account(&identity, &caller, &id).await?;
    let tokens = identity.tokens(account.id).await?;
    let items = tokens.into_iter().map(TokenView::from).collect();
    Ok(Json(Page::whole(items)))
}

/// Makes a token for a service or technical account; the secret is shown once.
#[utoipa::path(post, path = "/accounts/{id}/tokens", tag = "identity",
    operation_id = "create_account_token",
    summary = "Make a token for a service account · Cấp mã truy cập cho tài khoản dịch vụ",
    params(("id" = String, Path, description = "Account")), request_body = CreateToken,
    responses((status = 201, body = NewTokenView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.token.write"))))]
pub(super) async fn create_account_token(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<CreateToken>,
) -> Result<(StatusCode, Json<NewTokenView>), Refusal> {
    let account = service_account(&identity, &caller, &id).await?;
    let expires_at = within_own_token(&identity, &caller, body.expires_at).await?;
    let (actor, acr) = (Actor::from(&caller), caller.principal.standing.acr);
    let made = identity
        .create_token_with(acr, &actor, &account, (&body.name, expires_at))
        .await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Revokes a token of a service or technical account.
#[utoipa::path(delete, path = "/accounts/{id}/tokens/{token}", tag = "identity",
    operation_id = "revoke_account_token",
    summary = "Revoke a token of a service account · Thu hồi mã truy cập của tài khoản dịch vụ",
    params(("id" = String, Path, description = "Account"),
        ("token" = String, Path, description = "Token")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.token.write"))))]
pub(super) async fn revoke_account_token(
    State(identity): State<Identity>,
    Path((id, token)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let account = service_account(&identity, &caller, &id).await?;
    identity
        .revoke_token(&Actor::from(&caller), &account, parse(&token)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
