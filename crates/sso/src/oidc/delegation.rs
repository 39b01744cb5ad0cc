//! Delegation assertions (giấy uỷ quyền điện tử): what a delegate presents to act for somebody.
//!
//! Owns: the operation that makes one, its type and claims, reading one.
//! Not here: the delegation itself (`identity`), exchanging an assertion (`token/delegated.rs`).
//! Invariant: an assertion gives nothing by itself: it is exchanged only together with the access
//! token of the delegate whom it names, and the delegation is read anew then.
//! Follows: RFC 8693, section 4.4; design document "Identity", section 2.6.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_identity::{
    Error as IdentityError, PeopleError, people::in_force::InForce, roles::SELF_SECURE,
};
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::{Caller, Json, ProblemBody, Refusal},
    ledger::{Acceptance, Effects},
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Provider, limits::ASSERTION_LIFE_S};
use crate::keys::{Alg, Purpose, jws};

/// Type of these assertions; no other token has it.
const TYPE: &str = "delegation+jwt";
/// Claim that names the delegation, in assertions and in the tokens that come of them.
pub(super) const DELEGATION_CLAIM: &str = "delegation_id";

/// An assertion that a person acts for another.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DelegationAssertion {
    /// The assertion: `subject_token` of a token exchange.
    assertion: String,
    /// Value of `subject_token_type`.
    token_type: String,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Makes an assertion of a delegation that is in force, for the caller who is its delegate. It is
/// exchanged at the token endpoint together with the caller's access token.
#[utoipa::path(post, path = "/delegations/{id}/assertion", tag = "sso",
    operation_id = "make_delegation_assertion",
    summary = "Make a delegation assertion · Cấp chứng nhận uỷ quyền",
    params(("id" = String, Path, description = "Delegation")),
    responses((status = 201, body = DelegationAssertion), (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn make_delegation_assertion(
    State(provider): State<Provider>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<DelegationAssertion>), Refusal> {
    caller.require(SELF_SECURE, None)?;
    let missing = || IdentityError::from(PeopleError::DelegationNotFound);
    let id: Uuid = id.parse().map_err(|_| missing())?;
    let found = provider.identity.delegation(id).await?;
    if found.delegate_id != caller.principal.account_id.0 {
        return Err(missing().into());
    }
    let is_acting = caller.principal.standing.on_behalf_of.is_some();
    let current = provider.identity.delegation_in_force(id).await?;
    let current = current.filter(|_| !is_acting);
    let current = current.ok_or(IdentityError::from(PeopleError::DelegationState))?;
    let (assertion, expires_at) = mint(&provider, &current)?;
    let mut event = caller.audit("delegation.asserted", "account", found.delegator.as_str());
    event.agency.clone_from(&found.agency);
    event.ground = Some(found.decision_no.clone());
    event.on_behalf_of = Some(found.delegator);
    let event = event.with_detail(json!({ "delegation": id, "ends_at": expires_at }));
    let acceptance = Acceptance {
        claim: None,
        effects: Effects {
            events: vec![event],
            ..Effects::default()
        },
    };
    provider.platform.ledger.accept(acceptance).await?;
    let made = DelegationAssertion {
        assertion,
        token_type: "urn:ietf:params:oauth:token-type:jwt".to_owned(),
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(made)))
}

fn mint(provider: &Provider, current: &InForce) -> crate::error::Result<(String, Timestamp)> {
    let now_s = provider.platform.clock.now().0 / 1_000;
    let delegation = &current.delegation;
    let end_s = (now_s + ASSERTION_LIFE_S).min(delegation.until.0 / 1_000);
    let claims = json!({
        "iss": provider.issuer, "aud": provider.issuer, "iat": now_s, "exp": end_s,
        "jti": provider.platform.ids.next().to_string(),
        "sub": delegation.delegator_id.to_string(),
        "may_act": { "sub": delegation.delegate_id.to_string() },
        DELEGATION_CLAIM: delegation.id.to_string(),
    });
    let key = provider.keys.active(Purpose::Token, Alg::Es256)?;
    Ok((jws::sign(&key, TYPE, &claims)?, Timestamp(end_s * 1_000)))
}

/// What an assertion of ours says.
pub(super) struct Asserted {
    pub(super) delegation: Uuid,
    pub(super) ends_at: Timestamp,
}

/// Reads a token if it is an assertion of ours, ended or not; `None` for every other token.
pub(super) fn read(provider: &Provider, token: &str) -> Option<Asserted> {
    let claims = provider.verify_own(token, TYPE)?;
    if claims.get("iss").and_then(Value::as_str) != Some(&provider.issuer) {
        return None;
    }
    Some(Asserted {
        delegation: delegation_of(&claims)?,
        ends_at: Timestamp(claims.get("exp")?.as_i64()?.saturating_mul(1_000)),
    })
}

/// The delegation that a token rests on, if it rests on one.
pub(super) fn delegation_of(claims: &Value) -> Option<Uuid> {
    claims.get(DELEGATION_CLAIM)?.as_str()?.parse().ok()
}
