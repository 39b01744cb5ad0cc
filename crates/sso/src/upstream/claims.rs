//! What the claims of a provider become here.
//!
//! Owns: `ClaimMap`, the maps of the known profiles, `Mapped`, masking.
//! Not here: whether a claim is believed (`id_token.rs`), whom it belongs to (`linking.rs`).
//! Invariant: a source is the name of a claim or a text with `{name}` in it; the first one that
//! gives something counts. An expression language would be a second way to write programs
//! (docs/adr/0025).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::kind::Profile;

/// Longest value that is taken over, in characters; what is longer is cut.
const VALUE_CHARS_MAX: usize = 200;
/// Digits of a citizen number (số định danh cá nhân).
const CITIZEN_DIGITS: usize = 12;
/// Last digits of a citizen number that are shown.
const SHOWN_DIGITS: usize = 3;

/// Which claims become which fields; empty lists take the profile's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimMap {
    /// Full name.
    #[schemars(extend("x-label" = {"vi": "Họ và tên", "en": "Name"}, "x-order" = 1))]
    pub name: Vec<String>,
    /// Mail address; never used to find an account.
    #[schemars(extend("x-label" = {"vi": "Thư điện tử", "en": "Mail address"}, "x-order" = 2))]
    pub email: Vec<String>,
    /// Telephone number.
    #[schemars(extend("x-label" = {"vi": "Điện thoại", "en": "Telephone"}, "x-order" = 3))]
    pub phone: Vec<String>,
    /// Citizen number: the only strong match.
    #[schemars(extend("x-label" = {"vi": "Số định danh cá nhân", "en": "Citizen number"}, "x-order" = 4))]
    pub citizen_number: Vec<String>,
    /// What kind of account it is there.
    #[schemars(extend("x-label" = {"vi": "Loại tài khoản", "en": "Account type"}, "x-order" = 5))]
    pub account_type: Vec<String>,
    /// Account types that are firms: their citizen number is their representative's.
    #[schemars(extend("x-label" = {"vi": "Giá trị là doanh nghiệp", "en": "Types that are firms"}, "x-order" = 6))]
    pub firm_types: Vec<String>,
    /// Name of the firm.
    #[schemars(extend("x-label" = {"vi": "Tên doanh nghiệp", "en": "Firm"}, "x-order" = 7))]
    pub firm: Vec<String>,
}

impl ClaimMap {
    /// The fields that have sources.
    pub(super) const FIELDS: [&'static str; 6] = [
        "name",
        "email",
        "phone",
        "citizen_number",
        "account_type",
        "firm",
    ];

    /// Whether a field has sources of its own.
    pub(super) fn names_sources(&self, field: &str) -> bool {
        self.sources(field)
            .is_some_and(|sources| !sources.is_empty())
    }

    /// Whether a source of a field gives something.
    pub(super) fn fills(&self, field: &str, claims: &Value) -> bool {
        let sources = self.sources(field);
        sources.is_some_and(|sources| first(sources, claims).is_some())
    }

    fn sources(&self, field: &str) -> Option<&[String]> {
        let mut fields = self.fields().into_iter();
        let found = fields.find(|(name, _)| *name == field);
        found.map(|(_, sources)| sources.as_slice())
    }

    /// The fields with their sources.
    pub(super) fn fields(&self) -> [(&'static str, &Vec<String>); 6] {
        [
            ("name", &self.name),
            ("email", &self.email),
            ("phone", &self.phone),
            ("citizen_number", &self.citizen_number),
            ("account_type", &self.account_type),
            ("firm", &self.firm),
        ]
    }

    /// The profile's own map.
    fn of(profile: Profile) -> Self {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match profile {
            Profile::Generic => Self {
                name: list(&["name", "{family_name} {given_name}", "preferred_username"]),
                email: list(&["email"]),
                phone: list(&["phone_number"]),
                ..Self::default()
            },
            Profile::NationalPortal => Self {
                name: list(&["HoVaTen"]),
                email: list(&["ThuDienTu"]),
                phone: list(&["SoDienThoai"]),
                citizen_number: list(&["SoDinhDanh"]),
                account_type: list(&["LoaiTaiKhoan"]),
                firm_types: list(&["2"]),
                firm: list(&["TenDoanhNghiep"]),
            },
            Profile::Vneid => Self {
                name: list(&["name"]),
                email: list(&["email"]),
                phone: list(&["phone_number"]),
                citizen_number: list(&["citizen_id"]),
                ..Self::default()
            },
        }
    }

    /// This map with what it leaves out taken from the profile.
    #[must_use]
    pub fn completed(&self, profile: Profile) -> Self {
        let known = Self::of(profile);
        let or = |own: &Vec<String>, other: Vec<String>| match own.is_empty() {
            true => other,
            false => own.clone(),
        };
        Self {
            name: or(&self.name, known.name),
            email: or(&self.email, known.email),
            phone: or(&self.phone, known.phone),
            citizen_number: or(&self.citizen_number, known.citizen_number),
            account_type: or(&self.account_type, known.account_type),
            firm_types: or(&self.firm_types, known.firm_types),
            firm: or(&self.firm, known.firm),
        }
    }

    /// What these claims say.
    #[must_use]
    pub fn apply(&self, claims: &Value) -> Mapped {
        let account_type = first(&self.account_type, claims);
        let is_firm = account_type
            .as_ref()
            .is_some_and(|of| self.firm_types.contains(of));
        let firm = first(&self.firm, claims).filter(|_| is_firm);
        Mapped {
            name: firm
                .or_else(|| first(&self.name, claims))
                .unwrap_or_default(),
            email: first(&self.email, claims).unwrap_or_default(),
            phone: first(&self.phone, claims).unwrap_or_default(),
            citizen_number: first(&self.citizen_number, claims)
                .filter(|number| !is_firm && is_citizen_number(number)),
            is_firm,
        }
    }
}

/// What a provider says of a person, in our fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// Full name, or the firm's.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
    /// Citizen number, when it has the form of one and the account is a person's.
    pub citizen_number: Option<String>,
    /// Whether it is a firm's account.
    pub is_firm: bool,
}

