//! Groups: members, refusals, what their members show.

use lgsp_identity::NewGroup;
use serde_json::{Value, json};

use super::kit::{OFFICE, worlds};

fn operation(operation: Value) -> Value {
    json!({"Operations": [operation]})
}

worlds! {
    async fn members_come_and_go(world: &World) {
        let an = world.user("van.an", OFFICE).await;
        let binh = world.user("thu.binh", "H34.02").await;
        let body = json!({"displayName": "Văn thư", "externalId": "G1", "members": [{"value": an}]});
        let made = world.call("POST", "/Groups", body, 201).await;
        let path = format!("/Groups/{}", made.body["id"].as_str().unwrap());
        assert_eq!(made.body["members"][0]["type"], "User");
        assert_eq!(world.get(&format!("/Users/{an}")).await["groups"][0]["display"], "Văn thư");
        let add = operation(json!({"op": "add", "path": "members", "value": [{"value": binh}, {"value": an}]}));
        let answer = world.call("PATCH", &path, add, 200).await;
        assert_eq!(answer.body["members"].as_array().unwrap().len(), 2);
        let remove = operation(json!({"op": "remove", "path": format!("members[value eq \"{an}\"]")}));
        let answer = world.call("PATCH", &path, remove, 200).await;
        assert_eq!(answer.body["members"][0]["value"], binh.as_str());
        let put = json!({"displayName": "Tổ văn thư"});
        let answer = world.call("PUT", &path, put, 200).await;
        assert_eq!(answer.body.get("members"), None);
        assert_eq!(answer.body["displayName"], "Tổ văn thư");
        world.call("DELETE", &path, Value::Null, 204).await;
        world.call("GET", &path, Value::Null, 404).await;
        assert_eq!(world.get(&format!("/Users/{an}")).await.get("groups"), None);
    }

    async fn who_leaves_is_a_member_no_more(world: &World) {
        let an = world.user("van.an", OFFICE).await;
        let body = json!({"displayName": "Văn thư", "members": [{"value": an}]});
        let made = world.call("POST", "/Groups", body, 201).await;
        world.call("DELETE", &format!("/Users/{an}"), Value::Null, 204).await;
        let path = format!("/Groups/{}", made.body["id"].as_str().unwrap());
        assert_eq!(world.get(&path).await.get("members"), None);
    }

    async fn refused_groups_and_members(world: &World) {
        let an = world.user("van.an", OFFICE).await;
        let group = json!({"displayName": "Văn thư"});
        world.call("POST", "/Groups", group.clone(), 201).await;
        assert_eq!(world.call("POST", "/Groups", group, 409).await.scim_type(), "uniqueness");
        for members in [
            json!([{"value": "00000000-0000-7000-8000-000000000000"}]),
            json!([{"value": "no id"}]),
            json!([{"value": an, "type": "Group"}]),
        ] {
            let body = json!({"displayName": "Khác", "members": members});
            assert_eq!(world.call("POST", "/Groups", body, 400).await.scim_type(), "invalidValue");
        }
        world.call("POST", "/Groups", json!({"members": []}), 400).await;
    }

    async fn a_group_that_somebody_else_keeps_is_read_only(world: &World) {
        let new = NewGroup { name: "Lãnh đạo".to_owned(), ..NewGroup::default() };
        let group = world.identity.create_group(&world.actor(), new).await.unwrap();
        let path = format!("/Groups/{}", group.id);
        assert_eq!(world.get(&path).await["displayName"], "Lãnh đạo");
        let an = world.user("van.an", OFFICE).await;
        let add = operation(json!({"op": "add", "path": "members", "value": [{"value": an}]}));
        world.call("PATCH", &path, add, 403).await;
        world.call("DELETE", &path, Value::Null, 403).await;
    }
}
