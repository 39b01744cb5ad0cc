//! What is refused leaves nothing but its audit event.

use lgsp_exchange::{
    Error,
    edxml::{
        Mode,
        model::{BusinessType, TraceHeader},
    },
    kinds::{ExchangeSettings, SETTINGS_NAME},
    service::{MessageType, Source},
};

use super::kit::*;

/// Tables that a refused message must not touch.
const TABLES: [&str; 7] = [
    "document",
    "copy",
    "copy_history",
    "message",
    "delivery",
    "claim",
    "alarm",
];

async fn is_untouched(world: &World) -> bool {
    for table in TABLES {
        if world.count(table).await != 0 {
            return false;
        }
    }
    true
}

worlds! {
    async fn unknown_receivers_are_named_and_nobody_receives(world: &World) {
        let document = document("H34.01", &["H34.02", "H34.77", "vxp.none"], "1");
        match world.send("office", &document).await {
            Err(Error::RecipientUnknown { codes }) => assert_eq!(codes, ["H34.77", "vxp.none"]),
            other => panic!("{other:?}"),
        }
        assert!(is_untouched(world).await);
        let events = world.events("exchange.recipient.unknown").await;
        assert_eq!(events.len(), 1);
        let event = &events[0];
        assert_eq!((event.class.as_str(), event.result.as_str()), ("audit", "refused"));
        assert_eq!((event.actor.as_str(), event.action.as_str()), ("office", "document.submitted"));
        assert_eq!(event.address.as_deref(), Some("192.0.2.1"));
    }

    async fn a_locked_receiver_refuses_for_all_and_a_revocation_passes(world: &World) {
        let before = document("H34.01", &["H34.02", "H34.03"], "1");
        let id = world.sent("office", &before).await;
        let settings = |locked: &[&str]| {
            let spec = ExchangeSettings {
                locked_agencies: locked.iter().map(|code| (*code).to_owned()).collect(),
                ..ExchangeSettings::default()
            };
            vec![manifest(SETTINGS_NAME, &spec)]
        };
        world.put(settings(&["H34.02"])).await;
        let document = document("H34.01", &["000.00.02.H34", "H34.03"], "2");
        match world.send("office", &document).await {
            Err(Error::RecipientLocked { codes }) => assert_eq!(codes, ["000.00.02.H34"]),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.count("document").await, 1);
        assert_eq!(world.events("exchange.recipient.locked").await.len(), 1);
        let again = world.send("office", &before).await.unwrap();
        assert_eq!((again.document, again.is_repeat), (Some(id), true), "known before the lock");
        let revocation = about(BusinessType::Revoke, "3", &before);
        world.sent("office", &revocation).await;
        world.put(settings(&[])).await;
        world.sent("office", &document).await;
    }

    async fn nobody_speaks_for_others(world: &World) {
        let document = document("H34.02", &["H34.03"], "1");
        assert_eq!(error_id(world.send("office", &document).await), "exchange.sender.foreign");
        let outside = super::kit::document("G22", &["H34.03"], "1");
        assert_eq!(error_id(world.send("office", &outside).await), "exchange.sender.foreign");
        let axis = Source::Upstream { name: "axis".to_owned(), doc_id: "1".to_owned() };
        let forged = submission(axis, MessageType::Edoc, bytes(&document), Mode::Tolerant);
        assert_eq!(error_id(world.exchange.submit(forged).await), "exchange.sender.foreign");
        assert!(is_untouched(world).await);
    }

    async fn the_signed_sender_counts(world: &World) {
        let document = document("H34.01", &["H34.02"], "1");
        let office = || Source::System { name: "office".to_owned() };
        let kind = MessageType::Edoc;
        let mut other_form = submission(office(), kind, bytes(&document), Mode::Strict);
        other_form.signed_from = Some("000.00.01.H34".to_owned());
        world.exchange.submit(other_form).await.unwrap();
        let mut foreign = submission(office(), kind, bytes(&document), Mode::Tolerant);
        foreign.signed_from = Some("H34.02".to_owned());
        assert_eq!(error_id(world.exchange.submit(foreign).await), "exchange.sender.foreign");
    }

    async fn what_is_not_conformant_is_refused_with_its_place(world: &World) {
        let kind = MessageType::Edoc;
        let good = String::from_utf8(bytes(&document("H34.01", &["H34.02"], "1"))).unwrap();
        let cases = [
            (good.replace("</edXML:Subject>", "</edXML:Content>"), "not_well_formed"),
            ("no xml at all".to_owned(), "leading_junk"),
            (good.replace("<edXML:Subject>", "<!--").replace("</edXML:Subject>", "-->"),
                "required_missing"),
            (good.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"b\">]>"), "dtd_present"),
            (good.replace("QCVN_102_2016\">\r\n  <edXML:edXMLEnvelope",
                "other\">\r\n  <edXML:edXMLEnvelope"), "namespace_other"),
        ];
        for (text, code) in cases {
            match world.submit("office", kind, text.into_bytes(), Mode::Tolerant).await {
                Err(Error::NotConformant(found)) => assert_eq!(found.code().as_str(), code),
                other => panic!("{code}: {other:?}"),
            }
        }
        let broken = good.replace("UEsD", "%%%%");
        assert_ne!(broken, good);
        let answer = world.submit("office", kind, broken.into_bytes(), Mode::Tolerant).await;
        assert_eq!(error_id(answer), "exchange.message.not_conformant");
        assert!(is_untouched(world).await);
    }

    async fn the_announced_type_counts(world: &World) {
        let document = document("H34.01", &["H34.02"], "1");
        let as_status =
            world.submit("office", MessageType::Status, bytes(&document), Mode::Tolerant).await;
        assert_eq!(error_id(as_status), "exchange.message.type");
        assert!(is_untouched(world).await);
    }

    async fn what_goes_in_a_circle_is_stopped(world: &World) {
        let mut document = document("H34.01", &["H34.02"], "1");
        let own = TraceHeader { organ_id: Some("H34".to_owned()), ..TraceHeader::default() };
        document.traces = vec![own; 2];
        assert_eq!(error_id(world.send("office", &document).await), "exchange.trace.loop");
        document.traces.pop();
        world.sent("office", &document).await;
    }

    async fn sizes_are_limited(world: &World) {
        let mut settings = ExchangeSettings::default();
        let document = document("H34.01", &["H34.02"], "1");
        let size = bytes(&document).len() as u64;
        settings.message_bytes_max = size - 1;
        world.put(vec![manifest("exchange", &settings)]).await;
        assert_eq!(error_id(world.send("office", &document).await), "platform.limit.exceeded");
        settings.message_bytes_max = size;
        world.put(vec![manifest("exchange", &settings)]).await;
        world.sent("office", &document).await;
        let mut long = super::kit::document("H34.01", &["H34.02"], "2");
        long.document_id = "x".repeat(512);
        settings.message_bytes_max = 52_428_800;
        world.put(vec![manifest("exchange", &settings)]).await;
        world.sent("office", &long).await;
        long.document_id.push('x');
        assert_eq!(error_id(world.send("office", &long).await), "exchange.fields.invalid");
    }
}
