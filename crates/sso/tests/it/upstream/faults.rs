//! What a provider may do wrong: nobody comes in, and the page says what to do.

use std::time::Duration;

use lgsp_simulator::sso::{Endpoint, SsoFault, SsoFaultRule};
use serde_json::json;

use super::{Provider, problem};
use crate::upstream::kit::each_database;

each_database! {
    async fn every_fault_is_refused_with_its_sentence(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        let http = |status| SsoFault::Http { status };
        let slow = SsoFault::Slow { ms: 20_000 };
        let missing = |claim: &str| SsoFault::MissingClaim { claim: claim.to_owned() };
        use Endpoint::{Authorize, Token, Userinfo};
        for (fault, endpoint, expected) in [
            (SsoFault::WrongIssuer, Token, "sso.upstream.token_refused"),
            (SsoFault::WrongAudience, Token, "sso.upstream.token_refused"),
            (SsoFault::ExpiredToken, Token, "sso.upstream.token_refused"),
            (SsoFault::WrongNonce, Token, "sso.upstream.token_refused"),
            (SsoFault::MissingNonce, Token, "sso.upstream.token_refused"),
            (SsoFault::AlgNone, Token, "sso.upstream.token_refused"),
            (SsoFault::AlgConfused, Token, "sso.upstream.token_refused"),
            (SsoFault::ForgedSignature, Token, "sso.upstream.token_refused"),
            (SsoFault::UnknownKey, Token, "sso.upstream.token_refused"),
            (missing("sub"), Token, "sso.upstream.token_refused"),
            (missing("exp"), Token, "sso.upstream.token_refused"),
            (missing("sub"), Userinfo, "sso.upstream.subject"),
            (SsoFault::WrongSubject, Userinfo, "sso.upstream.subject"),
            (http(500), Token, "sso.upstream.unreachable"),
            (http(503), Userinfo, "sso.upstream.unreachable"),
            (slow, Token, "sso.upstream.unreachable"),
            (SsoFault::NotJson, Token, "sso.upstream.unreadable"),
            (SsoFault::Huge, Userinfo, "sso.upstream.unreadable"),
            (http(302), Userinfo, "sso.upstream.unreadable"),
            (SsoFault::WrongAnswerIssuer, Authorize, "sso.upstream.issuer"),
            (SsoFault::WrongState, Authorize, "sso.upstream.expired"),
            (SsoFault::Denied, Authorize, "sso.upstream.denied"),
        ] {
            let rule = SsoFaultRule::always(fault.clone()).at(endpoint).times(1);
            portal.handle.add_fault(rule);
            let refused = portal.sign_in(&mut browser, 7).await;
            assert_eq!(problem(&refused), expected, "{fault:?} at {endpoint:?}");
            let page = browser.get(refused.location()).await.text;
            assert!(page.contains("role=\"alert\""), "{fault:?}: {page}");
            assert!(!page.contains(expected), "{fault:?} has no sentence: {page}");
            assert_eq!(browser.username().await, None, "{fault:?}");
            portal.handle.clear_faults();
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM external_identity").await, 0);
        assert_eq!(portal.sign_in(&mut browser, 7).await.location(), "/documents");
    }

    async fn a_configuration_document_that_lies_is_not_used(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        for (fault, expected) in [
            (SsoFault::WrongIssuer, "sso.upstream.issuer"),
            (SsoFault::Http { status: 404 }, "sso.upstream.unreadable"),
            (SsoFault::NotJson, "sso.upstream.unreadable"),
            (SsoFault::Huge, "sso.upstream.unreadable"),
            (SsoFault::Slow { ms: 20_000 }, "sso.upstream.unreachable"),
        ] {
            portal.handle.add_fault(SsoFaultRule::always(fault.clone()).at(Endpoint::Discovery));
            let refused = browser.get("/sign-in/with/portal").await;
            assert_eq!(problem(&refused), expected, "{fault:?}");
            portal.handle.clear_faults();
        }
        assert_eq!(portal.sign_in(&mut browser, 7).await.location(), "/documents");
    }

    async fn a_rotated_key_is_found_but_not_asked_for_without_end(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let mut browser = world.browser();
        let pause = Duration::from_millis(30_000);
        assert_eq!(portal.sign_in(&mut browser, 7).await.location(), "/documents");
        assert_eq!(portal.handle.calls(Endpoint::Jwks), 1);
        portal.handle.rotate_key().unwrap();
        // Within the pause the keys are not read again, whatever a token names.
        let refused = portal.sign_in(&mut world.browser(), 7).await;
        assert_eq!(problem(&refused), "sso.upstream.token_refused");
        assert_eq!(portal.handle.calls(Endpoint::Jwks), 1);
        world.clock.advance_ms(30_000);
        portal.handle.advance(pause);
        assert_eq!(portal.sign_in(&mut world.browser(), 7).await.location(), "/documents");
        assert_eq!(portal.handle.calls(Endpoint::Jwks), 2);
        world.clock.advance_ms(30_000);
        portal.handle.advance(pause);
        portal.handle.add_fault(SsoFaultRule::always(SsoFault::RotatedKey).times(1));
        assert_eq!(portal.sign_in(&mut world.browser(), 7).await.location(), "/documents");
        assert_eq!(portal.handle.calls(Endpoint::Jwks), 3);
    }

    async fn an_algorithm_off_the_list_is_refused(world: &World) {
        let portal = Provider::start(world, json!({"algorithms": ["RS256"]})).await;
        let refused = portal.sign_in(&mut world.browser(), 7).await;
        assert_eq!(problem(&refused), "sso.upstream.token_refused");
    }

    async fn missing_personal_claims_leave_their_fields_empty(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        for claim in ["HoVaTen", "SoDinhDanh", "ThuDienTu", "SoDienThoai"] {
            let fault = SsoFault::MissingClaim { claim: claim.into() };
            portal.handle.add_fault(SsoFaultRule::always(fault).at(Endpoint::Userinfo));
        }
        let mut browser = world.browser();
        assert_eq!(portal.sign_in(&mut browser, 7).await.location(), "/documents");
        let username = browser.username().await.unwrap();
        let account = world.identity.account_by_username(&username).await.unwrap();
        assert_eq!((account.display_name, account.email), (username, None));
        assert_eq!(world.number("SELECT COUNT(*) FROM citizen_number").await, 0);
    }

    async fn a_wrong_secret_is_told_apart(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let path = "/api/v1/identity-providers/portal/secret";
        let set = world.admin().json("PUT", path, json!({"secret": "another"})).await;
        assert_eq!(set.status, 204, "{}", set.text);
        let refused = portal.sign_in(&mut world.browser(), 7).await;
        assert_eq!(problem(&refused), "sso.upstream.client_refused");
    }

    async fn local_addresses_are_closed_unless_allowed(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let base = portal.base.replace("http://", "https://");
        portal.configure(world, json!({
            "issuer": format!("{base}/portal"), "allow_local_addresses": false,
        })).await;
        let refused = world.browser().get("/sign-in/with/portal").await;
        assert_eq!(problem(&refused), "sso.upstream.unreachable");
        assert_eq!(portal.handle.calls(Endpoint::Discovery), 0);
    }

    async fn both_ways_of_proving_the_client_work(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        portal.configure(world, json!({
            "unknown": "create_citizen", "client_auth": "client_secret_post", "pkce": false,
        })).await;
        let mut browser = world.browser();
        let address = portal.begin(&mut browser, "/documents").await;
        assert!(!address.contains("code_challenge"), "{address}");
        let back = portal.choose(&address, 7).await;
        assert_eq!(browser.get(&back).await.location(), "/documents");
    }

    async fn written_down_endpoints_need_no_document(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        let at = |path: &str| format!("{}/portal/oauth2/{path}", portal.base);
        portal.configure(world, json!({
            "unknown": "create_citizen", "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"), "userinfo_endpoint": at("userinfo"),
            "jwks_uri": at("jwks"),
        })).await;
        assert_eq!(portal.sign_in(&mut world.browser(), 7).await.location(), "/documents");
        assert_eq!(portal.handle.calls(Endpoint::Discovery), 0);
    }

    async fn the_place_holder_of_vneid_works_with_its_own_map(world: &World) {
        let portal = Provider::start(world, json!({})).await;
        portal.configure(world, json!({
            "profile": "vneid", "issuer": portal.handle.issuer("vneid"),
            "userinfo_method": "get", "unknown": "create_citizen",
            "levels": [{"acr": "muc-do-2", "level": 3}],
        })).await;
        let mut browser = world.browser();
        assert_eq!(portal.sign_in(&mut browser, 2).await.location(), "/documents");
        let me = browser.get("/api/v1/me").await.json();
        assert_eq!(me["display_name"], portal.people[2].name.as_str());
        assert_eq!(world.number("SELECT COUNT(*) FROM citizen_number").await, 1);
    }
}
