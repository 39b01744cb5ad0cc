//! The token endpoint and what becomes of its tokens.
//!
//! Owns: tests of codes, refresh families, introspection, revocation, exchange, devices.

use serde_json::json;

use super::{App, REDIRECT, VERIFIER, claims};
use crate::kit::each_database;

fn bad_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

each_database! {
    async fn a_code_works_once_and_a_second_use_ends_everything(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        let access = tokens["access_token"].as_str().unwrap();
        assert!(app.is_active(access).await);
        assert_eq!(app.redeem(&code).await.refusal(), bad_grant());
        assert!(!app.is_active(access).await);
        let refreshed = app.refresh(tokens["refresh_token"].as_str().unwrap()).await;
        assert_eq!(refreshed.refusal(), bad_grant());
        assert_eq!(world.journal_count("token.code.reused").await, 1);
        let bearer = format!("Bearer {access}");
        let info = world.call("GET", "/oauth2/userinfo", &[("authorization", &bearer)], "").await;
        assert_eq!(info.status.as_u16(), 401);
        assert!(info.header("www-authenticate").contains("invalid_token"));
    }

    async fn a_code_reused_after_its_time_still_ends_everything(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        world.pass_s(90);
        assert_eq!(app.redeem(&code).await.refusal(), bad_grant());
        assert!(!app.is_active(tokens["access_token"].as_str().unwrap()).await);
    }

    async fn a_code_is_bound_to_client_address_verifier_and_time(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let thief = App::make(world, "thief", json!({})).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        assert_eq!(thief.redeem(&code).await.refusal(), bad_grant());
        let wrong = |name: &'static str, value: &'static str| {
            let mut fields = vec![
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
            ];
            fields.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
            fields
        };
        for (name, value) in [
            ("redirect_uri", "https://app.test/other"),
            ("code_verifier", ""),
            ("code_verifier", "wrong-verifier-wrong-verifier-wrong-verifier"),
        ] {
            assert_eq!(app.token(&wrong(name, value)).await.refusal(), bad_grant(), "{name}");
        }
        assert_eq!(app.redeem(&code).await.status.as_u16(), 200, "wrong uses spend no code");
        let late = app.code(&mut browser, &[]).await;
        world.pass_s(61);
        assert_eq!(app.redeem(&late).await.refusal(), bad_grant());
    }

    async fn a_verifier_without_challenge_is_refused(world: &World) {
        let app = App::make(world, "app", json!({ "pkce": "if_sent" })).await;
        let mut browser = world.signed_on().await;
        let none = [("code_challenge", ""), ("code_challenge_method", "")];
        let code = app.code(&mut browser, &none).await;
        assert_eq!(app.redeem(&code).await.refusal(), bad_grant());
        let fields =
            [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)];
        assert_eq!(app.token(&fields).await.status.as_u16(), 200);
    }

    async fn refresh_rotates_and_reuse_ends_the_family(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let first = app.tokens().await;
        let one = first["refresh_token"].as_str().unwrap().to_owned();
        let second = app.refresh(&one).await.json();
        let two = second["refresh_token"].as_str().unwrap().to_owned();
        assert_ne!(one, two);
        assert_eq!(claims(second["id_token"].as_str().unwrap())["sub"], world.person.id.to_string());
        // The answer was lost: the same successor.
        world.pass_s(9);
        let again = app.refresh(&one).await.json();
        assert_eq!(again["refresh_token"], two.as_str());
        let third = app.refresh(&two).await.json();
        // The successor was used: whoever comes with the first now is a thief.
        assert_eq!(app.refresh(&one).await.refusal(), bad_grant());
        assert_eq!(app.refresh(third["refresh_token"].as_str().unwrap()).await.refusal(), bad_grant());
        assert!(!app.is_active(third["access_token"].as_str().unwrap()).await);
        assert_eq!(world.journal_count("token.refresh.reused").await, 1);
    }

    async fn a_late_repeat_of_a_refresh_is_reuse(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let first = app.tokens().await;
        let one = first["refresh_token"].as_str().unwrap().to_owned();
        let second = app.refresh(&one).await.json();
        world.pass_s(11);
        assert_eq!(app.refresh(&one).await.refusal(), bad_grant());
        assert_eq!(app.refresh(second["refresh_token"].as_str().unwrap()).await.refusal(), bad_grant());
    }

    async fn a_refresh_token_is_of_its_client_and_never_wider(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let other = App::make(world, "other", json!({})).await;
        let tokens = app.tokens().await;
        let token = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(other.refresh(token).await.refusal(), bad_grant());
        let wider =
            [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", "openid email")];
        assert_eq!(app.token(&wider).await.refusal(), (400, "invalid_scope".to_owned()));
        let narrower =
            [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", "openid")];
        let narrow = app.token(&narrower).await.json();
        assert_eq!(narrow["scope"], "openid");
        world.pass_s(12 * 3_600 + 1);
        let idle = app.refresh(narrow["refresh_token"].as_str().unwrap()).await;
        assert_eq!(idle.refusal(), bad_grant());
    }

    async fn many_refreshes_at_once_give_one_successor(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let tokens = app.tokens().await;
        let token = tokens["refresh_token"].as_str().unwrap();
        let (a, b, c) = tokio::join!(app.refresh(token), app.refresh(token), app.refresh(token));
        let next = a.json()["refresh_token"].clone();
        assert!(next.is_string());
        assert_eq!(b.json()["refresh_token"], next);
        assert_eq!(c.json()["refresh_token"], next);
    }

    async fn a_system_gets_a_token_of_its_own(world: &World) {
        let changed = json!({
            "grant_types": ["client_credentials"], "scopes": ["openid", "documents.read"],
            "audiences": ["https://api.test"], "redirect_uris": [],
        });
        let app = App::make(world, "system", changed).await;
        let answer = app.token(&[("grant_type", "client_credentials")]).await.json();
        assert_eq!(answer["expires_in"], 3_600);
        assert_eq!(answer["scope"], "documents.read");
        assert!(answer.get("refresh_token").is_none() && answer.get("id_token").is_none());
        let told = claims(answer["access_token"].as_str().unwrap());
        assert_eq!((&told["sub"], &told["client_id"]), (&json!("system"), &json!("system")));
        let fields = [("grant_type", "client_credentials"), ("resource", "https://api.test")];
        let told = claims(app.token(&fields).await.json()["access_token"].as_str().unwrap());
        assert_eq!(told["aud"], "https://api.test");
        let fields = [("grant_type", "client_credentials"), ("resource", "https://other.test")];
        assert_eq!(app.token(&fields).await.refusal(), (400, "invalid_target".to_owned()));
        let fields = [("grant_type", "client_credentials"), ("scope", "openid")];
        assert_eq!(app.token(&fields).await.refusal(), (400, "invalid_scope".to_owned()));
        let unknown = app.token(&[("grant_type", "password")]).await;
        assert_eq!(unknown.refusal(), (400, "unsupported_grant_type".to_owned()));
        let foreign = app.token(&[("grant_type", "refresh_token"), ("refresh_token", "x")]).await;
        assert_eq!(foreign.refusal(), (400, "unauthorized_client".to_owned()));
    }

    async fn only_the_audience_learns_whether_a_token_lives(world: &World) {
        let app = App::make(world, "app", json!({ "audiences": ["https://api.test"] })).await;
        let api = App::make(world, "api", json!({ "resources": ["https://api.test"] })).await;
        let other = App::make(world, "other", json!({})).await;
        let opaque = json!({ "audiences": ["https://api.test"], "token_format": "opaque" });
        let opaque = App::make(world, "opaque", opaque).await;
        let mut browser = world.signed_on().await;
        for app in [&app, &opaque] {
            let asked = [("resource", "https://api.test")];
            let code = app.code(&mut browser, &asked).await;
            let tokens = app.redeem(&code).await.json();
            let token = tokens["access_token"].as_str().unwrap();
            assert!(app.is_active(token).await && api.is_active(token).await, "{}", app.id);
            assert!(!other.is_active(token).await);
            assert!(!api.is_active(tokens["refresh_token"].as_str().unwrap()).await);
            assert!(!api.is_active(tokens["id_token"].as_str().unwrap()).await);
            world.pass_s(301);
            assert!(!api.is_active(token).await, "it has ended");
        }
        assert!(!api.is_active("a.b.c").await && !api.is_active("nonsense").await);
    }

    async fn revocation_is_heard_by_the_owner_only(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let other = App::make(world, "other", json!({})).await;
        let tokens = app.tokens().await;
        let access = tokens["access_token"].as_str().unwrap();
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let revoke = async |app: &App<'_>, token: &str| {
            let basic = app.basic();
            world.form("/oauth2/revoke", &[("authorization", &basic)], &[("token", token)]).await
        };
        let foreign = revoke(&other, access).await;
        assert_eq!(foreign.refusal(), (400, "unauthorized_client".to_owned()));
        assert_eq!(revoke(&app, "unknown").await.status.as_u16(), 200);
        assert_eq!(revoke(&app, access).await.status.as_u16(), 200);
        assert!(!app.is_active(access).await);
        let renewed = app.refresh(refresh).await.json();
        let next = renewed["refresh_token"].as_str().unwrap();
        assert_eq!(revoke(&app, next).await.status.as_u16(), 200);
        assert!(!app.is_active(renewed["access_token"].as_str().unwrap()).await);
        assert_eq!(app.refresh(next).await.refusal(), bad_grant());
    }

    async fn a_system_acts_for_a_person_and_says_so(world: &World) {
        let app = App::make(world, "app", json!({ "audiences": ["urn:bus"] })).await;
        let bus = json!({
            "grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"],
            "resources": ["urn:bus"], "exchange_audiences": ["urn:archive"],
            "scopes": ["openid"], "redirect_uris": [],
        });
        let bus = App::make(world, "bus", bus).await;
        let stranger = json!({
            "grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"],
            "exchange_audiences": ["urn:archive"], "scopes": ["openid"], "redirect_uris": [],
        });
        let stranger = App::make(world, "stranger", stranger).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[("resource", "urn:bus")]).await;
        let token = app.redeem(&code).await.json()["access_token"].as_str().unwrap().to_owned();
        let fields = |audience: &'static str| {
            [
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token", token.as_str()),
                ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                ("audience", audience),
            ]
            .map(|(name, value)| (name, value.to_owned()))
        };
        let ask = async |app: &App<'_>, audience| {
            let fields = fields(audience);
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            app.token(&fields).await
        };
        let answer = ask(&bus, "urn:archive").await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let told = claims(answer.json()["access_token"].as_str().unwrap());
        assert_eq!(told["sub"], world.person.id.to_string());
        assert_eq!(told["act"], json!({ "sub": "bus" }));
        assert_eq!(told["scope"], "openid", "never wider than the token");
        assert!(told["exp"].as_i64() <= claims(&token)["exp"].as_i64());
        assert_eq!(world.journal_count("token.exchanged").await, 1);
        assert_eq!(ask(&bus, "urn:other").await.refusal(), (400, "invalid_target".to_owned()));
        assert_eq!(ask(&stranger, "urn:archive").await.refusal(), (400, "invalid_request".to_owned()));
    }

    async fn a_device_is_connected_by_a_person_who_confirms(world: &World) {
        let changed = json!({
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
            "redirect_uris": [],
        });
        let app = App::make(world, "kiosk", changed).await;
        let basic = app.basic();
        let begun = world
            .form("/oauth2/device_authorization", &[("authorization", &basic)], &[("scope", "openid")])
            .await
            .json();
        let code = begun["device_code"].as_str().unwrap().to_owned();
        let user_code = begun["user_code"].as_str().unwrap().to_owned();
        let poll = async || {
            let grant = "urn:ietf:params:oauth:grant-type:device_code";
            app.token(&[("grant_type", grant), ("device_code", &code)]).await
        };
        assert_eq!(poll().await.refusal().1, "authorization_pending");
        assert_eq!(poll().await.refusal().1, "slow_down");
        let mut browser = world.signed_on().await;
        let page = browser.get("/device").await;
        let csrf = page.hidden("csrf_token");
        let typed = [("csrf_token", csrf.as_str()), ("user_code", &user_code.to_lowercase())];
        let page = browser.post("/device", &typed).await;
        assert!(page.text.contains("Một cửa điện tử") && page.text.contains(&user_code));
        let forged = [("csrf_token", "x"), ("user_code", &user_code), ("decision", "allow")];
        assert_eq!(browser.post("/device", &forged).await.status.as_u16(), 403);
        let fields = [("csrf_token", csrf.as_str()), ("user_code", &user_code), ("decision", "allow")];
        assert_eq!(browser.post("/device", &fields).await.status.as_u16(), 200);
        world.pass_s(11);
        let tokens = poll().await.json();
        assert_eq!(claims(tokens["id_token"].as_str().unwrap())["sub"], world.person.id.to_string());
        assert_eq!(poll().await.refusal(), bad_grant());
        assert!(app.refresh(tokens["refresh_token"].as_str().unwrap()).await.status.is_success());
    }

    async fn user_codes_cannot_be_guessed(world: &World) {
        let mut browser = world.signed_on().await;
        let csrf = browser.get("/device").await.hidden("csrf_token");
        for round in 0..6 {
            let fields = [("csrf_token", csrf.as_str()), ("user_code", "BBBB-BBBB")];
            let answer = browser.post("/device", &fields).await;
            let expected = if round < 5 { 200 } else { 429 };
            assert_eq!(answer.status.as_u16(), expected, "{round}");
        }
    }

    async fn tokens_of_a_locked_account_die_within_a_second(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let tokens = app.tokens().await;
        let access = tokens["access_token"].as_str().unwrap();
        assert!(app.is_active(access).await);
        let now = lgsp_platform::clock::Clock::now(&*world.clock);
        let actor = lgsp_identity::Actor::command_line(now);
        world.identity.leave(&actor, &world.person, lgsp_identity::Base::Any).await.unwrap();
        world.pass_s(1);
        assert!(!app.is_active(access).await);
        let refreshed = app.refresh(tokens["refresh_token"].as_str().unwrap()).await;
        assert_eq!(refreshed.refusal(), bad_grant());
    }

    async fn a_family_of_refresh_tokens_ends_after_thirty_days_however_often_it_turns(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[("scope", "openid offline_access")]).await;
        let tokens = app.redeem(&code).await.json();
        let mut token = tokens["refresh_token"].as_str().unwrap().to_owned();
        // Each turn is before the idle end of 12 hours.
        let (turn_s, life_s) = (11 * 3_600, 30 * 86_400);
        for _ in 0..life_s / turn_s {
            world.pass_s(turn_s);
            let renewed = app.refresh(&token).await;
            assert_eq!(renewed.status.as_u16(), 200, "{}", renewed.text);
            token = renewed.json()["refresh_token"].as_str().unwrap().to_owned();
        }
        world.pass_s(life_s % turn_s);
        assert_eq!(app.refresh(&token).await.refusal(), (400, "invalid_grant".to_owned()));
    }

    async fn a_token_for_another_resource_opens_no_user_info(world: &World) {
        let spec = json!({ "audiences": ["https://kho.test"] });
        let app = App::make(world, "app", spec).await;
        let mut browser = world.signed_on().await;
        // With `openid` a token is for the user info too; without, for the resource alone.
        let both = [("resource", "https://kho.test")];
        let other = [("resource", "https://kho.test"), ("scope", "profile")];
        for (changed, status) in [(&[][..], 200), (&both[..], 200), (&other[..], 401)] {
            let code = app.code(&mut browser, changed).await;
            let tokens = app.redeem(&code).await.json();
            let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
            let headers = [("authorization", bearer.as_str())];
            let info = world.call("GET", "/oauth2/userinfo", &headers, "").await;
            assert_eq!(info.status.as_u16(), status, "{changed:?}: {}", info.text);
            let is_named = info.header("www-authenticate").contains("invalid_token");
            assert_eq!(is_named, status == 401, "{changed:?}");
        }
    }
}
