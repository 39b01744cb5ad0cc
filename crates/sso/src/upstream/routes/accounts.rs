//! Links and citizen numbers of other accounts, for administrators.
//!
//! Owns: `/accounts/{id}/external-identities`, `/accounts/{id}/citizen-number`.
//! Invariant: a citizen number goes in and never comes out again but for its last digits.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_identity::Actor;
use lgsp_platform::{
    http::{Caller, Json, Page, ProblemBody, Refusal},
    journal,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    LINK_READ, LINK_WRITE, account_managed, account_within,
    me::{ExternalIdentityView, views},
};
use crate::upstream::{
    Upstream,
    claims::{is_citizen_number, masked},
    error::Error,
    tables,
};

/// Lists the providers that an account is linked to.
#[utoipa::path(get, path = "/accounts/{id}/external-identities", tag = "upstream",
    operation_id = "list_external_identities",
    summary = "Linked providers of an account · Nhà cung cấp đã nối với tài khoản",
    params(("id" = String, Path)),
    responses((status = 200, body = Page<ExternalIdentityView>),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.external_identity.read"))))]
pub(super) async fn list_links(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Page<ExternalIdentityView>>, Refusal> {
    caller.scope(LINK_READ)?;
    let account = account_within(&upstream, &caller, &id, LINK_READ).await?;
    Ok(Json(views(&upstream, account.id).await?))
}

/// Ends a link of an account; its sessions end too.
#[utoipa::path(delete, path = "/accounts/{id}/external-identities/{link}", tag = "upstream",
    operation_id = "unlink_external_identity",
    summary = "Unlink an account · Gỡ liên kết của tài khoản",
    params(("id" = String, Path), ("link" = Uuid, Path)),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.external_identity.write"))))]
pub(super) async fn unlink(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path((id, link)): Path<(String, Uuid)>,
) -> Result<StatusCode, Refusal> {
    caller.scope(LINK_WRITE)?;
    let account = account_managed(&upstream, &caller, &id).await?;
    let actor = Actor::from(&caller);
    upstream.unlink(&account, link, &actor).await?;
    let ended = upstream.identity.end_sessions(&actor, &account).await;
    ended.map_err(Error::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The citizen number of an account as it may be shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CitizenNumber {
    /// Its last digits; absent when none is known.
    masked: Option<String>,
}

/// Tells whether an account's citizen number is known, and its last digits.
#[utoipa::path(get, path = "/accounts/{id}/citizen-number", tag = "upstream",
    operation_id = "get_citizen_number",
    summary = "Citizen number of an account · Số định danh của tài khoản",
    params(("id" = String, Path)),
    responses((status = 200, body = CitizenNumber), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.external_identity.read"))))]
pub(super) async fn get_citizen_number(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<CitizenNumber>, Refusal> {
    caller.scope(LINK_READ)?;
    let account = account_within(&upstream, &caller, &id, LINK_READ).await?;
    let sealed = tables::sealed_number(&upstream.platform.db, account.id).await?;
    let opened = sealed.map(|sealed| upstream.sealing.unseal(account.id.0, &sealed));
    let opened = opened.transpose()?;
    let masked = opened.map(|number| masked(&String::from_utf8_lossy(&number)));
    Ok(Json(CitizenNumber { masked }))
}

/// A citizen number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCitizenNumber {
    /// Twelve digits.
    #[schema(format = Password)]
    citizen_number: String,
}

/// Notes the citizen number of an account, so that its person can link the national sign-on.
#[utoipa::path(put, path = "/accounts/{id}/citizen-number", tag = "upstream",
    operation_id = "put_citizen_number",
    summary = "Set a citizen number · Ghi số định danh", request_body = NewCitizenNumber,
    params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.external_identity.write"))))]
pub(super) async fn put_citizen_number(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<NewCitizenNumber>,
) -> Result<StatusCode, Refusal> {
    caller.scope(LINK_WRITE)?;
    let account = account_managed(&upstream, &caller, &id).await?;
    let number = body.citizen_number.trim();
    if !is_citizen_number(number) {
        return Err(Error::NumberForm.into());
    }
    let sealed = upstream.seal_number(account.id, number)?;
    let db = &upstream.platform.db;
    let tx = db.begin().await?;
    tables::put_number(db, &*tx, account.id, sealed, caller.now).await?;
    let actor = Actor::from(&caller);
    let event = upstream.account_event(&actor, "account.citizen_number_set", &account);
    journal::append(&*tx, [event]).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets the citizen number of an account.
#[utoipa::path(delete, path = "/accounts/{id}/citizen-number", tag = "upstream",
    operation_id = "delete_citizen_number",
    summary = "Forget a citizen number · Xóa số định danh", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.external_identity.write"))))]
pub(super) async fn delete_citizen_number(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    caller.scope(LINK_WRITE)?;
    let account = account_managed(&upstream, &caller, &id).await?;
    let db = &upstream.platform.db;
    let tx = db.begin().await?;
    if tables::delete_number(db, &*tx, account.id).await? {
        let actor = Actor::from(&caller);
        let event = upstream.account_event(&actor, "account.citizen_number_removed", &account);
        journal::append(&*tx, [event]).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
