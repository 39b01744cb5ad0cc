//! The rules of the whole set: each breach is found, named and survivable.

use lgsp_catalogue::{
    AgencyCode, AgencySpec, CodeListSpec, CodeScheme,
    model::{
        CodeItem, Labels, Rule, Succession,
        agency::{CODES_MAX, NAME_CHARS_MAX, SUCCESSORS_MAX},
        code_list::ITEMS_MAX,
    },
    tree::DEPTH_MAX,
};

use crate::{agency, code_of, day, tree};

/// The rules that a set breaks, as (agency, pointer, id).
fn broken(specs: Vec<(AgencyCode, AgencySpec)>) -> Vec<(String, String, &'static str)> {
    let issues = tree(specs).issues().to_vec();
    issues
        .into_iter()
        .map(|issue| {
            (
                issue.agency.unwrap().to_string(),
                issue.pointer,
                issue.rule.id(),
            )
        })
        .collect()
}

fn one(agency: &str, pointer: &str, id: &'static str) -> Vec<(String, String, &'static str)> {
    vec![(agency.to_owned(), pointer.to_owned(), id)]
}

#[test]
fn an_unknown_parent_makes_a_root() {
    let specs = vec![agency("A01", Some("A99"))];
    assert_eq!(
        broken(specs.clone()),
        one("A01", "/parent", "catalogue.parent.unknown")
    );
    let tree = tree(specs);
    assert_eq!(tree.at(day("2026-01-01")).roots().count(), 1);
}

#[test]
fn a_cycle_is_cut_and_the_rest_stays() {
    let specs = vec![
        agency("A01", Some("A02")),
        agency("A02", Some("A01")),
        agency("A03", Some("A03")),
        agency("B01", None),
        agency("B02", Some("B01")),
    ];
    let ids: Vec<_> = broken(specs.clone())
        .into_iter()
        .map(|(agency, _, id)| (agency, id))
        .collect();
    let cycle = "catalogue.parent.cycle";
    assert_eq!(
        ids,
        [
            ("A01".to_owned(), cycle),
            ("A02".to_owned(), cycle),
            ("A03".to_owned(), cycle)
        ]
    );
    let tree = tree(specs);
    assert!(tree.is_within("B02", "B01"));
    assert!(!tree.is_within("A01", "A02"));
}

