//! The 13 operations, one call each, and what a call does when it goes wrong.

use std::time::Instant;

use lgsp_exchange::{
    service::{MessageType, WireStatus},
    vxp::wire::NewAgency,
};
use lgsp_national::vxp::{Doubt, Failure};
use lgsp_platform::blobs::Body;
use lgsp_simulator::{
    axis::{FaultKind, FaultRule, Operation},
    edxml::{AttachmentDraft, AttachmentForm, DocumentDraft},
    rng::Rng,
};

use crate::support::{World, draft};

fn bytes(draft: &DocumentDraft) -> Vec<u8> {
    draft.write(&mut Rng::new(1)).unwrap()
}

fn large(number: usize, size_bytes: usize) -> DocumentDraft {
    let mut rng = Rng::new(7);
    let bytes = (0..size_bytes / 16)
        .flat_map(|_| rng.uuid().into_bytes())
        .collect();
    let attachment = AttachmentDraft {
        name: "tep.bin".into(),
        media_type: "application/octet-stream".into(),
        bytes,
        form: AttachmentForm::Raw,
    };
    DocumentDraft {
        attachments: vec![attachment],
        ..draft("H34.01", &["H49"], number)
    }
}

#[tokio::test]
async fn all_operations_are_understood_by_the_axis() {
    let world = World::new().await;
    let client = world.client(5_000);
    assert_eq!(client.agencies().await.unwrap().len(), 54);
    let pairs = client.agencies_qd20().await.unwrap();
    assert_eq!(pairs[0].old_code, "000.00.00.H34");
    assert_eq!(client.units().await.unwrap()[0].version, "1");
    let new = NewAgency {
        pcode: "H34".into(),
        code: "H34.99".into(),
        name: "Cơ quan mới".into(),
        ..NewAgency::default()
    };
    client.register_agency(&new).await.unwrap();
    client.delete_agency("H34.99").await.unwrap();
    let gone = client.units().await.unwrap();
    assert!(
        gone.iter()
            .any(|unit| unit.code == "H34.99" && unit.is_deleted)
    );

    for kind in [MessageType::Edoc, MessageType::Status] {
        assert_eq!(client.count(kind).await.unwrap(), 0);
        assert!(client.received(kind).await.unwrap().is_empty());
        assert!(client.sent(kind).await.unwrap().is_empty());
    }
    let body = Body::Inline(bytes(&draft("H34.01", &["H34.02", "H49"], 1)).into());
    let sent = client
        .send(MessageType::Edoc, "H34.01", "H34.02", body)
        .await
        .unwrap();
    assert_eq!(
        client.sent(MessageType::Edoc).await.unwrap()[0].sender_doc_id,
        sent
    );
    // Only the receiver that the call names.
    assert_eq!(client.count(MessageType::Edoc).await.unwrap(), 1);
    let item = client.received(MessageType::Edoc).await.unwrap().remove(0);
    let got = client.get(&item.doc_id).await.unwrap();
    let streamed = client.download(&item.doc_id).await.unwrap();
    assert_eq!(got.digest, streamed.digest);
    client
        .update_status(&item.doc_id, WireStatus::Processing)
        .await
        .unwrap();
    client
        .update_status(&item.doc_id, WireStatus::Done)
        .await
        .unwrap();
    assert_eq!(client.count(MessageType::Edoc).await.unwrap(), 0);
    let refused = client.get("unknown").await.err().unwrap();
    assert!(
        matches!(refused, Failure::Refused { ref code, .. } if code == "111"),
        "{refused}"
    );
    let refused = client.download("unknown").await.err().unwrap();
    assert!(
        matches!(refused, Failure::Refused { ref code, .. } if code == "111"),
        "{refused}"
    );
    world.stop().await;
}

#[tokio::test]
async fn large_files_are_streamed_both_ways() {
    let world = World::new().await;
    let client = world.client(20_000);
    let mut large = large(1, 3 << 20);
    large.to = draft("H34.01", &["H34.02"], 1).to;
    let received = world.received(bytes(&large)).await;
    assert!(matches!(received.body, Body::Spooled(_)));
    client
        .send(MessageType::Edoc, "H34.01", "H34.02", received.body)
        .await
        .unwrap();
    let item = client.received(MessageType::Edoc).await.unwrap().remove(0);
    let got = client.get(&item.doc_id).await.unwrap();
    let streamed = client.download(&item.doc_id).await.unwrap();
    assert_eq!(
        (got.size_bytes, got.digest),
        (streamed.size_bytes, streamed.digest)
    );
    assert!(got.size_bytes > 3 << 20);
    world.stop().await;
}

#[tokio::test]
async fn a_slow_axis_is_left_in_doubt() {
    let world = World::new().await;
    let client = world.client(200);
    world
        .axis
        .add_fault(FaultRule::always(FaultKind::Delay { ms: 5_000 }).times(1));
    let began = Instant::now();
    let failure = client.agencies().await.unwrap_err();
    assert!(began.elapsed().as_millis() < 4_000);
    assert!(matches!(failure, Failure::Broken(_)), "{failure}");
    assert_eq!(failure.doubt(), Doubt::Unknown);
    // With more patience: on a busy machine a good answer too may take longer than that.
    world.client(30_000).agencies().await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn spoilt_lists_are_failures_and_not_empty() {
    let world = World::new().await;
    let client = world.client(5_000);
    for fault in [
        FaultKind::ListHtml,
        FaultKind::ListEmpty,
        FaultKind::ListTruncated,
    ] {
        world
            .axis
            .add_fault(FaultRule::always(fault.clone()).times(1));
        let failure = client.received(MessageType::Edoc).await.unwrap_err();
        assert!(
            matches!(failure, Failure::Unreadable(_)),
            "{fault:?}: {failure}"
        );
        assert!(failure.is_of_axis());
    }
    world.stop().await;
}

#[tokio::test]
async fn nobody_at_the_address_leaves_no_doubt() {
    let world = World::new().await;
    let mut lost = World::new().await;
    lost.url = "http://127.0.0.1:9/vxp".into();
    let failure = lost.client(5_000).agencies().await.unwrap_err();
    assert!(matches!(failure, Failure::Unreachable(_)), "{failure}");
    assert_eq!(failure.doubt(), Doubt::None);
    lost.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_sent() {
    let world = World::new().await;
    let failure = world.client(5_000).get("a\r\nb: c").await.err().unwrap();
    assert!(matches!(failure, Failure::Parameter(_)), "{failure}");
    assert_eq!(world.called(Operation::GetEdoc.name()), 0);
    world.stop().await;
}
