//! The rules that hold between agencies.
//!
//! Owns: finding what the set as a whole breaks.
//! Not here: the rules of one specification (`../model/agency.rs`), the sentences (`messages/`).
//! Invariant: parents exist, chains end, a child lives within its parent's time, a code has one
//! holder at a time and is never given twice, successors exist on the day they take over.

use std::collections::{HashMap, HashSet};

use lgsp_model::LocalDate;

use super::{Agency, AgencyTree, CodePlace, DEPTH_MAX, Place};
use crate::model::{AgencyCode, CodeScheme, CodeSpec, Issue, Rule, overlap};

type Period = (Option<LocalDate>, Option<LocalDate>);

/// Everything that is wrong, in the order of display of the agencies at fault.
pub(super) fn issues(tree: &AgencyTree) -> Vec<Issue> {
    let mut found = Vec::new();
    for agency in &tree.agencies {
        found.extend(
            agency
                .spec
                .issues()
                .into_iter()
                .map(|issue| issue.of(&agency.code)),
        );
        found.extend(parent_issue(tree, agency).map(|issue| issue.of(&agency.code)));
        found.extend(
            successor_issues(tree, agency)
                .into_iter()
                .map(|i| i.of(&agency.code)),
        );
    }
    found.extend(code_issues(tree, &tree.by_address));
    found.extend(code_issues(tree, &tree.by_gso));
    found.sort_by_key(|issue| {
        issue
            .agency
            .as_ref()
            .and_then(|code| tree.place(code.as_str()))
    });
    found
}

fn parent_issue(tree: &AgencyTree, agency: &Agency) -> Option<Issue> {
    let named = agency.spec.parent.as_ref()?;
    let at = |rule| Some(Issue::new("/parent", rule));
    let Some(parent) = tree.find(named.as_str()) else {
        return at(Rule::ParentUnknown {
            parent: named.clone(),
        });
    };
    if agency.parent.is_none() {
        let above = |code: &AgencyCode| tree.find(code.as_str())?.spec.parent.clone();
        // A chain with more links than there are agencies goes round.
        let links = std::iter::successors(Some(named.clone()), above)
            .take(tree.len() + 1)
            .count();
        let is_cycle = links > tree.len();
        return at(if is_cycle {
            Rule::ParentCycle
        } else {
            Rule::TooDeep { limit: DEPTH_MAX }
        });
    }
    let starts_early = match (parent.spec.valid_from, agency.spec.valid_from) {
        (Some(above), Some(below)) => below < above,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let ends_late = match (parent.spec.valid_to, agency.spec.valid_to) {
        (Some(above), Some(below)) => above < below,
        (Some(_), None) => true,
        (None, _) => false,
    };
    if starts_early || ends_late {
        return at(Rule::OutsideParent {
            parent: named.clone(),
        });
    }
    None
}

fn successor_issues(tree: &AgencyTree, agency: &Agency) -> Vec<Issue> {
    let mut found = Vec::new();
    for (index, step) in agency.spec.successors.iter().enumerate() {
        let mut add = |rule| {
            found.push(Issue::new(format!("/successors/{index}/agency"), rule));
        };
        match tree.find(step.agency.as_str()) {
            None => add(Rule::SuccessorUnknown {
                successor: step.agency.clone(),
            }),
            Some(heir) if !heir.spec.is_valid_on(step.date) => add(Rule::SuccessorAbsent {
                successor: step.agency.clone(),
                date: step.date,
            }),
            Some(_) => {}
        }
    }
    if succeeds_itself(tree, agency) {
        found.push(Issue::new("/successors", Rule::SuccessionCycle));
    }
    found
}

/// Whether following the successors of `agency` comes back to it.
fn succeeds_itself(tree: &AgencyTree, agency: &Agency) -> bool {
    let heirs = |at: &Agency| {
        at.spec
            .successors
            .iter()
            .map(|step| step.agency.clone())
            .collect()
    };
    let mut seen: HashSet<AgencyCode> = HashSet::new();
    let mut waiting: Vec<AgencyCode> = heirs(agency);
    while let Some(code) = waiting.pop() {
        if code == agency.code {
            return true;
        }
        if let Some(found) = tree.find(code.as_str())
            && seen.insert(code)
        {
            let next: Vec<AgencyCode> = heirs(found);
            waiting.extend(next);
        }
    }
    false
}

/// Codes that two agencies have at the same time, or one after the other.
fn code_issues(tree: &AgencyTree, table: &HashMap<Box<str>, Vec<CodePlace>>) -> Vec<Issue> {
    let mut found = Vec::new();
    for (value, places) in table {
        for (later, second) in places.iter().enumerate() {
            for first in places.iter().take(later) {
                found.extend(clash(tree, value, *first, *second));
            }
        }
    }
    found
}

fn clash(tree: &AgencyTree, value: &str, first: CodePlace, second: CodePlace) -> Option<Issue> {
    let (one, one_code) = entry(tree, first)?;
    let (two, two_code) = entry(tree, second)?;
    let is_same_agency = one.code == two.code;
    let (period, other_period) = (used(one, one_code), used(two, two_code));
    let value = value.to_owned();
    let rule = if overlap(period, other_period) {
        Rule::CodeClash {
            value,
            other: one.code.clone(),
        }
    } else if is_same_agency || two_code.scheme == CodeScheme::Gso {
        // The statistics office gives the code of a unit to the larger one that absorbed it.
        return None;
    } else {
        Rule::CodeReused {
            value,
            other: one.code.clone(),
        }
    };
    Some(Issue::new(format!("/codes/{}/value", second.1), rule).of(&two.code))
}

fn entry(tree: &AgencyTree, (place, index): (Place, usize)) -> Option<(&Agency, &CodeSpec)> {
    let agency = tree.at_place(place)?;
    Some((agency, agency.spec.codes.get(index)?))
}

/// The days on which a code is in use: its own period cut by its agency's.
fn used(agency: &Agency, code: &CodeSpec) -> Period {
    let last = match (code.valid_to, agency.spec.valid_to) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    };
    (code.valid_from.max(agency.spec.valid_from), last)
}
