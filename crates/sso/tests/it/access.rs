//! Who may use an application: at the launcher and at every protocol's door.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_identity::{Actor, MembersChange, NewGroup};
use lgsp_platform::clock::Clock as _;
use serde_json::{Value, json};

use crate::{
    cas::put,
    kit::{Browser, World, each_database},
    oidc::{App, claims},
};

/// Not the person of the tests, who is an official of H34.01.
fn others() -> Value {
    json!({ "who": "named", "account_kinds": ["citizen"] })
}

/// The department of the person.
fn department() -> Value {
    json!({ "who": "named", "agencies": ["H34.01"] })
}

async fn titles(browser: &mut Browser<'_>) -> Vec<String> {
    let items = browser.get("/api/v1/me/applications").await.json()["items"].clone();
    let items = items.as_array().unwrap();
    items
        .iter()
        .map(|one| one["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn denials(world: &World) -> Vec<(String, String, String)> {
    let sql = "SELECT actor, subject_kind, subject FROM journal_event \
               WHERE action = 'decision.denied' AND result = 'refused' ORDER BY id";
    let rows = world.platform.db.query_all(sql, Vec::new()).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get("", name).unwrap();
    rows.iter()
        .map(|row| {
            (
                text(row, "actor"),
                text(row, "subject_kind"),
                text(row, "subject"),
            )
        })
        .collect()
}

/// Each kind of application, for this audience.
async fn furnish(world: &World, access: &Value) {
    App::make(
        world,
        "app",
        json!({ "client_uri": "https://app.test/", "access": access }),
    )
    .await;
    let saml = json!({ "title": "Ứng dụng SAML", "idp_initiated": true, "access": access,
        "entity_id": "https://saml.test", "requests_signed": false,
        "assertion_consumers": [{ "url": "https://saml.test/acs" }] });
    put(world, "saml-sp", "saml", saml).await;
    let cas =
        json!({ "title": "Ứng dụng CAS", "services": ["https://cas.test/"], "access": access });
    put(world, "cas-service", "cas", cas).await;
}

each_database! {
    async fn the_launcher_offers_and_every_protocol_admits_only_whom_it_is_for(world: &World) {
        furnish(world, &department()).await;
        let mut browser = world.signed_on().await;
        assert_eq!(titles(&mut browser).await.len(), 3);
        let app = App { world, id: "app", secret: String::new() };
        let request = app.request(&[]);
        assert!(browser.get(&request).await.param("code").is_some());
        assert_eq!(browser.get("/saml/init/saml").await.status.as_u16(), 200);
        let cas = "/cas/login?service=https%3A%2F%2Fcas.test%2F";
        assert!(browser.get(cas).await.param("ticket").is_some());
        assert!(denials(world).await.is_empty());

        furnish(world, &others()).await;
        assert!(titles(&mut browser).await.is_empty());
        for (path, owner) in [
            (request.as_str(), "Cơ quan H34.01"),
            ("/saml/init/saml", "quản trị viên định danh của tỉnh"),
            (cas, "quản trị viên định danh của tỉnh"),
        ] {
            let page = browser.get(path).await;
            assert_eq!(page.status.as_u16(), 403, "{path}: {page:?}");
            assert!(page.text.contains("chưa được dùng ứng dụng"), "{path}: {}", page.text);
            assert!(page.text.contains(owner), "{path}: {}", page.text);
            assert!(page.text.contains("sso.application.not_for_person"), "{}", page.text);
        }
        let silent = browser.get(&app.request(&[("prompt", "none")])).await;
        assert_eq!(silent.param("error").as_deref(), Some("access_denied"));
        let gateway = browser.get(&format!("{cas}&gateway=true")).await;
        assert_eq!(gateway.location(), "https://cas.test/", "no ticket and no page");
        let person = |kind: &str, name: &str| {
            (crate::kit::PERSON.to_owned(), kind.to_owned(), name.to_owned())
        };
        let expected = [
            person("oidc-client", "app"), person("saml-sp", "saml"), person("cas-service", "cas"),
            person("oidc-client", "app"), person("cas-service", "cas"),
        ];
        assert_eq!(denials(world).await, expected);
    }

    async fn a_passive_saml_request_is_told_that_the_person_may_not(world: &World) {
        furnish(world, &others()).await;
        let mut browser = world.signed_on().await;
        let now = world.clock.now();
        let xml = format!(
            "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" \
             IssueInstant=\"{now}\" IsPassive=\"true\"><saml:Issuer>https://saml.test\
             </saml:Issuer></samlp:AuthnRequest>"
        );
        let fields = [("SAMLRequest", STANDARD.encode(xml))];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let moved = browser.post("/saml/sso", &fields).await;
        let page = browser.get(moved.location()).await;
        let answer = STANDARD.decode(page.hidden("SAMLResponse")).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.contains("status:RequestDenied"), "{answer}");
        assert!(!answer.contains("<saml:Assertion"), "{answer}");
    }

    async fn a_right_by_group_begins_and_ends_with_the_membership(world: &World) {
        let named = json!({ "who": "named", "groups": ["Van-Thu"] });
        let app = App::make(world, "app", json!({ "access": named })).await;
        let mut browser = world.signed_on().await;
        let request = app.request(&[("scope", "openid offline_access")]);
        assert_eq!(browser.get(&request).await.status.as_u16(), 403);
        let actor = Actor::command_line(world.clock.now());
        let group = NewGroup {
            name: "van-thu".to_owned(),
            display_name: "Văn thư".to_owned(),
            ..NewGroup::default()
        };
        let group = world.identity.create_group(&actor, group).await.unwrap();
        let person = [world.person.id];
        world.identity.change_members(&actor, &group, &person, &[]).await.unwrap();

        let code = app.code(&mut browser, &[("scope", "openid offline_access")]).await;
        let tokens = app.redeem(&code).await.json();
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let renewed = app.refresh(refresh).await.json();
        let refresh = renewed["refresh_token"].as_str().unwrap();
        let late = app.code(&mut browser, &[]).await;

        world.identity.change_members(&actor, &group, &[], &person).await.unwrap();
        assert_eq!(app.redeem(&late).await.refusal(), (400, "invalid_grant".to_owned()));
        assert_eq!(app.refresh(refresh).await.refusal(), (400, "invalid_grant".to_owned()));
        let access = renewed["access_token"].as_str().unwrap();
        assert!(!app.is_active(access).await, "the family has ended with the right");
        assert_eq!(denials(world).await.len(), 3);
    }

    async fn a_group_above_the_own_one_opens_the_application_and_is_told(world: &World) {
        let named = json!({ "who": "named", "groups": ["van-phong"] });
        let spec = json!({ "access": named, "scopes": ["openid", "groups"] });
        let app = App::make(world, "app", spec).await;
        let mut browser = world.signed_on().await;
        let asked = [("scope", "openid groups")];
        assert_eq!(browser.get(&app.request(&asked)).await.status.as_u16(), 403);
        let actor = Actor::command_line(world.clock.now());
        let members = MembersChange { add: vec![world.person.id], ..MembersChange::default() };
        let inner = NewGroup { name: "to-van-thu".to_owned(), members, ..NewGroup::default() };
        let inner = world.identity.create_group(&actor, inner).await.unwrap();
        let members = MembersChange { add_groups: vec![inner.id], ..MembersChange::default() };
        let outer = NewGroup { name: "van-phong".to_owned(), members, ..NewGroup::default() };
        world.identity.create_group(&actor, outer).await.unwrap();

        let code = app.code(&mut browser, &asked).await;
        let tokens = app.redeem(&code).await.json();
        let access = tokens["access_token"].as_str().unwrap();
        let bearer = format!("Bearer {access}");
        let headers = [("authorization", bearer.as_str())];
        let told = world.call("GET", "/oauth2/userinfo", &headers, "").await.json();
        assert_eq!(told["groups"], json!(["to-van-thu", "van-phong"]));
    }

    async fn a_token_is_exchanged_only_for_whom_both_clients_are(world: &World) {
        let audience = "https://kho.test";
        let bus = json!({ "exchange_audiences": [audience], "resources": ["https://truc.test"],
            "grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"],
            "redirect_uris": [] });
        let bus = App::make(world, "bus", bus).await;
        let spec = json!({ "audiences": ["https://truc.test"] });
        let app = App::make(world, "app", spec.clone()).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[("resource", "https://truc.test")]).await;
        let tokens = app.redeem(&code).await.json();
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(claims(access)["aud"][0], "https://truc.test");
        let exchange = async || {
            bus.token(&[
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token", access),
                ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                ("audience", audience),
            ]).await
        };
        let answer = exchange().await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let mut changed = crate::kit::web_app();
        changed["audiences"] = spec["audiences"].clone();
        changed["access"] = others();
        world.put_client("app", changed).await;
        assert_eq!(exchange().await.refusal(), (400, "invalid_request".to_owned()));
        assert_eq!(denials(world).await.len(), 1);
    }

    async fn a_device_is_connected_only_by_whom_its_client_is_for(world: &World) {
        let grants = json!(["urn:ietf:params:oauth:grant-type:device_code"]);
        let spec = json!({ "grant_types": grants, "redirect_uris": [], "access": others() });
        let app = App::make(world, "app", spec).await;
        let basic = app.basic();
        let headers = [("authorization", basic.as_str())];
        let begun = world.form("/oauth2/device_authorization", &headers, &[("scope", "openid")]);
        let begun = begun.await.json();
        let code = begun["user_code"].as_str().unwrap();
        let mut browser = world.signed_on().await;
        let page = browser.get(&format!("/device?user_code={code}")).await;
        assert_eq!(page.status.as_u16(), 403, "{}", page.text);
        let csrf = browser.get("/device").await.hidden("csrf_token");
        let fields = [("user_code", code), ("csrf_token", &csrf), ("decision", "allow")];
        let page = browser.post("/device", &fields).await;
        assert_eq!(page.status.as_u16(), 403, "{}", page.text);
        let polled = app.token(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", begun["device_code"].as_str().unwrap()),
        ]).await;
        assert_eq!(polled.refusal(), (400, "authorization_pending".to_owned()));
    }
}
