//! Plan `oidcc-dynamic-certification-test-plan`: clients that register themselves.
//!
//! Owns: the list of its 23 subjects.

use super::{kit::Variant, plan};

plan! { Variant::DYNAMIC;
    discovery::oidcc_discovery_endpoint_verification,
    flow::oidcc_server,
    tokens::oidcc_idtoken_rs256,
    tokens::oidcc_idtoken_unsigned,
    userinfo::oidcc_userinfo_rs256,
    redirects::oidcc_ensure_redirect_uri_in_authorization_request,
    redirects::oidcc_redirect_uri_query_ok,
    redirects::oidcc_redirect_uri_query_mismatch,
    redirects::oidcc_redirect_uri_query_added,
    redirects::oidcc_redirect_uri_regfrag,
    registration::oidcc_registration_logo_uri,
    registration::oidcc_registration_policy_uri,
    registration::oidcc_registration_tos_uri,
    rotation::oidcc_server_rotate_keys,
    requests::oidcc_ensure_request_object_with_redirect_uri,
    tokens::oidcc_refresh_token,
    rotation::oidcc_ensure_client_assertion_with_iss_aud_succeeds,
}

// The provider reads something from the client's own address.
plan! { Variant::DYNAMIC.reaching();
    registration::oidcc_registration_jwks_uri,
    registration::oidcc_registration_sector_uri,
    registration::oidcc_registration_sector_bad,
    rotation::oidcc_refresh_token_rp_key_rotation,
    requests::oidcc_request_uri_unsigned,
    requests::oidcc_request_uri_signed_rs256,
}
