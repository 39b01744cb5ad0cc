//! CAS: tickets, their rules, and what an application learns, on both databases.

use axum::http::StatusCode;
use lgsp_platform::{
    journal::{Class, Event},
    registry::{Change, Manifest},
};
use serde_json::{Value, json};

use crate::kit::{Answer, Browser, PERSON, World, each_database, encode};

const SERVICE: &str = "https://qlvb.test/cas/vao";

/// Makes or replaces a resource.
pub(crate) async fn put(world: &World, kind: &str, name: &str, spec: Value) {
    let change = Change::Put {
        manifest: Manifest {
            kind: kind.to_owned(),
            name: name.to_owned(),
            agency: None,
            spec,
        },
        base_revision: None,
    };
    let now = lgsp_platform::clock::Clock::now(world.clock.as_ref());
    let event = Event::new(Class::Audit, now, "test", "resource.saved", (kind, name));
    let registry = &world.platform.registry;
    registry
        .change(vec![change], "test", now, vec![event])
        .await
        .unwrap();
}

async fn register(world: &World) {
    let spec = json!({
        "title": "Quản lý văn bản", "services": ["https://qlvb.test/cas"],
        "attributes": [{ "source": "email", "name": "mail" }],
    });
    put(world, "cas-service", "qlvb", spec).await;
}

fn login(more: &str) -> String {
    format!("/cas/login?service={}{more}", encode(SERVICE))
}

async fn ticket(browser: &mut Browser<'_>, more: &str) -> String {
    let answer = browser.follow(&login(more)).await;
    answer
        .param("ticket")
        .unwrap_or_else(|| panic!("{answer:?}"))
}

async fn validate(world: &World, path: &str, service: &str, ticket: &str) -> Answer {
    let path = format!("/cas/{path}?service={}&ticket={ticket}", encode(service));
    world.call("GET", &path, &[], "").await
}

each_database! {
    async fn a_ticket_is_used_once_within_half_a_minute_for_its_service(world: &World) {
        register(world).await;
        let mut browser = world.browser();
        let first = ticket(&mut browser, "").await;
        assert!(first.starts_with("ST-") && first.len() == 35, "{first}");
        let answer = validate(world, "p3/serviceValidate", SERVICE, &first).await;
        assert_eq!(answer.status, StatusCode::OK);
        for part in [
            &format!("<cas:user>{PERSON}</cas:user>"),
            "<cas:mail>lan.tran@h34.example</cas:mail>",
            "<cas:isFromNewLogin>true</cas:isFromNewLogin>",
        ] {
            assert!(answer.text.contains(part), "{part} in {}", answer.text);
        }
        let again = validate(world, "serviceValidate", SERVICE, &first).await;
        assert!(again.text.contains("INVALID_TICKET"), "{}", again.text);
        let other = ticket(&mut browser, "").await;
        let moved = validate(world, "serviceValidate", "https://qlvb.test/cas/khac", &other).await;
        assert!(moved.text.contains("INVALID_SERVICE"), "{}", moved.text);
        let back = validate(world, "serviceValidate", SERVICE, &other).await;
        assert!(back.text.contains("INVALID_TICKET"), "the wrong service used it up");
        let late = ticket(&mut browser, "").await;
        world.pass_s(31);
        let answer = validate(world, "validate", SERVICE, &late).await;
        assert_eq!(answer.text, "no\n\n");
        let plain = ticket(&mut browser, "").await;
        let answer = validate(world, "validate", SERVICE, &plain).await;
        assert_eq!(answer.text, format!("yes\n{PERSON}\n"));
        assert_eq!(world.journal_count("application.signed_on").await, 2);
        for query in ["", "?ticket=ST-x", "?service=x", "?service=x&service=y&ticket=z"] {
            let path = format!("/cas/serviceValidate{query}");
            let answer = world.call("GET", &path, &[], "").await;
            assert!(answer.text.contains("INVALID_REQUEST"), "{query}: {}", answer.text);
        }
    }

    async fn renewal_asks_for_the_password_and_only_such_a_ticket_passes(world: &World) {
        register(world).await;
        let mut browser = world.signed_on().await;
        world.pass_s(60);
        let known = ticket(&mut browser, "").await;
        let query = format!("{known}&renew=true");
        let answer = validate(world, "serviceValidate", SERVICE, &query).await;
        assert!(answer.text.contains("INVALID_TICKET"));
        let asked = browser.get(&login("&renew=true")).await;
        assert!(asked.location().starts_with("/sign-in"), "{}", asked.location());
        let fresh = ticket(&mut browser, "&renew=true").await;
        let query = format!("{fresh}&renew=true");
        let answer = validate(world, "serviceValidate", SERVICE, &query).await;
        assert!(answer.text.contains(PERSON));
    }

    async fn a_gateway_shows_no_page_and_strangers_are_refused(world: &World) {
        register(world).await;
        let mut browser = world.browser();
        let answer = browser.get(&login("&gateway=true")).await;
        assert_eq!(answer.location(), SERVICE);
        for service in [
            "https://evil.test/", "https://qlvb.test/casx", "https://qlvb.test.evil.test/cas",
            "https://qlvb.test/cas/../khac", "javascript:alert(1)",
        ] {
            let path = format!("/cas/login?gateway=true&service={}", encode(service));
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{service}");
            assert_eq!(answer.location(), "", "{service}");
        }
        let mut browser = world.signed_on().await;
        let page = browser.get(&login("&method=POST")).await;
        assert!(page.hidden("ticket").starts_with("ST-"), "{}", page.text);
        assert!(page.header("content-security-policy").contains("script-src 'sha256-"));
    }

    async fn a_session_that_ended_takes_its_tickets_along(world: &World) {
        register(world).await;
        let mut browser = world.signed_on().await;
        let used = ticket(&mut browser, "").await;
        assert!(validate(world, "validate", SERVICE, &used).await.text.starts_with("yes"));
        let waiting = ticket(&mut browser, "").await;
        let answer = browser.get("/cas/logout?service=https%3A%2F%2Fevil.test%2F").await;
        assert_eq!(answer.location(), "/sign-in?notice=signed-out");
        let answer = validate(world, "validate", SERVICE, &waiting).await;
        assert_eq!(answer.text, "no\n\n");
        // A browser that uses no CAS is asked first: another site may have sent it.
        let mut browser = world.signed_on().await;
        let answer = browser.get("/cas/logout").await;
        assert_eq!(answer.location(), "/sign-out");
    }
}
