//! Operations of upstream sign-on below `/api/v1`.
//!
//! Owns: the list of operations, their permissions, whom a caller may see.
//! Not here: what they do (`linking.rs`, `requests.rs`).
//! Invariant: nobody manages the links or the citizen number of an account outside the own
//! subtree; what is out of sight does not exist.

mod accounts;
mod links;
mod me;
mod preview;
mod providers;
mod requests;

use lgsp_identity::Account;
use lgsp_model::AccountId;
use lgsp_platform::{http::Caller, module::Permission, registry::Labels};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Upstream;
use crate::upstream::error::{Error, Result};

/// Trying a provider and seeing what its claims become.
const PROVIDER_TRY: &str = "sso.provider.try";
/// Setting the secret of a provider.
const PROVIDER_SECRET: &str = "sso.provider.secret";
/// Seeing the links of accounts.
const LINK_READ: &str = "identity.external_identity.read";
/// Ending the links of accounts, and noting citizen numbers.
const LINK_WRITE: &str = "identity.external_identity.write";
/// Deciding about requests for accounts.
const REQUEST_DECIDE: &str = "identity.account_request.decide";

const fn permission(name: &'static str, vi: &'static str, en: &'static str) -> Permission {
    let labels = Labels { vi, en };
    Permission { name, labels }
}

/// Permissions of this folder. Those of accounts are named as identity's are, so that the
/// administrators of an agency hold them in their subtree.
pub(crate) const PERMISSIONS: &[Permission] = &[
    permission(
        PROVIDER_TRY,
        "Thử nhà cung cấp định danh",
        "Try identity providers",
    ),
    permission(
        PROVIDER_SECRET,
        "Đặt khóa của nhà cung cấp định danh",
        "Set secrets of identity providers",
    ),
    permission(
        LINK_READ,
        "Xem liên kết của tài khoản",
        "See links of accounts",
    ),
    permission(
        LINK_WRITE,
        "Gỡ liên kết, ghi số định danh của tài khoản",
        "End links of accounts, note citizen numbers",
    ),
    permission(
        REQUEST_DECIDE,
        "Duyệt yêu cầu cấp tài khoản",
        "Decide about requests for accounts",
    ),
];

pub(super) fn router(upstream: Upstream) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(me::list_my_links, me::link_me))
        .routes(routes!(me::unlink_me))
        .routes(routes!(accounts::list_links))
        .routes(routes!(accounts::unlink))
        .routes(routes!(
            accounts::get_citizen_number,
            accounts::put_citizen_number,
            accounts::delete_citizen_number
        ))
        .routes(routes!(requests::list_requests))
        .routes(routes!(requests::approve_request))
        .routes(routes!(requests::refuse_request))
        .routes(routes!(providers::put_secret))
        .routes(routes!(providers::check_provider))
        .routes(routes!(preview::preview_claims))
        .routes(routes!(links::list_provider_links))
        .routes(routes!(providers::try_provider))
        .with_state(upstream)
}

/// An account that the caller may see with `permission`.
async fn account_within(
    upstream: &Upstream,
    caller: &Caller,
    id: &str,
    permission: &str,
) -> Result<Account> {
    let hidden = || Error::Identity(lgsp_identity::Error::AccountNotFound);
    let id: AccountId = id.parse().map_err(|_| hidden())?;
    let account = upstream.identity.account(id).await?;
    match caller.may(permission, account.agency.as_deref()) {
        true => Ok(account),
        false => Err(hidden()),
    }
}

/// An account that the caller may change: within reach with all its rights, and not the own.
async fn account_managed(upstream: &Upstream, caller: &Caller, id: &str) -> Result<Account> {
    let account = account_within(upstream, caller, id, LINK_READ).await?;
    caller.require(LINK_WRITE, account.agency.as_deref())?;
    if account.id == caller.principal.account_id {
        return Err(lgsp_identity::Error::AccountOwn.into());
    }
    let held = upstream.identity.effective_roles(account.id).await?;
    let mut grants = account.grants.iter().chain(&held);
    match grants.all(|grant| caller.may(LINK_WRITE, grant.agency.as_deref())) {
        true => Ok(account),
        false => Err(lgsp_identity::Error::AccountOutOfReach.into()),
    }
}
