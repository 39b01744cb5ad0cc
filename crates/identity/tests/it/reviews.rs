//! Reviews: lines, decisions, a lock at once, escalation, the result.

use serde_json::json;

use crate::kit::each_database;

const DAY_MS: i64 = 86_400_000;

each_database! {
    async fn a_review_lists_decides_and_closes(world: &World) {
        let an = world.account("an", "H34.01.05", &[("clerk", "H34.01.05")]).await;
        let binh = world.account("binh", "H34.01", &[]).await;
        world.account("chi", "H34.02", &[]).await;
        let mut admin = world.admin();
        let made = admin.json("POST", "/api/v1/reviews", json!({"agency": "H34.01"})).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let review = made.json();
        assert_eq!((&review["lines"], &review["open_lines"]), (&json!(2), &json!(2)));
        let path = format!("/api/v1/reviews/{}", review["id"].as_str().unwrap());
        let lines = admin.get(&format!("{path}/lines")).await.json();
        assert_eq!(lines["items"][0]["roles"], "clerk@H34.01.05");
        let early = admin.json("POST", &format!("{path}/close"), json!({})).await;
        assert_eq!(early.refusal(), (409, "identity.review.state".into()));
        let mut person = world.signed_in("binh").await;
        for (account, decision) in [(&an, "keep"), (&binh, "lock")] {
            let body = json!({"decision": decision, "note": "đã xem"});
            let decided = admin.json("POST", &format!("{path}/lines/{account}"), body).await;
            assert_eq!(decided.status.as_u16(), 204, "{}", decided.text);
        }
        assert_eq!(person.get("/api/v1/me").await.status.as_u16(), 401);
        assert!(admin.json("POST", &format!("{path}/close"), json!({})).await.json()["closed_at"].is_string());
        let csv = admin.get(&format!("{path}/export")).await;
        assert!(csv.text.contains("binh") && csv.text.contains(",lock,đã xem,"), "{}", csv.text);
        let actions: Vec<String> = world.journal("H34.01").await.into_iter().map(|event| event.0).collect();
        assert_eq!(actions, ["review.opened", "review.closed"]);
    }

    async fn overdue_reviews_are_escalated_and_then_lock(world: &World) {
        world.account("an", "H34.01", &[]).await;
        let mut admin = world.admin();
        let due = world.identity_now().plus_ms(DAY_MS);
        let review = admin.json("POST", "/api/v1/reviews", json!({"agency": "H34.01", "due_at": due})).await.json();
        world.clock.advance_ms(15 * DAY_MS);
        world.identity.sweep_reviews().await.unwrap();
        let path = "/api/v1/reviews";
        assert!(admin.get(path).await.json()["items"][0]["escalated_at"].is_string());
        assert_eq!(world.identity.account_by_username("an").await.unwrap().state.as_str(), "active");
        world.clock.advance_ms(16 * DAY_MS);
        world.identity.sweep_reviews().await.unwrap();
        assert_eq!(world.identity.account_by_username("an").await.unwrap().state.as_str(), "disabled");
        let closed = admin.get(path).await.json();
        assert_eq!(closed["items"][0]["id"], review["id"]);
        assert!(closed["items"][0]["closed_at"].is_string());
    }

    async fn a_unit_administrator_reviews_the_own_subtree(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut local = world.signed_in("quan.tri.so").await;
        assert_eq!(local.json("POST", "/api/v1/reviews", json!({"agency": "H34.02"})).await.status.as_u16(), 403);
        assert_eq!(local.json("POST", "/api/v1/reviews", json!({"agency": "H34.01"})).await.status.as_u16(), 201);
        world.admin().json("POST", "/api/v1/reviews", json!({"agency": "H34.02"})).await;
        assert_eq!(local.get("/api/v1/reviews").await.json()["items"].as_array().unwrap().len(), 1);
    }
}
