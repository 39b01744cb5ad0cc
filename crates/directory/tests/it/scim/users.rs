//! Users: made, read, replaced, patched, ended; what stays of values that only SCIM knows.

use lgsp_identity::{AccountChange, State};
use lgsp_model::AccountId;
use lgsp_platform::http::context::RoleGrant;
use serde_json::{Value, json};

use super::kit::{ENTERPRISE, OFFICE, OFFICIAL, World, worlds};

fn person() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, OFFICIAL],
        "userName": "Van.An", "externalId": "HR-7",
        "name": {"familyName": "Nguyễn Văn", "givenName": "An"},
        "title": "Chuyên viên", "nickName": "An",
        "emails": [
            {"value": "an@example.org", "type": "home"},
            {"value": "an@h34.gov.vn", "type": "work", "primary": true}
        ],
        "phoneNumbers": [{"value": "0260 3862 001", "type": "work"}],
        ENTERPRISE: {"employeeNumber": "701", "department": "Văn thư"},
        OFFICIAL: {"agencyCode": OFFICE},
    })
}

fn patch(operations: Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations
    })
}

async fn account(world: &World, id: &str) -> lgsp_identity::Account {
    world
        .identity
        .account(AccountId(id.parse().unwrap()))
        .await
        .unwrap()
}

