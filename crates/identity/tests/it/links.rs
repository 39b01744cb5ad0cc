//! Links to a first or a new password, and the end of first passwords.

use axum::http::StatusCode;
use lgsp_identity::{
    Attempt, Error, RequestInfo,
    rules::{ACTIVATION_LINK_MS, FIRST_PASSWORD_LIFE_MS},
};
use lgsp_testkit::Browser;
use serde_json::json;

use crate::kit::{
    ADMIN, GOOD, OTHER, World, password,
    steps::{ISSUER, change, level_3},
};

/// Makes an account that its person shall activate; gives its id.
async fn invited(world: &World) -> String {
    let body = json!({"username": "nguoi.moi", "display_name": "Người Mới", "kind": "official",
        "agency": "H34.01", "invite": true});
    let made = world.admin().json("POST", "/api/v1/accounts", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.json()["state"], "invited");
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn link(world: &World, id: &str, purpose: &str) -> String {
    let path = format!("/api/v1/accounts/{id}/links");
    let made = world
        .admin()
        .json("POST", &path, json!({ "purpose": purpose }))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let url = made.json()["url"].as_str().unwrap().to_owned();
    url.strip_prefix(ISSUER).unwrap().to_owned()
}

/// Opens a link and chooses a password on its page; the status.
async fn choose(browser: &mut Browser, link: &str) -> StatusCode {
    let page = browser.get(link).await;
    if page.status != StatusCode::OK {
        return page.status;
    }
    let action = link.split('?').next().unwrap();
    let fields = [("new", OTHER), ("repeat", OTHER)];
    browser.submit(action, &page, &fields).await.status
}

#[tokio::test]
async fn an_activation_link_works_once_and_for_72_hours() {
    level_3(async |world| {
        let id = invited(world).await;
        assert_eq!(
            world.browser().sign_in("nguoi.moi", GOOD).await.status,
            StatusCode::UNAUTHORIZED
        );
        let first = link(world, &id, "activation").await;
        world.clock.advance_ms(ACTIVATION_LINK_MS);
        let mut browser = world.browser();
        assert_eq!(
            browser.get(&first).await.status,
            StatusCode::NOT_FOUND,
            "its time is over"
        );

        let second = link(world, &id, "activation").await;
        let third = link(world, &id, "activation").await;
        assert_eq!(
            browser.get(&second).await.status,
            StatusCode::NOT_FOUND,
            "a newer one voids it"
        );
        world.clock.advance_ms(ACTIVATION_LINK_MS - 1);
        assert_eq!(browser.get(&third).await.status, StatusCode::OK);
        assert_eq!(
            browser.get(&third).await.status,
            StatusCode::OK,
            "looking spends nothing"
        );
        assert_eq!(choose(&mut browser, &third).await, StatusCode::SEE_OTHER);
        assert_eq!(
            choose(&mut browser, &third).await,
            StatusCode::NOT_FOUND,
            "it works once"
        );
        let view = world
            .admin()
            .get(&format!("/api/v1/accounts/{id}"))
            .await
            .json();
        assert_eq!(view["state"], "active");
        let signed_in = world.browser().sign_in("nguoi.moi", OTHER).await;
        assert_eq!(
            (signed_in.status, signed_in.location()),
            (StatusCode::SEE_OTHER, "/")
        );
        let told = world.journal("nguoi.moi").await;
        assert!(
            told.contains(&("account.activated".into(), "nguoi.moi".into(), "ok".into())),
            "{told:?}"
        );
        let path = format!("/api/v1/accounts/{id}/links");
        let late = world
            .admin()
            .json("POST", &path, json!({"purpose": "activation"}))
            .await;
        assert_eq!(late.refusal(), (409, "identity.link.unsuitable".into()));
    })
    .await;
}

#[tokio::test]
async fn a_link_for_one_purpose_is_none_for_the_other() {
    level_3(async |world| {
        let id = invited(world).await;
        let activation = link(world, &id, "activation").await;
        let as_reset = activation.replace("/activate", "/reset");
        assert_eq!(
            world.browser().get(&as_reset).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            world.browser().get("/activate?token=x").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            world.browser().get(&activation).await.status,
            StatusCode::OK
        );
    })
    .await;
}

#[tokio::test]
async fn a_first_password_ends_after_72_hours() {
    level_3(async |world| {
        let id = world.account("van.thu", "H34.01", &[]).await;
        world.clock.advance_ms(FIRST_PASSWORD_LIFE_MS - 1);
        let mut in_time = world.browser();
        let answer = in_time.sign_in("van.thu", GOOD).await;
        assert!(
            answer.location().starts_with("/sign-in/step"),
            "{}",
            answer.text
        );
        world.clock.advance_ms(1);
        let mut late = world.browser();
        let ended = late.sign_in("van.thu", GOOD).await;
        assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
        assert!(
            ended.text.contains("Mật khẩu ban đầu đã hết hạn"),
            "{}",
            ended.text
        );
        let attempt = Attempt {
            username: "van.thu".into(),
            password: password(GOOD),
            request: RequestInfo::default(),
        };
        let elsewhere = world.identity.check_password(attempt).await;
        assert!(
            matches!(elsewhere, Err(Error::FirstPasswordEnded)),
            "{elsewhere:?}"
        );

        let again = json!({ "password": GOOD });
        let path = format!("/api/v1/accounts/{id}/password");
        let reset = world.admin().json("POST", &path, again).await;
        assert_eq!(reset.status, StatusCode::NO_CONTENT, "{}", reset.text);
        let mut browser = world.browser();
        browser.sign_in("van.thu", GOOD).await;
        let changed = change(&mut browser, OTHER).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
        // What the person chose has no such end.
        world.clock.advance_ms(FIRST_PASSWORD_LIFE_MS);
        let kept = world.browser().sign_in("van.thu", OTHER).await;
        assert_eq!((kept.status, kept.location()), (StatusCode::SEE_OTHER, "/"));
    })
    .await;
}

#[tokio::test]
async fn only_who_knows_a_first_password_learns_that_it_ended() {
    level_3(async |world| {
        world.clock.advance_ms(FIRST_PASSWORD_LIFE_MS);
        let before = world.identity.hashes_done();
        let wrong = world.browser().sign_in(ADMIN, OTHER).await;
        let unknown = world.browser().sign_in("khong.co", OTHER).await;
        assert!(!wrong.text.contains("hết hạn"), "{}", wrong.text);
        assert_eq!(wrong.status, unknown.status);
        let right = world.browser().sign_in(ADMIN, GOOD).await;
        assert!(
            right.text.contains("Mật khẩu ban đầu đã hết hạn"),
            "{}",
            right.text
        );
        assert_eq!(world.identity.hashes_done() - before, 3, "one hash each");
    })
    .await;
}

#[tokio::test]
async fn who_resets_a_password_by_a_link_never_learns_it() {
    level_3(async |world| {
        let id = world.account("van.thu", "H34.01", &[]).await;
        let reset = link(world, &id, "reset").await;
        let mut browser = world.browser();
        assert_eq!(choose(&mut browser, &reset).await, StatusCode::SEE_OTHER);
        let signed_in = world.browser().sign_in("van.thu", OTHER).await;
        assert_eq!(
            signed_in.location(),
            "/",
            "it is the person's own: nothing is to be changed"
        );
        let view = world
            .admin()
            .get(&format!("/api/v1/accounts/{id}"))
            .await
            .text;
        assert!(
            !view.contains(OTHER) && !view.contains("password_hash"),
            "{view}"
        );
    })
    .await;
}
