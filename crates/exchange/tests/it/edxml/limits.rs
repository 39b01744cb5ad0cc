//! Each limit: at it accepted, one past it refused by name.

use super::{Discard, Edxml, InMemory, LineEnd, bytes_of, smallest_document, zipped};
use lgsp_exchange::edxml::model::{Business, Party, Replacement, ResponseFor, TraceHeader};
use lgsp_exchange::edxml::{DefectCode, Document, Limits, Packing, ReadOptions, read};

/// Reads with `limits`; the name of the limit that refuses, if one does.
fn refused_by(bytes: &[u8], limits: Limits) -> Option<&'static str> {
    let options = ReadOptions {
        limits,
        ..ReadOptions::tolerant()
    };
    match read(bytes, &options, &mut Discard) {
        Ok(_) => None,
        Err(error) => {
            let rejection = error.rejection().unwrap();
            assert_eq!(rejection.code(), DefectCode::LimitExceeded, "{error}");
            Some(rejection.limit.unwrap().as_str())
        }
    }
}

fn small() -> Vec<u8> {
    written(|_| {})
}

fn written(change: impl Fn(&mut Document)) -> Vec<u8> {
    let (mut document, contents) = smallest_document();
    change(&mut document);
    bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    )
}

fn with(change: impl Fn(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

/// At `value` accepted, at one less refused.
fn at_and_past(bytes: &[u8], name: &str, set: impl Fn(&mut Limits, usize), value: usize) {
    assert_eq!(
        refused_by(bytes, with(|limits| set(limits, value))),
        None,
        "{name} at {value}"
    );
    let past = refused_by(bytes, with(|limits| set(limits, value - 1)));
    assert_eq!(past, Some(name), "{name} past {}", value - 1);
}

#[test]
fn the_size_of_the_file() {
    let bytes = small();
    at_and_past(
        &bytes,
        "total_bytes",
        |limits, n| limits.total_bytes = n as u64,
        bytes.len(),
    );
}

#[test]
fn the_structure() {
    let bytes = small();
    let elements = String::from_utf8_lossy(&bytes).matches("</").count();
    at_and_past(
        &bytes,
        "elements",
        |limits, n| limits.elements = n,
        elements,
    );
    at_and_past(&bytes, "depth", |limits, n| limits.depth = n, 6);
    at_and_past(&bytes, "attributes", |limits, n| limits.attributes = n, 1);
    at_and_past(&bytes, "namespaces", |limits, n| limits.namespaces = n, 3);
}

#[test]
fn the_number_and_size_of_attachments() {
    let (mut document, mut contents) = smallest_document();
    document.attach("cid:2", "b.txt", "text/plain", false);
    contents.contents.push((vec![b'x'; 1000], Packing::Raw));
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    at_and_past(&bytes, "attachments", |limits, n| limits.attachments = n, 2);
    at_and_past(
        &bytes,
        "attachment_bytes",
        |limits, n| limits.attachment_bytes = n as u64,
        1000,
    );
}

#[test]
fn inflated_bytes_count_over_all_attachments() {
    let (mut document, _) = smallest_document();
    document.attach("cid:2", "b.txt", "text/plain", true);
    let contents = InMemory {
        contents: vec![(vec![b'x'; 600], zipped()), (vec![b'y'; 400], zipped())],
    };
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    at_and_past(
        &bytes,
        "inflated_bytes",
        |limits, n| limits.inflated_bytes = n as u64,
        1000,
    );
}

#[test]
fn the_ratio_of_inflating() {
    let (document, _) = smallest_document();
    let contents = InMemory {
        contents: vec![(vec![0; 3_000_000], zipped())],
    };
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    assert_eq!(refused_by(&bytes, Limits::default()), Some("inflate_ratio"));
    assert_eq!(
        refused_by(&bytes, with(|limits| limits.inflate_ratio = 1100)),
        None
    );
}

#[test]
fn the_text_of_a_field() {
    let default = Limits::default().field_bytes;
    let at = written(|document| document.subject = "x".repeat(default));
    let past = written(|document| document.subject = "x".repeat(default + 1));
    assert_eq!(refused_by(&at, Limits::default()), None);
    assert_eq!(refused_by(&past, Limits::default()), Some("field_bytes"));
    // Escapes do not count: five bytes of file, one of text.
    let escaped = written(|document| document.subject = "&".repeat(default));
    assert_eq!(refused_by(&escaped, Limits::default()), None);
}

#[test]
fn what_is_kept_in_memory() {
    let many =
        |count: usize| written(|document| document.to_places = vec!["x".repeat(60_000); count]);
    assert_eq!(refused_by(&many(34), Limits::default()), None);
    assert_eq!(
        refused_by(&many(36), Limits::default()),
        Some("model_bytes")
    );
    let unknown = |count: usize| {
        let bytes = String::from_utf8(small()).unwrap();
        bytes.replace(
            "<edXML:Subject>",
            &format!("{}<edXML:Subject>", "<edXML:x/>".repeat(count)),
        )
    };
    let default = Limits::default().extras;
    assert_eq!(
        refused_by(unknown(default).as_bytes(), Limits::default()),
        None
    );
    assert_eq!(
        refused_by(unknown(default + 1).as_bytes(), Limits::default()),
        Some("extras")
    );
}

#[test]
fn repeated_parts() {
    let limits = Limits::default();
    let recipients = |count: usize| {
        written(|document| {
            document.to = vec![
                Party {
                    organ_id: "H48.02".to_owned(),
                    ..Party::default()
                };
                count
            ];
        })
    };
    let traces =
        |count: usize| written(|document| document.traces = vec![TraceHeader::default(); count]);
    let responses = |count: usize| {
        let response = ResponseFor {
            code: Some("1".to_owned()),
            ..ResponseFor::default()
        };
        written(|document| document.response_for = vec![response.clone(); count])
    };
    let replacements = |count: usize| {
        let replacement = Replacement {
            document_id: "1".to_owned(),
            organ_ids: Vec::new(),
        };
        let business = Business {
            replacements: vec![replacement; count],
            ..Business::default()
        };
        written(|document| document.business = Some(business.clone()))
    };
    type Maker<'m> = &'m dyn Fn(usize) -> Vec<u8>;
    let table: [(&str, usize, Maker<'_>); 4] = [
        ("recipients", limits.recipients, &recipients),
        ("traces", limits.traces, &traces),
        ("response_fors", limits.response_fors, &responses),
        ("replacements", limits.replacements, &replacements),
    ];
    for (name, limit, bytes) in table {
        assert_eq!(refused_by(&bytes(limit), Limits::default()), None, "{name}");
        assert_eq!(
            refused_by(&bytes(limit + 1), Limits::default()),
            Some(name),
            "{name}"
        );
    }
}

#[test]
fn findings_past_their_limit_are_dropped_not_refused() {
    let (mut document, contents) = smallest_document();
    document.to = vec![
        Party {
            organ_id: "28.22.H17".to_owned(),
            ..Party::default()
        };
        50
    ];
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    let options = ReadOptions {
        limits: with(|limits| limits.defects = 10),
        ..ReadOptions::tolerant()
    };
    assert_eq!(
        read(&bytes[..], &options, &mut Discard)
            .unwrap()
            .defects
            .len(),
        10
    );
}
