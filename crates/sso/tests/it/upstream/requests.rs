//! Requests for accounts, from the person to the decision.

use lgsp_identity::Kind;
use serde_json::{Value, json};

use super::Provider;
use crate::upstream::kit::{World, each_database};

async fn asked(world: &World, agency: &str) -> (Provider, String) {
    let rule = json!({"unknown": "ask_administrator", "request_agency": agency});
    let portal = Provider::start(world, rule).await;
    let mut browser = world.browser();
    let page = portal.sign_in(&mut browser, 6).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(
        page.text.contains("Đã gửi yêu cầu cấp tài khoản"),
        "{}",
        page.text
    );
    assert_eq!(browser.username().await, None);
    let open = world.admin().get("/api/v1/account-requests").await.json();
    let items = open["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["display_name"], portal.people[6].name.as_str());
    let number = items[0]["citizen_number"].as_str().unwrap();
    assert!(number.starts_with('•') && portal.people[6].citizen_number.ends_with(&number[27..]));
    let id = items[0]["id"].as_str().unwrap().to_owned();
    (portal, id)
}

each_database! {
    async fn an_administrator_approves_with_a_new_account(world: &World) {
        let (portal, id) = asked(world, "H34.01").await;
        portal.sign_in(&mut world.browser(), 6).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM account_request").await, 1);
        world.account(Kind::Administrator, "quan.tri.01", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut admin = world.signed_in("quan.tri.01").await;
        let path = format!("/api/v1/account-requests/{id}/approve");
        let done = admin.json("POST", &path, json!({"username": "can.bo.6"})).await;
        assert_eq!(done.status, 200, "{}", done.text);
        assert_eq!(done.json()["state"], "approved");
        let again = admin.json("POST", &path, json!({"username": "can.bo.7"})).await;
        assert_eq!(again.refusal(), (409, "sso.request.decided".into()));
        let mut browser = world.browser();
        assert_eq!(portal.sign_in(&mut browser, 6).await.location(), "/documents");
        let me = browser.get("/api/v1/me").await.json();
        assert_eq!((&me["username"], &me["agency"]["code"], &me["kind"]),
            (&json!("can.bo.6"), &json!("H34.01"), &json!("official")));
        assert_eq!(world.number("SELECT COUNT(*) FROM citizen_number").await, 1);
    }

    async fn an_administrator_approves_with_an_account_that_exists(world: &World) {
        let (portal, id) = asked(world, "").await;
        let account = world.account(Kind::Official, "van.thu", "H34.02", &[]).await;
        let path = format!("/api/v1/account-requests/{id}/approve");
        for body in [json!({}), json!({"username": "a.b", "account_id": account.id.to_string()})] {
            let refused = world.admin().json("POST", &path, body).await;
            assert_eq!(refused.refusal(), (400, "platform.request.unreadable".into()));
        }
        let body = json!({"account_id": account.id.to_string()});
        let done = world.admin().json("POST", &path, body).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let mut browser = world.browser();
        portal.sign_in(&mut browser, 6).await;
        assert_eq!(browser.username().await.as_deref(), Some("van.thu"));
    }

    async fn a_refused_person_may_ask_again(world: &World) {
        let (portal, id) = asked(world, "").await;
        let path = format!("/api/v1/account-requests/{id}/refuse");
        let done = world.admin().json("POST", &path, json!({"reason": "không thuộc đơn vị"})).await;
        assert_eq!(done.status, 204, "{}", done.text);
        let refused = world.admin().get("/api/v1/account-requests?state=refused").await.json();
        assert_eq!(refused["items"][0]["reason"], "không thuộc đơn vị");
        portal.sign_in(&mut world.browser(), 6).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM account_request WHERE state = 'open'").await, 1);
    }

    async fn administrators_see_the_requests_of_their_subtree_only(world: &World) {
        let (_portal, id) = asked(world, "H34.02").await;
        world.account(Kind::Administrator, "quan.tri.01", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut other = world.signed_in("quan.tri.01").await;
        let seen = other.get("/api/v1/account-requests").await.json();
        assert_eq!(seen["items"], Value::Array(vec![]));
        for (act, body) in [("approve", json!({"username": "x.y"})), ("refuse", json!({"reason": ""}))] {
            let path = format!("/api/v1/account-requests/{id}/{act}");
            let refused = other.json("POST", &path, body).await;
            assert_eq!(refused.refusal(), (404, "sso.request.not_found".into()));
        }
        world.account(Kind::Official, "van.thu", "H34.02", &[]).await;
        let mut person = world.signed_in("van.thu").await;
        let refused = person.get("/api/v1/account-requests").await;
        assert_eq!(refused.refusal(), (403, "platform.permission.missing".into()));
    }

    async fn nobody_gives_an_account_outside_the_own_subtree(world: &World) {
        let (portal, id) = asked(world, "H34.01").await;
        world.account(Kind::Administrator, "quan.tri.01", "H34.01", &[("agency-admin", "H34.01")]).await;
        let foreign = world.account(Kind::Official, "van.thu", "H34.02", &[]).await;
        let mut admin = world.signed_in("quan.tri.01").await;
        let path = format!("/api/v1/account-requests/{id}/approve");
        let refused = admin.json("POST", &path, json!({"account_id": foreign.id.to_string()})).await;
        assert_eq!(refused.refusal(), (404, "identity.account.not_found".into()));
        let refused = admin.json("POST", &path, json!({"username": "a.b", "agency": "H34.02"})).await;
        assert_eq!(refused.refusal(), (403, "platform.permission.missing".into()));
        let page = portal.sign_in(&mut world.browser(), 6).await;
        assert_eq!(page.status, 200);
    }
}
