//! The table of subjects in the documentation says the truth.
//!
//! Owns: the comparison of docs/specs/openid-conformance.md with the plans.

use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../../../../docs/specs/openid-conformance.md");
const PLANS: [(&str, &str, usize); 9] = [
    ("core", include_str!("core.rs"), 38),
    ("config", include_str!("config.rs"), 1),
    ("dynamic", include_str!("dynamic.rs"), 23),
    (
        "rp_initiated_logout",
        include_str!("rp_initiated_logout.rs"),
        11,
    ),
    ("back_channel", include_str!("back_channel.rs"), 2),
    ("front_channel", include_str!("front_channel.rs"), 2),
    (
        "session_management",
        include_str!("session_management.rs"),
        2,
    ),
    ("form_post", include_str!("form_post.rs"), 38),
    ("third_party", include_str!("third_party.rs"), 2),
];

/// Names of the tests that a plan makes.
fn tests_of(plan: &str) -> BTreeSet<&str> {
    let lines = plan.lines().map(str::trim);
    let listed = lines.filter(|line| line.ends_with(',') && line.contains("::oidcc_"));
    listed
        .map(|line| line.trim_end_matches(',').split_once("::").unwrap().1)
        .collect()
}

/// Name of a test for the name of a module of the official suite.
fn test_of(module: &str) -> String {
    module.to_lowercase().replace('-', "_")
}

#[test]
fn every_named_subject_is_a_test_and_every_test_is_named() {
    let rows: Vec<Vec<&str>> = TABLE
        .lines()
        .filter(|line| line.starts_with("| `oidcc-"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    for (plan, text, count) in PLANS {
        let tests = tests_of(text);
        assert_eq!(tests.len(), count, "{plan}");
        let mut named = BTreeSet::new();
        for row in &rows {
            let (module, test) = (row[0].trim_matches('`'), row[1].trim_matches('`'));
            if let Some(name) = test
                .strip_prefix(plan)
                .and_then(|rest| rest.strip_prefix("::"))
            {
                assert_eq!(name, test_of(module), "{module}");
                assert!(named.insert(name), "{module} is twice in {plan}");
            }
        }
        // The form of the answer changes nothing in the list.
        let expected = if plan == "form_post" {
            BTreeSet::new()
        } else {
            tests
        };
        assert_eq!(named, expected, "{plan}");
    }
    assert_eq!(tests_of(PLANS[0].1), tests_of(PLANS[7].1), "Core once more");
    let counted: usize = PLANS[..7].iter().map(|(_, _, count)| count).sum();
    assert_eq!(
        (counted, rows.len()),
        (79, 81),
        "79, and two of a sign-on that begins elsewhere"
    );
}
