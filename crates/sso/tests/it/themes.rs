//! The sign-in page wears the theme of the application that asked, or of its nearest unit.

use lgsp_platform::{
    clock::Clock as _,
    journal::{Class, Event},
    registry::{Change, Manifest},
};
use serde_json::{Value, json};

use crate::{
    kit::{Browser, PASSWORD, PERSON, World, each_database, web_app},
    oidc::App,
};

async fn put(world: &World, name: &str, agency: Option<&str>, spec: Value) {
    let change = Change::Put {
        manifest: Manifest {
            kind: "theme".to_owned(),
            name: name.to_owned(),
            agency: agency.map(str::to_owned),
            spec,
        },
        base_revision: None,
    };
    let now = world.clock.now();
    let event = Event::new(
        Class::Audit,
        now,
        "test",
        "resource.updated",
        ("theme", name),
    );
    let registry = &world.platform.registry;
    registry
        .change(vec![change], "test", now, vec![event])
        .await
        .unwrap();
}

/// The title on the page to which an authorisation leads.
async fn title(browser: &mut Browser<'_>, start: &str) -> String {
    let sent = browser.get(start).await;
    let page = browser.get(sent.location()).await;
    let (_, rest) = page
        .text
        .split_once("<p class=\"product\"><strong")
        .unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    rest.split('<').next().unwrap().to_owned()
}

each_database! {
    async fn the_nearest_theme_wins_and_an_applications_own_wins_over_it(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let start = app.request(&[]);
        let mut browser = world.browser();
        assert_eq!(title(&mut browser, &start).await, "LGSP");
        put(world, "tinh", Some("H34"), json!({"title": "Tỉnh"})).await;
        assert_eq!(title(&mut browser, &start).await, "Tỉnh");
        put(world, "so", Some("H34.01"), json!({"title": "Sở"})).await;
        assert_eq!(title(&mut browser, &start).await, "Sở");
        let of_app = json!({"title": "Một cửa", "applications": ["oidc-client/app"]});
        put(world, "khac", Some("H34.02"), of_app.clone()).await;
        assert_eq!(title(&mut browser, &start).await, "Sở", "another unit cannot dress it");
        put(world, "mot-cua", Some("H34.01"), of_app).await;
        assert_eq!(title(&mut browser, &start).await, "Một cửa");
        world.put_client("khac", web_app()).await;
        let other = app.request(&[("client_id", "khac")]);
        assert_eq!(title(&mut browser, &other).await, "Sở");
        assert!(browser.get("/sign-in").await.text.contains("<strong>LGSP</strong>"), "nobody asked: no unit's theme");
    }

    async fn the_theme_stays_when_the_password_was_wrong_and_in_the_other_language(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let spec = json!({"title": "Sở Nội vụ", "title_en": "Home Affairs"});
        put(world, "so", Some("H34.01"), spec).await;
        let mut browser = world.browser();
        let sent = browser.get(&app.request(&[])).await;
        let page = browser.get(sent.location()).await;
        let csrf = page.hidden("csrf");
        let application = page.hidden("for");
        assert_eq!(application, "oidc-client/app");
        let fields = [("username", PERSON), ("password", "sai"), ("csrf", &csrf), ("for", &application)];
        let refused = browser.post("/sign-in", &fields).await;
        assert!(refused.text.contains("Sở Nội vụ"), "{}", refused.text);
        let (_, rest) = refused.text.split_once("<footer>\n<a href=\"").unwrap();
        let href = rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let english = browser.get(&href).await;
        assert!(english.text.contains("Home Affairs"), "{href}: {}", english.text);
        let fields = [("username", PERSON), ("password", PASSWORD), ("csrf", &csrf)];
        assert_eq!(browser.post("/sign-in", &fields).await.status.as_u16(), 303);
    }
}
