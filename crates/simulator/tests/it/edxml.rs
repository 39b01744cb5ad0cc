//! Reading, writing and rewriting in transit.
//!
//! Owns: round trips of drafts, the axis's changes, samples when they are there.
//! Not here: delivery.
//! Invariant: third-party samples are read in place, never copied.
//! Follows: QCVN 102:2016/BTTTT; a message stored before and after the axis.

use lgsp_simulator::edxml::{
    self, AttachmentForm, Business, Kind, ReceiverChange, Replacement, Summary, parse,
    pass_through, unwrap_zip, wrap_zip, write,
};
use lgsp_simulator::rng::Rng;
use uuid::Uuid;

use crate::support::{document, draft, status};

fn sample(name: &str) -> Option<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples/edxml");
    std::fs::read(format!("{folder}/{name}")).ok()
}

#[test]
fn written_drafts_read_back_without_defect() {
    let mut drafts = vec![draft("H34.01", &["H49", "G22"])];
    let mut revoke = draft("H34.01", &["H49"]);
    revoke.response_for = vec![draft("H34.01", &["H49"]).as_response_for()];
    revoke.business = Business::Revoke {
        reason: "Sai".into(),
    };
    drafts.push(revoke);
    let mut update = draft("H34.01", &["H49"]);
    update.business = Business::Update {
        reason: "Bổ sung".into(),
        document_id: "cũ".into(),
        changes_content: true,
        receivers: vec![ReceiverChange {
            code: "G22".into(),
            is_added: true,
        }],
    };
    drafts.push(update);
    let mut replace = draft("H34.01", &["H49"]);
    replace.business = Business::Replace {
        reason: "Thay".into(),
        replaced: vec![Replacement {
            document_id: "cũ".into(),
            codes: vec!["H49".into()],
        }],
    };
    replace.attachments[0].form = AttachmentForm::Raw;
    drafts.push(replace);
    for (kind, draft) in (0..).zip(&drafts) {
        let bytes = draft.write(&mut Rng::new(3)).unwrap();
        let parsed = parse(&bytes).unwrap();
        assert_eq!(parsed.defects, Vec::<&str>::new());
        assert_eq!(write(&parsed.root), bytes, "business type {kind}");
        let summary = Summary::of(&parsed.root).unwrap();
        assert_eq!(summary.kind, Kind::Document);
        assert_eq!(summary.business_type, kind);
        assert_eq!(summary.subject, "Văn bản mẫu & kiểm tra");
        assert_eq!(summary.code, "19/MAU");
    }
}

#[test]
fn written_status_reads_back_in_its_own_order() {
    let bytes = status("H49", "H34.01", "03");
    let parsed = parse(&bytes).unwrap();
    assert_eq!(parsed.defects, Vec::<&str>::new());
    assert_eq!(write(&parsed.root), bytes);
    let summary = Summary::of(&parsed.root).unwrap();
    assert_eq!(
        (summary.kind, summary.status_code.as_str()),
        (Kind::Status, "03")
    );
    assert_eq!(summary.response_for[0].organ_id, "H34.01");
    let text = String::from_utf8(bytes).unwrap();
    let place = |name: &str| text.find(&format!("<edXML:{name}>")).unwrap();
    assert!(
        place("PromulgationDate") < place("DocumentId"),
        "status order"
    );
    assert!(!text.contains("TraceHeaderList"));
}

#[test]
fn writing_follows_the_rules_of_prefixes() {
    let text = String::from_utf8(document("H34.01", &["H49"])).unwrap();
    assert!(text.starts_with(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n",
        "<edXML xmlns=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\">\r\n",
        "  <edXML:edXMLEnvelope xmlns:edXML="
    )));
    assert!(text.ends_with("  </AttachmentEncoded>\r\n</edXML>\r\n"));
    assert!(
        text.contains("\r\n  <AttachmentEncoded>\r\n    <Attachment>\r\n      <ContentId>cid:")
    );
    assert!(text.contains(concat!(
        "<edXML:ContentTransferEncoded ",
        "xmlns:edXML=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\">UEsDB"
    )));
    assert!(text.contains("Văn bản mẫu &amp; kiểm tra"));
    assert!(!text.replace("\r\n", "").contains('\n'));
}

#[test]
fn transit_adds_the_trace_and_keeps_the_content() {
    let bytes = document("H34.01", &["H49"]);
    let before = parse(&bytes).unwrap().root;
    let after = pass_through(before.clone(), "001.00.20.TT2", 0);
    let list = ["edXMLEnvelope", "edXMLHeader", "TraceHeaderList"];
    let codes: Vec<&str> = after
        .at(&list)
        .unwrap()
        .all("TraceHeader")
        .map(|trace| trace.text_at(&["OrganId"]))
        .collect();
    assert_eq!(codes, ["H34.01", "001.00.20.TT2"]);
    assert_eq!(
        after.child("AttachmentEncoded"),
        before.child("AttachmentEncoded")
    );
    let text = String::from_utf8(write(&after)).unwrap();
    let trace = text.find("001.00.20.TT2").unwrap();
    assert!(
        trace < text.find("<edXML:Bussiness>").unwrap(),
        "before Bussiness"
    );
}

