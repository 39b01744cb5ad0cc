//! What a request asks of the person's sign-on.
//!
//! Owns: subjects of `prompt`, `max_age`, `display`, hints, languages and levels.

use serde_json::{Value, json};

use crate::{
    conformance::kit::{NONCE, Op, Rp},
    kit::Browser,
};

/// Asks in a browser that must show the page for a password; gives that page.
async fn password_page(rp: &Rp<'_>, browser: &mut Browser<'_>, asked: &[(&str, &str)]) -> String {
    let answer = browser.get(&rp.request(asked).await).await;
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    assert!(page.text.contains(r#"name="password""#), "{}", page.text);
    page.text
}

fn number(claims: &Value, name: &str) -> i64 {
    claims[name]
        .as_i64()
        .unwrap_or_else(|| panic!("no {name}: {claims}"))
}

/// A request of one way to show pages: there is only one way, and it works.
async fn displayed(op: &Op<'_>, display: &str) {
    let rp = op.client("rp", json!({})).await;
    let mut browser = op.world.browser();
    password_page(&rp, &mut browser, &[("display", display)]).await;
    rp.sign_on(&mut browser, &[("display", display)]).await;
}

pub(in crate::conformance) async fn oidcc_display_page(op: &Op<'_>) {
    displayed(op, "page").await;
}

pub(in crate::conformance) async fn oidcc_display_popup(op: &Op<'_>) {
    displayed(op, "popup").await;
}

/// A second request that must make the same person sign on anew.
async fn anew(op: &Op<'_>, asked: &[(&str, &str)]) {
    let rp = op.client("rp", json!({})).await;
    let mut browser = op.world.browser();
    let first = rp.sign_on(&mut browser, &[]).await;
    op.world.pass_s(2);
    password_page(&rp, &mut browser, asked).await;
    let second = rp.sign_on(&mut browser, asked).await;
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    let at = number(&second.claims, "auth_time");
    assert!(at > number(&first.claims, "auth_time"), "{}", second.claims);
    assert!(op.now_s() - at <= 1, "{}", second.claims);
}

pub(in crate::conformance) async fn oidcc_prompt_login(op: &Op<'_>) {
    anew(op, &[("prompt", "login")]).await;
}

pub(in crate::conformance) async fn oidcc_max_age_1(op: &Op<'_>) {
    anew(op, &[("max_age", "1")]).await;
}

/// A second request that must ask nothing of the same person.
async fn silent(op: &Op<'_>, asked: &[(&str, &str)]) {
    let rp = op.client("rp", json!({})).await;
    let mut browser = op.world.browser();
    let first = rp.sign_on(&mut browser, &[]).await;
    op.world.pass_s(2);
    let callback = rp.at_once(&mut browser, asked).await;
    let second = rp.tokens(&callback, Some(NONCE)).await;
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    let at = number(&second.claims, "auth_time");
    assert_eq!(at, number(&first.claims, "auth_time"));
}

pub(in crate::conformance) async fn oidcc_prompt_none_logged_in(op: &Op<'_>) {
    silent(op, &[("prompt", "none")]).await;
}

pub(in crate::conformance) async fn oidcc_max_age_10000(op: &Op<'_>) {
    silent(op, &[("max_age", "10000")]).await;
}

pub(in crate::conformance) async fn oidcc_prompt_none_not_logged_in(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let callback = rp
        .at_once(&mut op.world.browser(), &[("prompt", "none")])
        .await;
    let error = callback.error();
    let is_fitting = ["login_required", "interaction_required"].contains(&error);
    assert!(is_fitting, "{error}");
}

pub(in crate::conformance) async fn oidcc_id_token_hint(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let mut browser = op.world.browser();
    let first = rp.sign_on(&mut browser, &[]).await;
    let hinted = [("prompt", "none"), ("id_token_hint", first.id_token())];
    // Identity tokens live for minutes; a hint may be older.
    op.world.pass_s(600);
    let callback = rp.at_once(&mut browser, &hinted).await;
    let second = rp.tokens(&callback, Some(NONCE)).await;
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    let gone = rp.at_once(&mut op.world.browser(), &hinted).await;
    assert_eq!(gone.error(), "login_required");
}

pub(in crate::conformance) async fn oidcc_login_hint(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let mut browser = op.world.browser();
    let hint = [("login_hint", "buffy@rp.test")];
    let page = password_page(&rp, &mut browser, &hint).await;
    assert!(page.contains("buffy@rp.test"), "the hint fills the name in");
    rp.sign_on(&mut browser, &hint).await;
}

pub(in crate::conformance) async fn oidcc_ui_locales(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let mut browser = op.world.browser();
    let page = password_page(&rp, &mut browser, &[("ui_locales", "se")]).await;
    assert!(
        page.contains(r#"<html lang="vi">"#),
        "a language that is not there"
    );
    let page = password_page(&rp, &mut browser, &[("ui_locales", "se en-GB vi")]).await;
    assert!(page.contains(r#"<html lang="en">"#));
    rp.sign_on(&mut browser, &[("ui_locales", "se")]).await;
}

pub(in crate::conformance) async fn oidcc_claims_locales(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let asked = [("claims_locales", "se"), ("scope", "openid profile")];
    let tokens = rp.sign_on(&mut op.world.browser(), &asked).await;
    assert!(rp.userinfo(tokens.access()).await.json()["name"].is_string());
}

pub(in crate::conformance) async fn oidcc_ensure_request_with_acr_values_succeeds(op: &Op<'_>) {
    let known = op.metadata().await["acr_values_supported"].clone();
    let known: Vec<&str> = known
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let rp = op.client("rp", json!({})).await;
    let all = known.join(" ");
    for asked in ["1 2", &*all] {
        let asked = [("acr_values", asked)];
        let tokens = rp.sign_on(&mut op.world.browser(), &asked).await;
        assert!(
            known.contains(&tokens.claims["acr"].as_str().unwrap()),
            "{}",
            tokens.claims
        );
    }
}
