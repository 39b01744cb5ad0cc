//! Documents: lists, detail, content, and what their parties do with them.
//!
//! Owns: `/documents` but for composing (`compose.rs`).
//! Not here: rules of states (`service/`).
//! Invariant: content leaves only after the audit event of its opening is durable.

use axum::{
    extract::{Path, State},
    response::Response,
};
use lgsp_model::{CopyId, DocumentId};
use lgsp_platform::{
    http::{Caller, Json, Page, ProblemBody, Query, Refusal},
    journal,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    BODY_READ, DOCUMENT_PROCESS, DOCUMENT_READ, DOCUMENT_RESEND, DOCUMENT_SEND, download, official,
};
use crate::{
    Exchange, Result,
    query::views::{DocumentDetail, DocumentFilter, DocumentItem},
};

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(list_documents))
        .routes(routes!(get_document))
        .routes(routes!(get_document_raw))
        .routes(routes!(get_attachment))
        .routes(routes!(set_copy_status))
        .routes(routes!(revoke_document))
        .routes(routes!(resend_document))
}

/// Lists documents, newest first.
#[utoipa::path(get, path = "/documents", tag = "documents", operation_id = "list_documents",
    summary = "List documents · Liệt kê văn bản", params(DocumentFilter),
    responses((status = 200, body = Page<DocumentItem>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.read"))))]
async fn list_documents(
    State(exchange): State<Exchange>,
    Query(filter): Query<DocumentFilter>,
    caller: Caller,
) -> Result<Json<Page<DocumentItem>>, Refusal> {
    let scope = caller.scope(DOCUMENT_READ)?;
    Ok(Json(exchange.documents(&filter, scope.as_deref()).await?))
}

/// Gives a document with its copies and its way. Copies of agencies without a system of their
/// own count as fetched when somebody who may process them looks.
#[utoipa::path(get, path = "/documents/{id}", tag = "documents", operation_id = "get_document",
    summary = "Get a document · Xem một văn bản",
    params(("id" = Uuid, Path, description = "Our identifier")),
    responses((status = 200, body = DocumentDetail), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.read"))))]
async fn get_document(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
) -> Result<Json<DocumentDetail>, Refusal> {
    let scope = caller.scope(DOCUMENT_READ)?;
    let detail = exchange.document(DocumentId(id), scope.as_deref()).await?;
    let opened = opened_copies(&exchange, &caller, &detail);
    if opened.is_empty() {
        return Ok(Json(detail));
    }
    for copy in opened {
        exchange.mark_read(&official(&caller), copy).await?;
    }
    Ok(Json(
        exchange.document(DocumentId(id), scope.as_deref()).await?,
    ))
}

/// Unread copies in mailboxes that the caller serves at the console.
fn opened_copies(exchange: &Exchange, caller: &Caller, detail: &DocumentDetail) -> Vec<CopyId> {
    let directory = exchange.directory();
    detail
        .copies
        .iter()
        .filter(|copy| copy.transport == "mailbox" && copy.fetched_at.is_none())
        // A system fetches by itself; a look at the console must not take that from it.
        .filter(|copy| directory.owner_of(&copy.to.agency).is_none())
        .filter(|copy| caller.may(DOCUMENT_PROCESS, Some(&copy.to.agency)))
        .map(|copy| CopyId(copy.id))
        .collect()
}

/// Gives the message as it was received.
#[utoipa::path(get, path = "/documents/{id}/raw", tag = "documents",
    operation_id = "get_document_raw", summary = "Download the message · Tải gói tin gốc",
    params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/xml", body = String),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.body.read"))))]
async fn get_document_raw(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
) -> Result<Response, Refusal> {
    let scope = caller.scope(BODY_READ)?;
    let rendered = exchange.raw(DocumentId(id), scope.as_deref()).await?;
    note_opening(&exchange, &caller, id, None).await?;
    let name = format!("{id}.edxml");
    Ok(download::attachment(&name, "application/xml", rendered))
}

