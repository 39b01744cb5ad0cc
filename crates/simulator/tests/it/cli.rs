//! The command line against a running axis.
//!
//! Owns: that arguments become the right control calls.
//! Not here: the control interface itself (`wire.rs`).
//! Invariant: arguments are parsed as a user writes them.
//! Follows: nothing outside.

use clap::{Parser, Subcommand};
use lgsp_simulator::{Command, run};

use crate::support::start;

#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    Simulate {
        #[command(subcommand)]
        command: Command,
    },
}

fn parsed(line: &str) -> Command {
    let words = std::iter::once("lgsp").chain(line.split_whitespace());
    let Part::Simulate { command } = Program::try_parse_from(words).unwrap().part;
    command
}

#[tokio::test]
async fn faults_are_ordered_and_cleared() {
    let axis = start().await;
    let at = format!("--axis {}", axis.url);
    let add = format!(
        "simulate fault {at} add fail --operation sendEdoc --count 2 --rate 0.5 --set code=113"
    );
    run(parsed(&add)).await.unwrap();
    let faults = axis.handle.faults();
    let value = serde_json::to_value(&faults[0].1).unwrap();
    assert_eq!(value["code"], serde_json::json!("113"));
    assert_eq!(value["rate"], serde_json::json!(0.5));
    run(parsed(&format!(
        "simulate fault {at} add delay --set ms=20"
    )))
    .await
    .unwrap();
    run(parsed(&format!("simulate fault {at} list")))
        .await
        .unwrap();
    run(parsed(&format!("simulate fault {at} remove 1")))
        .await
        .unwrap();
    assert_eq!(axis.handle.faults().len(), 1);
    run(parsed(&format!("simulate fault {at} clear")))
        .await
        .unwrap();
    assert_eq!(axis.handle.faults().len(), 0);
    let before = axis.handle.now_ms();
    run(parsed(&format!("simulate fault {at} advance 60")))
        .await
        .unwrap();
    assert!(axis.handle.now_ms() >= before + 60_000);
    assert!(
        run(parsed(&format!("simulate fault {at} add nonsense")))
            .await
            .is_err()
    );
}

#[test]
fn every_command_parses_with_its_defaults() {
    for line in [
        "simulate vxp",
        "simulate vxp --addr 127.0.0.1:0 --rate 2 --seed axis.json",
        "simulate province --demo demo.json",
        "simulate load --systemid a --secret b --from c --to d --to e --status --count 5",
        "simulate sso",
        "simulate sso --addr 127.0.0.1:0 --client-id a --client-secret b --redirect-uri https://a/b",
        "simulate fault --axis http://127.0.0.1:1 add missing_claim --operation userinfo --set claim=sub",
        "simulate fault stats",
    ] {
        parsed(line);
    }
}
