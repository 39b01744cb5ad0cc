//! Plan `oidcc-formpost-basic-certification-test-plan`: Core once more, with answers in a form.
//!
//! Owns: the same list as `core.rs` in the variant `response_mode=form_post`.

use super::{kit::Variant, plan};

plan! { Variant::FORM_POST;
    flow::oidcc_server,
    flow::oidcc_response_type_missing,
    tokens::oidcc_idtoken_signature,
    tokens::oidcc_idtoken_unsigned,
    userinfo::oidcc_userinfo_get,
    userinfo::oidcc_userinfo_post_header,
    userinfo::oidcc_userinfo_post_body,
    flow::oidcc_ensure_request_without_nonce_succeeds_for_code_flow,
    userinfo::oidcc_scope_profile,
    userinfo::oidcc_scope_email,
    userinfo::oidcc_scope_address,
    userinfo::oidcc_scope_phone,
    userinfo::oidcc_scope_all,
    userinfo::oidcc_ensure_other_scope_order_succeeds,
    sign_on::oidcc_display_page,
    sign_on::oidcc_display_popup,
    sign_on::oidcc_prompt_login,
    sign_on::oidcc_prompt_none_not_logged_in,
    sign_on::oidcc_prompt_none_logged_in,
    sign_on::oidcc_max_age_1,
    sign_on::oidcc_max_age_10000,
    flow::oidcc_ensure_request_with_unknown_parameter_succeeds,
    sign_on::oidcc_id_token_hint,
    sign_on::oidcc_login_hint,
    sign_on::oidcc_ui_locales,
    sign_on::oidcc_claims_locales,
    sign_on::oidcc_ensure_request_with_acr_values_succeeds,
    tokens::oidcc_codereuse,
    tokens::oidcc_codereuse_30seconds,
    redirects::oidcc_ensure_registered_redirect_uri,
    flow::oidcc_ensure_post_request_succeeds,
    flow::oidcc_server_client_secret_post,
    userinfo::oidcc_claims_essential,
    requests::oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
    requests::oidcc_ensure_request_object_with_redirect_uri,
    tokens::oidcc_refresh_token,
    flow::oidcc_ensure_request_with_valid_pkce_succeeds,
}

// The official suite runs it only with clients that register themselves, because nobody but the
// client can say where its request object will be.
plan! { Variant::FORM_POST.registering().reaching();
    requests::oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
}
