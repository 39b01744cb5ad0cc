//! What an attacker would send: nothing of it may panic, hang or fill the memory.

use super::{
    Edxml, InMemory, LineEnd, bytes_of, full_document, golden_folder, rejection, smallest_document,
    tolerant, zipped,
};
use lgsp_exchange::edxml::model::BusinessType;
use lgsp_exchange::edxml::{AttachmentForm, DefectCode, Limits, Packing, extract, fuzz_edxml};
use std::io::Write;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn small() -> String {
    let (document, contents) = smallest_document();
    String::from_utf8(bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    ))
    .unwrap()
}

/// The small document with its content replaced.
fn with_content(content: &[u8]) -> Vec<u8> {
    let (document, _) = smallest_document();
    let contents = InMemory {
        contents: vec![(content.to_vec(), Packing::Raw)],
    };
    bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    )
}

fn limit_of(bytes: &[u8]) -> &'static str {
    let error = tolerant(bytes).unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!(rejection.code(), DefectCode::LimitExceeded, "{error}");
    rejection.limit.unwrap().as_str()
}

#[test]
fn a_message_cut_anywhere_is_refused() {
    let (document, contents) = full_document(BusinessType::Update);
    let full = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    let last_tag = full.len() - "\r\n".len();
    for length in 0..last_tag {
        let error = tolerant(&full[..length]).expect_err("cut");
        assert!(error.rejection().is_some());
    }
    assert!(tolerant(&full[..last_tag]).is_ok());
}

#[test]
fn a_changed_byte_never_panics() {
    let full = small();
    for at in 0..full.len() {
        for byte in [
            0, b'<', b'>', b'&', b'"', b':', b'/', b'!', b']', 0x80, 0xff, b' ',
        ] {
            let mut bytes = full.clone().into_bytes();
            bytes[at] = byte;
            fuzz_edxml(&bytes);
        }
    }
}

#[test]
fn entity_bombs_and_external_entities_are_refused() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"1234567890\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c SYSTEM \"file:///etc/passwd\">]>";
    let bytes = small().replace("<edXML xmlns", &format!("{bomb}<edXML xmlns"));
    assert_eq!(
        rejection(tolerant(bytes.as_bytes())),
        DefectCode::DtdPresent
    );
    let endless = small().replace("<edXML xmlns", "<!DOCTYPE x [ <!ENTITY a '");
    assert_eq!(
        rejection(tolerant(endless.as_bytes())),
        DefectCode::DtdPresent
    );
    for name in ["b", "c", "nbsp", "#0", "#x110000", "#xD800", "#1", ""] {
        let bytes = small().replace("Mẫu<", &format!("&{name};<"));
        assert_eq!(
            rejection(tolerant(bytes.as_bytes())),
            DefectCode::NotWellFormed,
            "{name}"
        );
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nest = format!("{}{}", "<edXML:x>".repeat(5000), "</edXML:x>".repeat(5000));
    let bytes = small().replace(
        "</edXML:MessageHeader>",
        &format!("{nest}</edXML:MessageHeader>"),
    );
    assert_eq!(limit_of(bytes.as_bytes()), "depth");
}

#[test]
fn many_attributes_and_namespaces_are_refused() {
    let many: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    let bytes = small().replace("<edXML:Subject>", &format!("<edXML:Subject{many}>"));
    assert_eq!(limit_of(bytes.as_bytes()), "field_bytes");
    let some: String = (0..1000).map(|n| format!(" a{n}=\"\"")).collect();
    let bytes = small().replace("<edXML:Subject>", &format!("<edXML:Subject{some}>"));
    assert_eq!(limit_of(bytes.as_bytes()), "attributes");
    let each: String = (0..100)
        .map(|n| format!("<edXML:x xmlns:n{n}=\"u\"/>"))
        .collect();
    let bytes = small().replace("<edXML:Subject>", &format!("{each}<edXML:Subject>"));
    assert_eq!(limit_of(bytes.as_bytes()), "namespaces");
}

