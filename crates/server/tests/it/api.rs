//! All operations together: the document, permissions, refusals, personal data in logs.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::field::{document, quiet_demo, start, system};

pub(crate) fn operations(openapi: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if ["get", "put", "post", "patch", "delete"].contains(&method.as_str()) {
                found.push((method.clone(), path.clone(), operation.clone()));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_operation_names_its_permission_and_refuses_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let openapi = instance.get("/openapi.json").await.unwrap();
    let stranger = lgsp_platform::http::client::client().unwrap();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&openapi) {
        let name = format!("{method} {path}");
        assert!(
            operation["x-permission"].is_string(),
            "{name} names no permission"
        );
        assert!(
            operation["summary"]
                .as_str()
                .unwrap_or_default()
                .contains('·'),
            "{name}"
        );
        assert!(
            ids.insert(operation["operationId"].to_string()),
            "{name} repeats an id"
        );
        let concrete = path
            .split('/')
            .map(|part| match part {
                "{index}" | "{revision}" => "1",
                part if part.starts_with('{') => "00000000-0000-7000-8000-000000000000",
                part => part,
            })
            .collect::<Vec<_>>()
            .join("/");
        let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let url = format!("{}/api/v1{concrete}", instance.admin);
        let answer = stranger
            .request(method, url)
            .json(&serde_json::json!({}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 401, "{name} answered a stranger");
    }
    assert!(ids.len() > 40, "only {} operations", ids.len());
}

#[tokio::test]
async fn wrong_requests_get_precise_problems_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let call = async |method: reqwest::Method, path: &str, body: &'static str| {
        let url = format!("{}/api/v1{path}", instance.admin);
        let request = instance.client.request(method, url);
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let answer = request.send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap(),
        )
    };
    let cases = [
        (reqwest::Method::POST, "/apply", "{", 400),
        (
            reqwest::Method::POST,
            "/apply",
            r#"{"documents":[],"surprise":1}"#,
            400,
        ),
        (reqwest::Method::GET, "/documents?surprise=1", "", 400),
        (reqwest::Method::GET, "/resources/nothing", "", 404),
        (reqwest::Method::GET, "/resources/system/nothing", "", 404),
        (
            reqwest::Method::PUT,
            "/resources/system/x",
            r#"{"spec":{"title":""}}"#,
            422,
        ),
    ];
    for (method, path, body, expected) in cases {
        let (status, problem) = call(method, path, body).await;
        assert_eq!(status, expected, "{path}: {problem}");
        for pointer in ["/messages/vi", "/messages/en", "/code", "/trace_id"] {
            let text = problem
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default();
            assert!(!text.is_empty(), "{path} lacks {pointer}: {problem}");
        }
        assert_ne!(
            problem["messages"]["vi"], problem["messages"]["en"],
            "{path}"
        );
    }
}

#[tokio::test]
async fn logs_hold_no_subject_no_secret_and_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let (sender, receiver) = (system(&instance, 0), system(&instance, 1));
    let body = document("canary-4711", &sender.code, &[&receiver.code], 10);
    sender
        .client
        .send(&sender.code, lgsp_simulator::edxml::Kind::Document, &body)
        .await
        .unwrap();
    let broken = b"<edXML>canary-4712".to_vec();
    sender
        .client
        .send(&sender.code, lgsp_simulator::edxml::Kind::Document, &broken)
        .await
        .unwrap_err();
    instance.get("/documents?q=canary").await.unwrap();
    let log = std::fs::read_to_string(folder.path().join("instance.log")).unwrap();
    let mut planted = vec!["canary-47".to_owned(), "thử nghiệm".to_owned()];
    planted.push(instance.demo["admin"]["token"].as_str().unwrap().to_owned());
    planted.push(
        instance.demo["admin"]["password"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    for system in instance.demo["systems"].as_array().unwrap() {
        planted.push(system["secret"].as_str().unwrap().to_owned());
    }
    for value in planted {
        assert!(!log.contains(&value), "{value} is in the log");
    }
}
