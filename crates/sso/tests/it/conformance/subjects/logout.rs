//! An application signs a person out.
//!
//! Owns: subjects of RP-initiated logout.
//! Invariant: without a token that proves which client asks for whom, the person is asked first
//! and sent nowhere; with one, it is sent to registered addresses only.

use lgsp_sso::keys::jws;
use serde_json::json;

use super::assert_page;
use crate::conformance::kit::{BYE, OUT_STATE, Op, SignedOn, new_key, unsigned};

pub(in crate::conformance) async fn oidcc_rp_initiated_logout(op: &Op<'_>) {
    let mut on = SignedOn::at(op, json!({})).await;
    let hint = on.tokens.id_token().to_owned();
    // The token may be older than its life.
    op.world.pass_s(600);
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", OUT_STATE),
    ];
    let answer = on.leave(&asked).await;
    assert_eq!(answer.location(), format!("{BYE}?state={OUT_STATE}"));
    on.assert_signed_out().await;
}

/// A wish to go to an address that is not registered: a page, and nobody is signed out.
async fn not_sent(op: &Op<'_>, address: &str) {
    let mut on = SignedOn::at(op, json!({})).await;
    let hint = on.tokens.id_token().to_owned();
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", address),
        ("state", OUT_STATE),
    ];
    assert_page(&on.leave(&asked).await);
    on.assert_signed_on().await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(
    op: &Op<'_>,
) {
    not_sent(op, "https://rp.test/bye/other").await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(
    op: &Op<'_>,
) {
    not_sent(op, &format!("{BYE}?foo=bar")).await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_modified_id_token_hint(op: &Op<'_>) {
    let mut on = SignedOn::at(op, json!({})).await;
    let hint = unsigned(&on.tokens.claims);
    asked_first(
        &mut on,
        &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)],
    )
    .await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_bad_id_token_hint(op: &Op<'_>) {
    let mut on = SignedOn::at(op, json!({})).await;
    let hint = jws::sign(&new_key(), "JWT", &on.tokens.claims).unwrap();
    asked_first(
        &mut on,
        &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)],
    )
    .await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_no_id_token_hint(op: &Op<'_>) {
    let mut on = SignedOn::at(op, json!({})).await;
    asked_first(&mut on, &[("post_logout_redirect_uri", BYE)]).await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_no_params(op: &Op<'_>) {
    let mut on = SignedOn::at(op, json!({})).await;
    let page = on.leave(&[]).await;
    on.confirm(&page).await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_only_state(op: &Op<'_>) {
    let mut on = SignedOn::at(op, json!({})).await;
    asked_first(&mut on, &[]).await;
}

/// The person is asked, and sent nowhere afterwards.
async fn asked_first(on: &mut SignedOn<'_>, params: &[(&str, &str)]) {
    let with_state = [params, &[("state", OUT_STATE)]].concat();
    let page = on.leave(&with_state).await;
    on.confirm(&page).await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri(
    op: &Op<'_>,
) {
    let mut on = SignedOn::at(op, json!({})).await;
    let hint = on.tokens.id_token().to_owned();
    let page = on
        .leave(&[("id_token_hint", &hint), ("state", OUT_STATE)])
        .await;
    on.assert_told(&page).await;
}

pub(in crate::conformance) async fn oidcc_rp_initiated_logout_no_state(op: &Op<'_>) {
    let mut on = SignedOn::at(op, json!({})).await;
    let hint = on.tokens.id_token().to_owned();
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
    ];
    let answer = on.leave(&asked).await;
    assert_eq!(answer.location(), BYE);
    on.assert_signed_out().await;
}