#[test]
fn endless_comments_and_cdata_are_refused() {
    for (open, close) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?p ", "?>")] {
        let long = format!("{open}{}{close}", "a".repeat(1024 * 1024));
        let bytes = small().replace("<edXML:Subject>", &format!("<edXML:Subject>{long}"));
        assert_eq!(limit_of(bytes.as_bytes()), "field_bytes", "{open}");
    }
}

#[test]
fn a_decompression_bomb_is_refused() {
    let (document, _) = smallest_document();
    let contents = InMemory {
        contents: vec![(vec![0; 2 * 1024 * 1024], zipped())],
    };
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    assert_eq!(limit_of(&bytes), "inflate_ratio");
    // Below the size at which a ratio is judged, blank content passes.
    let (document, _) = smallest_document();
    let contents = InMemory {
        contents: vec![(vec![0; 1024 * 1024], zipped())],
    };
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    assert_eq!(
        tolerant(&bytes).unwrap().attachments[0].inner_size_bytes,
        1024 * 1024
    );
}

/// An archive made by another implementation.
fn archive(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut writer = ZipWriter::new(&mut out);
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap();
    out.into_inner()
}

fn form_of(content: &[u8]) -> AttachmentForm {
    tolerant(&with_content(content)).unwrap().attachments[0].form
}

#[test]
fn archives_of_one_file_are_wrappings_and_others_are_files() {
    let uuid = "7b1f8f0e-2f5c-4a55-9d51-3f6f3c1d2a10";
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let one = archive(&[(&format!("{uuid}.txt"), b"content")], method);
        assert_eq!(form_of(&one), AttachmentForm::Zip);
        let mut inner = Vec::new();
        let limits = Limits::default();
        extract(
            &with_content(&one)[..],
            0,
            AttachmentForm::Zip,
            &limits,
            &mut inner,
        )
        .unwrap();
        assert_eq!(inner, b"content");
        let two = archive(&[("a.txt", b"content"), ("b.txt", b"content")], method);
        assert_eq!(form_of(&two), AttachmentForm::Raw);
        let office = archive(&[("[Content_Types].xml", b"<x/>")], method);
        assert_eq!(form_of(&office), AttachmentForm::Raw);
        let open_document = archive(
            &[("mimetype", b"application/vnd.oasis.opendocument.text")],
            method,
        );
        assert_eq!(form_of(&open_document), AttachmentForm::Raw);
        assert_eq!(
            form_of(&archive(&[("empty.txt", b"")], method)),
            AttachmentForm::Zip
        );
        assert_eq!(
            form_of(&archive(&[("folder/", b"")], method)),
            AttachmentForm::Raw
        );
        for cut in 0..one.len() {
            assert_eq!(form_of(&one[..cut]), AttachmentForm::Raw, "cut at {cut}");
        }
        let longer = [one.as_slice(), b"x"].concat();
        assert_eq!(form_of(&longer), AttachmentForm::Raw);
        // A second directory hidden in the comment would show others another file.
        let hidden = [
            &one[..one.len() - 2],
            &22_u16.to_le_bytes(),
            &one[one.len() - 22..],
        ]
        .concat();
        assert_eq!(form_of(&hidden), AttachmentForm::Raw);
    }
}

#[test]
fn our_archives_are_read_by_another_implementation() {
    let (document, _) = smallest_document();
    let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let contents = InMemory {
        contents: vec![(content.clone(), zipped())],
    };
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    let (_, decoded) = super::collect(&bytes);
    let mut theirs = zip::ZipArchive::new(std::io::Cursor::new(&decoded[0])).unwrap();
    assert_eq!(theirs.len(), 1);
    let mut entry = theirs.by_index(0).unwrap();
    assert_eq!(
        entry.name().unwrap(),
        "7b1f8f0e-2f5c-4a55-9d51-3f6f3c1d2a10.txt"
    );
    let mut inner = Vec::new();
    std::io::Read::read_to_end(&mut entry, &mut inner).unwrap();
    assert_eq!(inner, content);
}

