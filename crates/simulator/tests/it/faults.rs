//! Each fault on order.
//!
//! Owns: what a client sees of it, and what the axis did all the same.
//! Not here: how the product survives it.
//! Invariant: after the ordered number of faults the same call succeeds.
//! Follows: the faults that clients of the national axis report.

use std::time::{Duration, Instant};

use base64::Engine;
use lgsp_simulator::axis::{FaultKind, FaultRule, Operation, OutageMode};
use lgsp_simulator::client::{Error, VxpClient};
use lgsp_simulator::edxml::{Kind, MESSAGE_BYTES_MAX, is_wrapped, parse};

use crate::support::{Running, SYSTEM_A, SYSTEM_B, document, eventually, start};

async fn sent(axis: &Running, count: usize) -> VxpClient {
    for _ in 0..count {
        let file = document("H34.01", &["H49"]);
        axis.clean(SYSTEM_A)
            .send("H34.01", Kind::Document, &file)
            .await
            .unwrap();
    }
    axis.clean(SYSTEM_B)
}

async fn fetched_with(fault: FaultKind) -> (Vec<u8>, Vec<u8>) {
    let axis = start().await;
    let client = sent(&axis, 1).await;
    let doc_id = client.received(Kind::Document).await.unwrap()[0]
        .doc_id
        .clone();
    axis.handle.add_fault(FaultRule::always(fault).times(1));
    let spoilt = client.fetch(&doc_id).await.unwrap();
    let whole = client.fetch(&doc_id).await.unwrap();
    assert_eq!(parse(&whole).unwrap().defects, Vec::<&str>::new());
    (spoilt.to_vec(), whole.to_vec())
}

#[tokio::test]
async fn delayed_reply_comes_late() {
    let axis = start().await;
    axis.handle
        .add_fault(FaultRule::always(FaultKind::Delay { ms: 120 }).times(1));
    let began = Instant::now();
    axis.kit(SYSTEM_A).agencies().await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn http_errors_come_so_often_as_ordered() {
    let axis = start().await;
    let client = axis.kit(SYSTEM_A);
    axis.handle
        .add_fault(FaultRule::always(FaultKind::Http { status: 500 }).times(2));
    axis.handle.add_fault(FaultRule {
        skip: 3,
        ..FaultRule::always(FaultKind::Http { status: 503 })
            .on(Operation::GetAgenciesList)
            .times(1)
    });
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(match client.agencies().await {
            Err(Error::Http(status)) => status,
            Err(error) => panic!("{error}"),
            Ok(_) => 200,
        });
    }
    assert_eq!(seen, [500, 500, 200, 503, 200, 200]);
    let stats = axis.handle.stats();
    assert_eq!(stats.faults["http"], 3);
    assert_eq!(stats.operations["getAgenciesList"].succeeded, 3);
}

#[tokio::test]
async fn cut_connections_differ_in_what_was_done() {
    let cases = [
        (FaultKind::CutBefore, 0),
        (FaultKind::CutMiddle, 1),
        (FaultKind::CutAfter, 1),
    ];
    for (fault, accepted) in cases {
        let axis = start().await;
        axis.handle.add_fault(
            FaultRule::always(fault.clone())
                .on(Operation::SendEdoc)
                .times(1),
        );
        let client = axis.kit(SYSTEM_A);
        let file = document("H34.01", &["H49"]);
        let error = client
            .send("H34.01", Kind::Document, &file)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{fault:?}: {error}");
        assert_eq!(axis.handle.dump().sent.len(), accepted, "{fault:?}");
        client.send("H34.01", Kind::Document, &file).await.unwrap();
        assert_eq!(axis.handle.dump().sent.len(), accepted + 1, "{fault:?}");
    }
}

#[tokio::test]
async fn closed_connection_after_the_reply_loses_nothing() {
    let axis = start().await;
    let client = axis.kit(SYSTEM_A);
    axis.handle
        .add_fault(FaultRule::always(FaultKind::CloseAfter).times(1));
    assert_eq!(client.agencies().await.unwrap().len(), 6);
    // The client may write into the closed connection before it has noticed.
    let again = eventually("a call on a new connection", async || {
        client.agencies().await.ok()
    });
    assert_eq!(again.await.len(), 6);
}

#[tokio::test]
async fn refusals_on_order_carry_their_code() {
    let done = FaultKind::Fail {
        code: "113".into(),
        description: "bận".into(),
        is_done: true,
    };
    let undone = FaultKind::Fail {
        code: "999".into(),
        description: String::new(),
        is_done: false,
    };
    let cases = [
        (FaultKind::WrongMac, "102", 0),
        (FaultKind::ExpiredTimestamp, "104", 0),
        (undone, "999", 0),
        (done, "113", 1),
    ];
    for (fault, code, accepted) in cases {
        let axis = start().await;
        axis.handle
            .add_fault(FaultRule::always(fault).on(Operation::SendEdoc).times(1));
        let client = axis.kit(SYSTEM_A);
        let file = document("H34.01", &["H49"]);
        let error = client
            .send("H34.01", Kind::Document, &file)
            .await
            .unwrap_err();
        assert_eq!(error.refused_code(), Some(code));
        assert_eq!(axis.handle.dump().sent.len(), accepted, "{code}");
        client.send("H34.01", Kind::Document, &file).await.unwrap();
    }
}

