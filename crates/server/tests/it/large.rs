//! Large documents: accepted, given back whole, and cheap in memory.

use lgsp_simulator::edxml::Kind;

use crate::field::{document, quiet_demo, start, system};

/// The most that one document of 50 MB may cost while it is in work.
const MEMORY_KIB_MAX: u64 = 64 * 1_024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_of_50_mb_costs_little_memory_and_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let (sender, receiver) = (system(&instance, 0), system(&instance, 1));
    let body = document("large", &sender.code, &[&receiver.code], 37 * 1_048_576);
    assert!(
        body.len() > 48 << 20 && body.len() < 50 << 20,
        "{}",
        body.len()
    );
    let before = instance.resident_kib().unwrap();
    let sending = sender.client.send(&sender.code, Kind::Document, &body);
    tokio::pin!(sending);
    let mut peak = before;
    loop {
        tokio::select! {
            answer = &mut sending => break answer.map(|_| ()).unwrap(),
            () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {
                peak = peak.max(instance.resident_kib().unwrap());
            }
        }
    }
    let item = receiver
        .client
        .received(Kind::Document)
        .await
        .unwrap()
        .remove(0);
    let back = receiver.client.download(&item.doc_id).await.unwrap();
    peak = peak.max(instance.resident_kib().unwrap());
    assert!(back.len() > body.len(), "the trace header is missing");
    assert!(
        peak - before < MEMORY_KIB_MAX,
        "grew by {} KiB",
        peak - before
    );
}

#[tokio::test]
async fn one_byte_past_the_limit_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let (sender, receiver) = (system(&instance, 0), system(&instance, 1));
    let mut body = document("past", &sender.code, &[&receiver.code], 1_000);
    body.resize(50 * 1_048_576 + 1, b' ');
    let refused = sender
        .client
        .send(&sender.code, Kind::Document, &body)
        .await
        .unwrap_err();
    assert_eq!(refused.refused_code(), Some("107"), "{refused:?}");
    assert!(
        receiver
            .client
            .received(Kind::Document)
            .await
            .unwrap()
            .is_empty()
    );
}
