//! Delegations: proposed, accepted, acted on, revoked; both names in the journal.

use serde_json::{Value, json};

use crate::kit::{World, each_database};

const DAY_MS: i64 = 86_400_000;

fn wish(world: &World, days: i64, role: &str) -> Value {
    let now = world.identity_now();
    json!({"delegate": "pho", "roles": [{"role": role, "agency": "H34.01"}], "from": now,
        "until": now.plus_ms(days * DAY_MS), "decision_no": "12/QĐ-SNV", "reason": "Đi công tác"})
}

async fn people(world: &World) {
    world
        .account(
            "truong",
            "H34.01",
            &[("leader", "H34.01"), ("agency-admin", "H34.01")],
        )
        .await;
    world.account("pho", "H34.01", &[]).await;
}

async fn permissions(browser: &mut lgsp_testkit::Browser) -> Vec<Value> {
    browser.get("/api/v1/me").await.json()["permissions"]
        .as_array()
        .unwrap()
        .clone()
}

each_database! {
    async fn a_deputy_acts_with_the_delegated_roles_and_no_others(world: &World) {
        people(world).await;
        let mut chief = world.signed_in("truong").await;
        let made = chief.json("POST", "/api/v1/me/delegations", wish(world, 10, "leader")).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let mut deputy = world.signed_in("pho").await;
        deputy.headers.insert("x-on-behalf-of", "truong".into());
        assert_eq!(deputy.get("/api/v1/me").await.status.as_u16(), 403, "not accepted yet");
        deputy.headers.clear();
        let accepted = deputy.json("POST", &format!("/api/v1/delegations/{id}/accept"), json!({})).await;
        assert_eq!(accepted.json()["state"], "accepted", "{}", accepted.text);
        let own = permissions(&mut deputy).await;
        assert!(!own.contains(&json!("exchange.document.process")));
        deputy.headers.insert("x-on-behalf-of", "truong".into());
        let acting = permissions(&mut deputy).await;
        assert!(acting.contains(&json!("exchange.document.process")));
        assert!(!acting.contains(&json!("identity.account.write")), "only what was delegated");
        let me = deputy.get("/api/v1/me").await.json();
        assert_eq!((&me["username"], &me["agency"]["code"]), (&json!("pho"), &json!("H34.01")));
        assert_eq!(me["roles"].as_array().unwrap().len(), 1, "{me}");
        assert_eq!(me["roles"][0]["role"], "leader", "own roles are not these");
        let kept = deputy.json("PATCH", "/api/v1/me/preferences", json!({"theme": "dark"})).await;
        assert_eq!(kept.status.as_u16(), 200, "{}", kept.text);
        let sql = "SELECT on_behalf_of FROM journal_event WHERE action = 'preferences.changed'";
        let row = world.platform.db.query_one(sql, vec![]).await.unwrap().unwrap();
        assert_eq!(row.try_get::<Option<String>>("", "on_behalf_of").unwrap().as_deref(), Some("truong"));
        let path = format!("/api/v1/delegations/{id}/revoke");
        assert_eq!(chief.json("POST", &path, json!({})).await.json()["state"], "revoked");
        assert_eq!(deputy.get("/api/v1/me").await.status.as_u16(), 403);
        let actions: Vec<String> = world.journal("truong").await.into_iter().map(|event| event.0).collect();
        for action in ["delegation.proposed", "delegation.accepted", "delegation.revoked"] {
            assert!(actions.contains(&action.to_owned()), "{actions:?}");
        }
    }

    async fn a_delegation_ends_with_its_dates_and_with_the_role(world: &World) {
        people(world).await;
        let mut chief = world.signed_in("truong").await;
        let id = chief.json("POST", "/api/v1/me/delegations", wish(world, 1, "leader")).await.json()["id"].as_str().unwrap().to_owned();
        let mut deputy = world.signed_in("pho").await;
        deputy.json("POST", &format!("/api/v1/delegations/{id}/accept"), json!({})).await;
        deputy.headers.insert("x-on-behalf-of", "truong".into());
        assert!(permissions(&mut deputy).await.contains(&json!("exchange.document.process")));
        let chief_id = world.identity.account_by_username("truong").await.unwrap().id;
        world.admin().json("DELETE", &format!("/api/v1/accounts/{chief_id}/grants?role=leader&agency=H34.01"), json!({})).await;
        assert!(!permissions(&mut deputy).await.contains(&json!("exchange.document.process")));
        world.clock.advance_ms(DAY_MS);
        let mut later = world.signed_in("pho").await;
        later.headers.insert("x-on-behalf-of", "truong".into());
        assert_eq!(later.get("/api/v1/me").await.status.as_u16(), 403);
    }

    async fn what_is_not_held_or_too_long_is_not_delegated(world: &World) {
        people(world).await;
        let mut chief = world.signed_in("truong").await;
        for (days, role, code) in [(10, "clerk", "identity.delegation.role"), (10, "agency-admin", "identity.delegation.role"), (181, "leader", "identity.delegation.dates"), (180, "leader", "")] {
            let answer = chief.json("POST", "/api/v1/me/delegations", wish(world, days, role)).await;
            assert_eq!(answer.json()["code"].as_str().unwrap_or_default(), code, "{role} {}", answer.text);
        }
        let mut stranger = world.signed_in(crate::kit::ADMIN).await;
        let listed = stranger.get("/api/v1/delegations").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let path = format!("/api/v1/delegations/{}/accept", listed["items"][0]["id"].as_str().unwrap());
        assert_eq!(stranger.json("POST", &path, json!({})).await.status.as_u16(), 404, "only the delegate accepts");
    }

    async fn a_unit_administrator_sees_full_pages_of_the_own_delegations(world: &World) {
        people(world).await;
        world.account("ngoai", "H34.02", &[("leader", "H34.02")]).await;
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut own = Vec::new();
        for number in 0..3 {
            let mut outside = wish(world, 1 + number, "leader");
            outside["roles"] = json!([{"role": "leader", "agency": "H34.02"}]);
            let made = world.signed_in("ngoai").await.json("POST", "/api/v1/me/delegations", outside).await;
            assert_eq!(made.status.as_u16(), 201, "{}", made.text);
            let made = world.signed_in("truong").await.json("POST", "/api/v1/me/delegations", wish(world, 1 + number, "leader")).await;
            own.insert(0, made.json()["id"].clone());
        }
        let mut local = world.signed_in("quan.tri.so").await;
        let first = local.get("/api/v1/delegations?limit=2").await.json();
        assert_eq!((&first["items"][0]["id"], &first["items"][1]["id"]), (&own[0], &own[1]));
        let next = first["next_cursor"].as_str().unwrap();
        let last = local.get(&format!("/api/v1/delegations?limit=2&cursor={next}")).await.json();
        assert_eq!(last["items"].as_array().unwrap().len(), 1);
        assert_eq!((&last["items"][0]["id"], last["next_cursor"].as_str()), (&own[2], None));
    }
}
