//! The AuthZEN face: other systems have access decided here.
//!
//! Owns: `/access/v1/evaluation` and `/access/v1/evaluations` on the administration door.
//! Not here: the decision (`access/`).
//! Invariant: what cannot be decided is a denial; a caller without the permission is refused
//! before anything is read.
//! Follows: OpenID AuthZEN Authorization API 1.0.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Response},
    routing::post,
};
use lgsp_platform::http::{Caller, Json, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::decisions::Subject;
use crate::{
    Error, Identity,
    access::{Thing, explain::Question},
    roles::DECISION_EVALUATE,
};

/// Evaluations of one request.
const EVALUATIONS_MAX: usize = 500;

/// The pages' router of this face.
pub(crate) fn router(identity: Identity) -> Router {
    Router::new()
        .route("/access/v1/evaluation", post(evaluate))
        .route("/access/v1/evaluations", post(evaluate_many))
        .with_state(identity)
}

/// An entity of a question.
#[derive(Debug, Clone, Deserialize)]
struct Named {
    #[serde(rename = "type", default)]
    kind: String,
    id: String,
    #[serde(default)]
    properties: Map<String, Value>,
}

/// An action of a question.
#[derive(Debug, Clone, Deserialize)]
struct Action {
    name: String,
}

/// One question; what is absent comes from the whole request.
#[derive(Debug, Clone, Default, Deserialize)]
struct Evaluation {
    subject: Option<Named>,
    action: Option<Action>,
    resource: Option<Named>,
    context: Option<Map<String, Value>>,
}

/// Many questions.
#[derive(Debug, Deserialize)]
struct Evaluations {
    #[serde(flatten)]
    common: Evaluation,
    #[serde(default)]
    evaluations: Vec<Evaluation>,
    #[serde(default)]
    options: Options,
}

#[derive(Debug, Default, Deserialize)]
struct Options {
    #[serde(default)]
    evaluations_semantic: String,
}

/// One answer.
#[derive(Debug, Serialize)]
struct Answer {
    decision: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Value>,
}

impl Answer {
    fn refused(id: &str, vi: &str, en: &str) -> Self {
        let reason = json!({ "id": id, "reason_user": { "vi": vi, "en": en } });
        Self {
            decision: false,
            context: Some(reason),
        }
    }
}

async fn evaluate(
    State(identity): State<Identity>,
    headers: HeaderMap,
    caller: Caller,
    Json(body): Json<Evaluation>,
) -> Result<Response, Refusal> {
    caller.require(DECISION_EVALUATE, None)?;
    let answer = identity.evaluate(&check(body)?).await?;
    Ok((echo(&headers), Json(answer)).into_response())
}

async fn evaluate_many(
    State(identity): State<Identity>,
    headers: HeaderMap,
    caller: Caller,
    Json(body): Json<Evaluations>,
) -> Result<Response, Refusal> {
    caller.require(DECISION_EVALUATE, None)?;
    if body.evaluations.len() > EVALUATIONS_MAX {
        let (limit, max) = ("EVALUATIONS_MAX", EVALUATIONS_MAX as u64);
        return Err(lgsp_platform::Error::TooLarge { limit, max }.into());
    }
    if body.evaluations.is_empty() {
        let answer = identity.evaluate(&check(body.common)?).await?;
        return Ok((echo(&headers), Json(answer)).into_response());
    }
    let stops_at = match body.options.evaluations_semantic.as_str() {
        "deny_on_first_deny" => Some(false),
        "permit_on_first_permit" => Some(true),
        _ => None,
    };
    let mut answers = Vec::new();
    for one in body.evaluations {
        let common = body.common.clone();
        let whole = Evaluation {
            subject: one.subject.or(common.subject),
            action: one.action.or(common.action),
            resource: one.resource.or(common.resource),
            context: one.context.or(common.context),
        };
        let answer = identity.evaluate(&check(whole)?).await?;
        let is_last = stops_at == Some(answer.decision);
        answers.push(answer);
        if is_last {
            break;
        }
    }
    let body = json!({ "evaluations": answers });
    Ok((echo(&headers), Json(body)).into_response())
}

/// The header by which a caller recognises its answer.
fn echo(headers: &HeaderMap) -> HeaderMap {
    let name = HeaderName::from_static("x-request-id");
    let found: Option<&HeaderValue> = headers.get(&name);
    found
        .map(|value| (name, value.clone()))
        .into_iter()
        .collect()
}

struct Whole {
    subject: Named,
    action: Action,
    resource: Named,
    context: Map<String, Value>,
}

fn check(question: Evaluation) -> Result<Whole, Error> {
    let missing = |what: &str| {
        Error::from(lgsp_platform::Error::BadRequest(format!(
            "{what} is missing"
        )))
    };
    Ok(Whole {
        subject: question.subject.ok_or_else(|| missing("subject"))?,
        action: question.action.ok_or_else(|| missing("action"))?,
        resource: question.resource.ok_or_else(|| missing("resource"))?,
        context: question.context.unwrap_or_default(),
    })
}

impl Identity {
    async fn evaluate(&self, question: &Whole) -> crate::Result<Answer> {
        let found = match question.subject.id.parse() {
            Ok(id) => self.account(id).await,
            Err(_) => self.account_by_username(&question.subject.id).await,
        };
        let account = match found {
            Ok(account) if account.is_live(self.platform.clock.now()) => account,
            Ok(_) | Err(Error::AccountNotFound) => {
                return Ok(Answer::refused(
                    "subject.unknown",
                    "Không có tài khoản đang hoạt động với tên này.",
                    "There is no active account of this name.",
                ));
            }
            Err(error) => return Err(error),
        };
        let subject = Subject::of(self, account).await?;
        let text = |name: &str| {
            let value = question.resource.properties.get(name);
            value.and_then(Value::as_str).unwrap_or_default()
        };
        let number = |name: &str| question.context.get(name).and_then(Value::as_i64);
        let acr = number("acr")
            .and_then(|acr| u8::try_from(acr).ok())
            .unwrap_or(1);
        let age_ms = number("auth_age").unwrap_or(0).saturating_mul(1_000);
        let classification = question.resource.properties.get("classification");
        let asked = Question {
            permission: &question.action.name,
            agency: Some(text("agency")).filter(|agency| !agency.is_empty()),
            thing: Thing {
                kind: &question.resource.kind,
                name: &question.resource.id,
                requested_by: text("requested_by"),
                classification: classification.and_then(Value::as_i64).unwrap_or(0),
            },
            ways: &[],
        };
        let Some(found) = self
            .decider
            .explain(&subject.asking(self, acr, age_ms), &asked)
        else {
            return Ok(Answer::refused(
                "action.unknown",
                "Không có quyền nào mang tên này.",
                "There is no permission of this name.",
            ));
        };
        let reasons: Vec<Value> = found.reasons.iter().map(|reason| json!(reason)).collect();
        Ok(Answer {
            decision: found.allowed,
            context: Some(json!({
                "reasons": reasons,
                "step_up": found.allowed_with_step_up,
            })),
        })
    }
}
