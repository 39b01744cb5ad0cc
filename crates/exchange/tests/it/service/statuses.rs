//! Status messages travel back and move the copy of each receiver.

use lgsp_exchange::{
    edxml::{Edxml, Mode},
    query::views::UnmatchedFilter,
    service::{MessageType, WireStatus},
};
use lgsp_model::DeliveryId;

use super::{kit::*, systems::caller};

worlds! {
    async fn a_status_moves_the_copy_and_reaches_the_sender(world: &World) {
        let target = document("H34.01", &["H34.02", "H34.03"], "1");
        let id = world.sent("office", &target).await;
        for code in ["01", "03", "04", "05", "06"] {
            world.clock.advance_ms(1_000);
            world.status("home", Mode::Strict, status("H34.02", &target, code)).await.unwrap();
            assert_eq!(world.state(id, "H34.02").await, code);
        }
        assert_eq!(world.state(id, "H34.03").await, "sent", "each copy for itself");
        assert_eq!(world.detail(id).await.item.state_summary, "mixed");
        let tray = world.statuses("H34.01").await;
        assert_eq!(tray.len(), 5);
        assert_eq!(tray[0].message_type, MessageType::Status);
        assert_eq!((tray[0].from_code.as_str(), tray[0].to_code.as_str()), ("H34.02", "H34.01"));
        assert!(world.list("H34.01").await.is_empty(), "documents and statuses apart");
        let sent = write(&Edxml::Status(status("H34.02", &target, "01")));
        let fetched = content(world.fetch("H34.01", &tray[0].doc_id).await.unwrap());
        assert_eq!(fetched, sent, "a status has no trace: the bytes are those received");
        let office = reader("H34.01");
        let exchange = &world.exchange;
        exchange.acknowledge(&office, &tray[0].doc_id, WireStatus::Done).await.unwrap();
        assert_eq!(world.statuses("H34.01").await.len(), 4);
        let history = world.copy(id, "H34.02").await.history;
        assert_eq!(history.len(), 5);
        assert_eq!(history[4].label.en, "Finished");
        assert!(history.iter().all(|item| item.effect == "applied"));
        let sent = exchange
            .sent_list(&["H34.02".to_owned()], MessageType::Status, None, 500)
            .await
            .unwrap();
        assert_eq!((sent.len(), sent[0].receive_status.as_str()), (5, "06"));
    }

    async fn a_repeated_status_is_taken_once(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        let send = || world.status("home", Mode::Tolerant, status("H34.02", &target, "01"));
        let first = send().await.unwrap();
        let again = send().await.unwrap();
        assert_eq!((again.doc_id, again.is_repeat), (first.doc_id, true));
        assert_eq!(world.statuses("H34.01").await.len(), 1);
        assert_eq!(world.copy(id, "H34.02").await.history.len(), 1);
    }

    async fn order_is_held_or_noted(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        let strict = |code| world.status("home", Mode::Strict, status("H34.02", &target, code));
        let tolerant = |code| {
            let mut status = status("H34.02", &target, code);
            status.description = Some("lần hai".to_owned());
            world.status("home", Mode::Tolerant, status)
        };
        assert_eq!(error_id(strict("05").await), "exchange.status.order");
        assert_eq!(world.state(id, "H34.02").await, "sent");
        tolerant("05").await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "05", "forward, a step left out");
        tolerant("03").await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "05", "stays at the furthest point");
        assert_eq!(error_id(strict("15").await), "exchange.status.order");
        assert_eq!(error_id(strict("13").await), "exchange.status.foreign");
        tolerant("07").await.unwrap();
        let effects: Vec<String> =
            world.copy(id, "H34.02").await.history.into_iter().map(|item| item.effect).collect();
        assert_eq!(effects, ["applied", "backwards", "noted"]);
        assert_eq!(world.events("exchange.status.order").await.len(), 2);
    }

    async fn a_stranger_says_nothing_about_a_document(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        let stranger = world.status("justice", Mode::Tolerant, status("H34.03", &target, "03"));
        assert_eq!(error_id(stranger.await), "exchange.status.foreign");
        assert!(world.copy(id, "H34.02").await.history.is_empty());
    }

    async fn the_sender_asks_back_from_all_or_one(world: &World) {
        let target = document("H34.01", &["H34.02", "H34.03", "H34.04"], "1");
        let id = world.sent("office", &target).await;
        world.status("home", Mode::Strict, status("H34.02", &target, "02")).await.unwrap();
        world.status("office", Mode::Strict, status("H34.01", &target, "13")).await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "02", "refused before");
        assert_eq!(world.state(id, "H34.03").await, "withdrawal_asked");
        assert_eq!(world.statuses("H34.03").await.len(), 1);
        assert!(world.statuses("H34.04").await.is_empty(), "no system, no tray");
        assert_eq!(world.state(id, "H34.04").await, "withdrawal_asked");
        world.status("justice", Mode::Strict, status("H34.03", &target, "15")).await.unwrap();
        assert_eq!(world.state(id, "H34.03").await, "withdrawn");
    }

    async fn a_status_for_the_outside_goes_to_the_axis(world: &World) {
        let target = document("G22", &["H34.02"], "1");
        let id = world.take_from_axis("doc-1", &target, &["H34.02"]).await.document.unwrap();
        world.status("home", Mode::Strict, status("H34.02", &target, "03")).await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "03");
        let leased = world.platform.ledger.lease("vxp", "test", 10, 60_000).await.unwrap();
        assert_eq!(leased.len(), 1);
        assert_eq!(leased[0].address, "G22");
        let outbound = world.exchange.outbound(&leased[0]).await.unwrap();
        assert_eq!(outbound.message_type, MessageType::Status);
        assert_eq!((outbound.from_code.as_str(), outbound.to_code.as_str()), ("H34.02", "G22"));
    }

    async fn a_status_that_overtakes_its_document_is_parked(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let early = world.status("home", Mode::Tolerant, status("H34.02", &target, "01"));
        let early = early.await.unwrap();
        assert_eq!(early.document, None);
        let id = world.sent("office", &target).await;
        assert_eq!(world.state(id, "H34.02").await, "sent");
        world.exchange.retry_orphans().await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "sent", "not yet due");
        world.clock.advance_ms(61_000);
        world.exchange.retry_orphans().await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "01");
        let tray = world.statuses("H34.01").await;
        assert_eq!(tray.len(), 1);
        world.fetch("H34.01", &tray[0].doc_id).await.unwrap();
        world.exchange.retry_orphans().await.unwrap();
        assert_eq!(world.statuses("H34.01").await.len(), 1, "matched once");
    }

    async fn a_status_without_document_is_listed_after_a_day(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        world.status("home", Mode::Tolerant, status("H34.02", &target, "01")).await.unwrap();
        for _ in 0..2 {
            world.clock.advance_ms(13 * 3_600_000);
            world.exchange.retry_orphans().await.unwrap();
        }
        let all = UnmatchedFilter::default();
        let page = world.exchange.unmatched(&all, None).await.unwrap();
        let item = &page.items[0];
        assert_eq!((item.state.as_str(), item.code.as_str()), ("listed", "01"));
        assert_eq!((item.from.agency.as_str(), item.about.as_str()), ("H34.02", "1/CV"));
        assert_eq!(item.about_agency.as_ref().unwrap().agency, "H34.01");
        assert!(item.next_at.is_none() && item.reason.is_none());
        let of = async |agency: &str| {
            let scope = [agency.to_owned()];
            world.exchange.unmatched(&all, Some(&scope)).await.unwrap().items.len()
        };
        assert_eq!((of("H34.01").await, of("H34.02").await, of("H34.03").await), (1, 1, 0));
        let parked = UnmatchedFilter { state: Some("parked".to_owned()), ..Default::default() };
        assert!(world.exchange.unmatched(&parked, None).await.unwrap().items.is_empty());
    }

    async fn a_person_tries_a_listed_status_again_or_dismisses_it(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let other = document("H34.01", &["H34.02"], "2");
        for named in [&target, &other] {
            world.status("home", Mode::Tolerant, status("H34.02", named, "01")).await.unwrap();
        }
        let all = UnmatchedFilter::default();
        let items = world.exchange.unmatched(&all, None).await.unwrap().items;
        let (exchange, caller) = (&world.exchange, caller(world));
        let first = items.iter().find(|item| item.about == "1/CV").unwrap().id;
        let second = items.iter().find(|item| item.about == "2/CV").unwrap().id;
        assert!(!exchange.retry_unmatched(&caller, first, None).await.unwrap());
        let id = world.sent("office", &target).await;
        let scope = ["H34.03".to_owned()];
        let foreign = exchange.retry_unmatched(&caller, first, Some(&scope)).await;
        assert_eq!(error_id(foreign), "exchange.thing.not_found");
        assert!(exchange.retry_unmatched(&caller, first, None).await.unwrap());
        assert_eq!(world.state(id, "H34.02").await, "01");
        let again = exchange.retry_unmatched(&caller, first, None).await;
        assert_eq!(error_id(again), "exchange.document.state");
        exchange.dismiss_unmatched(&caller, second, "gửi nhầm", None).await.unwrap();
        assert!(exchange.unmatched(&all, None).await.unwrap().items.is_empty());
        let actions = async |id: uuid::Uuid| -> Vec<String> {
            world.events(&id.to_string()).await.into_iter().map(|event| event.action).collect()
        };
        assert_eq!(actions(first).await, ["status.orphan", "status.retried", "status.retried"]);
        assert_eq!(actions(second).await, ["status.orphan", "status.dismissed"]);
        world.sent("office", &other).await;
        world.clock.advance_ms(26 * 3_600_000);
        world.exchange.retry_orphans().await.unwrap();
        assert_eq!(world.statuses("H34.01").await.len(), 1, "what was dismissed stays so");
    }

    async fn a_status_may_name_number_and_day(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        let mut by_number = status("H34.02", &target, "03");
        by_number.response_for.document_id = None;
        world.status("home", Mode::Strict, by_number).await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "03");
    }

    async fn statuses_wait_beside_documents(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        world.sent("office", &target).await;
        world.status("home", Mode::Strict, status("H34.02", &target, "01")).await.unwrap();
        let tray = &world.statuses("H34.01").await[0];
        let id = DeliveryId(tray.doc_id.parse().unwrap());
        let delivery = world.platform.ledger.delivery(id).await.unwrap();
        assert_eq!(delivery.address, "H34.01/status");
        let stranger = world.fetch("H34.02", &tray.doc_id).await;
        assert_eq!(error_id(stranger), "exchange.thing.not_found");
    }
}
