//! Sign-on while an administrator acts as a person: what applications are told, and which are not
//! opened.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_identity::{Actor, NewImpersonation, rules::IMPERSONATION_MAX_MS};
use lgsp_platform::{clock::Clock as _, http::Principal};
use lgsp_sso::saml::signature::Signer as _;
use serde_json::json;

use super::{App, claims};
use crate::{
    cas::put,
    kit::{ADMIN, Browser, PASSWORD, PERSON, World, each_database},
    saml::kit::TestSigner,
};

fn cookies(browser: &Browser<'_>) -> String {
    let pairs = browser.cookies.iter();
    let pairs: Vec<_> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("; ")
}

async fn principal(world: &World, browser: &Browser<'_>) -> Principal {
    let mut headers = HeaderMap::new();
    let sent = HeaderValue::from_str(&cookies(browser)).unwrap();
    headers.insert(header::COOKIE, sent);
    let found = world.identity.browser(&headers).await.unwrap();
    found.unwrap().principal
}

/// The administrator's browser, acting as the person.
async fn acting(world: &World) -> Browser<'_> {
    let mut browser = world.browser();
    let csrf = browser.get("/sign-in?again=1").await.hidden("csrf");
    let fields = [
        ("username", ADMIN),
        ("password", PASSWORD),
        ("next", "/"),
        ("csrf", &csrf),
    ];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
    let administrator = principal(world, &browser).await;
    let actor = Actor::of(&administrator, None, world.clock.now());
    let wish = NewImpersonation {
        reason: "Ứng dụng báo lỗi".to_owned(),
        ticket: "HT-1".to_owned(),
    };
    let begun = world
        .identity
        .impersonate(&administrator, &actor, &world.person, wish)
        .await;
    begun.unwrap();
    assert_eq!(principal(world, &browser).await.username, PERSON);
    browser
}

