//! Invented citizens and firms.
//!
//! Owns: `Person`, making the whole set, reading a field by name.
//! Not here: under which claim a field leaves (`seed.rs`).
//! Invariant: nobody is real: identity numbers begin with 000, which no province has, telephone
//! numbers with 0000, and mail addresses end in `.example`. The same seed gives the same people.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::rng::Rng;

/// People and firms in all.
pub(super) const PEOPLE: usize = 1_000;
/// Every fifth is a firm.
const FIRM_EVERY: usize = 5;

const FAMILY: &[&str] = &[
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "A",
    "Y",
    "Siu",
    "Rơ Châm",
];
const MIDDLE_MALE: &[&str] = &["Văn", "Đức", "Minh", "Quốc", "Hữu", "Mô"];
const MIDDLE_FEMALE: &[&str] = &["Thị", "Ngọc", "Thu", "Thanh", "Mỹ", "Mô"];
const GIVEN: &[&str] = &[
    "An", "Bình", "Châu", "Dung", "Giang", "Hà", "Hạnh", "Khoa", "Lan", "Linh", "Nam", "Ngân",
    "Phong", "Phúc", "Quân", "Sơn", "Tâm", "Thảo", "Trang", "Việt",
];
const FIRMS: &[&str] = &[
    "Công ty TNHH Mô Phỏng",
    "Hợp tác xã Mô Phỏng",
    "Công ty cổ phần Mô Phỏng",
];

/// Whether an account is a citizen's or a firm's (`LoaiTaiKhoan`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A citizen, `1`.
    Citizen,
    /// A firm, `2`.
    Firm,
}

/// An invented citizen, or a firm with the citizen who acts for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Place in the set, from 0.
    pub number: usize,
    /// Citizen or firm.
    pub kind: PersonKind,
    /// Identifier at the provider; never changes.
    pub sub: String,
    /// Technical identifier of the portal.
    pub tech_id: String,
    /// Full name.
    pub name: String,
    /// Male.
    pub is_male: bool,
    /// Day of birth, `yyyy-mm-dd`.
    pub birth_date: String,
    /// Old identity card number, 9 digits; empty for most.
    pub identity_card: String,
    /// Citizen number, 12 digits.
    pub citizen_number: String,
    /// Passport number; empty for most.
    pub passport: String,
    /// Address.
    pub address: String,
    /// Telephone number.
    pub phone: String,
    /// Mail address.
    pub email: String,
    /// Name of the firm.
    pub firm: String,
    /// Tax number of the firm.
    pub tax_number: String,
    /// Registration number of the firm.
    pub firm_number: String,
}

impl Person {
    /// A field by the name that claim maps use; empty fields are absent.
    pub(super) fn field(&self, name: &str) -> Option<Value> {
        let kind = match self.kind {
            PersonKind::Citizen => "1",
            PersonKind::Firm => "2",
        };
        let text = match name {
            "kind" => kind,
            "sub" => &self.sub,
            "tech_id" => &self.tech_id,
            "name" => &self.name,
            "sex" => {
                if self.is_male {
                    "Nam"
                } else {
                    "Nữ"
                }
            }
            "birth_date" => &self.birth_date,
            "identity_card" => &self.identity_card,
            "citizen_number" => &self.citizen_number,
            "passport" => &self.passport,
            "address" => &self.address,
            "phone" => &self.phone,
            "email" => &self.email,
            "firm" => &self.firm,
            "tax_number" => &self.tax_number,
            "firm_number" => &self.firm_number,
            _ => "",
        };
        (!text.is_empty()).then(|| text.into())
    }
}

/// The whole set.
pub(super) fn invent(seed: u64) -> Vec<Person> {
    let mut rng = Rng::new(seed);
    (0..PEOPLE).map(|number| person(number, &mut rng)).collect()
}

fn person(number: usize, rng: &mut Rng) -> Person {
    let is_male = rng.chance(0.5);
    let is_firm = number % FIRM_EVERY == FIRM_EVERY - 1;
    let middles = if is_male { MIDDLE_MALE } else { MIDDLE_FEMALE };
    let pick = |rng: &mut Rng, from: &[&str]| (*rng.pick(from).unwrap_or(&"")).to_owned();
    let name = [pick(rng, FAMILY), pick(rng, middles), pick(rng, GIVEN)].join(" ");
    let year = rng.between(1955, 2005);
    let birth_date = format!("{year}-{:02}-{:02}", rng.between(1, 12), rng.between(1, 28));
    // Century and sex in one digit, as in real numbers: 0 and 1 before 2000, 2 and 3 after.
    let century = i64::from(year >= 2000) * 2 + i64::from(!is_male);
    let citizen_number = format!("000{century}{:02}{number:06}", year % 100);
    let or_empty = |is_there: bool, text: String| if is_there { text } else { String::new() };
    Person {
        number,
        kind: if is_firm {
            PersonKind::Firm
        } else {
            PersonKind::Citizen
        },
        sub: rng.uuid().to_string(),
        tech_id: format!("MP{number:08}"),
        name,
        is_male,
        birth_date,
        identity_card: or_empty(number.is_multiple_of(7), format!("000{number:06}")),
        citizen_number,
        passport: or_empty(number.is_multiple_of(11), format!("X0{number:06}")),
        address: format!("Tổ {}, phường Mô Phỏng", rng.between(1, 20)),
        phone: format!("0000{number:06}"),
        email: format!("nguoi{number:04}@congdan.example"),
        firm: or_empty(is_firm, format!("{} {number:04}", pick(rng, FIRMS))),
        tax_number: or_empty(is_firm, format!("000{number:07}")),
        firm_number: or_empty(is_firm, format!("000{number:07}")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn people_are_invented_distinct_and_the_same_each_time() {
        let people = invent(8);
        assert_eq!(people, invent(8));
        assert_eq!(people.len(), PEOPLE);
        let numbers: BTreeSet<_> = people.iter().map(|one| &one.citizen_number).collect();
        assert_eq!(numbers.len(), PEOPLE);
        let subs: BTreeSet<_> = people.iter().map(|one| &one.sub).collect();
        assert_eq!(subs.len(), PEOPLE);
        for one in &people {
            assert!(one.citizen_number.starts_with("000"), "{one:?}");
            assert_eq!(one.citizen_number.len(), 12, "{one:?}");
            assert!(one.email.ends_with(".example") && one.phone.starts_with("0000"));
            assert_eq!(one.kind == PersonKind::Firm, !one.firm.is_empty());
        }
        let firms = people.iter().filter(|one| one.kind == PersonKind::Firm);
        assert_eq!(firms.count(), PEOPLE / FIRM_EVERY);
    }
}
