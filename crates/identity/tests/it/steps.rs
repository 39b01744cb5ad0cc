//! The steps of a sign-in, with the rules of level 3.

use axum::http::StatusCode;
use lgsp_identity::{
    Kind,
    rules::{FAILURES_MAX, LOCK_MS, MINUTE_MS, RESET_LINK_MS, STEP_LIFE_MS},
};
use lgsp_testkit::totp::code;
use serde_json::json;

use crate::kit::{
    ADMIN, GOOD, OTHER, WRONG,
    steps::{change, first_sign_in, level_3, second, step},
};

#[tokio::test]
async fn the_first_administrator_enrols_and_changes_the_password() {
    level_3(async |world| {
        let (_, codes) = first_sign_in(world).await;
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 29), "{codes:?}");
        let journal = world.journal(ADMIN).await;
        let actions: Vec<&str> = journal.iter().map(|(action, ..)| action.as_str()).collect();
        for action in [
            "signin.password",
            "factor.added",
            "password.changed",
            "signin.succeeded",
        ] {
            assert!(actions.contains(&action), "{action}: {actions:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_open_before_the_last_step() {
    level_3(async |world| {
        let mut browser = world.browser();
        browser.sign_in(ADMIN, GOOD).await;
        assert!(!browser.cookies.contains_key("lgsp_session"));
        assert_eq!(
            browser.get("/api/v1/me").await.status,
            StatusCode::UNAUTHORIZED
        );
        let page = browser.get("/sign-in/step?with=totp").await;
        let skipped = step(&mut browser, "/sign-in/continue", &page, &[]).await;
        assert!(skipped.header("location").starts_with("/sign-in/step"));
        let early = step(
            &mut browser,
            "/sign-in/password",
            &page,
            &[("new", OTHER), ("repeat", OTHER)],
        )
        .await;
        assert!(early.header("location").starts_with("/sign-in/step"));
        world.clock.advance_ms(STEP_LIFE_MS);
        let late = browser.get("/sign-in/step").await;
        assert!(
            late.header("location")
                .starts_with("/sign-in?notice=expired")
        );
    })
    .await;
}

#[tokio::test]
async fn a_code_works_once_and_a_recovery_code_too() {
    level_3(async |world| {
        let (secret, codes) = first_sign_in(world).await;
        let used = code(&secret, world.identity_now().0);
        let mut browser = world.browser();
        browser.sign_in(ADMIN, OTHER).await;
        let replayed = second(&mut browser, "totp", &used).await;
        assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.clock.advance_ms(30_000);
        let fresh = code(&secret, world.identity_now().0);
        let done = second(&mut browser, "totp", &fresh).await;
        assert_eq!(
            (done.status, done.header("location")),
            (StatusCode::SEE_OTHER, "/")
        );

        let mut other = world.browser();
        other.sign_in(ADMIN, OTHER).await;
        let done = second(&mut other, "recovery", &codes[0].to_lowercase()).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let mut third = world.browser();
        third.sign_in(ADMIN, OTHER).await;
        let again = second(&mut third, "recovery", &codes[0]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn wrong_codes_lock_the_codes_for_twelve_hours() {
    level_3(async |world| {
        let (secret, codes) = first_sign_in(world).await;
        let mut browser = world.browser();
        browser.sign_in(ADMIN, OTHER).await;
        for _ in 0..FAILURES_MAX {
            second(&mut browser, "totp", "000000").await;
        }
        let ended = browser.get("/sign-in/step").await;
        assert!(
            ended
                .header("location")
                .starts_with("/sign-in?notice=expired")
        );
        world.clock.advance_ms(30_000);
        let mut next = world.browser();
        next.sign_in(ADMIN, OTHER).await;
        let right = code(&secret, world.identity_now().0);
        assert_eq!(
            second(&mut next, "totp", &right).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            second(&mut next, "recovery", &codes[1]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        world.clock.advance_ms(LOCK_MS);
        let mut later = world.browser();
        later.sign_in(ADMIN, OTHER).await;
        let right = code(&secret, world.identity_now().0);
        assert_eq!(
            second(&mut later, "totp", &right).await.status,
            StatusCode::SEE_OTHER
        );
    })
    .await;
}

#[tokio::test]
async fn a_known_device_passes_a_lock_that_others_caused() {
    level_3(async |world| {
        let (secret, _) = first_sign_in(world).await;
        world.clock.advance_ms(30_000);
        let mut own = world.browser();
        own.sign_in(ADMIN, OTHER).await;
        let right = code(&secret, world.identity_now().0);
        assert_eq!(
            second(&mut own, "totp", &right).await.status,
            StatusCode::SEE_OTHER
        );
        for _ in 0..FAILURES_MAX {
            world.browser().sign_in(ADMIN, WRONG).await;
        }
        let stranger = world.browser().sign_in(ADMIN, OTHER).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
        own.cookies.retain(|name, _| name.ends_with("device"));
        let known = own.sign_in(ADMIN, OTHER).await;
        assert_eq!(known.status, StatusCode::SEE_OTHER, "{}", known.text);
        for _ in 0..FAILURES_MAX {
            own.sign_in(ADMIN, WRONG).await;
        }
        let forgotten = own.sign_in(ADMIN, OTHER).await;
        assert_eq!(forgotten.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_link_to_a_new_password_works_once_and_within_its_time() {
    level_3(async |world| {
        let id = world.account("nguoi.moi", "H34.01", &[]).await;
        let mut admin = world.admin();
        let path = format!("/api/v1/accounts/{id}/links");
        let wrong = admin
            .json("POST", &path, json!({"purpose": "activation"}))
            .await;
        assert_eq!(wrong.refusal(), (409, "identity.link.unsuitable".into()));
        let made = admin.json("POST", &path, json!({"purpose": "reset"})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let url = made.json()["url"].as_str().unwrap().to_owned();
        let local = url.strip_prefix("https://dang-nhap.example").unwrap();
        let mut browser = world.browser();
        let page = browser.get(local).await;
        assert!(page.text.contains("nguoi.moi"), "{}", page.text);
        let token = page.hidden("token");
        let fields = [("token", token.as_str()), ("new", OTHER), ("repeat", OTHER)];
        let done = step(&mut browser, "/reset", &page, &fields).await;
        assert!(
            done.header("location").contains("password-set"),
            "{}",
            done.text
        );
        let again = step(&mut browser, "/reset", &page, &fields).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND);
        let signed_in = world.browser().sign_in("nguoi.moi", OTHER).await;
        assert_eq!(
            (signed_in.status, signed_in.header("location")),
            (StatusCode::SEE_OTHER, "/")
        );

        let made = admin
            .json("POST", &path, json!({"purpose": "reset"}))
            .await
            .json();
        let url = made["url"].as_str().unwrap().to_owned();
        let local = url.strip_prefix("https://dang-nhap.example").unwrap();
        world.clock.advance_ms(RESET_LINK_MS);
        assert_eq!(browser.get(local).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_first_password_must_be_changed_and_differ() {
    level_3(async |world| {
        world
            .account_of(Kind::Official, "van.thu", "H34.01", &[])
            .await;
        let mut browser = world.browser();
        let answer = browser.sign_in("van.thu", GOOD).await;
        assert!(answer.header("location").starts_with("/sign-in/step"));
        let same = change(&mut browser, GOOD).await;
        assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = change(&mut browser, OTHER).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn factors_change_only_after_a_fresh_proof() {
    level_3(async |world| {
        world.account("van.thu", "H34.01", &[]).await;
        let mut browser = world.browser();
        browser.sign_in("van.thu", GOOD).await;
        change(&mut browser, OTHER).await;
        let me = browser.get("/api/v1/me").await.json();
        browser.csrf_token = me["csrf_token"].as_str().unwrap().to_owned();
        let begun = browser
            .json("POST", "/api/v1/me/factors/totp", json!({}))
            .await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
        world.clock.advance_ms(5 * MINUTE_MS + 1);
        let late = browser
            .json("POST", "/api/v1/me/factors/totp", json!({}))
            .await;
        let expected = "identity.session.insufficient_user_authentication";
        assert_eq!(late.refusal(), (403, expected.into()));
        let page = browser.get("/account/factors/totp").await;
        assert!(
            page.header("location").starts_with("/sign-in?next="),
            "{}",
            page.text
        );
        for path in [
            "/account",
            "/account/factors",
            "/account/sessions",
            "/account/password",
            "/account/links",
            "/account/activity",
        ] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.text.contains("style="), "{path}");
        }
    })
    .await;
}
