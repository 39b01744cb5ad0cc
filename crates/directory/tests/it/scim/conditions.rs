//! Many writers of one resource at the same time, from two nodes: `If-Match` lets one through,
//! and without it no change is lost.

use std::{future::Future, sync::Arc};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::kit::{Answer, OFFICE, World};

/// Writers at the same time.
const WRITERS: usize = 12;

/// Runs a test on two faces of one installation, on each database.
async fn two_faces<F, Fut>(test: F)
where
    F: Fn(Arc<World>, Arc<World>) -> Fut,
    Fut: Future<Output = ()>,
{
    lgsp_testkit::each_database(|made| {
        let test = &test;
        async move {
            let first = Arc::new(World::start(&made).await);
            let second = Arc::new(first.twin(&made).await);
            test(first.clone(), second.clone()).await;
            second.stop_twin().await;
            first.platform.stop().await;
        }
    })
    .await;
}

/// Sends a request of each writer at once, in turn by the two faces; gives the answers by writer.
async fn at_once(
    faces: [&Arc<World>; 2],
    version: Option<&str>,
    request: impl Fn(usize) -> (&'static str, String, Option<Value>),
) -> Vec<Answer> {
    let mut running = JoinSet::new();
    for writer in 0..WRITERS {
        let world = faces[writer % 2].clone();
        let (method, path, body) = request(writer);
        let version = version.map(str::to_owned);
        running.spawn(async move {
            let condition = version.as_deref().map(|version| ("if-match", version));
            let headers: Vec<(&str, &str)> = condition.into_iter().collect();
            let sent = world.send(&world.all, (method, &path), body.as_ref(), &headers);
            (writer, sent.await)
        });
    }
    let mut answers = running.join_all().await;
    answers.sort_by_key(|(writer, _)| *writer);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut found: Vec<u16> = answers.iter().map(|one| one.status.as_u16()).collect();
    found.sort_unstable();
    found
}

/// One status of the winner and one of all others.
fn one_of_all(winner: u16, others: u16) -> Vec<u16> {
    let mut wanted = vec![others; WRITERS - 1];
    wanted.push(winner);
    wanted.sort_unstable();
    wanted
}

async fn version_of(world: &World, path: &str) -> String {
    world.call("GET", path, Value::Null, 200).await.version
}

fn replace(attribute: &str, writer: usize) -> Value {
    let value = format!("Bản {writer}");
    json!({"Operations": [{"op": "replace", "path": attribute, "value": value}]})
}

/// A user and a group, each with an attribute that writers change.
async fn things(world: &World) -> [(String, &'static str); 2] {
    let user = world.user("van.an", OFFICE).await;
    let group = world.call("POST", "/Groups", json!({"displayName": "Văn thư"}), 201);
    let group = group.await.body["id"].as_str().unwrap().to_owned();
    [
        (format!("/Users/{user}"), "title"),
        (format!("/Groups/{group}"), "displayName"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_changes_with_one_version_exactly_one_is_made() {
    two_faces(|first, second| async move {
        for (path, attribute) in things(&first).await {
            let version = version_of(&first, &path).await;
            let patched = at_once([&first, &second], Some(&version), |writer| {
                ("PATCH", path.clone(), Some(replace(attribute, writer)))
            })
            .await;
            assert_eq!(statuses(&patched), one_of_all(200, 412), "PATCH {path}");
            let winner = patched
                .iter()
                .find(|one| one.status.as_u16() == 200)
                .unwrap();
            assert_eq!(first.get(&path).await[attribute], winner.body[attribute]);

            let version = version_of(&second, &path).await;
            let put = at_once([&first, &second], Some(&version), |writer| {
                let name = format!("Thay {writer}");
                let body = match attribute {
                    "title" => json!({"userName": "van.an", "title": name}),
                    _ => json!({ "displayName": name }),
                };
                ("PUT", path.clone(), Some(body))
            })
            .await;
            assert_eq!(statuses(&put), one_of_all(200, 412), "PUT {path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_bulk_requests_with_one_version_exactly_one_is_made() {
    two_faces(|first, second| async move {
        for (path, attribute) in things(&first).await {
            let version = version_of(&first, &path).await;
            let answers = at_once([&first, &second], None, |writer| {
                let operation = json!({"method": "PATCH", "path": path, "version": version,
                    "data": replace(attribute, writer)});
                let body = json!({"Operations": [operation]});
                ("POST", "/Bulk".to_owned(), Some(body))
            })
            .await;
            let mut found: Vec<&str> = answers
                .iter()
                .map(|one| one.body["Operations"][0]["status"].as_str().unwrap())
                .collect();
            found.sort_unstable();
            let mut wanted = vec!["412"; WRITERS - 1];
            wanted.insert(0, "200");
            assert_eq!(found, wanted, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_of_one_version_is_ended_once() {
    two_faces(|first, second| async move {
        for (path, attribute) in things(&first).await {
            let old = version_of(&first, &path).await;
            first.call("PATCH", &path, replace(attribute, 0), 200).await;
            let stale = at_once([&first, &second], Some(&old), |_| {
                ("DELETE", path.clone(), None)
            });
            assert_eq!(statuses(&stale.await), vec![412; WRITERS], "{path}");
            let version = version_of(&first, &path).await;
            let ended = at_once([&first, &second], Some(&version), |_| {
                ("DELETE", path.clone(), None)
            })
            .await;
            assert_eq!(statuses(&ended), one_of_all(204, 404), "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_condition_no_change_is_lost() {
    two_faces(|first, second| async move {
        let user = format!("/Users/{}", first.user("van.an", OFFICE).await);
        let added = at_once([&first, &second], None, |writer| {
            let value = json!([{"value": format!("a{writer}@h34.gov.vn"), "type": "other"}]);
            let body = json!({"Operations": [{"op": "add", "path": "emails", "value": value}]});
            ("PATCH", user.clone(), Some(body))
        })
        .await;
        assert_eq!(statuses(&added), vec![200; WRITERS]);
        let emails = first.get(&user).await["emails"].as_array().unwrap().len();
        assert_eq!(emails, WRITERS, "every address is there");

        let mut people = Vec::new();
        for writer in 0..WRITERS {
            people.push(first.user(&format!("nguoi.{writer}"), OFFICE).await);
        }
        let group = first
            .call("POST", "/Groups", json!({"displayName": "Văn thư"}), 201)
            .await;
        let group = format!("/Groups/{}", group.body["id"].as_str().unwrap());
        let added = at_once([&first, &second], None, |writer| {
            let value = json!([{"value": people[writer]}]);
            let body = json!({"Operations": [{"op": "add", "path": "members", "value": value}]});
            ("PATCH", group.clone(), Some(body))
        })
        .await;
        assert_eq!(statuses(&added), vec![200; WRITERS]);
        let members = first.get(&group).await["members"].as_array().unwrap().len();
        assert_eq!(members, WRITERS, "every member is there");
    })
    .await;
}
