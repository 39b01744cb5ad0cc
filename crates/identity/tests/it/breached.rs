//! Passwords known from breaches: refused wherever one is set, and never the reason that nobody gets in.

use axum::http::StatusCode;
use lgsp_platform::config::Config;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::json;

use crate::kit::{GOOD, OTHER, World, plain_rules};

/// A password that keeps every rule, and was stolen all the same.
const STOLEN: &str = "Ruong-Bac-Thang-3!";
const ID: &str = "identity.password.breached";

async fn each_database(list: &str, test: impl AsyncFn(&World)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pwned.txt");
    std::fs::write(&path, list).unwrap();
    lgsp_testkit::each_database(async |made| {
        let change = |config: &mut Config| {
            let name = path.to_str().unwrap();
            name.clone_into(&mut config.identity.breached_passwords);
        };
        let world = World::start_by(&made, plain_rules(), change).await;
        test(&world).await;
        world.stop().await;
    })
    .await;
}

fn hash(text: &str) -> String {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    let hex: String = hash
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    format!("{hex}:42\r\n")
}

fn list() -> String {
    let mut lines: Vec<String> = (0..500).map(|number| hash(&number.to_string())).collect();
    lines.push(hash(STOLEN));
    lines.sort();
    lines.concat()
}

#[tokio::test]
async fn a_stolen_password_is_refused_wherever_one_is_set() {
    each_database(&list(), async |world| {
        let id = world.account("van.thu", "H34.01", &[]).await;
        let mut own = world.signed_in("van.thu").await;
        let new = json!({"username": "moi", "display_name": "Mới", "agency": "H34.01", "kind": "official", "password": STOLEN});
        let mut admin = world.admin();
        for (answer, pointer) in [
            (admin.json("POST", "/api/v1/accounts", new).await, "/password"),
            (admin.json("POST", &format!("/api/v1/accounts/{id}/password"), json!({"password": STOLEN})).await, "/password"),
            (own.json("POST", "/api/v1/me/password", json!({"current": GOOD, "new": STOLEN})).await, "/new"),
        ] {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
            let errors = answer.json()["errors"].clone();
            assert_eq!((&errors[0]["code"], &errors[0]["pointer"]), (&json!(ID), &json!(pointer)), "{errors}");
        }
        let link = json!({"purpose": "reset"});
        let made = admin.json("POST", &format!("/api/v1/accounts/{id}/links"), link).await.json();
        let url = made["url"].as_str().unwrap();
        let path = &url[url.find("/reset").unwrap()..];
        let mut browser = world.browser();
        let page = browser.get(path).await;
        let fields = [("new", STOLEN), ("repeat", STOLEN)];
        let refused = browser.submit("/reset", &page, &fields).await;
        assert!(refused.text.contains("rò rỉ dữ liệu"), "{}", refused.text);
        // What was not stolen is taken, and the report says that the list is good.
        let done = own.json("POST", "/api/v1/me/password", json!({"current": GOOD, "new": OTHER})).await;
        assert!(done.status.is_success(), "{}", done.text);
        assert_eq!(told(world).await["met"], true);
    })
    .await;
}

#[tokio::test]
async fn a_broken_list_is_reported_and_locks_nobody_out() {
    for broken in ["", "no hashes at all\n"] {
        each_database(broken, async |world| {
            world.account("van.thu", "H34.01", &[]).await;
            let mut own = world.signed_in("van.thu").await;
            let done = own
                .json(
                    "POST",
                    "/api/v1/me/password",
                    json!({"current": GOOD, "new": STOLEN}),
                )
                .await;
            assert!(done.status.is_success(), "{}", done.text);
            let told = told(world).await;
            assert_eq!(told["met"], false, "{told}");
            assert!(
                told["value"].as_str().unwrap().contains("pwned.txt: "),
                "{told}"
            );
        })
        .await;
    }
}

/// What the security report says of the list.
async fn told(world: &World) -> serde_json::Value {
    let report = world.admin().get("/api/v1/security-report").await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.text);
    let facts = report.json()["facts"].as_array().unwrap().clone();
    facts
        .into_iter()
        .find(|fact| fact["name"] == "breached_passwords")
        .unwrap()
}
