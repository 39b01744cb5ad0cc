//! The caller's own factors.
//!
//! Owns: listing, enrolling and removing them; recovery codes.
//! Invariant: everything but the list needs a session that was proved within five minutes;
//! otherwise `identity.session.insufficient_user_authentication`, and the console sends the
//! person to `/sign-in?again=1&next=…`.
//! Follows: RFC 9470.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_platform::http::{Caller, Json, ProblemBody, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::factors::FactorView;
use crate::{
    Actor, Error, Identity,
    factors::{Enrolled, Registration},
    roles::{SELF, SELF_SECURE},
    tables::account::Account,
};

/// The factors of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MyFactors {
    /// The factors, oldest first.
    items: Vec<FactorView>,
    /// Recovery codes that are unused.
    recovery_codes_left: i64,
    /// Whether browsers can use passkeys at this installation's address.
    has_passkeys: bool,
}

/// An application that is being enrolled.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TotpBegun {
    /// The factor to confirm.
    id: Uuid,
    /// The seed as a person types it.
    secret: String,
    /// The address that an application reads.
    address: String,
    /// The same as a picture, SVG.
    picture: Option<String>,
}

/// A code that shows that the application works.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TotpConfirmation {
    /// Six digits.
    code: String,
    /// What its owner calls it.
    #[serde(default)]
    label: String,
}

/// A new passkey, as the browser made it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPasskey {
    /// What its owner calls it.
    #[serde(default)]
    label: String,
    /// `clientDataJSON`, base64url.
    client_data: String,
    /// `attestationObject`, base64url.
    attestation: String,
}

/// A factor that was just enrolled.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EnrolledView {
    /// The factor.
    factor: FactorView,
    /// Recovery codes, with the first factor; shown once.
    recovery_codes: Vec<String>,
}

/// Recovery codes that were just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    /// The codes; shown once.
    recovery_codes: Vec<String>,
}

impl From<Enrolled> for EnrolledView {
    fn from(enrolled: Enrolled) -> Self {
        Self {
            factor: enrolled.factor.into(),
            recovery_codes: enrolled.recovery_codes,
        }
    }
}

/// The own account, for a change that needs a fresh proof.
async fn proved(identity: &Identity, caller: &Caller) -> Result<(Actor, Account), Refusal> {
    caller.require(SELF_SECURE, None)?;
    identity.fresh_session(&caller.principal).await?;
    let account = identity.account(caller.principal.account_id).await?;
    Ok((Actor::from(caller), account))
}

/// Lists the caller's factors.
#[utoipa::path(get, path = "/me/factors", tag = "identity", operation_id = "list_my_factors",
    summary = "My factors · Yếu tố xác thực của tôi",
    responses((status = 200, body = MyFactors), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_my_factors(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<MyFactors>, Refusal> {
    caller.require(SELF, None)?;
    let id = caller.principal.account_id;
    let factors = identity.factors(id).await?;
    Ok(Json(MyFactors {
        items: factors.into_iter().map(FactorView::from).collect(),
        recovery_codes_left: identity.recovery_codes_left(id).await?,
        has_passkeys: identity.has_passkeys(),
    }))
}

/// Begins to enrol an authenticator application.
#[utoipa::path(post, path = "/me/factors/totp", tag = "identity", operation_id = "begin_my_totp",
    summary = "Begin an authenticator application · Bắt đầu thêm ứng dụng xác thực",
    responses((status = 201, body = TotpBegun), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn begin_my_totp(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<(StatusCode, Json<TotpBegun>), Refusal> {
    let (actor, account) = proved(&identity, &caller).await?;
    let begun = identity.begin_totp(&actor, &account).await?;
    let view = TotpBegun {
        id: begun.factor,
        secret: begun.secret.to_string(),
        address: begun.address.to_string(),
        picture: begun.picture.map(|picture| picture.to_string()),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Confirms an authenticator application by a code that it shows.
#[utoipa::path(post, path = "/me/factors/totp/{id}/confirm", tag = "identity",
    operation_id = "confirm_my_totp",
    summary = "Confirm an authenticator application · Xác nhận ứng dụng xác thực",
    params(("id" = String, Path, description = "Factor")), request_body = TotpConfirmation,
    responses((status = 200, body = EnrolledView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn confirm_my_totp(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<TotpConfirmation>,
) -> Result<Json<EnrolledView>, Refusal> {
    let (actor, account) = proved(&identity, &caller).await?;
    let id: Uuid = id.parse().map_err(|_| Error::FactorNotFound)?;
    let named = (id, body.label.as_str());
    let enrolled = identity
        .confirm_totp(&actor, &account, named, &body.code)
        .await?;
    Ok(Json(enrolled.into()))
}

/// What to ask the browser for a new passkey: the argument of `navigator.credentials.create`,
/// with base64url for bytes.
#[utoipa::path(post, path = "/me/factors/passkey/options", tag = "identity",
    operation_id = "begin_my_passkey", summary = "Begin a passkey · Bắt đầu thêm khóa truy cập",
    responses((status = 200, body = Object), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn begin_my_passkey(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Value>, Refusal> {
    let (_, account) = proved(&identity, &caller).await?;
    Ok(Json(identity.passkey_creation(&account).await?))
}

/// Stores a passkey that the browser made.
#[utoipa::path(post, path = "/me/factors/passkey", tag = "identity",
    operation_id = "register_my_passkey", summary = "Add a passkey · Thêm khóa truy cập",
    request_body = NewPasskey,
    responses((status = 201, body = EnrolledView), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn register_my_passkey(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<NewPasskey>,
) -> Result<(StatusCode, Json<EnrolledView>), Refusal> {
    let (actor, account) = proved(&identity, &caller).await?;
    let answer = Registration {
        client_data: body.client_data,
        attestation: body.attestation,
    };
    let enrolled = identity
        .register_passkey(&actor, &account, &body.label, &answer)
        .await?;
    Ok((StatusCode::CREATED, Json(enrolled.into())))
}

/// Removes an own factor.
#[utoipa::path(delete, path = "/me/factors/{id}", tag = "identity",
    operation_id = "remove_my_factor", summary = "Remove a factor · Gỡ yếu tố xác thực",
    params(("id" = String, Path, description = "Factor")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn remove_my_factor(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let (actor, account) = proved(&identity, &caller).await?;
    let id: Uuid = id.parse().map_err(|_| Error::FactorNotFound)?;
    identity.remove_factor(&actor, &account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes new recovery codes; the old ones are void.
#[utoipa::path(post, path = "/me/recovery-codes", tag = "identity",
    operation_id = "renew_my_recovery_codes",
    summary = "New recovery codes · Tạo bộ mã khôi phục mới",
    responses((status = 201, body = RecoveryCodes), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn renew_my_recovery_codes(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<(StatusCode, Json<RecoveryCodes>), Refusal> {
    let (actor, account) = proved(&identity, &caller).await?;
    let recovery_codes = identity.renew_recovery_codes(&actor, &account).await?;
    Ok((StatusCode::CREATED, Json(RecoveryCodes { recovery_codes })))
}
