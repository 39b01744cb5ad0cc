//! Lists: filters, order, pages, chosen attributes, discovery.

use serde_json::{Value, json};

use super::kit::{OFFICE, World, worlds};

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn names(world: &World, query: &str) -> Vec<String> {
    let list = world.get(&format!("/Users?{query}")).await;
    list["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["userName"].as_str().unwrap().to_owned())
        .collect()
}

async fn filtered(world: &World, filter: &str) -> Vec<String> {
    names(world, &format!("filter={}", encoded(filter))).await
}

async fn people(world: &World) -> Vec<String> {
    let mut ids = Vec::new();
    for (name, title, agency) in [
        ("an", Some("Chuyên viên"), OFFICE),
        ("binh", None, "H34.02"),
        ("chi", Some("Trưởng phòng"), OFFICE),
    ] {
        let body = json!({
            "userName": name, "externalId": format!("HR-{name}"), "title": title,
            "emails": [{"value": format!("{name}@h34.gov.vn"), "primary": true, "type": "work"},
                {"value": format!("{name}@example.org"), "type": "home"}],
            "urn:lgsp:scim:schemas:1.0:Official": {"agencyCode": agency},
        });
        let made = world.call("POST", "/Users", body, 201).await;
        ids.push(made.body["id"].as_str().unwrap().to_owned());
    }
    ids
}

worlds! {
    async fn filters_find_what_they_say(world: &World) {
        let ids = people(world).await;
        let group = json!({"displayName": "Văn thư", "members": [{"value": ids[0]}]});
        let group = world.call("POST", "/Groups", group, 201).await;
        let group = group.body["id"].as_str().unwrap();
        for (filter, expected) in [
            ("userName eq \"AN\"".to_owned(), &["an"][..]),
            (format!("id eq \"{}\"", ids[1]), &["binh"]),
            ("id eq \"nothing\"".to_owned(), &[]),
            ("externalId eq \"HR-chi\"".to_owned(), &["chi"]),
            ("externalId eq \"hr-chi\"".to_owned(), &[]),
            ("emails eq \"AN@h34.gov.vn\"".to_owned(), &["an"]),
            ("emails.value eq \"chi@example.org\"".to_owned(), &["chi"]),
            ("emails[type eq \"home\" and value sw \"binh\"]".to_owned(), &["binh"]),
            ("title pr".to_owned(), &["an", "chi"]),
            ("not (title pr)".to_owned(), &["binh"]),
            ("title co \"viên\" or userName eq \"binh\"".to_owned(), &["an", "binh"]),
            ("userName gt \"an\" and userName lt \"chi\"".to_owned(), &["binh"]),
            ("userName eq \"an\" and title co \"phòng\"".to_owned(), &[]),
            (format!("groups eq \"{group}\""), &["an"]),
            ("groups.display sw \"văn\"".to_owned(), &["an"]),
            ("meta.lastModified gt \"2020-01-01T00:00:00Z\"".to_owned(), &["an", "binh", "chi"]),
            ("urn:lgsp:scim:schemas:1.0:Official:agencyCode eq \"H34.02\"".to_owned(), &["binh"]),
        ] {
            assert_eq!(filtered(world, &filter).await, expected, "{filter}");
        }
        let of_member = encoded(&format!("members.value eq \"{}\"", ids[0]));
        assert_eq!(world.get(&format!("/Groups?filter={of_member}")).await["totalResults"], 1);
        let by_name = encoded("displayName eq \"VĂN THƯ\"");
        assert_eq!(world.get(&format!("/Groups?filter={by_name}")).await["totalResults"], 1);
        for bad in ["userName", "nothing eq \"a\"", "password eq \"a\"", "active gt true"] {
            let path = format!("/Users?filter={}", encoded(bad));
            let refused = world.call("GET", &path, Value::Null, 400).await;
            assert_eq!(refused.scim_type(), "invalidFilter", "{bad}");
        }
    }

    async fn order_and_pages(world: &World) {
        people(world).await;
        assert_eq!(names(world, "sortBy=userName&sortOrder=descending").await, ["chi", "binh", "an"]);
        assert_eq!(names(world, "sortBy=title").await, ["an", "chi", "binh"], "absent comes last");
        assert_eq!(names(world, "sortBy=title&sortOrder=descending").await, ["chi", "an", "binh"]);
        assert_eq!(names(world, "startIndex=2&count=1").await, ["binh"]);
        assert_eq!(names(world, "sortBy=emails&startIndex=3").await, ["chi"]);
        let list = world.get("/Users?count=0").await;
        assert_eq!((&list["totalResults"], &list["itemsPerPage"]), (&json!(3), &json!(0)));
        let far = world.get("/Users?startIndex=99").await;
        assert_eq!((&far["totalResults"], &far["Resources"]), (&json!(3), &json!([])));
        let refused = world.call("GET", "/Users?sortBy=nothing", Value::Null, 400).await;
        assert_eq!(refused.scim_type(), "invalidPath");
    }

    async fn searching_over_everything(world: &World) {
        people(world).await;
        world.call("POST", "/Groups", json!({"displayName": "an"}), 201).await;
        let body = json!({"filter": "displayName eq \"an\"", "attributes": ["displayName"]});
        let found = world.call("POST", "/.search", body, 200).await.body;
        // The user without a display name shows its user name only.
        assert_eq!(found["totalResults"], 1);
        let all = world.call("POST", "/.search", json!({"attributes": ["userName"]}), 200).await.body;
        assert_eq!(all["totalResults"], 4);
        let first = all["Resources"][0].as_object().unwrap();
        assert!(first.len() == 3 && first.contains_key("schemas") && first.contains_key("id"));
        let body = json!({"filter": "userName sw \"b\"", "excludedAttributes": ["emails"]});
        let found = world.call("POST", "/Users/.search", body, 200).await.body;
        assert_eq!(found["Resources"][0].get("emails"), None);
        assert_eq!(found["Resources"][0]["userName"], "binh");
        world.call("GET", "/Users?attributes=id&excludedAttributes=emails", Value::Null, 400).await;
    }

    async fn the_interface_tells_of_itself(world: &World) {
        let config = world.get("/ServiceProviderConfig").await;
        for feature in ["patch", "bulk", "filter", "sort", "etag", "changePassword"] {
            assert_eq!(config[feature]["supported"], true, "{feature}");
        }
        let types = world.get("/ResourceTypes").await;
        assert_eq!(types["totalResults"], 2);
        for resource_type in types["Resources"].as_array().unwrap() {
            let schema = resource_type["schema"].as_str().unwrap();
            assert_eq!(world.get(&format!("/Schemas/{schema}")).await["id"], schema);
            let name = resource_type["name"].as_str().unwrap();
            assert_eq!(world.get(&format!("/ResourceTypes/{name}")).await["endpoint"], resource_type["endpoint"]);
        }
        assert_eq!(world.get("/Schemas").await["totalResults"], 4);
        world.call("GET", "/Schemas/urn:none", Value::Null, 404).await;
        world.call("GET", &format!("/Schemas?filter={}", encoded("id pr")), Value::Null, 403).await;
    }
}
