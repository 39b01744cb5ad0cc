//! `/reviews`: the six-monthly review of accounts.
//!
//! Owns: opening, listing, deciding, closing, the lines as CSV.
//! Not here: the rules (`people/review.rs`), the signed result (`review_files.rs`).

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{group_members::MemberFilter, reach};
use crate::{
    Actor, Error, Identity, PeopleError,
    people::{
        result,
        review_rows::{self, ReviewCampaign, ReviewDecision, ReviewLine},
    },
    roles::{ACCOUNT_WRITE, DATA_EXPORT, REVIEW_READ, REVIEW_WRITE},
};

pub(super) async fn find(
    identity: &Identity,
    caller: &Caller,
    id: &str,
) -> Result<ReviewCampaign, Error> {
    let id: Uuid = id.parse().map_err(|_| PeopleError::ReviewNotFound)?;
    let found = identity.review(id).await?;
    match caller.may(REVIEW_READ, Some(&found.agency)) {
        true => Ok(found),
        false => Err(PeopleError::ReviewNotFound.into()),
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReviewFilter {
    /// Where the page starts; from `next_cursor` of the page before.
    cursor: Option<Uuid>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists reviews of the caller's subtree, newest first.
#[utoipa::path(get, path = "/reviews", tag = "identity", operation_id = "list_reviews",
    summary = "List reviews · Liệt kê đợt rà soát", params(ReviewFilter),
    responses((status = 200, body = Page<ReviewCampaign>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.review.read"))))]
pub(super) async fn list_reviews(
    State(identity): State<Identity>,
    Query(filter): Query<ReviewFilter>,
    caller: Caller,
) -> Result<Json<Page<ReviewCampaign>>, Refusal> {
    let known = review_rows::agencies(&identity.platform.db);
    let agencies = reach::agencies(&identity, &caller, (REVIEW_READ, None), known).await?;
    let size = limit(filter.limit);
    let found = identity.reviews(agencies.as_deref(), filter.cursor, size + 1);
    let cursor = |campaign: &ReviewCampaign| campaign.id.to_string();
    Ok(Json(Page::cut(found.await?, size, cursor)))
}

/// Gives one review.
#[utoipa::path(get, path = "/reviews/{id}", tag = "identity", operation_id = "get_review",
    summary = "Get a review · Xem một đợt rà soát",
    params(("id" = String, Path, description = "Review")),
    responses((status = 200, body = ReviewCampaign), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.review.read"))))]
pub(super) async fn get_review(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<ReviewCampaign>, Refusal> {
    caller.scope(REVIEW_READ)?;
    Ok(Json(find(&identity, &caller, &id).await?))
}

/// A wished review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenReview {
    /// The unit; those below it are reviewed too.
    agency: String,
    /// When it should be done; 30 days ahead when absent.
    due_at: Option<Timestamp>,
}

/// Opens a review of a unit, with a line for each account.
#[utoipa::path(post, path = "/reviews", tag = "identity", operation_id = "open_review",
    summary = "Open a review · Mở đợt rà soát", request_body = OpenReview,
    responses((status = 201, body = ReviewCampaign), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.review.write"))))]
pub(super) async fn open_review(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<OpenReview>,
) -> Result<(StatusCode, Json<ReviewCampaign>), Refusal> {
    let agency = body.agency.trim();
    caller.require(REVIEW_WRITE, Some(agency))?;
    let actor = Actor::from(&caller);
    let made = identity.open_review(&actor, agency, body.due_at).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Lists the lines of a review, by user name.
#[utoipa::path(get, path = "/reviews/{id}/lines", tag = "identity",
    operation_id = "list_review_lines", summary = "Lines of a review · Các dòng rà soát",
    params(("id" = String, Path, description = "Review"), MemberFilter),
    responses((status = 200, body = Page<ReviewLine>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.review.read"))))]
pub(super) async fn list_lines(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    Query(filter): Query<MemberFilter>,
    caller: Caller,
) -> Result<Json<Page<ReviewLine>>, Refusal> {
    caller.scope(REVIEW_READ)?;
    let campaign = find(&identity, &caller, &id).await?;
    let (after, size) = filter.place();
    let lines = identity.review_lines(campaign.id, &after, size + 1).await?;
    Ok(Json(Page::cut(lines, size, |line: &ReviewLine| {
        line.username.clone()
    })))
}

/// What is decided on a line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideLine {
    /// Keep, change or lock.
    decision: ReviewDecision,
    /// What is said to it.
    note: Option<String>,
}

/// Decides on an account of a review; a lock is in force at once.
#[utoipa::path(post, path = "/reviews/{id}/lines/{account}", tag = "identity",
    operation_id = "decide_review_line", summary = "Decide a line · Kết luận một dòng rà soát",
    params(("id" = String, Path, description = "Review"),
        ("account" = String, Path, description = "Account")),
    request_body = DecideLine,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.review.write"))))]
pub(super) async fn decide_line(
    State(identity): State<Identity>,
    Path((id, account)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<DecideLine>,
) -> Result<StatusCode, Refusal> {
    caller.scope(REVIEW_WRITE)?;
    let campaign = find(&identity, &caller, &id).await?;
    let permission = match body.decision {
        ReviewDecision::Lock => ACCOUNT_WRITE,
        ReviewDecision::Keep | ReviewDecision::Change => REVIEW_WRITE,
    };
    let account = reach::manageable(&identity, &caller, &account, permission).await?;
    caller.require(REVIEW_WRITE, Some(&campaign.agency))?;
    let actor = Actor::from(&caller);
    let decided = (body.decision, body.note);
    identity
        .decide_line(&actor, &campaign, &account, decided)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes a review whose lines are all decided.
#[utoipa::path(post, path = "/reviews/{id}/close", tag = "identity",
    operation_id = "close_review", summary = "Close a review · Đóng đợt rà soát",
    params(("id" = String, Path, description = "Review")),
    responses((status = 200, body = ReviewCampaign), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.review.write"))))]
pub(super) async fn close_review(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<ReviewCampaign>, Refusal> {
    caller.scope(REVIEW_WRITE)?;
    let campaign = find(&identity, &caller, &id).await?;
    caller.require(REVIEW_WRITE, Some(&campaign.agency))?;
    let actor = Actor::from(&caller);
    Ok(Json(identity.close_review(&actor, &campaign).await?))
}

/// Gives the lines of a review as CSV; those of a closed one as they were signed.
#[utoipa::path(get, path = "/reviews/{id}/export", tag = "identity",
    operation_id = "export_review", summary = "Export a review · Xuất kết quả rà soát",
    params(("id" = String, Path, description = "Review")),
    responses((status = 200, content_type = "text/csv", body = String),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.data.export"))))]
pub(super) async fn export_review(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.scope(DATA_EXPORT)?;
    let campaign = find(&identity, &caller, &id).await?;
    // A closed review is given as it was signed.
    if let Ok((_, content)) = identity.review_file(campaign.id, result::TABLE).await {
        return Ok(csv_answer("review.csv", content));
    }
    let lines = identity.review_lines(campaign.id, "", u32::MAX).await?;
    Ok(csv_answer("review.csv", result::table(&lines)))
}

/// A CSV file as an answer.
pub(super) fn csv_answer(name: &str, text: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, text).into_response()
}
