//! Each of the 13 operations, and each refusal.
//!
//! Owns: round trips of the kit's habits and of a client without quirks.
//! Not here: faults on order (`faults.rs`), the bytes on the wire (`wire.rs`).
//! Invariant: what one system sends never shows in another's mailbox but the recipient's.
//! Follows: the VXP interface, the 13 operations and its error table.

use lgsp_simulator::axis::AxisOptions;
use lgsp_simulator::client::{Error, NewAgency, Progress, VxpClient};
use lgsp_simulator::edxml::{Kind, MESSAGE_BYTES_MAX, Summary, parse};

use crate::support::{
    Running, SECRET, SYSTEM_A, SYSTEM_B, document, seed, start, start_with, status,
};

fn code(error: Error) -> String {
    error
        .refused_code()
        .unwrap_or_else(|| panic!("no refusal: {error}"))
        .to_owned()
}

async fn round_trip(axis: &Running, sender: &VxpClient, receiver: &VxpClient) {
    let before = axis.handle.dump().sent.len();
    let file = document("H34.01", &["H49"]);
    let doc_id = sender.send("H34.01", Kind::Document, &file).await.unwrap();
    assert_eq!(receiver.count(Kind::Document).await.unwrap(), 1);
    assert_eq!(receiver.count(Kind::Status).await.unwrap(), 0);
    let items = receiver.received(Kind::Document).await.unwrap();
    assert_eq!(items.len(), 1);
    let item = &items[0];
    assert_eq!((item.from.as_str(), item.to.as_str()), ("H34.01", "H49"));
    assert_eq!(
        (item.message_type.as_str(), item.status.as_str()),
        ("edoc", "initial")
    );
    assert_ne!(item.doc_id, doc_id, "each copy has its own docId");
    let fetched = receiver.fetch(&item.doc_id).await.unwrap();
    assert_eq!(receiver.download(&item.doc_id).await.unwrap(), fetched);
    let summary = Summary::of(&parse(&fetched).unwrap().root).unwrap();
    assert_eq!(summary.subject, "Văn bản mẫu & kiểm tra");
    receiver
        .update_status(&item.doc_id, Progress::Processing)
        .await
        .unwrap();
    assert_eq!(
        receiver.received(Kind::Document).await.unwrap()[0].status,
        "processing"
    );
    receiver
        .update_status(&item.doc_id, Progress::Fail)
        .await
        .unwrap();
    assert_eq!(
        receiver.received(Kind::Document).await.unwrap()[0].status,
        "fail"
    );
    receiver
        .update_status(&item.doc_id, Progress::Done)
        .await
        .unwrap();
    receiver
        .update_status(&item.doc_id, Progress::Done)
        .await
        .unwrap();
    assert_eq!(receiver.received(Kind::Document).await.unwrap(), []);
    assert_eq!(receiver.count(Kind::Document).await.unwrap(), 0);
    answer_and_look(sender, receiver, &doc_id, &item.doc_id).await;
    assert_eq!(axis.handle.dump().sent.len(), before + 2);
}

async fn answer_and_look(sender: &VxpClient, receiver: &VxpClient, doc_id: &str, copy: &str) {
    receiver
        .send("H49", Kind::Status, &status("H49", "H34.01", "03"))
        .await
        .unwrap();
    let statuses = sender.received(Kind::Status).await.unwrap();
    assert_eq!(statuses.len(), 1);
    assert_eq!(
        (statuses[0].from.as_str(), statuses[0].to.as_str()),
        ("H49", "H34.01")
    );
    sender
        .update_status(&statuses[0].doc_id, Progress::Done)
        .await
        .unwrap();

    let sent = sender.sent(Kind::Document, doc_id).await.unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].sender_doc_id, doc_id);
    assert_eq!(sent[0].receiver_doc_id, copy);
    assert_eq!(
        (sent[0].to_code.as_str(), sent[0].notation.as_str()),
        ("H49", "19/MAU")
    );
    assert_eq!(sent[0].receive_status, "done");
}

#[tokio::test]
async fn kit_goes_round_twice_with_its_stale_parameters() {
    let axis = start().await;
    let (sender, receiver) = (axis.kit(SYSTEM_A), axis.kit(SYSTEM_B));
    round_trip(&axis, &sender, &receiver).await;
    round_trip(&axis, &sender, &receiver).await;
}

#[tokio::test]
async fn client_without_quirks_goes_round() {
    let axis = start().await;
    round_trip(&axis, &axis.clean(SYSTEM_A), &axis.clean(SYSTEM_B)).await;
}

