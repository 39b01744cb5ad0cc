//! Messages in the form that a system, or the axis, wants.

use lgsp_exchange::{
    edxml::{self, AttachmentForm, Mode},
    kinds::{AddressWith, AttachmentEncoding, PartnerForm, Upstream},
    service::{MessageType, Reader},
};
use serde_json::json;

use super::kit::*;

/// Reads attachments and their forms back.
fn facts(bytes: &[u8]) -> Vec<edxml::AttachmentFacts> {
    let options = edxml::ReadOptions::tolerant();
    let reading = edxml::read(bytes, &options, &mut edxml::Discard).unwrap();
    assert!(reading.defects.is_empty(), "{:?}", reading.defects);
    reading.attachments
}

fn wanting(agency: &str, form: PartnerForm) -> Reader {
    Reader {
        form,
        ..reader(agency)
    }
}

impl World {
    async fn fetch_as(&self, reader: &Reader, doc_id: &str) -> Vec<u8> {
        content(self.exchange.fetch(reader, doc_id).await.unwrap())
    }
}

worlds! {
    async fn attachments_are_wrapped_and_unwrapped_as_wished(world: &World) {
        let form = |attachment_encoding| PartnerForm { attachment_encoding, ..Default::default() };
        world.sent("office", &document("H34.01", &["H34.02"], "1")).await;
        let doc_id = world.list("H34.02").await[0].doc_id.clone();
        let as_sent = world.fetch_as(&reader("H34.02"), &doc_id).await;
        let raw = wanting("H34.02", form(AttachmentEncoding::Raw));
        let bare = world.fetch_as(&raw, &doc_id).await;
        assert_eq!(bare, world.fetch_as(&raw, &doc_id).await, "the same bytes each time");
        let (wrapped, unwrapped) = (&facts(&as_sent)[0], &facts(&bare)[0]);
        assert_eq!((wrapped.form, unwrapped.form), (AttachmentForm::Zip, AttachmentForm::Raw));
        assert_eq!(wrapped.inner_sha256, unwrapped.sha256, "the file is the same");
        let types = |bytes: &[u8]| {
            let document = parse(bytes);
            let of = |found: &Option<String>| found.clone().unwrap_or_default();
            (of(&document.attachments[0].content_type), of(&document.references[0].content_type))
        };
        assert_eq!(types(&bare), ("text/plain".to_owned(), "text/plain".to_owned()));
        assert_eq!(parse(&bare).traces.len(), 1, "with our trace");

        // What came bare, for a system that wants a ZIP.
        let text = String::from_utf8(bare).unwrap();
        let trace = text.find("<edXML:TraceHeader>").unwrap();
        let end = text.find("</edXML:TraceHeader>").unwrap() + "</edXML:TraceHeader>".len();
        let sent_bare = format!("{}{}", &text[..trace], &text[end..]).replace("1/CV", "2/CV");
        let kind = MessageType::Edoc;
        world.submit("office", kind, sent_bare.into_bytes(), Mode::Tolerant).await.unwrap();
        let doc_id = world.list("H34.02").await[1].doc_id.clone();
        let zip = wanting("H34.02", form(AttachmentEncoding::Zip));
        let packed = world.fetch_as(&zip, &doc_id).await;
        assert_eq!(packed, world.fetch_as(&zip, &doc_id).await, "the same bytes each time");
        let again = &facts(&packed)[0];
        assert_eq!(again.form, AttachmentForm::Zip);
        assert_eq!(again.inner_sha256, wrapped.inner_sha256);
        assert_eq!(types(&packed), ("application/zip".to_owned(), "text/plain".to_owned()));
    }

    async fn a_wish_that_is_met_already_leaves_the_bytes_alone(world: &World) {
        world.sent("office", &document("H34.01", &["H34.02"], "1")).await;
        let doc_id = world.list("H34.02").await[0].doc_id.clone();
        let as_sent = world.fetch_as(&reader("H34.02"), &doc_id).await;
        let met = PartnerForm {
            address_with: AddressWith::New,
            attachment_encoding: AttachmentEncoding::Zip,
        };
        assert_eq!(world.fetch_as(&wanting("H34.02", met), &doc_id).await, as_sent);
    }

    async fn codes_are_written_in_the_wished_form(world: &World) {
        let old = PartnerForm { address_with: AddressWith::Old, ..Default::default() };
        let mut sent = document("H34.01", &["H34.02", "G09"], "1");
        sent.response_for = vec![reference(&document("H34.03", &["H34.01"], "9"))];
        world.sent("office", &sent).await;
        let doc_id = world.list("H34.02").await[0].doc_id.clone();
        let bytes = world.fetch_as(&wanting("H34.02", old), &doc_id).await;
        let handed = parse(&bytes);
        assert_eq!(handed.from.organ_id, "000.00.01.H34");
        let to: Vec<&str> = handed.to.iter().map(|party| party.organ_id.as_str()).collect();
        assert_eq!(to, ["000.00.02.H34", "G09"], "what has no old code stays");
        assert_eq!(handed.response_for[0].organ_id.as_deref(), Some("000.00.03.H34"));
        assert_eq!(handed.traces[0].organ_id.as_deref(), Some("H34"), "traces stay");
        assert_eq!(handed.subject, sent.subject);

        world.status("home", Mode::Tolerant, status("H34.02", &sent, "03")).await.unwrap();
        let doc_id = world.statuses("H34.01").await[0].doc_id.clone();
        let bytes = world.fetch_as(&wanting("H34.01", old), &doc_id).await;
        let reading = edxml::read(
            &bytes[..], &edxml::ReadOptions::tolerant(), &mut edxml::Discard).unwrap();
        let handed = reading.message.as_status().unwrap();
        assert_eq!(handed.from.organ_id, "000.00.02.H34");
        assert_eq!(handed.response_for.organ_id.as_deref(), Some("000.00.01.H34"));
    }

    async fn the_axis_gets_what_it_wants(world: &World) {
        let axis = json!({
            "title": "axis", "url": "http://127.0.0.1:1", "systemid": "h34",
            "address_with": "old", "attachment_encoding": "raw",
        });
        let axis = serde_json::from_value::<Upstream>(axis).unwrap();
        world.put(vec![manifest("axis", &axis)]).await;
        world.sent("office", &document("H34.01", &["G22"], "1")).await;
        let ledger = &world.platform.ledger;
        let leased = ledger.lease("vxp", "test", 1, 60_000).await.unwrap().remove(0);
        let outbound = world.exchange.outbound(&leased).await.unwrap();
        let codes = (outbound.from_code.as_str(), outbound.to_code.as_str());
        assert_eq!(codes, ("000.00.01.H34", "000.00.00.G22"));
        let bytes = content(outbound.rendered);
        assert_eq!(parse(&bytes).to[0].organ_id, "000.00.00.G22");
        assert_eq!(facts(&bytes)[0].form, AttachmentForm::Raw);
    }
}
