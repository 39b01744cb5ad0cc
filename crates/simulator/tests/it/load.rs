//! The load generator against the simulated axis.
//!
//! Owns: that every request is right, the bounds, the report.
//! Not here: how fast it is (a benchmark, not a test).
//! Invariant: what the report says was accepted, the axis holds.
//! Follows: the VXP interface, `sendEdoc`.

use std::time::Duration;

use lgsp_simulator::axis::{FaultKind, FaultRule};
use lgsp_simulator::edxml::Kind;
use lgsp_simulator::load::{self, LoadConfig};

use crate::support::{Running, SECRET, SYSTEM_A, start};

fn config(axis: &Running) -> LoadConfig {
    LoadConfig {
        url: format!("{}/vxp", axis.url),
        systemid: SYSTEM_A.into(),
        secret: SECRET.into(),
        from: "H34.01".into(),
        to: vec!["H49".into()],
        kind: Kind::Document,
        size_bytes: 8_192,
        connections: 4,
        duration: None,
        count: Some(50),
    }
}

#[tokio::test]
async fn every_message_arrives_once_and_has_the_size() {
    let axis = start().await;
    let report = load::run(config(&axis)).await.unwrap();
    assert_eq!(
        (report.sent, report.ok, report.failed),
        (50, 50, 0),
        "{report:?}"
    );
    assert!(report.rate > 0.0 && report.p50_ms <= report.p99_ms);
    let dump = axis.handle.dump();
    let identities: std::collections::HashSet<&str> = dump
        .sent
        .iter()
        .map(|sent| sent.summary.document_id.as_str())
        .collect();
    assert_eq!(identities.len(), 50);
    for sent in &dump.sent {
        assert!(
            (8_100..=8_300).contains(&sent.size_bytes),
            "{}",
            sent.size_bytes
        );
        assert_eq!(sent.defects, Vec::<String>::new());
    }
}

#[tokio::test]
async fn status_messages_are_sent_too() {
    let axis = start().await;
    let config = LoadConfig {
        kind: Kind::Status,
        size_bytes: 2_000,
        ..config(&axis)
    };
    let report = load::run(config).await.unwrap();
    assert_eq!(report.ok, 50, "{report:?}");
    assert!(
        axis.handle
            .dump()
            .copies
            .iter()
            .all(|copy| copy.to == "H49")
    );
}

#[tokio::test]
async fn failures_are_counted_by_their_text() {
    let axis = start().await;
    axis.handle
        .add_fault(FaultRule::always(FaultKind::WrongMac).times(7));
    axis.handle.add_fault(FaultRule {
        skip: 20,
        ..FaultRule::always(FaultKind::CutAfter).times(1)
    });
    let report = load::run(config(&axis)).await.unwrap();
    assert_eq!(
        (report.sent, report.ok, report.failed),
        (50, 42, 8),
        "{report:?}"
    );
    assert_eq!(report.errors["200 102 wrong MAC"], 7);
}

#[tokio::test]
async fn duration_ends_a_run() {
    let axis = start().await;
    let config = LoadConfig {
        count: None,
        duration: Some(Duration::from_millis(200)),
        ..config(&axis)
    };
    let report = load::run(config).await.unwrap();
    assert!(report.ok > 0 && report.seconds < 5.0, "{report:?}");
}

#[tokio::test]
async fn addresses_beyond_this_machine_and_missing_bounds_are_refused() {
    let axis = start().await;
    let cases = [
        LoadConfig {
            url: "http://192.0.2.1/vxp".into(),
            ..config(&axis)
        },
        LoadConfig {
            url: "https://127.0.0.1/vxp".into(),
            ..config(&axis)
        },
        LoadConfig {
            count: None,
            ..config(&axis)
        },
        LoadConfig {
            connections: 0,
            ..config(&axis)
        },
        LoadConfig {
            to: Vec::new(),
            ..config(&axis)
        },
        LoadConfig {
            from: "H34\"01".into(),
            ..config(&axis)
        },
    ];
    for config in cases {
        assert!(load::run(config.clone()).await.is_err(), "{config:?}");
    }
}
