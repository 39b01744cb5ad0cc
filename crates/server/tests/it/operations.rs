//! What operators use: health, metrics, the command line, the doctor, a graceful stop.

use std::process::{Command, Output};

use lgsp_simulator::edxml::Kind;
use lgsp_testkit::Instance;

use crate::field::{binary, document, quiet_demo, start, system};

fn lgsp(instance: &Instance, words: &[&str]) -> Output {
    let token = instance.demo["admin"]["token"].as_str().unwrap();
    Command::new(binary())
        .args(words)
        .env("LGSP_URL", &instance.admin)
        .env("LGSP_TOKEN", token)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    let (out, error) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(error)
    )
}

#[tokio::test]
async fn health_and_metrics_answer_without_sign_in_and_tell_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let plain = lgsp_platform::http::client::client().unwrap();
    let read = async |path: &str| {
        let answer = plain
            .get(format!("{}{path}", instance.admin))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(read("/healthz").await, (200, "ok\n".to_owned()));
    assert_eq!(read("/readyz").await, (200, "ready\n".to_owned()));
    let (sender, receiver) = (system(&instance, 0), system(&instance, 1));
    let body = document("metric", &sender.code, &[&receiver.code], 10);
    sender
        .client
        .send(&sender.code, Kind::Document, &body)
        .await
        .unwrap();
    let (status, metrics) = read("/metrics").await;
    assert_eq!(status, 200);
    assert!(metrics.contains("lgsp_events_total"), "{metrics}");
    for system in instance.demo["systems"].as_array().unwrap() {
        assert!(!metrics.contains(system["secret"].as_str().unwrap()));
    }
    let (status, problem) = read("/api/v1/documents").await;
    assert_eq!(status, 401);
    assert!(problem.contains("platform.session.missing") && problem.contains("đăng nhập"));
}

#[tokio::test]
async fn resources_go_out_change_and_come_back_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let file = folder.path().join("systems.toml");
    let path = file.to_str().unwrap();
    let out = lgsp(&instance, &["export", "--kind", "system", "-o", path]);
    assert!(out.status.success(), "{}", text(&out));
    let unchanged = lgsp(&instance, &["diff", path]);
    assert_eq!(unchanged.status.code(), Some(0), "{}", text(&unchanged));
    let edited =
        std::fs::read_to_string(&file)
            .unwrap()
            .replacen("enabled = true", "enabled = false", 1);
    std::fs::write(&file, &edited).unwrap();
    let different = lgsp(&instance, &["diff", path]);
    assert_eq!(different.status.code(), Some(3), "{}", text(&different));
    assert!(text(&different).contains("/enabled: true → false"));
    assert!(lgsp(&instance, &["apply", path]).status.success());
    assert_eq!(lgsp(&instance, &["diff", path]).status.code(), Some(0));
    std::fs::write(&file, edited.replacen("systemid", "sytemid", 1)).unwrap();
    let broken = lgsp(&instance, &["apply", path]);
    assert_eq!(broken.status.code(), Some(4));
    assert!(text(&broken).contains("sytemid"), "{}", text(&broken));
}

#[tokio::test]
async fn the_doctor_and_the_journal_speak_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let data_dir = folder.path().to_str().unwrap();
    let healthy = lgsp(&instance, &["doctor", "--data-dir", data_dir]);
    assert!(
        text(&healthy).contains("✓ the database opens"),
        "{}",
        text(&healthy)
    );
    let verified = lgsp(&instance, &["journal", "verify", "--data-dir", data_dir]);
    assert!(verified.status.success(), "{}", text(&verified));
    assert!(text(&healthy).contains("! no list of breached passwords"));
    let broken = Command::new(binary())
        .args(["doctor", "--data-dir", data_dir])
        .env(
            "LGSP_IDENTITY__BREACHED_PASSWORDS",
            "/nonexistent/pwned.txt",
        )
        .output()
        .unwrap();
    assert!(!broken.status.success());
    let said = text(&broken);
    assert!(
        said.contains("✗ the list of breached passwords /nonexistent/pwned.txt cannot be used"),
        "{said}"
    );
    let missing = lgsp(&instance, &["doctor", "--data-dir", "/nonexistent"]);
    assert!(!missing.status.success() && text(&missing).contains("does not exist"));
}

#[tokio::test]
async fn an_unknown_key_and_a_used_folder_stop_the_start_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("lgsp.toml");
    std::fs::write(&config, "[server]\nadmin_adr = '127.0.0.1:0'\n").unwrap();
    let serve = |words: &[&str]| {
        Command::new(binary())
            .arg("serve")
            .args(words)
            .output()
            .unwrap()
    };
    let unknown = serve(&["--config", config.to_str().unwrap()]);
    assert!(
        text(&unknown).contains("did you mean admin_addr"),
        "{}",
        text(&unknown)
    );
    let data = tempfile::tempdir().unwrap();
    let _running = start(data.path(), &quiet_demo()).await;
    let taken = serve(&["--data-dir", data.path().to_str().unwrap()]);
    assert!(
        text(&taken).contains("in use by another process"),
        "{}",
        text(&taken)
    );
}

#[tokio::test]
async fn a_polite_stop_ends_soon_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let id = instance.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
    let ended = crate::field::eventually("the program ends", async || {
        let alive = std::fs::read_to_string(format!("/proc/{id}/stat")).ok();
        // A zombie has ended too: its parent is this test.
        alive.is_none_or(|stat| stat.contains(") Z ")).then_some(())
    });
    ended.await;
    drop(instance);
    let log = std::fs::read_to_string(folder.path().join("instance.log")).unwrap();
    assert!(
        log.contains("stopping") && !log.contains("panicked"),
        "{log}"
    );
}

#[test]
fn completions_and_manual_pages_are_made() {
    let run = |words: &[&str]| Command::new(binary()).args(words).output().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        assert!(text(&run(&["completions", shell])).contains("lgsp"));
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(
        run(&["man", folder.path().to_str().unwrap()])
            .status
            .success()
    );
    let page = std::fs::read_to_string(folder.path().join("lgsp-serve.1")).unwrap();
    assert!(page.contains("data\\-dir") || page.contains("data-dir"));
}
