//! Up to the national axis and down from it.

use lgsp_exchange::{
    edxml::{Document, Mode, model::TraceHeader},
    service::{MessageType, Source, Submitted},
};
use lgsp_platform::ledger::{Outcome, Settlement};

use super::kit::*;

impl World {
    /// An item that the client of the axis has fetched for `to`.
    pub(super) async fn take_from_axis(
        &self,
        doc_id: &str,
        document: &Document,
        to: &[&str],
    ) -> Submitted {
        let source = Source::Upstream {
            name: "axis".to_owned(),
            doc_id: doc_id.to_owned(),
        };
        let kind = MessageType::Edoc;
        let mut offered = submission(source, kind, bytes(document), Mode::Tolerant);
        offered.signed_to = to.iter().map(|code| (*code).to_owned()).collect();
        self.exchange.submit(offered).await.unwrap()
    }
}

worlds! {
    async fn the_client_gets_the_message_and_says_what_became_of_it(world: &World) {
        let id = world.sent("office", &document("H34.01", &["G22"], "1")).await;
        let ledger = &world.platform.ledger;
        let leased = ledger.lease("vxp", "test", 1, 60_000).await.unwrap().remove(0);
        let outbound = world.exchange.outbound(&leased).await.unwrap();
        assert_eq!((outbound.from_code.as_str(), outbound.to_code.as_str()), ("H34.01", "G22"));
        assert_eq!(outbound.notation, "1/CV");
        let first = content(outbound.rendered);
        assert_eq!(parse(&first).traces[0].organ_id.as_deref(), Some("H34"));
        let effects = world.exchange.failed_effects(&leased, "no answer", false).await;
        let next_at = world.exchange.now().plus_ms(30_000);
        let outcome = Outcome::Failed { reason: "no answer".to_owned(), next_at };
        let settle = |leased: &lgsp_platform::ledger::Leased, outcome, effects| Settlement {
            id: leased.id,
            fence: Some(leased.fence),
            outcome,
            effects,
        };
        ledger.settle(settle(&leased, outcome, effects)).await.unwrap();
        assert_eq!(world.copy(id, "G22").await.last_error.as_deref(), Some("no answer"));
        world.pass(16).await;
        assert_eq!(world.alarms(id).await, ["not_sent"]);
        let leased = ledger.lease("vxp", "test", 1, 60_000).await.unwrap().remove(0);
        let again = world.exchange.outbound(&leased).await.unwrap();
        assert_eq!(content(again.rendered), first, "the same bytes on each attempt");
        let effects = world.exchange.sent_effects(&leased, "axis-1").await;
        ledger.settle(settle(&leased, Outcome::Acknowledged, effects)).await.unwrap();
        world.pass(0).await;
        assert!(world.alarms(id).await.is_empty());
        let actions: Vec<String> =
            world.events(&id.to_string()).await.into_iter().map(|event| event.action).collect();
        let expected = [
            "document.accepted",
            "document.send_failed",
            "alarm.raised",
            "document.sent",
            "alarm.closed",
        ];
        assert_eq!(actions, expected);
    }

    async fn items_of_the_same_document_join(world: &World) {
        let mut document = document("G22", &["H34.02", "H34.03", "G09"], "1");
        document.traces =
            vec![TraceHeader { organ_id: Some("001.00.20.TT2".to_owned()), ..Default::default() }];
        let first = world.take_from_axis("a", &document, &["H34.02"]).await;
        let id = first.document.unwrap();
        assert_eq!(world.detail(id).await.item.direction, "in");
        // The axis writes another time into the trace of the second item.
        document.traces[0].timestamp =
            lgsp_exchange::edxml::InstantText::from_unix_ms(1_700_000_000_000);
        let second = world.take_from_axis("b", &document, &["H34.03"]).await;
        assert_eq!((second.document, second.is_repeat), (Some(id), false));
        let again = world.take_from_axis("b", &document, &["H34.03"]).await;
        assert_eq!((again.document, again.is_repeat), (Some(id), true));
        let detail = world.detail(id).await;
        assert_eq!(detail.item.to_count, 2);
        assert_eq!((world.list("H34.02").await.len(), world.list("H34.03").await.len()), (1, 1));
        assert_eq!(world.count("document").await, 1);
    }

    async fn without_signed_receivers_those_inside_get_it(world: &World) {
        let document = document("G22", &["H34.02", "G09", "H99.01", "H34.09"], "1");
        let id = world.take_from_axis("a", &document, &[]).await.document.unwrap();
        let detail = world.detail(id).await;
        let holders: Vec<(&str, &str)> = detail
            .copies
            .iter()
            .map(|copy| (copy.to.agency.as_str(), copy.to.code.as_str()))
            .collect();
        // Several bodies took over from H34.09: the clerk of the province decides.
        assert_eq!(holders, [("H34.02", "H34.02"), ("H34", "H34.09")]);
        let source = Source::Upstream { name: "axis".to_owned(), doc_id: "b".to_owned() };
        let outside = super::kit::document("G22", &["G09"], "2");
        let offered = submission(source, MessageType::Edoc, bytes(&outside), Mode::Tolerant);
        let refused = world.exchange.submit(offered).await;
        assert_eq!(error_id(refused), "exchange.recipient.unknown");
    }

    async fn damaged_files_from_the_axis_are_kept_and_shown(world: &World) {
        let good = String::from_utf8(bytes(&document("G22", &["H34.02"], "1"))).unwrap();
        let source = Source::Upstream { name: "axis".to_owned(), doc_id: "a".to_owned() };
        let broken = good.replace("UEsD", "%%%%").into_bytes();
        let offered = submission(source, MessageType::Edoc, broken, Mode::Tolerant);
        let id = world.exchange.submit(offered).await.unwrap().document.unwrap();
        assert!(world.detail(id).await.attachments[0].broken);
        let opened = world.exchange.attachment(id, 0, None).await.map(|(item, _)| item);
        assert_eq!(error_id(opened), "exchange.message.unreadable");
    }

    async fn our_own_documents_that_come_back_are_known(world: &World) {
        let own = document("H34.01", &["G22", "H34.02"], "1");
        let id = world.sent("office", &own).await;
        let back = world.take_from_axis("a", &own, &[]).await;
        assert_eq!((back.document, back.is_repeat), (Some(id), true));
        assert_eq!(world.list("H34.02").await.len(), 1);
    }

    async fn a_status_from_the_axis_reaches_the_sender(world: &World) {
        let target = document("H34.01", &["G22"], "1");
        let id = world.sent("office", &target).await;
        let source = Source::Upstream { name: "axis".to_owned(), doc_id: "s".to_owned() };
        let status = write(&lgsp_exchange::edxml::Edxml::Status(status("G22", &target, "03")));
        let offered = submission(source, MessageType::Status, status, Mode::Tolerant);
        world.exchange.submit(offered).await.unwrap();
        assert_eq!(world.state(id, "G22").await, "03");
        assert_eq!(world.statuses("H34.01").await.len(), 1);
    }
}
