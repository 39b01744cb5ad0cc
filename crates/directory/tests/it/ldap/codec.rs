//! The codec: what is written is read equal, and no input panics.

use lgsp_directory::ldap::wire::{
    Attribute, Auth, Change, ChangeKind, Code, Control, Deref, Dn, Filter, Message, Operation,
    Outcome, Scope, Search, controls::Page, dn::Rdn, frame_length, fuzz_ldap_message,
};
use proptest::prelude::*;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..12)
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9-]{0,8}"
}

fn filter() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        (name(), bytes()).prop_map(|(attribute, value)| Filter::Equal { attribute, value }),
        (name(), bytes()).prop_map(|(attribute, value)| Filter::AtLeast { attribute, value }),
        (name(), bytes()).prop_map(|(attribute, value)| Filter::AtMost { attribute, value }),
        (name(), bytes()).prop_map(|(attribute, value)| Filter::Approximate { attribute, value }),
        name().prop_map(Filter::Present),
        (
            name(),
            prop::option::of(prop::collection::vec(any::<u8>(), 1..6)),
            prop::collection::vec(prop::collection::vec(any::<u8>(), 1..6), 1..3),
            prop::option::of(prop::collection::vec(any::<u8>(), 1..6)),
        )
            .prop_map(|(attribute, initial, any, last)| Filter::Substring {
                attribute,
                initial,
                any,
                last,
            }),
        (prop::option::of(name()), name(), bytes(), any::<bool>()).prop_map(
            |(rule, attribute, value, is_dn_included)| Filter::Extensible {
                rule: rule.filter(|rule| !rule.eq_ignore_ascii_case("dn")),
                attribute: Some(attribute),
                value,
                is_dn_included,
            }
        ),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    (
        0..100_i32,
        ".{0,8}",
        ".{0,8}",
        prop::collection::vec(".{1,8}", 0..3),
    )
        .prop_map(|(code, matched, text, referrals)| Outcome {
            code: Code(code),
            matched,
            text,
            referrals,
        })
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let attribute = (name(), prop::collection::vec(bytes(), 0..4))
        .prop_map(|(name, values)| Attribute { name, values });
    prop::collection::vec(attribute, 0..4)
}

fn operation() -> impl Strategy<Value = Operation> {
    let simple = bytes().prop_map(Auth::Simple);
    let sasl =
        (name(), prop::option::of(bytes())).prop_map(|(mechanism, credentials)| Auth::Sasl {
            mechanism,
            credentials,
        });
    let auth = prop_oneof![simple, sasl];
    let kinds = prop_oneof![
        Just(ChangeKind::Add),
        Just(ChangeKind::Delete),
        Just(ChangeKind::Replace),
        Just(ChangeKind::Increment)
    ];
    let change =
        (kinds, name(), prop::collection::vec(bytes(), 0..3)).prop_map(|(kind, name, values)| {
            Change {
                kind,
                attribute: Attribute { name, values },
            }
        });
    let scope = prop_oneof![Just(Scope::Base), Just(Scope::One), Just(Scope::Subtree)];
    let search = (
        ".{0,12}",
        scope,
        0..i32::MAX,
        any::<bool>(),
        filter(),
        prop::collection::vec(name(), 0..4),
    )
        .prop_map(|(base, scope, limit, is_types_only, filter, attributes)| {
            Operation::Search(Search {
                base,
                scope,
                deref: Deref::Always,
                size_max: limit,
                time_s_max: limit / 2,
                is_types_only,
                filter,
                attributes,
            })
        });
    prop_oneof![
        (2..4_i32, ".{0,12}", auth).prop_map(|(version, name, auth)| Operation::Bind {
            version,
            name,
            auth
        }),
        (outcome(), prop::option::of(bytes())).prop_map(|(outcome, credentials)| {
            Operation::BindDone {
                outcome,
                credentials,
            }
        }),
        Just(Operation::Unbind),
        search,
        (".{0,12}", attributes()).prop_map(|(dn, attributes)| Operation::Entry { dn, attributes }),
        (".{0,12}", attributes()).prop_map(|(dn, attributes)| Operation::Add { dn, attributes }),
        outcome().prop_map(Operation::SearchDone),
        outcome().prop_map(Operation::ModifyDone),
        outcome().prop_map(Operation::CompareDone),
        (".{0,12}", prop::collection::vec(change, 0..3))
            .prop_map(|(dn, changes)| Operation::Modify { dn, changes }),
        ".{0,12}".prop_map(Operation::Delete),
        (
            ".{0,8}",
            ".{0,8}",
            any::<bool>(),
            prop::option::of(".{0,8}")
        )
            .prop_map(
                |(dn, new_rdn, is_old_deleted, new_superior)| Operation::Rename {
                    dn,
                    new_rdn,
                    is_old_deleted,
                    new_superior,
                }
            ),
        (".{0,8}", name(), bytes()).prop_map(|(dn, attribute, value)| Operation::Compare {
            dn,
            attribute,
            value,
        }),
        any::<i32>().prop_map(Operation::Abandon),
        ("[0-9.]{1,12}", prop::option::of(bytes()))
            .prop_map(|(oid, value)| Operation::Extended { oid, value }),
        (
            outcome(),
            prop::option::of("[0-9.]{1,12}"),
            prop::option::of(bytes())
        )
            .prop_map(|(outcome, oid, value)| Operation::ExtendedDone {
                outcome,
                oid,
                value,
            }),
        prop::collection::vec(".{1,8}", 0..3).prop_map(Operation::Reference),
        (prop::option::of("[0-9.]{1,12}"), prop::option::of(bytes()))
            .prop_map(|(oid, value)| Operation::Intermediate { oid, value }),
    ]
}

