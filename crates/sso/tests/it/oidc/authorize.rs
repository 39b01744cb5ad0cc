//! The authorisation endpoint: who is sent where, with what.
//!
//! Owns: tests of redirects, prompts, consent and the ways a request can be wrong.

use serde_json::json;

use super::{App, REDIRECT, claims, header};
use crate::kit::{ISSUER, each_database};

each_database! {
    async fn a_person_signs_on_and_the_application_learns_who(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.browser();
        let answer = browser.follow(&app.request(&[])).await;
        assert!(answer.location().starts_with("https://app.test/cb?code="));
        assert_eq!(answer.param("state").as_deref(), Some("st-1"));
        assert_eq!(answer.param("iss").as_deref(), Some(ISSUER));
        assert!(answer.param("session_state").unwrap().contains('.'));
        let tokens = app.redeem(&answer.param("code").unwrap()).await;
        assert_eq!(tokens.header("cache-control"), "no-store");
        let tokens = tokens.json();
        let id_token = tokens["id_token"].as_str().unwrap();
        assert_eq!(header(id_token)["alg"], "ES256");
        let told = claims(id_token);
        assert_eq!(told["iss"], ISSUER);
        assert_eq!(told["aud"], "app");
        assert_eq!(told["nonce"], "no-1");
        assert_eq!(told["sub"], world.person.id.to_string());
        assert_eq!(told["acr"], "urn:lgsp:acr:1");
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(header(access)["typ"], "at+jwt");
        assert_eq!(claims(access)["client_id"], "app");
        let bearer = format!("Bearer {access}");
        let info = world.call("GET", "/oauth2/userinfo", &[("authorization", &bearer)], "").await;
        assert_eq!(info.json()["name"], "Trần Thị Lan");
        assert_eq!(info.json()["sub"], told["sub"]);
        assert!(info.json().get("email").is_none(), "the scope email was not asked for");
        let posted = world.form("/oauth2/userinfo", &[], &[("access_token", access)]).await;
        assert_eq!(posted.json()["sub"], told["sub"]);
    }

    async fn a_wrong_address_gets_a_page_and_never_a_redirect(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        for redirect in [
            "",
            "https://app.test/cb/",
            "https://app.test/cb?x=1",
            "https://app.test/CB",
            "https://app.test.evil.test/cb",
            "https://app.test@evil.test/cb",
            "https://evil.test/cb",
            "//evil.test/cb",
            "javascript:alert(1)",
        ] {
            let answer = world.browser().get(&app.request(&[("redirect_uri", redirect)])).await;
            assert_eq!(answer.status.as_u16(), 400, "{redirect}");
            assert_eq!(answer.location(), "", "{redirect}");
        }
        let unknown = world.browser().get(&app.request(&[("client_id", "nobody")])).await;
        assert_eq!((unknown.status.as_u16(), unknown.location()), (400, ""));
    }

    async fn a_wrong_request_is_told_to_the_client(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        for (changed, error) in [
            (&[("response_type", "")][..], "invalid_request"),
            (&[("response_type", "token")], "unsupported_response_type"),
            (&[("response_type", "code id_token")], "unsupported_response_type"),
            (&[("response_mode", "fragment")], "invalid_request"),
            (&[("scope", "openid admin")], "invalid_scope"),
            (&[("code_challenge", "")], "invalid_request"),
            (&[("code_challenge_method", "plain")], "invalid_request"),
            (&[("code_challenge_method", "")], "invalid_request"),
            (&[("code_challenge", "short")], "invalid_request"),
            (&[("prompt", "none login")], "invalid_request"),
            (&[("prompt", "none")], "login_required"),
            (&[("max_age", "-1")], "invalid_request"),
            (&[("claims", "{")], "invalid_request"),
            (&[("resource", "https://api.test")], "invalid_target"),
            (&[("id_token_hint", "a.b.c")], "invalid_request"),
            (&[("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
            (&[("request_uri", "https://app.test/r")], "invalid_request_uri"),
        ] {
            let answer = world.browser().get(&app.request(changed)).await;
            assert!(answer.location().starts_with(REDIRECT), "{changed:?} {}", answer.text);
            assert_eq!(answer.param("error").as_deref(), Some(error), "{changed:?}");
            assert_eq!(answer.param("state").as_deref(), Some("st-1"));
            assert_eq!(answer.param("iss").as_deref(), Some(ISSUER), "{changed:?}");
        }
        let twice = format!("{}&state=other", app.request(&[]));
        assert_eq!(world.browser().get(&twice).await.status.as_u16(), 400);
    }

    async fn prompts_and_ages_force_a_new_sign_on(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        world.pass_s(30);
        let silent = browser.get(&app.request(&[("prompt", "none")])).await;
        assert!(silent.param("code").is_some(), "{}", silent.location());
        let old = browser.get(&app.request(&[("max_age", "10")])).await;
        assert!(old.location().starts_with("/sign-in?"), "{}", old.location());
        let young = browser.get(&app.request(&[("max_age", "100")])).await;
        assert!(young.param("code").is_some());
        let too_old = browser.get(&app.request(&[("max_age", "10"), ("prompt", "none")])).await;
        assert_eq!(too_old.param("error").as_deref(), Some("login_required"));
        let anew = browser.get(&app.request(&[("prompt", "login")])).await;
        assert!(anew.location().starts_with("/sign-in?"));
        // The way back without a new sign-on leads to the sign-in page again.
        let next = anew.param("next").unwrap();
        let cheated = browser.get(&next).await;
        assert!(cheated.location().starts_with("/sign-in?"), "{}", cheated.location());
        world.pass_s(1);
        let done = browser.sign_in(&next).await;
        let done = browser.follow(done.location()).await;
        let tokens = app.redeem(&done.param("code").unwrap()).await.json();
        let told = claims(tokens["id_token"].as_str().unwrap());
        let now = lgsp_platform::clock::Clock::now(&*world.clock).0 / 1_000;
        assert_eq!(told["auth_time"], now);
    }

    async fn signing_on_anew_keeps_the_session_that_applications_know(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        let cookies = browser.cookies.clone();
        world.pass_s(5);
        let code = app.code(&mut browser, &[("prompt", "login")]).await;
        let again = app.redeem(&code).await.json();
        let sid = |tokens: &serde_json::Value| {
            claims(tokens["id_token"].as_str().unwrap())["sid"].clone()
        };
        assert_eq!(sid(&tokens), sid(&again));
        assert_ne!(browser.cookies, cookies, "the secret is another one");
        world.pass_s(5);
        let renewed = app.refresh(tokens["refresh_token"].as_str().unwrap()).await;
        assert_eq!(renewed.status.as_u16(), 200, "{}", renewed.text);
    }

    async fn a_form_of_another_site_is_answered_after_a_redirect(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let request = app.request(&[]);
        let (_, query) = request.split_once('?').unwrap();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let answer = world.call("POST", "/oauth2/authorize", &[kind], query).await;
        let next = answer.location().to_owned();
        assert!(next.starts_with("/oauth2/authorize/continue?tx="), "{next}");
        let mut browser = world.signed_on().await;
        assert!(browser.get(&next).await.param("code").is_some());
    }

    async fn an_answer_can_be_a_form(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        let page = browser.get(&app.request(&[("response_mode", "form_post")])).await;
        assert_eq!(page.status.as_u16(), 200);
        assert!(page.text.contains(r#"<form method="post" action="https://app.test/cb">"#));
        assert_eq!(page.hidden("state"), "st-1");
        assert_eq!(page.hidden("iss"), ISSUER);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'sha256-") && policy.contains("form-action https://app.test"));
        assert_eq!(app.redeem(&page.hidden("code")).await.status.as_u16(), 200);
    }

    async fn consent_is_asked_once_and_can_be_withdrawn(world: &World) {
        let app = App::make(world, "app", json!({ "first_party": false })).await;
        let mut browser = world.signed_on().await;
        let needed = browser.get(&app.request(&[("prompt", "none")])).await;
        assert_eq!(needed.param("error").as_deref(), Some("consent_required"));
        let asked = browser.get(&app.request(&[])).await;
        let location = asked.location().to_owned();
        assert!(location.starts_with("/oauth2/authorize/consent?tx="), "{location}");
        let page = browser.get(&location).await;
        assert!(page.text.contains("Một cửa điện tử") && page.text.contains("Trần Thị Lan"));
        let tx = page.hidden("tx");
        // Another site cannot know the session's token.
        let forged = [("tx", tx.as_str()), ("csrf_token", "x"), ("decision", "allow")];
        let answer = browser.post("/oauth2/authorize/consent", &forged).await;
        assert_eq!(answer.status.as_u16(), 403);
        let csrf = page.hidden("csrf_token");
        let refused = [("tx", tx.as_str()), ("csrf_token", csrf.as_str()), ("decision", "deny")];
        let answer = browser.post("/oauth2/authorize/consent", &refused).await;
        assert_eq!(answer.param("error").as_deref(), Some("access_denied"));
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        let silent = browser.get(&app.request(&[("prompt", "none")])).await;
        assert!(silent.param("code").is_some());
        let wider = [("prompt", "none"), ("scope", "openid profile email")];
        let wider = browser.get(&app.request(&wider)).await;
        assert_eq!(wider.param("error").as_deref(), Some("consent_required"));
        let again = browser.get(&app.request(&[("prompt", "consent")])).await;
        assert!(again.location().starts_with("/oauth2/authorize/consent?tx="));
        assert_eq!(world.journal_count("consent.given").await, 1);
        let me = browser.get("/api/v1/me").await;
        let listed = browser.get("/api/v1/me/consents").await;
        assert_eq!(listed.json()["items"][0]["client"], "app");
        let csrf = me.json()["csrf_token"].as_str().unwrap().to_owned();
        let session: Vec<_> = browser.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let headers = [("cookie", session.join("; ")), ("x-csrf-token", csrf)];
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let gone = world.call("DELETE", "/api/v1/me/consents/app", &headers, "").await;
        assert_eq!(gone.status.as_u16(), 204, "{}", gone.text);
        assert!(!app.is_active(tokens["access_token"].as_str().unwrap()).await);
        let refreshed = app.refresh(tokens["refresh_token"].as_str().unwrap()).await;
        assert_eq!(refreshed.refusal(), (400, "invalid_grant".to_owned()));
    }

    async fn a_single_claim_is_allowed_like_the_scope_to_which_it_belongs(world: &World) {
        let narrow = json!({ "first_party": false, "scopes": ["openid", "profile"] });
        let app = App::make(world, "app", narrow).await;
        let mut browser = world.signed_on().await;
        app.code(&mut browser, &[("scope", "openid")]).await;
        let claims = r#"{"userinfo":{"name":{"essential":true},"email":null}}"#;
        let asked = [("scope", "openid"), ("claims", claims)];
        let silent = [("prompt", "none"), asked[0], asked[1]];
        let answer = browser.get(&app.request(&silent)).await;
        assert_eq!(answer.param("error").as_deref(), Some("consent_required"));
        let answer = browser.get(&app.request(&asked)).await;
        let page = browser.get(answer.location()).await;
        assert!(page.text.contains("Trần Thị Lan"), "{}", page.text);
        assert!(!page.text.contains("lan.tran@h34.example"), "{}", page.text);
        let code = app.code(&mut browser, &asked).await;
        let tokens = app.redeem(&code).await.json();
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let info = world.call("GET", "/oauth2/userinfo", &[("authorization", &bearer)], "").await;
        assert_eq!(info.json()["name"], "Trần Thị Lan");
        assert!(info.json().get("email").is_none(), "the client is not registered for it");
        assert!(browser.get(&app.request(&silent)).await.param("code").is_some());
    }

    async fn a_session_from_before_sign_on_is_worth_nothing(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.browser();
        browser.cookies.insert("__Host-lgsp_session".to_owned(), "planted".to_owned());
        let answer = browser.get(&app.request(&[])).await;
        let next = answer.param("next").unwrap();
        browser.sign_in(&next).await;
        // The issuer is https: no other host or path can plant the cookie that counts.
        assert!(browser.cookies.contains_key("__Host-lgsp_session"));
        assert!(browser.cookies.values().all(|value| value != "planted"));
    }

    async fn a_pushed_request_works_once_and_for_its_client(world: &World) {
        let app = App::make(world, "app", json!({ "require_par": true })).await;
        let other = App::make(world, "other", json!({})).await;
        let mut browser = world.signed_on().await;
        let plain = browser.get(&app.request(&[])).await;
        assert_eq!(plain.param("error").as_deref(), Some("invalid_request"));
        let challenge = super::challenge(super::VERIFIER);
        let fields = [
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let basic = app.basic();
        let headers = [("authorization", basic.as_str())];
        let pushed = world.form("/oauth2/par", &headers, &fields).await;
        assert_eq!(pushed.status.as_u16(), 201, "{}", pushed.text);
        let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let path = |client: &str| {
            format!("/oauth2/authorize?client_id={client}&request_uri={}", crate::kit::encode(&uri))
        };
        assert_eq!(browser.get(&path(other.id)).await.status.as_u16(), 400);
        assert!(browser.get(&path(app.id)).await.param("code").is_some());
        assert_eq!(browser.get(&path(app.id)).await.status.as_u16(), 400);
        let refused = world.form("/oauth2/par", &headers, &[("redirect_uri", REDIRECT)]).await;
        assert_eq!(refused.refusal(), (400, "invalid_request".to_owned()));
    }

    async fn a_client_uses_only_its_registered_response_modes(world: &World) {
        let app = App::make(world, "app", json!({ "response_modes": ["form_post"] })).await;
        let mut browser = world.signed_on().await;
        let asked = [("response_mode", "form_post")];
        for changed in [&[][..], &asked[..]] {
            let page = browser.get(&app.request(changed)).await;
            assert!(!page.hidden("code").is_empty(), "{changed:?}: {}", page.text);
        }
        let refused = browser.get(&app.request(&[("response_mode", "query")])).await;
        assert_eq!(refused.location(), "", "an error goes by a registered mode too");
        assert_eq!(refused.hidden("error"), "invalid_request", "{}", refused.text);

        let admin = world.admin();
        let headers = [("content-type", "application/json"), ("authorization", admin.as_str())];
        let body = json!({ "redirect_uris": [REDIRECT], "response_modes": ["query"] }).to_string();
        let made = world.call("POST", "/oauth2/register", &headers, &body).await;
        assert_eq!(made.json()["response_modes"], json!(["query"]), "{}", made.text);
    }
}
