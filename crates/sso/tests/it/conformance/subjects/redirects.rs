//! Where answers may go.
//!
//! Owns: subjects of `redirect_uri`.

use serde_json::json;

use super::assert_page;
use crate::conformance::kit::{Op, REDIRECT, Rp};

/// The address of the usual client with a parameter of its own.
const WITH_QUERY: &str = "https://rp.test/cb?foo=bar";

/// A request with an address that must not be followed, signed on or not.
async fn never_followed(rp: &Rp<'_>, address: &str) {
    let world = rp.op.world;
    for mut browser in [world.browser(), world.signed_on().await] {
        let request = rp.request(&[("redirect_uri", address)]).await;
        assert_page(&browser.get(&request).await);
    }
}

pub(in crate::conformance) async fn oidcc_ensure_registered_redirect_uri(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    never_followed(&rp, "https://rp.test/cb/3kwbYl7zQ9").await;
}

pub(in crate::conformance) async fn oidcc_ensure_redirect_uri_in_authorization_request(
    op: &Op<'_>,
) {
    let two = json!({ "redirect_uris": [REDIRECT, "https://rp.test/other"] });
    let rp = op.client("rp", two).await;
    never_followed(&rp, "").await;
}

pub(in crate::conformance) async fn oidcc_redirect_uri_query_ok(op: &Op<'_>) {
    let rp = op
        .client("rp", json!({ "redirect_uris": [WITH_QUERY] }))
        .await;
    let callback = rp.authorize(&mut op.world.browser(), &[]).await;
    assert_eq!(callback.get("foo"), Some("bar"));
    rp.tokens(&callback, Some(crate::conformance::kit::NONCE))
        .await;
}

pub(in crate::conformance) async fn oidcc_redirect_uri_query_mismatch(op: &Op<'_>) {
    let rp = op
        .client("rp", json!({ "redirect_uris": [WITH_QUERY] }))
        .await;
    never_followed(&rp, "https://rp.test/cb?bar=foo").await;
}

pub(in crate::conformance) async fn oidcc_redirect_uri_query_added(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    never_followed(&rp, WITH_QUERY).await;
}

pub(in crate::conformance) async fn oidcc_redirect_uri_regfrag(op: &Op<'_>) {
    let fragment = json!({ "redirect_uris": ["https://rp.test/cb#foobar"] });
    let refused = op
        .register(&crate::conformance::kit::usual("rp", &fragment))
        .await;
    assert_eq!(refused.refusal(), (400, "invalid_redirect_uri".to_owned()));
    assert_eq!(refused.header("content-type"), "application/json");
}
