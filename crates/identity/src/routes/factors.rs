//! Factors of other accounts, and links to a new password.
//!
//! Owns: what an administrator does for somebody who lost a factor or a password.
//! Not here: who may be reached (`reach.rs`), own factors (`self_service/`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reach;
use crate::{
    Actor, Error, Identity,
    factors::{Recognised, RecognisedBy},
    roles::{ACCOUNT_WRITE, FACTOR_WRITE},
    tables::{
        factor::{Factor, FactorKind, FactorState},
        link::LinkPurpose,
    },
};

/// A factor without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FactorView {
    /// Identifier.
    id: Uuid,
    /// What it is.
    kind: FactorKind,
    /// What its owner calls it.
    label: String,
    /// Whether it may be used.
    state: FactorState,
    /// When it was made.
    created_at: Timestamp,
    /// When it was last used.
    last_used_at: Option<Timestamp>,
}

impl From<Factor> for FactorView {
    fn from(factor: Factor) -> Self {
        Self {
            id: factor.id,
            kind: factor.kind,
            label: factor.label,
            state: factor.state,
            created_at: factor.created_at,
            last_used_at: factor.last_used_at,
        }
    }
}

/// Lists the factors of an account, oldest first.
#[utoipa::path(get, path = "/accounts/{id}/factors", tag = "identity",
    operation_id = "list_account_factors",
    summary = "List factors · Yếu tố xác thực của tài khoản",
    params(("id" = String, Path, description = "Account")),
    responses((status = 200, body = Page<FactorView>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn list_account_factors(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Page<FactorView>>, Refusal> {
    let account = reach::visible(&identity, &caller, &id).await?;
    let factors = identity.factors(account.id).await?;
    let items = factors.into_iter().map(FactorView::from).collect();
    Ok(Json(Page::whole(items)))
}

/// How the person who lost the factor was recognised.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LostFactor {
    /// By what.
    recognised_by: RecognisedBy,
    /// Who confirmed it, number of the letter, and the like; at most 500 characters, in the journal.
    note: String,
}

/// Removes a factor that its owner lost, once its owner was recognised; the person enrols again at the next sign-in.
#[utoipa::path(delete, path = "/accounts/{id}/factors/{factor_id}", tag = "identity",
    operation_id = "remove_account_factor",
    summary = "Remove a lost factor · Gỡ yếu tố xác thực bị mất",
    params(("id" = String, Path, description = "Account"),
        ("factor_id" = String, Path, description = "Factor")), request_body = LostFactor,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.factor.write"))))]
pub(super) async fn remove_account_factor(
    State(identity): State<Identity>,
    Path((id, factor)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<LostFactor>,
) -> Result<StatusCode, Refusal> {
    let account = reach::manageable(&identity, &caller, &id, FACTOR_WRITE).await?;
    let factor: Uuid = factor.parse().map_err(|_| Error::FactorNotFound)?;
    let recognised = Recognised {
        by: body.recognised_by,
        note: body.note,
    };
    identity
        .remove_lost_factor(&Actor::from(&caller), &account, factor, &recognised)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a link is wanted for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkWish {
    /// `activation` for an invited account, `reset` for one whose password was lost.
    purpose: LinkPurpose,
    /// How the person gets it.
    #[serde(default)]
    delivery: LinkDelivery,
}

/// How a link gets to its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LinkDelivery {
    /// Shown once in the answer; the caller hands it over.
    #[default]
    Shown,
    /// Mailed to the address of the account; nobody else sees it.
    Mailed,
}

/// A link that was just made or promised.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkView {
    /// The whole address; shown once, to be handed to the person. Absent when it is mailed: it
    /// is made when the mail leaves.
    url: Option<String>,
    /// When it ends; absent when it is mailed.
    expires_at: Option<Timestamp>,
}

/// Makes a link by which the person of an account chooses a password, and shows or mails it;
/// earlier links are void.
#[utoipa::path(post, path = "/accounts/{id}/links", tag = "identity",
    operation_id = "create_account_link",
    summary = "Make a password link · Tạo liên kết đặt mật khẩu",
    params(("id" = String, Path, description = "Account")), request_body = LinkWish,
    responses((status = 201, body = LinkView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn create_link(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(wish): Json<LinkWish>,
) -> Result<(StatusCode, Json<LinkView>), Refusal> {
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    let actor = Actor::from(&caller);
    let view = match wish.delivery {
        LinkDelivery::Shown => {
            let made = identity.make_link(&actor, &account, wish.purpose).await?;
            LinkView {
                url: Some(made.url),
                expires_at: Some(made.expires_at),
            }
        }
        LinkDelivery::Mailed => {
            identity.mail_link(&actor, &account, wish.purpose).await?;
            LinkView {
                url: None,
                expires_at: None,
            }
        }
    };
    Ok((StatusCode::CREATED, Json(view)))
}
