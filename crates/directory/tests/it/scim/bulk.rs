//! Bulk: references, refusals, limits.

use serde_json::{Value, json};

use super::kit::{OFFICE, worlds};

fn request(operations: &[Value]) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": operations
    })
}

fn post_user(name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name}})
}

fn statuses(answer: &Value) -> Vec<&str> {
    let operations = answer["Operations"].as_array().unwrap();
    operations
        .iter()
        .map(|one| one["status"].as_str().unwrap())
        .collect()
}

worlds! {
    async fn operations_name_each_other(world: &World) {
        let old = world.user("cu", OFFICE).await;
        let answer = world.call("POST", "/Bulk", request(&[
            json!({"method": "POST", "path": "/Groups", "bulkId": "g", "data": {
                "displayName": "Văn thư", "members": [{"value": "bulkId:an"}, {"value": "bulkId:binh"}]}}),
            post_user("an"),
            post_user("binh"),
            json!({"method": "PATCH", "path": format!("/Users/{old}"), "data": {
                "Operations": [{"op": "add", "path": "title", "value": "A"}]}}),
            json!({"method": "PATCH", "path": "/Users/bulkId:an", "data": {
                "Operations": [{"op": "add", "path": "title", "value": "B"}]}}),
            json!({"method": "DELETE", "path": format!("/Users/{old}")}),
            json!({"method": "DELETE", "path": format!("/Users/{old}")}),
        ]), 200).await.body;
        assert_eq!(statuses(&answer), ["201", "201", "201", "200", "200", "204", "404"]);
        let group = answer["Operations"][0]["location"].as_str().unwrap().rsplit('/').next().unwrap();
        let group = world.get(&format!("/Groups/{group}")).await;
        assert_eq!(group["members"].as_array().unwrap().len(), 2);
        assert_eq!(answer["Operations"][0]["bulkId"], "g");
        assert_eq!(answer["Operations"][6]["response"]["status"], "404");
    }

    async fn references_that_lead_nowhere_are_refused(world: &World) {
        let member = |id: &str| json!([{"value": format!("bulkId:{id}")}]);
        let answer = world.call("POST", "/Bulk", request(&[
            json!({"method": "POST", "path": "/Groups", "bulkId": "g", "data": {
                "displayName": "A", "members": member("none")}}),
            json!({"method": "POST", "path": "/Users", "bulkId": "bad", "data": {}}),
            json!({"method": "POST", "path": "/Groups", "bulkId": "h", "data": {
                "displayName": "B", "members": member("bad")}}),
        ]), 200).await.body;
        assert_eq!(statuses(&answer), ["409", "400", "409"]);
    }

    async fn it_ends_after_the_errors_allowed(world: &World) {
        let mut body = request(&[post_user("an"), post_user("an"), post_user("binh")]);
        body["failOnErrors"] = json!(1);
        let answer = world.call("POST", "/Bulk", body, 200).await.body;
        assert_eq!(statuses(&answer), ["201", "409"]);
        assert_eq!(world.get("/Users").await["totalResults"], 1);
    }

    async fn many_users_are_made_together(world: &World) {
        let names: Vec<String> = (0..600).map(|number| format!("can.bo.{number:04}")).collect();
        let operations: Vec<Value> = names.iter().map(|name| post_user(name)).collect();
        let answer = world.call("POST", "/Bulk", request(&operations), 200).await.body;
        assert!(statuses(&answer).iter().all(|status| *status == "201"));
        assert_eq!(world.get("/Users?count=1").await["totalResults"], 600);
        assert_eq!(world.journal(&names[599]).await, ["account.created"]);
    }

    async fn limits_and_forms(world: &World) {
        let many = |count: usize| request(&vec![json!({"method": "DELETE", "path": "/Users/x"}); count]);
        world.call("POST", "/Bulk", many(1_000), 200).await;
        world.call("POST", "/Bulk", many(1_001), 413).await;
        let large = json!({"Operations": [], "x": "x".repeat(1_048_576)});
        world.call("POST", "/Bulk", large, 413).await;
        for body in [json!({}), json!([]), request(&[json!({"method": "GET", "path": "/Users"})]),
            request(&[json!({"method": "POST", "path": "/Users", "data": {}})])] {
            assert_eq!(world.call("POST", "/Bulk", body, 400).await.scim_type(), "invalidSyntax");
        }
        let foreign = request(&[json!({"method": "DELETE", "path": "/Schemas/x"})]);
        assert_eq!(statuses(&world.call("POST", "/Bulk", foreign, 200).await.body), ["404"]);
    }
}
