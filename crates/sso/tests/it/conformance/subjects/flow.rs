//! The code flow itself.
//!
//! Owns: subjects of requests that must succeed, and of one that must not.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde_json::json;

use crate::{
    conformance::kit::{NONCE, Op},
    kit::form,
};

pub(in crate::conformance) async fn oidcc_server(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let tokens = rp.sign_on(&mut op.world.browser(), &[]).await;
    let info = rp.userinfo(tokens.access()).await.json();
    assert_eq!(info["sub"], tokens.claims["sub"]);
}

pub(in crate::conformance) async fn oidcc_response_type_missing(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    for mut browser in [op.world.browser(), op.world.signed_on().await] {
        let callback = rp.at_once(&mut browser, &[("response_type", "")]).await;
        let error = callback.error();
        assert!(
            ["invalid_request", "unsupported_response_type"].contains(&error),
            "{error}"
        );
    }
}

pub(in crate::conformance) async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(
    op: &Op<'_>,
) {
    let rp = op.client("rp", json!({})).await;
    let callback = rp
        .authorize(&mut op.world.browser(), &[("nonce", "")])
        .await;
    rp.tokens(&callback, None).await;
}

pub(in crate::conformance) async fn oidcc_ensure_request_with_unknown_parameter_succeeds(
    op: &Op<'_>,
) {
    let rp = op.client("rp", json!({})).await;
    rp.sign_on(&mut op.world.browser(), &[("extra", "foobar")])
        .await;
}

/// The form comes from a page of another site: without the cookies of the person.
pub(in crate::conformance) async fn oidcc_ensure_post_request_succeeds(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let params = rp.params(&[]);
    let params: Vec<_> = params
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let endpoint = op.endpoint("authorization_endpoint").await;
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let answer = op
        .world
        .call("POST", &endpoint, &kind, &form(&params))
        .await;
    let answer = op.world.browser().follow(answer.location()).await;
    rp.tokens(&rp.callback(&answer), Some(NONCE)).await;
}

pub(in crate::conformance) async fn oidcc_server_client_secret_post(op: &Op<'_>) {
    let methods = op.metadata().await["token_endpoint_auth_methods_supported"].clone();
    assert!(
        methods
            .as_array()
            .unwrap()
            .contains(&json!("client_secret_post"))
    );
    let posting = json!({ "token_endpoint_auth_method": "client_secret_post" });
    let rp = op.client("rp", posting).await;
    rp.sign_on(&mut op.world.browser(), &[]).await;
}

pub(in crate::conformance) async fn oidcc_ensure_request_with_valid_pkce_succeeds(op: &Op<'_>) {
    let methods = op.metadata().await["code_challenge_methods_supported"].clone();
    assert!(methods.as_array().unwrap().contains(&json!("S256")));
    let rp = op.client("rp", json!({})).await;
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
    let challenge = URL_SAFE_NO_PAD.encode(hash);
    let sent = [
        ("code_challenge", &*challenge),
        ("code_challenge_method", "S256"),
    ];
    let callback = rp.authorize(&mut op.world.browser(), &sent).await;
    let code = callback.get("code").unwrap();
    let without = rp.redeem(code, &[]).await;
    assert_eq!(without.refusal(), (400, "invalid_grant".to_owned()));
    let answer = rp.redeem(code, &[("code_verifier", verifier)]).await;
    rp.checked(&answer).await;
}
