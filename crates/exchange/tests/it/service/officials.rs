//! Officials act at the console: each act is a real message.

use lgsp_exchange::{
    edxml::model::BusinessType,
    service::{ComposeFile, ComposeRequest, Official},
};
use lgsp_model::{CopyId, DeliveryId, DocumentId};
use lgsp_platform::ledger::{Effects, Outcome, Settlement};

use super::kit::*;

fn request(to: &[&str], number: Option<&str>) -> ComposeRequest {
    ComposeRequest {
        from: "H34.04".to_owned(),
        to: to.iter().map(|code| (*code).to_owned()).collect(),
        subject: "Giấy mời họp".to_owned(),
        number: number.map(ToOwned::to_owned),
        notation: Some("GM".to_owned()),
        document_type: Some("23".to_owned()),
        priority: 1,
        ..ComposeRequest::default()
    }
}

fn file(name: &str, bytes: &[u8]) -> ComposeFile {
    ComposeFile {
        name: name.to_owned(),
        received: received(bytes.to_vec()),
    }
}

worlds! {
    async fn a_document_is_composed_sent_and_read(world: &World) {
        let files = vec![file("họp.pdf", b"%PDF-1.7 mau"), file("b.txt", "phụ lục".as_bytes())];
        let sent = world
            .exchange
            .compose(&official(), request(&["H34.02", "G22"], Some("5")), files)
            .await
            .unwrap();
        let id = sent.document.unwrap();
        let detail = world.detail(id).await;
        assert_eq!(detail.item.document_id, "H34.04,2026/11/23,5/GM");
        assert_eq!(detail.document_type.as_deref(), Some("Giấy mời"));
        assert_eq!((detail.item.priority, detail.item.business_type), (1, 0));
        assert!(detail.defects.is_empty(), "{:?}", detail.defects);
        assert_eq!(detail.attachments.len(), 2);
        assert_eq!(detail.attachments[0].media_type, "application/pdf");
        let (item, body) = world.exchange.attachment(id, 0, None).await.unwrap();
        assert_eq!((item.name.as_str(), item.form.as_str()), ("họp.pdf", "zip"));
        assert_eq!(content(body), b"%PDF-1.7 mau");
        let parsed = parse(&content(world.exchange.raw(id, None).await.unwrap()));
        assert_eq!(parsed.from.organ_id, "H34.04");
        assert_eq!(parsed.business_type(), BusinessType::New);
        let same = world
            .exchange
            .compose(&official(), request(&["H34.02"], Some("5")), Vec::new())
            .await;
        assert_eq!(error_id(same), "exchange.document.id_reused");
        let wrong = ComposeRequest { from: "H34.04".to_owned(), ..ComposeRequest::default() };
        let refused = world.exchange.compose(&official(), wrong, Vec::new()).await;
        assert_eq!(error_id(refused), "exchange.fields.invalid");
    }

    async fn who_acts_for_somebody_is_noted_with_both_names(world: &World) {
        let deputy = Official {
            username: "deputy".to_owned(),
            on_behalf_of: Some("clerk".to_owned()),
            ..official()
        };
        let sent = world.exchange.compose(&deputy, request(&["G22"], Some("7")), Vec::new()).await;
        let sent = sent.unwrap().document.unwrap();
        let came = world.sent("office", &document("H34.01", &["H34.04"], "8")).await;
        let copy = CopyId(world.copy(came, "H34.04").await.id);
        let acted = world.exchange.act_as_recipient(&deputy, came, copy, "03", None).await;
        assert_eq!(acted.unwrap().state, "03");
        let mut noted = Vec::new();
        for id in [sent, came] {
            let events = world.events(&id.to_string()).await;
            noted.extend(events.into_iter().filter(|event| event.actor == "deputy"));
        }
        let actions: Vec<_> = noted.iter().map(|event| event.action.as_str()).collect();
        assert!(actions.contains(&"document.accepted"), "{actions:?}");
        assert!(actions.contains(&"document.fetched"), "{actions:?}");
        assert!(actions.contains(&"status.received"), "{actions:?}");
        for event in noted {
            assert_eq!(event.on_behalf_of.as_deref(), Some("clerk"), "{}", event.action);
        }
    }

    async fn a_receiver_without_a_system_answers_at_the_console(world: &World) {
        let target = document("H34.01", &["H34.04"], "1");
        let id = world.sent("office", &target).await;
        let copy = CopyId(world.copy(id, "H34.04").await.id);
        world.exchange.mark_read(&official(), copy).await.unwrap();
        assert!(world.copy(id, "H34.04").await.fetched_at.is_some());
        let act = |code: &'static str| {
            let note = Some("đã nhận".to_owned());
            async move { world.exchange.act_as_recipient(&official(), id, copy, code, note).await }
        };
        let acted = act("01").await.unwrap();
        assert_eq!(acted.state, "01");
        assert_eq!(world.list("H34.04").await.len(), 1);
        assert_eq!(act("03").await.unwrap().state, "03");
        assert!(world.list("H34.04").await.is_empty(), "confirmed, so taken out");
        assert_eq!(error_id(act("01").await), "exchange.status.order");
        assert_eq!(error_id(act("99").await), "exchange.status.foreign");
        let tray = world.statuses("H34.01").await;
        assert_eq!(tray.len(), 2);
        let bytes = content(world.fetch("H34.01", &tray[1].doc_id).await.unwrap());
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("<edXML:StatusCode>03</edXML:StatusCode>"));
        assert!(text.contains("<edXML:OrganId>H34.04</edXML:OrganId>"));
        let history = world.copy(id, "H34.04").await.history;
        assert_eq!(history[1].staff.as_deref(), Some("Cán bộ Mẫu"));
        let agency = world.exchange.copy_agency(id, copy).await.unwrap();
        assert_eq!(agency, "H34.04");
        let other = DocumentId(uuid::Uuid::from_u128(1));
        let missing = world.exchange.copy_agency(other, copy).await;
        assert_eq!(error_id(missing), "exchange.thing.not_found");
    }

    async fn a_sender_asks_back_and_revokes_at_the_console(world: &World) {
        let sent = world
            .exchange
            .compose(&official(), request(&["H34.02", "H34.03"], Some("6")), Vec::new())
            .await
            .unwrap();
        let id = sent.document.unwrap();
        let copy = CopyId(world.copy(id, "H34.03").await.id);
        let asked = world.exchange.act_as_recipient(&official(), id, copy, "13", None).await;
        assert_eq!(asked.unwrap().state, "withdrawal_asked");
        assert_eq!(world.state(id, "H34.02").await, "sent", "the other copy was not asked");
        let reason = "nhầm nơi nhận".to_owned();
        let revoked = world.exchange.revoke(&official(), id, reason.clone()).await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "withdrawn");
        let detail = world.detail(revoked.document.unwrap()).await;
        assert_eq!((detail.item.business_type, detail.reason), (1, Some(reason.clone())));
        let again = world.exchange.revoke(&official(), id, reason.clone()).await;
        assert_eq!(error_id(again), "exchange.document.state", "nothing is left to take back");
        let foreign = document("G22", &["H34.02"], "1");
        let foreign = world.take_from_axis("a", &foreign, &["H34.02"]).await.document.unwrap();
        let refused = world.exchange.revoke(&official(), foreign, reason).await;
        assert_eq!(error_id(refused), "exchange.document.not_owner");
    }

    async fn composed_updates_and_replacements_name_their_target(world: &World) {
        let clerk = official();
        let compose = |request| world.exchange.compose(&clerk, request, Vec::new());
        let id = compose(request(&["H34.02"], Some("7"))).await.unwrap().document.unwrap();
        let mut update = request(&["H34.02"], Some("8"));
        update.business_type = 2;
        assert_eq!(error_id(compose(update.clone()).await), "exchange.fields.invalid");
        update.target = Some(id.0);
        compose(update).await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "update_asked");
        let mut replacement = request(&["H34.02"], Some("9"));
        (replacement.business_type, replacement.target) = (3, Some(id.0));
        let new = compose(replacement).await.unwrap().document.unwrap();
        assert_eq!(world.copy(id, "H34.02").await.replaced_by, Some(new.0));
        let mut answer = request(&["H34.02"], Some("10"));
        answer.response_for = Some(new.0);
        let answer = compose(answer).await.unwrap().document.unwrap();
        let related = world.detail(answer).await.related;
        assert_eq!((related[0].relation.as_str(), related[0].id), ("response_for", new.0));
    }

    async fn a_dead_copy_is_sent_again(world: &World) {
        let id = world.sent("office", &document("H34.01", &["G22", "H34.02"], "1")).await;
        let copy = CopyId(world.copy(id, "G22").await.id);
        let early = world.exchange.resend(&official(), id, Some(copy)).await;
        assert_eq!(error_id(early), "exchange.document.state");
        let ledger = &world.platform.ledger;
        let leased = ledger.lease("vxp", "test", 1, 60_000).await.unwrap().remove(0);
        let outcome = Outcome::Dead { reason: "refused".to_owned() };
        let (id_of, fence) = (leased.id, Some(leased.fence));
        let effects = Effects::default();
        let end = Settlement { id: id_of, fence, outcome, effects };
        ledger.settle(end).await.unwrap();
        assert_eq!(world.copy(id, "G22").await.delivery_state, "dead");
        assert_eq!(world.exchange.resend(&official(), id, None).await.unwrap(), 1);
        let delivery = ledger.delivery(DeliveryId(copy.0)).await.unwrap();
        assert_eq!(delivery.state.as_str(), "queued");
    }
}
