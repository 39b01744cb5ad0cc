//! The HTTP face of identity below `/api/v1`.
//!
//! Owns: the list of its operations.
//! Not here: the pages of sign-in (`pages/`), the acts themselves (`accounts/`, `tokens.rs`).
//! Invariant: each operation states its permission; `self` marks what every account may do
//! with itself.

mod accounts;
mod acts;
pub(crate) mod authzen;
mod decisions;
mod delegations;
mod factors;
mod grants;
mod group_members;
mod group_nesting;
mod groups;
mod impersonation;
mod import;
mod me;
mod owners;
mod people;
mod reach;
mod report;
pub(crate) mod review_files;
mod reviews;
mod roles;
mod self_service;
mod sessions;
mod sight;
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
        .routes(routes!(acts::end_session))
        .routes(routes!(sessions::list_all, sessions::end_many))
        .routes(routes!(sessions::end_one))
        .routes(routes!(
            people::get_move,
            people::move_account,
            people::cancel_move
        ))
        .routes(routes!(impersonation::impersonate))
        .routes(routes!(impersonation::end))
        .routes(routes!(people::leave_account))
        .routes(routes!(owners::get_ownership))
        .routes(routes!(owners::put_owner))
        .routes(routes!(people::list_unit_moves, people::move_unit))
        .routes(routes!(people::cancel_unit_move))
        .merge(group_routes())
        .merge(grant_routes())
        .merge(people_routes())
        .merge(import::router())
        .routes(routes!(factors::list_account_factors))
        .routes(routes!(factors::remove_account_factor))
        .routes(routes!(factors::create_link))
        .merge(self_service::router())
        .routes(routes!(
            tokens::list_account_tokens,
            tokens::create_account_token
        ))
        .routes(routes!(tokens::revoke_account_token))
        .routes(routes!(roles::list_roles))
        .with_state(identity)
}

fn group_routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(
            groups::get_group,
            groups::patch_group,
            groups::delete_group
        ))
        .routes(routes!(group_nesting::list_of_account))
        .routes(routes!(
            group_members::list_members,
            group_members::change_members
        ))
        .routes(routes!(
            group_nesting::list_groups_in,
            group_nesting::put_groups_in,
            group_nesting::change_groups_in
        ))
}

fn grant_routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(
            grants::list_account_grants,
            grants::grant_to_account,
            grants::withdraw_from_account
        ))
        .routes(routes!(
            grants::list_group_grants,
            grants::grant_to_group,
            grants::withdraw_from_group
        ))
        .routes(routes!(grants::list_requests, grants::request_grant))
        .routes(routes!(grants::decide_request))
}

fn people_routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(decisions::explain_decision))
        .routes(routes!(decisions::simulate_decision))
        .routes(routes!(delegations::list_mine, delegations::propose))
        .routes(routes!(delegations::list))
        .routes(routes!(delegations::accept))
        .routes(routes!(delegations::revoke))
        .routes(routes!(reviews::list_reviews, reviews::open_review))
        .routes(routes!(reviews::get_review))
        .routes(routes!(reviews::list_lines))
        .routes(routes!(reviews::decide_line))
        .routes(routes!(reviews::close_review))
        .routes(routes!(reviews::export_review))
        .routes(routes!(review_files::list_files))
        .routes(routes!(review_files::get_file))
        .routes(routes!(report::get_report))
        .routes(routes!(report::export_report))
        .routes(routes!(report::put_exemption, report::delete_exemption))
}