#[tokio::test]
async fn agencies_are_listed_in_three_shapes() {
    let axis = start().await;
    let client = axis.kit(SYSTEM_A);
    let list = client.agencies().await.unwrap();
    let first = list.iter().find(|agency| agency.code == "H34.01").unwrap();
    assert_eq!(
        (first.old_code.as_str(), first.name.as_str()),
        ("000.00.01.H34", "Cơ quan H34.01")
    );
    let pairs = client.agencies_qd20().await.unwrap();
    let first = pairs.iter().find(|agency| agency.code == "H34.01").unwrap();
    assert_eq!(first.old_code, "000.00.01.H34");
    let units = client.synchronize_units().await.unwrap();
    let first = units.iter().find(|agency| agency.code == "H34.01").unwrap();
    assert_eq!(first.center_code, SYSTEM_A);
    assert_eq!(first.deleted, serde_json::json!(false));
}

#[tokio::test]
async fn agency_is_registered_below_an_own_body_and_deleted() {
    let axis = start().await;
    let client = axis.kit(SYSTEM_A);
    let new = NewAgency {
        id: "x".into(),
        pcode: "H34".into(),
        code: "H34.77".into(),
        name: "Cơ quan mới".into(),
        ..NewAgency::default()
    };
    client.register_agency(&new).await.unwrap();
    assert_eq!(code(client.register_agency(&new).await.unwrap_err()), "112");
    let foreign = NewAgency {
        pcode: "H49".into(),
        code: "H49.77".into(),
        ..new.clone()
    };
    assert_eq!(
        code(client.register_agency(&foreign).await.unwrap_err()),
        "110"
    );
    let nameless = NewAgency {
        name: String::new(),
        ..new
    };
    assert_eq!(
        code(client.register_agency(&nameless).await.unwrap_err()),
        "105"
    );
    assert!(
        client
            .agencies()
            .await
            .unwrap()
            .iter()
            .any(|agency| agency.code == "H34.77")
    );
    client.delete_agency("H34.77").await.unwrap();
    assert!(
        !client
            .agencies()
            .await
            .unwrap()
            .iter()
            .any(|agency| agency.code == "H34.77")
    );
    let units = client.synchronize_units().await.unwrap();
    let gone = units.iter().find(|agency| agency.code == "H34.77").unwrap();
    assert_eq!(gone.deleted, serde_json::json!(true));
    assert_eq!(
        code(client.delete_agency("H34.77").await.unwrap_err()),
        "110"
    );
    assert_eq!(code(client.delete_agency("H49").await.unwrap_err()), "110");
}

#[tokio::test]
async fn document_fans_out_to_every_receiver_in_either_code_form() {
    let axis = start().await;
    let file = document("000.00.01.H34", &["H49", "000.00.00.G22", "H34", "H49"]);
    axis.kit(SYSTEM_A)
        .send("000.00.01.H34", Kind::Document, &file)
        .await
        .unwrap();
    let dump = axis.handle.dump();
    let mut to: Vec<(&str, &str)> = dump
        .copies
        .iter()
        .map(|copy| (copy.to.as_str(), copy.systemid.as_str()))
        .collect();
    to.sort_unstable();
    assert_eq!(
        to,
        [
            ("000.00.00.G22", "vxp.g22"),
            ("H34", SYSTEM_A),
            ("H49", SYSTEM_B)
        ]
    );
    assert_eq!(dump.sent[0].defects, Vec::<String>::new());
}

#[tokio::test]
async fn parameter_to_narrows_the_receivers() {
    let axis = start().await;
    let file = document("H34.01", &["H49", "H34"]);
    let client = axis.kit(SYSTEM_A);
    let to = ["H49".to_owned()];
    client
        .send_to("H34.01", Kind::Document, &to, &file)
        .await
        .unwrap();
    let dump = axis.handle.dump();
    assert_eq!(dump.copies.len(), 1);
    assert_eq!(dump.copies[0].to, "H49");
}

#[tokio::test]
async fn take_back_reaches_every_receiver_of_the_document() {
    let axis = start().await;
    let client = axis.kit(SYSTEM_A);
    client
        .send(
            "H34.01",
            Kind::Document,
            &document("H34.01", &["H49", "H34"]),
        )
        .await
        .unwrap();
    client
        .send("H34.01", Kind::Status, &status("H34.01", "H34.01", "13"))
        .await
        .unwrap();
    let dump = axis.handle.dump();
    let mut asked: Vec<&str> = dump
        .copies
        .iter()
        .filter(|copy| copy.kind == Kind::Status)
        .map(|copy| copy.to.as_str())
        .collect();
    asked.sort_unstable();
    assert_eq!(asked, ["H34", "H49"]);
}

