//! A sign-in through an outside provider takes the same steps as ours.

use axum::http::{HeaderMap, StatusCode, header};
use lgsp_identity::{
    Account, Actor, Admission, Error, Kind, NewAccount, Proof, RequestInfo, State,
    rules::FAILURES_MAX,
};
use lgsp_testkit::Browser;
use serde_json::json;

use crate::kit::{
    ADMIN, GOOD, WRONG, World,
    steps::{enrol, first_sign_in, level_3, second},
};

/// What the callback of a provider tells of who came back.
fn proof(acr: u8) -> Proof {
    Proof {
        acr,
        amr: vec!["fed".to_owned()],
        auth_at: None,
    }
}

async fn account(world: &World, username: &str) -> Account {
    world.identity.account_by_username(username).await.unwrap()
}

/// Admits somebody and gives the answer to a browser, as the callback does.
async fn come_back(world: &World, username: &str, acr: u8) -> (Browser, String) {
    let account = account(world, username).await;
    let request = RequestInfo {
        address: Some("10.34.1.9".parse().unwrap()),
        ..RequestInfo::default()
    };
    let admission = world
        .identity
        .admit(&account, &proof(acr), &request, 0)
        .await;
    let answer = world
        .identity
        .let_in(&HeaderMap::new(), "/documents", &admission.unwrap());
    let mut browser = world.browser();
    for cookie in answer.headers().get_all(header::SET_COOKIE) {
        let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
        let value = rest.split(';').next().unwrap().to_owned();
        browser.cookies.insert(name.to_owned(), value);
    }
    let location = answer.headers()[header::LOCATION].to_str().unwrap();
    (browser, location.to_owned())
}

#[tokio::test]
async fn an_administrator_who_comes_through_a_provider_is_asked_for_the_second_factor() {
    level_3(async |world| {
        let (mut browser, location) = come_back(world, ADMIN, 1).await;
        assert!(location.starts_with("/sign-in/step"), "{location}");
        assert_eq!(
            browser.get("/api/v1/me").await.status,
            StatusCode::UNAUTHORIZED
        );
        enrol(world, &mut browser).await;
        let me = browser.get("/api/v1/me").await;
        assert_eq!(me.status, StatusCode::OK, "{}", me.text);
        let session = &world
            .identity
            .sessions(account(world, ADMIN).await.id)
            .await
            .unwrap()[0];
        assert_eq!(session.acr, 2);
        assert_eq!(session.amr, ["fed", "otp", "mfa"]);
    })
    .await;
}

#[tokio::test]
async fn who_has_a_factor_shows_it_and_a_provider_that_proved_two_is_believed() {
    level_3(async |world| {
        let (secret, _) = first_sign_in(world).await;
        world.clock.advance_ms(30_000);
        let (mut browser, location) = come_back(world, ADMIN, 1).await;
        assert!(location.starts_with("/sign-in/step"), "{location}");
        let wrong = second(&mut browser, "totp", "000000").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = lgsp_testkit::totp::code(&secret, world.identity_now().0);
        let done = second(&mut browser, "totp", &code).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let (mut two, location) = come_back(world, ADMIN, 2).await;
        assert_eq!(location, "/documents");
        assert_eq!(two.get("/api/v1/me").await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn an_application_that_asks_for_more_gets_it_from_a_provider_too() {
    level_3(async |world| {
        world.account("van.thu", "H34.01", &[]).await;
        let person = account(world, "van.thu").await;
        let request = RequestInfo::default();
        let plain = world.identity.admit(&person, &proof(1), &request, 0).await;
        assert!(
            matches!(plain.unwrap(), Admission::Open(_)),
            "an official needs one factor"
        );
        let asked = world.identity.admit(&person, &proof(1), &request, 2).await;
        assert!(
            matches!(asked.unwrap(), Admission::Step(_)),
            "the application asked for two"
        );
    })
    .await;
}

/// The account in every state in which it may not be used.
async fn unusable(world: &World) -> Vec<(&'static str, Account)> {
    let base = account(world, "van.thu").await;
    let now = world.identity_now();
    let with = |change: &dyn Fn(&mut Account)| {
        let mut changed = base.clone();
        change(&mut changed);
        changed
    };
    let later = now.plus_ms(1);
    vec![
        ("disabled", with(&|account| account.state = State::Disabled)),
        ("idle", with(&|account| account.state = State::Idle)),
        ("left", with(&|account| account.state = State::Left)),
        ("invited", with(&|account| account.state = State::Invited)),
        (
            "not yet valid",
            with(&|account| account.valid_from = Some(later)),
        ),
        (
            "no longer valid",
            with(&|account| account.valid_until = Some(now)),
        ),
    ]
}

#[tokio::test]
async fn accounts_that_may_not_be_used_are_refused_whatever_a_provider_proved() {
    level_3(async |world| {
        world.account("van.thu", "H34.01", &[]).await;
        for (what, account) in unusable(world).await {
            let request = RequestInfo::default();
            let refused = world.identity.admit(&account, &proof(3), &request, 0).await;
            assert!(
                matches!(refused, Err(Error::SignInRefused { .. })),
                "{what}: {refused:?}"
            );
        }
        let new = NewAccount {
            username: "dich.vu".into(),
            display_name: "Dịch vụ".into(),
            kind: Kind::Service,
            ..NewAccount::default()
        };
        let actor = Actor::command_line(world.identity_now());
        let service = world
            .identity
            .create_account(&actor, new, vec![])
            .await
            .unwrap();
        let request = RequestInfo::default();
        let refused = world.identity.admit(&service, &proof(3), &request, 0).await;
        assert!(
            matches!(refused, Err(Error::SignInRefused { .. })),
            "{refused:?}"
        );
        let told = world.journal("van.thu").await;
        assert!(
            told.contains(&("signin.failed".into(), "van.thu".into(), "refused".into())),
            "{told:?}"
        );
    })
    .await;
}

/// What the caller read may be old: the account is locked between its look and the session.
#[tokio::test]
async fn an_account_that_is_disabled_in_the_last_moment_is_refused() {
    level_3(async |world| {
        let id = world.account("van.thu", "H34.01", &[]).await;
        let before = account(world, "van.thu").await;
        let path = format!("/api/v1/accounts/{id}");
        let body = json!({"enabled": false});
        assert_eq!(
            world.admin().json("PATCH", &path, body).await.status,
            StatusCode::OK
        );
        let request = RequestInfo::default();
        let refused = world.identity.admit(&before, &proof(3), &request, 0).await;
        assert!(
            matches!(refused, Err(Error::SignInRefused { .. })),
            "{refused:?}"
        );
        assert!(world.identity.sessions(before.id).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_lock_after_failures_stops_the_password_and_not_the_provider() {
    level_3(async |world| {
        world.account("van.thu", "H34.01", &[]).await;
        for _ in 0..FAILURES_MAX {
            world.browser().sign_in("van.thu", WRONG).await;
        }
        let by_password = world.browser().sign_in("van.thu", GOOD).await;
        assert_eq!(by_password.status, StatusCode::UNAUTHORIZED);
        let (_, location) = come_back(world, "van.thu", 1).await;
        assert_eq!(location, "/documents");
    })
    .await;
}
