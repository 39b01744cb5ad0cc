//! A directory of 10,000 agencies stays quick. The bounds are far above what is measured, so that
//! a busy machine passes and a quadratic mistake does not; the figures are printed.

use std::time::{Duration, Instant};

use lgsp_catalogue::{AgencyCode, AgencySpec};

use crate::{agency, day, tree};

fn large() -> Vec<(AgencyCode, AgencySpec)> {
    let mut specs = vec![agency("H34", None)];
    for district in 0..100 {
        let above = format!("H34.{district:02}");
        specs.push(agency(&above, Some("H34")));
        for commune in 0..99 {
            let (code, mut spec) = agency(&format!("{above}.{commune:02}"), Some(&above));
            spec.name = format!("Ủy ban nhân dân xã Đăk Rơ Ông số {commune} thuộc {district}");
            specs.push((code, spec));
        }
    }
    specs
}

#[test]
fn ten_thousand_agencies_are_found_quickly() {
    let specs = large();
    let codes: Vec<AgencyCode> = specs.iter().map(|(code, _)| code.clone()).collect();
    assert_eq!(codes.len(), 10_001);
    let (tree, built) = timed(|| tree(specs));
    assert!(tree.issues().is_empty());
    let view = tree.at(day("2026-11-22"));
    let (found, looked_up) = timed(|| {
        codes
            .iter()
            .filter(|code| view.resolve(code.as_str()).agency().is_some())
            .count()
    });
    assert_eq!(found, codes.len());
    let (page, searched) = timed(|| view.search("dak ro ong so 57 thuoc 42", None, 10));
    assert_eq!(page.items[0].code.as_str(), "H34.42.57");
    let each = looked_up / 10_001;
    eprintln!("10,001 agencies: build {built:?}, look-up {each:?} each, search {searched:?}");
    assert!(built < Duration::from_secs(10), "{built:?}");
    assert!(each < Duration::from_micros(100), "{each:?}");
    assert!(searched < Duration::from_millis(500), "{searched:?}");
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}
