//! Who is asked for a second factor: by network, by agency, by application.

use axum::http::StatusCode;
use lgsp_identity::{Rules, rules::DAY_MS};
use lgsp_testkit::{Answer, Browser, TestPlatform};
use serde_json::{Value, json};

use crate::kit::{
    ADMIN, GOOD, World, each_database, plain_rules,
    steps::{add_totp, second},
};

async fn policy(world: &World, name: &str, spec: Value) {
    let path = format!("/api/v1/resources/sign-in-policy/{name}");
    let saved = world
        .admin()
        .json("PUT", &path, json!({ "spec": spec }))
        .await;
    assert!(saved.status.is_success(), "{}", saved.text);
}

/// Where a right password leads from an address.
async fn from(world: &World, username: &str, address: &str) -> (Browser, String) {
    let mut browser = world.browser();
    browser.address = format!("{address}:40000").parse().unwrap();
    let answer: Answer = browser.sign_in(username, GOOD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let path = answer.location().split('?').next().unwrap().to_owned();
    (browser, path)
}

async fn asked(world: &World, username: &str) -> bool {
    from(world, username, "10.34.1.9").await.1 == "/sign-in/step"
}

/// A province that names its own networks, and one clerk.
async fn with_inside_networks(made: &TestPlatform) -> World {
    let rules = Rules {
        inside_networks: vec!["10.34.0.0/16".parse().unwrap()],
        ..plain_rules()
    };
    let world = World::start_with(made, rules, "").await;
    world.account("van.thu", "H34.01", &[]).await;
    world
}

#[tokio::test]
async fn from_outside_the_networks_everybody_needs_a_second_factor() {
    lgsp_testkit::each_database(|made| async move {
        let world = with_inside_networks(&made).await;
        let mut inside = world.signed_in("van.thu").await;
        for address in ["203.0.113.7", "[2001:db8::7]", "10.35.0.1"] {
            let (mut browser, path) = from(&world, "van.thu", address).await;
            assert_eq!(path, "/sign-in/step", "{address}");
            assert_eq!(
                browser.get("/api/v1/me").await.status,
                StatusCode::UNAUTHORIZED
            );
        }
        // No exception opens the way from outside.
        let exception = json!({"title": "Thử", "second_factor": "off", "is_exception": true,
            "reason": "thử nghiệm"});
        policy(&world, "ngoai-le", exception).await;
        assert_eq!(
            from(&world, "van.thu", "203.0.113.7").await.1,
            "/sign-in/step"
        );
        assert!(!asked(&world, "van.thu").await);

        let enrolled = add_totp(&world, &mut inside).await;
        world.clock.advance_ms(30_000);
        let (mut browser, path) = from(&world, "van.thu", "203.0.113.7").await;
        assert_eq!(path, "/sign-in/step");
        let code = lgsp_testkit::totp::code(&enrolled.secret, world.identity_now().0);
        let done = second(&mut browser, "totp", &code).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_session_that_comes_from_outside_later_is_asked_for_the_second_factor_there() {
    lgsp_testkit::each_database(|made| async move {
        let world = with_inside_networks(&made).await;
        let mut browser = world.signed_in("van.thu").await;
        let enrolled = add_totp(&world, &mut browser).await;
        let wish = json!({"name": "tự động"});
        let weak = browser.json("POST", "/api/v1/tokens", wish.clone()).await;
        let weak = weak.json()["token"].as_str().unwrap().to_owned();
        let move_to = |browser: &mut Browser, address: &str| {
            browser.address = format!("{address}:40000").parse().unwrap();
        };
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
        move_to(&mut browser, "203.0.113.7");
        let refused = browser.get("/api/v1/me").await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.text);
        assert_eq!(refused.json()["step_up"]["acr_values"], "urn:lgsp:acr:2");
        let page = browser.get("/account").await;
        assert!(
            page.location().starts_with("/sign-in?"),
            "{}",
            page.location()
        );
        // The way there leads on to the second factor, and not round in a circle.
        let on = browser.get("/sign-in?next=/account").await;
        assert!(
            on.location().starts_with("/sign-in/step"),
            "{}",
            on.location()
        );
        world.clock.advance_ms(30_000);
        let code = lgsp_testkit::totp::code(&enrolled.secret, world.identity_now().0);
        let done = second(&mut browser, "totp", &code).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
        let me = browser.get("/api/v1/me").await;
        assert_eq!(me.status, StatusCode::OK, "{}", me.text);
        // Tokens count for what their session had proved.
        browser.csrf_token = me.json()["csrf_token"].as_str().unwrap().to_owned();
        let strong = browser.json("POST", "/api/v1/tokens", wish).await;
        let strong = strong.json()["token"].as_str().unwrap().to_owned();
        for (token, address, expected) in [
            (&weak, "10.34.1.9", StatusCode::OK),
            (&weak, "203.0.113.7", StatusCode::UNAUTHORIZED),
            (&strong, "203.0.113.7", StatusCode::OK),
        ] {
            let mut script = world.with_token(token);
            move_to(&mut script, address);
            assert_eq!(script.get("/api/v1/me").await.status, expected, "{address}");
        }
        // Leaving is possible from everywhere.
        world.account("nguoi.khac", "H34.01", &[]).await;
        let mut there = world.signed_in("nguoi.khac").await;
        move_to(&mut there, "203.0.113.7");
        assert_eq!(there.get("/sign-out").await.status, StatusCode::OK);
        world.stop().await;
    })
    .await;
}

each_database! {
    async fn an_agency_asks_its_people_and_those_of_its_units(world: &World) {
        for (name, agency) in [("so", "H34.01"), ("phong", "H34.01.05"), ("khac", "H34.02"), ("tinh", "H34")] {
            world.account(name, agency, &[]).await;
        }
        policy(world, "so", json!({"title": "Sở", "agencies": ["H34.01"], "second_factor": "required"})).await;
        for (name, expected) in [("so", true), ("phong", true), ("khac", false), ("tinh", false), (ADMIN, false)] {
            assert_eq!(asked(world, name).await, expected, "{name}");
        }
        policy(world, "quan-tri", json!({"title": "Quản trị", "kinds": ["administrator"], "second_factor": "required"})).await;
        assert!(asked(world, ADMIN).await);
        assert!(!asked(world, "khac").await);
    }

    async fn an_exception_holds_until_its_end(world: &World) {
        world.account("so", "H34.01", &[]).await;
        policy(world, "moi-nguoi", json!({"title": "Mọi người", "second_factor": "required"})).await;
        assert!(asked(world, "so").await);
        let end = world.identity_now().plus_ms(DAY_MS);
        let exception = json!({"title": "Sở", "agencies": ["H34.01"], "second_factor": "enrolled",
            "is_exception": true, "reason": "chờ cấp khóa", "ends_at": end});
        policy(world, "tam", exception).await;
        assert!(!asked(world, "so").await);
        world.clock.advance_ms(DAY_MS);
        assert!(asked(world, "so").await);
    }

    async fn an_application_asks_for_more_than_the_rules(world: &World) {
        world.account("so", "H34.01", &[]).await;
        let mut browser = world.browser();
        let page = browser.get("/sign-in?acr=2&next=/ung-dung").await;
        let fields = [("username", "so"), ("password", GOOD)];
        let answer = browser.submit("/sign-in", &page, &fields).await;
        assert!(answer.location().starts_with("/sign-in/step"), "{}", answer.location());
        assert_eq!(answer.param("next").as_deref(), Some("/ung-dung"));
        // A session that is open is raised, not replaced by a weaker one.
        let mut open = world.signed_in("so").await;
        let raised = open.get("/sign-in?acr=2&next=/ung-dung").await;
        assert!(raised.location().starts_with("/sign-in/step"), "{}", raised.location());
        assert_eq!(open.get("/sign-in?acr=1&next=/ung-dung").await.location(), "/ung-dung");
    }
}
