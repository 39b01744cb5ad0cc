//! Delegated administration: whom an administrator of an agency reaches.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::kit::{ADMIN, GOOD, OTHER, World, each_database};

async fn agency_admin(world: &World) -> String {
    world
        .account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")])
        .await
}

fn new_account(username: &str, agency: &str) -> Value {
    json!({"username": username, "display_name": "Cán bộ", "agency": agency, "kind": "official", "password": GOOD})
}

each_database! {
    async fn an_agency_administrator_makes_accounts_in_the_own_subtree_only(world: &World) {
        agency_admin(world).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        for (agency, status) in [("H34.01", 201), ("H34.01.05", 201), ("H34.02", 403), ("H34", 403), ("", 403)] {
            let username = format!("nguoi.moi{agency}").to_lowercase();
            let answer = admin.json("POST", "/api/v1/accounts", new_account(&username, agency)).await;
            assert_eq!(answer.status.as_u16(), status, "{agency}: {}", answer.text);
        }
        let mut clerk = {
            world.account("van.thu", "H34.01", &[("clerk", "H34.01")]).await;
            world.signed_in("van.thu").await
        };
        let answer = clerk.json("POST", "/api/v1/accounts", new_account("ke.gian", "H34.01")).await;
        assert_eq!(answer.refusal(), (403, "platform.permission.missing".into()));
        assert_eq!(clerk.get("/api/v1/accounts").await.status, StatusCode::FORBIDDEN);
        assert_eq!(clerk.get("/api/v1/roles").await.status, StatusCode::FORBIDDEN);
    }

    async fn accounts_out_of_sight_do_not_exist(world: &World) {
        agency_admin(world).await;
        let foreign = world.account("nguoi.la", "H34.02", &[]).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let path = format!("/api/v1/accounts/{foreign}");
        let missing = (404, "identity.account.not_found".to_owned());
        assert_eq!(admin.get(&path).await.refusal(), missing);
        assert_eq!(admin.json("PATCH", &path, json!({"enabled": false})).await.refusal(), missing);
        for (method, tail, body) in [
            ("PUT", "roles", json!({"roles": []})),
            ("POST", "password", json!({"password": OTHER})),
            ("POST", "unlock", json!({})),
            ("DELETE", "sessions", json!({})),
        ] {
            let answer = admin.json(method, &format!("{path}/{tail}"), body).await;
            assert_eq!(answer.refusal(), missing, "{tail}");
        }
        assert_eq!(admin.get("/api/v1/accounts/not-an-id").await.refusal(), missing);
    }

    async fn the_list_holds_the_own_subtree(world: &World) {
        agency_admin(world).await;
        world.account("an", "H34.01.05", &[("clerk", "H34.01.05")]).await;
        world.account("binh", "H34.02", &[]).await;
        let names = |answer: &Value| -> Vec<String> {
            let items = answer["items"].as_array().unwrap();
            items.iter().map(|item| item["username"].as_str().unwrap().to_owned()).collect()
        };
        let mut admin = world.signed_in("quan.tri.so").await;
        let mine = admin.get("/api/v1/accounts").await.json();
        assert_eq!(names(&mine), ["an", "quan.tri.so"]);
        assert_eq!(mine["items"][0]["roles"], json!([{"role": "clerk", "agency": "H34.01.05", "agency_name": "Cơ quan H34.01.05"}]));
        let mut all = world.admin();
        assert_eq!(names(&all.get("/api/v1/accounts").await.json()), ["an", "binh", ADMIN, "quan.tri.so"]);
        assert_eq!(names(&all.get("/api/v1/accounts?agency=H34.01").await.json()), ["an", "quan.tri.so"]);
        assert_eq!(names(&all.get("/api/v1/accounts?q=NGUOI%20BIN").await.json()), ["binh"]);
        assert_eq!(names(&all.get("/api/v1/accounts?q=b_nh").await.json()), [""; 0]);
        assert_eq!(names(&admin.get("/api/v1/accounts?agency=H34.02").await.json()), [""; 0]);
        let first = all.get("/api/v1/accounts?limit=3").await.json();
        assert_eq!(first["next_cursor"], ADMIN);
        let rest = all.get(&format!("/api/v1/accounts?limit=3&cursor={ADMIN}")).await.json();
        assert_eq!((names(&rest), &rest["next_cursor"]), (vec!["quan.tri.so".to_owned()], &Value::Null));
        assert_eq!(all.get("/api/v1/accounts?lmit=3").await.status, StatusCode::BAD_REQUEST);
    }

    async fn roles_are_given_within_the_own_reach_only(world: &World) {
        agency_admin(world).await;
        let id = world.account("can.bo", "H34.01.05", &[]).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let path = format!("/api/v1/accounts/{id}/roles");
        for (role, agency, expected) in [
            ("clerk", json!("H34.01.05"), 200),
            ("agency-admin", json!("H34.01"), 200),
            ("clerk", json!("H34.02"), 403),
            ("clerk", json!("H34"), 403),
            ("clerk", Value::Null, 403),
            ("operator", json!("H34.01"), 403),
            ("platform-admin", json!("H34.01"), 403),
            ("auditor", json!("H34.01"), 403),
            ("khong-co", json!("H34.01"), 422),
        ] {
            let body = json!({"roles": [{"role": role, "agency": agency}]});
            let answer = admin.json("PUT", &path, body).await;
            assert_eq!(answer.status.as_u16(), expected, "{role} {agency}: {}", answer.text);
        }
        let mut all = world.admin();
        let body = json!({"roles": [{"role": "operator", "agency": null}]});
        assert_eq!(all.json("PUT", &path, body).await.status, StatusCode::OK);
        let taken = admin.json("PUT", &path, json!({"roles": []})).await;
        assert_eq!(taken.refusal(), (403, "identity.account.out_of_reach".into()));
    }

    async fn new_roles_are_in_force_at_the_next_request(world: &World) {
        let id = world.account("can.bo", "H34.01", &[]).await;
        let mut person = world.signed_in("can.bo").await;
        let before = person.get("/api/v1/me").await.json();
        assert_eq!(before["permissions"], json!(["catalogue.agency.read", "catalogue.code_list.read"]));
        let body = json!({"roles": [{"role": "official", "agency": "H34.01"}]});
        let path = format!("/api/v1/accounts/{id}/roles");
        world.admin().json("PUT", &path, body).await;
        let after = person.get("/api/v1/me").await.json();
        let permissions = after["permissions"].as_array().unwrap();
        assert!(permissions.contains(&json!("exchange.document.send")), "{permissions:?}");
        world.admin().json("PUT", &path, json!({"roles": []})).await;
        assert_eq!(person.get("/api/v1/me").await.json()["permissions"], before["permissions"]);
    }

    async fn an_account_with_rights_elsewhere_is_out_of_reach(world: &World) {
        agency_admin(world).await;
        let id = world.account("lien.co.quan", "H34.01", &[("clerk", "H34.01"), ("clerk", "H34.02")]).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let path = format!("/api/v1/accounts/{id}");
        assert_eq!(admin.get(&path).await.status, StatusCode::OK);
        let beyond = (403, "identity.account.out_of_reach".to_owned());
        let reset = admin.json("POST", &format!("{path}/password"), json!({"password": OTHER})).await;
        assert_eq!(reset.refusal(), beyond);
        assert_eq!(admin.json("PATCH", &path, json!({"enabled": false})).await.refusal(), beyond);
    }

    async fn nobody_manages_the_own_account(world: &World) {
        let mut admin = world.admin();
        let me = admin.get("/api/v1/me").await.json();
        let path = format!("/api/v1/accounts/{}", me["account_id"].as_str().unwrap());
        let own = (403, "identity.account.own".to_owned());
        assert_eq!(admin.json("PATCH", &path, json!({"enabled": false})).await.refusal(), own);
        assert_eq!(admin.json("PUT", &format!("{path}/roles"), json!({"roles": []})).await.refusal(), own);
        let reset = admin.json("POST", &format!("{path}/password"), json!({"password": OTHER})).await;
        assert_eq!(reset.refusal(), own);
    }

    async fn a_move_needs_the_right_at_both_ends(world: &World) {
        agency_admin(world).await;
        let id = world.account("can.bo", "H34.01", &[]).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let path = format!("/api/v1/accounts/{id}");
        let out = admin.json("PATCH", &path, json!({"agency": "H34.02"})).await;
        assert_eq!(out.refusal(), (403, "platform.permission.missing".into()));
        let within = admin.json("PATCH", &path, json!({"agency": "H34.01.05"})).await;
        assert_eq!(within.json()["agency"], json!({"code": "H34.01.05", "name": "Cơ quan H34.01.05"}));
    }

    async fn rights_through_a_group_put_an_account_out_of_reach(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let id = world.account("an", "H34.01", &[]).await;
        let mut admin = world.admin();
        let group = admin.json("POST", "/api/v1/groups", json!({"name": "Vận hành tỉnh"})).await.json();
        let group = format!("/api/v1/groups/{}", group["id"].as_str().unwrap());
        let given = admin.json("POST", &format!("{group}/grants"), json!({"role": "operator"})).await;
        assert_eq!(given.status.as_u16(), 201, "{}", given.text);
        admin.json("POST", &format!("{group}/members"), json!({"add": [id]})).await;
        let mut local = world.signed_in("quan.tri.so").await;
        let path = format!("/api/v1/accounts/{id}/password");
        let taken = local.json("POST", &path, json!({"password": OTHER})).await;
        assert_eq!(taken.refusal(), (403, "identity.account.out_of_reach".into()));
        admin.json("POST", &format!("{group}/members"), json!({"remove": [id]})).await;
        assert_eq!(local.json("POST", &path, json!({"password": OTHER})).await.status.as_u16(), 204);
    }
}
