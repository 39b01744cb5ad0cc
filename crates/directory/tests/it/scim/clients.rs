//! Clients: their tokens, their subtree, what they may write.

use lgsp_directory::scim::clients::tokens;
use serde_json::{Value, json};

use super::kit::{OFFICE, OFFICIAL, World, client, put, worlds};

async fn status(world: &World, token: &str) -> u16 {
    let answer = world.send(token, ("GET", "/Users"), None, &[]).await;
    answer.status.as_u16()
}

worlds! {
    async fn only_a_live_token_of_an_enabled_client_works(world: &World) {
        for wrong in ["", "x", "lgsp_scim_x", "lgsp_pat_x"] {
            assert_eq!(status(world, wrong).await, 401, "{wrong}");
        }
        assert_eq!(status(world, &world.all).await, 200);
        let actor = world.actor();
        let second = tokens::issue(&world.platform, &actor, "all").await.unwrap();
        assert!(tokens::issue(&world.platform, &actor, "all").await.is_err(), "two at most");
        let third = tokens::rotate(&world.platform, &actor, "all").await.unwrap();
        for token in [&world.all, &second, &third] {
            assert_eq!(status(world, token).await, 200);
        }
        world.clock.advance_ms(tokens::OVERLAP_MS);
        assert_eq!(status(world, &world.all).await, 401, "the former ones end after a day");
        assert_eq!(status(world, &third).await, 200);
        let left = tokens::list(&world.platform, "all").await.unwrap();
        let newest = left.last().unwrap();
        assert!(newest.last_used_at.is_some());
        tokens::revoke(&world.platform, &actor, "all", newest.id).await.unwrap();
        assert_eq!(status(world, &third).await, 401);
        let told = world.journal("all").await;
        assert_eq!(told[..2], ["scim.token_issued", "scim.token_issued"]);
        let off = client("office", json!({"title": "x", "enabled": false}));
        put(&world.platform, vec![off]).await;
        assert_eq!(status(world, &world.office).await, 401);
    }

    async fn a_client_sees_and_writes_its_subtree_only(world: &World) {
        let own = world.user("van.an", OFFICE).await;
        let foreign = world.user("thu.binh", "H34.02").await;
        let list = world.send(&world.office, ("GET", "/Users"), None, &[]).await;
        assert_eq!(list.body["totalResults"], 1);
        for method in ["GET", "DELETE"] {
            let path = format!("/Users/{foreign}");
            let answer = world.send(&world.office, (method, &path), None, &[]).await;
            assert_eq!(answer.status, 404, "{method}");
        }
        let move_out = json!({"Operations": [
            {"op": "replace", "path": format!("{OFFICIAL}:agencyCode"), "value": "H34.02"}]});
        let path = format!("/Users/{own}");
        let answer = world.send(&world.office, ("PATCH", &path), Some(&move_out), &[]).await;
        assert_eq!(answer.status, 403);
        let body = json!({"userName": "moi"});
        let made = world.send(&world.office, ("POST", "/Users"), Some(&body), &[]).await;
        assert_eq!(made.body[OFFICIAL]["agencyCode"], OFFICE, "its own agency when none is named");
        let outside = json!({"userName": "khac", OFFICIAL: {"agencyCode": "H34.02"}});
        let answer = world.send(&world.office, ("POST", "/Users"), Some(&outside), &[]).await;
        assert_eq!(answer.status, 403);
        let group = json!({"displayName": "Nhóm", "members": [{"value": foreign}]});
        let answer = world.send(&world.office, ("POST", "/Groups"), Some(&group), &[]).await;
        assert_eq!(answer.scim_type(), "invalidValue");
    }

    async fn a_reader_writes_nothing(world: &World) {
        let id = world.user("van.an", OFFICE).await;
        put(&world.platform, vec![client("office", json!({"title": "x", "agency": OFFICE}))]).await;
        assert_eq!(status(world, &world.office).await, 200);
        let body = json!({"userName": "moi", "displayName": "x", "Operations": []});
        for (method, path) in [
            ("POST", "/Users".to_owned()), ("PUT", format!("/Users/{id}")),
            ("PATCH", format!("/Users/{id}")), ("DELETE", format!("/Users/{id}")),
            ("POST", "/Groups".to_owned()), ("POST", "/Bulk".to_owned()),
        ] {
            let answer = world.send(&world.office, (method, &path), Some(&body), &[]).await;
            assert_eq!(answer.status, 403, "{method} {path}");
        }
    }

    async fn me_is_a_person_and_not_a_client(world: &World) {
        world.call("GET", "/Me", Value::Null, 404).await;
        let id = world.user("van.an", OFFICE).await;
        let account = world.identity.account_by_username("van.an").await.unwrap();
        let token = world.identity.create_token(&world.actor(), &account, "x", None).await.unwrap();
        let me = world.send(&token.secret, ("GET", "/Me"), None, &[]).await;
        assert_eq!((me.status.as_u16(), me.body["id"].as_str()), (200, Some(id.as_str())));
        let other = world.send(&token.secret, ("GET", "/Users"), None, &[]).await;
        assert_eq!(other.status, 401);
        let change = world.send(&token.secret, ("DELETE", "/Me"), None, &[]).await;
        assert_eq!(change.status, 405);
    }
}