#[test]
fn transit_makes_of_the_2019_message_what_was_stored_behind_the_axis() {
    let (Some(before), Some(after)) = (
        sample("edoc_unbound-prefix.edxml"),
        sample("received_2019_hub-trace.edxml"),
    ) else {
        return eprintln!("skipped: no samples");
    };
    let parsed = parse(&before).unwrap();
    assert_eq!(
        parsed.defects,
        [
            "attachment_prefixed",
            "unbound_prefix_edxml",
            "unbound_prefix_xlink"
        ]
    );
    let header = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        // Sender, receivers and number were other ones; from here on it is the same message.
        let start = text.find("<edXML:CodeNotation>").unwrap();
        let end = text.find("</edXML:MessageHeader>").unwrap();
        text[start..end].to_owned()
    };
    let passed = pass_through(parsed.root, "001.00.20.TT2", 0);
    // Without the texts in a failure: they name people.
    assert!(
        header(&write(&passed)) == header(&after),
        "byte-identical header"
    );
    let text = String::from_utf8(write(&passed)).unwrap();
    assert!(
        text.contains("\r\n      <Signature>\r\n        <SignedInfo>"),
        "moved"
    );
    assert!(!text.contains("X509SubjectName"), "empty child dropped");
}

#[test]
fn every_sample_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples/edxml");
    let Ok(files) = std::fs::read_dir(folder) else {
        return eprintln!("skipped: no samples");
    };
    for file in files {
        let path = file.unwrap().path();
        let parsed = parse(&std::fs::read(&path).unwrap()).unwrap();
        let summary = Summary::of(&parsed.root).unwrap();
        let is_status = path.to_string_lossy().contains("status_");
        assert_eq!(
            summary.kind == Kind::Status,
            is_status,
            "{}",
            path.display()
        );
        let again = parse(&write(&parsed.root)).unwrap();
        assert_eq!(
            Summary::of(&again.root).unwrap(),
            summary,
            "{}",
            path.display()
        );
        assert_eq!(again.defects, Vec::<&str>::new(), "{}", path.display());
    }
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let good = String::from_utf8(document("H34.01", &["H49"])).unwrap();
    let deep = format!("<edXML xmlns=\"{}\">{}", edxml::NAMESPACE, "<a>".repeat(40));
    let cases = [
        ("not_well_formed", good.replace("</edXML:Subject>", "")),
        ("not_well_formed", good.replace("&amp;", "&unknown;")),
        ("not_well_formed", String::new()),
        (
            "dtd_present",
            good.replacen("<edXML ", "<!DOCTYPE a [<!ENTITY b \"c\">]><edXML ", 1),
        ),
        (
            "namespace_other",
            good.replacen("QCVN_102_2016\">", "OTHER\">", 1),
        ),
        ("leading_junk", format!("{}{good}", "x".repeat(65))),
        ("limit_exceeded", deep),
    ];
    for (code, text) in cases {
        assert_eq!(parse(text.as_bytes()).unwrap_err().code, code);
    }
    assert_eq!(parse(b"<edXML>\xff</edXML>").unwrap_err().code, "encoding");
}

#[test]
fn what_lacks_a_required_field_is_refused() {
    let good = String::from_utf8(document("H34.01", &["H49"])).unwrap();
    let cases = [
        ("From/OrganId", "<edXML:OrganId>H34.01</edXML:OrganId>", ""),
        (
            "DocumentId",
            "<edXML:DocumentId>H34.01,2026/11/22,19/MAU</edXML:DocumentId>",
            "",
        ),
        (
            "BussinessDocType",
            "BussinessDocType>0<",
            "BussinessDocType>9<",
        ),
        ("To/OrganId", "<edXML:OrganId>H49</edXML:OrganId>", ""),
    ];
    for (path, cut, instead) in cases {
        let parsed = parse(good.replacen(cut, instead, 1).as_bytes()).unwrap();
        assert_eq!(Summary::of(&parsed.root).unwrap_err().1, path);
    }
}

#[test]
fn zip_wrapping_goes_both_ways() {
    let wrapped = wrap_zip(Uuid::nil(), "txt", b"content").unwrap();
    assert!(edxml::is_wrapped(&wrapped));
    assert_eq!(unwrap_zip(&wrapped).unwrap(), b"content");
    assert_eq!(unwrap_zip(b"PK\x03\x04 no archive"), None);
}
