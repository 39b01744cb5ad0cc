//! The habits of the existing client kit, replayed by a client that somebody else wrote.
//!
//! Follows: design document "Document exchange", section 7.2, table of quirks.

use lgsp_simulator::{
    client::{Habits, Progress, VxpClient},
    edxml::{Kind, parse},
};

use super::door::{Door, FIRST, SECOND, document, status};

#[tokio::test]
async fn a_document_goes_there_and_its_status_comes_back() {
    let door = Door::open().await;
    let (first, second) = (door.kit(FIRST), door.kit(SECOND));
    let message = document("H34.01", &["H34.02", "000.00.03.H34"], 19, 2_000);
    let sent_id = first
        .send("H34.01", Kind::Document, &message)
        .await
        .unwrap();

    assert_eq!(second.count(Kind::Document).await.unwrap(), 2);
    let items = second.received(Kind::Document).await.unwrap();
    let to: Vec<&str> = items.iter().map(|item| item.to.as_str()).collect();
    assert_eq!(to.len(), 2);
    assert!(
        to.contains(&"H34.02") && to.contains(&"000.00.03.H34"),
        "{to:?}"
    );
    let item = items.iter().find(|item| item.to == "H34.02").unwrap();
    assert_eq!(
        (item.from.as_str(), item.status.as_str()),
        ("H34.01", "initial")
    );
    assert_ne!(item.doc_id, sent_id, "each copy has its own name");

    let fetched = second.fetch(&item.doc_id).await.unwrap();
    let downloaded = second.download(&item.doc_id).await.unwrap();
    assert!(fetched == downloaded, "both ways give the same bytes");
    let parsed = parse(&fetched).unwrap();
    assert!(parsed.defects.is_empty(), "{:?}", parsed.defects);

    second
        .update_status(&item.doc_id, Progress::Processing)
        .await
        .unwrap();
    second
        .update_status(&item.doc_id, Progress::Done)
        .await
        .unwrap();
    second
        .update_status(&item.doc_id, Progress::Done)
        .await
        .unwrap();
    assert_eq!(second.received(Kind::Document).await.unwrap().len(), 1);

    let answer = status("H34.02", 19, "01");
    second.send("H34.02", Kind::Status, &answer).await.unwrap();
    assert_eq!(first.count(Kind::Status).await.unwrap(), 1);
    let statuses = first.received(Kind::Status).await.unwrap();
    assert_eq!(statuses[0].message_type, "status");
    let content = first.fetch(&statuses[0].doc_id).await.unwrap();
    assert!(content == answer, "a status is handed on unchanged");
    first
        .update_status(&statuses[0].doc_id, Progress::Done)
        .await
        .unwrap();
    assert_eq!(first.count(Kind::Status).await.unwrap(), 0);

    let sent = first.sent(Kind::Document, &sent_id).await.unwrap();
    assert_eq!(sent.len(), 2);
    let line = sent.iter().find(|line| line.to_code == "H34.02").unwrap();
    assert_eq!(line.notation, "19/MAU");
    assert_eq!(line.title, "Văn bản mẫu số 19");
    assert_eq!(line.receive_status, "01");
    door.platform.stop().await;
}

/// Parameters of earlier calls ride along signed: a stale `status=done` and a stale `from` must
/// not empty a list, a stale `docId` must not narrow one.
#[tokio::test]
async fn parameters_of_earlier_calls_ride_along_in_vain() {
    let door = Door::open().await;
    let second = door.kit(SECOND);
    let first = door.kit(FIRST);
    for number in 1..=3 {
        let message = document("H34.01", &["H34.02"], number, 10);
        first
            .send("H34.01", Kind::Document, &message)
            .await
            .unwrap();
    }
    let items = second.received(Kind::Document).await.unwrap();
    second.fetch(&items[0].doc_id).await.unwrap();
    second
        .update_status(&items[0].doc_id, Progress::Done)
        .await
        .unwrap();
    assert_eq!(second.received(Kind::Document).await.unwrap().len(), 2);
    assert_eq!(second.count(Kind::Status).await.unwrap(), 0);
    assert_eq!(second.count(Kind::Document).await.unwrap(), 2);
    let own = document("H34.02", &["H34.01"], 9, 10);
    second.send("H34.02", Kind::Document, &own).await.unwrap();
    assert_eq!(second.received(Kind::Document).await.unwrap().len(), 2);
    assert_eq!(second.sent(Kind::Document, "").await.unwrap().len(), 1);
    assert!(second.agencies().await.unwrap().len() > 100);
    door.platform.stop().await;
}

