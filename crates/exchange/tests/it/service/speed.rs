//! What one document costs beside the database. A measurement: run it in a release build with
//! `cargo test --release -p lgsp-exchange --test it -- --ignored speed --nocapture`.

use lgsp_exchange::{edxml::Mode, service::MessageType};

use super::kit::*;

/// Processor time of one document of 8 KB on the thread that takes it in.
const COST_NS_MAX: u64 = 120_000;
const DOCUMENTS: u64 = 3_000;

/// Processor time of this thread; the database works on threads of its own.
fn thread_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn message(number: u64) -> Vec<u8> {
    let mut document = document("H34.01", &["H34.02"], &number.to_string());
    document.content = Some("nội dung tóm tắt ".repeat(200));
    bytes(&document)
}

#[tokio::test]
#[ignore = "a measurement, for release builds"]
async fn one_document_costs_little() {
    let test = lgsp_testkit::TestPlatform::sqlite().unwrap();
    let world = World::start(&test).await;
    let messages: Vec<Vec<u8>> = (0..DOCUMENTS).map(message).collect();
    let bytes = messages[0].len();
    let before = thread_ns();
    let mut waiting = messages.into_iter().peekable();
    while waiting.peek().is_some() {
        let together = waiting.by_ref().take(64);
        let sends =
            together.map(|bytes| world.submit("office", MessageType::Edoc, bytes, Mode::Tolerant));
        for sent in futures_util::future::join_all(sends).await {
            sent.unwrap();
        }
    }
    let cost = (thread_ns() - before) / DOCUMENTS;
    eprintln!("{bytes} bytes: {cost} ns a document beside the database");
    assert!(cfg!(debug_assertions) || cost < COST_NS_MAX, "{cost} ns");
    world.platform.stop().await;
}
