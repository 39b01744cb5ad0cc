//! Whether an entry is what a filter means.
//!
//! Owns: `matches`, `Truth`.
//! Not here: leaving out entries before they are read (`narrow.rs`).
//! Invariant: an attribute that nobody knows makes a term undefined, and what is undefined is
//! never found, not even by its negation.
//! Follows: RFC 4511, 4.5.1.7; RFC 4517 (rules); approximate matching leaves out tone marks.

use super::{
    entry::Entry,
    schema::{self, Syntax, Type},
};
use crate::ldap::wire::{Dn, Filter, dn::fold_value};

/// The value of a filter for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    /// It is so.
    Yes,
    /// It is not.
    No,
    /// It cannot be said.
    Undefined,
}

impl From<bool> for Truth {
    fn from(is_so: bool) -> Self {
        if is_so { Self::Yes } else { Self::No }
    }
}

impl Truth {
    /// The opposite.
    pub(crate) const fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Undefined => Self::Undefined,
        }
    }

    /// All of them.
    pub(crate) fn all(parts: impl Iterator<Item = Self>) -> Self {
        let mut result = Self::Yes;
        for part in parts {
            match part {
                Self::No => return Self::No,
                Self::Undefined => result = Self::Undefined,
                Self::Yes => {}
            }
        }
        result
    }

    /// One of them.
    pub(crate) fn any(parts: impl Iterator<Item = Self>) -> Self {
        Self::all(parts.map(Self::not)).not()
    }
}

/// The value of `filter` for `entry`.
pub(crate) fn matches(filter: &Filter, entry: &Entry) -> Truth {
    match filter {
        Filter::And(parts) => Truth::all(parts.iter().map(|part| matches(part, entry))),
        Filter::Or(parts) => Truth::any(parts.iter().map(|part| matches(part, entry))),
        Filter::Not(inner) => matches(inner, entry).not(),
        Filter::Present(attribute) => match schema::find(attribute) {
            Some(known) => (!entry.values(known).is_empty()).into(),
            None => Truth::Undefined,
        },
        Filter::Equal { attribute, value } => {
            with_values(attribute, value, entry, |known, own, asserted| {
                is_equal(known, own, asserted)
            })
        }
        Filter::Approximate { attribute, value } => {
            with_values(attribute, value, entry, |_, own, asserted| {
                lgsp_model::text::fold(own) == lgsp_model::text::fold(asserted)
            })
        }
        Filter::AtLeast { attribute, value } => {
            with_values(attribute, value, entry, |_, own, asserted| {
                fold_value(own) >= fold_value(asserted)
            })
        }
        Filter::AtMost { attribute, value } => {
            with_values(attribute, value, entry, |_, own, asserted| {
                fold_value(own) <= fold_value(asserted)
            })
        }
        Filter::Substring {
            attribute,
            initial,
            any,
            last,
        } => substring(attribute, (initial, any, last), entry),
        Filter::Extensible {
            rule,
            attribute,
            value,
            is_dn_included,
        } => extensible(
            rule.as_deref(),
            attribute.as_deref(),
            value,
            (*is_dn_included, entry),
        ),
    }
}

fn with_values(
    attribute: &str,
    value: &[u8],
    entry: &Entry,
    test: impl Fn(&Type, &str, &str) -> bool,
) -> Truth {
    let (Some(known), Ok(asserted)) = (schema::find(attribute), std::str::from_utf8(value)) else {
        return Truth::Undefined;
    };
    let mut values = entry.values(known).iter();
    values.any(|own| test(known, own, asserted)).into()
}

/// Whether two values of a type are the same.
pub(crate) fn is_equal(known: &Type, own: &str, asserted: &str) -> bool {
    match known.syntax {
        Syntax::Name => match (Dn::parse(own), Dn::parse(asserted)) {
            (Ok(own), Ok(asserted)) => own.is_same(&asserted),
            _ => false,
        },
        Syntax::Text | Syntax::Word | Syntax::Time => fold_value(own) == fold_value(asserted),
    }
}

type Parts<'a> = (&'a Option<Vec<u8>>, &'a [Vec<u8>], &'a Option<Vec<u8>>);