#[test]
fn depth_has_a_limit() {
    let chain = |levels: usize| {
        (0..levels)
            .map(|level| {
                let parent = level.checked_sub(1).map(|above| format!("A01.{above}"));
                agency(&format!("A01.{level}"), parent.as_deref())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(broken(chain(DEPTH_MAX)), []);
    let last = format!("A01.{DEPTH_MAX}");
    assert_eq!(
        broken(chain(DEPTH_MAX + 1)),
        one(&last, "/parent", "catalogue.parent.too_deep")
    );
}

#[test]
fn a_child_does_not_outlive_its_parent() {
    let mut parent = agency("A01", None);
    parent.1.valid_to = Some(day("2025-06-30"));
    let mut child = agency("A02", Some("A01"));
    child.1.valid_to = Some(day("2025-06-30"));
    assert_eq!(broken(vec![parent.clone(), child.clone()]), []);
    child.1.valid_to = Some(day("2025-07-01"));
    let id = "catalogue.period.outside_parent";
    assert_eq!(
        broken(vec![parent.clone(), child.clone()]),
        one("A02", "/parent", id)
    );
    child.1.valid_to = None;
    assert_eq!(broken(vec![parent, child]), one("A02", "/parent", id));
}

#[test]
fn one_code_belongs_to_one_agency_at_a_time_and_is_never_given_again() {
    let mut first = agency("A01", None);
    let mut second = agency("A02", None);
    second.1.codes.push(code_of(CodeScheme::Qd20, "A01"));
    let clash = "catalogue.code.clash";
    assert_eq!(
        broken(vec![first.clone(), second.clone()]),
        one("A02", "/codes/1/value", clash)
    );
    first.1.valid_to = Some(day("2025-06-30"));
    assert_eq!(
        broken(vec![first.clone(), second.clone()]),
        one("A02", "/codes/1/value", clash)
    );
    second.1.codes[1].valid_from = Some(day("2025-07-01"));
    let reused = "catalogue.code.reused";
    assert_eq!(
        broken(vec![first.clone(), second.clone()]),
        one("A02", "/codes/1/value", reused)
    );
    // The statistics office does give codes again.
    first.1.codes.push(code_of(CodeScheme::Gso, "23281"));
    second.1.codes[1] = code_of(CodeScheme::Gso, "23281");
    assert_eq!(
        broken(vec![first.clone(), second.clone()]),
        one("A02", "/codes/1/value", clash)
    );
    second.1.codes[1].valid_from = Some(day("2025-07-01"));
    assert_eq!(broken(vec![first, second]), []);
}

#[test]
fn successors_exist_and_do_not_go_round() {
    let step = |heir: &str| Succession {
        agency: heir.into(),
        date: day("2025-07-01"),
        decision: None,
        demo: false,
    };
    let mut first = agency("A01", None);
    first.1.successors = vec![step("A09")];
    let pointer = "/successors/0/agency";
    assert_eq!(
        broken(vec![first.clone()]),
        one("A01", pointer, "catalogue.successor.unknown")
    );

    first.1.successors = vec![step("A02")];
    let mut second = agency("A02", None);
    second.1.valid_from = Some(day("2025-07-02"));
    assert_eq!(
        broken(vec![first.clone(), second.clone()]),
        one("A01", pointer, "catalogue.successor.absent")
    );
    second.1.valid_from = None;
    second.1.successors = vec![step("A01")];
    let ids: Vec<_> = broken(vec![first, second])
        .into_iter()
        .map(|(_, _, id)| id)
        .collect();
    assert_eq!(
        ids,
        ["catalogue.successor.cycle", "catalogue.successor.cycle"]
    );
}

#[test]
fn one_specification_alone_is_checked_too() {
    let (_, mut spec) = agency("A01", None);
    spec.name = " ".to_owned();
    spec.codes[0].value = "a01".to_owned();
    spec.valid_from = Some(day("2025-07-01"));
    spec.valid_to = Some(day("2025-06-30"));
    spec.contact_email = Some("nobody".to_owned());
    let rules: Vec<Rule> = spec.issues().into_iter().map(|issue| issue.rule).collect();
    let form = Rule::CodeForm {
        scheme: CodeScheme::Qd20,
        value: "a01".to_owned(),
    };
    assert_eq!(
        rules,
        [Rule::Empty, Rule::PeriodReversed, form, Rule::NotAnEmail]
    );
}

/// Ids of what a specification alone breaks.
fn broken_alone(spec: &AgencySpec) -> Vec<&'static str> {
    spec.issues().iter().map(|issue| issue.rule.id()).collect()
}

#[test]
fn texts_and_lists_end_at_their_limits() {
    let (_, mut spec) = agency("A01", None);
    spec.name = "ư".repeat(NAME_CHARS_MAX);
    spec.codes = vec![code_of(CodeScheme::Qd20, "A01"); CODES_MAX];
    let step = Succession {
        agency: "A02".into(),
        date: day("2025-07-01"),
        decision: None,
        demo: false,
    };
    spec.successors = vec![step.clone(); SUCCESSORS_MAX];
    assert!(broken_alone(&spec).is_empty());
    spec.name.push('a');
    spec.codes.push(code_of(CodeScheme::Qd20, "A01"));
    spec.successors.push(step);
    let too_many = "catalogue.list.too_many";
    assert_eq!(
        broken_alone(&spec),
        ["catalogue.text.too_long", too_many, too_many]
    );
}

#[test]
fn a_code_list_has_each_code_once_at_a_time_and_ends_at_its_limit() {
    let item = |code: usize| CodeItem {
        code: code.to_string(),
        name: Labels {
            vi: "Một".to_owned(),
            en: "One".to_owned(),
        },
        abbreviation: None,
        valid_from: None,
        valid_to: None,
    };
    let title = Labels {
        vi: "Thử".to_owned(),
        en: "Test".to_owned(),
    };
    let mut list = CodeListSpec {
        title,
        source: None,
        items: (0..ITEMS_MAX).map(item).collect(),
    };
    let broken = |list: &CodeListSpec| -> Vec<(String, &'static str)> {
        list.issues()
            .into_iter()
            .map(|issue| (issue.pointer, issue.rule.id()))
            .collect()
    };
    assert_eq!(broken(&list), []);
    list.items.push(item(ITEMS_MAX));
    assert_eq!(
        broken(&list),
        [("/items".to_owned(), "catalogue.list.too_many")]
    );

    let (mut old, mut new) = (item(1), item(1));
    old.valid_to = Some(day("2025-06-30"));
    new.name.vi = "Mới".to_owned();
    list.items = vec![old, new];
    let twice = "catalogue.code_list.item_twice";
    assert_eq!(broken(&list), [("/items/1/code".to_owned(), twice)]);
    list.items[1].valid_from = Some(day("2025-07-01"));
    assert_eq!(broken(&list), []);
    let name = |date: &str| list.item("1", day(date)).map(|item| item.name.vi.as_str());
    assert_eq!(
        (name("2025-06-30"), name("2025-07-01")),
        (Some("Một"), Some("Mới"))
    );
}
