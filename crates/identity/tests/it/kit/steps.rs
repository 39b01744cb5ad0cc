//! The steps of a sign-in, as a person takes them.
//!
//! Owns: `level_3`, enrolling, proving, changing the password.

use axum::http::StatusCode;
use lgsp_identity::Rules;
use lgsp_testkit::{Answer, Browser, totp::code};
use serde_json::{Value, json};

use super::{ADMIN, GOOD, OTHER, World};

/// Where people sign in by the rules of level 3.
pub(crate) const ISSUER: &str = "https://dang-nhap.example";

/// Level 3 as it is, but no waiting: the clock of tests stands still.
pub(crate) async fn level_3(test: impl AsyncFn(&World)) {
    lgsp_testkit::each_database(async |made| {
        let rules = Rules {
            failure_delay_ms: 0,
            ..Rules::default()
        };
        let world = World::start_with(&made, rules, ISSUER).await;
        test(&world).await;
        world.stop().await;
    })
    .await;
}

/// What the page shows for an application.
pub(crate) fn secret_of(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("<code class=\"secret\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

pub(crate) async fn step(
    browser: &mut Browser,
    path: &str,
    page: &Answer,
    fields: &[(&str, &str)],
) -> Answer {
    let (csrf, next) = (page.hidden("csrf"), page.hidden("next"));
    let mut all = vec![("csrf", csrf.as_str()), ("next", next.as_str())];
    all.extend(fields);
    browser.post_form(path, &all).await
}

/// Enrols an application at the first sign-in; gives its secret and the recovery codes.
pub(crate) async fn enrol(world: &World, browser: &mut Browser) -> (String, Vec<String>) {
    let page = browser.get("/sign-in/step?with=totp").await;
    let (secret, factor) = (secret_of(&page), page.hidden("factor"));
    assert!(page.text.contains("<svg"), "{}", page.text);
    let code = code(&secret, world.identity_now().0);
    let fields = [
        ("way", "totp"),
        ("factor", factor.as_str()),
        ("code", code.as_str()),
    ];
    let codes = step(browser, "/sign-in/enrol", &page, &fields).await;
    assert_eq!(codes.status, StatusCode::OK, "{}", codes.text);
    let shown = codes.text.split("<li><code>").skip(1);
    let shown = shown
        .map(|part| part.split('<').next().unwrap().to_owned())
        .collect();
    let done = step(browser, "/sign-in/continue", &codes, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    (secret, shown)
}

/// Chooses the password that the forced change asks for.
pub(crate) async fn change(browser: &mut Browser, new: &str) -> Answer {
    let page = browser.get("/sign-in/step").await;
    step(
        browser,
        "/sign-in/password",
        &page,
        &[("new", new), ("repeat", new)],
    )
    .await
}

/// The first administrator at its first sign-in: factor, password, in.
pub(crate) async fn first_sign_in(world: &World) -> (String, Vec<String>) {
    let mut browser = world.browser();
    let answer = browser.sign_in(ADMIN, GOOD).await;
    assert!(
        answer.header("location").starts_with("/sign-in/step"),
        "{}",
        answer.header("location")
    );
    let enrolled = enrol(world, &mut browser).await;
    let done = change(&mut browser, OTHER).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
    enrolled
}

pub(crate) async fn second(browser: &mut Browser, way: &str, code: &str) -> Answer {
    let page = browser.get(&format!("/sign-in/step?with={way}")).await;
    step(
        browser,
        "/sign-in/code",
        &page,
        &[("way", way), ("code", code)],
    )
    .await
}

/// An application that somebody enrolled while signed in.
pub(crate) struct Enrolled {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) recovery_codes: Vec<String>,
}

/// Enrols an application for who is signed in.
pub(crate) async fn add_totp(world: &World, browser: &mut Browser) -> Enrolled {
    let path = "/api/v1/me/factors/totp";
    let begun = browser.json("POST", path, json!({})).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    let begun = begun.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (id, secret) = (text(&begun["id"]), text(&begun["secret"]));
    let body = json!({"code": code(&secret, world.identity_now().0), "label": "Điện thoại"});
    let path = format!("{path}/{id}/confirm");
    let done = browser.json("POST", &path, body).await;
    assert!(done.status.is_success(), "{}", done.text);
    let codes = done.json()["recovery_codes"].as_array().unwrap().clone();
    Enrolled {
        id,
        secret,
        recovery_codes: codes.iter().map(text).collect(),
    }
}

/// Kinds of the notices of who is signed in, the newest first.
pub(crate) async fn notices(browser: &mut Browser) -> Vec<String> {
    let told = browser.get("/api/v1/me/notices").await.json();
    let items = told["items"].as_array().unwrap().clone();
    let kind = |item: &Value| item["kind"].as_str().unwrap().to_owned();
    items.iter().map(kind).collect()
}