#[tokio::test]
async fn wrong_senders_receivers_and_files_are_refused_and_leave_nothing() {
    let axis = start().await;
    let client = axis.clean(SYSTEM_A);
    let cases: [(&str, &str, Kind, Vec<u8>); 8] = [
        ("110", "H49", Kind::Document, document("H49", &["H34"])),
        ("110", "H34.01", Kind::Document, document("H49", &["H34"])),
        (
            "109",
            "H34.01",
            Kind::Document,
            document("H34.01", &["H49", "H99"]),
        ),
        (
            "109",
            "H34.01",
            Kind::Document,
            document("H34.01", &["H50"]),
        ),
        (
            "114",
            "H34.01",
            Kind::Document,
            document("H34.01", &["H49.99"]),
        ),
        ("108", "H34.01", Kind::Document, b"<edXML>".to_vec()),
        ("108", "H34.01", Kind::Status, document("H34.01", &["H49"])),
        ("109", "H34.01", Kind::Status, status("H34.01", "H99", "01")),
    ];
    for (expected, from, kind, file) in cases {
        let error = client.send(from, kind, &file).await.unwrap_err();
        assert_eq!(code(error), expected, "{from}");
    }
    assert_eq!(axis.handle.dump().sent.len(), 0);
}

#[tokio::test]
async fn largest_message_passes_and_one_byte_more_does_not() {
    let axis = start().await;
    let client = axis.kit(SYSTEM_A);
    let mut file = document("H34.01", &["H49"]);
    file.resize(MESSAGE_BYTES_MAX, b' ');
    client.send("H34.01", Kind::Document, &file).await.unwrap();
    file.push(b' ');
    let error = client
        .send("H34.01", Kind::Document, &file)
        .await
        .unwrap_err();
    assert_eq!(code(error), "107");
    assert_eq!(axis.handle.dump().sent.len(), 1);
}

#[tokio::test]
async fn full_mailboxes_refuse_until_something_is_done() {
    let waiting_bytes_max = 3 * 3_000;
    let options = AxisOptions {
        waiting_bytes_max,
        ..AxisOptions::default()
    };
    let axis = start_with(seed(), options).await;
    let (sender, receiver) = (axis.kit(SYSTEM_A), axis.kit(SYSTEM_B));
    let file = document("H34.01", &["H49"]);
    let mut sent = 0;
    let error = loop {
        match sender.send("H34.01", Kind::Document, &file).await {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(code(error), "113");
    assert!((2..=4).contains(&sent), "{sent}");
    let first = &receiver.received(Kind::Document).await.unwrap()[0].doc_id;
    receiver.update_status(first, Progress::Done).await.unwrap();
    sender.send("H34.01", Kind::Document, &file).await.unwrap();
}

#[tokio::test]
async fn doc_ids_do_not_come_again_after_a_restart() {
    let mut seen = std::collections::HashSet::new();
    for run in 0..2 {
        // The start times differ by at least this wait.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        let axis = start().await;
        let file = document("H34.01", &["H49"]);
        let doc_id = axis
            .kit(SYSTEM_A)
            .send("H34.01", Kind::Document, &file)
            .await
            .unwrap();
        assert!(seen.insert(doc_id), "run {run}");
    }
}

#[tokio::test]
async fn callers_that_are_not_who_they_say_are_refused() {
    let axis = start().await;
    let mut config = axis.config(SYSTEM_A).clean();
    config.secret = "another".into();
    let refused = VxpClient::new(config).agencies().await.unwrap_err();
    assert_eq!(code(refused), "102");
    assert_eq!(
        code(axis.kit("nobody").agencies().await.unwrap_err()),
        "101"
    );
    assert_eq!(
        code(axis.kit("demo.off").agencies().await.unwrap_err()),
        "101"
    );
    for (shift_s, is_refused) in [(-86_300, false), (-86_500, true), (240, false), (360, true)] {
        let mut config = axis.config(SYSTEM_A);
        config.clock_shift_ms = shift_s * 1000;
        let outcome = VxpClient::new(config).agencies().await;
        assert_eq!(outcome.is_err(), is_refused, "{shift_s}");
        if let Err(error) = outcome {
            assert_eq!(code(error), "104");
        }
    }
    assert_eq!(axis.config(SYSTEM_A).secret, SECRET);
}

#[tokio::test]
async fn copies_of_others_are_out_of_reach() {
    let axis = start().await;
    let sender = axis.clean(SYSTEM_A);
    sender
        .send("H34.01", Kind::Document, &document("H34.01", &["H49"]))
        .await
        .unwrap();
    let copy = axis.handle.dump().copies[0].doc_id.clone();
    assert_eq!(code(sender.fetch(&copy).await.unwrap_err()), "111");
    assert_eq!(code(sender.download(&copy).await.unwrap_err()), "111");
    let done = sender.update_status(&copy, Progress::Done).await;
    assert_eq!(code(done.unwrap_err()), "111");
    let receiver = axis.clean(SYSTEM_B);
    receiver.update_status(&copy, Progress::Done).await.unwrap();
    let back = receiver.update_status(&copy, Progress::Processing).await;
    assert_eq!(code(back.unwrap_err()), "112");
}
