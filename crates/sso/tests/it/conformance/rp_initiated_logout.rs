//! Plan `oidcc-rp-initiated-logout-certification-test-plan`: an application signs a person out.
//!
//! Owns: the list of its 11 subjects.

use super::{kit::Variant, plan};

plan! { Variant::CORE;
    discovery::oidcc_rp_initiated_logout_discovery_endpoint_verification,
    logout::oidcc_rp_initiated_logout,
    logout::oidcc_rp_initiated_logout_bad_post_logout_redirect_uri,
    logout::oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri,
    logout::oidcc_rp_initiated_logout_modified_id_token_hint,
    logout::oidcc_rp_initiated_logout_bad_id_token_hint,
    logout::oidcc_rp_initiated_logout_no_id_token_hint,
    logout::oidcc_rp_initiated_logout_no_params,
    logout::oidcc_rp_initiated_logout_no_post_logout_redirect_uri,
    logout::oidcc_rp_initiated_logout_only_state,
    logout::oidcc_rp_initiated_logout_no_state,
}
