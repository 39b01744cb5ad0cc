//! The own links: seeing, making, ending them.
//!
//! Owns: `/me/external-identities`.
//! Invariant: a link begins and ends only with a proof of the account that is fresh, and never
//! ends when it is the last way in.
//! Follows: OWASP ASVS 7.5.1; design document "Identity", section 8.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use lgsp_identity::{Account, Actor, Demand};
use lgsp_model::Timestamp;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::upstream::{
    Upstream,
    error::{Error, Result},
    proof::FRESH_MS,
    tables::{self, ExternalIdentity},
    transaction::Purpose,
    web::safe_next,
};

/// A link between an account here and one at a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExternalIdentityView {
    /// Identifier.
    id: Uuid,
    /// Name of the provider.
    provider: String,
    /// What people call the provider; its name when it exists no more.
    provider_title: String,
    /// Name that the provider told.
    display_name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    linked_at: Timestamp,
    /// Who made it.
    linked_by: String,
    /// When somebody last signed in with it.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

/// The links of an account as they are shown.
pub(super) async fn views(
    upstream: &Upstream,
    account: lgsp_model::AccountId,
) -> Result<Page<ExternalIdentityView>> {
    let links = tables::links_of(&upstream.platform.db, account).await?;
    let view = |link: ExternalIdentity| {
        let provider = upstream.providers.find(&link.provider);
        ExternalIdentityView {
            id: link.id,
            provider_title: provider
                .map_or_else(|_| link.provider.clone(), |found| found.spec.title),
            provider: link.provider,
            display_name: link.display_name,
            linked_at: link.linked_at,
            linked_by: link.linked_by,
            last_used_at: link.last_used_at,
        }
    };
    Ok(Page::whole(links.into_iter().map(view).collect()))
}

/// Lists the providers that the own account is linked to.
#[utoipa::path(get, path = "/me/external-identities", tag = "upstream",
    operation_id = "list_my_external_identities",
    summary = "My linked providers · Nhà cung cấp đã nối với tôi",
    responses((status = 200, body = Page<ExternalIdentityView>),
        (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
pub(super) async fn list_my_links(
    State(upstream): State<Upstream>,
    caller: Caller,
) -> Result<Json<Page<ExternalIdentityView>>, Refusal> {
    caller.require(lgsp_identity::roles::SELF, None)?;
    Ok(Json(views(&upstream, caller.principal.account_id).await?))
}

/// Which provider to link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkMe {
    /// Name of the provider.
    provider: String,
    /// Path of this site to go on to afterwards.
    #[serde(default)]
    next: String,
}

/// Where to send the browser.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderAddress {
    /// Address of the provider's page.
    pub(super) href: String,
}

/// Begins to link a provider to the own account; the browser is then sent to `href`.
#[utoipa::path(post, path = "/me/external-identities", tag = "upstream",
    operation_id = "link_my_external_identity",
    summary = "Link a provider to me · Nối nhà cung cấp với tôi", request_body = LinkMe,
    responses((status = 200, body = ProviderAddress), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 503, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn link_me(
    State(upstream): State<Upstream>,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<LinkMe>,
) -> Result<Response, Refusal> {
    caller.require(lgsp_identity::roles::SELF_SECURE, None)?;
    upstream.require_issuer(&headers)?;
    let account = fresh(&upstream, &caller, &headers).await?;
    let provider = upstream.providers.find(&body.provider)?;
    let mut kinds = provider.spec.account_kinds.iter();
    if !kinds.any(|kind| kind.is(account.kind)) {
        return Err(Error::KindNotAllowed.into());
    }
    let next = safe_next(&body.next).to_owned();
    let begun = upstream
        .begin(&provider, &headers, Purpose::Link, &next, Some(account.id))
        .await?;
    let cookie = [(header::SET_COOKIE, begun.cookie)];
    let href = begun.address;
    Ok((cookie, Json(ProviderAddress { href })).into_response())
}

/// Ends a link of the own account, unless it is the last way in.
#[utoipa::path(delete, path = "/me/external-identities/{id}", tag = "upstream",
    operation_id = "unlink_my_external_identity",
    summary = "Unlink a provider from me · Gỡ nhà cung cấp khỏi tôi",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
pub(super) async fn unlink_me(
    State(upstream): State<Upstream>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Refusal> {
    caller.require(lgsp_identity::roles::SELF_SECURE, None)?;
    let account = fresh(&upstream, &caller, &headers).await?;
    let actor = Actor::from(&caller);
    upstream.unlink_own(&account, id, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's account, when its browser proved a factor a short while ago.
async fn fresh(upstream: &Upstream, caller: &Caller, headers: &HeaderMap) -> Result<Account> {
    let browser = upstream.identity.browser(headers).await?;
    let browser = browser.filter(|browser| {
        browser.principal.account_id == caller.principal.account_id
            && browser.principal.credential == caller.principal.credential
    });
    let browser = browser.ok_or(lgsp_identity::Error::SessionRequired)?;
    let demand = Demand {
        fresh_since: Some(caller.now.plus_ms(-FRESH_MS)),
        ..Demand::default()
    };
    match upstream.identity.satisfies(&browser.session, &demand) {
        true => Ok(upstream
            .identity
            .account(caller.principal.account_id)
            .await?),
        false => Err(Error::ProofStale),
    }
}
