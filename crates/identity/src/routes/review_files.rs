//! `/reviews/{id}/files`: the signed result of a closed review; the key that checks it.
//!
//! Owns: listing and giving files and signatures, `/.well-known/lgsp-file-keys`.
//! Not here: making them (`people/result/`).
//! Follows: docs/specs/signed-files.md.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};

use super::reviews::find;
use crate::{
    Identity,
    people::result::{TABLE, rows::ReviewFile},
    roles::{DATA_EXPORT, REVIEW_READ},
};

/// What is added to the name of a file to name its signature.
const SIGNATURE: &str = ".jws";
/// How long others may keep the public key, in seconds: it does not turn.
const KEYS_FRESH: &str = "public, max-age=3600";

/// Lists the signed files of a review; none while it is open.
#[utoipa::path(get, path = "/reviews/{id}/files", tag = "identity",
    operation_id = "list_review_files",
    summary = "Signed files of a review · Các tệp kết quả đã ký",
    params(("id" = String, Path, description = "Review")),
    responses((status = 200, body = Page<ReviewFile>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.review.read"))))]
pub(super) async fn list_files(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Page<ReviewFile>>, Refusal> {
    caller.scope(REVIEW_READ)?;
    let review = find(&identity, &caller, &id).await?;
    Ok(Json(Page::whole(identity.review_files(review.id).await?)))
}

/// Gives a file of a closed review, or its signature: `result.csv`, `result.pdf`, and the same with
/// `.jws`.
#[utoipa::path(get, path = "/reviews/{id}/files/{file}", tag = "identity",
    operation_id = "get_review_file",
    summary = "A signed file of a review · Tải tệp kết quả đã ký",
    params(("id" = String, Path, description = "Review"),
        ("file" = String, Path, description = "`result.csv`, `result.pdf`, or one of them with `.jws`")),
    responses((status = 200, content(
            (Vec<u8> = "application/pdf"), (String = "text/csv"), (String = "application/jose"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.data.export"))))]
pub(super) async fn get_file(
    State(identity): State<Identity>,
    Path((id, file)): Path<(String, String)>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.scope(DATA_EXPORT)?;
    let review = find(&identity, &caller, &id).await?;
    let bare = file.strip_suffix(SIGNATURE);
    let (found, content) = identity
        .review_file(review.id, bare.unwrap_or(&file))
        .await?;
    let kind = match (bare, found.name.as_str()) {
        (Some(_), _) => "application/jose",
        (None, TABLE) => "text/csv; charset=utf-8",
        (None, _) => "application/pdf",
    };
    let content = match bare {
        Some(_) => found.signature.into_bytes(),
        None => content,
    };
    let name = format!("attachment; filename=\"{}-{file}\"", review.agency);
    let mut response = ([(header::CONTENT_TYPE, kind)], content).into_response();
    let headers = response.headers_mut();
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    Ok(response)
}

/// The public key, for everybody: a key that checks is no secret.
pub(crate) fn keys(identity: Identity) -> Router {
    Router::new()
        .route("/.well-known/lgsp-file-keys", get(get_keys))
        .with_state(identity)
}

async fn get_keys(State(identity): State<Identity>) -> Result<Response, Refusal> {
    let keys = identity.file_keys().await?;
    let fresh = [(header::CACHE_CONTROL, KEYS_FRESH)];
    Ok((fresh, Json(keys)).into_response())
}
