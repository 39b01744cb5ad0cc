//! What the provider tells of itself: metadata and keys.
//!
//! Owns: `/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server`,
//! `/oauth2/jwks`.
//! Invariant: nothing is announced that does not work; client certificates only where a door, or
//! a proxy before it, takes them.
//! Follows: OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2; RFC 8705, section 5.

use axum::{
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Provider, claims,
    client::kind::{AuthMethod, GrantType, ResponseMode},
};
use crate::keys::{Alg, JWKS_CACHE_S, Purpose};

pub(super) async fn metadata(State(provider): State<Provider>) -> Response {
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (
            header::CACHE_CONTROL,
            format!("public, max-age={JWKS_CACHE_S}"),
        ),
    ];
    (headers, provider.metadata.clone()).into_response()
}

pub(super) async fn jwks(State(provider): State<Provider>) -> Response {
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (
            header::CACHE_CONTROL,
            format!("public, max-age={JWKS_CACHE_S}"),
        ),
    ];
    (headers, provider.keys.jwks(Purpose::Token).to_string()).into_response()
}

/// The document, once at start.
pub(super) fn document(issuer: &str, mtls: Option<&str>) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let algs: Vec<&str> = [Alg::Rs256, Alg::Es256, Alg::EdDsa]
        .map(Alg::as_str)
        .to_vec();
    let known = AuthMethod::ALL
        .into_iter()
        .filter(|method| mtls.is_some() || !method.is_certificate());
    let methods: Vec<&str> = known.clone().map(AuthMethod::as_str).collect();
    let with_secret: Vec<&str> = known
        .filter(|method| *method != AuthMethod::None)
        .map(AuthMethod::as_str)
        .collect();
    let signing = ["ES256", "EdDSA", "RS256", "HS256"];
    let members = [
        ("issuer", json!(issuer)),
        ("authorization_endpoint", json!(at("/oauth2/authorize"))),
        ("token_endpoint", json!(at("/oauth2/token"))),
        ("userinfo_endpoint", json!(at("/oauth2/userinfo"))),
        ("jwks_uri", json!(at("/oauth2/jwks"))),
        ("registration_endpoint", json!(at("/oauth2/register"))),
        ("introspection_endpoint", json!(at("/oauth2/introspect"))),
        ("revocation_endpoint", json!(at("/oauth2/revoke"))),
        (
            "pushed_authorization_request_endpoint",
            json!(at("/oauth2/par")),
        ),
        (
            "device_authorization_endpoint",
            json!(at("/oauth2/device_authorization")),
        ),
        ("end_session_endpoint", json!(at("/oidc/logout"))),
        ("check_session_iframe", json!(at("/oidc/check_session"))),
        ("scopes_supported", json!(claims::SCOPES)),
        ("response_types_supported", json!(["code"])),
        (
            "response_modes_supported",
            json!(ResponseMode::ALL.map(ResponseMode::as_str)),
        ),
        (
            "grant_types_supported",
            json!(GrantType::ALL.map(GrantType::as_str)),
        ),
        (
            "acr_values_supported",
            json!(["urn:lgsp:acr:1", "urn:lgsp:acr:2", "urn:lgsp:acr:3"]),
        ),
        ("subject_types_supported", json!(["public", "pairwise"])),
        ("id_token_signing_alg_values_supported", json!(algs)),
        ("userinfo_signing_alg_values_supported", json!(algs)),
        ("request_object_signing_alg_values_supported", json!(algs)),
        ("introspection_signing_alg_values_supported", json!(algs)),
        ("token_endpoint_auth_methods_supported", json!(methods)),
        (
            "token_endpoint_auth_signing_alg_values_supported",
            json!(signing),
        ),
        (
            "introspection_endpoint_auth_methods_supported",
            json!(with_secret),
        ),
        (
            "introspection_endpoint_auth_signing_alg_values_supported",
            json!(signing),
        ),
        ("revocation_endpoint_auth_methods_supported", json!(methods)),
        (
            "revocation_endpoint_auth_signing_alg_values_supported",
            json!(signing),
        ),
        (
            "display_values_supported",
            json!(["page", "popup", "touch", "wap"]),
        ),
        ("claim_types_supported", json!(["normal"])),
        ("claims_supported", json!(claims::names())),
        ("claims_parameter_supported", json!(true)),
        ("request_parameter_supported", json!(true)),
        ("request_uri_parameter_supported", json!(true)),
        ("require_request_uri_registration", json!(true)),
        ("ui_locales_supported", json!(["vi", "en"])),
        ("code_challenge_methods_supported", json!(["S256"])),
        (
            "prompt_values_supported",
            json!(["none", "login", "consent", "select_account"]),
        ),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
        ),
        ("require_pushed_authorization_requests", json!(false)),
        (
            "dpop_signing_alg_values_supported",
            json!(["ES256", "EdDSA", "RS256"]),
        ),
        ("backchannel_logout_supported", json!(true)),
        ("backchannel_logout_session_supported", json!(true)),
        ("frontchannel_logout_supported", json!(true)),
        ("frontchannel_logout_session_supported", json!(true)),
    ];
    members
        .into_iter()
        .chain(mtls.into_iter().flat_map(of_certificates))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// What is announced where a door takes certificates (RFC 8705, sections 3.3 and 5).
fn of_certificates(base: &str) -> [(&'static str, Value); 2] {
    let at = |path: &str| format!("{base}{path}");
    let aliases = json!({
        "token_endpoint": at("/oauth2/token"),
        "userinfo_endpoint": at("/oauth2/userinfo"),
        "introspection_endpoint": at("/oauth2/introspect"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "pushed_authorization_request_endpoint": at("/oauth2/par"),
        "device_authorization_endpoint": at("/oauth2/device_authorization"),
    });
    [
        ("tls_client_certificate_bound_access_tokens", json!(true)),
        ("mtls_endpoint_aliases", aliases),
    ]
}
