//! Mailboxes of officials at the console.
//!
//! Owns: `/mailbox`.

use axum::extract::State;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::DOCUMENT_READ;
use crate::{
    Exchange,
    query::views::{MailboxEntry, MailboxFilter},
};

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new().routes(routes!(list_mailbox))
}

/// Lists what came for the agencies of the caller.
#[utoipa::path(get, path = "/mailbox", tag = "documents", operation_id = "list_mailbox",
    summary = "List the mailbox · Liệt kê hộp văn bản đến", params(MailboxFilter),
    responses((status = 200, body = Page<MailboxEntry>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.read"))))]
async fn list_mailbox(
    State(exchange): State<Exchange>,
    Query(filter): Query<MailboxFilter>,
    caller: Caller,
) -> Result<Json<Page<MailboxEntry>>, Refusal> {
    let scope = caller.scope(DOCUMENT_READ)?;
    Ok(Json(
        exchange.mailbox_entries(&filter, scope.as_deref()).await?,
    ))
}