/// Each habit alone, and none at all.
#[tokio::test]
async fn every_habit_can_be_left_out() {
    let door = Door::open().await;
    let with = |change: fn(&mut Habits)| {
        let mut config = door.config(FIRST).clean();
        change(&mut config.habits);
        VxpClient::new(config)
    };
    let clients = [
        with(|_| {}),
        with(|habits| habits.appends_crlf = true),
        with(|habits| habits.unpadded_digest = true),
        with(|habits| habits.shuffles_keys = true),
        with(|habits| habits.expects_continue = true),
        with(|habits| *habits = Habits::KIT),
    ];
    for (number, client) in (100..).zip(&clients) {
        let mut message = document("H34.01", &["H34.02"], number, 500);
        client
            .send("H34.01", Kind::Document, &message)
            .await
            .unwrap();
        // A file that ends with CR LF itself, with and without the kit's one behind it.
        message.extend_from_slice(b"\r\n");
        client
            .send("H34.01", Kind::Document, &message)
            .await
            .unwrap();
    }
    door.platform.stop().await;
}

#[tokio::test]
async fn a_repeat_is_answered_with_the_first_name() {
    let door = Door::open().await;
    let (first, second) = (door.kit(FIRST), door.kit(SECOND));
    let message = document("H34.01", &["H34.02"], 7, 100);
    let name = first
        .send("H34.01", Kind::Document, &message)
        .await
        .unwrap();
    for _ in 0..3 {
        let again = first
            .send("H34.01", Kind::Document, &message)
            .await
            .unwrap();
        assert_eq!(again, name);
    }
    assert_eq!(second.count(Kind::Document).await.unwrap(), 1);
    door.platform.stop().await;
}

#[tokio::test]
async fn a_large_document_is_handed_out_whole_in_both_ways() {
    let door = Door::open().await;
    let (first, second) = (door.kit(FIRST), door.kit(SECOND));
    let message = document("H34.01", &["H34.02"], 5, 2_000_000);
    first
        .send("H34.01", Kind::Document, &message)
        .await
        .unwrap();
    let items = second.received(Kind::Document).await.unwrap();
    let fetched = second.fetch(&items[0].doc_id).await.unwrap();
    assert!(fetched.len() > message.len(), "our trace is in it");
    assert!(fetched == second.download(&items[0].doc_id).await.unwrap());
    let tail = &message[message.len() - 1_000_000..];
    assert!(fetched.ends_with(tail), "nothing else was touched");
    door.platform.stop().await;
}

#[tokio::test]
async fn many_senders_at_once_lose_nothing() {
    let door = Door::open().await;
    let first = std::sync::Arc::new(door.kit(FIRST));
    let sends: Vec<_> = (0..64)
        .map(|number| {
            let first = first.clone();
            tokio::spawn(async move {
                let message = document("H34.01", &["H34.02"], 1_000 + number, 6_000);
                first
                    .send("H34.01", Kind::Document, &message)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut names = std::collections::HashSet::new();
    for send in sends {
        names.insert(send.await.unwrap());
    }
    assert_eq!(names.len(), 64);
    assert_eq!(door.kit(SECOND).count(Kind::Document).await.unwrap(), 64);
    door.platform.stop().await;
}
