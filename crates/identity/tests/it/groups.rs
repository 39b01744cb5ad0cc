//! Groups through the API: who reaches them, members with an end, groups in groups, by rule.

use serde_json::{Value, json};

use crate::kit::{World, each_database};

const DAY_MS: i64 = 86_400_000;

async fn make(world: &World, body: Value) -> String {
    let made = world.admin().json("POST", "/api/v1/groups", body).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn members(world: &World, group: &str) -> Vec<String> {
    let path = format!("/api/v1/groups/{group}/members");
    let page = world.admin().get(&path).await.json();
    let items = page["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item["username"].as_str().unwrap().to_owned())
        .collect()
}

each_database! {
    async fn groups_are_made_found_changed_and_deleted(world: &World) {
        let mut admin = world.admin();
        let id = make(world, json!({"name": "Văn thư Sở", "agency": "H34.01"})).await;
        make(world, json!({"name": "An ninh"})).await;
        let found = admin.get("/api/v1/groups?q=van%20thu").await.json();
        assert_eq!(found["items"][0]["name"], "Văn thư Sở");
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let first = admin.get("/api/v1/groups?limit=1").await.json();
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(cursor, "An ninh");
        let path = format!("/api/v1/groups/{id}");
        let patched = admin.json("PATCH", &path, json!({"display_name": "Tổ văn thư"})).await.json();
        assert_eq!(patched["display_name"], "Tổ văn thư");
        let twice = admin.json("POST", "/api/v1/groups", json!({"name": "VĂN THƯ SỞ"})).await;
        assert_eq!(twice.refusal(), (409, "identity.group.exists".into()));
        assert_eq!(admin.json("DELETE", &path, json!({})).await.status.as_u16(), 204);
        assert_eq!(admin.get(&path).await.refusal(), (404, "identity.group.not_found".into()));
        let actions: Vec<String> =
            world.journal("Văn thư Sở").await.into_iter().map(|event| event.0).collect();
        assert_eq!(actions, ["group.created", "group.changed", "group.deleted"]);
    }

    async fn an_agency_administrator_reaches_groups_of_the_own_subtree(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let inside = world.account("trong", "H34.01.05", &[]).await;
        let outside = world.account("ngoai", "H34.02", &[]).await;
        let foreign = make(world, json!({"name": "Nhóm lạ", "agency": "H34.02"})).await;
        make(world, json!({"name": "Toàn tỉnh"})).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let own = admin.json("POST", "/api/v1/groups", json!({"name": "Nhóm sở", "agency": "H34.01"})).await;
        assert_eq!(own.status.as_u16(), 201, "{}", own.text);
        let id = own.json()["id"].as_str().unwrap().to_owned();
        let global = admin.json("POST", "/api/v1/groups", json!({"name": "Nhóm tỉnh"})).await;
        assert_eq!(global.refusal(), (403, "platform.permission.missing".into()));
        let listed = admin.get("/api/v1/groups").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let path = format!("/api/v1/groups/{foreign}");
        assert_eq!(admin.get(&path).await.refusal(), (404, "identity.group.not_found".into()));
        let path = format!("/api/v1/groups/{id}/members");
        let added = admin.json("POST", &path, json!({"add": [inside]})).await;
        assert_eq!(added.status.as_u16(), 204, "{}", added.text);
        let stranger = admin.json("POST", &path, json!({"add": [outside]})).await;
        assert_eq!(stranger.refusal(), (404, "identity.account.not_found".into()));
        assert_eq!(members(world, &id).await, ["trong"]);
    }

    async fn memberships_end_by_themselves(world: &World) {
        let person = world.account("an", "H34.01", &[]).await;
        let group = make(world, json!({"name": "Tổ công tác"})).await;
        let until = lgsp_model::Timestamp(world.identity_now().0 + DAY_MS);
        let path = format!("/api/v1/groups/{group}/members");
        let body = json!({"add": [person], "until": until});
        assert_eq!(world.admin().json("POST", &path, body).await.status.as_u16(), 204);
        assert_eq!(members(world, &group).await, ["an"]);
        world.clock.advance_ms(DAY_MS);
        assert!(members(world, &group).await.is_empty());
        world.identity.end_dated().await.unwrap();
        let ended = world.journal(&person).await;
        assert_eq!(ended.last().unwrap().0, "membership.ended");
    }

    async fn roles_of_groups_reach_members_through_groups_in_groups(world: &World) {
        let person = world.account("an", "H34.01", &[]).await;
        let (top, middle, low) = (
            make(world, json!({"name": "Trên"})).await,
            make(world, json!({"name": "Giữa"})).await,
            make(world, json!({"name": "Dưới"})).await,
        );
        let mut admin = world.admin();
        for (above, below) in [(&top, &middle), (&middle, &low)] {
            let path = format!("/api/v1/groups/{above}/groups");
            let put = admin.json("PUT", &path, json!({"groups": [below]})).await;
            assert_eq!(put.status.as_u16(), 204, "{}", put.text);
        }
        let ring = admin.json("PUT", &format!("/api/v1/groups/{low}/groups"), json!({"groups": [top]})).await;
        assert_eq!(ring.refusal(), (422, "identity.group.ring".into()));
        let body = json!({"role": "clerk", "agency": "H34.01", "reason": "Quyết định 12"});
        let granted = admin.json("POST", &format!("/api/v1/groups/{top}/grants"), body).await;
        assert_eq!(granted.status.as_u16(), 201, "{}", granted.text);
        admin.json("POST", &format!("/api/v1/groups/{low}/members"), json!({"add": [person]})).await;
        let mut an = world.signed_in("an").await;
        let me = an.get("/api/v1/me").await.json();
        assert!(me["permissions"].as_array().unwrap().contains(&json!("exchange.document.send")));
        let grants = admin.get(&format!("/api/v1/accounts/{person}/grants")).await.json();
        assert_eq!(grants["effective"], json!([{"role": "clerk", "agency": "H34.01", "agency_name": "Cơ quan H34.01", "group": "Trên"}]));
        admin.json("PUT", &format!("/api/v1/groups/{middle}/groups"), json!({"groups": []})).await;
        let me = an.get("/api/v1/me").await.json();
        assert!(!me["permissions"].as_array().unwrap().contains(&json!("exchange.document.send")));
    }

    async fn nobody_joins_a_group_whose_roles_are_beyond_reach(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let person = world.account("an", "H34.01", &[]).await;
        let group = make(world, json!({"name": "Vận hành", "agency": "H34.01"})).await;
        let body = json!({"role": "operator", "agency": "H34.01"});
        world.admin().json("POST", &format!("/api/v1/groups/{group}/grants"), body).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let path = format!("/api/v1/groups/{group}/members");
        let refused = admin.json("POST", &path, json!({"add": [person]})).await;
        assert_eq!(refused.refusal(), (403, "identity.role.not_grantable".into()));
    }

    async fn rules_fill_groups_and_follow_the_account(world: &World) {
        let person = world.account("an", "H34.01.05", &[]).await;
        world.account("binh", "H34.02", &[]).await;
        let rule = json!({"agency": "H34.01", "with_subtree": true, "kinds": ["official"]});
        let group = make(world, json!({"name": "Cán bộ sở", "rule": rule})).await;
        assert_eq!(members(world, &group).await, ["an"]);
        let by_hand = world.admin().json("POST", &format!("/api/v1/groups/{group}/members"), json!({"add": [person]})).await;
        assert_eq!(by_hand.refusal(), (409, "identity.group.by_rule".into()));
        world.account("chi", "H34.01", &[]).await;
        assert_eq!(members(world, &group).await, ["an", "chi"]);
        let moved = world.admin().json("POST", &format!("/api/v1/accounts/{person}/move"), json!({"agency": "H34.02"})).await;
        assert_eq!(moved.status.as_u16(), 200, "{}", moved.text);
        assert_eq!(members(world, &group).await, ["chi"]);
        world.tree.put("H34.02", Some("H34.01"));
        world.identity.apply_all_rules().await.unwrap();
        assert_eq!(members(world, &group).await, ["an", "binh", "chi"]);
    }

    async fn the_groups_of_an_account_are_told_with_those_above(world: &World) {
        let person = world.account("an", "H34.01", &[]).await;
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let own = make(world, json!({"name": "B trong", "agency": "H34.01"})).await;
        let above = make(world, json!({"name": "A trên", "agency": "H34.01"})).await;
        let top = make(world, json!({"name": "Toàn tỉnh"})).await;
        make(world, json!({"name": "Không liên quan", "agency": "H34.01"})).await;
        let mut admin = world.admin();
        for (group, inside) in [(&above, &own), (&top, &above)] {
            let nested = admin.json("PUT", &format!("/api/v1/groups/{group}/groups"), json!({"groups": [inside]})).await;
            assert!(nested.status.is_success(), "{}", nested.text);
        }
        let until = world.identity_now().plus_ms(DAY_MS);
        let body = json!({"add": [person], "until": until});
        let added = admin.json("POST", &format!("/api/v1/groups/{own}/members"), body).await;
        assert!(added.status.is_success(), "{}", added.text);
        let path = format!("/api/v1/accounts/{person}/groups");
        let told = |page: Value| -> Vec<(String, bool)> {
            let items = page["items"].as_array().unwrap().clone();
            items.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["direct"].as_bool().unwrap())).collect()
        };
        let group = |name: &str, direct: bool| (name.to_owned(), direct);
        let all = told(admin.get(&path).await.json());
        assert_eq!(all, [group("B trong", true), group("A trên", false), group("Toàn tỉnh", false)]);
        let mut local = world.signed_in("quan.tri.so").await;
        let seen = told(local.get(&path).await.json());
        assert_eq!(seen, [group("B trong", true), group("A trên", false)], "groups beyond sight are left out");
        world.clock.advance_ms(DAY_MS);
        assert_eq!(told(admin.get(&path).await.json()), []);
    }

    async fn groups_are_put_in_and_taken_out_one_by_one(world: &World) {
        let (outer, first, second) = (
            make(world, json!({"name": "Sở"})).await,
            make(world, json!({"name": "Phòng A"})).await,
            make(world, json!({"name": "Phòng B"})).await,
        );
        let mut admin = world.admin();
        let path = format!("/api/v1/groups/{outer}/groups");
        for (add, remove) in [(vec![&first, &second], vec![]), (vec![&first], vec![&second])] {
            let body = json!({"add": add, "remove": remove});
            let changed = admin.json("POST", &path, body).await;
            assert_eq!(changed.status.as_u16(), 204, "{}", changed.text);
        }
        let names = |page: Value| -> Vec<String> {
            let items = page["items"].as_array().unwrap().clone();
            items.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(admin.get(&path).await.json()), ["Phòng A"]);
        let above = admin.get(&format!("/api/v1/groups?member={first}")).await.json();
        assert_eq!(names(above), ["Sở"]);
        let nobody = "00000000-0000-7000-8000-000000000000";
        let refused = admin.json("POST", &path, json!({"add": [nobody]})).await;
        assert_eq!(refused.refusal(), (404, "identity.group.not_found".into()));
        let events: Vec<String> = world.journal("Sở").await.into_iter().map(|event| event.0).collect();
        assert_eq!(events, ["group.created", "group.groups_changed", "group.groups_changed"]);
    }

    async fn groups_nest_eight_levels_deep_and_no_deeper(world: &World) {
        let mut chain = Vec::new();
        for level in 1..=9 {
            chain.push(make(world, json!({"name": format!("Cấp {level}")})).await);
        }
        let mut admin = world.admin();
        let mut put = async |above: &str, below: &str| {
            let path = format!("/api/v1/groups/{above}/groups");
            let changed = admin.json("POST", &path, json!({"add": [below]})).await;
            match changed.status.as_u16() {
                204 => (204, String::new()),
                _ => changed.refusal(),
            }
        };
        // From both ends, so that the edge in the middle joins two long chains.
        for place in [0, 1, 2, 4, 5, 6] {
            assert_eq!(put(&chain[place], &chain[place + 1]).await.0, 204, "{place}");
        }
        assert_eq!(put(&chain[3], &chain[4]).await.0, 204, "eight levels");
        let deep = put(&chain[7], &chain[8]).await;
        assert_eq!(deep, (422, "identity.group.too_deep".into()), "nine below");
        let deep = put(&chain[8], &chain[0]).await;
        assert_eq!(deep, (422, "identity.group.too_deep".into()), "nine above");
        for (above, below) in [(7, 0), (3, 3), (5, 2)] {
            let ring = put(&chain[above], &chain[below]).await;
            assert_eq!(ring, (422, "identity.group.ring".into()), "{above} {below}");
        }
        assert_eq!(put(&chain[0], &chain[2]).await.0, 204, "two ways to one group are no ring");
        let person = world.account("an", "H34.01", &[]).await;
        let body = json!({"add": [person]});
        world.admin().json("POST", &format!("/api/v1/groups/{}/members", chain[7]), body).await;
        let found = world.admin().get(&format!("/api/v1/accounts/{person}/groups")).await.json();
        let items = found["items"].as_array().unwrap();
        assert_eq!(items.len(), 8);
        let top = items.iter().find(|one| one["name"] == "Cấp 1").unwrap();
        let way = ["Cấp 8", "Cấp 7", "Cấp 6", "Cấp 5", "Cấp 4", "Cấp 3", "Cấp 1"];
        assert_eq!(top["way"], json!(way), "the shortest way is told");
    }

    async fn an_explanation_tells_the_way_through_groups(world: &World) {
        let person = world.account("an", "H34.01", &[]).await;
        let inner = make(world, json!({"name": "Tổ văn thư"})).await;
        let outer = make(world, json!({"name": "Văn phòng"})).await;
        let mut admin = world.admin();
        admin.json("POST", &format!("/api/v1/groups/{inner}/members"), json!({"add": [person]})).await;
        admin.json("POST", &format!("/api/v1/groups/{outer}/groups"), json!({"add": [inner]})).await;
        let body = json!({"role": "clerk", "agency": "H34.01"});
        let granted = admin.json("POST", &format!("/api/v1/groups/{outer}/grants"), body).await;
        assert_eq!(granted.status.as_u16(), 201, "{}", granted.text);
        let path = format!("/api/v1/decisions/explain?account={person}&permission=exchange.document.send&agency=H34.01");
        let why = admin.get(&path).await.json();
        let reason = &why["reasons"][0];
        assert_eq!(reason["groups"], json!(["Tổ văn thư", "Văn phòng"]));
        let text = reason["text"]["en"].as_str().unwrap();
        assert!(text.contains("held through the group Tổ văn thư in the group Văn phòng"), "{text}");
        let text = reason["text"]["vi"].as_str().unwrap();
        assert!(text.contains("có được qua nhóm Tổ văn thư nằm trong nhóm Văn phòng"), "{text}");
    }

    async fn a_review_lists_what_is_held_through_groups(world: &World) {
        let person = world.account("an", "H34.01", &[("clerk", "H34.01")]).await;
        let inner = make(world, json!({"name": "Tổ văn thư"})).await;
        let outer = make(world, json!({"name": "Văn phòng; sở"})).await;
        let mut admin = world.admin();
        admin.json("POST", &format!("/api/v1/groups/{inner}/members"), json!({"add": [person]})).await;
        admin.json("POST", &format!("/api/v1/groups/{outer}/groups"), json!({"add": [inner]})).await;
        let body = json!({"role": "official", "agency": "H34.01"});
        let granted = admin.json("POST", &format!("/api/v1/groups/{outer}/grants"), body).await;
        assert_eq!(granted.status.as_u16(), 201, "{}", granted.text);
        let review = admin.json("POST", "/api/v1/reviews", json!({"agency": "H34.01"})).await.json();
        let path = format!("/api/v1/reviews/{}/lines", review["id"].as_str().unwrap());
        let lines = admin.get(&path).await.json();
        assert_eq!(lines["items"][0]["roles"], "clerk@H34.01; official@H34.01 (Văn phòng, sở)");
    }
}
