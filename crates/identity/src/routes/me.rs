//! `/me`: who the caller is, what it may do, how it likes the console.
//!
//! Owns: operations on the own account.
//! Not here: own tokens (`tokens.rs`), other accounts (`accounts.rs`).

use axum::{extract::State, http::StatusCode};
use lgsp_platform::http::{Caller, Json, ProblemBody, Refusal, context::Authorizer as _};
use serde::Deserialize;
use utoipa::ToSchema;

use super::views::MeView;
use crate::{
    Actor, Identity, Password,
    roles::{SELF, SELF_SECURE, is_own},
    tables::preference::{self, Density, Language, Preferences, Theme},
};

/// Tells who the caller is.
#[utoipa::path(get, path = "/me", tag = "identity", operation_id = "get_me",
    summary = "Who am I · Tài khoản của tôi",
    responses((status = 200, body = MeView), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn get_me(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<MeView>, Refusal> {
    caller.require(SELF, None)?;
    let principal = &caller.principal;
    let account = identity.account(principal.account_id).await?;
    let decider = &identity.decider;
    let is_held = |permission: &&String| {
        let scope = decider.scope(principal, permission);
        scope.is_none_or(|agencies| !agencies.is_empty())
    };
    let permissions = decider.permissions().iter().filter(is_held).cloned();
    // Who acts for somebody has the place and the roles that were delegated.
    let is_acting = principal.standing.on_behalf_of.is_some();
    let (agency, roles) = if is_acting {
        (&principal.agency, &*principal.roles)
    } else {
        (&account.agency, account.grants.as_slice())
    };
    let impersonation = identity.impersonation(principal).await?;
    Ok(Json(MeView {
        impersonation: impersonation.map(Into::into),
        permissions: permissions.filter(|name| !is_own(name)).collect(),
        preferences: preference::get(&identity.platform.db, account.id).await?,
        password_due: identity.is_password_due(&account),
        agency: agency.as_deref().map(|code| identity.agency_view(code)),
        roles: identity.grant_views(roles),
        account_id: account.id.0,
        username: account.username,
        display_name: account.display_name,
        kind: account.kind,
        csrf_token: principal.csrf_token.clone(),
    }))
}

/// What changes in the preferences.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreferencesChange {
    /// Language.
    language: Option<Language>,
    /// Colours.
    theme: Option<Theme>,
    /// How much a page holds.
    density: Option<Density>,
}

/// Stores how the caller likes the console.
#[utoipa::path(patch, path = "/me/preferences", tag = "identity",
    operation_id = "patch_preferences", summary = "Change preferences · Đổi tùy chọn hiển thị",
    request_body = PreferencesChange,
    responses((status = 200, body = Preferences), (status = 400, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn patch_preferences(
    State(identity): State<Identity>,
    caller: Caller,
    Json(change): Json<PreferencesChange>,
) -> Result<Json<Preferences>, Refusal> {
    caller.require(SELF, None)?;
    let before = preference::get(&identity.platform.db, caller.principal.account_id).await?;
    let after = Preferences {
        language: change.language.unwrap_or(before.language),
        theme: change.theme.unwrap_or(before.theme),
        density: change.density.unwrap_or(before.density),
    };
    if after != before {
        identity
            .set_preferences(&caller.principal, &Actor::from(&caller), &after)
            .await?;
    }
    Ok(Json(after))
}

/// A new password, with the present one as proof.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    /// Present password.
    #[schema(value_type = String, format = Password)]
    current: Password,
    /// New password.
    #[schema(value_type = String, format = Password)]
    new: Password,
}

/// Changes the own password; other sessions of the account end.
#[utoipa::path(post, path = "/me/password", tag = "identity", operation_id = "change_password",
    summary = "Change my password · Đổi mật khẩu", request_body = PasswordChange,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn change_password(
    State(identity): State<Identity>,
    caller: Caller,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    let actor = Actor::from(&caller);
    identity
        .change_own_password(&caller.principal, &actor, change.current, change.new)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
