//! Documents downward: fetched once, confirmed after they are durable.

use lgsp_exchange::service::MessageType;
use lgsp_platform::ledger::State;
use lgsp_simulator::axis::{FaultKind, FaultRule, Operation};
use lgsp_testkit::each_database;

use crate::support::{World, draft, own};

async fn is_here(world: &World, count: usize) -> bool {
    let mailbox = world.deliveries("mailbox").await;
    mailbox.len() >= count && world.waiting().iter().all(|copy| copy.status == "done")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_comes_into_the_mailboxes_of_its_receivers() {
    each_database(async |test| {
        let world = World::on(test).await;
        world.start().await;
        world.send_down(&draft("H49", &[&own(1), &own(2)], 1)).await;
        world
            .until("arrival", async || is_here(&world, 2).await)
            .await;
        let mut addresses: Vec<String> = world
            .deliveries("mailbox")
            .await
            .into_iter()
            .map(|item| item.address)
            .collect();
        addresses.sort();
        assert_eq!(addresses, [own(1), own(2)]);
        for copy in world.waiting() {
            assert_eq!((copy.fetches, copy.done_calls), (1, 1));
        }
        // Two copies of the axis, one document here.
        assert_eq!(world.events("document.accepted").await.len(), 2);
        let agencies = [own(1), own(2)];
        let waiting = world
            .exchange
            .mailbox_count(&agencies, MessageType::Edoc)
            .await
            .unwrap();
        assert_eq!(waiting, 2);
        world.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spoilt_lists_and_contents_only_delay() {
    let on = |fault, operation| FaultRule::always(fault).on(operation).times(1);
    let list = Operation::GetReceivedEdocList;
    let cases = [
        on(FaultKind::ListHtml, list),
        on(FaultKind::ListEmpty, list),
        on(FaultKind::ListTruncated, list),
        on(FaultKind::DuplicateItems, list),
        on(FaultKind::ReverseOrder, list),
        on(FaultKind::MissingItems { polls: 2 }, list),
        on(FaultKind::Base64Cut, Operation::GetEdoc),
        on(FaultKind::CutMiddle, Operation::GetEdoc),
        on(FaultKind::Http { status: 500 }, Operation::CountReceiveEdoc),
        on(FaultKind::CutAfter, Operation::UpdateStatus),
        on(FaultKind::CutBefore, Operation::UpdateStatus),
        on(FaultKind::LeadingJunk, Operation::GetEdoc),
        on(FaultKind::UnboundPrefix, Operation::GetEdoc),
        on(FaultKind::TraceOrganNull, Operation::GetEdoc),
    ];
    let world = World::running().await;
    for (place, fault) in cases.into_iter().enumerate() {
        let what = format!("{fault:?}");
        world.axis.add_fault(fault);
        world.send_down(&draft("H49", &["H34.01"], place)).await;
        world
            .until(&what, async || is_here(&world, place + 1).await)
            .await;
        assert_eq!(world.deliveries("mailbox").await.len(), place + 1, "{what}");
        assert_eq!(world.axis.faults().len(), 0, "{what}");
    }
    assert!(world.called("downloadEdoc") >= 2);
    assert!(world.deliveries("vxp-in").await.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_taken_in_is_kept_told_and_mended() {
    let world = World::running().await;
    // The axis knows this agency of ours, our catalogue does not.
    world.send_down(&draft("H49", &["H34.77"], 1)).await;
    world.send_down(&draft("H49", &["H34.01"], 2)).await;
    world
        .until("parking", async || {
            !world.deliveries("vxp-in").await.is_empty()
        })
        .await;
    let parked = world.deliveries("vxp-in").await.remove(0);
    assert_eq!(parked.state, State::Dead);
    let reason = parked.last_error.clone().unwrap();
    assert!(reason.starts_with("exchange.recipient.unknown"), "{reason}");
    world
        .until("told", async || {
            world
                .waiting()
                .iter()
                .any(|copy| copy.to == "H34.77" && copy.status == "fail")
        })
        .await;
    // The other one came all the same, and the parked one is not fetched at each poll.
    world
        .until("arrival", async || {
            world.deliveries("mailbox").await.len() == 1
        })
        .await;
    world.settle(100).await;
    assert_eq!(world.deliveries("vxp-in").await.len(), 1);
    let fetches = |code: &str| {
        world
            .waiting()
            .iter()
            .find(|copy| copy.to == code)
            .map(|copy| copy.fetches)
    };
    assert_eq!(fetches("H34.77"), Some(1));
    assert_eq!(world.events("upstream.parked").await.len(), 1);

    // Sent again without a change it is dead again; once the agency is known it is taken in.
    world.redrive(&parked).await;
    world
        .until("dead", async || {
            let item = world.deliveries("vxp-in").await.remove(0);
            item.state == State::Dead && item.attempts == 1
        })
        .await;
    world.put_agency("H34.77").await;
    world.exchange.directories().refresh().await.unwrap();
    world.redrive(&parked).await;
    world
        .until("arrival", async || {
            world.deliveries("mailbox").await.len() == 2
        })
        .await;
    world
        .until("told", async || {
            world.waiting().iter().all(|copy| copy.status == "done")
        })
        .await;
    world
        .until("settled", async || {
            world.deliveries("vxp-in").await[0].state == State::Acknowledged
        })
        .await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_past_the_limit_is_refused_and_noted() {
    let world = World::running().await;
    // The limit of what is fetched, at its value and one byte past it.
    for (place, (size, status)) in [(0, "done"), (1, "fail")].into_iter().enumerate() {
        world.send_down(&draft("H49", &["H34.01"], place)).await;
        let doc_id = world.waiting()[place].doc_id.clone();
        let length = world.axis.content(&doc_id).unwrap().len() as u64;
        world
            .put("exchange-settings", "exchange", limit_of(length - size))
            .await;
        world
            .until(status, async || world.waiting()[place].status == status)
            .await;
    }
    assert_eq!(world.deliveries("mailbox").await.len(), 1);
    assert_eq!(world.events("upstream.refused").await.len(), 1);
    world.stop().await;
}

fn limit_of(bytes: u64) -> serde_json::Value {
    let settings = lgsp_exchange::kinds::ExchangeSettings {
        message_bytes_max: bytes,
        ..Default::default()
    };
    serde_json::to_value(settings).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_poll_in_turns() {
    each_database(async |test| {
        let world = World::on(test.clone()).await;
        world.start().await;
        if !test.is_postgres() {
            world.stop().await;
            return;
        }
        let platform = test
            .start_node("second", &crate::support::modules())
            .await
            .unwrap();
        let second = crate::support::open_exchange(&platform).await;
        lgsp_national::start(&platform, &second).await.unwrap();
        world.settle(120).await;
        // Four periods of 30 seconds, and the one at the start.
        let polls = world.called("countReceiveEdoc");
        assert!((3..=6).contains(&polls), "{polls}");
        world.send_down(&draft("H49", &["H34.01"], 1)).await;
        world
            .until("arrival", async || is_here(&world, 1).await)
            .await;
        assert_eq!(world.waiting()[0].fetches, 1);
        platform.stop().await;
        world.stop().await;
    })
    .await;
}
