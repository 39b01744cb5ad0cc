//! The order in which agencies are shown.
//!
//! Owns: the sort key: level, then the code with its numbers as numbers (`H48.51`, `H48.101`).
//! Not here: the order of search results (`search.rs`).

use crate::model::{AgencyCode, AgencyLevel};

/// One group of a code: numbers before letters, numbers by value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Number(u64, String),
    Text(String),
}

pub(super) fn key(code: &AgencyCode, level: AgencyLevel) -> (AgencyLevel, Vec<Group>) {
    let groups = code
        .as_str()
        .split('.')
        .map(|group| match group.parse::<u64>() {
            // The text stays in the key, so that "01" and "1" have an order too.
            Ok(number) => Group::Number(number, group.to_owned()),
            Err(_) => Group::Text(group.to_owned()),
        });
    (level, groups.collect())
}
