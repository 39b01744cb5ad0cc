//! Several nodes of one installation: what one of them ends is over on the others.

use std::{future::Future, time::Duration};

use axum::http::StatusCode;
use lgsp_testkit::database::on_postgres;
use serde_json::{Value, json};

use crate::kit::{ADMIN, GOOD, WRONG, World};

/// Looks until a test gives up; sessions, accounts and grants need one, policies come by
/// notification.
const LOOKS_MAX: usize = 1_500;

/// Pairs of groups that two nodes try to put into each other.
const RINGS_TRIED: usize = 10;

/// Runs a test on two nodes over one PostgreSQL.
async fn two_nodes(test: impl AsyncFn(&World, &World)) {
    let Some(made) = on_postgres().await else {
        return;
    };
    let first = World::start(&made).await;
    let second = first.node(&made, "second").await;
    test(&first, &second).await;
    second.stop().await;
    first.stop().await;
    made.drop_database().await.unwrap();
}

/// Whether something becomes true without a clock being moved.
async fn soon<F: Future<Output = bool>>(look: impl Fn() -> F) -> bool {
    for _ in 0..LOOKS_MAX {
        if look().await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

async fn is_allowed(world: &World, account: &str) -> Value {
    let path = format!(
        "/api/v1/decisions/explain?account={account}&permission=exchange.document.send&agency=H34.01"
    );
    world.admin().get(&path).await.json()["allowed"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_on_one_node_is_dead_on_the_other() {
    two_nodes(async |first, second| {
        let id = first.account("van.thu", "H34.01", &[]).await;
        let here = first.signed_in("van.thu").await;
        let mut there = second.browser();
        there.cookies = here.cookies.clone();
        assert_eq!(
            there.get("/api/v1/me").await.status,
            StatusCode::OK,
            "known everywhere"
        );
        let path = format!("/api/v1/accounts/{id}/sessions");
        first.admin().json("DELETE", &path, json!({})).await;
        assert_eq!(
            status(second, &here).await,
            StatusCode::UNAUTHORIZED,
            "at the next request"
        );

        let mut again = first.signed_in("van.thu").await;
        let copy = again.clone();
        assert_eq!(status(second, &copy).await, StatusCode::OK);
        again.post_form("/sign-out", &[]).await;
        assert_eq!(
            status(second, &copy).await,
            StatusCode::UNAUTHORIZED,
            "at the next request"
        );
    })
    .await;
}

/// What a node answers the cookies of a browser.
async fn status(world: &World, browser: &lgsp_testkit::Browser) -> StatusCode {
    let mut copy = world.browser();
    copy.cookies = browser.cookies.clone();
    copy.get("/api/v1/me").await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_locked_on_one_node_is_refused_on_the_other() {
    two_nodes(async |first, second| {
        let id = first.account("van.thu", "H34.01", &[]).await;
        let browser = first.signed_in("van.thu").await;
        let mut own = browser.clone();
        let made = own
            .json("POST", "/api/v1/tokens", json!({"name": "máy quét"}))
            .await;
        let token = made.json()["token"].as_str().unwrap().to_owned();
        assert_eq!(status(second, &browser).await, StatusCode::OK);
        let path = format!("/api/v1/accounts/{id}");
        let body = json!({"enabled": false});
        assert_eq!(
            first.admin().json("PATCH", &path, body).await.status,
            StatusCode::OK
        );
        let script = second.with_token(&token).get("/api/v1/me").await.status;
        let session = status(second, &browser).await;
        let password = second.browser().sign_in("van.thu", GOOD).await.status;
        assert_eq!([script, session, password], [StatusCode::UNAUTHORIZED; 3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_and_a_policy_of_one_node_count_on_the_other() {
    two_nodes(async |first, second| {
        let id = first
            .account("van.thu", "H34.01", &[("clerk", "H34.01")])
            .await;
        assert_eq!(is_allowed(second, &id).await, true);
        let path = format!("/api/v1/accounts/{id}/roles");
        let none = first.admin().json("PUT", &path, json!({"roles": []})).await;
        assert_eq!(none.status, StatusCode::OK, "{}", none.text);
        assert_eq!(is_allowed(second, &id).await, false, "at the next request");

        let again = json!({"roles": [{"role": "clerk", "agency": "H34.01"}]});
        second.admin().json("PUT", &path, again).await;
        assert_eq!(is_allowed(first, &id).await, true, "at the next request");
        let cedar = "forbid (principal == Lgsp::Account::\"van.thu\", action == \
                     Lgsp::Action::\"exchange.document.send\", resource);";
        let body = json!({"spec": {"cedar": cedar, "description": "thử"}});
        let path = "/api/v1/resources/access-policy/khong-gui";
        let saved = first.admin().json("PUT", path, body).await;
        assert!(saved.status.is_success(), "{}", saved.text);
        assert!(soon(|| async { is_allowed(second, &id).await == false }).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_on_both_nodes_count_together() {
    two_nodes(async |first, second| {
        for number in 0..first.identity.rules().failures_max {
            let node = if number % 2 == 0 { first } else { second };
            node.browser().sign_in(ADMIN, WRONG).await;
        }
        for node in [first, second] {
            let locked = node.browser().sign_in(ADMIN, GOOD).await;
            assert_eq!(locked.status, StatusCode::UNAUTHORIZED);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_close_no_ring_of_groups_together() {
    two_nodes(async |first, second| {
        let make = async |name: String| {
            let made = first
                .admin()
                .json("POST", "/api/v1/groups", json!({ "name": name }))
                .await;
            made.json()["id"].as_str().unwrap().to_owned()
        };
        let put = async |world: &World, above: &str, below: &str| {
            let path = format!("/api/v1/groups/{above}/groups");
            let mut admin = world.admin();
            let put = admin.json("POST", &path, json!({"add": [below]}));
            put.await.status.as_u16()
        };
        for pair in 0..RINGS_TRIED {
            let (one, other) = (
                make(format!("A{pair}")).await,
                make(format!("B{pair}")).await,
            );
            let (here, there) = tokio::join!(put(first, &one, &other), put(second, &other, &one));
            let mut statuses = [here, there];
            statuses.sort_unstable();
            assert_eq!(statuses, [204, 422], "one of both is refused");
        }
    })
    .await;
}
