//! Forms of agency codes and of status codes.
//!
//! Owns: telling which form a code has. Not here: whether an agency exists (catalogue), pairs of
//! old and new codes (data, never computed). Invariant: compares after trimming, byte by byte.
//! Follows: Decision 20/2020/QD-TTg; QCVN 102:2016 amendment 1:2022 (35 characters); design
//! document "Document exchange", sections 1 and 5.3.

use serde::{Deserialize, Serialize};

/// Longest agency code, in characters (amendment 1:2022 of QCVN 102:2016).
pub const CODE_CHARS_MAX: usize = 35;

/// Form of an agency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeForm {
    /// Decision 20/2020: `H37.02.02`, high level first.
    Qd20,
    /// QCVN 102:2016: `002.00.20.H13`, low level first.
    Qcvn102,
    /// Shortened old form seen in traffic: `28.22.H17`.
    Qcvn102Short,
    /// Empty or `null`: no code at all.
    None,
    /// Neither: only valid when the catalogue knows it (own codes, test units).
    Other,
}

/// Which form `code` has.
#[must_use]
pub fn code_form(code: &str) -> CodeForm {
    let trimmed = code.trim();
    if trimmed.is_empty() || trimmed == "null" {
        return CodeForm::None;
    }
    if is_qd20(trimmed) {
        return CodeForm::Qd20;
    }
    match old_groups(trimmed) {
        Some(OldGroups {
            digits: [3, 2, 2],
            count: 3,
        }) => CodeForm::Qcvn102,
        Some(OldGroups {
            digits: [2 | 3, ..],
            count: 1..=3,
        }) => CodeForm::Qcvn102Short,
        _ => CodeForm::Other,
    }
}

fn is_qd20(code: &str) -> bool {
    if code.len() > CODE_CHARS_MAX {
        return false;
    }
    let mut groups = code.split('.');
    let Some(first) = groups.next() else {
        return false;
    };
    let level_one = matches!(first.as_bytes(), [letter, tens, ones]
        if letter.is_ascii_uppercase() && tens.is_ascii_digit() && ones.is_ascii_digit());
    let is_group = |group: &str| {
        !group.is_empty()
            && group
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    level_one && groups.all(is_group)
}

struct OldGroups {
    /// Lengths of the digit groups before the level-one code.
    digits: [usize; 3],
    count: usize,
}

/// Splits an old code into digit groups and a level-one code; nothing else has this shape.
fn old_groups(code: &str) -> Option<OldGroups> {
    let (head, level_one) = code.rsplit_once('.')?;
    let fits = matches!(level_one.as_bytes(), [letter, second, third]
        if letter.is_ascii_uppercase() && is_code_char(*second) && is_code_char(*third));
    if !fits {
        return None;
    }
    let mut groups = OldGroups {
        digits: [0; 3],
        count: 0,
    };
    for group in head.split('.') {
        let slot = groups.digits.get_mut(groups.count)?;
        let is_later = groups.count > 0;
        let length_fits = if is_later {
            group.len() == 2
        } else {
            matches!(group.len(), 2 | 3)
        };
        if !length_fits || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *slot = group.len();
        groups.count += 1;
    }
    Some(groups)
}

fn is_code_char(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// What a status code is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusKind {
    /// Has a meaning and moves the state of a copy.
    Known,
    /// 07 to 12 and 14: kept and shown, no state change.
    Reserved,
    /// None of the table.
    Unknown,
}

/// Looks a two-digit status code up in the table of section 5.3.
#[must_use]
pub fn status_kind(code: &str) -> StatusKind {
    match code {
        "01" | "02" | "03" | "04" | "05" | "06" | "13" | "15" | "16" => StatusKind::Known,
        "07" | "08" | "09" | "10" | "11" | "12" | "14" => StatusKind::Reserved,
        _ => StatusKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_agency_codes() {
        let table = [
            ("G09.20", CodeForm::Qd20),
            ("H37.02.02", CodeForm::Qd20),
            ("H37.DN.001", CodeForm::Qd20),
            ("H37", CodeForm::Qd20),
            (" H37.02 ", CodeForm::Qd20),
            ("000.00.00.G22", CodeForm::Qcvn102),
            ("001.00.20.JB2", CodeForm::Qcvn102),
            ("28.22.H17", CodeForm::Qcvn102Short),
            ("38.98.H29", CodeForm::Qcvn102Short),
            ("00.22.W00", CodeForm::Qcvn102Short),
            ("22.H17", CodeForm::Qcvn102Short),
            ("22.00.20.H13", CodeForm::Qcvn102Short),
            ("", CodeForm::None),
            ("null", CodeForm::None),
            ("vxp.saas.03", CodeForm::Other),
            ("h37.02", CodeForm::Other),
            ("H37.", CodeForm::Other),
            ("H37..02", CodeForm::Other),
            ("H3", CodeForm::Other),
            (".H13", CodeForm::Other),
            ("1.00.00.H13", CodeForm::Other),
            ("000.00.00.00.H13", CodeForm::Other),
            ("000.0.00.H13", CodeForm::Other),
        ];
        for (code, form) in table {
            assert_eq!(code_form(code), form, "{code}");
        }
    }

    #[test]
    fn a_new_code_has_at_most_thirty_five_characters() {
        let at_limit = format!("H37.{}", "A".repeat(31));
        assert_eq!(at_limit.len(), CODE_CHARS_MAX);
        assert_eq!(code_form(&at_limit), CodeForm::Qd20);
        assert_eq!(code_form(&format!("{at_limit}A")), CodeForm::Other);
    }

    #[test]
    fn status_codes() {
        assert_eq!(status_kind("01"), StatusKind::Known);
        assert_eq!(status_kind("14"), StatusKind::Reserved);
        assert_eq!(status_kind("17"), StatusKind::Unknown);
        assert_eq!(status_kind("1"), StatusKind::Unknown);
    }
}
