//! Every error id has a sentence in both languages, and every sentence an id.

use std::collections::BTreeSet;

use lgsp_catalogue::{
    AgencyCode, CodeScheme, Error,
    model::{Issue, Rule},
};
use lgsp_platform::{error::FieldError, http::problem::Problem, messages};

use crate::day;

const FILES: messages::MessageFiles = messages::MessageFiles {
    vi: include_str!("../../messages/vi.toml"),
    en: include_str!("../../messages/en.toml"),
};

fn rules() -> Vec<Rule> {
    let code = || AgencyCode::from("H34");
    let value = || "x".to_owned();
    vec![
        Rule::Empty,
        Rule::TooLong { limit: 1 },
        Rule::TooMany { limit: 1 },
        Rule::PeriodReversed,
        Rule::CodeForm {
            scheme: CodeScheme::Qd20,
            value: value(),
        },
        Rule::NotAnEmail,
        Rule::OtherName { name: "directory" },
        Rule::ItemTwice { code: value() },
        Rule::ParentUnknown { parent: code() },
        Rule::ParentCycle,
        Rule::TooDeep { limit: 1 },
        Rule::OutsideParent { parent: code() },
        Rule::CodeClash {
            value: value(),
            other: code(),
        },
        Rule::CodeReused {
            value: value(),
            other: code(),
        },
        Rule::SuccessorUnknown { successor: code() },
        Rule::SuccessorAbsent {
            successor: code(),
            date: day("2025-07-01"),
        },
        Rule::SuccessionCycle,
    ]
}

#[test]
fn ids_and_sentences_match() {
    let errors = [
        Error::AgencyNotFound {
            code: String::new(),
        },
        Error::CodeListNotFound {
            name: String::new(),
        },
        Error::DateUnreadable {
            value: String::new(),
        },
        Error::SeedUnreadable {
            detail: String::new(),
        },
    ];
    let mut ids: BTreeSet<String> = rules().iter().map(|rule| rule.id().to_owned()).collect();
    ids.extend(errors.iter().map(|error| error.id().to_owned()));
    let sentences: BTreeSet<String> = FILES.parse().unwrap().into_keys().collect();
    assert_eq!(ids, sentences);
}

#[test]
fn sentences_name_the_values() {
    messages::install(&FILES).unwrap();
    for rule in rules() {
        let field = FieldError::from(&Issue::new("/codes/0/value", rule).of(&"H34.01".into()));
        for text in [&field.messages.vi, &field.messages.en] {
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(text.starts_with("H34.01: "), "{text}");
        }
    }
}
