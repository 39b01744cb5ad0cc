//! How both sides prove themselves: our key, its signature under the claims, and when its person
//! was proved.

use lgsp_identity::Kind;
use lgsp_model::Timestamp;
use lgsp_simulator::sso::{Endpoint, SsoFault, SsoFaultRule};
use serde_json::{Value, json};

use super::{Provider, problem};
use crate::upstream::kit::{START, World, each_database};

/// When the person of the only session proved itself.
async fn proved_at(world: &World, username: &str) -> Timestamp {
    let account = world.identity.account_by_username(username).await.unwrap();
    let sessions = world.identity.sessions(account.id).await.unwrap();
    assert_eq!(sessions.len(), 1);
    sessions[0].auth_at
}

async fn published(world: &World) -> Value {
    let answer = world.browser().get("/sign-in/keys").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    assert!(!answer.text.contains("\"d\""), "{}", answer.text);
    answer.json()
}

each_database! {
    async fn the_platform_proves_itself_with_its_own_key(world: &World) {
        let change = json!({"unknown": "create_citizen", "client_auth": "private_key_jwt"});
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        assert_eq!(published(world).await["keys"], json!([]), "nobody needs one yet");
        portal.configure(world, change).await;
        let keys = published(world).await;
        let other = keys["keys"].as_array().unwrap();
        assert_eq!((other.len(), &other[0]["alg"]), (1, &json!("ES256")));
        let tokens = world.browser().get("/oauth2/jwks").await.json();
        let tokens = tokens["keys"].as_array().unwrap().clone();
        assert!(tokens.iter().all(|key| key["kid"] != other[0]["kid"]), "no key has two uses");

        assert!(portal.handle.set_client_keys("portal", "lgsp", keys.clone()));
        assert_eq!(portal.sign_in(&mut world.browser(), 7).await.location(), "/documents");
        assert_eq!(portal.sign_in(&mut world.browser(), 7).await.location(), "/documents");
        // The simulator demands it: the secret, or another key, is not enough.
        portal.handle.set_client_keys("portal", "lgsp", json!({ "keys": tokens }));
        let refused = portal.sign_in(&mut world.browser(), 7).await;
        assert_eq!(problem(&refused), "sso.upstream.client_refused");
        portal.handle.set_client_keys("portal", "lgsp", keys);
        portal.configure(world, json!({"unknown": "create_citizen"})).await;
        let refused = portal.sign_in(&mut world.browser(), 7).await;
        assert_eq!(problem(&refused), "sso.upstream.client_refused");
    }

    async fn signed_claims_are_checked_and_demanded_where_it_is_set(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        portal.handle.change_profile("portal", |profile| profile.is_userinfo_signed = true);
        assert_eq!(portal.sign_in(&mut world.browser(), 7).await.location(), "/documents");
        let signed = json!({"unknown": "create_citizen", "userinfo_signed": true});
        portal.configure(world, signed).await;
        let mut browser = world.browser();
        assert_eq!(portal.sign_in(&mut browser, 8).await.location(), "/documents");
        let me = browser.get("/api/v1/me").await.json();
        assert_eq!(me["display_name"], portal.people[8].name.as_str());
        for fault in [SsoFault::WrongIssuer, SsoFault::WrongAudience, SsoFault::AlgNone,
            SsoFault::AlgConfused, SsoFault::ForgedSignature, SsoFault::UnknownKey] {
            portal.handle.add_fault(SsoFaultRule::always(fault.clone()).at(Endpoint::Userinfo));
            let refused = portal.sign_in(&mut world.browser(), 8).await;
            assert_eq!(problem(&refused), "sso.upstream.token_refused", "{fault:?}");
            portal.handle.clear_faults();
        }
        portal.handle.add_fault(SsoFaultRule::always(SsoFault::WrongSubject).at(Endpoint::Userinfo));
        let refused = portal.sign_in(&mut world.browser(), 8).await;
        assert_eq!(problem(&refused), "sso.upstream.subject");
        portal.handle.clear_faults();
        portal.handle.change_profile("portal", |profile| profile.is_userinfo_signed = false);
        let refused = portal.sign_in(&mut world.browser(), 8).await;
        assert_eq!(problem(&refused), "sso.upstream.unreadable", "unsigned where signed is due");
    }

    async fn a_session_is_no_fresher_than_the_proof_at_the_provider(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        portal.handle.change_profile("portal", |profile| profile.auth_age_s = 3_600);
        let mut browser = world.browser();
        let address = portal.begin(&mut browser, "/documents").await;
        assert!(!address.contains("prompt="), "{address}");
        portal.sign_in(&mut browser, 7).await;
        let username = browser.username().await.unwrap();
        assert_eq!(proved_at(world, &username).await, START.plus_ms(-3_600_000));
        // What needs a fresh proof asks for it, and the provider is told to ask too.
        let page = browser.get("/account/links").await;
        let fields = [("csrf_token", page.hidden("csrf_token")), ("id", page.hidden("id"))];
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let asked = browser.post_form("/account/links", &fields).await;
        assert!(asked.location().starts_with("/sign-in?next=/account/links"), "{}", asked.location());
        let address = portal.begin(&mut browser, "/account/links").await;
        assert!(address.contains("prompt=login") && address.contains("max_age=0"), "{address}");
        let back = portal.choose(&address, 7).await;
        assert_eq!(browser.get(&back).await.location(), "/account/links");
        assert_eq!(proved_at(world, &username).await, START);
    }

    async fn a_provider_that_does_not_say_when_is_asked_anew(world: &World) {
        let portal = Provider::start(world, json!({"unknown": "create_citizen"})).await;
        let claim = "auth_time".to_owned();
        let fault = SsoFault::MissingClaim { claim };
        portal.handle.add_fault(SsoFaultRule::always(fault).at(Endpoint::Token));
        let mut browser = world.browser();
        portal.sign_in(&mut browser, 7).await;
        let username = browser.username().await.unwrap();
        assert_eq!(proved_at(world, &username).await, START.plus_ms(-300_001));
        portal.sign_in(&mut browser, 7).await;
        assert_eq!(proved_at(world, &username).await, START, "we demanded it");
        world.account(Kind::Official, "van.thu", "H34.01", &[]).await;
        world.signed_in("van.thu").await;
        assert_eq!(proved_at(world, "van.thu").await, START, "a proof here is of now");
    }
}
