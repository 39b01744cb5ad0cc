//! Which fields of an account its readers see: in single views, in lists, in exports.

use axum::http::StatusCode;
use lgsp_testkit::Browser;
use serde_json::{Value, json};

use crate::kit::{World, each_database};

const MAIL: &str = "nguyen.an@kontum.gov.vn";
const PHONE: &str = "+84 905 123 789";

/// Mail address and telephone as somebody sees them, everywhere the same.
async fn seen(browser: &mut Browser, id: &str) -> (String, String) {
    let one = browser.get(&format!("/api/v1/accounts/{id}")).await;
    assert_eq!(one.status, StatusCode::OK, "{}", one.text);
    let one = one.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = (text(&one["email"]), text(&one["person"]["phone"]));
    let list = browser.get("/api/v1/accounts?q=nguyen.an&limit=200").await;
    if list.status == StatusCode::OK {
        let list = list.json();
        let items = list["items"].as_array().unwrap();
        let listed = items.iter().find(|item| item["id"] == id).unwrap();
        let listed = (text(&listed["email"]), text(&listed["person"]["phone"]));
        assert_eq!(listed, found, "a list tells what a single view tells");
    }
    let export = browser.get("/api/v1/accounts/export").await;
    if export.status == StatusCode::OK {
        for field in [&found.0, &found.1] {
            assert!(
                export.text.contains(field.trim_start_matches('+')),
                "{field} in {}",
                export.text
            );
        }
        assert_eq!(
            export.text.contains(MAIL),
            found.0 == MAIL,
            "{}",
            export.text
        );
    }
    found
}

async fn person(world: &World) -> String {
    let id = world.account("nguyen.an", "H34.01.05", &[]).await;
    let change = json!({"email": MAIL, "person": {"phone": PHONE, "position": "Chuyên viên"}});
    let done = world
        .admin()
        .json("PATCH", &format!("/api/v1/accounts/{id}"), change)
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(done.json()["email"], MAIL, "who changes an account sees it");
    id
}

each_database! {
    async fn contact_is_whole_for_who_manages_and_masked_for_who_only_reads(world: &World) {
        let id = person(world).await;
        let whole = (MAIL.to_owned(), PHONE.to_owned());
        let masked = ("n•••@kontum.gov.vn".to_owned(), "•••789".to_owned());
        for (role, agency, expected) in [
            ("security-admin", "", &whole),
            ("agency-admin", "H34.01", &whole),
            ("agency-admin", "H34.01.05", &whole),
            ("senior-support", "H34.01", &whole),
            ("approver", "H34.01", &masked),
            ("support", "H34.01.05", &masked),
            ("auditor", "H34", &masked),
        ] {
            let name = format!("xem.{role}.{}", agency.to_lowercase());
            world.account(&name, "H34", &[(role, agency)]).await;
            let mut browser = world.signed_in(&name).await;
            assert_eq!(&seen(&mut browser, &id).await, expected, "{role} at {agency}");
        }
        let mut own = world.signed_in("nguyen.an").await;
        assert_eq!(seen(&mut own, &id).await, whole, "its person");
    }

    async fn a_right_elsewhere_shows_nothing_here(world: &World) {
        let id = person(world).await;
        world.account("hai.noi", "H34", &[("agency-admin", "H34.02"), ("auditor", "H34.01")]).await;
        let mut browser = world.signed_in("hai.noi").await;
        assert_eq!(seen(&mut browser, &id).await.0, "n•••@kontum.gov.vn");
        world.account("ngoai", "H34.02", &[("agency-admin", "H34.02")]).await;
        let mut outside = world.signed_in("ngoai").await;
        assert_eq!(outside.get(&format!("/api/v1/accounts/{id}")).await.status, StatusCode::NOT_FOUND);
    }
}