fn substring(attribute: &str, (initial, any, last): Parts<'_>, entry: &Entry) -> Truth {
    let Some(known) = schema::find(attribute) else {
        return Truth::Undefined;
    };
    if known.syntax == Syntax::Name {
        return Truth::Undefined;
    }
    // Spaces at the ends of a part stand between words of the value and count.
    let text = |part: &Vec<u8>| std::str::from_utf8(part).ok().map(str::to_lowercase);
    let parts: Option<Vec<String>> = any.iter().map(text).collect();
    let ends = |part: &Option<Vec<u8>>| match part {
        None => Some(None),
        Some(part) => text(part).map(Some),
    };
    let (Some(parts), Some(initial), Some(last)) = (parts, ends(initial), ends(last)) else {
        return Truth::Undefined;
    };
    let is_match = |own: &String| {
        let own = fold_value(own);
        let Some(mut rest) = own.strip_prefix(initial.as_deref().unwrap_or_default()) else {
            return false;
        };
        match rest.strip_suffix(last.as_deref().unwrap_or_default()) {
            Some(middle) => rest = middle,
            None => return false,
        }
        parts
            .iter()
            .all(|part| match rest.split_once(part.as_str()) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
    };
    entry.values(known).iter().any(is_match).into()
}

fn extensible(
    rule: Option<&str>,
    attribute: Option<&str>,
    value: &[u8],
    (is_dn_included, entry): (bool, &Entry),
) -> Truth {
    let Ok(asserted) = std::str::from_utf8(value) else {
        return Truth::Undefined;
    };
    let is_exact = match rule.map(str::to_ascii_lowercase).as_deref() {
        None | Some("caseignorematch" | "2.5.13.2" | "distinguishednamematch" | "2.5.13.1") => {
            false
        }
        Some("caseexactmatch" | "2.5.13.5") => true,
        Some(_) => return Truth::Undefined,
    };
    let known = match attribute {
        None => None,
        Some(name) => match schema::find(name) {
            Some(known) => Some(known),
            None => return Truth::Undefined,
        },
    };
    let is_match = |candidate: &Type, own: &str| {
        known.is_none_or(|known| known.oid == candidate.oid)
            && if is_exact {
                own == asserted
            } else {
                is_equal(candidate, own, asserted)
            }
    };
    let in_values = entry
        .types()
        .any(|(candidate, values)| values.iter().any(|own| is_match(candidate, own)));
    let in_name = is_dn_included
        && entry
            .dn
            .0
            .iter()
            .flat_map(|part| &part.0)
            .any(|(name, own)| {
                schema::find(name).is_some_and(|candidate| is_match(candidate, own))
            });
    (in_values || in_name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let dn = Dn::parse("uid=van.an,ou=people,dc=vn").unwrap();
        let mut entry = Entry::new(dn, &["top", "person", "inetOrgPerson"]);
        entry.put("uid", "van.an");
        entry.put("cn", "Nguyễn Văn An");
        entry.put("mail", "An@h34.gov.vn");
        entry.put("modifyTimestamp", "20261123020000Z");
        entry.put("memberOf", "cn=Văn thư,ou=groups,dc=vn");
        entry
    }

    #[test]
    fn filters_have_three_values() {
        use Truth::{No, Undefined, Yes};
        for (text, expected) in [
            ("(uid=VAN.AN)", Yes),
            ("(uid=other)", No),
            ("(cn=nguyễn  văn an)", Yes),
            ("(cn=nguyen van an)", No),
            ("(cn~=nguyen van an)", Yes),
            ("(cn=Nguyễn*)", Yes),
            ("(cn=*văn*)", Yes),
            ("(cn=*an)", Yes),
            ("(cn=n*v*n)", Yes),
            ("(cn=n*v*n*n*n)", No),
            ("(cn=an*an)", No),
            ("(mail=an@H34.gov.vn)", Yes),
            ("(givenName=*)", No),
            ("(!(givenName=*))", Yes),
            ("(shoeSize=43)", Undefined),
            ("(!(shoeSize=43))", Undefined),
            ("(|(shoeSize=43)(uid=van.an))", Yes),
            ("(&(shoeSize=43)(uid=van.an))", Undefined),
            ("(&(shoeSize=43)(uid=x))", No),
            ("(&)", Yes),
            ("(|)", No),
            ("(objectClass=INETORGPERSON)", Yes),
            ("(modifyTimestamp>=20261123000000Z)", Yes),
            ("(modifyTimestamp<=20261123000000Z)", No),
            ("(memberOf=CN=văn thư, ou=groups, dc=VN)", Yes),
            ("(memberOf=cn=van*)", Undefined),
            ("(cn:caseExactMatch:=Nguyễn Văn An)", Yes),
            ("(cn:caseExactMatch:=nguyễn văn an)", No),
            ("(ou:dn:=PEOPLE)", Yes),
            ("(ou:=people)", No),
            (":caseIgnoreMatch:=van.an", Yes),
            ("(cn:1.2.3:=An)", Undefined),
            ("(cn=\\ff)", Undefined),
        ] {
            let filter = Filter::parse(text).unwrap();
            assert_eq!(matches(&filter, &entry()), expected, "{text}");
        }
    }
}
