//! Two nodes of one installation: what one of them ends is over on the other.

use lgsp_testkit::database::on_postgres;
use serde_json::{Value, json};

use crate::{
    cas::put,
    kit::{ISSUER, World, web_app},
    oidc::App,
};

/// Runs a test on two nodes over one PostgreSQL.
async fn two_nodes(test: impl AsyncFn(&World, &World)) {
    let Some(mut made) = on_postgres().await else {
        return;
    };
    made.config.identity.issuer = ISSUER.to_owned();
    let first = World::start(&made).await;
    let second = first.node(&made).await;
    test(&first, &second).await;
    second.stop().await;
    first.stop().await;
    made.drop_database().await.unwrap();
}

/// The same client as the other node sees it.
fn there<'a>(app: &App<'_>, world: &'a World) -> App<'a> {
    App {
        world,
        id: app.id,
        secret: app.secret.clone(),
    }
}

fn text(tokens: &Value, name: &str) -> String {
    tokens[name].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_are_revoked_on_one_node_are_dead_on_the_other() {
    two_nodes(async |first, second| {
        let app = App::make(first, "app", json!({})).await;
        let other = App::make(first, "other", json!({})).await;
        let (tokens, kept) = (app.tokens().await, other.tokens().await);
        let (here, kept_there) = (there(&app, second), there(&other, second));
        let access = text(&tokens, "access_token");
        assert!(
            second.soon(async || here.is_active(&access).await).await,
            "known everywhere"
        );
        let refresh = text(&tokens, "refresh_token");
        let basic = app.basic();
        let headers = [("authorization", basic.as_str())];
        let revoked = first
            .form("/oauth2/revoke", &headers, &[("token", &refresh)])
            .await;
        assert_eq!(revoked.status.as_u16(), 200, "{}", revoked.text);
        let refused = here.refresh(&refresh).await;
        assert_eq!(
            refused.refusal(),
            (400, "invalid_grant".to_owned()),
            "at once"
        );
        assert!(second.soon(async || !here.is_active(&access).await).await);
        let kept = text(&kept, "access_token");
        assert!(
            kept_there.is_active(&kept).await,
            "it has not ended by its age"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_is_switched_off_on_one_node_is_off_on_the_other() {
    two_nodes(async |first, second| {
        let app = App::make(first, "app", json!({})).await;
        let saml = |enabled: bool| {
            json!({ "title": "SAML", "entity_id": "https://saml.test", "idp_initiated": true,
                "enabled": enabled, "assertion_consumers": [{ "url": "https://saml.test/acs" }] })
        };
        let cas = |enabled: bool| {
            json!({ "title": "CAS", "services": ["https://cas.test/"], "enabled": enabled })
        };
        put(first, "saml-sp", "saml", saml(true)).await;
        put(first, "cas-service", "cas", cas(true)).await;
        let tokens = app.tokens().await;
        let cookies = first.signed_on().await.cookies;
        let here = there(&app, second);
        let request = app.request(&[]);
        let paths = [
            request.as_str(),
            "/saml/init/saml",
            "/cas/login?service=https%3A%2F%2Fcas.test%2F",
        ];
        let status = async |path: &str| {
            let mut browser = second.browser();
            browser.cookies = cookies.clone();
            browser.get(path).await.status.as_u16()
        };
        for path in paths {
            assert!(second.soon(async || status(path).await < 400).await, "known everywhere: {path}");
        }
        let mut off = web_app();
        off["enabled"] = json!(false);
        first.put_client("app", off).await;
        put(first, "saml-sp", "saml", saml(false)).await;
        put(first, "cas-service", "cas", cas(false)).await;
        for path in paths {
            assert!(second.soon(async || status(path).await >= 400).await, "{path}");
        }
        let refused = here.refresh(&text(&tokens, "refresh_token")).await;
        assert_eq!(refused.refusal(), (401, "invalid_client".to_owned()));
    })
    .await;
}
