//! `lgsp signature`: the files of a review, checked on the machine and away from it.

use std::{
    path::Path,
    process::{Command, Output},
};

use lgsp_testkit::Instance;
use serde_json::{Value, json};

use crate::field::{binary, quiet_demo, start};

/// Opens a review of an agency, keeps all of its accounts, closes it, and puts PDF and signature
/// into `folder`.
async fn close_review(instance: &Instance, folder: &Path) {
    let agency = instance.demo["users"][0]["agency"].as_str().unwrap();
    let call = async |method: reqwest::Method, path: &str, body: Value| {
        let url = format!("{}/api/v1{path}", instance.admin);
        let answer = instance
            .client
            .request(method, url)
            .json(&body)
            .send()
            .await
            .unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str::<Value>(&text).unwrap_or_default()
    };
    let (get, post) = (reqwest::Method::GET, reqwest::Method::POST);
    let made = call(post.clone(), "/reviews", json!({"agency": agency})).await;
    let path = format!("/reviews/{}", made["id"].as_str().unwrap());
    let lines = call(get, &format!("{path}/lines?limit=200"), json!({})).await;
    for line in lines["items"].as_array().unwrap() {
        let line = format!("{path}/lines/{}", line["account_id"].as_str().unwrap());
        call(post.clone(), &line, json!({"decision": "keep"})).await;
    }
    call(post, &format!("{path}/close"), json!({})).await;
    for name in ["result.pdf", "result.pdf.jws"] {
        let url = format!("{}/api/v1{path}/files/{name}", instance.admin);
        let content = instance.client.get(url).send().await.unwrap();
        assert!(content.status().is_success());
        std::fs::write(folder.join(name), content.bytes().await.unwrap()).unwrap();
    }
}

fn signature(words: &[&str]) -> Output {
    Command::new(binary())
        .arg("signature")
        .args(words)
        .output()
        .unwrap()
}

fn said(output: &Output) -> (Option<i32>, Value) {
    let text = String::from_utf8_lossy(&output.stdout);
    (
        output.status.code(),
        serde_json::from_str(text.trim()).unwrap_or_default(),
    )
}

#[tokio::test]
async fn a_signed_file_is_proved_on_the_machine_and_away_from_it() {
    let (data, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let instance = start(data.path(), &quiet_demo()).await;
    close_review(&instance, away.path()).await;
    let (file, keys) = (
        away.path().join("result.pdf"),
        away.path().join("keys.json"),
    );
    let (file, keys) = (file.to_str().unwrap(), keys.to_str().unwrap());
    let data_dir = data.path().to_str().unwrap();

    let (code, here) = said(&signature(&["verify", file, "--data-dir", data_dir]));
    assert_eq!((code, &here["ok"]), (Some(0), &json!(true)), "{here}");
    assert!(here["event"].is_i64(), "{here}");

    let printed = signature(&["keys", "--data-dir", data_dir]);
    let url = format!("{}/.well-known/lgsp-file-keys", instance.admin);
    let served: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(said(&printed), (Some(0), served.clone()));
    std::fs::write(keys, served.to_string()).unwrap();
    let (code, there) = said(&signature(&["verify", file, "--keys", keys]));
    assert_eq!(
        (code, &there["key"]),
        (Some(0), &served["keys"][0]["kid"]),
        "{there}"
    );

    let mut content = std::fs::read(file).unwrap();
    *content.last_mut().unwrap() ^= 1;
    std::fs::write(file, content).unwrap();
    for place in [["--keys", keys], ["--data-dir", data_dir]] {
        let changed = signature(&["verify", file, place[0], place[1]]);
        let text = String::from_utf8_lossy(&changed.stderr);
        assert_eq!(changed.status.code(), Some(1), "{text}");
        assert!(text.contains("does not fit the file"), "{text}");
    }
    let missing = signature(&["verify", "/nowhere/result.pdf", "--keys", keys]);
    assert_eq!(missing.status.code(), Some(2));
}
