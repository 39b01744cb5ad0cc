//! Every error id has its sentences, every sentence its id; kinds are usable.

use std::collections::BTreeSet;

use lgsp_exchange::{Error, MESSAGES, alarms::AlarmCode, kinds};
use lgsp_platform::registry::{Kind, ValidationContext};

#[test]
fn ids_and_sentences_match() {
    let sentences = MESSAGES.parse().unwrap();
    let known: BTreeSet<&str> = sentences.keys().map(String::as_str).collect();
    let ids: BTreeSet<&str> = Error::IDS.iter().copied().collect();
    assert_eq!(known, ids);
    for sentence in sentences.values() {
        assert!(sentence.vi.ends_with('.') && sentence.en.ends_with('.'));
        assert_ne!(sentence.vi, sentence.en);
    }
    for code in AlarmCode::ALL {
        let (vi, en) = code.sentences();
        assert!(vi.ends_with('.') && en.ends_with('.') && vi != en);
        assert_eq!(AlarmCode::parse(code.as_str()), Some(code));
    }
}

#[test]
fn kinds_have_labels_and_the_seed_is_valid() {
    let descriptors = kinds::descriptors().unwrap();
    for descriptor in &descriptors {
        let schema = descriptor.schema.to_string();
        assert!(schema.contains("x-label"), "{}", descriptor.kind);
    }
    let calendar = descriptors
        .iter()
        .find(|kind| kind.kind == "calendar")
        .unwrap();
    let seed = kinds::calendar_seed().unwrap();
    assert_eq!(seed.len(), 3);
    for manifest in seed {
        let context = ValidationContext {
            name: &manifest.name,
        };
        calendar.normalise(&manifest.spec, &context).unwrap();
    }
}

#[test]
fn rules_of_kinds_name_their_field() {
    let context = ValidationContext { name: "other" };
    let mut settings = kinds::ExchangeSettings {
        message_bytes_max: 1,
        ..kinds::ExchangeSettings::default()
    };
    settings.alarms.day_end_minute = settings.alarms.day_start_minute;
    let pointers: Vec<String> = settings
        .validate(&context)
        .into_iter()
        .map(|error| error.pointer)
        .collect();
    assert_eq!(
        pointers,
        ["", "/message_bytes_max", "/alarms/day_end_minute"]
    );
    let system: kinds::System = serde_json::from_value(serde_json::json!({
        "title": " ", "systemid": "a b", "window_back_minutes": 43_201,
    }))
    .unwrap();
    let pointers: Vec<String> = system
        .validate(&context)
        .into_iter()
        .map(|error| error.pointer)
        .collect();
    assert_eq!(pointers, ["/title", "/systemid", "/window_back_minutes"]);
    let upstream: kinds::Upstream = serde_json::from_value(serde_json::json!({
        "title": "x", "url": "ftp://x", "systemid": "", "poll_seconds": 4,
    }))
    .unwrap();
    let pointers: Vec<String> = upstream
        .validate(&context)
        .into_iter()
        .map(|error| error.pointer)
        .collect();
    assert_eq!(pointers, ["/url", "/systemid", "/poll_seconds"]);
}