worlds! {
    async fn a_user_is_an_account_and_keeps_what_only_scim_knows(world: &World) {
        let made = world.call("POST", "/Users", person(), 201).await;
        let id = made.body["id"].as_str().unwrap();
        assert_eq!(made.location, made.body["meta"]["location"].as_str().unwrap());
        assert_eq!(made.version, made.body["meta"]["version"].as_str().unwrap());
        let found = account(world, id).await;
        assert_eq!(found.username, "van.an");
        assert_eq!(found.display_name, "Nguyễn Văn An");
        assert_eq!(found.email.as_deref(), Some("an@h34.gov.vn"));
        assert_eq!(found.person.phone.as_deref(), Some("0260 3862 001"));
        assert_eq!(found.person.position.as_deref(), Some("Chuyên viên"));
        assert_eq!(found.agency.as_deref(), Some(OFFICE));
        assert_eq!(found.source.as_deref(), Some("scim:all"));
        assert_eq!(found.external_id.as_deref(), Some("HR-7"));
        let read = world.get(&format!("/Users/{id}")).await;
        assert_eq!(read, made.body);
        assert_eq!(read["nickName"], "An");
        assert_eq!(read["emails"], person()["emails"]);
        assert_eq!(read[ENTERPRISE], person()[ENTERPRISE]);
        let asked = world.get(&format!("/Users/{id}?attributes={OFFICIAL}")).await;
        assert_eq!(asked[OFFICIAL]["accountKind"], "official");
        assert!(!asked[OFFICIAL]["agencyName"].as_str().unwrap().is_empty());
        assert_eq!(world.journal("van.an").await, ["account.created"]);
    }

    async fn a_change_elsewhere_shows_and_the_rest_stays(world: &World) {
        let made = world.call("POST", "/Users", person(), 201).await;
        let id = made.body["id"].as_str().unwrap();
        let before = account(world, id).await;
        let change = AccountChange {
            email: Some(Some("an.moi@h34.gov.vn".to_owned())),
            display_name: Some("Nguyễn An".to_owned()),
            ..AccountChange::default()
        };
        world.identity.update_account(&world.actor(), &before, change).await.unwrap();
        let read = world.get(&format!("/Users/{id}")).await;
        assert_eq!(read["emails"][0]["value"], "an@example.org");
        assert_eq!(read["emails"][1]["value"], "an.moi@h34.gov.vn");
        assert_eq!(read["displayName"], "Nguyễn An");
        assert_ne!(read["meta"]["version"], made.body["meta"]["version"]);
    }

    async fn operations_change_the_account(world: &World) {
        let id = world.user("van.an", OFFICE).await;
        let path = format!("/Users/{id}");
        let body = patch(json!([
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "add", "path": "emails[type eq \"work\"].value", "value": "an@h34.gov.vn"},
            {"op": "add", "value": {"name.familyName": "Lê", "title": "Trưởng phòng"}},
            {"op": "replace", "path": format!("{OFFICIAL}:agencyCode"), "value": "H34.02"},
        ]));
        let answer = world.call("PATCH", &path, body, 200).await;
        assert_eq!(answer.body["active"], false);
        assert_eq!(answer.body[OFFICIAL]["position"], "Trưởng phòng", "title and position are one");
        let found = account(world, &id).await;
        assert_eq!(found.state, State::Disabled);
        assert_eq!(found.email.as_deref(), Some("an@h34.gov.vn"));
        assert_eq!(found.person.family_name.as_deref(), Some("Lê"));
        assert_eq!(found.agency.as_deref(), Some("H34.02"));
        let removed = patch(json!([{"op": "remove", "path": "active"}]));
        let answer = world.call("PATCH", &path, removed, 200).await;
        assert_eq!(answer.body.get("active"), None);
        assert_eq!(account(world, &id).await.state, State::Disabled, "never switched on by that");
        let on = patch(json!([{"op": "add", "path": "active", "value": true}]));
        assert_eq!(world.call("PATCH", &path, on, 200).await.body["active"], true);
        let refused = world.call("PATCH", &path, patch(json!([{"op": "remove", "path": "userName"}])), 400).await;
        assert_eq!(refused.scim_type(), "mutability");
    }

    async fn replacing_clears_what_is_not_sent_but_not_the_agency(world: &World) {
        let made = world.call("POST", "/Users", person(), 201).await;
        let path = format!("/Users/{}", made.body["id"].as_str().unwrap());
        let body = json!({"userName": "van.an", "displayName": "An", "password": "3f2504e0-4f89-41d3-9a0c"});
        let answer = world.call("PUT", &path, body, 200).await;
        assert_eq!(answer.body.get("emails"), None);
        assert_eq!(answer.body.get("externalId"), None);
        assert_eq!(answer.body.get("password"), None);
        assert_eq!(answer.body[OFFICIAL]["agencyCode"], OFFICE);
        let found = account(world, made.body["id"].as_str().unwrap()).await;
        assert!(found.must_change_password, "a password of another system is temporary");
    }

    async fn versions_guard_changes(world: &World) {
        let id = world.user("van.an", OFFICE).await;
        let path = format!("/Users/{id}");
        let first = world.send(&world.all, ("GET", &path), None, &[]).await.version;
        let known = world.send(&world.all, ("GET", &path), None, &[("if-none-match", &first)]).await;
        assert_eq!(known.status, 304);
        let body = patch(json!([{"op": "add", "path": "title", "value": "A"}]));
        let changed = world.send(&world.all, ("PATCH", &path), Some(&body), &[("if-match", &first)]).await;
        assert_eq!(changed.status, 200);
        for method in ["PATCH", "DELETE"] {
            let stale = world.send(&world.all, (method, &path), Some(&body), &[("if-match", &first)]).await;
            assert_eq!(stale.status, 412, "{method}");
        }
    }

    async fn deleting_makes_the_person_leave_and_frees_the_name(world: &World) {
        let id = world.user("van.an", OFFICE).await;
        let path = format!("/Users/{id}");
        world.call("DELETE", &path, Value::Null, 204).await;
        for method in ["GET", "DELETE"] {
            world.call(method, &path, Value::Null, 404).await;
        }
        assert_eq!(account(world, &id).await.state, State::Left);
        assert_eq!(world.journal("van.an").await, ["account.created", "account.left"]);
        assert_eq!(world.get("/Users").await["totalResults"], 0);
        let again = world.user("van.an", OFFICE).await;
        assert_ne!(again, id);
        assert_eq!(account(world, &id).await.state, State::Left, "kept for the audit");
    }

    async fn refusals_have_their_types(world: &World) {
        world.user("van.an", OFFICE).await;
        for (body, status, scim_type) in [
            (json!({"userName": "VAN.AN"}), 409, "uniqueness"),
            (json!({"displayName": "x"}), 400, "invalidValue"),
            (json!({"userName": "ấ n"}), 400, "invalidValue"),
            (json!({"userName": "b1", "emails": [{"value": "no mail"}]}), 400, "invalidValue"),
            (json!({"userName": "b1", "password": "short"}), 400, "invalidValue"),
            (json!({"userName": "b1", OFFICIAL: {"agencyCode": "X99"}}), 400, "invalidValue"),
            (json!([]), 400, "invalidSyntax"),
        ] {
            let answer = world.call("POST", "/Users", body, status).await;
            assert_eq!(answer.scim_type(), scim_type, "{}", answer.body);
            assert_eq!(answer.body["status"], status.to_string());
        }
        world.call("GET", "/Users/none", Value::Null, 404).await;
        world.call("GET", "/Nothing", Value::Null, 404).await;
        world.call("PUT", "/Users", json!({}), 405).await;
        world.call("POST", "/Schemas", json!({}), 405).await;
    }

    async fn an_account_with_a_high_role_is_left_alone(world: &World) {
        let id = world.user("quan.tri", OFFICE).await;
        let found = account(world, &id).await;
        let grant = RoleGrant { role: "platform-admin".to_owned(), agency: None };
        world.identity.set_roles(&world.actor(), &found, vec![grant]).await.unwrap();
        let path = format!("/Users/{id}");
        let body = patch(json!([{"op": "add", "path": "password", "value": "3f2504e0-4f89-41d3-9a0c"}]));
        world.call("PATCH", &path, body, 403).await;
        world.call("DELETE", &path, Value::Null, 403).await;
        assert_eq!(world.get(&path).await["roles"][0]["value"], "platform-admin@*");
    }
}
