//! Personal access tokens.

use axum::http::StatusCode;
use lgsp_identity::{
    Kind, TOKEN_PREFIX,
    rules::{DAY_MS, TOKEN_LIFE_DEFAULT_MS, TOKEN_LIFE_MAX_MS},
};
use serde_json::json;

use crate::kit::{ADMIN, GOOD, OTHER, START, each_database};

each_database! {
    async fn a_token_is_shown_once_and_works_until_revoked(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        let made = browser.json("POST", "/api/v1/tokens", json!({"name": " CI "})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        assert_eq!(made["name"], "CI");
        let secret = made["token"].as_str().unwrap();
        assert!(secret.starts_with(TOKEN_PREFIX));
        let mut script = world.with_token(secret);
        let me = script.get("/api/v1/me").await.json();
        assert_eq!((&me["username"], &me["csrf_token"]), (&ADMIN.into(), &serde_json::Value::Null));
        let listed = browser.get("/api/v1/tokens").await;
        assert!(!listed.text.contains(secret));
        let listed = listed.json();
        assert_eq!(listed["items"][0]["id"], made["id"]);
        assert_eq!(listed["items"][0]["last_used_at"], START.to_string());
        let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
        let revoked = browser.json("DELETE", &path, json!({})).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT);
        assert_eq!(script.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        let again = browser.json("DELETE", &path, json!({})).await;
        assert_eq!(again.refusal(), (404, "identity.token.not_found".into()));
    }

    async fn a_token_ends(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        let end = START.plus_ms(DAY_MS);
        let wished = json!({"name": "ngan", "expires_at": end});
        let made = browser.json("POST", "/api/v1/tokens", wished).await.json();
        let default = browser.json("POST", "/api/v1/tokens", json!({"name": "x"})).await.json();
        assert_eq!(default["expires_at"], START.plus_ms(TOKEN_LIFE_DEFAULT_MS).to_string());
        let mut script = world.with_token(made["token"].as_str().unwrap());
        world.clock.advance_ms(DAY_MS - 1);
        assert_eq!(script.get("/api/v1/me").await.status, StatusCode::OK);
        world.clock.advance_ms(1);
        assert_eq!(script.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn the_end_of_a_token_is_checked(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        for (end, is_good) in [
            (START, false),
            (START.plus_ms(TOKEN_LIFE_MAX_MS), true),
            (START.plus_ms(TOKEN_LIFE_MAX_MS + 1), false),
        ] {
            let wished = json!({"name": "x", "expires_at": end});
            let answer = browser.json("POST", "/api/v1/tokens", wished).await;
            assert_eq!(answer.status == StatusCode::CREATED, is_good, "{end}");
            if !is_good {
                assert_eq!(answer.broken(), [("/expires_at".into(), "identity.token.expiry".into())]);
            }
        }
        let unnamed = browser.json("POST", "/api/v1/tokens", json!({"name": " "})).await;
        assert_eq!(unnamed.broken(), [("/name".into(), "identity.field.required".into())]);
    }

    async fn a_token_made_with_a_token_does_not_outlive_it(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        let end = START.plus_ms(DAY_MS);
        let parent = browser.json("POST", "/api/v1/tokens", json!({"name": "cha", "expires_at": end})).await.json();
        let mut script = world.with_token(parent["token"].as_str().unwrap());
        let child = script.json("POST", "/api/v1/tokens", json!({"name": "con"})).await.json();
        assert_eq!(child["expires_at"], end.to_string());
    }

    async fn a_token_cannot_change_the_password(world: &World) {
        let change = json!({"current": GOOD, "new": OTHER});
        let answer = world.admin().json("POST", "/api/v1/me/password", change).await;
        assert_eq!(answer.refusal(), (403, "identity.session.required".into()));
    }

    async fn wrong_tokens_are_nobody_even_with_a_good_cookie(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        for wrong in ["", "x", "lgsp_pat_", "lgsp_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            browser.bearer = Some(wrong.to_owned());
            let answer = browser.get("/api/v1/me").await;
            assert_eq!(answer.refusal(), (401, "platform.session.missing".into()), "{wrong}");
        }
    }

    async fn service_accounts_get_tokens_from_their_administrator(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let service = world.account_of(Kind::Service, "dong.bo", "H34.01.05", &[("integrator", "H34.01.05")]).await;
        let person = world.account("can.bo", "H34.01", &[]).await;
        let foreign = world.account_of(Kind::Service, "khac", "H34.02", &[]).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let body = json!({"name": "dong bo"});
        let path = |id: &str| format!("/api/v1/accounts/{id}/tokens");
        let made = admin.json("POST", &path(&service), body.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        let mut script = world.with_token(made["token"].as_str().unwrap());
        assert_eq!(script.get("/api/v1/me").await.json()["username"], "dong.bo");
        let of_person = admin.json("POST", &path(&person), body.clone()).await;
        assert_eq!(of_person.refusal(), (403, "identity.token.of_person".into()));
        let of_foreign = admin.json("POST", &path(&foreign), body).await;
        assert_eq!(of_foreign.refusal(), (404, "identity.account.not_found".into()));
        let one = format!("{}/{}", path(&service), made["id"].as_str().unwrap());
        assert_eq!(admin.json("DELETE", &one, json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(script.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    }
}
