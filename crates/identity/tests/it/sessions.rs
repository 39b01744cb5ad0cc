//! Life of a session, and what it protects.

use axum::http::StatusCode;
use lgsp_identity::rules::{HOUR_MS, MINUTE_MS, SESSION_IDLE_MS, SESSION_LIFE_MS, SESSIONS_MAX};
use lgsp_testkit::Browser;
use serde_json::json;

use crate::kit::{
    ADMIN, GOOD, OTHER, World, each_database,
    steps::{first_sign_in, level_3, second},
};

each_database! {
    async fn an_idle_session_ends(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        world.clock.advance_ms(SESSION_IDLE_MS - 1);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
        world.clock.advance_ms(SESSION_IDLE_MS - 1);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK, "use keeps it");
        world.clock.advance_ms(SESSION_IDLE_MS);
        assert_eq!(browser.get("/api/v1/me").await.refusal(), (401, "platform.session.missing".into()));
        let page = browser.get("/sign-in").await;
        assert!(page.text.contains("Phiên làm việc đã kết thúc"), "{}", page.text);
    }

    async fn a_busy_session_ends_after_twelve_hours(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        let step = 10 * MINUTE_MS;
        for _ in 0..(SESSION_LIFE_MS / step - 1) {
            world.clock.advance_ms(step);
            assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
        }
        world.clock.advance_ms(step);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn a_change_needs_the_csrf_token(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        let token = std::mem::take(&mut browser.csrf_token);
        let change = json!({"theme": "dark"});
        let path = "/api/v1/me/preferences";
        assert_eq!(browser.json("PATCH", path, change.clone()).await.refusal(), (403, "platform.csrf.missing".into()));
        browser.csrf_token = "x".repeat(token.len());
        assert_eq!(browser.json("PATCH", path, change.clone()).await.refusal(), (403, "platform.csrf.missing".into()));
        browser.csrf_token = token;
        let saved = browser.json("PATCH", path, change).await;
        assert_eq!(saved.json(), json!({"language": "vi", "theme": "dark", "density": "comfortable"}));
        assert_eq!(browser.get("/api/v1/me").await.json()["preferences"]["theme"], "dark");
        let unknown = browser.json("PATCH", path, json!({"theme": "pink"})).await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    }

    async fn one_account_has_a_limited_number_of_sessions(world: &World) {
        let mut first = world.signed_in(ADMIN).await;
        world.clock.advance_ms(1);
        for _ in 0..SESSIONS_MAX - 1 {
            world.signed_in(ADMIN).await;
        }
        assert_eq!(first.get("/api/v1/me").await.status, StatusCode::OK);
        world.signed_in(ADMIN).await;
        assert_eq!(first.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "the oldest ended");
    }

    async fn disabling_an_account_ends_everything_at_once(world: &World) {
        let id = world.account("van.thu", "H34.01", &[("clerk", "H34.01")]).await;
        let mut browser = world.signed_in("van.thu").await;
        let made = browser.json("POST", "/api/v1/tokens", json!({"name": "may quet"})).await.json();
        let mut script = world.with_token(made["token"].as_str().unwrap());
        assert_eq!(script.get("/api/v1/me").await.status, StatusCode::OK);
        let path = format!("/api/v1/accounts/{id}");
        world.admin().json("PATCH", &path, json!({"enabled": false})).await;
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(script.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        world.admin().json("PATCH", &path, json!({"enabled": true})).await;
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "sessions stay ended");
    }

    async fn sessions_of_an_account_are_listed_and_ended(world: &World) {
        let id = world.account("van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let path = format!("/api/v1/accounts/{id}/sessions");
        let listed = world.admin().get(&path).await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["address"], "10.34.1.9");
        assert!(!listed.to_string().contains(&browser.cookies["lgsp_session"]));
        let own = browser.get(&path).await;
        assert_eq!(own.status, StatusCode::OK, "everybody sees the own sessions");
        let ended = world.admin().json("DELETE", &path, json!({})).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn a_new_password_ends_the_other_sessions(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut here = world.signed_in("van.thu").await;
        let mut there = world.signed_in("van.thu").await;
        let change = json!({"current": GOOD, "new": OTHER});
        let changed = here.json("POST", "/api/v1/me/password", change).await;
        assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.text);
        assert_eq!(here.get("/api/v1/me").await.status, StatusCode::OK);
        assert_eq!(there.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.browser().sign_in("van.thu", GOOD).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.browser().sign_in("van.thu", OTHER).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_person_sees_and_ends_own_sessions_on_the_page_after_a_fresh_proof(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        world.account("nguoi.khac", "H34.01", &[]).await;
        let mut there = world.signed_in("van.thu").await;
        let mut third = world.signed_in("van.thu").await;
        let mut stranger = world.signed_in("nguoi.khac").await;
        let mut here = world.signed_in("van.thu").await;
        let page = here.get("/account/sessions").await;
        assert_eq!(page.text.matches("name=\"id\" value=\"").count(), 6, "two others, all others, three devices: {}", page.text);
        let (csrf, other) = (page.hidden("csrf_token"), page.hidden("id"));
        let fields = [("csrf_token", csrf.as_str()), ("id", other.as_str())];
        let foreign = [("csrf_token", stranger.csrf_token.clone()), ("id", other.clone())];
        let foreign: Vec<(&str, &str)> = foreign.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = stranger.post_form("/account/sessions", &foreign).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "of somebody else");
        let forged = here.post_form("/account/sessions", &[("csrf_token", "x"), ("id", &other)]).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
        world.clock.advance_ms(5 * MINUTE_MS + 1);
        let stale = here.post_form("/account/sessions", &fields).await;
        assert!(stale.location().starts_with("/sign-in?next=%2Faccount%2Fsessions") || stale.location().starts_with("/sign-in?next=/account/sessions"), "{}", stale.location());
        let by_api = here.json("DELETE", "/api/v1/me/sessions", json!({})).await;
        assert_eq!(by_api.refusal(), (403, "identity.session.insufficient_user_authentication".into()));
        here.sign_in("van.thu", GOOD).await;
        let csrf = here.get("/account/sessions").await.hidden("csrf_token");
        let one = here.post_form("/account/sessions", &[("csrf_token", &csrf), ("id", &other)]).await;
        assert_eq!(one.status, StatusCode::SEE_OTHER, "{}", one.text);
        let states = [there.get("/api/v1/me").await.status, third.get("/api/v1/me").await.status];
        assert_eq!(states.iter().filter(|status| **status == StatusCode::OK).count(), 1, "one of the two ended");
        here.post_form("/account/sessions", &[("csrf_token", &csrf), ("id", "others")]).await;
        for ended in [&mut there, &mut third] {
            assert_eq!(ended.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(here.get("/api/v1/me").await.status, StatusCode::OK);
        assert_eq!(stranger.get("/api/v1/me").await.status, StatusCode::OK);
    }

    async fn secrets_are_not_in_the_database(world: &World) {
        let browser = world.signed_in(ADMIN).await;
        let cookie = browser.cookies["lgsp_session"].as_bytes();
        let sql = "SELECT secret_hash FROM session UNION ALL SELECT secret_hash FROM access_token";
        let rows = world.platform.db.query_all(sql, vec![]).await.unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            let stored: Vec<u8> = row.try_get("", "secret_hash").unwrap();
            assert_eq!(stored.len(), 32);
            assert_ne!(stored, cookie);
        }
    }
}

/// An administrator who is signed in by the rules of level 3.
async fn administrator(world: &World) -> Browser {
    let (secret, _) = first_sign_in(world).await;
    world.clock.advance_ms(30_000);
    let mut browser = world.browser();
    browser.sign_in(ADMIN, OTHER).await;
    let code = lgsp_testkit::totp::code(&secret, world.identity_now().0);
    let done = second(&mut browser, "totp", &code).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    browser
}

#[tokio::test]
async fn an_administrators_session_locks_after_five_minutes() {
    level_3(async |world| {
        let mut browser = administrator(world).await;
        world.clock.advance_ms(5 * MINUTE_MS - 1);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
        world.clock.advance_ms(5 * MINUTE_MS);
        let locked = browser.get("/api/v1/me").await;
        assert_eq!(locked.refusal(), (401, "platform.session.missing".into()));
        let page = browser.get("/account").await;
        assert!(
            page.location().starts_with("/sign-in?next="),
            "{}",
            page.text
        );
    })
    .await;
}

#[tokio::test]
async fn an_administrators_session_ends_after_eight_hours_however_busy() {
    level_3(async |world| {
        let mut browser = administrator(world).await;
        let step = 4 * MINUTE_MS;
        for _ in 0..(8 * HOUR_MS / step - 1) {
            world.clock.advance_ms(step);
            assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
        }
        world.clock.advance_ms(step);
        assert_eq!(
            browser.get("/api/v1/me").await.status,
            StatusCode::UNAUTHORIZED
        );
    })
    .await;
}
