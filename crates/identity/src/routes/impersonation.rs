//! Acting as somebody else: beginning, ending, what the console shows of it.
//!
//! Owns: `/accounts/{id}/impersonation`, `/me/impersonation`.
//! Not here: the rules (`impersonation.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{Caller, Json, ProblemBody, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reach;
use crate::{
    Actor, Identity,
    impersonation::NewImpersonation,
    roles::{ACCOUNT_IMPERSONATE, SELF},
    tables::impersonation::Impersonation,
};

/// An administrator who acts as this account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImpersonationView {
    /// Sign-in name of the administrator.
    by: String,
    /// When it ends at the latest.
    until: Timestamp,
    /// The ticket in which somebody asked for help.
    ticket: String,
    /// Why.
    reason: String,
}

impl From<Impersonation> for ImpersonationView {
    fn from(running: Impersonation) -> Self {
        Self {
            by: running.admin,
            until: running.until,
            ticket: running.ticket,
            reason: running.reason,
        }
    }
}

/// Why somebody is acted as.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Impersonate {
    /// Why; the person reads it in the journal. At most 500 characters.
    reason: String,
    /// The ticket in which somebody asked for help. At most 64 characters.
    ticket: String,
}

/// Acts as a user in the browser that asks, for 30 minutes at most. From the answer on the session
/// is that user's, with another token for changes: read `/me` anew.
#[utoipa::path(post, path = "/accounts/{id}/impersonation", tag = "identity",
    operation_id = "impersonate_account",
    summary = "Act as a user · Thao tác dưới tên người dùng",
    params(("id" = String, Path, description = "Account")), request_body = Impersonate,
    responses((status = 201, body = ImpersonationView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.impersonate"))))]
pub(super) async fn impersonate(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<Impersonate>,
) -> Result<(StatusCode, Json<ImpersonationView>), Refusal> {
    caller.scope(ACCOUNT_IMPERSONATE)?;
    let account = reach::visible(&identity, &caller, &id).await?;
    caller.require(ACCOUNT_IMPERSONATE, account.agency.as_deref())?;
    let wish = NewImpersonation {
        reason: body.reason,
        ticket: body.ticket,
    };
    let actor = Actor::from(&caller);
    let made = identity
        .impersonate(&caller.principal, &actor, &account, wish)
        .await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Ends acting as a user: the session is the administrator's own again. Read `/me` anew.
#[utoipa::path(delete, path = "/me/impersonation", tag = "identity",
    operation_id = "end_my_impersonation",
    summary = "End acting as a user · Kết thúc thao tác dưới tên người dùng",
    responses((status = 204), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn end(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF, None)?;
    identity.end_impersonation(&caller.principal).await?;
    Ok(StatusCode::NO_CONTENT)
}
