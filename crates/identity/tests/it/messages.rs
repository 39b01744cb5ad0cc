//! Every error id has a sentence in both languages, and every sentence an id.

use std::collections::BTreeSet;

use lgsp_identity::{Error, PeopleError, error::Rule, module};
use lgsp_platform::{http::problem::Problem as _, messages};

fn errors() -> Vec<Error> {
    let people = PeopleError::all().into_iter().map(Error::from);
    people.chain(others()).collect()
}

fn others() -> Vec<Error> {
    vec![
        Error::SignInRefused {
            failures_max: 5,
            lock_ms: 1,
        },
        Error::SignInThrottled { retry_after_ms: 1 },
        Error::SourceUnavailable,
        Error::PageExpired,
        Error::PasswordWrong,
        Error::PasswordLocked,
        Error::FirstPasswordEnded,
        Error::SessionRequired,
        Error::SessionInsufficient { acr: 2 },
        Error::SessionNotFound,
        Error::StepExpired,
        Error::FactorRefused,
        Error::FactorNotFound,
        Error::FactorTooMany { max: 3 },
        Error::PasskeyRefused,
        Error::PasskeyUnavailable,
        Error::DeviceNotFound,
        Error::LinkInvalid,
        Error::LinkUnsuitable,
        Error::LinkThrottled { retry_after_ms: 1 },
        Error::MailOff,
        Error::AccountWithoutMail,
        Error::AccountNotFound,
        Error::AccountExists,
        Error::ChangedMeanwhile,
        Error::GroupNotFound,
        Error::GroupExists,
        Error::AccountOwn,
        Error::AccountOutOfReach,
        Error::ImpersonationNotLive,
        Error::ImpersonationPowerful,
        Error::ImpersonationRunning,
        Error::ImpersonationNone,
        Error::AccountWithoutPassword,
        Error::TokenOfPerson,
        Error::TokenNotFound,
        Error::RoleNotGrantable { role: "x".into() },
        Error::Invalid(Vec::new()),
        Error::Policy(String::new()),
    ]
}

#[test]
fn ids_and_sentences_match() {
    let mut ids: BTreeSet<String> = errors().iter().map(|error| error.id().to_owned()).collect();
    ids.extend(Rule::all().iter().map(|rule| rule.id().to_owned()));
    let sentences: BTreeSet<String> = module()
        .unwrap()
        .messages
        .parse()
        .unwrap()
        .into_keys()
        .collect();
    assert_eq!(ids, sentences);
}

#[test]
fn sentences_have_their_values() {
    messages::install(&module().unwrap().messages).unwrap();
    for error in errors() {
        let sentence = messages::sentence(error.id(), &error.arguments());
        for text in [sentence.vi, sentence.en] {
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
    for rule in Rule::all() {
        let field = rule.at("/x");
        for text in [field.messages.vi, field.messages.en] {
            assert!(!text.contains(['{', '}']) && text.ends_with('.'), "{text}");
        }
    }
}

#[test]
fn permissions_have_names_of_this_crate_and_two_labels() {
    for permission in module().unwrap().permissions {
        assert!(
            permission.name.starts_with("identity."),
            "{}",
            permission.name
        );
        assert_ne!(permission.labels.vi, permission.labels.en);
    }
}
