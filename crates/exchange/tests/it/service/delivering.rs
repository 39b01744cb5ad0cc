//! From one sender to several receivers, inside the province and outside.

use lgsp_exchange::{
    edxml::Mode,
    service::{MessageType, UPSTREAM_QUEUE, WireStatus},
};
use lgsp_model::DeliveryId;
use lgsp_platform::ledger::State;

use super::kit::*;

worlds! {
    async fn one_delivery_for_each_receiver(world: &World) {
        let document = document("H34.01", &["H34.02", "000.00.03.H34", "G22", "H34.02"], "1");
        let id = world.sent("office", &document).await;
        let detail = world.detail(id).await;
        assert_eq!(detail.item.to_count, 3, "a receiver named twice gets one copy");
        assert_eq!(detail.item.direction, "out");
        assert_eq!(detail.item.state_summary, "sent");
        assert_eq!(world.list("H34.02").await.len(), 1);
        let justice = world.list("H34.03").await;
        assert_eq!(justice[0].to_code, "000.00.03.H34", "shown as written");
        assert_eq!(justice[0].to_agency, "H34.03");
        let outside = world.copy(id, "G22").await;
        assert_eq!(outside.transport, "upstream");
        let delivery = world.platform.ledger.delivery(DeliveryId(outside.id)).await.unwrap();
        assert_eq!(delivery.queue, UPSTREAM_QUEUE);
        assert_eq!((delivery.address.as_str(), delivery.lane.as_deref()), ("G22", Some("H34.01")));
        assert!(!delivery.is_pull);
        let actions: Vec<String> =
            world.events(&id.to_string()).await.into_iter().map(|event| event.action).collect();
        assert_eq!(actions, ["document.accepted"]);
    }

    async fn urgent_ones_come_first_then_the_oldest(world: &World) {
        for (number, priority) in [("1", "0"), ("2", "3"), ("3", "0")] {
            let mut document = document("H34.01", &["H34.02"], number);
            document.other_info.as_mut().unwrap().priority = Some(priority.to_owned());
            world.sent("office", &document).await;
        }
        let mut subjects = Vec::new();
        for item in world.list("H34.02").await {
            let bytes = content(world.fetch("H34.02", &item.doc_id).await.unwrap());
            subjects.push(parse(&bytes).code.unwrap().number.unwrap());
        }
        assert_eq!(subjects, ["2", "1", "3"]);
    }

    async fn what_is_handed_out_carries_our_trace_and_nothing_else_new(world: &World) {
        let document = document("H34.01", &["H34.02"], "1");
        let sent = bytes(&document);
        let id = world.sent("office", &document).await;
        let item = &world.list("H34.02").await[0];
        let first = content(world.fetch("H34.02", &item.doc_id).await.unwrap());
        let second = content(world.fetch("H34.02", &item.doc_id).await.unwrap());
        assert_eq!(first, second, "the same bytes each time");
        let mut parsed = parse(&first);
        assert_eq!(parsed.traces.len(), 1);
        assert_eq!(parsed.traces[0].organ_id.as_deref(), Some("H34"));
        let at = parsed.traces[0].timestamp.as_ref().unwrap().as_str().to_owned();
        assert_eq!(instant(&at), instant("2026/11/23 09:00:00"));
        parsed.traces.clear();
        assert_eq!(parsed, parse(&sent));
        let raw = content(world.exchange.raw(id, None).await.unwrap());
        assert_eq!(raw, sent, "the received bytes are kept");
    }

    async fn a_repaired_message_is_written_again(world: &World) {
        let text = String::from_utf8(bytes(&document("H34.01", &["H34.02"], "1"))).unwrap();
        let broken = text.replace("2026/11/23</edXML:PromulgationDate>",
            "23/11/2026</edXML:PromulgationDate>");
        assert_ne!(text, broken);
        let kind = MessageType::Edoc;
        let refused =
            world.submit("office", kind, broken.clone().into_bytes(), Mode::Strict).await;
        assert_eq!(error_id(refused), "exchange.message.not_conformant");
        let taken = world.submit("office", kind, broken.into_bytes(), Mode::Tolerant).await;
        let id = taken.unwrap().document.unwrap();
        let codes: Vec<String> =
            world.detail(id).await.defects.into_iter().map(|defect| defect.code).collect();
        assert_eq!(codes, ["date_format"]);
        let item = &world.list("H34.02").await[0];
        let out = content(world.fetch("H34.02", &item.doc_id).await.unwrap());
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("2026/11/23</edXML:PromulgationDate>"));
        assert!(out.contains("<edXML:OrganId>H34</edXML:OrganId>"));
    }

    async fn an_item_is_fetched_and_acknowledged_by_its_owner_only(world: &World) {
        let id = world.sent("office", &document("H34.01", &["H34.02"], "1")).await;
        let doc_id = world.list("H34.02").await[0].doc_id.clone();
        for stranger in ["H34.01", "H34.03"] {
            let refused = world.fetch(stranger, &doc_id).await;
            assert_eq!(error_id(refused), "exchange.thing.not_found", "{stranger}");
        }
        assert_eq!(error_id(world.fetch("H34.02", "x").await), "exchange.thing.not_found");
        assert!(world.copy(id, "H34.02").await.fetched_at.is_none());
        world.fetch("H34.02", &doc_id).await.unwrap();
        let copy = world.copy(id, "H34.02").await;
        assert!(copy.fetched_at.is_some());
        assert_eq!((copy.delivery_state.as_str(), copy.wire_status.as_str()),
            ("delivered", "processing"));
        assert_eq!(world.list("H34.02").await.len(), 1, "listed until done");

        let (exchange, home) = (&world.exchange, reader("H34.02"));
        exchange.acknowledge(&home, &doc_id, WireStatus::Fail).await.unwrap();
        assert_eq!(world.list("H34.02").await[0].status, WireStatus::Fail);
        assert_eq!(world.alarms(id).await, ["receiver_failed"]);
        for _ in 0..2 {
            exchange.acknowledge(&home, &doc_id, WireStatus::Done).await.unwrap();
        }
        assert!(world.list("H34.02").await.is_empty());
        let late = exchange.acknowledge(&home, &doc_id, WireStatus::Processing).await;
        assert_eq!(error_id(late), "exchange.document.state");
        world.pass(1).await;
        assert!(world.alarms(id).await.is_empty(), "closed when taken after all");
        world.fetch("H34.02", &doc_id).await.unwrap();
        let stranger = exchange.acknowledge(&reader("H34.03"), &doc_id, WireStatus::Done).await;
        assert_eq!(error_id(stranger), "exchange.thing.not_found");
    }

    async fn senders_see_what_became_of_it(world: &World) {
        let sender = ["H34.01".to_owned()];
        let id = world.sent("office", &document("H34.01", &["H34.02", "G22"], "7")).await;
        world.sent("office", &document("H34.01", &["H34.03"], "8")).await;
        world.fetch_one("H34.02").await;
        let exchange = &world.exchange;
        let all = exchange.sent_list(&sender, MessageType::Edoc, None, 500).await.unwrap();
        assert_eq!(all.len(), 3);
        let only = id.to_string();
        let mine =
            exchange.sent_list(&sender, MessageType::Edoc, Some(&only), 500).await.unwrap();
        let lines: Vec<(&str, &str)> =
            mine.iter().map(|item| (item.to_code.as_str(), item.send_status.as_str())).collect();
        assert_eq!(lines, [("H34.02", "fetched"), ("G22", "queued")]);
        assert_eq!(mine[0].sender_doc_id, only);
        assert_eq!(mine[0].notation, "7/CV");
        let kind = MessageType::Edoc;
        let others = ["H34.02".to_owned()];
        assert!(exchange.sent_list(&others, kind, Some(&only), 500).await.unwrap().is_empty());
        assert!(exchange.sent_list(&sender, kind, Some("x"), 500).await.unwrap().is_empty());
    }

    async fn counts_follow_the_mailbox(world: &World) {
        for number in ["1", "2", "3"] {
            world.sent("office", &document("H34.01", &["H34.02"], number)).await;
        }
        let agencies = ["H34.02".to_owned()];
        let count = |kind| world.exchange.mailbox_count(&agencies, kind);
        assert_eq!(count(MessageType::Edoc).await.unwrap(), 3);
        assert_eq!(count(MessageType::Status).await.unwrap(), 0);
        let listed = world.exchange.mailbox_list(&agencies, MessageType::Edoc, 2).await.unwrap();
        assert_eq!(listed.len(), 2, "the limit counts");
        let first = &listed[0].doc_id;
        let home = reader("H34.02");
        world.exchange.acknowledge(&home, first, WireStatus::Done).await.unwrap();
        assert_eq!(count(MessageType::Edoc).await.unwrap(), 2);
        let id = DeliveryId(first.parse().unwrap());
        let state = world.platform.ledger.delivery(id).await.unwrap().state;
        assert_eq!(state, State::Acknowledged);
    }

    async fn an_ended_code_leads_to_its_one_successor(world: &World) {
        let id = world.sent("office", &document("H34.01", &["H34.08"], "1")).await;
        let copy = world.copy(id, "H34.02").await;
        assert_eq!(copy.to.code, "H34.08", "history shows the code as written");
        let actions: Vec<String> =
            world.events(&id.to_string()).await.into_iter().map(|event| event.action).collect();
        assert!(actions.contains(&"document.code_superseded".to_owned()));
        let split = world.send("office", &document("H34.01", &["H34.09"], "2")).await;
        assert_eq!(error_id(split), "exchange.recipient.unknown");
    }
}