fn controls() -> impl Strategy<Value = Vec<Control>> {
    let control = ("[0-9.]{1,12}", any::<bool>(), prop::option::of(bytes())).prop_map(
        |(oid, is_critical, value)| Control {
            oid,
            is_critical,
            value,
        },
    );
    prop::collection::vec(control, 0..3)
}

proptest! {
    #[test]
    fn messages_are_read_as_they_were_written(
        id in 0..i32::MAX, operation in operation(), controls in controls(),
    ) {
        let message = Message { id, operation, controls };
        let bytes = message.encode();
        prop_assert_eq!(frame_length(&bytes), Ok(Some(bytes.len())));
        prop_assert_eq!(Message::decode(&bytes), Ok(message));
    }

    #[test]
    fn filters_are_read_as_they_were_written(filter in filter()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn names_are_read_as_they_were_written(
        parts in prop::collection::vec(prop::collection::vec((name(), ".{0,12}"), 1..3), 0..5),
    ) {
        let dn = Dn(parts.into_iter().map(Rdn).collect());
        prop_assert_eq!(Dn::parse(&dn.to_string()), Ok(dn));
    }

    #[test]
    fn pages_are_read_as_they_were_written(size in 0..i32::MAX, cookie in bytes()) {
        let page = Page { size, cookie };
        let control = page.control(true);
        prop_assert_eq!(Page::decode(control.value.as_deref().unwrap()), Ok(page));
    }
}

#[test]
fn fuzz_a_loop_over_changed_messages_never_panics() {
    let mut corpus: Vec<Vec<u8>> = ["(&(uid=van*)(!(cn=a\\2a*b)))", "uid=a+cn=b\\, c,dc=#0401ff"]
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .collect();
    let search = Operation::Search(Search {
        base: "dc=h34,dc=vn".into(),
        scope: Scope::Subtree,
        deref: Deref::Never,
        size_max: 10,
        time_s_max: 10,
        is_types_only: false,
        filter: Filter::parse("(&(objectClass=*)(|(uid=a*b*c)(cn>=b)(ou:dn:2.5.13.2:=x)))")
            .unwrap(),
        attributes: vec!["cn".into(), "+".into()],
    });
    let bind = Operation::Bind {
        version: 3,
        name: "uid=a,dc=vn".into(),
        auth: Auth::Simple(b"secret".to_vec()),
    };
    let mut paged = Message::new(7, search);
    paged.controls.push(
        Page {
            size: 5,
            cookie: vec![1, 2],
        }
        .control(true),
    );
    corpus.push(paged.encode());
    corpus.push(Message::new(1, bind).encode());
    // A fixed generator: the same inputs in each run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound.max(1)
    };
    let rounds = std::env::var("LGSP_FUZZ_ROUNDS").ok();
    for _ in 0..rounds.and_then(|text| text.parse().ok()).unwrap_or(3_000) {
        let mut bytes = corpus[next(corpus.len())].clone();
        for _ in 0..=next(5) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                1 => bytes.truncate(at + 1),
                2 => bytes.insert(at, u8::try_from(next(256)).unwrap()),
                _ => {
                    let part = bytes[at..(at + next(20)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, part).for_each(drop);
                }
            }
        }
        fuzz_ldap_message(&bytes);
    }
}
