//! Golden files: our own messages, byte for byte, on every platform.
//!
//! Set `LGSP_GOLDEN=accept` to write them anew; review the difference as code.

use super::{
    Edxml, InMemory, LineEnd, bytes_of, codes, collect, full_document, golden_folder,
    smallest_document, status_message, strict,
};
use lgsp_exchange::edxml::model::BusinessType;

fn check(name: &str, bytes: &[u8]) {
    let path = golden_folder().join(name);
    if std::env::var("LGSP_GOLDEN").as_deref() == Ok("accept") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }
    let golden = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (ours, theirs) = (
        String::from_utf8_lossy(bytes),
        String::from_utf8_lossy(&golden),
    );
    assert!(
        bytes == golden,
        "{name} differs, now:\n{ours}\ngolden:\n{theirs}"
    );
}

/// Writes, compares with the golden file, reads it strictly and compares with the model.
fn check_message(name: &str, message: &Edxml, contents: &InMemory, line_end: LineEnd) {
    let bytes = bytes_of(message, contents, line_end);
    check(name, &bytes);
    let reading = strict(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(&reading.message, message, "{name}");
    assert!(!reading.repaired, "{name}");
    let (_, decoded) = collect(&bytes);
    assert_eq!(decoded.len(), contents.contents.len(), "{name}");
    for facts in &reading.attachments {
        assert_eq!(facts.reference, Some(facts.index), "{name}");
        assert_eq!(
            facts.inner_size_bytes,
            contents.contents[facts.index].0.len() as u64
        );
    }
}

#[test]
fn every_business_type_is_written_byte_for_byte() {
    let kinds = [
        BusinessType::New,
        BusinessType::Revoke,
        BusinessType::Update,
        BusinessType::Replace,
    ];
    for kind in kinds {
        let (document, contents) = full_document(kind);
        let message = Edxml::Document(Box::new(document));
        let name = format!("business_{}.edxml", kind.code());
        check_message(&name, &message, &contents, LineEnd::CrLf);
    }
}

#[test]
fn every_status_is_written_byte_for_byte() {
    for code in 1..=16 {
        let message = Edxml::Status(status_message(&format!("{code:02}")));
        let name = format!("status_{code:02}.edxml");
        check_message(&name, &message, &InMemory::default(), LineEnd::CrLf);
    }
}

#[test]
fn small_and_other_line_ends_are_written_byte_for_byte() {
    let (document, contents) = smallest_document();
    let message = Edxml::Document(Box::new(document));
    check_message("smallest.edxml", &message, &contents, LineEnd::CrLf);
    check_message("smallest_lf.edxml", &message, &contents, LineEnd::Lf);
    check_message(
        "smallest_one_line.edxml",
        &message,
        &contents,
        LineEnd::None,
    );
}

#[test]
fn clean_messages_have_no_defects() {
    let (document, contents) = full_document(BusinessType::New);
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    let reading = strict(&bytes).unwrap();
    assert_eq!(codes(&reading), []);
    assert_eq!(reading.attachments[0].media_type, "application/pdf");
    assert_eq!(
        reading.attachments[0].entry_name.as_deref(),
        Some("7b1f8f0e-2f5c-4a55-9d51-3f6f3c1d2a10.pdf")
    );
}

#[test]
fn the_model_is_stored_as_json() {
    let (document, contents) = full_document(BusinessType::Replace);
    let bytes = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    let reading = strict(&bytes).unwrap();
    let json = serde_json::to_string(&reading).unwrap();
    assert_eq!(
        serde_json::from_str::<lgsp_exchange::edxml::Reading>(&json).unwrap(),
        reading
    );
    let status = Edxml::Status(status_message("03"));
    let json = serde_json::to_string(&status).unwrap();
    assert_eq!(serde_json::from_str::<Edxml>(&json).unwrap(), status);
}
