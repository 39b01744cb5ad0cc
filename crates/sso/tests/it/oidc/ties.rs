//! The page of a person: applications to open, consents and tokens to withdraw.
//!
//! Owns: tests of `/account`, `/account/links`, of how long a consent says it lasts, of what the
//! security report says of keys.

use serde_json::{Value, json};

use super::App;
use crate::{
    cas::put,
    kit::{ISSUER, World, each_database, web_app},
};

/// The application of the tests, with some members replaced.
fn app(changed: &Value) -> Value {
    let mut spec = web_app();
    for (name, value) in changed.as_object().unwrap() {
        spec[name.as_str()] = value.clone();
    }
    spec
}

/// The clients and services of a province.
async fn furnish(world: &World) {
    let home = json!({ "name": "Cổng cán bộ", "client_uri": "https://can-bo.test/" });
    world.put_client("home", app(&home)).await;
    let begins = json!({ "name": "Chấm công", "description": "Công của tháng",
        "initiate_login_uri": "https://cong.test/vao" });
    world.put_client("begins", app(&begins)).await;
    let nowhere = json!({ "name": "Không có trang" });
    world.put_client("nowhere", app(&nowhere)).await;
    let off = json!({ "name": "Đã tắt", "client_uri": "https://tat.test/", "enabled": false });
    world.put_client("off", app(&off)).await;
    let system = json!({ "name": "Hệ thống", "client_uri": "https://he-thong.test/",
        "grant_types": ["client_credentials"], "redirect_uris": [] });
    world.put_client("system", app(&system)).await;
    let stranger = json!({ "name": "Người lạ", "client_uri": "https://la.test/",
        "self_registered": true, "first_party": false });
    world.put_client("stranger", app(&stranger)).await;
    for (name, is_offered) in [("hop", true), ("thu", false)] {
        let spec = json!({ "title": format!("Ứng dụng SAML {name}"), "idp_initiated": is_offered,
            "entity_id": format!("https://{name}.test"),
            "assertion_consumers": [{ "url": format!("https://{name}.test/acs") }] });
        put(world, "saml-sp", name, spec).await;
    }
    for (name, enabled) in [("qlvb", true), ("cu", false)] {
        let spec = json!({ "title": format!("Ứng dụng CAS {name}"), "enabled": enabled,
            "services": [format!("https://{name}.test/cas")] });
        put(world, "cas-service", name, spec).await;
    }
}