#[test]
fn a_zip_named_zip_is_the_file_unless_its_entry_is_a_uuid() {
    let uuid = "7b1f8f0e-2f5c-4a55-9d51-3f6f3c1d2a10.zip";
    let named = |content: &[u8]| {
        let text = String::from_utf8(with_content(content))
            .unwrap()
            .replace("mau.txt", "mau.zip");
        tolerant(text.as_bytes()).unwrap().attachments[0].form
    };
    let deflated = CompressionMethod::Deflated;
    let itself = archive(&[("ho-so.pdf", b"%PDF-")], deflated);
    assert_eq!(named(&itself), AttachmentForm::Raw);
    assert_eq!(
        named(&archive(&[(uuid, &itself)], deflated)),
        AttachmentForm::Zip
    );
}

#[test]
fn path_tricks_inside_an_archive_are_noted() {
    let tricky = archive(
        &[("../../etc/cron.d/x.txt", b"content")],
        CompressionMethod::Deflated,
    );
    let reading = tolerant(&with_content(&tricky)).unwrap();
    assert!(super::codes(&reading).contains(&DefectCode::AttachmentNameUnsafe));
    assert_eq!(reading.attachments[0].name, "mau.txt");
}

#[test]
fn content_may_hold_references_comments_and_cdata() {
    for text in [
        "bW<!-- c -->F1",
        "bW<![CDATA[F]]>1",
        "bW&#xD;&#10;F1",
        "<![CDATA[bWF1]]>",
        " b W\r\nF 1\t",
    ] {
        let bytes = small().replace(">bWF1<", &format!(">{text}<"));
        let (reading, contents) = super::collect(bytes.as_bytes());
        assert_eq!(contents, [b"mau"], "{text}");
        assert!(!reading.has_broken_attachment(), "{text}");
    }
    for (text, code) in [
        ("bW<b/>F1", None),
        ("bW]F1", None),
        ("bW\u{1}F1", Some(DefectCode::NotWellFormed)),
        ("bW&#1;F1", Some(DefectCode::NotWellFormed)),
        ("bW&x;F1", Some(DefectCode::NotWellFormed)),
        ("bW<![CDATA[F1", Some(DefectCode::NotWellFormed)),
    ] {
        let bytes = small().replace(">bWF1<", &format!(">{text}<"));
        match code {
            None => assert!(
                tolerant(bytes.as_bytes()).unwrap().has_broken_attachment(),
                "{text}"
            ),
            Some(code) => assert_eq!(rejection(tolerant(bytes.as_bytes())), code, "{text}"),
        }
    }
    let mut bytes = small().into_bytes();
    let at = bytes.windows(4).position(|part| part == b"bWF1").unwrap();
    bytes[at] = 0xc3;
    assert_eq!(rejection(tolerant(&bytes)), DefectCode::Encoding);
}

#[test]
fn fuzz_a_loop_over_the_corpus_never_panics() {
    let mut corpus = Vec::new();
    for folder in [golden_folder(), golden_folder().join("defects")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                corpus.push(std::fs::read(path).unwrap());
            }
        }
    }
    corpus.sort();
    // A fixed generator: the same inputs in each run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound.max(1)
    };
    let rounds = std::env::var("LGSP_FUZZ_ROUNDS").ok();
    for round in 0..rounds.and_then(|text| text.parse().ok()).unwrap_or(1_500) {
        let mut bytes = corpus[next(corpus.len())].clone();
        for _ in 0..=next(4) {
            let other = &corpus[next(corpus.len())];
            let at = next(bytes.len());
            match round % 4 {
                0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                1 => drop(bytes.drain(at..(at + next(200)).min(bytes.len()))),
                2 => {
                    let from = next(other.len());
                    let part = other[from..(from + next(300)).min(other.len())].to_vec();
                    bytes.splice(at..at, part).for_each(drop);
                }
                _ => {
                    let part = bytes[at..(at + next(300)).min(bytes.len())].to_vec();
                    bytes.extend(part);
                }
            }
            if bytes.is_empty() {
                bytes.push(b'<');
            }
        }
        fuzz_edxml(&bytes);
    }
}
