//! Persons who answer for accounts of programs, and what becomes of those at a leave.

use axum::http::StatusCode;
use lgsp_identity::{Actor, Kind};
use lgsp_testkit::Browser;
use serde_json::json;

use crate::kit::{World, each_database};

/// An agency administrator, a successor, and a service account that the first one makes.
async fn people(world: &World) -> (String, String, Browser) {
    let admin = [("agency-admin", "H34.01")];
    let chief = world.account("truong", "H34.01", &admin).await;
    world.account("pho", "H34.01", &[]).await;
    let mut chief_browser = world.signed_in("truong").await;
    let body = json!({"username": "dich-vu.bao-cao", "display_name": "Báo cáo", "kind": "service",
        "agency": "H34.01"});
    let made = chief_browser.json("POST", "/api/v1/accounts", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let service = made.json()["id"].as_str().unwrap().to_owned();
    (chief, service, chief_browser)
}

async fn owner(world: &World, id: &str) -> serde_json::Value {
    let path = format!("/api/v1/accounts/{id}/ownership");
    world.admin().get(&path).await.json()["owner"]["username"].clone()
}

each_database! {
    async fn who_makes_a_service_account_answers_for_it_until_another_is_named(world: &World) {
        let (chief, service, _) = people(world).await;
        assert_eq!(owner(world, &service).await, "truong");
        let path = format!("/api/v1/accounts/{chief}/ownership");
        let owned = world.admin().get(&path).await.json();
        assert_eq!(owned["owned"][0]["username"], "dich-vu.bao-cao");
        let put = format!("/api/v1/accounts/{service}/owner");
        let named = world.admin().json("PUT", &put, json!({"owner": "pho"})).await;
        assert_eq!(named.status, StatusCode::NO_CONTENT, "{}", named.text);
        assert_eq!(owner(world, &service).await, "pho");
        world.account_of(Kind::Service, "dich-vu.khac", "H34.01", &[]).await;
        for (id, body) in [(&service, json!({"owner": "dich-vu.khac"})), (&chief, json!({"owner": "pho"}))] {
            let put = format!("/api/v1/accounts/{id}/owner");
            let refused = world.admin().json("PUT", &put, body).await;
            assert_eq!(refused.broken(), [("/owner".to_owned(), "identity.owner.unfit".to_owned())]);
        }
        let missing = world.admin().json("PUT", &put, json!({"owner": "khong.co"})).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        let nobody = world.admin().json("PUT", &put, json!({"owner": null})).await;
        assert_eq!(nobody.status, StatusCode::NO_CONTENT);
        assert_eq!(owner(world, &service).await, json!(null));
    }

    async fn a_new_service_account_may_have_another_owner_from_the_start(world: &World) {
        let (_, _, mut chief) = people(world).await;
        let mut body = json!({"username": "dich-vu.khac", "display_name": "Khác", "kind": "service",
            "agency": "H34.01", "owner": "pho"});
        let made = chief.json("POST", "/api/v1/accounts", body.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        assert_eq!(owner(world, made.json()["id"].as_str().unwrap()).await, "pho");
        body["username"] = "dich-vu.nua".into();
        body["owner"] = "dich-vu.bao-cao".into();
        let refused = chief.json("POST", "/api/v1/accounts", body).await;
        assert_eq!(refused.broken(), [("/owner".to_owned(), "identity.owner.unfit".to_owned())]);
        let none = world.identity.account_by_username("dich-vu.nua").await;
        assert!(none.is_err(), "nothing was made");
    }

    async fn who_answers_for_accounts_leaves_only_with_a_successor(world: &World) {
        let (chief, service, _) = people(world).await;
        let leave = format!("/api/v1/accounts/{chief}/leave");
        let refused = world.admin().json("POST", &leave, json!({})).await;
        assert_eq!(refused.refusal(), (409, "identity.account.owns".into()));
        assert!(refused.text.contains("dich-vu.bao-cao"), "it says what: {}", refused.text);
        let view = world.admin().get(&format!("/api/v1/accounts/{chief}")).await.json();
        assert_eq!(view["state"], "active", "nothing was done");
        let own = world.admin().json("POST", &format!("{leave}?successor=truong"), json!({})).await;
        assert_eq!(own.broken(), [("/successor".to_owned(), "identity.owner.unfit".to_owned())]);
        let left = world.admin().json("POST", &format!("{leave}?successor=pho"), json!({})).await;
        assert_eq!(left.status, StatusCode::OK, "{}", left.text);
        assert_eq!(left.json()["state"], "left");
        assert_eq!(owner(world, &service).await, "pho");
        let told = world.journal("dich-vu.bao-cao").await;
        assert!(told.iter().any(|(action, _, _)| action == "account.owner_changed"), "{told:?}");
    }

    async fn an_account_that_ended_gets_no_owner_and_owes_none(world: &World) {
        let (chief, service, _) = people(world).await;
        let ended = world.admin().json("POST", &format!("/api/v1/accounts/{service}/leave"), json!({})).await;
        assert_eq!(ended.status, StatusCode::OK, "{}", ended.text);
        let put = format!("/api/v1/accounts/{service}/owner");
        let refused = world.admin().json("PUT", &put, json!({"owner": "pho"})).await;
        assert_eq!(refused.broken(), [("/owner".to_owned(), "identity.owner.unfit".to_owned())]);
        let left = world.admin().json("POST", &format!("/api/v1/accounts/{chief}/leave"), json!({})).await;
        assert_eq!(left.status, StatusCode::OK, "{}", left.text);
    }

    async fn a_leave_from_a_personnel_system_is_not_held_up(world: &World) {
        let (_, service, _) = people(world).await;
        let chief = world.identity.account_by_username("truong").await.unwrap();
        let actor = Actor::named("scim:nhan-su", None, world.identity_now());
        world.identity.leave(&actor, &chief, lgsp_identity::Base::Any).await.unwrap();
        assert_eq!(owner(world, &service).await, json!(null));
        let told = world.journal("dich-vu.bao-cao").await;
        assert!(told.contains(&("account.owner_changed".into(), "scim:nhan-su".into(), "ok".into())), "{told:?}");
    }
}