each_database! {
    async fn the_own_page_opens_the_applications_that_one_may_use(world: &World) {
        furnish(world).await;
        let mut browser = world.signed_on().await;
        let offered = async |browser: &mut crate::kit::Browser<'_>| -> Vec<(String, String)> {
            let items = browser.get("/api/v1/me/applications").await.json()["items"].clone();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            items.as_array().unwrap().iter()
                .map(|one| (text(&one["title"]), text(&one["url"]))).collect()
        };
        let mut expected = vec![
            ("Chấm công".to_owned(), "https://cong.test/vao?iss=https%3A%2F%2Fidp.test".to_owned()),
            ("Cổng cán bộ".to_owned(), "https://can-bo.test/".to_owned()),
            ("Ứng dụng CAS qlvb".to_owned(), "https://qlvb.test/cas".to_owned()),
            ("Ứng dụng SAML hop".to_owned(), format!("{ISSUER}/saml/init/hop")),
        ];
        expected.sort();
        assert_eq!(offered(&mut browser).await, expected);
        let page = browser.get("/account").await;
        assert!(page.text.contains("https://cong.test/vao?iss="), "{}", page.text);
        assert!(page.text.contains("Công của tháng") && !page.text.contains("https://tat.test"));
        // A SAML application really opens from there, and one that may not, does not.
        let opened = browser.get("/saml/init/hop").await;
        assert!(opened.text.contains("action=\"https://hop.test/acs\""), "{}", opened.text);
        assert_eq!(browser.get("/saml/init/thu").await.status.as_u16(), 403);

        // Who has consented to a client that registered itself finds it again.
        let stranger = App { world, id: "stranger", secret: world.secret("stranger").await };
        stranger.code(&mut browser, &[]).await;
        assert!(offered(&mut browser).await.iter().any(|(title, _)| title == "Người lạ"));
    }

    async fn a_consent_is_seen_and_withdrawn_on_the_own_page(world: &World) {
        let app = App::make(world, "app", json!({ "first_party": false })).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[("scope", "openid email offline_access")]).await;
        let tokens = app.redeem(&code).await.json();
        let page = browser.get("/account/links").await;
        for words in ["Một cửa điện tử", "Địa chỉ thư điện tử", "cả khi bạn đã đăng xuất"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        assert_eq!(page.hidden("id"), "consent:app");
        let forged = [("csrf_token", "x"), ("id", "consent:app")];
        assert_eq!(browser.post("/account/links", &forged).await.status.as_u16(), 403);
        assert!(app.is_active(tokens["access_token"].as_str().unwrap()).await);

        let csrf = page.hidden("csrf_token");
        let fields = [("csrf_token", csrf.as_str()), ("id", "consent:app")];
        let done = browser.post("/account/links", &fields).await;
        assert_eq!((done.status.as_u16(), done.location()), (303, "/account/links?lang=vi"));
        assert!(!app.is_active(tokens["access_token"].as_str().unwrap()).await);
        let refreshed = app.refresh(tokens["refresh_token"].as_str().unwrap()).await;
        assert_eq!(refreshed.refusal(), (400, "invalid_grant".to_owned()));
        let silent = browser.get(&app.request(&[("prompt", "none")])).await;
        assert_eq!(silent.param("error").as_deref(), Some("consent_required"));
        assert!(!browser.get("/account/links").await.text.contains("Một cửa điện tử"));
        assert_eq!(world.journal_count("consent.withdrawn").await, 1);
    }

    async fn tokens_of_an_application_of_the_province_are_seen_and_revoked_too(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let tokens = app.tokens().await;
        let mut browser = world.signed_on().await;
        let page = browser.get("/account/links").await;
        assert!(page.text.contains("Đang giữ quyền truy cập"), "{}", page.text);
        assert!(page.text.contains("Chỉ truy cập khi bạn còn đăng nhập"), "{}", page.text);
        let csrf = page.hidden("csrf_token");
        let other = [("csrf_token", csrf.as_str()), ("id", "consent:other")];
        browser.post("/account/links", &other).await;
        assert!(app.is_active(tokens["access_token"].as_str().unwrap()).await);
        let fields = [("csrf_token", csrf.as_str()), ("id", "consent:app")];
        browser.post("/account/links", &fields).await;
        assert!(!app.is_active(tokens["access_token"].as_str().unwrap()).await);
        let refreshed = app.refresh(tokens["refresh_token"].as_str().unwrap()).await;
        assert_eq!(refreshed.refusal(), (400, "invalid_grant".to_owned()));
        assert!(!browser.get("/account/links").await.text.contains("Một cửa điện tử"));
    }

    async fn the_consent_page_says_for_how_long(world: &World) {
        let code = json!(["authorization_code"]);
        let short = json!({ "first_party": false, "grant_types": code, "access_token_life_s": 900 });
        for (id, spec, scope, words) in [
            ("short", short, "openid", "hết hạn sau 15 phút"),
            ("session", json!({ "first_party": false }), "openid", "kết thúc khi bạn đăng xuất"),
            ("offline", json!({ "first_party": false }), "openid offline_access",
                "vẫn còn sau khi bạn đăng xuất; kết thúc sau 12 giờ không dùng, chậm nhất sau 30 ngày"),
        ] {
            let app = App::make(world, id, spec).await;
            let mut browser = world.signed_on().await;
            let asked = browser.get(&app.request(&[("scope", scope)])).await;
            let page = browser.get(asked.location()).await;
            assert!(page.text.contains(words), "{words}: {}", page.text);
            assert!(page.text.contains("href=\"/account/links?lang=vi\""), "{}", page.text);
        }
    }

    async fn a_sign_on_is_noted_with_its_network_address(world: &World) {
        let app = App::make(world, "app", json!({ "first_party": false })).await;
        let mut browser = world.signed_on().await;
        app.code(&mut browser, &[]).await;
        for action in ["client.signed_on", "consent.given"] {
            let sql = "SELECT address FROM journal_event WHERE action = $1";
            let row = world.platform.db.query_one(sql, vec![action.into()]).await;
            let address: Option<String> = row.unwrap().unwrap().try_get("", "address").unwrap();
            assert_eq!(address.as_deref(), Some("10.34.1.9"), "{action}");
        }
    }

    async fn the_security_report_says_how_old_the_signing_keys_are(world: &World) {
        let admin = world.admin();
        let headers = [("authorization", admin.as_str())];
        let report = world.call("GET", "/api/v1/security-report", &headers, "").await.json();
        let facts = report["facts"].as_array().unwrap().clone();
        let signing: Vec<Value> = facts.into_iter()
            .filter(|fact| fact["section"] == "keys" && fact["value"] == "active, 0 d").collect();
        assert_eq!(signing.len(), 2, "ES256 and EdDSA: {signing:?}");
        assert!(signing.iter().all(|fact| fact["met"] == true && fact["ends_at"].is_string()), "{signing:?}");
    }
}
