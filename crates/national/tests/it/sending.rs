//! Documents upward: each at the axis once, whatever happens to the call.

use lgsp_exchange::service::MessageType;
use lgsp_platform::ledger::State;
use lgsp_simulator::{
    axis::{FaultKind, FaultRule, Operation},
    edxml::StatusDraft,
};
use lgsp_testkit::each_database;

use crate::support::{World, draft, own};

fn on_send(fault: FaultKind) -> FaultRule {
    FaultRule::always(fault).on(Operation::SendEdoc).times(1)
}

async fn has_arrived(world: &World, count: usize) -> bool {
    let waiting = world.counts("vxp").await;
    world.arrived().len() >= count && waiting.is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_receiver_gets_its_own_delivery_with_our_trace() {
    each_database(async |test| {
        let world = World::on(test).await;
        world.start().await;
        world
            .submit(&draft("H34.01", &["H49", "H34.02", "H49.01"], 1))
            .await;
        world
            .until("arrival", async || has_arrived(&world, 2).await)
            .await;
        let mut receivers: Vec<String> = world.arrived().into_iter().map(|copy| copy.to).collect();
        receivers.sort();
        assert_eq!(receivers, ["H49", "H49.01"]);
        let dump = world.axis.dump();
        // Two calls, each for the one receiver that it names.
        assert_eq!(dump.sent.len(), 2);
        assert!(
            dump.sent
                .iter()
                .all(|sent| sent.copies.len() == 1 && sent.defects.is_empty())
        );
        let content = world.axis.content(&world.arrived()[0].doc_id).unwrap();
        let content = String::from_utf8(content.to_vec()).unwrap();
        assert!(
            content.contains("<edXML:OrganId>H34</edXML:OrganId>"),
            "{content}"
        );
        for delivery in world.deliveries("vxp").await {
            assert_eq!(
                (delivery.state, delivery.attempts),
                (State::Acknowledged, 1)
            );
        }
        assert_eq!(world.events("document.sent").await.len(), 2);
        world.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_ends_with_one_copy() {
    let busy = |is_done| FaultKind::Fail {
        code: "113".into(),
        description: "bận".into(),
        is_done,
    };
    let faults = [
        FaultKind::CutBefore,
        FaultKind::CutMiddle,
        FaultKind::CutAfter,
        FaultKind::CloseAfter,
        FaultKind::Http { status: 500 },
        FaultKind::Http { status: 503 },
        busy(false),
        busy(true),
        FaultKind::Delay { ms: 300 },
    ];
    let world = World::running().await;
    for (place, fault) in faults.into_iter().enumerate() {
        world.axis.add_fault(on_send(fault.clone()));
        world.submit(&draft("H34.01", &["H49"], place)).await;
        let what = format!("{fault:?}");
        world
            .until(&what, async || has_arrived(&world, place + 1).await)
            .await;
        assert_eq!(world.arrived().len(), place + 1, "{what}");
        assert_eq!(world.axis.faults().len(), 0, "{what}");
    }
    let deliveries = world.deliveries("vxp").await;
    assert!(
        deliveries
            .iter()
            .all(|delivery| delivery.state == State::Acknowledged)
    );
    world.settle(20).await;
    assert_eq!(world.arrived().len(), 9);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_found_in_the_list_and_a_lost_call_is_repeated() {
    let world = World::running().await;
    world.axis.add_fault(on_send(FaultKind::CutAfter));
    world.submit(&draft("H34.01", &["H49"], 1)).await;
    world
        .until("arrival", async || has_arrived(&world, 1).await)
        .await;
    assert_eq!(world.called("sendEdoc"), 1);
    assert_eq!(world.events("document.found_upstream").await.len(), 1);
    assert_eq!(world.delivery().await.attempts, 1);

    world.axis.add_fault(on_send(FaultKind::CutBefore));
    world.submit(&draft("H34.01", &["H49"], 2)).await;
    world
        .until("arrival", async || has_arrived(&world, 2).await)
        .await;
    assert_eq!(world.called("sendEdoc"), 3);
    assert_eq!(world.events("document.possible_duplicate").await.len(), 1);
    assert_eq!(world.deliveries("vxp").await[1].attempts, 2);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_asked_again_until_it_answers() {
    let world = World::running().await;
    world.axis.add_fault(on_send(FaultKind::CutAfter));
    let spoilt = [
        FaultKind::ListHtml,
        FaultKind::ListTruncated,
        FaultKind::ListEmpty,
    ];
    for (fault, skip) in spoilt.into_iter().zip(0..) {
        let rule = FaultRule::always(fault)
            .on(Operation::GetSentEdocList)
            .times(1);
        world.axis.add_fault(FaultRule { skip, ..rule });
    }
    world.submit(&draft("H34.01", &["H49"], 1)).await;
    world
        .until("arrival", async || has_arrived(&world, 1).await)
        .await;
    assert_eq!(world.called("sendEdoc"), 1);
    assert_eq!(world.arrived().len(), 1);
    assert_eq!(world.delivery().await.state, State::Acknowledged);
    assert_eq!(world.called("getSentEdocList"), 4);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_twin_that_was_sent_before_is_not_taken_for_a_lost_one() {
    let world = World::running().await;
    let first = draft("H34.01", &["H49"], 7);
    let mut twin = first.clone();
    twin.document_id.push_str("-2");
    world.submit(&first).await;
    world
        .until("arrival", async || has_arrived(&world, 1).await)
        .await;
    world.axis.add_fault(on_send(FaultKind::CutBefore));
    world.submit(&twin).await;
    world
        .until("arrival", async || has_arrived(&world, 2).await)
        .await;
    let mut ids: Vec<String> = world
        .arrived()
        .into_iter()
        .map(|copy| copy.document_id)
        .collect();
    ids.sort();
    assert_eq!(ids, [first.document_id, twin.document_id]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_send_and_settlement_sends_once() {
    each_database(async |test| {
        let world = World::on(test).await;
        world.submit(&draft("H34.01", &["H49"], 1)).await;
        let ledger = &world.platform.ledger;
        // The process that took the delivery sends it and is gone before it can settle.
        let leased = ledger
            .lease("vxp", "gone", 1, 60_000)
            .await
            .unwrap()
            .remove(0);
        let outbound = world.exchange.outbound(&leased).await.unwrap();
        let client = world.client(5_000);
        let body = outbound.rendered.body;
        client
            .send(MessageType::Edoc, "H34.01", "H49", body)
            .await
            .unwrap();
        world.start().await;
        let delivery = world.until_state(State::Acknowledged).await;
        assert_eq!(delivery.attempts, 2);
        assert_eq!(world.called("sendEdoc"), 1);
        assert_eq!(world.arrived().len(), 1);
        world.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_dead_at_once_with_their_reason() {
    let cases = [
        (FaultKind::WrongMac, "102"),
        (FaultKind::ExpiredTimestamp, "104"),
        (
            FaultKind::Fail {
                code: "108".into(),
                description: "required_missing Subject".into(),
                is_done: false,
            },
            "108",
        ),
    ];
    let world = World::running().await;
    for (place, (fault, code)) in cases.into_iter().enumerate() {
        world.axis.add_fault(on_send(fault));
        world.submit(&draft("H34.01", &["H49"], place)).await;
        let dead = async || world.counts("vxp").await.get("dead") == Some(&1);
        world.until(code, dead).await;
        let delivery = world.deliveries("vxp").await[place].clone();
        assert_eq!(
            (delivery.state, delivery.attempts),
            (State::Dead, 1),
            "{code}"
        );
        let reason = delivery.last_error.clone().unwrap();
        assert!(reason.contains(code), "{reason}");
        assert!(!reason.contains("outcome_unknown"), "{reason}");
        // A person mends what was wrong and sends it again.
        world.redrive(&delivery).await;
        world
            .until("arrival", async || has_arrived(&world, place + 1).await)
            .await;
    }
    assert_eq!(world.arrived().len(), 3);
    assert_eq!(world.events("document.possible_duplicate").await.len(), 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_unknown_to_the_axis_is_a_dead_letter_and_stops_nobody() {
    let world = World::running().await;
    world.submit(&draft("H34.01", &["H51"], 1)).await;
    world.submit(&draft("H34.01", &["H49"], 2)).await;
    world
        .until("arrival", async || world.arrived().len() == 1)
        .await;
    let deliveries = world.deliveries("vxp").await;
    assert_eq!(deliveries[0].state, State::Dead);
    assert!(deliveries[0].last_error.as_deref().unwrap().contains("109"));
    world
        .until("settled", async || {
            world.deliveries("vxp").await[1].state == State::Acknowledged
        })
        .await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_goes_back_to_the_sender() {
    let world = World::running().await;
    let incoming = draft("H49", &[&own(3)], 1);
    world.send_down(&incoming).await;
    world
        .until("mailbox", async || {
            !world.deliveries("mailbox").await.is_empty()
        })
        .await;
    world.axis.add_fault(on_send(FaultKind::CutAfter));
    for code in ["01", "03"] {
        let status = StatusDraft {
            from: draft(&own(3), &[], 1).from,
            response_for: incoming.as_response_for(),
            code: code.into(),
            description: format!("Trạng thái {code}"),
            at_ms: world.axis.now_ms(),
            ..StatusDraft::default()
        };
        world
            .submit_bytes(MessageType::Status, status.write())
            .await;
    }
    world
        .until("arrival", async || has_arrived(&world, 2).await)
        .await;
    let codes: Vec<String> = world
        .arrived()
        .into_iter()
        .map(|copy| copy.status_code)
        .collect();
    assert_eq!(codes, ["01", "03"]);
    assert_eq!(
        world.called("sendEdoc"),
        3,
        "the other province's document and two statuses"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_and_no_content_stands_in_reasons_and_events() {
    let world = World::running().await;
    world.axis.add_fault(on_send(FaultKind::WrongMac));
    world.submit(&draft("H34.01", &["H49"], 1)).await;
    let delivery = world.until_state(State::Dead).await;
    let mut told = vec![delivery.last_error.unwrap()];
    for action in ["document.accepted", "document.send_failed"] {
        told.extend(
            world
                .events(action)
                .await
                .iter()
                .map(|event| format!("{event:?}")),
        );
    }
    assert!(told.len() >= 3, "{told:?}");
    for text in told {
        assert!(!text.contains(crate::support::SECRET), "{text}");
        assert!(!text.contains("Văn bản mẫu số"), "{text}");
    }
    world.stop().await;
}
