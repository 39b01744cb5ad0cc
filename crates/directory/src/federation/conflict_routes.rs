//! `/directory-conflicts`.
//!
//! Owns: listing conflicts, taking decisions.
//! Not here: what a decision does (`conflicts.rs`).

use axum::extract::{Path, State};
use lgsp_identity::{Account, AccountQuery};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    conflicts::Decision,
    routes::not_found,
    tables::{self, Conflict},
};
use crate::{
    Directory, Result,
    permissions::{CONNECTION_READ, CONNECTION_RUN},
};

/// Conflicts that one answer holds at most.
const CONFLICTS_MAX: u32 = 200;

pub(crate) fn router() -> OpenApiRouter<Directory> {
    OpenApiRouter::new()
        .routes(routes!(list_conflicts))
        .routes(routes!(decide_conflict))
}

/// An entry that may be an account that exists already.
#[derive(Serialize, ToSchema)]
struct ConflictView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Uuid,
    /// Connection.
    connection: String,
    /// Name of the entry.
    dn: String,
    /// Sign-in name of the entry.
    username: String,
    /// What is the same: `username` or `email`; `left` when the account has left.
    kind: String,
    /// The account that exists.
    account: String,
    /// Its sign-in name.
    account_username: String,
    /// Name of its person.
    account_name: String,
    /// `open`, `merged` or `ignored`.
    state: String,
    /// When it was found.
    found_at: Timestamp,
    /// Who decided.
    decided_by: Option<String>,
}

/// Conflicts with the names of their accounts.
async fn views(directory: &Directory, found: Vec<Conflict>) -> Result<Vec<ConflictView>> {
    let ids: Vec<AccountId> = found.iter().map(|conflict| conflict.account_id).collect();
    let query = AccountQuery {
        ids: Some(ids),
        ..AccountQuery::default()
    };
    let accounts = directory.identity.accounts(&query, CONFLICTS_MAX).await?;
    let view = |conflict: Conflict| {
        let of = |account: &&Account| account.id == conflict.account_id;
        let account = accounts.iter().find(of);
        ConflictView {
            id: conflict.id,
            connection: conflict.connection,
            dn: conflict.dn,
            username: conflict.username,
            kind: conflict.kind,
            account: conflict.account_id.to_string(),
            account_username: account
                .map(|known| known.username.clone())
                .unwrap_or_default(),
            account_name: account
                .map(|known| known.display_name.clone())
                .unwrap_or_default(),
            state: conflict.state,
            found_at: conflict.found_at,
            decided_by: conflict.decided_by,
        }
    };
    Ok(found.into_iter().map(view).collect())
}

/// How a conflict stands.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConflictState {
    /// Nobody has decided.
    #[default]
    Open,
    /// The account is kept by the directory now.
    Merged,
    /// The entry is left out.
    Ignored,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConflictFilter {
    /// Only of this connection.
    connection: Option<String>,
    /// How they stand; open ones when absent.
    #[param(inline)]
    state: Option<ConflictState>,
    /// Conflicts wanted, 1 to 200.
    limit: Option<u32>,
}

/// Lists conflicts, the oldest first.
#[utoipa::path(get, path = "/directory-conflicts", tag = "directory",
    operation_id = "list_directory_conflicts", summary = "List conflicts · Liệt kê trùng lặp",
    params(ConflictFilter),
    responses((status = 200, body = Page<ConflictView>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.connection.read"))))]
async fn list_conflicts(
    State(directory): State<Directory>,
    Query(filter): Query<ConflictFilter>,
    caller: Caller,
) -> Result<Json<Page<ConflictView>>, Refusal> {
    caller.require(CONNECTION_READ, None)?;
    let state = match filter.state.unwrap_or_default() {
        ConflictState::Open => "open",
        ConflictState::Merged => "merged",
        ConflictState::Ignored => "ignored",
    };
    let wanted = (filter.connection.as_deref(), state);
    let found = tables::conflicts(&directory.platform.db, wanted, limit(filter.limit)).await?;
    Ok(Json(Page::whole(views(&directory, found).await?)))
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecideConflict {
    /// What is decided.
    decision: Decision,
}

/// Decides a conflict: hands the account to the directory, or leaves the entry out.
#[utoipa::path(post, path = "/directory-conflicts/{id}/decide", tag = "directory",
    operation_id = "decide_directory_conflict", summary = "Decide a conflict · Xử lý trùng lặp",
    params(("id" = String, Path, description = "Conflict")), request_body = DecideConflict,
    responses((status = 200, body = ConflictView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.connection.run"))))]
async fn decide_conflict(
    State(directory): State<Directory>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<DecideConflict>,
) -> Result<Json<ConflictView>, Refusal> {
    caller.require(CONNECTION_RUN, None)?;
    let db = &directory.platform.db;
    let known = match id.parse() {
        Ok(id) => tables::find_conflict(db, id).await?,
        Err(_) => None,
    };
    let conflict = known.ok_or_else(|| not_found("conflict", id.clone()))?;
    directory
        .federation
        .decide(&caller, &conflict, body.decision)
        .await?;
    let decided = tables::find_conflict(db, conflict.id).await?;
    let mut shown = views(&directory, vec![decided.unwrap_or(conflict)]).await?;
    let one = shown.pop().ok_or_else(|| not_found("conflict", id))?;
    Ok(Json(one))
}
