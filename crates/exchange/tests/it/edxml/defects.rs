//! One synthetic file for each defect: accepted, repaired or refused as the table says.
//!
//! Files are `golden/defects/<outcome>.<code>[.<variant>].edxml`; outcome is `noted` (accepted in
//! both modes), `strict` (repaired by tolerant, refused by strict) or `reject` (refused by both).

use super::{Edxml, LineEnd, codes, golden_folder, rejection, strict, tolerant};
use lgsp_exchange::edxml::{DefectCode, Limits, Severity, WriteOptions, rewrite};

struct Case {
    name: String,
    outcome: String,
    code: DefectCode,
    bytes: Vec<u8>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(golden_folder().join("defects")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut parts = name.split('.');
        let outcome = parts.next().unwrap().to_owned();
        let text = parts.next().unwrap();
        let code = DefectCode::ALL.iter().find(|code| code.as_str() == text);
        let code = *code.unwrap_or_else(|| panic!("{name}: no such code"));
        cases.push(Case {
            outcome,
            code,
            bytes: std::fs::read(&path).unwrap(),
            name,
        });
    }
    assert!(cases.len() > 50);
    cases
}

#[test]
fn every_code_has_a_file() {
    let cases = cases();
    for code in DefectCode::ALL {
        let outcome = match code.severity() {
            Severity::Noted => "noted",
            Severity::StrictReject => "strict",
            Severity::AlwaysReject => "reject",
        };
        let has = cases
            .iter()
            .any(|case| case.code == *code && case.outcome == outcome);
        assert!(has, "no {outcome}.{code}");
    }
}

#[test]
fn each_file_is_accepted_or_refused_as_its_name_says() {
    for Case {
        name,
        outcome,
        code,
        bytes,
    } in cases()
    {
        match outcome.as_str() {
            "noted" => {
                let reading = strict(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(codes(&reading), [code], "{name}");
                assert!(!reading.repaired, "{name}");
                assert_eq!(tolerant(&bytes).unwrap(), reading, "{name}");
            }
            "strict" => {
                assert_eq!(rejection(strict(&bytes)), code, "{name}");
                let reading = tolerant(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(codes(&reading), [code], "{name}");
            }
            _ => {
                assert_eq!(rejection(strict(&bytes)), code, "{name}");
                assert_eq!(rejection(tolerant(&bytes)), code, "{name}");
            }
        }
    }
}

#[test]
fn accepted_files_come_back_equal_after_rewriting() {
    for Case { name, bytes, .. } in cases().into_iter().filter(|case| case.outcome != "reject") {
        let first = tolerant(&bytes).unwrap();
        for line_end in [LineEnd::CrLf, LineEnd::Lf, LineEnd::None] {
            let mut out = Vec::new();
            let options = WriteOptions { line_end };
            rewrite(
                &first.message,
                &bytes[..],
                &Limits::default(),
                &options,
                &mut out,
            )
            .unwrap_or_else(|error| panic!("{name}: {error}"));
            let second = tolerant(&out).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(second.message, first.message, "{name}");
            assert!(!second.repaired, "{name}: {:?}", second.defects);
        }
    }
}

fn place(name: &str, code: DefectCode) -> (String, u64) {
    let case = cases().into_iter().find(|case| case.name == name).unwrap();
    let defect = match tolerant(&case.bytes) {
        Ok(reading) => reading
            .defects
            .into_iter()
            .find(|defect| defect.code == code)
            .unwrap(),
        Err(error) => error.rejection().unwrap().defect.clone(),
    };
    let from = usize::try_from(defect.offset).unwrap();
    let at: String = String::from_utf8_lossy(&case.bytes[from..])
        .chars()
        .take(24)
        .collect();
    (format!("{} {at}", defect.path), defect.offset)
}

#[test]
fn defects_say_where_they_are() {
    let header = "/edXML/edXMLEnvelope/edXMLHeader";
    let table = [
        (
            "noted.code_short_form",
            DefectCode::CodeShortForm,
            "/MessageHeader/To/OrganId </edXML:OrganId>",
        ),
        (
            "strict.date_format",
            DefectCode::DateFormat,
            "/MessageHeader/DueDate </edXML:DueDate>",
        ),
        (
            "noted.trace_organ_missing",
            DefectCode::TraceOrganMissing,
            "/TraceHeaderList/TraceHeader <edXML:TraceHeader>",
        ),
        (
            "noted.response_for_empty",
            DefectCode::ResponseForEmpty,
            "/MessageHeader/ResponseFor <edXML:ResponseFor />",
        ),
        (
            "reject.required_missing.subject",
            DefectCode::RequiredMissing,
            "/MessageHeader/Subject <edXML:MessageHeader>",
        ),
        (
            "reject.limit_exceeded",
            DefectCode::LimitExceeded,
            "/TraceHeaderList/TraceHeader[65] <edXML:TraceHeader>",
        ),
    ];
    for (name, code, expected) in table {
        let (found, _) = place(name, code);
        assert!(
            found.starts_with(&format!("{header}{expected}")),
            "{name}: {found}"
        );
    }
    let (found, offset) = place(
        "noted.attachment_unmatched.attachment",
        DefectCode::AttachmentUnmatched,
    );
    assert!(
        found.starts_with("/edXML/AttachmentEncoded/Attachment <Attachment>"),
        "{found}"
    );
    assert!(offset > 0);
    assert_eq!(place("strict.leading_junk", DefectCode::LeadingJunk).1, 0);
}

#[test]
fn a_rejection_has_a_sentence_in_both_languages() {
    let case = cases()
        .into_iter()
        .find(|case| case.name == "reject.limit_exceeded")
        .unwrap();
    let error = strict(&case.bytes).unwrap_err();
    let rejection = error.rejection().unwrap();
    assert!(
        rejection.message_vi().contains("giới hạn traces"),
        "{}",
        rejection.message_vi()
    );
    assert!(
        rejection.message_en().contains("limit traces"),
        "{}",
        rejection.message_en()
    );
    assert_eq!(error.to_string(), rejection.message_en());
}

#[test]
fn repaired_dates_are_dates_and_unreadable_ones_stay_text() {
    let due = |name: &str| {
        let case = cases().into_iter().find(|case| case.name == name).unwrap();
        let reading = tolerant(&case.bytes).unwrap();
        let repaired = reading.repaired;
        match reading.message {
            Edxml::Document(document) => (document.due_date.unwrap(), repaired),
            Edxml::Status(_) => panic!("a document"),
        }
    };
    let (date, repaired) = due("strict.date_format");
    assert!(repaired && date.as_str() == "2026/12/01" && date.date().is_some());
    let (date, repaired) = due("strict.date_format.unreadable");
    assert!(!repaired && date.as_str() == "2026/02/30" && date.date().is_none());
}
