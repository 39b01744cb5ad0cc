//! The caller's own sessions, devices, notices, activity, applications and ties.
//!
//! Owns: listing and ending them.
//! Invariant: sessions other than the one that asks are ended only after a fresh proof.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::{Caller, Json, Page, ProblemBody, Refusal},
    journal::query,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::views::SessionView;
use crate::{
    Actor, Application, Error, Identity, Tie,
    roles::{SELF, SELF_SECURE},
    sessions::session_id,
    tables::{
        device::Device,
        notice::{Notice, NoticeKind},
    },
};

/// Events of the own activity in one answer.
const EVENTS_SHOWN: u32 = 100;

/// A browser that signed in before.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceView {
    /// Identifier.
    id: Uuid,
    /// When it first signed in.
    created_at: Timestamp,
    /// When it last signed in.
    last_seen_at: Timestamp,
    /// From which address it last did.
    address: Option<String>,
    /// What the browser calls itself.
    user_agent: Option<String>,
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        Self {
            id: device.id,
            created_at: device.created_at,
            last_seen_at: device.last_seen_at,
            address: device.address,
            user_agent: device.user_agent,
        }
    }
}

/// Something that the person should know of the own account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NoticeView {
    /// Identifier.
    id: Uuid,
    /// What happened.
    kind: NoticeKind,
    /// When.
    at: Timestamp,
    /// From which address.
    address: Option<String>,
    /// The thing concerned; empty when there is none.
    subject: String,
    /// When the person saw it.
    seen_at: Option<Timestamp>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        Self {
            id: notice.id,
            kind: notice.kind,
            at: notice.at,
            address: notice.address,
            subject: notice.subject,
            seen_at: notice.seen_at,
        }
    }
}

/// Lists the caller's live sessions, newest first.
#[utoipa::path(get, path = "/me/sessions", tag = "identity", operation_id = "list_my_sessions",
    summary = "My sessions · Phiên đăng nhập của tôi",
    responses((status = 200, body = Page<SessionView>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_my_sessions(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<SessionView>>, Refusal> {
    caller.require(SELF, None)?;
    let sessions = identity.sessions(caller.principal.account_id).await?;
    let items = sessions.into_iter().map(SessionView::from).collect();
    Ok(Json(Page::whole(items)))
}

/// Ends all sessions of the caller but the one that asks.
#[utoipa::path(delete, path = "/me/sessions", tag = "identity",
    operation_id = "end_my_other_sessions",
    summary = "End my other sessions · Kết thúc các phiên khác của tôi",
    responses((status = 204), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn end_my_other_sessions(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    let kept = identity.fresh_session(&caller.principal).await?.id;
    let account = identity.account(caller.principal.account_id).await?;
    let actor = Actor::from(&caller);
    identity.end_other_sessions(&actor, &account, kept).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of the caller's sessions.
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "identity",
    operation_id = "end_my_session", summary = "End a session of mine · Kết thúc một phiên",
    params(("id" = String, Path, description = "Session")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn end_my_session(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    let id: Uuid = id.parse().map_err(|_| Error::SessionNotFound)?;
    if session_id(&caller.principal) != Some(id) {
        identity.fresh_session(&caller.principal).await?;
    }
    let account = identity.account(caller.principal.account_id).await?;
    let actor = Actor::from(&caller);
    identity.end_session_of(&actor, &account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the browsers in which the caller signed in, the last used first.
#[utoipa::path(get, path = "/me/devices", tag = "identity", operation_id = "list_my_devices",
    summary = "My devices · Thiết bị của tôi",
    responses((status = 200, body = Page<DeviceView>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_my_devices(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<DeviceView>>, Refusal> {
    caller.require(SELF, None)?;
    let devices = identity.devices(caller.principal.account_id).await?;
    let items = devices.into_iter().map(DeviceView::from).collect();
    Ok(Json(Page::whole(items)))
}

/// Forgets a browser.
#[utoipa::path(delete, path = "/me/devices/{id}", tag = "identity",
    operation_id = "forget_my_device", summary = "Forget a device · Bỏ một thiết bị",
    params(("id" = String, Path, description = "Device")),
    responses((status = 204), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn forget_my_device(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    let id: Uuid = id.parse().map_err(|_| Error::DeviceNotFound)?;
    let account = identity.account(caller.principal.account_id).await?;
    let actor = Actor::from(&caller);
    identity.forget_device(&actor, &account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists what happened to the caller's account, newest first. Mail is not available yet.
#[utoipa::path(get, path = "/me/notices", tag = "identity", operation_id = "list_my_notices",
    summary = "My notices · Thông báo về tài khoản của tôi",
    responses((status = 200, body = Page<NoticeView>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_my_notices(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<NoticeView>>, Refusal> {
    caller.require(SELF, None)?;
    let notices = identity.notices(caller.principal.account_id).await?;
    let items = notices.into_iter().map(NoticeView::from).collect();
    Ok(Json(Page::whole(items)))
}

/// Marks the caller's notices as seen.
#[utoipa::path(post, path = "/me/notices/seen", tag = "identity",
    operation_id = "see_my_notices", summary = "I saw my notices · Đã xem các thông báo",
    responses((status = 204), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn see_my_notices(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    identity.see_notices(caller.principal.account_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists what the journal noted under the caller's name, newest first.
#[utoipa::path(get, path = "/me/activity", tag = "identity", operation_id = "list_my_activity",
    summary = "My activity · Hoạt động của tôi",
    responses((status = 200, body = Page<query::Entry>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_my_activity(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<query::Entry>>, Refusal> {
    caller.require(SELF, None)?;
    let filter = query::Filter {
        class: Some("audit".to_owned()),
        actor: Some(caller.principal.username.clone()),
        ..query::Filter::default()
    };
    let items = query::list(&identity.platform.db, &filter, EVENTS_SHOWN).await?;
    Ok(Json(Page::whole(items)))
}

/// Lists the applications that the caller may open.
#[utoipa::path(get, path = "/me/applications", tag = "identity",
    operation_id = "list_my_applications", summary = "My applications · Ứng dụng của tôi",
    responses((status = 200, body = Page<Application>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_my_applications(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<Application>>, Refusal> {
    caller.require(SELF, None)?;
    let items = identity.applications(&caller.principal).await;
    Ok(Json(Page::whole(items)))
}

/// Lists the caller's consents and linked accounts.
#[utoipa::path(get, path = "/me/ties", tag = "identity", operation_id = "list_my_ties",
    summary = "My consents and links · Ứng dụng đã cho phép và tài khoản liên kết",
    responses((status = 200, body = Page<Tie>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_my_ties(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<Page<Tie>>, Refusal> {
    caller.require(SELF, None)?;
    let items = identity.ties_of(caller.principal.account_id).await;
    Ok(Json(Page::whole(items)))
}

/// Withdraws a consent, or ends a link.
#[utoipa::path(delete, path = "/me/ties/{id}", tag = "identity", operation_id = "remove_my_tie",
    summary = "Withdraw a consent or link · Thu hồi cho phép hoặc liên kết",
    params(("id" = String, Path, description = "Consent or link")),
    responses((status = 204), (status = 401, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn remove_my_tie(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    let actor = Actor::from(&caller);
    identity.untie(&actor, &caller.principal, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
