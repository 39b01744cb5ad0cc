//! Sessions of a province: who sees them, by what they are found, ending many.

use std::collections::BTreeSet;

use lgsp_identity::{Kind, Participant};
use lgsp_testkit::Browser;
use serde_json::{Value, json};

use crate::kit::{ADMIN, World, each_database};

/// Notes that an application takes part in the newest session of an account.
async fn join(world: &World, username: &str, protocol: &str, client: &str) {
    let account = world.identity.account_by_username(username).await.unwrap();
    let sessions = world.identity.sessions(account.id).await.unwrap();
    let participant = Participant {
        id: uuid::Uuid::now_v7(),
        session_id: sessions[0].id,
        account_id: account.id,
        protocol: protocol.to_owned(),
        client: client.to_owned(),
        index: String::new(),
        data: json!({}),
        joined_at: world.identity_now(),
    };
    world.identity.join(&participant).await.unwrap();
}

fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["account"]["username"].as_str().unwrap())
        .collect()
}

async fn is_in(browser: &mut Browser) -> bool {
    browser.get("/api/v1/me").await.status.is_success()
}

each_database! {
    async fn sessions_are_found_by_text_unit_kind_and_application(world: &World) {
        for (name, agency) in [("an", "H34.01"), ("binh", "H34.01.05"), ("chi", "H34.02")] {
            world.account(name, agency, &[]).await;
        }
        world.account_of(Kind::Operator, "dung", "H34.01", &[]).await;
        for name in ["an", "binh", "chi", "dung"] {
            world.signed_in(name).await;
        }
        join(world, "an", "oidc", "kho").await;
        join(world, "chi", "oidc", "kho").await;
        join(world, "chi", "cas", "kho").await;
        join(world, "binh", "cas", "ho-so").await;
        for (query, expected) in [
            ("", vec!["dung", "chi", "binh", "an"]),
            ("?q=BINH", vec!["binh"]),
            ("?q=nguoi%20chi", vec!["chi"]),
            ("?agency=H34.01", vec!["dung", "binh", "an"]),
            ("?kind=operator", vec!["dung"]),
            ("?client=kho", vec!["chi", "an"]),
            ("?client=kho&protocol=cas", vec!["chi"]),
            ("?client=ho-so&protocol=oidc", vec![]),
            ("?client=kho&agency=H34.01", vec!["an"]),
        ] {
            let found = world.admin().get(&format!("/api/v1/sessions{query}")).await;
            assert_eq!(names(&found.json()), expected, "{query} {}", found.text);
        }
        let one = world.admin().get("/api/v1/sessions?q=chi").await;
        let item = &one.json()["items"][0];
        assert_eq!(item["account"]["agency"]["name"], "Cơ quan H34.02");
        assert_eq!((&item["acr"], &item["amr"], &item["address"]), (&json!(1), &json!(["pwd"]), &json!("10.34.1.9")));
        let joined: BTreeSet<_> = item["participants"].as_array().unwrap().iter()
            .map(|one| (one["protocol"].as_str().unwrap(), one["client"].as_str().unwrap())).collect();
        assert_eq!(joined, BTreeSet::from([("cas", "kho"), ("oidc", "kho")]));
        assert!(!one.text.contains("csrf") && !one.text.contains("secret"), "{}", one.text);
        let wrong = world.admin().get("/api/v1/sessions?surprise=1").await;
        assert_eq!(wrong.status.as_u16(), 400);
    }

    async fn sessions_that_have_ended_are_not_listed(world: &World) {
        world.account("an", "H34.01", &[]).await;
        let mut an = world.signed_in("an").await;
        world.clock.advance_ms(lgsp_identity::rules::SESSION_IDLE_MS - 1);
        assert_eq!(names(&world.admin().get("/api/v1/sessions").await.json()), ["an"]);
        world.clock.advance_ms(1);
        assert_eq!(names(&world.admin().get("/api/v1/sessions").await.json()), Vec::<&str>::new());
        assert!(!is_in(&mut an).await);
    }

    async fn an_agency_administrator_sees_full_pages_of_the_own_subtree(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        for number in 0..4 {
            for (name, agency) in [("trong", "H34.01.05"), ("ngoai", "H34.02")] {
                let name = format!("{name}.{number}");
                world.account(&name, agency, &[]).await;
                world.signed_in(&name).await;
            }
        }
        world.signed_in(ADMIN).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/api/v1/sessions?limit=2{cursor}")).await.json();
            seen.push(names(&page).into_iter().map(str::to_owned).collect::<Vec<_>>());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, [vec!["quan.tri.so", "trong.3"], vec!["trong.2", "trong.1"], vec!["trong.0"]]);
        let stranger = world.account("cong.chuc", "H34.01", &[("official", "H34.01")]).await;
        let mut official = world.signed_in("cong.chuc").await;
        assert_eq!(official.get("/api/v1/sessions").await.refusal(), (403, "platform.permission.missing".into()));
        assert!(!stranger.is_empty());
    }

    async fn one_session_is_ended_within_reach_only(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        for (name, agency) in [("trong", "H34.01.05"), ("ngoai", "H34.02")] {
            world.account(name, agency, &[]).await;
        }
        world.account("cao.hon", "H34.01", &[("leader", "H34")]).await;
        let (mut inside, mut outside) = (world.signed_in("trong").await, world.signed_in("ngoai").await);
        world.signed_in("cao.hon").await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let id = async |name: &str| {
            let found = world.admin().get(&format!("/api/v1/sessions?q={name}")).await.json();
            format!("/api/v1/sessions/{}", found["items"][0]["id"].as_str().unwrap())
        };
        let (of_inside, of_outside) = (id("trong").await, id("ngoai").await);
        let foreign = admin.json("DELETE", &of_outside, json!({})).await;
        assert_eq!(foreign.refusal(), (404, "identity.session.not_found".into()));
        let higher = admin.json("DELETE", &id("cao.hon").await, json!({})).await;
        assert_eq!(higher.refusal(), (403, "identity.account.out_of_reach".into()));
        assert_eq!(admin.json("DELETE", &of_inside, json!({})).await.status.as_u16(), 204);
        assert!(!is_in(&mut inside).await && is_in(&mut outside).await);
        let again = admin.json("DELETE", &of_inside, json!({})).await;
        assert_eq!(again.refusal(), (404, "identity.session.not_found".into()));
        assert_eq!(world.journal("trong").await.last().unwrap().0, "session.ended");
    }

    async fn the_sessions_of_an_application_end_and_it_is_to_be_told(world: &World) {
        for name in ["an", "binh", "chi"] {
            world.account(name, "H34.01", &[]).await;
        }
        let mut an = world.signed_in("an").await;
        let mut binh = world.signed_in("binh").await;
        let mut chi = world.signed_in("chi").await;
        for (name, client) in [("an", "kho"), ("binh", "ho-so"), ("chi", "kho"), ("chi", "ho-so")] {
            join(world, name, "oidc", client).await;
        }
        let ended = world.admin().json("DELETE", "/api/v1/sessions?client=kho", json!({})).await;
        assert_eq!(ended.json(), json!({"ended": 2}), "{}", ended.text);
        assert!(!is_in(&mut an).await && is_in(&mut binh).await && !is_in(&mut chi).await);
        let told = world.identity.orphans("oidc", 10).await.unwrap();
        let told: BTreeSet<_> = told.iter().map(|one| one.client.as_str()).collect();
        assert_eq!(told, BTreeSet::from(["ho-so", "kho"]), "everything that hung on the sessions");
        for name in ["an", "chi"] {
            assert_eq!(world.journal(name).await.last().unwrap().0, "session.revoked", "{name}");
        }
        let whole = world.journal("kho").await;
        assert_eq!(whole, [("session.revoked_many".into(), ADMIN.into(), "ok".into())]);
    }

    async fn everybodys_sessions_end_after_a_confirmation_but_the_one_that_asks(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        world.account("trong", "H34.01.05", &[]).await;
        world.account("ngoai", "H34.02", &[]).await;
        world.account("cao.hon", "H34.01", &[("leader", "H34")]).await;
        let mut people = Vec::new();
        for name in ["trong", "ngoai", "cao.hon"] {
            people.push(world.signed_in(name).await);
        }
        let mut admin = world.signed_in("quan.tri.so").await;
        let path = "/api/v1/sessions";
        let unsure = admin.json("DELETE", path, json!({})).await;
        assert_eq!(unsure.refusal(), (422, "identity.fields.invalid".into()));
        assert_eq!(unsure.broken(), [("/confirm".into(), "identity.field.unconfirmed".into())]);
        let ended = admin.json("DELETE", &format!("{path}?confirm=all"), json!({})).await;
        assert_eq!(ended.json(), json!({"ended": 1}), "{}", ended.text);
        let mut alive = Vec::new();
        for person in &mut people {
            alive.push(is_in(person).await);
        }
        assert_eq!(alive, [false, true, true], "neither outside of the subtree nor beyond the own rights");
        assert!(is_in(&mut admin).await);
        let all = world.admin().json("DELETE", &format!("{path}?confirm=all"), json!({})).await;
        assert_eq!(all.json(), json!({"ended": 3}));
        assert!(!is_in(&mut admin).await);
    }

    async fn ending_many_sessions_asks_for_a_fresh_proof(world: &World) {
        let id = world.account("an", "H34.01", &[]).await;
        let mut an = world.signed_in("an").await;
        let mut admin = world.signed_in(ADMIN).await;
        world.clock.advance_ms(5 * 60_000 + 1_000);
        for path in ["?client=kho", "?confirm=all"] {
            let stale = admin.json("DELETE", &format!("/api/v1/sessions{path}"), json!({})).await;
            assert_eq!(stale.refusal(), (401, "platform.proof.insufficient".into()), "{path}");
        }
        world.account("ho.tro", "H34.01", &[("support", "H34.01")]).await;
        let mut support = world.signed_in("ho.tro").await;
        let refused = support.json("DELETE", "/api/v1/sessions?confirm=all", json!({})).await;
        assert_eq!(refused.refusal(), (403, "platform.permission.missing".into()));
        assert!(is_in(&mut an).await);
        let mut again = world.signed_in(ADMIN).await;
        let path = format!("/api/v1/sessions?account={id}");
        assert_eq!(again.json("DELETE", &path, json!({})).await.json(), json!({"ended": 1}));
        assert!(!is_in(&mut an).await);
    }
}
