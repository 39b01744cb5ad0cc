//! Join, move, leave, and the move of whole units.

use serde_json::json;

use crate::kit::each_database;

const DAY_MS: i64 = 86_400_000;

each_database! {
    async fn a_move_waits_for_its_day_and_ends_the_roles_of_the_old_unit(world: &World) {
        let id = world.account("an", "H34.01.05", &[("clerk", "H34.01.05"), ("official", "H34.02")]).await;
        let path = format!("/api/v1/accounts/{id}/move");
        let on = world.identity_now().plus_ms(DAY_MS);
        let body = json!({"agency": "H34.02", "position": "Trưởng phòng", "on": on, "basis": "QĐ 7"});
        let planned = world.admin().json("POST", &path, body).await;
        assert_eq!(planned.json()["agency"]["code"], "H34.01.05", "{}", planned.text);
        assert_eq!(world.admin().get(&path).await.json()["items"][0]["position"], "Trưởng phòng");
        world.identity.make_due_moves().await.unwrap();
        world.clock.advance_ms(DAY_MS);
        world.identity.make_due_moves().await.unwrap();
        let after = world.admin().get(&format!("/api/v1/accounts/{id}")).await.json();
        assert_eq!(after["agency"]["code"], "H34.02");
        assert_eq!(after["person"]["position"], "Trưởng phòng");
        assert_eq!(after["roles"], json!([{"role": "official", "agency": "H34.02", "agency_name": "Cơ quan H34.02"}]));
        assert_eq!(world.admin().get(&path).await.json()["items"], json!([]));
        assert_eq!(world.journal("an").await.last().unwrap().0, "account.moved");
    }

    async fn a_move_to_an_agency_that_has_ended_holds_up_no_other(world: &World) {
        world.tree.put("H34.03", Some("H34"));
        let on = world.identity_now().plus_ms(DAY_MS);
        let mut paths = Vec::new();
        for (name, agency) in [("an", "H34.03"), ("binh", "H34.02")] {
            let id = world.account(name, "H34.01", &[]).await;
            let body = json!({"agency": agency, "on": on});
            let planned = world.admin().json("POST", &format!("/api/v1/accounts/{id}/move"), body).await;
            assert!(planned.status.is_success(), "{}", planned.text);
            paths.push(format!("/api/v1/accounts/{id}"));
        }
        world.tree.remove("H34.03");
        world.clock.advance_ms(DAY_MS);
        world.identity.make_due_moves().await.unwrap();
        for (path, agency) in paths.iter().zip(["H34.01", "H34.02"]) {
            let after = world.admin().get(path).await.json();
            assert_eq!(after["agency"]["code"], agency, "{path}");
            assert_eq!(world.admin().get(&format!("{path}/move")).await.json()["items"], json!([]));
        }
        assert_eq!(world.journal("an").await.last().unwrap().0, "account.move_cancelled");
    }

    async fn who_leaves_is_out_at_once_and_stays_on_record(world: &World) {
        let id = world.account("an", "H34.01", &[("clerk", "H34.01")]).await;
        let mut an = world.signed_in("an").await;
        let left = world.admin().json("POST", &format!("/api/v1/accounts/{id}/leave"), json!({})).await;
        assert_eq!(left.json()["state"], "left", "{}", left.text);
        assert_eq!(an.get("/api/v1/me").await.status.as_u16(), 401);
        let kept = world.admin().get(&format!("/api/v1/accounts/{id}")).await.json();
        assert_eq!((&kept["enabled"], &kept["roles"]), (&json!(false), &json!([])));
    }

    async fn a_unit_moves_with_accounts_grants_and_groups(world: &World) {
        let id = world.account("an", "H34.01.05", &[("clerk", "H34.01.05"), ("clerk", "H34.02")]).await;
        let mut admin = world.admin();
        admin.json("POST", "/api/v1/groups", json!({"name": "Tổ", "agency": "H34.01.05"})).await;
        let mut body = json!({"from": "H34.01.05", "to": "H34.02", "dry_run": true, "basis": "NQ 1"});
        let preview = admin.json("POST", "/api/v1/unit-moves", body.clone()).await.json();
        assert_eq!(preview, json!({"accounts": 1, "grants": 1, "group_grants": 0, "groups": 1, "usernames": ["an"]}));
        body["dry_run"] = json!(false);
        assert_eq!(admin.json("POST", "/api/v1/unit-moves", body).await.status.as_u16(), 200);
        let after = admin.get(&format!("/api/v1/accounts/{id}")).await.json();
        assert_eq!(after["agency"]["code"], "H34.02");
        assert_eq!(after["roles"].as_array().unwrap().len(), 1);
        assert_eq!(admin.get("/api/v1/groups?agency=H34.02").await.json()["items"].as_array().unwrap().len(), 1);
    }

    async fn one_session_of_somebody_is_ended(world: &World) {
        let id = world.account("an", "H34.01", &[]).await;
        let mut one = world.signed_in("an").await;
        let mut other = world.signed_in("an").await;
        let path = format!("/api/v1/accounts/{id}/sessions");
        let sessions = world.admin().get(&path).await.json();
        let newest = sessions["items"][0]["id"].as_str().unwrap().to_owned();
        let ended = world.admin().json("DELETE", &format!("{path}/{newest}"), json!({})).await;
        assert_eq!(ended.status.as_u16(), 204);
        assert_eq!(one.get("/api/v1/me").await.status.as_u16(), 200);
        assert_eq!(other.get("/api/v1/me").await.status.as_u16(), 401);
    }

    async fn a_planned_unit_move_is_seen_and_given_up(world: &World) {
        world.account("an", "H34.01.05", &[]).await;
        world.account("quan.tri.so", "H34.02", &[("agency-admin", "H34.02")]).await;
        let mut admin = world.admin();
        let on = world.identity_now().plus_ms(DAY_MS);
        let body = json!({"from": "H34.01.05", "to": "H34.01", "on": on, "basis": "NQ 1"});
        assert_eq!(admin.json("POST", "/api/v1/unit-moves", body.clone()).await.status.as_u16(), 200);
        let listed = admin.get("/api/v1/unit-moves").await.json();
        let plan = &listed["items"][0];
        assert_eq!((&plan["from"], &plan["to"], &plan["on"]), (&json!("H34.01.05"), &json!("H34.01"), &json!(on)));
        assert_eq!((&plan["from_name"], &plan["basis"]), (&json!("Cơ quan H34.01.05"), &json!("NQ 1")));
        let mut local = world.signed_in("quan.tri.so").await;
        assert_eq!(local.get("/api/v1/unit-moves").await.json()["items"], json!([]));
        let path = "/api/v1/unit-moves/H34.01.05";
        assert_eq!(local.json("DELETE", path, json!({})).await.refusal(), (403, "platform.permission.missing".into()));
        assert_eq!(admin.json("DELETE", path, json!({})).await.status.as_u16(), 204);
        assert_eq!(admin.json("DELETE", path, json!({})).await.refusal(), (404, "identity.unit_move.not_found".into()));
        assert_eq!(admin.get("/api/v1/unit-moves").await.json()["items"], json!([]));
        world.clock.advance_ms(DAY_MS);
        world.identity.move_due_units().await.unwrap();
        let stays = world.identity.account_by_username("an").await.unwrap();
        assert_eq!(stays.agency.as_deref(), Some("H34.01.05"));
        let actions: Vec<String> = world.journal("H34.01.05").await.into_iter().map(|event| event.0).collect();
        assert_eq!(actions, ["unit.move_planned", "unit.move_cancelled"]);
    }

    async fn a_unit_move_that_cannot_be_made_holds_up_no_other(world: &World) {
        world.tree.put("H34.03", Some("H34"));
        world.account("an", "H34.01.05", &[]).await;
        world.account("binh", "H34.01", &[]).await;
        let on = world.identity_now().plus_ms(DAY_MS);
        for (from, to) in [("H34.01", "H34.03"), ("H34.01.05", "H34.02")] {
            let body = json!({"from": from, "to": to, "on": on});
            let planned = world.admin().json("POST", "/api/v1/unit-moves", body).await;
            assert!(planned.status.is_success(), "{}", planned.text);
        }
        world.tree.remove("H34.03");
        world.clock.advance_ms(DAY_MS);
        world.identity.move_due_units().await.unwrap();
        for (name, agency) in [("an", "H34.02"), ("binh", "H34.01")] {
            let after = world.identity.account_by_username(name).await.unwrap();
            assert_eq!(after.agency.as_deref(), Some(agency), "{name}");
        }
        assert_eq!(world.admin().get("/api/v1/unit-moves").await.json()["items"], json!([]));
    }
}