/// Gives a file of a document, unpacked.
#[utoipa::path(get, path = "/documents/{id}/attachments/{index}", tag = "documents",
    operation_id = "get_attachment", summary = "Download an attachment · Tải tệp đính kèm",
    params(("id" = Uuid, Path), ("index" = usize, Path, description = "Position, from 0")),
    responses((status = 200, content_type = "application/octet-stream", body = String),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.body.read"))))]
async fn get_attachment(
    State(exchange): State<Exchange>,
    Path((id, index)): Path<(Uuid, usize)>,
    caller: Caller,
) -> Result<Response, Refusal> {
    let scope = caller.scope(BODY_READ)?;
    let (item, rendered) = exchange
        .attachment(DocumentId(id), index, scope.as_deref())
        .await?;
    note_opening(&exchange, &caller, id, Some(index)).await?;
    Ok(download::attachment(&item.name, &item.media_type, rendered))
}

/// The audit event of an opening; without it nothing is opened.
async fn note_opening(
    exchange: &Exchange,
    caller: &Caller,
    id: Uuid,
    index: Option<usize>,
) -> Result<()> {
    let event = caller
        .audit("document.opened", "document", id.to_string())
        .with_detail(serde_json::json!({"attachment": index}));
    let tx = exchange.platform().db.begin().await?;
    journal::append(&*tx, [event]).await?;
    Ok(tx.commit().await?)
}

/// A status that an official sends for a receiver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CopyStatus {
    /// Two digits, `01` to `16`.
    code: String,
    /// Free text, for example why a document is refused.
    description: Option<String>,
}

/// What an act changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct ActResult {
    /// The copy.
    pub copy_id: Uuid,
    /// The status message that was written.
    pub doc_id: String,
    /// State of the copy now.
    pub state: String,
}

/// Answers for the receiver of a copy; a status message goes to the sender.
#[utoipa::path(post, path = "/documents/{id}/copies/{copy}/status", tag = "documents",
    operation_id = "set_copy_status", summary = "Set the status · Cập nhật trạng thái xử lý",
    params(("id" = Uuid, Path), ("copy" = Uuid, Path)), request_body = CopyStatus,
    responses((status = 200, body = ActResult), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.process"))))]
async fn set_copy_status(
    State(exchange): State<Exchange>,
    Path((id, copy)): Path<(Uuid, Uuid)>,
    caller: Caller,
    Json(body): Json<CopyStatus>,
) -> Result<Json<ActResult>, Refusal> {
    let (id, copy) = (DocumentId(id), CopyId(copy));
    let agency = exchange.copy_agency(id, copy).await?;
    caller.require(DOCUMENT_PROCESS, Some(&agency))?;
    let acted = exchange
        .act_as_recipient(&official(&caller), id, copy, &body.code, body.description)
        .await?;
    Ok(Json(ActResult {
        copy_id: acted.copy.0,
        doc_id: acted.doc_id,
        state: acted.state,
    }))
}

/// Why a document is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Revocation {
    /// The reason; receivers read it.
    reason: String,
}

/// A message that was sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SentResult {
    /// The document.
    pub id: Option<Uuid>,
    /// Identifier for the sender.
    pub doc_id: String,
}

impl From<crate::service::Submitted> for SentResult {
    fn from(submitted: crate::service::Submitted) -> Self {
        Self {
            id: submitted.document.map(|document| document.0),
            doc_id: submitted.doc_id,
        }
    }
}

/// Revokes a document at all its receivers.
#[utoipa::path(post, path = "/documents/{id}/revoke", tag = "documents",
    operation_id = "revoke_document", summary = "Revoke a document · Thu hồi văn bản",
    params(("id" = Uuid, Path)), request_body = Revocation,
    responses((status = 200, body = SentResult), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.send"))))]
async fn revoke_document(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
    Json(body): Json<Revocation>,
) -> Result<Json<SentResult>, Refusal> {
    let agency = exchange.sender_agency(DocumentId(id)).await?;
    caller.require(DOCUMENT_SEND, Some(&agency))?;
    let submitted = exchange
        .revoke(&official(&caller), DocumentId(id), body.reason)
        .await?;
    Ok(Json(submitted.into()))
}

/// Which copies are sent again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Resend {
    /// One copy; all that failed when absent.
    copy: Option<Uuid>,
}

/// How many copies are under way again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct ResendResult {
    /// Copies.
    pub resent: usize,
}

/// Sends copies again whose delivery is dead, cancelled or failed.
#[utoipa::path(post, path = "/documents/{id}/resend", tag = "documents",
    operation_id = "resend_document", summary = "Send again · Gửi lại văn bản",
    params(("id" = Uuid, Path)), request_body = Resend,
    responses((status = 200, body = ResendResult), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.resend"))))]
async fn resend_document(
    State(exchange): State<Exchange>,
    Path(id): Path<Uuid>,
    caller: Caller,
    Json(body): Json<Resend>,
) -> Result<Json<ResendResult>, Refusal> {
    let agency = exchange.sender_agency(DocumentId(id)).await?;
    caller.require(DOCUMENT_RESEND, Some(&agency))?;
    let resent = exchange
        .resend(&official(&caller), DocumentId(id), body.copy.map(CopyId))
        .await?;
    Ok(Json(ResendResult { resent }))
}