/// Whether a source can be read: braces in pairs, names inside.
pub(super) fn template_is_sound(source: &str) -> bool {
    if source.is_empty() || source.chars().count() > VALUE_CHARS_MAX {
        return false;
    }
    let mut rest = source;
    while let Some(at) = rest.find(['{', '}']) {
        let Some(inside) = rest.get(at..).and_then(|tail| tail.strip_prefix('{')) else {
            return false;
        };
        let Some((name, after)) = inside.split_once('}') else {
            return false;
        };
        if name.is_empty() || name.contains('{') {
            return false;
        }
        rest = after;
    }
    true
}

fn first(sources: &[String], claims: &Value) -> Option<String> {
    sources.iter().find_map(|source| value(source, claims))
}

/// The value of one source; nothing when a claim that it needs is missing or empty.
fn value(source: &str, claims: &Value) -> Option<String> {
    if !source.contains('{') {
        return text(claims.get(source)?);
    }
    let mut filled = String::new();
    let mut rest = source;
    while let Some((before, tail)) = rest.split_once('{') {
        let (name, after) = tail.split_once('}')?;
        filled.push_str(before);
        filled.push_str(&text(claims.get(name)?)?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// Texts, numbers and the first entry of a list; trimmed, without control characters.
fn text(value: &Value) -> Option<String> {
    let raw = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => return text(list.first()?),
        Value::Null | Value::Bool(_) | Value::Object(_) => return None,
    };
    let plain = raw.chars().filter(|letter| !letter.is_control());
    let cut: String = plain.take(VALUE_CHARS_MAX).collect();
    let trimmed = cut.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// Whether a text has the form of a citizen number.
#[must_use]
pub(crate) fn is_citizen_number(text: &str) -> bool {
    text.len() == CITIZEN_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A citizen number of which only the end is seen.
#[must_use]
pub(crate) fn masked(number: &str) -> String {
    let shown = number.len().saturating_sub(SHOWN_DIGITS);
    format!(
        "{}{}",
        "•".repeat(shown),
        number.get(shown..).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_source_that_gives_something_counts() {
        let map = ClaimMap::default().completed(Profile::Generic);
        for (claims, name) in [
            (json!({"name": " An \u{7}"}), "An"),
            (
                json!({"name": "", "family_name": "Nguyễn Văn", "given_name": "An"}),
                "Nguyễn Văn An",
            ),
            (
                json!({"family_name": "Nguyễn", "preferred_username": "an"}),
                "an",
            ),
            (json!({"name": ["A", "B"]}), "A"),
            (json!({"name": 7}), "7"),
            (json!({"name": {"x": 1}}), ""),
            (json!([]), ""),
        ] {
            assert_eq!(map.apply(&claims).name, name, "{claims}");
        }
        let long = json!({"name": "x".repeat(VALUE_CHARS_MAX + 1)});
        assert_eq!(map.apply(&long).name.len(), VALUE_CHARS_MAX);
    }

    #[test]
    fn the_portal_tells_citizens_from_firms() {
        let map = ClaimMap::default().completed(Profile::NationalPortal);
        let citizen = json!({"LoaiTaiKhoan": "1", "HoVaTen": "A", "SoDinhDanh": "000123456789",
            "TenDoanhNghiep": "X"});
        let mapped = map.apply(&citizen);
        assert_eq!((mapped.name.as_str(), mapped.is_firm), ("A", false));
        assert_eq!(mapped.citizen_number.as_deref(), Some("000123456789"));
        let firm = json!({"LoaiTaiKhoan": 2, "HoVaTen": "A", "SoDinhDanh": "000123456789",
            "TenDoanhNghiep": "Công ty"});
        let mapped = map.apply(&firm);
        assert_eq!((mapped.name.as_str(), mapped.is_firm), ("Công ty", true));
        assert_eq!(mapped.citizen_number, None);
    }

    #[test]
    fn only_twelve_digits_are_a_citizen_number() {
        assert!(is_citizen_number("000123456789"));
        for bad in [
            "",
            "00012345678",
            "0001234567890",
            "00012345678x",
            "０００１２３４５６７８９",
        ] {
            assert!(!is_citizen_number(bad), "{bad}");
        }
        assert_eq!(masked("000123456789"), "•••••••••789");
        assert_eq!(masked("12"), "12");
    }

    #[test]
    fn templates_have_their_braces_in_pairs() {
        for good in ["name", "{a} {b}", "x {a}"] {
            assert!(template_is_sound(good), "{good}");
        }
        for bad in ["", "{", "}", "{a", "a}", "{}", "{{a}}", "{a}}"] {
            assert!(!template_is_sound(bad), "{bad}");
        }
    }
}
