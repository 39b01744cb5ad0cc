//! What the provider tells of itself.
//!
//! Owns: subjects of the metadata, one for each plan that needs something of it.
//! Follows: OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2.

use serde_json::{Value, json};

use crate::conformance::kit::Op;

fn list<'a>(metadata: &'a Value, name: &str) -> Vec<&'a str> {
    let items = metadata[name]
        .as_array()
        .unwrap_or_else(|| panic!("no list {name}"));
    items.iter().map(|item| item.as_str().unwrap()).collect()
}

pub(in crate::conformance) async fn oidcc_discovery_endpoint_verification(op: &Op<'_>) {
    let told = op.metadata().await;
    assert_eq!(told["issuer"], op.variant.issuer);
    for (name, needed) in [
        ("response_types_supported", "code"),
        ("grant_types_supported", "authorization_code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("userinfo_signing_alg_values_supported", "RS256"),
        ("request_object_signing_alg_values_supported", "RS256"),
        ("scopes_supported", "openid"),
        ("claims_supported", "sub"),
        ("code_challenge_methods_supported", "S256"),
    ] {
        assert!(
            list(&told, name).contains(&needed),
            "{name}: {}",
            told[name]
        );
    }
    for scope in list(&told, "scopes_supported") {
        let is_token = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(!scope.is_empty() && scope.bytes().all(is_token), "{scope}");
    }
    assert_eq!(list(&told, "ui_locales_supported"), ["vi", "en"]);
    for name in [
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
    ] {
        assert!(told[name].is_boolean(), "{name}");
    }
    every_endpoint_is_there(op, &told).await;
    assert!(!op.jwks().await["keys"].as_array().unwrap().is_empty());
    let path = "/.well-known/oauth-authorization-server";
    assert_eq!(op.world.call("GET", path, &[], "").await.json(), told);
}

async fn every_endpoint_is_there(op: &Op<'_>, told: &Value) {
    for needed in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
    ] {
        assert!(told[needed].is_string(), "{needed}");
    }
    for (name, value) in told.as_object().unwrap() {
        let is_address =
            name.ends_with("_endpoint") || name.ends_with("_uri") || name.ends_with("_iframe");
        if !is_address {
            continue;
        }
        let address = value.as_str().unwrap();
        assert!(address.starts_with("https://"), "{name}: {address}");
        let path = op.endpoint(name).await;
        let answer = op.world.call("GET", &path, &[], "").await;
        assert_ne!(
            answer.status.as_u16(),
            404,
            "{name} is announced and not there"
        );
    }
}

/// Members that must be `true`, and an address that must answer.
async fn announced(op: &Op<'_>, members: &[&str], endpoint: &str) {
    let told = op.metadata().await;
    for member in members {
        assert_eq!(told[member], json!(true), "{member}");
    }
    let path = op.endpoint(endpoint).await;
    let answer = op.world.call("GET", &path, &[], "").await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_discovery_endpoint_verification(
    op: &Op<'_>,
) {
    announced(op, &[], "end_session_endpoint").await;
}

pub(in crate::conformance) async fn oidcc_backchannel_logout_discovery_endpoint_verification(
    op: &Op<'_>,
) {
    let members = [
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
    ];
    announced(op, &members, "end_session_endpoint").await;
}

pub(in crate::conformance) async fn oidcc_frontchannel_logout_discovery_endpoint_verification(
    op: &Op<'_>,
) {
    let members = [
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ];
    announced(op, &members, "end_session_endpoint").await;
}

pub(in crate::conformance) async fn oidcc_session_management_discovery_endpoint_verification(
    op: &Op<'_>,
) {
    announced(op, &[], "end_session_endpoint").await;
    announced(op, &[], "check_session_iframe").await;
}
