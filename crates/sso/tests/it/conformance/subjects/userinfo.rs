//! The user-info endpoint, and what the scopes open.
//!
//! Owns: subjects of user info, scopes and single claims.

use serde_json::{Value, json};

use crate::{
    conformance::kit::{Op, header, verified},
    kit::Answer,
};

/// What the scope `profile` tells of the person of these tests.
const PROFILE: [&str; 7] = [
    "family_name",
    "given_name",
    "locale",
    "name",
    "preferred_username",
    "updated_at",
    "zoneinfo",
];
/// What `email`, `address` and `phone` tell.
const EMAIL: [&str; 2] = ["email", "email_verified"];
const ADDRESS: [&str; 1] = ["address"];
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];

fn assert_is_of(answer: &Answer, sub: &Value) {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["sub"], *sub);
}

pub(in crate::conformance) async fn oidcc_userinfo_get(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let tokens = rp.sign_on(&mut op.world.browser(), &[]).await;
    assert_is_of(&rp.userinfo(tokens.access()).await, &tokens.claims["sub"]);
}

pub(in crate::conformance) async fn oidcc_userinfo_post_header(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let tokens = rp.sign_on(&mut op.world.browser(), &[]).await;
    let path = op.endpoint("userinfo_endpoint").await;
    let bearer = format!("Bearer {}", tokens.access());
    let answer = op
        .world
        .call("POST", &path, &[("authorization", &bearer)], "")
        .await;
    assert_is_of(&answer, &tokens.claims["sub"]);
}

pub(in crate::conformance) async fn oidcc_userinfo_post_body(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let tokens = rp.sign_on(&mut op.world.browser(), &[]).await;
    let path = op.endpoint("userinfo_endpoint").await;
    let answer = op
        .world
        .form(&path, &[], &[("access_token", tokens.access())])
        .await;
    assert_is_of(&answer, &tokens.claims["sub"]);
}

pub(in crate::conformance) async fn oidcc_userinfo_rs256(op: &Op<'_>) {
    let offered = op.metadata().await["userinfo_signing_alg_values_supported"].clone();
    assert!(
        offered.as_array().unwrap().contains(&json!("RS256")),
        "{offered}"
    );
    let signed = json!({ "userinfo_signed_response_alg": "RS256" });
    let rp = op.client("rp", signed).await;
    let asked = [("scope", "openid email")];
    let tokens = rp.sign_on(&mut op.world.browser(), &asked).await;
    let answer = rp.userinfo(tokens.access()).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/jwt");
    assert_eq!(header(&answer.text)["alg"], "RS256");
    let told = verified(&answer.text, &op.jwks().await);
    assert_eq!(told["iss"], op.variant.issuer);
    assert_eq!(told["aud"], rp.id.as_str());
    assert_eq!(told["sub"], tokens.claims["sub"]);
    assert!(told["email"].is_string(), "{told}");
}

/// The claims of the scopes of a request, and no others, each of its type.
async fn opened(op: &Op<'_>, scope: &str, expected: &[&str]) {
    let supported = op.metadata().await["scopes_supported"].clone();
    for word in scope.split(' ') {
        assert!(
            supported.as_array().unwrap().contains(&json!(word)),
            "{word}"
        );
    }
    let rp = op.client("rp", json!({})).await;
    let tokens = rp
        .sign_on(&mut op.world.browser(), &[("scope", scope)])
        .await;
    let told = rp.userinfo(tokens.access()).await.json();
    let mut names: Vec<&str> = told
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    let mut expected = [expected, &["sub"]].concat();
    expected.sort_unstable();
    assert_eq!(names, expected);
    for (name, value) in told.as_object().unwrap() {
        let is_typed = match name.as_str() {
            "updated_at" => value.is_i64(),
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "address" => value["formatted"].is_string(),
            _ => value.as_str().is_some_and(|text| !text.is_empty()),
        };
        assert!(is_typed, "{name}: {value}");
    }
    for claim in names.iter().filter(|name| **name != "sub") {
        assert!(
            tokens.claims.get(claim).is_none(),
            "{claim} is for the user info"
        );
    }
}

pub(in crate::conformance) async fn oidcc_scope_profile(op: &Op<'_>) {
    opened(op, "openid profile", &PROFILE).await;
}

pub(in crate::conformance) async fn oidcc_scope_email(op: &Op<'_>) {
    opened(op, "openid email", &EMAIL).await;
}

pub(in crate::conformance) async fn oidcc_scope_address(op: &Op<'_>) {
    opened(op, "openid address", &ADDRESS).await;
}

pub(in crate::conformance) async fn oidcc_scope_phone(op: &Op<'_>) {
    opened(op, "openid phone", &PHONE).await;
}

pub(in crate::conformance) async fn oidcc_scope_all(op: &Op<'_>) {
    let all = [&PROFILE[..], &EMAIL, &ADDRESS, &PHONE].concat();
    opened(op, "openid address email phone profile", &all).await;
}

/// Neither scopes nor parameters have an order.
pub(in crate::conformance) async fn oidcc_ensure_other_scope_order_succeeds(op: &Op<'_>) {
    opened(op, "email openid", &EMAIL).await;
    let rp = op.client("rp2", json!({})).await;
    let request = rp.request(&[("scope", "email openid")]).await;
    let (endpoint, query) = request.split_once('?').unwrap();
    let reversed: Vec<&str> = query.rsplit('&').collect();
    let request = format!("{endpoint}?{}", reversed.join("&"));
    let answer = op.world.browser().follow(&request).await;
    rp.tokens(&rp.callback(&answer), Some(crate::conformance::kit::NONCE))
        .await;
}

pub(in crate::conformance) async fn oidcc_claims_essential(op: &Op<'_>) {
    assert_eq!(op.metadata().await["claims_parameter_supported"], true);
    let rp = op.client("rp", json!({})).await;
    let claims = r#"{"userinfo":{"name":{"essential":true}}}"#;
    let tokens = rp
        .sign_on(&mut op.world.browser(), &[("claims", claims)])
        .await;
    let told = rp.userinfo(tokens.access()).await.json();
    assert!(told["name"].is_string(), "{told}");
    assert!(told.get("email").is_none(), "{told}");
    assert!(tokens.claims.get("name").is_none(), "{}", tokens.claims);
}
