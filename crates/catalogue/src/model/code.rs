//! Identity codes of agencies (mã định danh điện tử) and their forms.
//!
//! Owns: the schemes, the check of each form, the record of one code of one agency.
//! Not here: which agency a code means at a date (`../tree/view.rs`).
//! Invariant: no form is ever computed from another; pairs are data.
//! Follows: Decision 20/2020/QĐ-TTg (new form), QCVN 102:2016/BTTTT with amendment 1:2022 (old).

use std::{borrow::Borrow, fmt, sync::Arc};

use lgsp_model::LocalDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::is_valid_on;

/// Longest identity code in characters (amendment 1:2022 widened `OrganId` from 13 to 35).
pub const CODE_CHARS_MAX: usize = 35;
/// Longest code that a person registered for a test unit or a party without identity code.
pub const FREE_CODE_CHARS_MAX: usize = 64;

/// The name under which an agency (cơ quan, đơn vị) stands in the registry, for ever.
///
/// By custom its first code of the new form, `H34.21.03`. Codes may be added and may end; this
/// stays, so that accounts, documents and history keep pointing at the same body.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct AgencyCode(Arc<str>);

impl AgencyCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AgencyCode {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for AgencyCode {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Borrow<str> for AgencyCode {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a code is formed and who gave it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CodeScheme {
    /// New form, high level to low: `H37.02.02` (Decision 20/2020).
    #[schemars(extend("x-label" = {"vi": "Quyết định 20/2020/QĐ-TTg", "en": "Decision 20/2020"}))]
    Qd20,
    /// Old form, 13 characters, low level to high: `000.02.02.H37` (QCVN 102:2016).
    #[schemars(extend("x-label" = {"vi": "QCVN 102:2016", "en": "QCVN 102:2016"}))]
    Qcvn102,
    /// The old form without leading groups, as some systems send it: `28.22.H17`.
    #[schemars(extend("x-label" = {"vi": "QCVN 102:2016 rút gọn", "en": "QCVN 102:2016, short"}))]
    Qcvn102Short,
    /// Registration code of an enterprise, a cooperative or a household.
    #[schemars(extend("x-label" = {"vi": "Mã đăng ký riêng", "en": "Own registration code"}))]
    Own,
    /// A unit that only this platform or a test environment knows.
    #[schemars(extend("x-label" = {"vi": "Mã nội bộ", "en": "Local code"}))]
    Local,
    /// Code of the administrative unit by the statistics office; no address of messages.
    #[schemars(extend("x-label" = {"vi": "Mã đơn vị hành chính", "en": "Administrative unit code"}))]
    Gso,
}

impl CodeScheme {
    /// The form that the text has by itself; none when only the catalogue can tell.
    pub fn recognise(text: &str) -> Option<Self> {
        [Self::Qd20, Self::Qcvn102, Self::Qcvn102Short]
            .into_iter()
            .find(|scheme| scheme.accepts(text))
    }

    /// Whether `text` has the form of this scheme.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Qd20 => is_new_form(text),
            Self::Qcvn102 => is_old_form(text),
            Self::Qcvn102Short => is_short_form(text),
            Self::Own => is_free_form(text, CODE_CHARS_MAX),
            Self::Local => is_free_form(text, FREE_CODE_CHARS_MAX),
            Self::Gso => matches!(text.len(), 2 | 3 | 5) && all_digits(text),
        }
    }

    /// The document or the giver behind the scheme, as official texts name it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Qd20 => "20/2020/QĐ-TTg",
            Self::Qcvn102 => "QCVN 102:2016/BTTTT",
            Self::Qcvn102Short => "QCVN 102:2016/BTTTT (nn.nn.Xnn)",
            Self::Own => "own",
            Self::Local => "local",
            Self::Gso => "GSO",
        }
    }

    /// Whether messages can be addressed by a code of this scheme.
    pub fn is_address(self) -> bool {
        !matches!(self, Self::Gso)
    }
}

