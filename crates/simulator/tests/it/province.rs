//! Demo traffic against the simulated axis in the place of a service door.
//!
//! Owns: who takes part, what comes back, going on after a restart.
//! Not here: whether the texts please.
//! Invariant: the first two systems are left alone.
//! Follows: the VXP interface as clients use it.

use std::collections::BTreeSet;

use lgsp_simulator::axis::{AxisOptions, AxisSeed, FaultKind, FaultRule, OutageMode, SystemSeed};
use lgsp_simulator::edxml::Kind;
use lgsp_simulator::province::{self, ProvinceAgency, ProvinceConfig, ProvinceSystem};

use crate::support::{Running, SECRET, agency, eventually, start_with};

fn seed() -> AxisSeed {
    let mut seed = AxisSeed::demo("unused", SECRET, Vec::new());
    seed.outside.per_minute = 0.0;
    for number in 1..=4 {
        let systemid = format!("s{number}");
        seed.systems.push(SystemSeed::new(&systemid, SECRET));
        for unit in 1..=2 {
            seed.agencies
                .push(agency(&format!("H34.{number}{unit}"), "", &systemid));
        }
    }
    seed
}

fn config(axis: &Running) -> ProvinceConfig {
    let systems = (1..=4).map(|number| ProvinceSystem {
        systemid: format!("s{number}"),
        secret: SECRET.into(),
        agencies: (1..=2)
            .map(|unit| ProvinceAgency {
                code: format!("H34.{number}{unit}"),
                name: "Sở Mẫu".into(),
                level: "department".into(),
            })
            .collect(),
    });
    let mut config = ProvinceConfig::new(&axis.url, systems.collect());
    config.send_every_ms = (10, 30);
    config.poll_every_ms = 20;
    config.hurry = 200;
    config.random_seed = Some(5);
    config
}

#[tokio::test]
async fn documents_and_statuses_flow_between_all_but_the_first_two() {
    let axis = start_with(seed(), AxisOptions::default()).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let config = config(&axis);
    let player = tokio::spawn(province::run(config, async {
        let _ = stopped.await;
    }));
    eventually("finished exchange", async || {
        let dump = axis.handle.dump();
        let finished = dump
            .copies
            .iter()
            .filter(|copy| copy.status_code == "06")
            .count();
        let outside = dump
            .copies
            .iter()
            .any(|copy| copy.systemid.starts_with("vxp."));
        (finished >= 5 && outside).then_some(())
    })
    .await;
    stop.send(()).unwrap();
    player.await.unwrap().unwrap();
    let dump = axis.handle.dump();
    let senders: BTreeSet<&str> = dump
        .sent
        .iter()
        .map(|sent| sent.systemid.as_str())
        .collect();
    assert!(
        senders.contains("s3") && senders.contains("s4"),
        "{senders:?}"
    );
    assert!(
        !senders.contains("s1") && !senders.contains("s2"),
        "{senders:?}"
    );
    let touched = |copy: &&str| *copy == "s1" || *copy == "s2";
    assert_eq!(
        dump.copies
            .iter()
            .map(|copy| copy.systemid.as_str())
            .find(touched),
        None
    );
    assert!(dump.sent.iter().all(|sent| sent.defects.is_empty()));
    let stats = axis.handle.stats();
    assert!(
        stats
            .operations
            .values()
            .all(|counts| counts.refused.is_empty()),
        "{stats:?}"
    );
}

#[tokio::test]
async fn planned_answers_survive_a_restart_and_an_outage() {
    let axis = start_with(seed(), AxisOptions::default()).await;
    let path = std::env::temp_dir().join(format!("lgsp-sim-{}.json", uuid::Uuid::now_v7()));
    let mut config = config(&axis);
    config.state_path = Some(path.clone());
    config.outside_share = 0.0;
    // The first run only takes in: answers are planned far ahead.
    config.hurry = 1;
    let taken_in = eventually_taken_in(&axis, config.clone()).await;
    assert!(path.exists());
    let answered_early = axis
        .handle
        .dump()
        .copies
        .iter()
        .any(|copy| copy.status_code == "06");
    assert!(!answered_early);

    axis.handle.add_fault(FaultRule::always(FaultKind::Outage {
        minutes: 9.0,
        mode: OutageMode::Cut,
    }));
    let mut planned: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for answer in planned["planned"].as_array_mut().unwrap() {
        answer["due_ms"] = serde_json::json!(0);
    }
    std::fs::write(&path, planned.to_string()).unwrap();
    config.send_every_ms = (3_600_000, 3_600_000);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let player = tokio::spawn(province::run(config, async {
        let _ = stopped.await;
    }));
    axis.handle.clear_faults();
    eventually("answers of the first run", async || {
        let dump = axis.handle.dump();
        let answered = dump
            .copies
            .iter()
            .any(|copy| copy.kind == Kind::Status && taken_in.contains(&copy.document_id));
        answered.then_some(())
    })
    .await;
    stop.send(()).unwrap();
    player.await.unwrap().unwrap();
    std::fs::remove_file(path).unwrap();
}

/// Identities of documents that a first run acknowledged.
async fn eventually_taken_in(axis: &Running, config: ProvinceConfig) -> BTreeSet<String> {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let player = tokio::spawn(province::run(config, async {
        let _ = stopped.await;
    }));
    let taken_in = eventually("a document taken in", async || {
        let dump = axis.handle.dump();
        let done = dump
            .copies
            .into_iter()
            .filter(|copy| copy.kind == Kind::Document && copy.status == "done");
        let done: BTreeSet<String> = done.map(|copy| copy.document_id).collect();
        (!done.is_empty()).then_some(done)
    })
    .await;
    stop.send(()).unwrap();
    player.await.unwrap().unwrap();
    taken_in
}

#[tokio::test]
async fn province_without_a_free_system_is_refused() {
    let axis = start_with(seed(), AxisOptions::default()).await;
    let mut config = config(&axis);
    config.systems.truncate(2);
    assert!(province::run(config, std::future::pending()).await.is_err());
}

#[test]
fn demo_description_is_read() {
    let path = std::env::temp_dir().join(format!("lgsp-demo-{}.json", uuid::Uuid::now_v7()));
    let demo = serde_json::json!({
        "admin": {"username": "a", "password": "b", "token": "c"},
        "province": "H34",
        "agencies": [{"code": "H34.01", "code102": "", "name": "Sở Mẫu", "level": "department"}],
        "systems": [{"systemid": "s1", "secret": "x", "agencies": ["H34.01"]}],
        "axis": {"url": "http://127.0.0.1:8810", "systemid": "s"},
    });
    std::fs::write(&path, demo.to_string()).unwrap();
    let config = ProvinceConfig::from_demo_file(&path, "http://127.0.0.1:8801/vxp").unwrap();
    std::fs::remove_file(path).unwrap();
    assert_eq!(config.systems[0].agencies[0].name, "Sở Mẫu");
    assert_eq!(config.reserved_systems, 2);
}
