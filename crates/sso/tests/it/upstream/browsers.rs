//! One browser's sign-in is of no use to another: fixation, injection, replay.

use serde_json::json;

use super::{Provider, problem};
use crate::upstream::kit::each_database;

each_database! {
    async fn an_answer_works_once(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        let address = portal.begin(&mut browser, "/documents").await;
        let back = portal.choose(&address, 7).await;
        assert_eq!(browser.get(&back).await.location(), "/documents");
        let replayed = browser.get(&back).await;
        assert_eq!(problem(&replayed), "sso.upstream.expired");
    }

    async fn another_browser_cannot_use_an_answer(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut attacker = world.browser();
        let address = portal.begin(&mut attacker, "/documents").await;
        let back = portal.choose(&address, 7).await;
        // A link that the attacker sends: without cookie, and with a cookie of its own.
        let mut victim = world.browser();
        assert_eq!(problem(&victim.get(&back).await), "sso.upstream.expired");
        portal.begin(&mut victim, "/documents").await;
        assert_eq!(problem(&victim.get(&back).await), "sso.upstream.expired");
        assert_eq!(victim.username().await, None);
        // It is not used up by that.
        assert_eq!(attacker.get(&back).await.location(), "/documents");
    }

    async fn a_code_of_another_browser_is_refused(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        for pkce in [true, false] {
            portal.configure(world, json!({"unknown": "create_citizen", "pkce": pkce})).await;
            let (mut attacker, mut victim) = (world.browser(), world.browser());
            let stolen = portal.choose(&portal.begin(&mut victim, "/").await, 7).await;
            let own = portal.choose(&portal.begin(&mut attacker, "/").await, 8).await;
            let code = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
            let injected = own.replace(&code(&own), &code(&stolen));
            let refused = attacker.get(&injected).await;
            // With PKCE the provider refuses the code; without it the nonce gives it away.
            let expected = if pkce { "sso.upstream.code_refused" } else { "sso.upstream.token_refused" };
            assert_eq!(problem(&refused), expected);
            assert_eq!(attacker.username().await, None);
        }
    }

    async fn two_tabs_do_not_disturb_each_other(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        let first = portal.choose(&portal.begin(&mut browser, "/a").await, 7).await;
        let second = portal.choose(&portal.begin(&mut browser, "/b").await, 7).await;
        assert_eq!(browser.get(&first).await.location(), "/a");
        assert_eq!(browser.get(&second).await.location(), "/b");
    }

    async fn a_sign_in_ends_after_ten_minutes(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        let address = portal.begin(&mut browser, "/").await;
        world.clock.advance_ms(600_000);
        let back = portal.choose(&address, 7).await;
        assert_eq!(problem(&browser.get(&back).await), "sso.upstream.expired");
    }

    async fn an_answer_of_one_provider_is_no_answer_of_another(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let spec = world.platform.registry.snapshot().get("identity-provider", "portal").unwrap().spec.clone();
        world.put("identity-provider", "other", spec).await;
        let mut browser = world.browser();
        let address = portal.begin(&mut browser, "/").await;
        let back = portal.choose(&address, 7).await;
        let mixed = back.replace("/from/portal", "/from/other");
        assert_eq!(problem(&browser.get(&mixed).await), "sso.upstream.expired");
    }

    async fn the_issuer_of_the_answer_must_be_there_when_it_was_promised(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        let back = portal.choose(&portal.begin(&mut browser, "/").await, 7).await;
        let (without, _) = back.split_once("&iss=").unwrap();
        assert_eq!(problem(&browser.get(without).await), "sso.upstream.issuer");
    }

    async fn parameters_given_twice_do_not_count(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        let back = portal.choose(&portal.begin(&mut browser, "/").await, 7).await;
        let doubled = format!("{back}&state=x");
        assert_eq!(problem(&browser.get(&doubled).await), "sso.upstream.expired");
    }

    async fn the_session_is_new_and_the_cookie_is_guarded(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        browser.cookies.insert("lgsp_session".into(), "fixed-by-somebody".into());
        let begun = browser.get("/sign-in/with/portal?next=https://evil.example/").await;
        let cookie = begun.header("set-cookie").to_owned();
        assert!(cookie.contains("Path=/; HttpOnly; SameSite=Lax; Max-Age=600"), "{cookie}");
        assert_eq!(begun.header("referrer-policy"), "no-referrer");
        let back = portal.choose(begun.location(), 7).await;
        let done = browser.get(&back).await;
        // Nobody is sent elsewhere, and the session is not the one that was planted.
        assert_eq!(done.location(), "/");
        assert_ne!(browser.cookies["lgsp_session"], "fixed-by-somebody");
        assert!(browser.username().await.is_some());
    }

    async fn linking_needs_the_token_of_the_session(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        world.account(lgsp_identity::Kind::Official, "van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let begun = browser.json("POST", "/api/v1/me/external-identities", json!({"provider": "portal"})).await;
        let back = portal.choose(begun.json()["href"].as_str().unwrap(), 7).await;
        let link = browser.get(&back).await.location().to_owned();
        for token in ["", "x", "another-token"] {
            let refused = browser.post_form(&link, &[("csrf_token", token)]).await;
            assert_eq!(problem(&refused), "sso.upstream.expired", "{token}");
        }
        // Another browser of the same person does not see it either.
        let mut other = world.signed_in("van.thu").await;
        assert_eq!(problem(&other.get(&link).await), "sso.upstream.expired");
        browser.csrf_token.clear();
        let forged = browser.json("POST", "/api/v1/me/external-identities", json!({"provider": "portal"})).await;
        assert_eq!(forged.refusal(), (403, "platform.csrf.missing".into()));
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 0);
    }

    async fn no_state_of_another_browser_is_accepted(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browsers = Vec::new();
        let mut backs = Vec::new();
        for person in 0..5 {
            let mut browser = world.browser();
            let address = portal.begin(&mut browser, "/").await;
            backs.push(portal.choose(&address, person).await);
            browsers.push(browser);
        }
        for (place, browser) in browsers.iter_mut().enumerate() {
            for (other, back) in backs.iter().enumerate().filter(|(other, _)| *other != place) {
                let refused = browser.get(back).await;
                assert_eq!(problem(&refused), "sso.upstream.expired", "{place} with {other}");
            }
        }
        for (browser, back) in browsers.iter_mut().zip(&backs) {
            assert_eq!(browser.get(back).await.location(), "/");
        }
    }

    async fn a_sign_in_that_begins_at_another_address_goes_on_at_the_issuers(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        browser.headers = vec![("host", "localhost:8800")];
        let moved = browser.get("/sign-in/with/portal?next=/documents%3Fq%3Da").await;
        let here = "http://127.0.0.1:8800/sign-in/with/portal?next=%2Fdocuments%3Fq%3Da&at=issuer";
        assert_eq!(moved.location(), here);
        assert!(browser.cookies.is_empty(), "what binds the answer belongs to the other address");
        // Nobody is sent to another site, whatever the host or the wish is.
        browser.headers = vec![("host", "evil.example")];
        let moved = browser.get("/sign-in/with/portal?next=https://evil.example/").await;
        assert_eq!(moved.location(), "http://127.0.0.1:8800/sign-in/with/portal?next=%2F&at=issuer");
        // A proxy that hides the address is not asked for ever.
        let path = here.strip_prefix("http://127.0.0.1:8800").unwrap();
        let begun = browser.get(path).await;
        assert!(begun.location().starts_with(&portal.base), "{}", begun.location());

        let mut browser = world.browser();
        browser.headers = vec![("host", "127.0.0.1:8800")];
        let begun = browser.get(path.trim_end_matches("&at=issuer")).await;
        let back = portal.choose(begun.location(), 7).await;
        assert_eq!(browser.get(&back).await.location(), "/documents?q=a");
    }

    async fn a_link_is_not_begun_where_its_answer_would_be_lost(world: &World) {
        let _portal = Provider::start(world, json!({})).await;
        world.account(lgsp_identity::Kind::Official, "van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let path = "/api/v1/me/external-identities";
        browser.headers = vec![("origin", "http://localhost:8800")];
        let refused = browser.json("POST", path, json!({"provider": "portal"})).await;
        assert_eq!(refused.refusal(), (409, "sso.upstream.other_address".into()));
        assert!(refused.text.contains("http://127.0.0.1:8800"), "{}", refused.text);
        browser.headers = vec![("origin", "http://127.0.0.1:8800")];
        let begun = browser.json("POST", path, json!({"provider": "portal"})).await;
        assert_eq!(begun.status, 200, "{}", begun.text);
    }

    async fn only_the_configured_scopes_are_asked_for(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let asked = async || {
            let address = portal.begin(&mut world.browser(), "/").await;
            let address = reqwest::Url::parse(&address).unwrap();
            let mut pairs = address.query_pairs();
            pairs.find(|(name, _)| name == "scope").unwrap().1.into_owned()
        };
        for (scopes, expected) in [
            (json!([]), "openid"),
            (json!(["openid", "profile"]), "openid profile"),
            (json!(["phone"]), "openid phone"),
        ] {
            portal.configure(world, json!({ "scopes": scopes })).await;
            assert_eq!(asked().await, expected);
        }
    }
}