each_database! {
    async fn tokens_name_the_administrator_and_end_with_it(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = acting(world).await;
        let wide = [("scope", "openid profile offline_access")];
        let code = app.code(&mut browser, &wide).await;
        let tokens = app.redeem(&code).await.json();
        let administrator = world.identity.account_by_username(ADMIN).await.unwrap().id;
        let act = json!({ "sub": administrator.to_string() });
        let access = tokens["access_token"].as_str().unwrap();
        for token in [access, tokens["id_token"].as_str().unwrap()] {
            let told = claims(token);
            assert_eq!((&told["sub"], &told["act"]), (&json!(world.person.id.to_string()), &act));
        }
        assert_eq!(tokens["scope"], "openid profile", "nothing outlives it");
        let renewed = app.refresh(tokens["refresh_token"].as_str().unwrap()).await.json();
        assert_eq!(claims(renewed["access_token"].as_str().unwrap())["act"], act, "after a renewal too");
        let sql = "SELECT actor, on_behalf_of FROM journal_event WHERE action = 'client.signed_on'";
        let row = world.platform.db.query_one(sql, vec![]).await.unwrap().unwrap();
        let text = |column: &str| row.try_get::<String>("", column).unwrap();
        assert_eq!((text("actor"), text("on_behalf_of")), (ADMIN.into(), PERSON.into()));

        let acted = principal(world, &browser).await;
        world.identity.end_impersonation(&acted).await.unwrap();
        let renewed = renewed["refresh_token"].as_str().unwrap();
        let mut is_dead = false;
        for _ in 0..200 {
            world.pass_s(1);
            tokio::task::yield_now().await;
            is_dead = !app.is_active(access).await;
            if is_dead {
                break;
            }
        }
        assert!(is_dead);
        assert_eq!(app.refresh(renewed).await.refusal(), (400, "invalid_grant".to_owned()));
        let code = app.code(&mut browser, &[]).await;
        let own = app.redeem(&code).await.json();
        let own = claims(own["access_token"].as_str().unwrap());
        assert_eq!((&own["sub"], own.get("act")), (&act["sub"], None), "itself again");
    }

    async fn a_token_does_not_outlive_the_half_hour(world: &World) {
        let app = App::make(world, "app", json!({"access_token_life_s": 3_600})).await;
        let mut browser = acting(world).await;
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        let told = claims(tokens["access_token"].as_str().unwrap());
        let end = world.clock.now().plus_ms(IMPERSONATION_MAX_MS).0 / 1_000;
        assert_eq!(told["exp"], end, "not an hour");
    }

    async fn consent_is_the_persons_own(world: &World) {
        let app = App::make(world, "app", json!({"first_party": false})).await;
        let mut browser = acting(world).await;
        let refused = browser.get(&app.request(&[])).await;
        assert_eq!(refused.param("error").as_deref(), Some("access_denied"), "{}", refused.location());
        let silent = browser.get(&app.request(&[("prompt", "none")])).await;
        assert_eq!(silent.param("error").as_deref(), Some("consent_required"));
        assert_eq!(world.journal_count("consent.given").await, 0);
        let mut person = world.signed_on().await;
        app.code(&mut person, &[]).await;
        let known = app.code(&mut browser, &[]).await;
        assert!(!known.is_empty(), "what the person allowed before holds");
    }

    async fn a_device_is_not_connected(world: &World) {
        let devices = json!({"grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"]});
        let app = App::make(world, "app", devices).await;
        let basic = app.basic();
        let begun = world
            .form("/oauth2/device_authorization", &[("authorization", &basic)], &[("scope", "openid")])
            .await
            .json();
        let code = begun["user_code"].as_str().unwrap();
        let mut browser = acting(world).await;
        let page = browser.get(&format!("/device?user_code={code}")).await;
        let csrf = page.hidden("csrf_token");
        let fields = [("user_code", code), ("csrf_token", csrf.as_str()), ("decision", "allow")];
        let refused = browser.post("/device", &fields).await;
        assert_eq!(refused.status.as_u16(), 403, "{}", refused.text);
        assert_eq!(world.journal_count("device.allowed").await, 0);
    }

    async fn saml_and_cas_applications_are_not_opened(world: &World) {
        let cas = json!({"title": "Quản lý văn bản", "services": ["https://qlvb.test/cas"]});
        put(world, "cas-service", "qlvb", cas).await;
        let saml = json!({
            "title": "Quản lý văn bản", "entity_id": "https://qlvb.test/sp",
            "assertion_consumers": [{ "url": "https://qlvb.test/acs" }],
            "certificates": [STANDARD.encode(TestSigner::rsa().certificate())],
            "requests_signed": false, "name_id_formats": ["unspecified"], "idp_initiated": true,
        });
        put(world, "saml-sp", "qlvb", saml).await;
        let mut browser = acting(world).await;
        for path in ["/cas/login?service=https%3A%2F%2Fqlvb.test%2Fcas", "/saml/init/qlvb"] {
            let refused = browser.get(path).await;
            assert_eq!(refused.status.as_u16(), 403, "{path} {}", refused.location());
            assert!(refused.text.contains("Bạn đang thao tác dưới tên người dùng khác"), "{}", refused.text);
            browser.cookies.insert("lgsp_language".into(), "en".into());
            let sent = cookies(&browser);
            let headers = [("accept-language", "en"), ("cookie", sent.as_str())];
            let english = world.call("GET", path, &headers, "").await;
            assert!(english.text.contains("You are acting as another user"), "{}", english.text);
            browser.cookies.remove("lgsp_language");
        }
        assert_eq!(world.journal_count("application.signed_on").await, 0);
        let acted = principal(world, &browser).await;
        world.identity.end_impersonation(&acted).await.unwrap();
        let opened = browser.get("/saml/init/qlvb").await;
        assert_eq!(opened.status.as_u16(), 200, "{}", opened.text);
    }

    async fn an_applications_logout_ends_the_administrators_session_too(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = acting(world).await;
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        let before = browser.cookies.clone();
        let hint = tokens["id_token"].as_str().unwrap();
        browser.get(&format!("/oidc/logout?id_token_hint={hint}")).await;
        browser.cookies = before;
        assert_eq!(browser.get("/api/v1/me").await.status.as_u16(), 401);
        world.identity.note_ended_impersonations().await.unwrap();
        assert_eq!(world.journal_count("impersonation.ended").await, 1);
    }

    async fn roles_held_through_a_group_are_told(world: &World) {
        use lgsp_identity::NewGroup;
        let told = json!({"scopes": ["openid", "profile", "org"], "token_with_roles": true});
        let app = App::make(world, "app", told).await;
        let actor = Actor::command_line(world.clock.now());
        let group = NewGroup { name: "Tổ văn thư".to_owned(), agency: Some("H34.01".to_owned()), ..NewGroup::default() };
        let group = world.identity.create_group(&actor, group).await.unwrap();
        world.identity.change_members(&actor, &group, &[world.person.id], &[]).await.unwrap();
        let admin = world.admin();
        let headers = [("authorization", admin.as_str()), ("content-type", "application/json")];
        let path = format!("/api/v1/groups/{}/grants", group.id);
        let given = world.call("POST", &path, &headers, r#"{"role": "clerk", "agency": "H34.01"}"#).await;
        assert_eq!(given.status.as_u16(), 201, "{}", given.text);
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[("scope", "openid org")]).await;
        let tokens = app.redeem(&code).await.json();
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(claims(access)["roles"], json!(["clerk@H34.01"]));
        let bearer = format!("Bearer {access}");
        let headers = [("authorization", bearer.as_str())];
        let info = world.call("GET", "/oauth2/userinfo", &headers, "").await.json();
        assert_eq!(info["roles"], json!(["clerk@H34.01"]));
    }
}
