//! The contract for black-box checks, as the README states it.

use lgsp_simulator::edxml::Kind;
use serde_json::Value;

use crate::field::{document, eventually, quiet_demo, start, system};

#[tokio::test]
async fn the_demo_tells_what_a_check_needs_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), &quiet_demo()).await;
    let demo = first.demo.clone();
    assert_eq!(demo["province"], "H34");
    let agencies = demo["agencies"].as_array().unwrap();
    let of_level = |level: &str| agencies.iter().filter(|one| one["level"] == level).count();
    assert_eq!(
        (
            of_level("department"),
            of_level("district"),
            of_level("commune")
        ),
        (20, 10, 102)
    );
    let systems = demo["systems"].as_array().unwrap();
    assert!(systems.len() >= 4);
    let mut owned: Vec<&str> = systems
        .iter()
        .flat_map(|one| one["agencies"].as_array().unwrap())
        .map(|code| code.as_str().unwrap())
        .collect();
    let count = owned.len();
    owned.sort_unstable();
    owned.dedup();
    assert_eq!(owned.len(), count, "an agency belongs to two systems");
    for pointer in [
        "/admin/username",
        "/admin/password",
        "/admin/token",
        "/axis/systemid",
        "/oidc/issuer",
        "/oidc/clients/0/client_secret",
    ] {
        assert!(
            demo.pointer(pointer).and_then(Value::as_str).is_some(),
            "{pointer}"
        );
    }
    let document = first.get("/openapi.json").await.unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    first.kill().unwrap();
    let second = start(folder.path(), &quiet_demo()).await;
    assert_eq!(
        second.demo["systems"], demo["systems"],
        "secrets changed by a restart"
    );
    assert_eq!(second.demo["admin"], demo["admin"]);
    assert_eq!(
        second.demo["oidc"]["clients"], demo["oidc"]["clients"],
        "secrets of clients changed by a restart"
    );
}

#[tokio::test]
async fn a_document_travels_between_two_systems_and_its_status_returns() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let (sender, receiver) = (system(&instance, 0), system(&instance, 1));
    let body = document("1", &sender.code, &[&receiver.code], 2_000);
    let doc_id = sender
        .client
        .send(&sender.code, Kind::Document, &body)
        .await
        .unwrap();
    let again = sender
        .client
        .send(&sender.code, Kind::Document, &body)
        .await
        .unwrap();
    assert_eq!(again, doc_id, "a repeat got another DocId");
    let inbox = receiver.client.received(Kind::Document).await.unwrap();
    assert_eq!(inbox.len(), 1, "{inbox:?}");
    let fetched = receiver.client.fetch(&inbox[0].doc_id).await.unwrap();
    let text = String::from_utf8(fetched.to_vec()).unwrap();
    assert!(text.contains("Văn bản thử nghiệm 1") && text.contains("TraceHeader"));
    let progress = lgsp_simulator::client::Progress::Done;
    receiver
        .client
        .update_status(&inbox[0].doc_id, progress)
        .await
        .unwrap();
    assert!(
        receiver
            .client
            .received(Kind::Document)
            .await
            .unwrap()
            .is_empty()
    );
    let shown = instance.get("/documents?q=thu%20nghiem").await.unwrap();
    let id = shown["items"][0]["id"].as_str().unwrap();
    let detail = instance.get(&format!("/documents/{id}")).await.unwrap();
    let delivery = detail["copies"][0]["delivery_id"].as_str().unwrap();
    let delivery = instance
        .get(&format!("/deliveries/{delivery}"))
        .await
        .unwrap();
    assert_eq!(delivery["state"], "acknowledged", "{delivery}");
}

#[tokio::test]
async fn the_demo_moves_by_itself_within_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let options = lgsp_testkit::instance::Options {
        is_demo: true,
        ..Default::default()
    };
    let instance = start(folder.path(), &options).await;
    let reserved: Vec<String> = (0..2).map(|index| system(&instance, index).code).collect();
    eventually("documents move", async || {
        let shown = instance.get("/documents?limit=200").await.ok()?;
        let items = shown["items"].as_array()?;
        let fetched = items.iter().any(|one| {
            one["to"]
                .as_array()
                .is_some_and(|to| to.iter().any(|copy| copy["state"] != "sent"))
        });
        fetched.then_some(())
    })
    .await;
    let shown = instance.get("/documents?limit=200").await.unwrap();
    for item in shown["items"].as_array().unwrap() {
        let from = item["from"]["code"].as_str().unwrap();
        assert!(
            !reserved.iter().any(|code| code == from),
            "traffic in a reserved name"
        );
    }
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_is_made_good() {
    let folder = tempfile::tempdir().unwrap();
    start(folder.path(), &quiet_demo()).await.kill().unwrap();
    std::fs::remove_file(folder.path().join("demo.json")).unwrap();
    let again = start(folder.path(), &quiet_demo()).await;
    let me = again.get("/me").await.unwrap();
    assert_eq!(me["username"], again.demo["admin"]["username"]);
    let (sender, receiver) = (system(&again, 0), system(&again, 1));
    let body = document("again", &sender.code, &[&receiver.code], 10);
    sender
        .client
        .send(&sender.code, Kind::Document, &body)
        .await
        .unwrap();
}