/// One code of one agency, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeSpec {
    /// The form of the code and who gave it.
    #[schemars(extend("x-label" = {"vi": "Loại mã", "en": "Scheme"}, "x-order" = 1))]
    pub scheme: CodeScheme,
    /// The code, exactly as it is written in messages.
    #[schemars(extend("x-label" = {"vi": "Mã", "en": "Code"}, "x-order" = 2))]
    pub value: String,
    /// First day on which the code is used; empty: since the agency exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hiệu lực từ", "en": "Valid from"}, "x-order" = 3))]
    pub valid_from: Option<LocalDate>,
    /// Last day on which the code is used; empty: as long as the agency exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hiệu lực đến", "en": "Valid to"}, "x-order" = 4))]
    pub valid_to: Option<LocalDate>,
    /// Where the code was taken from: a decision, a list, a system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Nguồn", "en": "Source"}, "x-order" = 5))]
    pub source: Option<String>,
    /// The code was made up for a demonstration.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mã minh họa", "en": "Demo code"}, "x-order" = 6))]
    pub demo: bool,
}

impl CodeSpec {
    /// Whether the code itself is in use on `day` (the agency's own period not considered).
    pub fn is_valid_on(&self, day: LocalDate) -> bool {
        is_valid_on(day, self.valid_from, self.valid_to)
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_new_form(text: &str) -> bool {
    let mut groups = text.split('.');
    let Some(&[letter, tens, ones]) = groups.next().map(str::as_bytes) else {
        return false;
    };
    let rest = |group: &str| {
        !group.is_empty()
            && group
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    text.len() <= CODE_CHARS_MAX
        && letter.is_ascii_uppercase()
        && tens.is_ascii_digit()
        && ones.is_ascii_digit()
        && groups.all(rest)
}

/// Groups of an old form: digits of the given lengths, then the level-1 code.
fn old_groups(text: &str) -> Option<Vec<usize>> {
    let (digits, level1) = text.rsplit_once('.')?;
    let &[letter, second, third] = level1.as_bytes() else {
        return None;
    };
    let is_code = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if !letter.is_ascii_uppercase() || !is_code(second) || !is_code(third) {
        return None;
    }
    let groups: Vec<&str> = digits.split('.').collect();
    groups
        .iter()
        .all(|group| all_digits(group))
        .then(|| groups.iter().map(|g| g.len()).collect())
}

fn is_old_form(text: &str) -> bool {
    old_groups(text).is_some_and(|lengths| lengths == [3, 2, 2])
}

fn is_short_form(text: &str) -> bool {
    old_groups(text)
        .is_some_and(|lengths| matches!(lengths.as_slice(), [2 | 3] | [2 | 3, 2] | [2, 2, 2]))
}

fn is_free_form(text: &str, chars_max: usize) -> bool {
    !text.is_empty() && text.len() <= chars_max && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        let cases = [
            ("G22", Some(CodeScheme::Qd20)),
            ("H37.02.02", Some(CodeScheme::Qd20)),
            ("H37.DN.001", Some(CodeScheme::Qd20)),
            ("000.00.00.G22", Some(CodeScheme::Qcvn102)),
            ("001.00.20.JB2", Some(CodeScheme::Qcvn102)),
            ("28.22.H17", Some(CodeScheme::Qcvn102Short)),
            ("00.22.W00", Some(CodeScheme::Qcvn102Short)),
            ("01.02.03.G22", Some(CodeScheme::Qcvn102Short)),
            ("h34.01", None),
            ("H34.", None),
            ("H3", None),
            ("H34 .01", None),
            ("0000.00.00.G22", None),
            ("000.00.00.g22", None),
            ("vxp.saas.03", None),
            ("", None),
        ];
        for (text, form) in cases {
            assert_eq!(CodeScheme::recognise(text), form, "{text}");
        }
    }

    #[test]
    fn the_new_form_ends_at_35_characters() {
        let at_limit = format!("H34.{}", "1".repeat(CODE_CHARS_MAX - 4));
        assert!(CodeScheme::Qd20.accepts(&at_limit));
        assert!(!CodeScheme::Qd20.accepts(&format!("{at_limit}1")));
        assert!(CodeScheme::Local.accepts(&"a".repeat(FREE_CODE_CHARS_MAX)));
        assert!(!CodeScheme::Local.accepts(&"a".repeat(FREE_CODE_CHARS_MAX + 1)));
    }
}
