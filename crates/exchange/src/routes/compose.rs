//! Composing and sending a document from the console, files included.
//!
//! Owns: `POST /documents`, reading of its multipart body.
//! Not here: rules of the fields, writing the message (`Exchange::compose`).
//! Invariant: files are streamed to disk within their limits; nothing of a refused request stays.
//! Follows: RFC 7578.

use std::pin::pin;

use axum::{
    extract::{DefaultBodyLimit, Multipart, State, multipart::Field},
    http::StatusCode,
};
use lgsp_platform::{
    Error,
    http::{Caller, Json, ProblemBody, Refusal},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{DOCUMENT_SEND, documents::SentResult, official};
use crate::{
    Exchange,
    service::{ComposeFile, ComposeRequest},
};

/// Largest JSON of the part `document`.
pub(super) const DOCUMENT_PART_BYTES_MAX: u64 = 262_144;
/// Most files of one document; the codec's own limit.
pub(super) const FILES_MAX: usize = 100;
/// What multipart puts around the parts, at most.
const FRAME_BYTES_MAX: u64 = 262_144;
/// The route's own ceiling, above the largest message that settings may allow (200 MiB).
const REQUEST_BYTES_MAX: usize = 210 * 1_048_576;

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new()
        .routes(routes!(compose_document))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
}

/// Body of composing.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart body in the API document")]
struct ComposeBody {
    /// What is written.
    document: ComposeRequest,
    /// Files, any number.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<u8>,
}

/// Writes a document, stores it and sends it.
#[utoipa::path(post, path = "/documents", tag = "documents", operation_id = "compose_document",
    summary = "Compose and send · Soạn và gửi văn bản",
    request_body(content = ComposeBody, content_type = "multipart/form-data"),
    responses((status = 201, body = SentResult), (status = 413, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.document.send"))))]
async fn compose_document(
    State(exchange): State<Exchange>,
    caller: Caller,
    multipart: Multipart,
) -> Result<(StatusCode, Json<SentResult>), Refusal> {
    // Whoever may send for nobody is refused before a file is taken in.
    caller.scope(DOCUMENT_SEND)?;
    let (request, files) = read(&exchange, multipart).await?;
    caller.require(DOCUMENT_SEND, Some(&request.from))?;
    let submitted = exchange.compose(&official(&caller), request, files).await?;
    Ok((StatusCode::CREATED, Json(submitted.into())))
}

async fn read(
    exchange: &Exchange,
    mut multipart: Multipart,
) -> Result<(ComposeRequest, Vec<ComposeFile>), Error> {
    let bytes_max = exchange.directory().settings.message_bytes_max;
    let mut left = bytes_max + FRAME_BYTES_MAX;
    let mut request = None;
    let mut files = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("document") if request.is_none() => request = Some(document(field).await?),
            Some("file") => {
                if files.len() >= FILES_MAX {
                    return Err(Error::TooLarge {
                        limit: "FILES_MAX",
                        max: FILES_MAX as u64,
                    });
                }
                let file = file(exchange, field, left).await?;
                left = left.saturating_sub(file.received.size_bytes);
                files.push(file);
            }
            name => {
                let name = name.unwrap_or_default();
                return Err(Error::BadRequest(format!("unexpected part {name}")));
            }
        }
    }
    let request =
        request.ok_or_else(|| Error::BadRequest("the part document is missing".to_owned()))?;
    Ok((request, files))
}

async fn document(mut field: Field<'_>) -> Result<ComposeRequest, Error> {
    let mut text = Vec::new();
    while let Some(part) = field.chunk().await.map_err(unreadable)? {
        text.extend_from_slice(&part);
        if text.len() as u64 > DOCUMENT_PART_BYTES_MAX {
            return Err(Error::TooLarge {
                limit: "DOCUMENT_PART_BYTES_MAX",
                max: DOCUMENT_PART_BYTES_MAX,
            });
        }
    }
    serde_json::from_slice(&text).map_err(|error| Error::BadRequest(format!("document: {error}")))
}

async fn file(exchange: &Exchange, field: Field<'_>, left: u64) -> Result<ComposeFile, Error> {
    let name = field
        .file_name()
        .map(str::to_owned)
        .filter(|name| !name.trim().is_empty())
        .ok_or_else(|| Error::BadRequest("a part file has no file name".to_owned()))?;
    let blobs = &exchange.platform().blobs;
    let received = blobs
        .receive(pin!(field), "message_bytes_max", left)
        .await?;
    Ok(ComposeFile { name, received })
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Error::TooLarge {
            limit: "REQUEST_BYTES_MAX",
            max: REQUEST_BYTES_MAX as u64,
        };
    }
    Error::BadRequest(error.body_text())
}
