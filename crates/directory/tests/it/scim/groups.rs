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

    async fn a_group_is_a_member_of_a_group(world: &World) {
        let an = world.user("van.an", OFFICE).await;
        let id = |made: &super::kit::Answer| made.body["id"].as_str().unwrap().to_owned();
        let body = json!({"displayName": "Tổ văn thư", "members": [{"value": an}]});
        let inner = id(&world.call("POST", "/Groups", body, 201).await);
        let body = json!({"displayName": "Văn phòng", "members": [{"value": inner, "type": "Group"}]});
        let made = world.call("POST", "/Groups", body, 201).await;
        let outer = id(&made);
        let member = &made.body["members"][0];
        assert_eq!((&member["value"], &member["type"]), (&json!(inner), &json!("Group")));
        let address = member["$ref"].as_str().unwrap();
        assert!(address.ends_with(&format!("/scim/v2/Groups/{inner}")), "{address}");

        let groups = world.get(&format!("/Users/{an}")).await["groups"].clone();
        let told = |place: usize| (groups[place]["display"].clone(), groups[place]["type"].clone());
        assert_eq!(told(0), (json!("Tổ văn thư"), json!("direct")));
        assert_eq!(told(1), (json!("Văn phòng"), json!("indirect")));
        let total = async |path: String| world.get(&path).await["totalResults"].clone();
        let filter = format!("groups.value%20eq%20%22{outer}%22");
        assert_eq!(total(format!("/Users?filter={filter}")).await, 1, "members in effect");
        let filter = format!("members.value%20eq%20%22{inner}%22");
        assert_eq!(total(format!("/Groups?filter={filter}")).await, 1, "a member that is a group");

        // Many clients do not say what a member is; an address does as well.
        let top = world.call("POST", "/Groups", json!({"displayName": "Sở", "members": [{"value": outer}]}), 201).await;
        assert_eq!(top.body["members"][0]["type"], "Group");
        let path = format!("/Groups/{}", id(&top));
        let both = operation(json!({"op": "add", "path": "members", "value": [{"value": an}, {"$ref": address}]}));
        let answer = world.call("PATCH", &path, both, 200).await;
        let kinds: Vec<&Value> =
            answer.body["members"].as_array().unwrap().iter().map(|one| &one["type"]).collect();
        assert_eq!(kinds, ["User", "Group", "Group"]);
        let remove = operation(json!({"op": "remove", "path": format!("members[value eq \"{inner}\"]")}));
        assert_eq!(world.call("PATCH", &path, remove, 200).await.body["members"].as_array().unwrap().len(), 2);
        let put = json!({"displayName": "Sở"});
        assert_eq!(world.call("PUT", &path, put, 200).await.body.get("members"), None);
        world.call("DELETE", &format!("/Groups/{inner}"), Value::Null, 204).await;
        assert_eq!(world.get(&format!("/Groups/{outer}")).await.get("members"), None);
    }

    async fn rings_and_groups_of_others_are_refused_as_members(world: &World) {
        let make = async |name: &str, members: Value| {
            let body = json!({"displayName": name, "members": members});
            let made = world.call("POST", "/Groups", body, 201).await;
            made.body["id"].as_str().unwrap().to_owned()
        };
        let inner = make("Trong", json!([])).await;
        let outer = make("Ngoài", json!([{"value": inner}])).await;
        let add = |id: &str| operation(json!({"op": "add", "path": "members", "value": [{"value": id}]}));
        let ring = world.call("PATCH", &format!("/Groups/{inner}"), add(&outer), 400).await;
        assert_eq!(ring.scim_type(), "invalidValue");
        assert!(ring.body["detail"].as_str().unwrap().contains("cannot contain itself"), "{}", ring.body);
        assert_eq!(world.get(&format!("/Groups/{inner}")).await.get("members"), None, "nothing was changed");
        let new = NewGroup { name: "Lãnh đạo".to_owned(), ..NewGroup::default() };
        let foreign = world.identity.create_group(&world.actor(), new).await.unwrap();
        let refused = world.call("PATCH", &format!("/Groups/{inner}"), add(&foreign.id.to_string()), 400).await;
        assert_eq!(refused.scim_type(), "invalidValue");
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
