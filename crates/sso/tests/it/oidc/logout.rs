//! Signing out: by an application, by the person, of everybody.
//!
//! Owns: tests of RP-initiated, front-channel and back-channel logout.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use serde_json::json;

use super::{App, claims, header};
use crate::kit::{ISSUER, World, each_database};

each_database! {
    async fn an_application_signs_the_person_out(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        let hint = tokens["id_token"].as_str().unwrap();
        let path = |redirect: &str| {
            format!(
                "/oidc/logout?id_token_hint={hint}&state=s2&post_logout_redirect_uri={}",
                crate::kit::encode(redirect)
            )
        };
        for wrong in ["https://app.test/other", "https://app.test/bye?x=1", "https://evil.test/"] {
            let answer = browser.get(&path(wrong)).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, ""), "{wrong}");
        }
        let answer = browser.get(&path("https://app.test/bye")).await;
        assert_eq!(answer.location(), "https://app.test/bye?state=s2");
        let silent = browser.get(&app.request(&[("prompt", "none")])).await;
        assert_eq!(silent.param("error").as_deref(), Some("login_required"));
    }

    async fn without_a_good_hint_the_person_is_asked(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        for query in ["", "?state=x", "?id_token_hint=a.b.c", "?post_logout_redirect_uri=https://app.test/bye"] {
            let page = browser.get(&format!("/oidc/logout{query}")).await;
            assert_eq!((page.status.as_u16(), page.location()), (200, ""), "{query}");
            assert!(!page.hidden("csrf_token").is_empty(), "{query}");
            let silent = browser.get(&app.request(&[("prompt", "none")])).await;
            assert!(silent.param("code").is_some(), "no other site signs a person out");
        }
        let forged = browser.post("/oidc/logout", &[("csrf_token", "x")]).await;
        assert!(!forged.hidden("csrf_token").is_empty());
        let page = browser.get("/oidc/logout").await;
        let csrf = page.hidden("csrf_token");
        browser.post("/oidc/logout", &[("csrf_token", &csrf)]).await;
        let silent = browser.get(&app.request(&[("prompt", "none")])).await;
        assert_eq!(silent.param("error").as_deref(), Some("login_required"));
    }

    async fn frames_tell_the_applications_in_the_browser(world: &World) {
        let front = json!({ "frontchannel_logout_uri": "https://app.test/front?x=1" });
        let app = App::make(world, "app", front).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        let hint = tokens["id_token"].as_str().unwrap();
        let sid = claims(hint)["sid"].as_str().unwrap().to_owned();
        let page = browser.get(&format!("/oidc/logout?id_token_hint={hint}")).await;
        assert!(page.text.contains("https://app.test/front?x=1"), "{}", page.text);
        assert!(page.text.contains(&sid));
        assert!(page.header("content-security-policy").contains("frame-src https://app.test"));
    }

    async fn a_code_of_a_session_that_ended_is_worth_nothing(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let tokens = app.redeem(&code).await.json();
        let late = app.code(&mut browser, &[]).await;
        let offline = app.code(&mut browser, &[("scope", "openid offline_access")]).await;
        let hint = tokens["id_token"].as_str().unwrap();
        browser.get(&format!("/oidc/logout?id_token_hint={hint}")).await;
        assert_eq!(app.redeem(&late).await.refusal(), (400, "invalid_grant".to_owned()));
        assert_eq!(app.redeem(&offline).await.status.as_u16(), 200, "it outlives the session");
    }

    async fn a_session_takes_its_tokens_with_it(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let mut browser = world.signed_on().await;
        let bound = app.code(&mut browser, &[]).await;
        let bound = app.redeem(&bound).await.json();
        let offline = [("scope", "openid offline_access")];
        let offline = app.code(&mut browser, &offline).await;
        let offline = app.redeem(&offline).await.json();
        let hint = bound["id_token"].as_str().unwrap();
        browser.get(&format!("/oidc/logout?id_token_hint={hint}")).await;
        let access = bound["access_token"].as_str().unwrap().to_owned();
        for _ in 0..200 {
            world.pass_s(1);
            tokio::task::yield_now().await;
            if !app.is_active(&access).await {
                break;
            }
        }
        let refused = app.refresh(bound["refresh_token"].as_str().unwrap()).await;
        assert_eq!(refused.refusal(), (400, "invalid_grant".to_owned()));
        let kept = app.refresh(offline["refresh_token"].as_str().unwrap()).await;
        assert_eq!(kept.status.as_u16(), 200, "{}", kept.text);
    }
}