#[tokio::test]
async fn spoilt_lists_are_errors_and_not_empty_lists() {
    let axis = start().await;
    let client = sent(&axis, 1).await;
    for fault in [
        FaultKind::ListHtml,
        FaultKind::ListEmpty,
        FaultKind::ListTruncated,
    ] {
        axis.handle
            .add_fault(FaultRule::always(fault.clone()).times(1));
        let error = client.received(Kind::Document).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)), "{fault:?}: {error}");
    }
    assert_eq!(client.received(Kind::Document).await.unwrap().len(), 1);
}

#[tokio::test]
async fn lists_repeat_hide_and_turn_items() {
    let axis = start().await;
    let client = sent(&axis, 2).await;
    let ids = async || -> Vec<String> {
        let items = client.received(Kind::Document).await.unwrap();
        items.into_iter().map(|item| item.doc_id).collect()
    };
    let plain = ids().await;
    let order = |fault| axis.handle.add_fault(FaultRule::always(fault).times(1));
    order(FaultKind::DuplicateItems);
    assert_eq!(
        ids().await,
        [&plain[0], &plain[0], &plain[1], &plain[1]].map(String::clone)
    );
    order(FaultKind::ReverseOrder);
    assert_eq!(ids().await, [&plain[1], &plain[0]].map(String::clone));
    order(FaultKind::MissingItems { polls: 3 });
    for poll in 1..=3 {
        assert_eq!(ids().await, Vec::<String>::new(), "poll {poll}");
    }
    assert_eq!(ids().await, plain);
}

#[tokio::test]
async fn cut_base64_cannot_be_decoded() {
    let axis = start().await;
    let client = sent(&axis, 1).await;
    let doc_id = client.received(Kind::Document).await.unwrap()[0]
        .doc_id
        .clone();
    axis.handle
        .add_fault(FaultRule::always(FaultKind::Base64Cut).times(1));
    let error = client.fetch(&doc_id).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable(_)), "{error}");
    client.fetch(&doc_id).await.unwrap();
}

#[tokio::test]
async fn traces_lose_their_code() {
    let code = |bytes: &[u8]| {
        let root = parse(bytes).unwrap().root;
        let path = [
            "edXMLEnvelope",
            "edXMLHeader",
            "TraceHeaderList",
            "TraceHeader",
        ];
        root.at(&path)
            .unwrap()
            .child("OrganId")
            .map(|code| code.text.clone())
    };
    let (spoilt, whole) = fetched_with(FaultKind::TraceOrganNull).await;
    assert_eq!(
        (code(&spoilt).as_deref(), code(&whole).as_deref()),
        (Some("null"), Some("H34.01"))
    );
    let (spoilt, _) = fetched_with(FaultKind::TraceOrganMissing).await;
    assert_eq!(code(&spoilt), None);
}

#[tokio::test]
async fn attachments_change_their_form_and_type() {
    let read = |bytes: &[u8]| {
        let root = parse(bytes).unwrap().root;
        let attachment = root
            .at(&["AttachmentEncoded", "Attachment"])
            .unwrap()
            .clone();
        let text = attachment.text_at(&["ContentTransferEncoded"]);
        let content = base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap();
        (attachment.text_at(&["ContentType"]).to_owned(), content)
    };
    let (spoilt, whole) = fetched_with(FaultKind::AttachmentSwapped).await;
    assert!(is_wrapped(&read(&whole).1));
    assert_eq!(read(&spoilt).1, "Nội dung mẫu\n".as_bytes());
    let (spoilt, whole) = fetched_with(FaultKind::ContentTypeDisagrees).await;
    assert_eq!(read(&spoilt).0, "image/tiff");
    assert_eq!(read(&whole).0, "application/zip");
}

#[tokio::test]
async fn junk_and_unbound_prefixes_are_the_named_defects() {
    let (spoilt, _) = fetched_with(FaultKind::LeadingJunk).await;
    assert_eq!(parse(&spoilt).unwrap().defects, ["leading_junk"]);
    let (spoilt, _) = fetched_with(FaultKind::UnboundPrefix).await;
    let defects = parse(&spoilt).unwrap().defects;
    assert!(defects.contains(&"unbound_prefix_edxml"), "{defects:?}");
}

#[tokio::test]
async fn oversize_has_exactly_the_ordered_length() {
    for extra_bytes in [0, 1] {
        let (spoilt, _) = fetched_with(FaultKind::Oversize { extra_bytes }).await;
        assert_eq!(spoilt.len(), MESSAGE_BYTES_MAX + extra_bytes);
        parse(&spoilt).unwrap();
    }
}

#[tokio::test]
async fn outage_ends_by_the_clock_of_the_axis() {
    let axis = start().await;
    let client = axis.kit(SYSTEM_A);
    for mode in [OutageMode::Cut, OutageMode::Unavailable] {
        axis.handle.add_fault(FaultRule::always(FaultKind::Outage {
            minutes: 10.0,
            mode,
        }));
        axis.handle.advance(Duration::from_secs(9 * 60));
        assert!(client.agencies().await.is_err(), "{mode:?}");
        assert_eq!(axis.handle.faults().len(), 1);
        axis.handle.advance(Duration::from_secs(70));
        client.agencies().await.unwrap();
        assert_eq!(axis.handle.faults().len(), 0);
    }
}

#[tokio::test]
async fn rate_is_a_share_of_calls() {
    let axis = start().await;
    let client = axis.kit(SYSTEM_A);
    axis.handle.add_fault(FaultRule {
        rate: 0.3,
        ..FaultRule::always(FaultKind::Http { status: 503 })
    });
    let mut failed = 0;
    for _ in 0..200 {
        failed += u32::from(client.agencies().await.is_err());
    }
    assert!((30..=90).contains(&failed), "{failed} of 200");
    axis.handle.clear_faults();
    client.agencies().await.unwrap();
}
