//! Acts on an account: new password, unlock, its sessions.
//!
//! Owns: what an administrator does when somebody cannot get in, or must get out.
//! Not here: who may be reached (`reach.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{reach, views::SessionView};
use crate::{
    Actor, Error, Identity, Password,
    roles::{ACCOUNT_UNLOCK, ACCOUNT_WRITE, SESSION_READ},
};

/// A new password for somebody else.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetPassword {
    /// New password.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// Sets a password for somebody else; the account's sessions end and its lock is lifted.
#[utoipa::path(post, path = "/accounts/{id}/password", tag = "identity",
    operation_id = "reset_password", summary = "Reset a password · Đặt lại mật khẩu",
    params(("id" = String, Path, description = "Account")), request_body = ResetPassword,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn reset_password(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<ResetPassword>,
) -> Result<StatusCode, Refusal> {
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    let actor = Actor::from(&caller);
    identity
        .reset_password(&actor, &account, body.password)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why an account is unlocked.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnlockAccount {
    /// Why, at most 500 characters; seen at the account and in the journal.
    reason: Option<String>,
}

/// Lifts the lock after failures, and wakes an account that was idle for too long.
#[utoipa::path(post, path = "/accounts/{id}/unlock", tag = "identity",
    operation_id = "unlock_account", summary = "Unlock an account · Mở khóa tài khoản",
    params(("id" = String, Path, description = "Account")),
    request_body = Option<UnlockAccount>,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.unlock"))))]
pub(super) async fn unlock_account(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    body: Option<Json<UnlockAccount>>,
) -> Result<StatusCode, Refusal> {
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_UNLOCK).await?;
    let actor = Actor::from(&caller);
    let reason = body.and_then(|Json(body)| body.reason);
    identity.unlock_account(&actor, &account, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the live sessions of an account, newest first.
#[utoipa::path(get, path = "/accounts/{id}/sessions", tag = "identity",
    operation_id = "list_sessions", summary = "List sessions · Phiên đăng nhập của tài khoản",
    params(("id" = String, Path, description = "Account")),
    responses((status = 200, body = Page<SessionView>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.session.read"))))]
pub(super) async fn list_sessions(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Page<SessionView>>, Refusal> {
    let account = reach::visible(&identity, &caller, &id).await?;
    if account.id != caller.principal.account_id {
        caller.require(SESSION_READ, account.agency.as_deref())?;
    }
    let sessions = identity.sessions(account.id).await?;
    let items = sessions.into_iter().map(SessionView::from).collect();
    Ok(Json(Page::whole(items)))
}

/// Ends all sessions of an account.
#[utoipa::path(delete, path = "/accounts/{id}/sessions", tag = "identity",
    operation_id = "end_sessions", summary = "End sessions · Kết thúc các phiên đăng nhập",
    params(("id" = String, Path, description = "Account")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.unlock"))))]
pub(super) async fn end_sessions(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_UNLOCK).await?;
    identity
        .end_sessions(&Actor::from(&caller), &account)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one session of an account.
#[utoipa::path(delete, path = "/accounts/{id}/sessions/{session}", tag = "identity",
    operation_id = "end_session", summary = "End a session · Kết thúc một phiên đăng nhập",
    params(("id" = String, Path, description = "Account"),
        ("session" = String, Path, description = "Session")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.unlock"))))]
pub(super) async fn end_session(
    State(identity): State<Identity>,
    Path((id, session)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_UNLOCK).await?;
    let session: uuid::Uuid = session.parse().map_err(|_| Error::AccountNotFound)?;
    let sessions = identity.sessions(account.id).await?;
    if let Some(found) = sessions.iter().find(|one| one.id == session) {
        identity.end_session(&Actor::from(&caller), found).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
