//! Search with and without marks, by code, by words of the agency above; pages.

use crate::{day, demo};

fn names(query: &str) -> Vec<String> {
    let tree = demo();
    let found = tree.at(day("2025-06-30")).search(query, None, 20);
    found
        .items
        .iter()
        .map(|agency| agency.short_name().to_owned())
        .collect()
}

fn first(query: &str) -> String {
    names(query).into_iter().next().unwrap_or_default()
}

#[test]
fn words_without_marks_find_the_exact_name_first() {
    assert_eq!(first("so noi vu"), "Sở Nội vụ");
    assert_eq!(first("SỞ NỘI VỤ"), "Sở Nội vụ");
    assert_eq!(first("phuong quang trung"), "UBND phường Quang Trung");
    assert_eq!(first("quang trung"), "UBND phường Quang Trung");
    assert_eq!(first("ubnd xa dak cam"), "UBND xã Đăk Cấm");
    assert_eq!(first("dac to"), "", "no sound-alikes");
    assert_eq!(first("dak to"), "UBND huyện Đắk Tô");
}

#[test]
fn marks_that_agree_come_first() {
    // "Đăk" and "Đắk" are both in use; without marks the district stands first.
    let exact = names("Đăk Tô");
    assert_eq!(exact[..2], ["UBND thị trấn Đăk Tô", "UBND huyện Đắk Tô"]);
}

#[test]
fn codes_of_every_scheme_are_found() {
    for code in ["H34.21.01", "h34.21.01", "000.01.21.H34", "23281"] {
        assert_eq!(names(code), ["UBND phường Quang Trung"], "{code}");
    }
    assert_eq!(
        names("H34.21").len(),
        20,
        "the city first, then what lies under its code"
    );
    assert_eq!(first("H34.21"), "UBND thành phố Kon Tum");
}

#[test]
fn words_of_the_agency_above_narrow_the_result() {
    assert_eq!(
        names("dak long").len(),
        2,
        "two communes have the same name"
    );
    assert_eq!(names("dak long dak glei"), ["UBND xã Đăk Long"]);
}

#[test]
fn nothing_is_found_for_nothing() {
    assert!(names("").is_empty());
    assert!(names("  \n").is_empty());
    assert!(names("zzzz").is_empty());
    assert!(names(&"x".repeat(100_000)).is_empty());
}

#[test]
fn pages_of_search_and_of_children_join_without_gap_or_repeat() {
    let tree = demo();
    let view = tree.at(day("2025-06-30"));
    let province = view.find("H34").unwrap();
    for limit in [1, 7, 30, 31] {
        let mut after: Option<String> = None;
        let mut seen = Vec::new();
        loop {
            let page = view.page(Some(province), after.as_deref(), limit);
            assert!(page.items.len() <= limit);
            seen.extend(page.items.iter().map(|agency| agency.code.to_string()));
            if !page.has_more {
                break;
            }
            after = seen.last().cloned();
        }
        assert_eq!(seen.len(), 30);
        assert_eq!((seen[0].as_str(), seen[29].as_str()), ("H34.01", "H34.30"));
        assert!(seen.is_sorted());
    }
    let whole = view.search("xa", None, 500);
    let half = view.search("xa", None, 40);
    let rest = view.search(
        "xa",
        half.items.last().map(|agency| agency.code.as_str()),
        500,
    );
    let codes = |items: &[&lgsp_catalogue::Agency]| -> Vec<String> {
        items.iter().map(|agency| agency.code.to_string()).collect()
    };
    assert!(half.has_more && !rest.has_more);
    assert_eq!(
        [codes(&half.items), codes(&rest.items)].concat(),
        codes(&whole.items)
    );
}
