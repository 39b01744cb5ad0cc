//! What a code means after its agency has ended.

use lgsp_catalogue::{Resolution, model::Succession};

use crate::{agency, day, demo, tree};

fn step(agency: &str, date: &str) -> Succession {
    Succession {
        agency: agency.into(),
        date: day(date),
        decision: None,
        demo: true,
    }
}

#[test]
fn a_code_of_a_merged_commune_leads_to_its_one_heir() {
    let tree = demo();
    let before = tree.at(day("2025-06-30"));
    assert!(matches!(before.resolve("H34.21.01"), Resolution::Found(_)));
    let after = tree.at(day("2025-07-01"));
    for code in ["H34.21.01", " 000.01.21.H34\n"] {
        let Resolution::Superseded { was, by } = after.resolve(code) else {
            panic!("{:?}", after.resolve(code));
        };
        assert_eq!(was.spec.area.as_ref().unwrap().name, "Phường Quang Trung");
        assert_eq!(by.spec.area.as_ref().unwrap().name, "Phường Kon Tum");
        assert!(by.predecessors.iter().any(
            |old| old.agency == was.code && old.decision.as_deref() == Some("1677/NQ-UBTVQH15")
        ));
    }
}

#[test]
fn a_code_of_a_district_leads_to_a_clerk() {
    let tree = demo();
    let view = tree.at(day("2026-11-22"));
    let Resolution::Ambiguous { candidates } = view.resolve("H34.21") else {
        panic!("{:?}", view.resolve("H34.21"));
    };
    let names: Vec<_> = candidates.iter().map(|a| a.short_name()).collect();
    assert!(
        names.contains(&"UBND phường Kon Tum") && names.len() == 6,
        "{names:?}"
    );
    assert!(view.resolve("H34.21").agency().is_none());
}

#[test]
fn codes_of_other_times_and_unknown_codes_are_told_apart() {
    let tree = demo();
    let plan = tree.at(day("2025-06-30"));
    assert!(matches!(plan.resolve("H48.51"), Resolution::Future { .. }));
    assert!(matches!(plan.resolve("H34.99"), Resolution::Unknown));
    assert!(
        matches!(plan.resolve("h34.01"), Resolution::Unknown),
        "no case folding"
    );
    assert!(matches!(plan.resolve(""), Resolution::Unknown));
    assert!(
        matches!(plan.resolve("608"), Resolution::Unknown),
        "no address of messages"
    );
    let merged = tree.at(day("2025-07-01"));
    assert!(matches!(merged.resolve("H22"), Resolution::Ended { .. }));
    let ministry = plan.resolve("000.00.00.G14");
    assert!(matches!(ministry, Resolution::Superseded { by, .. } if by.code.as_str() == "G06"));
}

#[test]
fn successions_are_followed_through_bodies_that_ended_too() {
    let mut first = agency("A01", None);
    first.1.valid_to = Some(day("2024-12-31"));
    first.1.successors = vec![step("A02", "2025-01-01")];
    let mut second = agency("A02", None);
    second.1.valid_to = Some(day("2025-06-30"));
    second.1.successors = vec![step("A03", "2025-07-01"), step("A04", "2026-01-01")];
    let tree = tree(vec![
        first,
        second,
        agency("A03", None),
        agency("A04", None),
    ]);
    assert_eq!(tree.issues(), []);
    let heir = |date: &str| {
        tree.at(day(date))
            .resolve("A01")
            .agency()
            .map(|a| a.code.to_string())
    };
    assert_eq!(heir("2024-12-31").as_deref(), Some("A01"));
    assert_eq!(heir("2025-03-01").as_deref(), Some("A02"));
    assert_eq!(heir("2025-12-31").as_deref(), Some("A03"));
    assert_eq!(
        heir("2026-01-01"),
        None,
        "two bodies share the tasks from then on"
    );
}

#[test]
fn a_changed_code_of_a_living_agency_leads_to_itself() {
    let mut renumbered = agency("A01", None);
    renumbered.1.codes[0].valid_to = Some(day("2025-06-30"));
    let mut new = renumbered.1.codes[0].clone();
    new.value = "B01".to_owned();
    (new.valid_from, new.valid_to) = (Some(day("2025-07-01")), None);
    renumbered.1.codes.push(new);
    let tree = tree(vec![renumbered]);
    let view = tree.at(day("2025-07-01"));
    assert!(
        matches!(view.resolve("A01"), Resolution::Superseded { was, by } if was.code == by.code)
    );
    assert!(matches!(view.resolve("B01"), Resolution::Found(_)));
    let scheme = lgsp_catalogue::CodeScheme::Qd20;
    let agency = view.find("A01").unwrap();
    assert_eq!(agency.spec.code_at(scheme, day("2025-06-30")), Some("A01"));
    assert_eq!(agency.spec.code_at(scheme, day("2025-07-01")), Some("B01"));
}
