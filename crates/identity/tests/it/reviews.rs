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

    async fn reviews_fill_their_pages_and_are_read_one_by_one(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut ids = Vec::new();
        for agency in ["H34.01", "H34.02", "H34.01.05", "H34.02", "H34.01", "H34.02"] {
            let made = world.admin().json("POST", "/api/v1/reviews", json!({ "agency": agency })).await.json();
            ids.push((agency, made["id"].as_str().unwrap().to_owned()));
        }
        let own: Vec<&str> = ids.iter().rev().filter(|(agency, _)| *agency != "H34.02").map(|(_, id)| id.as_str()).collect();
        let mut local = world.signed_in("quan.tri.so").await;
        let id_of = |page: &serde_json::Value| -> Vec<String> {
            page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        let first = local.get("/api/v1/reviews?limit=2").await.json();
        assert_eq!(id_of(&first), own[..2], "no page is short");
        let next = first["next_cursor"].as_str().unwrap();
        let last = local.get(&format!("/api/v1/reviews?limit=2&cursor={next}")).await.json();
        assert_eq!((id_of(&last), last["next_cursor"].as_str()), (vec![own[2].to_owned()], None));
        let one = local.get(&format!("/api/v1/reviews/{}", own[0])).await.json();
        assert_eq!((&one["agency"], &one["lines"]), (&json!("H34.01"), &json!(1)));
        let foreign = local.get(&format!("/api/v1/reviews/{}", ids[1].1)).await;
        assert_eq!(foreign.refusal(), (404, "identity.review.not_found".into()));
        assert_eq!(local.get("/api/v1/reviews/x").await.status.as_u16(), 404);
    }
}