/// A server of an application that hears logout tokens.
#[expect(
    clippy::disallowed_methods,
    reason = "the application is no part of the platform and ends with the test"
)]
async fn listener(answers: Vec<StatusCode>) -> (String, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let known = heard.clone();
    let answers = Arc::new(Mutex::new(answers));
    let handler = move |body: Bytes| {
        let (known, answers) = (known.clone(), answers.clone());
        async move {
            let body = String::from_utf8(body.to_vec()).unwrap();
            let token = body.strip_prefix("logout_token=").unwrap().to_owned();
            known.lock().unwrap().push(token);
            let mut answers = answers.lock().unwrap();
            if answers.len() > 1 {
                answers.remove(0)
            } else {
                answers[0]
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/back", listener.local_addr().unwrap());
    let router = Router::new().route("/back", post(handler));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, heard)
}

#[tokio::test]
async fn a_server_is_told_again_until_it_hears() {
    let made = lgsp_testkit::TestPlatform::sqlite().unwrap();
    let world = World::start_at(&made, "http://127.0.0.1:8800").await;
    let answers = vec![StatusCode::INTERNAL_SERVER_ERROR, StatusCode::OK];
    let (address, heard) = listener(answers).await;
    let app = App::make(&world, "app", json!({ "backchannel_logout_uri": address })).await;
    let mut browser = world.signed_on().await;
    let code = app.code(&mut browser, &[]).await;
    let tokens = app.redeem(&code).await.json();
    let hint = tokens["id_token"].as_str().unwrap();
    browser
        .get(&format!("/oidc/logout?id_token_hint={hint}"))
        .await;
    let is_told_twice = world.soon(async || heard.lock().unwrap().len() >= 2).await;
    assert!(is_told_twice, "told again after a failure");
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 2);
    assert_ne!(heard[0], heard[1], "each attempt has a token of its own");
    assert_eq!(header(&heard[1])["typ"], "logout+jwt");
    let told = claims(&heard[1]);
    assert_eq!(told["aud"], "app");
    assert_eq!(told["sid"], claims(hint)["sid"]);
    assert!(told.get("nonce").is_none() && ISSUER != told["iss"]);
    assert!(
        told["events"]
            .get("http://schemas.openid.net/event/backchannel-logout")
            .is_some()
    );
    world.stop().await;
}

#[tokio::test]
async fn a_server_that_refuses_is_not_told_again() {
    let made = lgsp_testkit::TestPlatform::sqlite().unwrap();
    let world = World::start_at(&made, "http://127.0.0.1:8800").await;
    let (address, heard) = listener(vec![StatusCode::BAD_REQUEST, StatusCode::OK]).await;
    let app = App::make(&world, "app", json!({ "backchannel_logout_uri": address })).await;
    let mut browser = world.signed_on().await;
    let code = app.code(&mut browser, &[]).await;
    let tokens = app.redeem(&code).await.json();
    let hint = tokens["id_token"].as_str().unwrap();
    browser
        .get(&format!("/oidc/logout?id_token_hint={hint}"))
        .await;
    let sql = "SELECT COUNT(*) AS n FROM delivery WHERE queue = 'oidc.logout' AND state = 'dead'";
    let is_dead = world.soon(async || {
        let row = world.platform.db.query_one(sql, Vec::new()).await.unwrap();
        row.unwrap().try_get::<i64>("", "n").unwrap() == 1
    });
    assert!(is_dead.await, "an operator sees it");
    world.pass_s(86_400);
    assert_eq!(heard.lock().unwrap().len(), 1);
    world.stop().await;
}
