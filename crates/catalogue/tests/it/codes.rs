//! Properties of codes: forms are told apart, and each form leads to the same agency and back.

use lgsp_catalogue::{AgencyCode, AgencySpec, CodeScheme, Resolution};
use proptest::prelude::*;

use crate::{agency, code_of, day, tree};

fn new_form() -> impl Strategy<Value = String> {
    "[A-Z][0-9]{2}(\\.[0-9A-Z]{1,4}){0,4}"
}

fn old_form() -> impl Strategy<Value = String> {
    "[0-9]{3}\\.[0-9]{2}\\.[0-9]{2}\\.[A-Z][A-Z0-9]{2}"
}

proptest! {
    #[test]
    fn generated_codes_have_their_form(new in new_form(), old in old_form()) {
        prop_assert_eq!(CodeScheme::recognise(&new), Some(CodeScheme::Qd20));
        prop_assert_eq!(CodeScheme::recognise(&old), Some(CodeScheme::Qcvn102));
    }

    #[test]
    fn any_text_is_judged_without_panic(text in ".{0,60}") {
        let _ = CodeScheme::recognise(&text);
        for scheme in [CodeScheme::Own, CodeScheme::Local, CodeScheme::Gso] {
            prop_assert!(!(text.contains(' ') && scheme.accepts(&text)));
        }
    }

    #[test]
    fn each_form_of_a_pair_leads_to_the_agency_and_back(
        pairs in prop::collection::btree_map(new_form(), old_form(), 1..30),
        spaces in "[ \t\n]{0,3}",
    ) {
        let mut old_seen = std::collections::BTreeSet::new();
        let specs: Vec<(AgencyCode, AgencySpec)> = pairs
            .iter()
            .filter(|(_, old)| old_seen.insert(old.as_str()))
            .map(|(new, old)| {
                let (code, mut spec) = agency(new, None);
                spec.codes.push(code_of(CodeScheme::Qcvn102, old));
                (code, spec)
            })
            .collect();
        let tree = tree(specs.clone());
        prop_assert!(tree.issues().is_empty());
        let today = day("2026-11-22");
        let view = tree.at(today);
        for (code, spec) in &specs {
            for scheme in [CodeScheme::Qd20, CodeScheme::Qcvn102] {
                let written = spec.code_at(scheme, today).unwrap();
                let Resolution::Found(found) = view.resolve(&format!("{spaces}{written}{spaces}"))
                else {
                    return Err(TestCaseError::fail(written.to_owned()));
                };
                prop_assert_eq!(&found.code, code);
                prop_assert_eq!(found.spec.code_at(scheme, today), Some(written));
            }
        }
    }

    #[test]
    fn a_specification_survives_json(new in new_form(), old in old_form()) {
        let (_, mut spec) = agency(&new, Some("H34"));
        spec.codes.push(code_of(CodeScheme::Qcvn102, &old));
        spec.valid_to = Some(day("2025-06-30"));
        let json = serde_json::to_string(&spec).unwrap();
        prop_assert_eq!(serde_json::from_str::<AgencySpec>(&json).unwrap(), spec);
    }
}
