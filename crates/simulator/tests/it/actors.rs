//! What the axis does by itself, under a clock that is moved by hand.
//!
//! Owns: automatic recipients, outside senders, repeatability.
//! Not here: demo traffic inside the province (`province.rs`).
//! Invariant: no test here waits for real time to pass.
//! Follows: status codes of document exchange.

use std::time::Duration;

use lgsp_simulator::axis::{AxisOptions, Dump, OutsideSeed, Script, Step};
use lgsp_simulator::clock::{self, ClockMode};
use lgsp_simulator::edxml::{Business, Kind, Summary, parse};
use lgsp_simulator::rng::Rng;

use crate::support::{Running, SYSTEM_A, document, draft, seed, start_with, status};

fn by_hand() -> AxisOptions {
    AxisOptions {
        clock: ClockMode::Manual {
            start_ms: clock::wall_ms(),
        },
        ..AxisOptions::default()
    }
}

fn codes(dump: &Dump) -> Vec<&str> {
    let statuses = dump.copies.iter().filter(|copy| copy.to == "H34.01");
    statuses.map(|copy| copy.status_code.as_str()).collect()
}

async fn with_script(script: Script) -> Running {
    let mut seed = seed();
    seed.systems[2].automatic = Some(script);
    start_with(seed, by_hand()).await
}

#[tokio::test]
async fn recipient_answers_step_by_step() {
    let axis = with_script(Script {
        refuse_rate: 0.0,
        ..Script::default()
    })
    .await;
    let file = document("H34.01", &["G22"]);
    axis.kit(SYSTEM_A)
        .send("H34.01", Kind::Document, &file)
        .await
        .unwrap();
    let waits_s = [0, 5, 30, 60, 120, 300];
    let expected = ["01", "03", "04", "05", "06"];
    for (steps, wait_s) in waits_s.into_iter().enumerate() {
        axis.handle.advance(Duration::from_secs(wait_s));
        assert_eq!(
            codes(&axis.handle.dump()),
            expected[..steps],
            "after {wait_s} s"
        );
    }
    let dump = axis.handle.dump();
    let document = dump.copies.iter().find(|copy| copy.to == "G22").unwrap();
    assert_eq!((document.status.as_str(), document.fetches), ("done", 1));
    let last = &dump.copies.last().unwrap().doc_id;
    let content = axis.handle.content(last).unwrap();
    let summary = Summary::of(&parse(&content).unwrap().root).unwrap();
    assert_eq!(
        (summary.from.as_str(), summary.status_code.as_str()),
        ("G22", "06")
    );
    assert_eq!(
        summary.response_for[0],
        draft("H34.01", &["G22"]).as_response_for()
    );
}

#[tokio::test]
async fn one_long_step_of_the_clock_keeps_the_order() {
    let axis = with_script(Script {
        refuse_rate: 0.0,
        ..Script::default()
    })
    .await;
    let file = document("H34.01", &["G22"]);
    axis.kit(SYSTEM_A)
        .send("H34.01", Kind::Document, &file)
        .await
        .unwrap();
    axis.handle.advance(Duration::from_secs(3600));
    let dump = axis.handle.dump();
    assert_eq!(codes(&dump), ["01", "03", "04", "05", "06"]);
    let times: Vec<i64> = dump.copies.iter().map(|copy| copy.created_ms).collect();
    assert!(
        times.is_sorted() && times[5] - times[1] == 510_000,
        "{times:?}"
    );
}

#[tokio::test]
async fn recipient_refuses_as_the_script_says() {
    let refuse = vec![Step {
        code: "02".into(),
        after_ms: 1_000,
    }];
    let axis = with_script(Script {
        refuse_rate: 1.0,
        refuse,
        ..Script::default()
    })
    .await;
    let file = document("H34.01", &["G22"]);
    axis.kit(SYSTEM_A)
        .send("H34.01", Kind::Document, &file)
        .await
        .unwrap();
    axis.handle.advance(Duration::from_secs(3600));
    assert_eq!(codes(&axis.handle.dump()), ["02"]);
}

