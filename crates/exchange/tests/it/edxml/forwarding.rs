//! Forwarding: our trace in the received bytes, and rewriting of repaired messages.

use super::{
    Edxml, InMemory, LineEnd, bytes_of, full_document, smallest_document, status_message, tolerant,
};
use lgsp_exchange::edxml::model::BusinessType;
use lgsp_exchange::edxml::{InstantText, Limits, WriteOptions, rewrite, splice_trace};

fn spliced(bytes: &[u8]) -> Vec<u8> {
    let point = tolerant(bytes).unwrap().trace_splice_at.unwrap();
    let at = InstantText::from_text("2026/11/22 15:00:00");
    let mut out = Vec::new();
    let written = splice_trace(&mut &bytes[..], point, "H48", &at, &mut out).unwrap();
    assert_eq!(written, out.len() as u64);
    out
}

/// What a splice inserted: everything else must be the received bytes.
fn inserted(before: &[u8], after: &[u8]) -> String {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let tail = after.len() - before.len();
    assert_eq!(before[head..], after[head + tail..]);
    String::from_utf8(after[head..head + tail].to_vec()).unwrap()
}

#[test]
fn a_trace_goes_after_the_last_one_and_before_the_business_part() {
    for line_end in [LineEnd::CrLf, LineEnd::Lf, LineEnd::None] {
        let (document, contents) = full_document(BusinessType::New);
        let bytes = bytes_of(
            &Edxml::Document(Box::new(document.clone())),
            &contents,
            line_end,
        );
        let after = spliced(&bytes);
        assert!(inserted(&bytes, &after).contains("<edXML:OrganId>H48</edXML:OrganId>"));
        let reading = super::strict(&after).unwrap();
        let forwarded = reading.message.as_document().unwrap();
        assert_eq!(forwarded.traces.len(), 2);
        assert_eq!(forwarded.traces[1].organ_id.as_deref(), Some("H48"));
        assert_eq!(forwarded.business, document.business);
        assert_eq!(reading.defects, []);
        // What the writer makes of the new model is exactly what the splice made of the bytes.
        assert_eq!(bytes_of(&reading.message, &contents, line_end), after);
    }
}

#[test]
fn a_message_without_a_trace_list_gets_one() {
    for line_end in [LineEnd::CrLf, LineEnd::Lf, LineEnd::None] {
        let (document, contents) = smallest_document();
        let bytes = bytes_of(&Edxml::Document(Box::new(document)), &contents, line_end);
        let after = spliced(&bytes);
        let reading = super::strict(&after).unwrap();
        assert_eq!(reading.message.as_document().unwrap().traces.len(), 1);
        assert_eq!(bytes_of(&reading.message, &contents, line_end), after);
    }
}

#[test]
fn the_point_counts_from_the_first_byte_even_behind_a_mark() {
    let (document, contents) = full_document(BusinessType::New);
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    let marked = [b"\xef\xbb\xbf", bytes.as_slice()].concat();
    assert_eq!(spliced(&marked)[3..], spliced(&bytes));
}

#[test]
fn nothing_is_spliced_where_it_would_not_fit() {
    let status = Edxml::Status(status_message("01"));
    let bytes = bytes_of(&status, &InMemory::default(), LineEnd::CrLf);
    assert_eq!(tolerant(&bytes).unwrap().trace_splice_at, None);
    let (document, contents) = full_document(BusinessType::New);
    let clean = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    let clean = String::from_utf8(clean).unwrap();
    let renamed = clean
        .replace("edXML:", "q:")
        .replace("xmlns:edXML", "xmlns:q");
    assert_eq!(tolerant(renamed.as_bytes()).unwrap().trace_splice_at, None);
    let junk = format!("OK {clean}");
    assert_eq!(tolerant(junk.as_bytes()).unwrap().trace_splice_at, None);
}

#[test]
fn a_repaired_message_is_rewritten_as_if_it_had_been_right() {
    let (document, contents) = full_document(BusinessType::Revoke);
    let message = Edxml::Document(Box::new(document));
    let clean = String::from_utf8(bytes_of(&message, &contents, LineEnd::CrLf)).unwrap();
    let wrong = format!("junk {clean}")
        .replace("<AttachmentEncoded>", "<edXML:AttachmentEncoded>")
        .replace("</AttachmentEncoded>", "</edXML:AttachmentEncoded>")
        .replace("2026/12/01", "01/12/2026");
    let reading = tolerant(wrong.as_bytes()).unwrap();
    assert!(reading.repaired);
    let mut out = Vec::new();
    let options = WriteOptions::default();
    rewrite(
        &reading.message,
        wrong.as_bytes(),
        &Limits::default(),
        &options,
        &mut out,
    )
    .unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), clean);
}

#[test]
fn rewriting_needs_the_bytes_the_model_was_read_from() {
    let (document, contents) = full_document(BusinessType::New);
    let message = Edxml::Document(Box::new(document));
    let (other, other_contents) = smallest_document();
    let other = bytes_of(
        &Edxml::Document(Box::new(other)),
        &other_contents,
        LineEnd::CrLf,
    );
    let options = WriteOptions::default();
    let outcome = rewrite(
        &message,
        &other[..],
        &Limits::default(),
        &options,
        &mut Vec::new(),
    );
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "the source holds 1 attachments, the model 2"
    );
    assert_eq!(contents.contents.len(), 2);
}
