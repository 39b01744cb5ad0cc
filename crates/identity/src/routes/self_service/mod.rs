//! `/me/…`: self-service for the console; the same acts as the pages below `/account`.
//!
//! Owns: the list of its operations.
//! Not here: preferences and password (`me.rs`), own tokens (`tokens.rs`).
//! Invariant: a caller reaches nothing but the own account.

mod factors;
mod sessions;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Identity;

pub(super) fn router() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(factors::list_my_factors))
        .routes(routes!(factors::begin_my_totp))
        .routes(routes!(factors::confirm_my_totp))
        .routes(routes!(factors::begin_my_passkey))
        .routes(routes!(factors::register_my_passkey))
        .routes(routes!(factors::remove_my_factor))
        .routes(routes!(factors::renew_my_recovery_codes))
        .routes(routes!(
            sessions::list_my_sessions,
            sessions::end_my_other_sessions
        ))
        .routes(routes!(sessions::end_my_session))
        .routes(routes!(sessions::list_my_devices))
        .routes(routes!(sessions::forget_my_device))
        .routes(routes!(sessions::list_my_notices))
        .routes(routes!(sessions::see_my_notices))
        .routes(routes!(sessions::list_my_activity))
        .routes(routes!(sessions::list_my_applications))
        .routes(routes!(sessions::list_my_ties))
        .routes(routes!(sessions::remove_my_tie))
}
