//! The public samples, read from beside the project; skipped when they are not there.

use super::{Discard, InMemory, LineEnd, bytes_of, codes, collect, samples_folder, tolerant};
use lgsp_exchange::edxml::model::BusinessType;
use lgsp_exchange::edxml::{
    AttachmentForm, DefectCode, Limits, Mode, ReadOptions, Reading, WriteOptions, extract, read,
    rewrite,
};

fn each_sample(mut check: impl FnMut(&str, &[u8])) {
    let Some(folder) = samples_folder() else {
        eprintln!("skipped: no samples");
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join("edxml")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        check(&name, &std::fs::read(&path).unwrap());
        count += 1;
    }
    assert_eq!(count, 11);
}

fn sample(name: &str) -> Option<Vec<u8>> {
    let path = samples_folder()?
        .join("edxml")
        .join(format!("{name}.edxml"));
    Some(std::fs::read(path).unwrap())
}

#[test]
fn all_parse_in_tolerant_mode() {
    each_sample(|name, bytes| {
        let reading = tolerant(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            reading.message.as_status().is_some(),
            name.starts_with("status_"),
            "{name}"
        );
        assert_eq!(
            reading.has_broken_attachment(),
            name == "edoc_unbound-prefix",
            "{name}"
        );
    });
}

#[test]
fn ten_of_eleven_parse_in_strict_mode_with_the_test_unit() {
    let options = ReadOptions::new(Mode::Strict, &|code| code == "vxp.saas.03");
    each_sample(|name, bytes| match read(bytes, &options, &mut Discard) {
        Ok(reading) => {
            assert_ne!(name, "edoc_unbound-prefix");
            assert!(!reading.repaired, "{name}");
        }
        Err(error) => {
            assert_eq!(name, "edoc_unbound-prefix", "{error}");
            let code = error.rejection().unwrap().code();
            assert_eq!(code, DefectCode::UnboundPrefixXlink);
        }
    });
}

#[test]
fn an_unregistered_test_unit_is_refused_in_strict_mode() {
    let Some(bytes) = sample("received_2025_raw-pdf-attachment.reduced") else {
        return;
    };
    let outcome = super::strict(&bytes);
    assert_eq!(super::rejection(outcome), DefectCode::CodeUnknownForm);
}

#[test]
fn parse_write_parse_gives_equal_models() {
    each_sample(|name, bytes| {
        let first = tolerant(bytes).unwrap();
        let mut out = Vec::new();
        let options = WriteOptions::default();
        rewrite(
            &first.message,
            bytes,
            &Limits::default(),
            &options,
            &mut out,
        )
        .unwrap();
        let second = tolerant(&out).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(second.message, first.message, "{name}");
        assert!(!second.repaired, "{name}: {:?}", second.defects);
        assert_eq!(digests(&second), digests(&first), "{name}");
    });
}

fn digests(reading: &Reading) -> Vec<&str> {
    reading
        .attachments
        .iter()
        .map(|facts| facts.sha256.as_str())
        .collect()
}

#[test]
fn the_unbound_prefix_sample_shows_its_quirks() {
    let Some(bytes) = sample("edoc_unbound-prefix") else {
        return;
    };
    let reading = tolerant(&bytes).unwrap();
    let found = codes(&reading);
    for code in [
        DefectCode::UnboundPrefixXlink,
        DefectCode::UnboundPrefixEdxml,
        DefectCode::AttachmentNotBase64,
        DefectCode::ResponseForEmpty,
        DefectCode::BusinessMissing,
        DefectCode::Order,
        DefectCode::CodeShortForm,
    ] {
        assert!(found.contains(&code), "{code} not in {found:?}");
    }
    assert!(!found.contains(&DefectCode::SignatureRewritten));
    assert!(reading.repaired && reading.trace_splice_at.is_none());
}

#[test]
fn the_sample_after_the_axis_shows_its_quirks() {
    let Some(bytes) = sample("received_2019_hub-trace") else {
        return;
    };
    let reading = tolerant(&bytes).unwrap();
    let document = reading.message.as_document().unwrap();
    assert_eq!(document.traces.len(), 2);
    assert!(codes(&reading).contains(&DefectCode::SignatureRewritten));
    assert!(!codes(&reading).contains(&DefectCode::ContentTypeDisagrees));
    let facts = &reading.attachments[0];
    assert_eq!(facts.form, AttachmentForm::Zip);
    assert!(facts.entry_name.as_deref().unwrap().ends_with(".PDF"));
    let mut inner = Vec::new();
    let written = extract(&bytes[..], 0, facts.form, &Limits::default(), &mut inner).unwrap();
    assert_eq!(
        (written, inner.len() as u64),
        (facts.inner_size_bytes, facts.inner_size_bytes)
    );
}

#[test]
fn the_2025_sample_has_a_bare_pdf_and_nameless_traces() {
    let Some(bytes) = sample("received_2025_raw-pdf-attachment.reduced") else {
        return;
    };
    let (reading, contents) = collect(&bytes);
    let facts = &reading.attachments[0];
    assert_eq!(facts.form, AttachmentForm::Raw);
    assert_eq!(facts.media_type, "application/pdf");
    assert!(contents[0].starts_with(b"%PDF"));
    let found = codes(&reading);
    assert!(found.contains(&DefectCode::TraceOrganNull), "{found:?}");
    assert!(found.contains(&DefectCode::TraceOrganMissing), "{found:?}");
    let document = reading.message.as_document().unwrap();
    assert_eq!(document.priority(), 1);
    assert_eq!(document.other_info.as_ref().unwrap().appendixes.len(), 2);
}

#[test]
fn business_samples_say_what_they_do() {
    for (name, kind, recipients) in [
        ("business_0_new.reduced", BusinessType::New, 1),
        ("business_1_revocation.reduced", BusinessType::Revoke, 3),
        ("business_3_replacement.reduced", BusinessType::Replace, 3),
    ] {
        let Some(bytes) = sample(name) else { return };
        let reading = tolerant(&bytes).unwrap();
        let document = reading.message.as_document().unwrap();
        assert_eq!(document.business_type(), kind, "{name}");
        assert_eq!(document.to.len(), recipients, "{name}");
        let facts = &reading.attachments[0];
        assert_eq!(facts.form, AttachmentForm::Zip, "{name}");
        assert!(
            facts.entry_name.as_deref().unwrap().ends_with(".txt"),
            "{name}"
        );
        assert_eq!(facts.media_type, "application/msword", "{name}");
    }
}

#[test]
fn the_vector_body_is_clean_and_matches_without_cid() {
    let Some(folder) = samples_folder() else {
        return;
    };
    let bytes = std::fs::read(folder.join("vectors/vxp_body.edxml")).unwrap();
    let reading = super::strict(&bytes).unwrap();
    assert_eq!(codes(&reading), []);
    assert_eq!(reading.attachments[0].form, AttachmentForm::Zip);
    assert_eq!(reading.attachments[0].reference, Some(0));
}

#[test]
fn status_samples_are_written_as_we_write() {
    let Some(bytes) = sample("status_inbox_01") else {
        return;
    };
    let reading = tolerant(&bytes).unwrap();
    let ours = bytes_of(&reading.message, &InMemory::default(), LineEnd::CrLf);
    assert_eq!(tolerant(&ours).unwrap().message, reading.message);
    let squeezed = |bytes: &[u8]| -> String {
        String::from_utf8_lossy(bytes)
            .lines()
            .map(|line| line.trim().to_owned() + "\n")
            .collect()
    };
    assert_eq!(squeezed(&ours), squeezed(&bytes));
}
