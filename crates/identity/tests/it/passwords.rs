//! Changing and resetting passwords.

use axum::http::StatusCode;
use lgsp_identity::{
    Kind,
    rules::{ADMIN_PASSWORD_AGE_MAX_MS, FAILURES_MAX, PASSWORD_HISTORY},
};
use serde_json::json;

use crate::kit::{ADMIN, GOOD, OTHER, WRONG, each_database, password};

const PATH: &str = "/api/v1/me/password";

each_database! {
    async fn a_change_needs_the_present_password(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        let wrong = browser.json("POST", PATH, json!({"current": WRONG, "new": OTHER})).await;
        assert_eq!(wrong.refusal(), (422, "identity.password.wrong".into()));
        assert_eq!(wrong.broken(), [("/current".into(), "identity.password.not_current".into())]);
        let weak = browser.json("POST", PATH, json!({"current": GOOD, "new": "Ngan-7!"})).await;
        assert_eq!(weak.broken(), [
            ("/new".into(), "identity.password.short".into()),
            ("/new".into(), "identity.password.monotone".into()),
        ]);
        assert!(!weak.text.contains("Ngan-7!"));
    }

    async fn guessing_through_the_change_locks_too(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        for _ in 0..FAILURES_MAX {
            let wrong = browser.json("POST", PATH, json!({"current": WRONG, "new": OTHER})).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let locked = browser.json("POST", PATH, json!({"current": GOOD, "new": OTHER})).await;
        assert_eq!(locked.refusal(), (403, "identity.password.locked".into()));
        assert_eq!(world.browser().sign_in(ADMIN, GOOD).await.status, StatusCode::UNAUTHORIZED);
    }

    async fn an_administrator_does_not_take_one_of_the_last_ten(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        let name = |number: usize| format!("Song-Dak-Bla-{number}!x");
        let mut current = GOOD.to_owned();
        for number in 0..PASSWORD_HISTORY {
            world.clock.advance_ms(1);
            let next = name(number);
            let answer = browser.json("POST", PATH, json!({"current": current, "new": next})).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{number}: {}", answer.text);
            current = next;
        }
        for number in 0..PASSWORD_HISTORY {
            let answer = browser.json("POST", PATH, json!({"current": current, "new": name(number)})).await;
            assert_eq!(answer.broken(), [("/new".into(), "identity.password.reused".into())], "{number}");
        }
        let first = browser.json("POST", PATH, json!({"current": current, "new": GOOD})).await;
        assert_eq!(first.status, StatusCode::NO_CONTENT, "the eleventh is free again");
    }

    async fn an_official_may_come_back_to_an_old_one(world: &World) {
        world.account("can.bo", "H34.01", &[]).await;
        let mut browser = world.signed_in("can.bo").await;
        for (current, new) in [(GOOD, OTHER), (OTHER, GOOD)] {
            let answer = browser.json("POST", PATH, json!({"current": current, "new": new})).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
        }
    }

    async fn a_reset_ends_sessions_and_asks_for_a_change(world: &World) {
        let id = world.account("can.bo", "H34.01", &[]).await;
        let mut browser = world.signed_in("can.bo").await;
        let path = format!("/api/v1/accounts/{id}/password");
        let answer = world.admin().json("POST", &path, json!({"password": OTHER})).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(browser.sign_in("can.bo", OTHER).await.status, StatusCode::SEE_OTHER);
        let me = browser.get("/api/v1/me").await.json();
        assert_eq!(me["password_due"], true);
        browser.csrf_token = me["csrf_token"].as_str().unwrap().to_owned();
        browser.json("POST", PATH, json!({"current": OTHER, "new": GOOD})).await;
        assert_eq!(browser.get("/api/v1/me").await.json()["password_due"], false);
        world.identity.set_password("can.bo", password(OTHER)).await.unwrap();
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn an_administrators_password_is_due_after_two_months(world: &World) {
        world.account_of(Kind::Administrator, "quan.tri.2", "H34", &[]).await;
        let mut browser = world.signed_in("quan.tri.2").await;
        browser.json("POST", PATH, json!({"current": GOOD, "new": OTHER})).await;
        assert_eq!(browser.get("/api/v1/me").await.json()["password_due"], false);
        // Two steps: 45 days without use would disable the account.
        for is_due in [false, true] {
            world.clock.advance_ms(ADMIN_PASSWORD_AGE_MAX_MS / 2 + 1);
            let answer = browser.sign_in("quan.tri.2", OTHER).await;
            let must_change = answer.header("location").starts_with("/sign-in/step");
            assert_eq!(must_change, is_due);
        }
    }

    async fn an_old_hash_is_renewed_at_sign_in(world: &World) {
        world.account("can.bo", "H34.01", &[]).await;
        // Argon2id of "password", salt "somesalt", with 64 MiB: the reference vector.
        world.sql("UPDATE account SET password_hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ\
            $CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc' WHERE username = 'can.bo'").await;
        assert_eq!(world.browser().sign_in("can.bo", "password").await.status, StatusCode::SEE_OTHER);
        let sql = "SELECT password_hash FROM account WHERE username = 'can.bo'";
        let row = world.platform.db.query_one(sql, vec![]).await.unwrap().unwrap();
        let stored: String = row.try_get("", "password_hash").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(world.browser().sign_in("can.bo", "password").await.status, StatusCode::SEE_OTHER);
    }
}
