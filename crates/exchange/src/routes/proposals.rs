//! Deciding what other systems wish of the catalogue of agencies.
//!
//! Owns: `/agency-proposals/{name}/decide`. Proposals are resources: they are read, and edited
//! before they are accepted, under `/resources/agency-proposal/…`.

use axum::extract::{Path, State};
use lgsp_platform::http::{Caller, Json, ProblemBody, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::PROPOSAL_DECIDE;
use crate::{
    Exchange,
    vxp::proposals::{ProposalState, decide},
};

pub(super) fn router() -> OpenApiRouter<Exchange> {
    OpenApiRouter::new().routes(routes!(decide_agency_proposal))
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decision {
    /// Carry the changes out, or not.
    is_accepted: bool,
}

/// What became of the proposal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct DecisionResult {
    /// `accepted` or `rejected`.
    pub state: ProposalState,
    /// Changes in it.
    pub changes: usize,
}

/// Accepts or rejects a proposal; accepting carries its changes out.
#[utoipa::path(post, path = "/agency-proposals/{name}/decide", tag = "systems",
    operation_id = "decide_agency_proposal",
    summary = "Decide a proposal · Duyệt đề xuất thay đổi cơ quan",
    params(("name" = String, Path)), request_body = Decision,
    responses((status = 200, body = DecisionResult), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("exchange.proposal.decide"))))]
async fn decide_agency_proposal(
    State(exchange): State<Exchange>,
    Path(name): Path<String>,
    caller: Caller,
    Json(body): Json<Decision>,
) -> Result<Json<DecisionResult>, Refusal> {
    caller.require(PROPOSAL_DECIDE, None)?;
    let decided = decide(exchange.platform(), &caller, &name, body.is_accepted).await?;
    // Whoever decided may address the new body with the next call.
    exchange.directories().refresh().await?;
    Ok(Json(DecisionResult {
        state: decided.state,
        changes: decided.changes.len(),
    }))
}
