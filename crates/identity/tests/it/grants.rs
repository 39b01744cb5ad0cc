//! Grants: dates, separation of duties, the second person.

use serde_json::{Value, json};

use crate::kit::{World, each_database};

const DAY_MS: i64 = 86_400_000;

async fn permissions(world: &World, username: &str) -> Vec<Value> {
    let me = world
        .signed_in(username)
        .await
        .get("/api/v1/me")
        .await
        .json();
    me["permissions"].as_array().unwrap().clone()
}

each_database! {
    async fn a_grant_begins_and_ends_by_itself(world: &World) {
        let id = world.account("an", "H34.01", &[]).await;
        let now = world.identity_now();
        let body = json!({"role": "clerk", "agency": "H34.01",
            "valid_from": now.plus_ms(DAY_MS), "valid_until": now.plus_ms(2 * DAY_MS), "reason": "Trực thay"});
        let path = format!("/api/v1/accounts/{id}/grants");
        let made = world.admin().json("POST", &path, body).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        assert_eq!(made.json()["granted_by"], crate::kit::ADMIN);
        let sends = json!("exchange.document.send");
        assert!(!permissions(world, "an").await.contains(&sends));
        world.clock.advance_ms(DAY_MS);
        assert!(permissions(world, "an").await.contains(&sends));
        world.clock.advance_ms(DAY_MS);
        assert!(!permissions(world, "an").await.contains(&sends));
        world.identity.end_dated().await.unwrap();
        let actions: Vec<String> = world.journal("an").await.into_iter().map(|event| event.0).collect();
        assert!(actions.contains(&"grant.given".to_owned()) && actions.contains(&"grant.expired".to_owned()), "{actions:?}");
        let listed = world.admin().get(&path).await.json();
        assert_eq!(listed["items"], json!([]));
    }

    async fn duties_that_exclude_each_other_stay_apart(world: &World) {
        let id = world.account("an", "H34.01", &[("auditor", "")]).await;
        let path = "/api/v1/grant-requests";
        let body = json!({"subject_kind": "account", "subject_id": id, "role": "security-admin", "reason": "x"});
        let refused = world.admin().json("POST", path, body).await;
        assert_eq!(refused.refusal(), (409, "identity.role.conflict".into()));
        let body = json!({"roles": [{"role": "auditor"}, {"role": "security-admin"}]});
        let refused = world.admin().json("PUT", &format!("/api/v1/accounts/{id}/roles"), body).await;
        assert_eq!(refused.status.as_u16(), 409);
    }

    async fn privileged_grants_need_a_second_person_and_end(world: &World) {
        let id = world.account("an", "H34.01", &[]).await;
        world.account("nguoi.thu.hai", "", &[("platform-admin", "")]).await;
        let mut admin = world.admin();
        let alone = admin.json("POST", &format!("/api/v1/accounts/{id}/grants"), json!({"role": "security-admin"})).await;
        assert_eq!(alone.refusal(), (409, "identity.grant.needs_approval".into()));
        let alone = admin.json("PUT", &format!("/api/v1/accounts/{id}/roles"), json!({"roles": [{"role": "security-admin"}]})).await;
        assert_eq!(alone.refusal(), (409, "identity.grant.needs_approval".into()));
        let body = json!({"subject_kind": "account", "subject_id": id, "role": "security-admin", "reason": "Quyết định 34/QĐ"});
        let asked = admin.json("POST", "/api/v1/grant-requests", body).await;
        assert_eq!(asked.status.as_u16(), 201, "{}", asked.text);
        let request = asked.json();
        let path = format!("/api/v1/grant-requests/{}/decision", request["id"].as_str().unwrap());
        let own = admin.json("POST", &path, json!({"approve": true})).await;
        assert_eq!(own.refusal(), (403, "identity.grant_request.own".into()));
        let mut second = world.signed_in("nguoi.thu.hai").await;
        let decided = second.json("POST", &path, json!({"approve": true})).await;
        assert_eq!(decided.json()["state"], "approved", "{}", decided.text);
        let again = second.json("POST", &path, json!({"approve": true})).await;
        assert_eq!(again.refusal(), (409, "identity.grant_request.decided".into()));
        let held = admin.get(&format!("/api/v1/accounts/{id}/grants")).await.json();
        let grant = &held["items"][0];
        assert_eq!((&grant["approved_by"], &grant["granted_by"]), (&json!("nguoi.thu.hai"), &json!(crate::kit::ADMIN)));
        assert_eq!(grant["valid_until"], json!(world.identity_now().plus_ms(90 * DAY_MS)));
        let late = json!({"subject_kind": "account", "subject_id": id, "role": "platform-admin", "reason": "x",
            "valid_until": world.identity_now().plus_ms(91 * DAY_MS)});
        let refused = admin.json("POST", "/api/v1/grant-requests", late).await;
        assert_eq!(refused.refusal(), (422, "identity.grant.dates".into()));
    }

    async fn delegated_administrators_grant_within_their_subtree_only(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let id = world.account("an", "H34.01.05", &[]).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let path = format!("/api/v1/accounts/{id}/grants");
        for (role, agency, status) in [("clerk", "H34.01.05", 201), ("clerk", "H34", 403), ("operator", "H34.01", 403), ("approver", "H34.01", 201)] {
            let answer = admin.json("POST", &path, json!({"role": role, "agency": agency})).await;
            assert_eq!(answer.status.as_u16(), status, "{role} {agency} {}", answer.text);
        }
        let gone = admin.json("DELETE", &format!("{path}?role=clerk&agency=H34.01.05"), json!({})).await;
        assert_eq!(gone.status.as_u16(), 204);
    }
}
