//! Tests of reading filters.
//!
//! Owns: tables of texts, the property that what is written reads equal, the fuzz loop.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn shown(text: &str) -> Option<String> {
    Parser::filter(text).ok().map(|filter| filter.to_string())
}

#[test]
fn filters_are_read_by_precedence() {
    for (text, expected) in [
        ("userName eq \"an\"", "userName eq \"an\""),
        ("userName EQ \"an\"", "userName eq \"an\""),
        ("title pr", "title pr"),
        ("a pr and b pr or c pr", "((a pr and b pr) or c pr)"),
        ("a pr or b pr and c pr", "(a pr or (b pr and c pr))"),
        ("not (a pr) and b pr", "(not (a pr) and b pr)"),
        ("not(a pr)", "not (a pr)"),
        ("(a pr or b pr) and c pr", "((a pr or b pr) and c pr)"),
        (
            "emails[type eq \"work\" and value co \"@\"]",
            "emails[(type eq \"work\" and value co \"@\")]",
        ),
        (
            "meta.lastModified gt \"2011-05-13T04:42:34Z\"",
            "meta.lastModified gt \"2011-05-13T04:42:34Z\"",
        ),
        (
            "urn:a:b:2.0:User:name.x eq true",
            "urn:a:b:2.0:User:name.x eq true",
        ),
        ("a eq null", "a eq null"),
        ("(a eq true)", "a eq true"),
        ("b[a eq 1]", "b[a eq 1]"),
        ("a eq -1.5e3", "a eq -1500.0"),
        ("a eq \"x \\\" y) ]\"", "a eq \"x \\\" y) ]\""),
        ("notes pr", "notes pr"),
    ] {
        assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn broken_filters_are_refused() {
    for text in [
        "",
        " ",
        "a",
        "a eq",
        "a eq x",
        "a xx \"y\"",
        "eq \"y\"",
        "a eq \"y",
        "a eq \"y\" and",
        "(a pr",
        "a pr)",
        "not a pr",
        "a[b pr",
        "a[b[c pr]]",
        "a eq [1]",
        "a eq {}",
        "a eq \"y\"z",
        "a..b pr",
        "1a pr",
        "a eq 01",
        "a pr or or b pr",
        "\u{1F600} pr",
    ] {
        let error = Parser::filter(text).expect_err(text);
        assert_eq!(error.scim_type, Some(ScimType::InvalidFilter), "{text}");
    }
}

#[test]
fn limits_of_length_depth_and_terms() {
    let nested = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(shown(&nested(FILTER_DEPTH_MAX)).is_some());
    assert!(shown(&nested(FILTER_DEPTH_MAX + 1)).is_none());
    let many = |count: usize| vec!["a pr"; count].join(" or ");
    assert!(shown(&many(FILTER_TERMS_MAX)).is_some());
    assert!(shown(&many(FILTER_TERMS_MAX + 1)).is_none());
    let long = |bytes: usize| format!("a eq \"{}\"", "x".repeat(bytes - 7));
    assert!(shown(&long(FILTER_BYTES_MAX)).is_some());
    assert!(shown(&long(FILTER_BYTES_MAX + 1)).is_none());
}

fn any_path() -> impl Strategy<Value = AttributePath> {
    let name = "[a-z][a-zA-Z0-9_-]{0,6}";
    let schema = prop::option::of(Just(
        "urn:ietf:params:scim:schemas:core:2.0:User".to_owned(),
    ));
    (schema, name, prop::option::of(name)).prop_map(|(schema, name, sub)| AttributePath {
        schema,
        name,
        sub,
    })
}

fn any_leaf() -> impl Strategy<Value = Filter> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,12}".prop_map(|text| json!(text)),
    ];
    let operator = (0..Operator::ALL.len()).prop_map(|place| Operator::ALL[place].1);
    prop_oneof![
        any_path().prop_map(Filter::Present),
        (any_path(), operator, value)
            .prop_map(|(path, op, value)| Filter::Compare(path, op, value)),
    ]
}

fn any_filter() -> impl Strategy<Value = Filter> {
    any_leaf().prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Filter::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Filter::Or(Box::new(a), Box::new(b))),
            inner.prop_map(|a| Filter::Not(Box::new(a))),
            (any_path(), any_leaf()).prop_map(|(path, a)| Filter::Values(path, Box::new(a))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_equal(filter in any_filter()) {
        prop_assert_eq!(Parser::filter(&filter.to_string()).ok(), Some(filter));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        fuzz_scim_filter(text.as_bytes());
    }
}

/// Mutates known filters by a fixed sequence.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long a test runs")]
fn fuzz_filters_do_not_panic() {
    let rounds: u32 = std::env::var("LGSP_FUZZ_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(500);
    let seeds = [
        "not (emails[type eq \"work\"].value pr) or userName sw \"a\" and meta.created ge \"2026\"",
        "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName co \"\\u1ed3\" and active eq true",
    ];
    let mut state = 0x9e37_79b9_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    let marks = b"()[]\".: \\$a9\xe1\x00nu";
    for round in 0..rounds {
        let mut bytes = seeds[round as usize % seeds.len()].as_bytes().to_vec();
        for _ in 0..=next() % 4 {
            let (place, mark) = (next() % bytes.len(), marks[next() % marks.len()]);
            match next() % 3 {
                0 => bytes[place] = mark,
                1 => bytes.insert(place, mark),
                _ => drop(bytes.remove(place)),
            }
        }
        fuzz_scim_filter(&bytes);
    }
}
