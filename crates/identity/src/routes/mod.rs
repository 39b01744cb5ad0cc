//! The HTTP face of identity below `/api/v1`.
//!
//! Owns: the list of its operations.
//! Not here: the pages of sign-in (`pages/`), the acts themselves (`accounts.rs`, `tokens.rs`).
//! Invariant: each operation states its permission; `self` marks what every account may do
//! with itself.

mod accounts;
mod acts;
mod me;
mod reach;
mod roles;
mod tokens;
mod views;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Identity;

pub(crate) fn router(identity: Identity) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(me::get_me))
        .routes(routes!(me::patch_preferences))
        .routes(routes!(me::change_password))
        .routes(routes!(tokens::list_tokens, tokens::create_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(accounts::list_accounts, accounts::create_account))
        .routes(routes!(accounts::get_account, accounts::patch_account))
        .routes(routes!(accounts::put_roles))
        .routes(routes!(acts::reset_password))
        .routes(routes!(acts::unlock_account))
        .routes(routes!(acts::list_sessions, acts::end_sessions))
        .routes(routes!(
            tokens::list_account_tokens,
            tokens::create_account_token
        ))
        .routes(routes!(tokens::revoke_account_token))
        .routes(routes!(roles::list_roles))
        .with_state(identity)
}
