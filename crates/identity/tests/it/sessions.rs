//! Life of a session, and what it protects.

use axum::http::StatusCode;
use lgsp_identity::rules::{MINUTE_MS, SESSION_IDLE_MS, SESSION_LIFE_MS, SESSIONS_MAX};
use serde_json::json;

use crate::kit::{ADMIN, GOOD, OTHER, each_database};

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
