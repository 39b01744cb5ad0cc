//! The linking states, and what comes of them.

use lgsp_identity::Kind;
use lgsp_simulator::sso::{PersonKind, SsoFault, SsoFaultRule};
use serde_json::json;

use super::{Provider, problem, set_number};
use crate::upstream::kit::{ADMIN, each_database};

each_database! {
    async fn a_citizen_gets_an_account_once(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        assert_eq!(portal.sign_in(&mut browser, 7).await.location(), "/documents");
        let me = browser.get("/api/v1/me").await.json();
        assert_eq!(me["display_name"], portal.people[7].name.as_str());
        assert_eq!(me["kind"], "citizen");
        let username = browser.username().await.unwrap();
        assert!(username.starts_with("cd-"), "{username}");
        assert!(!username.contains(&portal.people[7].citizen_number));

        let mut again = world.browser();
        assert_eq!(portal.sign_in(&mut again, 7).await.location(), "/documents");
        assert_eq!(again.username().await, Some(username.clone()));
        let account = world.identity.account_by_username(&username).await.unwrap();
        let sessions = world.identity.sessions(account.id).await.unwrap();
        assert_eq!(sessions[0].acr, 2);
        assert_eq!(sessions[0].amr, ["fed", "mfa"]);
        let links = again.get("/api/v1/me/external-identities").await.json();
        assert_eq!(links["items"].as_array().unwrap().len(), 1);
        assert_eq!(links["items"][0]["provider_title"], "Cổng dịch vụ công (mô phỏng)");
        assert!(!links["items"][0]["last_used_at"].is_null());
        let events = world.journal(&username).await;
        assert_eq!(events[..3], ["account.created", "external_identity.linked", "signin.succeeded"]);
    }

    async fn a_firm_is_no_citizen_with_its_representatives_number(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let firm = portal.people.iter().find(|one| one.kind == PersonKind::Firm).unwrap();
        let official = world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        set_number(world, &official.id.to_string(), &firm.citizen_number).await;
        let mut browser = world.browser();
        assert_eq!(portal.sign_in(&mut browser, firm.number).await.location(), "/documents");
        let me = browser.get("/api/v1/me").await.json();
        assert_eq!(me["display_name"], firm.firm.as_str());
        assert_eq!(world.number("SELECT COUNT(*) FROM citizen_number").await, 1);
    }

    async fn an_equal_citizen_number_asks_for_a_proof_and_then_links(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let official = world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        set_number(world, &official.id.to_string(), &portal.people[3].citizen_number).await;
        let mut browser = world.browser();
        let link = portal.sign_in(&mut browser, 3).await.location().to_owned();
        assert!(link.starts_with("/link-account/"), "{link}");
        assert_eq!(browser.username().await, None);
        let page = browser.get(&link).await;
        assert!(page.text.contains("Đã có tài khoản mang số định danh của bạn"), "{}", page.text);
        assert!(!page.text.contains("van.thu"), "{}", page.text);
        assert!(page.text.contains("/sign-in?next=/link-account/"), "{}", page.text);

        assert_eq!(browser.sign_in("van.thu", &link).await.location(), link);
        let page = browser.get(&link).await;
        assert!(page.text.contains("van.thu"), "{}", page.text);
        let token = page.hidden("csrf_token");
        let linked = browser.post_form(&link, &[("csrf_token", &token)]).await;
        assert_eq!(linked.location(), "/documents");
        let used = browser.post_form(&link, &[("csrf_token", &token)]).await;
        assert_eq!(problem(&used), "sso.upstream.expired");

        let mut later = world.browser();
        assert_eq!(portal.sign_in(&mut later, 3).await.location(), "/documents");
        assert_eq!(later.username().await.as_deref(), Some("van.thu"));
    }

    async fn the_wrong_account_proves_nothing(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let official = world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        world.account(Kind::Official, "ke.gian", "H34.01", &[]).await;
        set_number(world, &official.id.to_string(), &portal.people[3].citizen_number).await;
        let mut browser = world.browser();
        let link = portal.sign_in(&mut browser, 3).await.location().to_owned();
        browser.sign_in("ke.gian", &link).await;
        let page = browser.get(&link).await;
        assert!(page.text.contains("không phải tài khoản cần xác nhận"), "{}", page.text);
        assert_eq!(page.hidden("csrf_token"), "");
        browser.read_csrf_token().await;
        let token = browser.csrf_token.clone();
        let refused = browser.post_form(&link, &[("csrf_token", &token)]).await;
        assert_eq!(problem(&refused), "sso.upstream.not_the_account");
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 0);
    }

    async fn a_proof_from_before_does_not_count(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let official = world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        set_number(world, &official.id.to_string(), &portal.people[3].citizen_number).await;
        let mut browser = world.signed_in("van.thu").await;
        world.clock.advance_ms(1_000);
        let link = portal.sign_in(&mut browser, 3).await.location().to_owned();
        let page = browser.get(&link).await;
        assert_eq!(page.hidden("csrf_token"), "", "{}", page.text);
        let token = browser.csrf_token.clone();
        let refused = browser.post_form(&link, &[("csrf_token", &token)]).await;
        assert_eq!(problem(&refused), "sso.upstream.expired");
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 0);
    }

    async fn a_second_person_with_the_same_number_takes_nothing_over(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        assert_eq!(portal.sign_in(&mut world.browser(), 0).await.location(), "/documents");
        portal.handle.add_fault(SsoFaultRule::always(SsoFault::DuplicateCitizenNumber));
        let mut thief = world.browser();
        let link = portal.sign_in(&mut thief, 1).await.location().to_owned();
        assert!(link.starts_with("/link-account/"), "{link}");
        assert_eq!(thief.username().await, None);
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 1);
    }

    async fn somebody_unknown_is_refused_by_rule(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let mut browser = world.browser();
        let refused = portal.sign_in(&mut browser, 5).await;
        assert_eq!(problem(&refused), "sso.upstream.unknown");
        let page = browser.get(refused.location()).await.text;
        assert!(page.contains("chưa được nối với tài khoản nào ở đây"), "{page}");
        assert!(page.contains("Cổng dịch vụ công (mô phỏng)</a>"), "{page}");
        assert_eq!(world.journal("portal").await.last().unwrap(), "signin.failed");
    }

    async fn a_kind_that_is_not_allowed_does_not_come_in(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        portal.sign_in(&mut world.browser(), 7).await;
        portal.configure(world, json!({"account_kinds": ["official"]})).await;
        let refused = portal.sign_in(&mut world.browser(), 7).await;
        assert_eq!(problem(&refused), "sso.upstream.kind");
    }

    async fn a_disabled_account_does_not_come_in(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        portal.sign_in(&mut browser, 7).await;
        let username = browser.username().await.unwrap();
        let account = world.identity.account_by_username(&username).await.unwrap();
        let path = format!("/api/v1/accounts/{}", account.id);
        let done = world.admin().json("PATCH", &path, json!({"enabled": false})).await;
        assert_eq!(done.status, 200, "{}", done.text);
        assert_eq!(browser.username().await, None);
        let refused = portal.sign_in(&mut world.browser(), 7).await;
        assert_eq!(problem(&refused), "sso.upstream.account_unusable");
    }

    async fn a_person_links_and_unlinks_the_own_account(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let wanted = json!({"provider": "portal", "next": "/me"});
        let begun = browser.json("POST", "/api/v1/me/external-identities", wanted.clone()).await;
        let address = begun.json()["href"].as_str().unwrap().to_owned();
        let back = portal.choose(&address, 11).await;
        let link = browser.get(&back).await.location().to_owned();
        let page = browser.get(&link).await;
        assert!(page.text.contains(&portal.people[11].name), "{}", page.text);
        let token = page.hidden("csrf_token");
        let linked = browser.post_form(&link, &[("csrf_token", &token)]).await;
        assert_eq!(linked.location(), "/me");
        let mut other = world.browser();
        portal.sign_in(&mut other, 11).await;
        assert_eq!(other.username().await.as_deref(), Some("van.thu"));

        let links = browser.get("/api/v1/me/external-identities").await.json();
        let id = links["items"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/me/external-identities/{id}");
        world.clock.advance_ms(300_001);
        portal.handle.advance(std::time::Duration::from_millis(300_001));
        let stale = browser.json("DELETE", &path, json!({})).await;
        assert_eq!(stale.refusal(), (403, "sso.upstream.proof_stale".into()));
        let stale = browser.json("POST", "/api/v1/me/external-identities", wanted).await;
        assert_eq!(stale.refusal(), (403, "sso.upstream.proof_stale".into()));
        let mut fresh = world.signed_in("van.thu").await;
        assert_eq!(fresh.json("DELETE", &path, json!({})).await.status, 204);
        let gone = fresh.json("DELETE", &path, json!({})).await;
        assert_eq!(gone.refusal(), (404, "sso.external_identity.not_found".into()));
        let refused = portal.sign_in(&mut world.browser(), 11).await;
        // The citizen number stays known: the next sign-in offers the proof again.
        assert!(refused.location().starts_with("/link-account/"), "{:?}", refused.location());
    }

    async fn the_last_way_in_stays(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        portal.sign_in(&mut browser, 7).await;
        browser.read_csrf_token().await;
        let links = browser.get("/api/v1/me/external-identities").await.json();
        let path = format!("/api/v1/me/external-identities/{}", links["items"][0]["id"].as_str().unwrap());
        let kept = browser.json("DELETE", &path, json!({})).await;
        assert_eq!(kept.refusal(), (409, "sso.upstream.last_way_in".into()));
    }

    async fn one_person_of_the_provider_belongs_to_one_account(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        portal.sign_in(&mut world.browser(), 7).await;
        world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let wanted = json!({"provider": "portal"});
        let begun = browser.json("POST", "/api/v1/me/external-identities", wanted).await;
        let back = portal.choose(begun.json()["href"].as_str().unwrap(), 7).await;
        let link = browser.get(&back).await.location().to_owned();
        let token = browser.csrf_token.clone();
        let refused = browser.post_form(&link, &[("csrf_token", &token)]).await;
        assert_eq!(problem(&refused), "sso.upstream.linked_elsewhere");
    }

    async fn citizen_numbers_are_nowhere_in_clear(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        portal.sign_in(&mut world.browser(), 8).await;
        let number = &portal.people[8].citizen_number;
        assert_eq!(world.number("SELECT COUNT(*) FROM citizen_number").await, 1);
        let sql = format!("SELECT COUNT(*) FROM journal_event WHERE CAST(detail AS TEXT) LIKE '%{number}%'");
        assert_eq!(world.number(&sql).await, 0);
        let rows = world.platform.db
            .query_all("SELECT number_hash, sealed FROM citizen_number", vec![]).await.unwrap();
        for column in ["number_hash", "sealed"] {
            let bytes: Vec<u8> = rows[0].try_get("", column).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(number.as_str()));
        }
        let admin = world.identity.account_by_username(ADMIN).await.unwrap();
        let path = format!("/api/v1/accounts/{}/citizen-number", admin.id);
        let none = world.admin().get(&path).await.json();
        assert!(none["masked"].is_null());
    }
}
