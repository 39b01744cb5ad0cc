//! Operations of administrators: check, preview, try, links and citizen numbers of others.

use std::time::Duration;

use lgsp_identity::Kind;
use lgsp_simulator::sso::{Endpoint, SsoFault, SsoFaultRule};
use serde_json::json;

use super::{Provider, problem, set_number};
use crate::upstream::kit::{ADMIN, each_database};

const DAY_MS: i64 = 86_400_000;

each_database! {
    async fn a_check_tells_what_is_wrong(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let path = "/api/v1/identity-providers/portal/check";
        let good = world.admin().json("POST", path, json!({})).await.json();
        assert_eq!(good["keys"], 1);
        assert!(good["problem"].is_null(), "{good}");
        assert_eq!(good["has_secret"], true);
        assert!(good["redirect_uri"].as_str().unwrap().ends_with("/sign-in/from/portal"));
        // Without its keys it is still told where people would be sent.
        portal.handle.add_fault(SsoFaultRule::always(SsoFault::NotJson).at(Endpoint::Jwks));
        let bad = world.admin().json("POST", path, json!({})).await.json();
        assert_eq!(bad["problem"]["code"], "sso.upstream.unreadable", "{bad}");
        assert_eq!(bad["authorization_endpoint"], good["authorization_endpoint"]);
        assert_eq!((&bad["keys"], good["authorization_endpoint"].is_string()), (&json!(0), true));
        portal.handle.clear_faults();
        portal.handle.add_fault(SsoFaultRule::always(SsoFault::WrongIssuer).at(Endpoint::Discovery));
        let bad = world.admin().json("POST", path, json!({})).await.json();
        assert_eq!(bad["problem"]["code"], "sso.upstream.issuer");
        assert!(bad["authorization_endpoint"].is_null());
        let none = world.admin().json("POST", "/api/v1/identity-providers/none/check", json!({})).await;
        assert_eq!(none.refusal(), (404, "sso.upstream.provider_unknown".into()));
    }

    async fn a_preview_shows_what_claims_become(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let claims = json!({"claims": {"sub": "x", "LoaiTaiKhoan": "1", "HoVaTen": "Y Mô Phỏng",
            "SoDinhDanh": "000199000001", "acr": "LoA2"}});
        let path = "/api/v1/identity-providers/portal/preview";
        let seen = world.admin().json("POST", path, claims.clone()).await.json();
        assert_eq!((&seen["name"], &seen["level"], &seen["follows"]),
            (&json!("Y Mô Phỏng"), &json!(2), &json!("create_citizen")));
        assert_eq!(seen["citizen_number"], "•••••••••001");
        let official = world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        set_number(world, &official.id.to_string(), "000199000001").await;
        let seen = world.admin().json("POST", path, claims).await.json();
        assert_eq!(seen["follows"], "prove");
        portal.sign_in(&mut world.browser(), 7).await;
        let linked = json!({"claims": {"sub": portal.people[7].sub}});
        let seen = world.admin().json("POST", path, linked).await.json();
        assert_eq!(seen["follows"], "linked");
    }

    async fn a_map_is_tried_before_it_is_saved(world: &World) {
        let _portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let path = "/api/v1/identity-providers/portal/preview";
        let claims = json!({"sub": "x", "LoaiTaiKhoan": "1", "HoVaTen": "Y Mô Phỏng",
            "SoDinhDanh": "000199000001", "ten": "Tên khác", "thu": "khong phai thu", "so": "12"});
        let map = json!({"name": ["ten"], "email": ["thu"], "phone": ["khong_co"], "citizen_number": ["so"]});
        let body = json!({"claims": claims, "map": map});
        let seen = world.admin().json("POST", path, body).await.json();
        assert_eq!(seen["name"], "Tên khác");
        assert!(seen["citizen_number"].is_null() && seen["sign_in"].is_null(), "{seen}");
        let pointers: Vec<&str> = seen["errors"].as_array().unwrap().iter()
            .map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/claims/phone", "/claims/email", "/claims/citizen_number"]);
        let broken = json!({"claims": claims, "map": {"name": ["{ten"]}});
        let seen = world.admin().json("POST", path, broken).await.json();
        assert_eq!(seen["errors"][0]["pointer"], "/claims/name");
        // What is saved stays as it was.
        let saved = world.admin().json("POST", path, json!({"claims": claims})).await.json();
        assert_eq!((&saved["name"], &saved["errors"]), (&json!("Y Mô Phỏng"), &json!([])));
        let unknown = json!({"claims": claims, "map": {"surname": ["ten"]}});
        assert_eq!(world.admin().json("POST", path, unknown).await.status, 400);
    }

    async fn a_map_is_tried_on_the_last_sign_in_of_somebody_within_reach(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let path = "/api/v1/identity-providers/portal/preview";
        let nobody = world.admin().json("POST", path, json!({})).await;
        assert_eq!(nobody.refusal(), (404, "sso.upstream.no_sign_in".into()));
        let mut first = world.browser();
        portal.sign_in(&mut first, 7).await;
        portal.sign_in(&mut world.browser(), 7).await;
        let username = first.username().await.unwrap();
        let map = json!({"map": {"name": ["SoDienThoai"]}});
        let seen = world.admin().json("POST", path, map).await.json();
        let person = &portal.people[7];
        assert_eq!(seen["follows"], "linked", "{seen}");
        let name = seen["name"].as_str().unwrap();
        assert!(name.starts_with("•••") && name.len() > 3, "a claim in another field is hidden: {name}");
        assert_eq!(seen["sign_in"]["username"], username.as_str());
        let shown = seen["sign_in"]["claims"].to_string();
        assert!(shown.contains("HoVaTen") && !shown.contains(&person.name), "{shown}");
        assert!(!seen.to_string().contains(&person.citizen_number), "{seen}");
        let saved = world.admin().json("POST", path, json!({})).await.json();
        assert_eq!(saved["name"], person.name.as_str(), "what the account has is shown");
        let events = world.journal(&username).await;
        assert_eq!(events.last().unwrap(), "provider.claims_viewed");
        let sealed = world.number("SELECT COUNT(*) FROM external_identity WHERE last_claims IS NOT NULL");
        assert_eq!(sealed.await, 1);
        world.clock.advance_ms(DAY_MS);
        let late = world.admin().json("POST", path, json!({})).await;
        assert_eq!(late.refusal(), (404, "sso.upstream.no_sign_in".into()));
    }

    async fn the_links_of_a_provider_are_listed_by_subtree(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        for (name, agency, person) in [("van.thu", "H34.01.05", 3), ("ke.toan", "H34.02", 1)] {
            let account = world.account(Kind::Official, name, agency, &[]).await;
            set_number(world, &account.id.to_string(), &portal.people[person].citizen_number).await;
            let mut browser = world.browser();
            let link = portal.sign_in(&mut browser, person).await.location().to_owned();
            browser.sign_in(name, &link).await;
            let token = browser.get(&link).await.hidden("csrf_token");
            browser.post_form(&link, &[("csrf_token", &token)]).await;
        }
        portal.sign_in(&mut world.browser(), 3).await;
        let path = "/api/v1/identity-providers/portal/links";
        let all = world.admin().get(path).await.json();
        let names = |page: &serde_json::Value| -> Vec<String> {
            let items = page["items"].as_array().unwrap();
            items.iter().map(|one| one["username"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&all), ["ke.toan", "van.thu"], "the newest first");
        assert!(all["items"][0]["last_used_at"].is_null() && all["items"][1]["last_used_at"].is_string());
        assert_eq!(all["items"][1]["display_name"], portal.people[3].name.as_str());
        let first = world.admin().get(&format!("{path}?limit=1")).await.json();
        assert_eq!(names(&first), ["ke.toan"]);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = world.admin().get(&format!("{path}?limit=1&cursor={cursor}")).await.json();
        assert_eq!(names(&second), ["van.thu"]);
        assert!(second["next_cursor"].is_null(), "{second}");
        world.account(Kind::Administrator, "quan.tri.01", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut local = world.signed_in("quan.tri.01").await;
        assert_eq!(names(&local.get(path).await.json()), ["van.thu"], "the own subtree");
        let mut plain = world.signed_in("van.thu").await;
        assert_eq!(plain.get(path).await.status, 403);
    }

    async fn a_dry_run_shows_the_claims_to_its_administrator_and_stores_nothing(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen", "enabled": false})).await;
        let mut admin = world.signed_in(ADMIN).await;
        let path = "/api/v1/identity-providers/portal/try";
        let begun = admin.json("POST", path, json!({})).await;
        let back = portal.choose(begun.json()["href"].as_str().unwrap(), 7).await;
        let page = admin.get(&back).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let person = &portal.people[7];
        assert!(page.text.contains(&person.name) && page.text.contains("HoVaTen"), "{}", page.text);
        assert!(!page.text.contains(&person.citizen_number), "{}", page.text);
        assert!(page.text.contains("create_citizen"), "{}", page.text);
        let provider = "href=\"/identity-providers/portal\"";
        assert!(page.text.contains(provider), "back to the console: {}", page.text);
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 0);
        assert_eq!(admin.username().await.as_deref(), Some(ADMIN));

        let begun = admin.json("POST", path, json!({})).await;
        let back = portal.choose(begun.json()["href"].as_str().unwrap(), 7).await;
        admin.cookies.remove("lgsp_session");
        assert_eq!(problem(&admin.get(&back).await), "sso.upstream.expired");
        // A provider that is switched off has no button and signs nobody in.
        let mut browser = world.browser();
        assert!(!browser.get("/sign-in").await.text.contains("/sign-in/with/portal"));
        let refused = browser.get("/sign-in/with/portal").await;
        assert_eq!(problem(&refused), "sso.upstream.provider_unknown");
    }

    async fn administrators_manage_links_of_their_subtree_only(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let account = world.account(Kind::Official, "van.thu", "H34.01.05", &[]).await;
        set_number(world, &account.id.to_string(), &portal.people[3].citizen_number).await;
        let mut person = world.browser();
        let link = portal.sign_in(&mut person, 3).await.location().to_owned();
        person.sign_in("van.thu", &link).await;
        let token = person.get(&link).await.hidden("csrf_token");
        person.post_form(&link, &[("csrf_token", &token)]).await;
        let base = format!("/api/v1/accounts/{}", account.id);

        world.account(Kind::Administrator, "quan.tri.02", "H34.02", &[("agency-admin", "H34.02")]).await;
        world.account(Kind::Administrator, "quan.tri.01", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut stranger = world.signed_in("quan.tri.02").await;
        for path in ["external-identities", "citizen-number"] {
            let hidden = stranger.get(&format!("{base}/{path}")).await;
            assert_eq!(hidden.refusal(), (404, "identity.account.not_found".into()));
        }
        let mut admin = world.signed_in("quan.tri.01").await;
        let number = admin.get(&format!("{base}/citizen-number")).await.json();
        let shown = number["masked"].as_str().unwrap();
        assert!(shown.starts_with("•••••••••") && !shown.contains("000"), "{shown}");
        let bad = json!({"citizen_number": "123"});
        let refused = admin.json("PUT", &format!("{base}/citizen-number"), bad).await;
        assert_eq!(refused.refusal(), (422, "sso.citizen_number.form".into()));
        let links = admin.get(&format!("{base}/external-identities")).await.json();
        let id = links["items"][0]["id"].as_str().unwrap();
        let path = format!("{base}/external-identities/{id}");
        assert_eq!(stranger.json("DELETE", &path, json!({})).await.status, 404);
        assert_eq!(admin.json("DELETE", &path, json!({})).await.status, 204);
        assert_eq!(person.username().await, None);
        assert_eq!(admin.json("DELETE", &format!("{base}/citizen-number"), json!({})).await.status, 204);
        let refused = portal.sign_in(&mut world.browser(), 3).await;
        assert_eq!(problem(&refused), "sso.upstream.unknown");
        let events = world.journal("van.thu").await;
        for action in ["external_identity.linked", "external_identity.unlinked",
            "account.citizen_number_set", "account.citizen_number_removed"] {
            assert!(events.iter().any(|event| event == action), "{action}: {events:?}");
        }
    }

    async fn a_link_is_ended_on_the_own_page_with_a_fresh_proof_and_never_the_last_way_in(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let account = world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        set_number(world, &account.id.to_string(), &portal.people[3].citizen_number).await;
        let mut person = world.browser();
        let link = portal.sign_in(&mut person, 3).await.location().to_owned();
        person.sign_in("van.thu", &link).await;
        let token = person.get(&link).await.hidden("csrf_token");
        person.post_form(&link, &[("csrf_token", &token)]).await;
        let page = person.get("/account/links").await;
        assert!(page.text.contains("Cổng dịch vụ công (mô phỏng)"), "{}", page.text);
        assert!(page.text.contains("Đăng nhập được bằng tài khoản"), "{}", page.text);
        let id = page.hidden("id");
        assert!(id.starts_with("upstream:"), "{id}");

        world.clock.advance_ms(6 * 60_000);
        portal.handle.advance(Duration::from_secs(6 * 60));
        let fields = [("csrf_token", page.hidden("csrf_token")), ("id", id.clone())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let asked = person.post_form("/account/links", &fields).await;
        assert!(asked.location().starts_with("/sign-in?next=/account/links"), "{}", asked.location());
        person.read_csrf_token().await;
        let refused = person.json("DELETE", &format!("/api/v1/me/ties/{id}"), json!({})).await;
        assert_eq!(refused.refusal().1, "identity.session.insufficient_user_authentication");
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 1);
        person.sign_in("van.thu", "/account/links").await;
        let page = person.get("/account/links").await;
        let fields = [("csrf_token", page.hidden("csrf_token")), ("id", id)];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(person.post_form("/account/links", &fields).await.location(), "/account/links?lang=vi");
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 0);

        // A citizen whose account the provider made has no other way in.
        let mut citizen = world.browser();
        portal.sign_in(&mut citizen, 7).await;
        let page = citizen.get("/account/links").await;
        let fields = [("csrf_token", page.hidden("csrf_token")), ("id", page.hidden("id"))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = citizen.post_form("/account/links", &fields).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 1);
    }

    async fn secrets_go_in_and_never_come_out(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let path = "/api/v1/identity-providers/portal/secret";
        for secret in [String::new(), "x".repeat(1_025)] {
            let refused = world.admin().json("PUT", path, json!({"secret": secret})).await;
            assert_eq!(refused.refusal(), (422, "sso.upstream.secret_form".into()));
        }
        assert_eq!(world.admin().json("PUT", path, json!({"secret": "x".repeat(1_024)})).await.status, 204);
        world.account(Kind::Administrator, "quan.tri.01", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut admin = world.signed_in("quan.tri.01").await;
        let refused = admin.json("PUT", path, json!({"secret": "y"})).await;
        assert_eq!(refused.refusal(), (403, "platform.permission.missing".into()));
        portal.configure(world, json!({})).await;
        world.put("identity-provider", "empty", json!({"title": "x", "issuer": portal.handle.issuer("portal"),
            "client_id": "x", "allow_local_addresses": true})).await;
        let mut browser = world.browser();
        let address = browser.get("/sign-in/with/empty").await.location().to_owned();
        assert!(address.contains("client_id=x"), "{address}");
    }

    async fn buttons_follow_the_registry(world: &World) {
        let portal = Provider::start(world, json!({"button_vi": "Cổng", "button_en": "Portal", "order": 2})).await;
        let spec = world.platform.registry.snapshot().get("identity-provider", "portal").unwrap().spec.clone();
        let mut first = spec.clone();
        first["order"] = json!(1);
        first["button_en"] = json!("");
        first["title"] = json!("VNeID (mô phỏng)");
        world.put("identity-provider", "vneid", first).await;
        let page = world.browser().get("/sign-in?lang=en").await.text;
        let places = ["VNeID (mô phỏng)</a>", "Portal</a>"].map(|text| page.find(text).unwrap_or_else(|| panic!("{text}: {page}")));
        assert!(places[0] < places[1]);
        drop(portal);
    }
}
