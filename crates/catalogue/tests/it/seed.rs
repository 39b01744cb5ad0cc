//! The data that the product brings: counts, names, codes.

use lgsp_catalogue::{AgencyLevel, CodeScheme, model::AreaKind, seed as data};

use crate::{day, demo};

const PLAN: &str = "2025-06-30";
const MERGED: &str = "2025-07-01";

#[test]
fn the_demo_data_break_no_rule() {
    assert_eq!(demo().issues(), []);
    for (name, list) in data::code_lists().unwrap() {
        assert_eq!(list.issues(), [], "{name}");
    }
}

#[test]
fn the_plan_of_2020_has_20_departments_10_districts_and_102_communes() {
    let tree = demo();
    let view = tree.at(day(PLAN));
    let province = view.find("H34").unwrap();
    let all = view.subtree(province);
    let count = |level| {
        all.iter()
            .filter(|agency| agency.spec.level == level)
            .count()
    };
    assert_eq!(count(AgencyLevel::Province), 1);
    assert_eq!(count(AgencyLevel::Department), 20);
    assert_eq!(count(AgencyLevel::District), 10);
    assert_eq!(count(AgencyLevel::Commune), 102);
    assert_eq!(all.len(), 133);
    assert!(
        all.iter()
            .all(|agency| tree.is_within(agency.code.as_str(), "H34"))
    );
}

#[test]
fn since_july_2025_the_province_is_quang_ngai_with_96_communes() {
    let tree = demo();
    let view = tree.at(day(MERGED));
    assert!(view.find("H34").is_none());
    let province = view.find("H48").unwrap();
    let communes: Vec<_> = view
        .children(province)
        .filter(|a| a.spec.level == AgencyLevel::Commune)
        .collect();
    let count = |kind| {
        communes
            .iter()
            .filter(|a| a.spec.area.as_ref().unwrap().kind == kind)
            .count()
    };
    assert_eq!(
        (
            count(AreaKind::Commune),
            count(AreaKind::Ward),
            count(AreaKind::SpecialZone)
        ),
        (86, 9, 1)
    );
    let of_kon_tum: Vec<_> = communes
        .iter()
        .filter(|a| !a.predecessors.is_empty())
        .collect();
    assert_eq!(of_kon_tum.len(), 40);
    // Every one of the 102 has exactly one heir among the 40; districts add themselves.
    let merged: usize = of_kon_tum
        .iter()
        .flat_map(|a| &a.predecessors)
        .filter(|step| tree.find(step.agency.as_str()).unwrap().spec.level == AgencyLevel::Commune)
        .count();
    assert_eq!(merged, 102);
}

#[test]
fn names_and_codes_are_the_real_ones() {
    let tree = demo();
    let view = tree.at(day(PLAN));
    let cases = [
        ("608", "Thành phố Kon Tum"),
        ("612", "Huyện Đắk Tô"),
        ("618", "Huyện Ia H'Drai"),
        ("23281", "Phường Quang Trung"),
        ("23473", "Thị trấn Măng Đen"),
        ("23538", "Xã Ia Tơi"),
    ];
    for (gso, name) in cases {
        let agency = tree.find_by_gso(gso, view.day()).unwrap();
        assert_eq!(agency.spec.area.as_ref().unwrap().name, name);
    }
    let ward = tree.find_by_gso("23293", day(MERGED)).unwrap();
    assert_eq!(ward.spec.name, "Ủy ban nhân dân phường Kon Tum");
    let before = tree.find_by_gso("23293", day(PLAN)).unwrap();
    assert_eq!(before.spec.name, "Ủy ban nhân dân phường Thắng Lợi");

    let office = view.find("H34.01").unwrap();
    assert_eq!(
        office.spec.code_at(CodeScheme::Qcvn102, view.day()),
        Some("000.00.01.H34")
    );
    assert!(office.spec.codes.iter().all(|code| code.demo));
    let government = view.find("G22").unwrap();
    assert_eq!(government.spec.name, "Văn phòng Chính phủ");
    assert!(government.spec.codes.iter().all(|code| !code.demo));
}

#[test]
fn every_agency_of_the_plan_has_both_forms() {
    let tree = demo();
    let view = tree.at(day(PLAN));
    for agency in view.subtree(view.find("H34").unwrap()) {
        for scheme in [CodeScheme::Qd20, CodeScheme::Qcvn102] {
            let code = agency.spec.code_at(scheme, view.day()).unwrap();
            assert_eq!(
                view.resolve(code).agency().unwrap().code,
                agency.code,
                "{code}"
            );
        }
    }
}

#[test]
fn the_demo_reads_its_directory_at_the_last_day_of_the_plan() {
    let setting = data::demo_setting();
    let now = day("2026-11-22").at_minute(600);
    assert_eq!(setting.date(now), day(PLAN));
    assert_eq!(
        lgsp_catalogue::DirectorySetting::default().date(now),
        day("2026-11-22")
    );
}

#[test]
fn document_types_and_status_texts_are_there() {
    let lists = data::code_lists().unwrap();
    let label = |name: &str, code: &str| {
        let (_, list) = lists.iter().find(|(found, _)| found == name).unwrap();
        list.item(code, day(PLAN)).map(|item| item.name.vi.clone())
    };
    assert_eq!(label("document-type", "18").as_deref(), Some("Công văn"));
    assert_eq!(
        label("document-status", "03").as_deref(),
        Some("Đã tiếp nhận")
    );
    assert_eq!(label("document-status", "3"), None);
    assert_eq!(label("document-priority", "3").as_deref(), Some("Hỏa tốc"));
    assert_eq!(
        label("document-business-type", "1").as_deref(),
        Some("Thu hồi")
    );
}