#[tokio::test]
async fn wishes_are_answered_with_15_or_16() {
    for (deny_rate, expected) in [(0.0, "15"), (1.0, "16")] {
        let axis = with_script(Script {
            deny_rate,
            accept: Vec::new(),
            refuse_rate: 0.0,
            ..Script::default()
        })
        .await;
        let client = axis.kit(SYSTEM_A);
        let original = draft("H34.01", &["G22"]);
        let mut revoke = draft("H34.01", &["G22"]);
        revoke.document_id = "H34.01,2026/11/22,20/MAU".into();
        revoke.response_for = vec![original.as_response_for()];
        revoke.business = Business::Revoke {
            reason: "Sai".into(),
        };
        let files = [
            (Kind::Document, document("H34.01", &["G22"])),
            (Kind::Document, revoke.write(&mut Rng::new(1)).unwrap()),
            (Kind::Status, status("H34.01", "H34.01", "13")),
        ];
        for (kind, file) in files {
            client.send("H34.01", kind, &file).await.unwrap();
        }
        axis.handle.advance(Duration::from_secs(61));
        assert_eq!(codes(&axis.handle.dump()), [expected, expected]);
        let dump = axis.handle.dump();
        let about: Vec<&str> = dump
            .copies
            .iter()
            .filter(|copy| copy.to == "H34.01")
            .map(|copy| copy.document_id.as_str())
            .collect();
        assert_eq!(
            about,
            [revoke.document_id.as_str(), original.document_id.as_str()]
        );
    }
}

#[tokio::test]
async fn outside_senders_keep_their_rate_and_targets() {
    let mut seed = seed();
    seed.outside = OutsideSeed {
        per_minute: 10.0,
        targets: vec!["H34.01".into()],
    };
    let axis = start_with(seed, by_hand()).await;
    axis.handle.advance(Duration::from_secs(600));
    let dump = axis.handle.dump();
    assert!(
        (70..=130).contains(&dump.copies.len()),
        "{} in 10 minutes",
        dump.copies.len()
    );
    assert!(
        dump.copies
            .iter()
            .all(|copy| copy.to == "H34.01" && copy.from == "G22")
    );
    assert!(dump.sent.iter().all(|sent| sent.defects.is_empty()));
    let content = axis.handle.content(&dump.copies[0].doc_id).unwrap();
    let text = String::from_utf8(content.to_vec()).unwrap();
    assert!(
        text.contains("<edXML:OrganId>001.00.20.TT2</edXML:OrganId>"),
        "axis trace"
    );
}

#[tokio::test]
async fn same_seed_gives_the_same_day() {
    let start_ms = clock::wall_ms();
    let mut days = Vec::new();
    for random_seed in [1, 1, 2] {
        let mut seed = seed();
        seed.outside.per_minute = 5.0;
        let clock = ClockMode::Manual { start_ms };
        let options = AxisOptions {
            random_seed,
            clock,
            ..AxisOptions::default()
        };
        let axis = start_with(seed, options).await;
        axis.handle.advance(Duration::from_secs(300));
        let dump = axis.handle.dump();
        days.push(
            dump.sent
                .into_iter()
                .map(|sent| (sent.doc_id, sent.digest))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(days[0], days[1]);
    assert_ne!(days[0], days[2]);
}

#[tokio::test]
async fn finished_content_and_old_records_are_forgotten_within_limits() {
    let options = AxisOptions {
        retained_bytes_max: 20_000,
        messages_max: 50,
        ..by_hand()
    };
    let mut seed = seed();
    seed.systems[2].automatic = Some(Script {
        accept: Vec::new(),
        refuse_rate: 0.0,
        ..Script::default()
    });
    let axis = start_with(seed, options).await;
    let client = axis.kit(SYSTEM_A);
    let file = document("H34.01", &["G22"]);
    for _ in 0..60 {
        client.send("H34.01", Kind::Document, &file).await.unwrap();
        axis.handle.advance(Duration::from_secs(10));
    }
    let dump = axis.handle.dump();
    assert_eq!(dump.sent.len(), 50);
    let kept = dump.copies.iter().filter(|copy| {
        axis.handle
            .content(&copy.doc_id)
            .is_some_and(|content| !content.is_empty())
    });
    let kept = kept.count();
    assert!((1..10).contains(&kept), "{kept} contents kept");
}
