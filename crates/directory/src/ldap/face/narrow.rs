//! Asking the tables for fewer entries than all.
//!
//! Owns: `Narrow`, what of a filter the tables can answer; `rules_out`, whether a kind of entry
//! cannot match at all.
//! Not here: the final word on an entry (`matching.rs`); narrowing only leaves out what could
//! not match.
//! Invariant: an entry that matches is never left out.

use uuid::Uuid;

use super::{
    matching::Truth,
    names::Names,
    schema::{self, Type},
};
use crate::ldap::wire::Filter;

/// A value that a table finds by an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// A user name, folded.
    Username(String),
    /// A mail address.
    Email(String),
    /// An account's id.
    Id(Uuid),
}

/// What of a filter the table of accounts can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Narrow {
    /// Only accounts with one of these.
    Keys(Vec<Key>),
    /// Only members of the group of this name.
    Group(String),
    /// Only accounts whose user name begins so.
    Prefix(String),
    /// Only accounts in whose names these words occur, tone marks left out.
    Words(String),
    /// All.
    All,
}

impl Narrow {
    /// The narrowest reading of a filter.
    pub(crate) fn of(filter: &Filter, names: &Names) -> Self {
        match filter {
            Filter::And(parts) => parts
                .iter()
                .map(|part| Self::of(part, names))
                .min_by_key(Self::width)
                .unwrap_or(Self::All),
            Filter::Or(parts) => {
                let mut keys = Vec::new();
                for part in parts {
                    match Self::of(part, names) {
                        Self::Keys(more) => keys.extend(more),
                        only if parts.len() == 1 => return only,
                        _ => return Self::All,
                    }
                }
                Self::Keys(keys)
            }
            Filter::Equal { attribute, value } => {
                let text = std::str::from_utf8(value).ok();
                match (schema::find(attribute), text) {
                    (Some(known), Some(text)) => equal(known, text, names),
                    _ => Self::All,
                }
            }
            Filter::Substring {
                attribute,
                initial,
                any,
                last,
            } => {
                let parts = initial.iter().chain(any).chain(last);
                parts_of(schema::find(attribute), initial.as_deref(), parts)
            }
            Filter::Not(_)
            | Filter::AtLeast { .. }
            | Filter::AtMost { .. }
            | Filter::Present(_)
            | Filter::Approximate { .. }
            | Filter::Extensible { .. } => Self::All,
        }
    }

    /// Smaller for what leaves fewer accounts.
    const fn width(&self) -> usize {
        match self {
            Self::Keys(keys) => keys.len(),
            Self::Group(_) => 1_000,
            Self::Prefix(_) => 1_001,
            Self::Words(_) => 1_002,
            Self::All => 1_003,
        }
    }
}

fn equal(known: &Type, text: &str, names: &Names) -> Narrow {
    match known.name() {
        "uid" => Narrow::Keys(vec![Key::Username(text.trim().to_lowercase())]),
        "mail" => Narrow::Keys(vec![Key::Email(text.trim().to_owned())]),
        "entryUUID" => match text.trim().parse() {
            Ok(id) => Narrow::Keys(vec![Key::Id(id)]),
            Err(_) => Narrow::All,
        },
        "memberOf" => names.group_of(text).map_or(Narrow::All, Narrow::Group),
        "cn" | "displayName" => Narrow::Words(text.to_owned()),
        _ => Narrow::All,
    }
}

fn parts_of<'a>(
    known: Option<&Type>,
    initial: Option<&[u8]>,
    parts: impl Iterator<Item = &'a Vec<u8>>,
) -> Narrow {
    let name = known.map(Type::name);
    if let (Some("uid"), Some(Ok(initial))) = (name, initial.map(std::str::from_utf8)) {
        return Narrow::Prefix(initial.trim().to_lowercase());
    }
    if !matches!(name, Some("uid" | "mail" | "cn" | "displayName")) {
        return Narrow::All;
    }
    let words: Option<Vec<&str>> = parts.map(|part| std::str::from_utf8(part).ok()).collect();
    match words {
        Some(words) => Narrow::Words(words.join(" ")),
        None => Narrow::All,
    }
}

/// What entries of one kind have in common.
pub(crate) struct Shape {
    /// Their object classes.
    pub(crate) classes: &'static [&'static str],
    /// Every type that one of them may have.
    pub(crate) types: &'static [&'static str],
    /// Whether applications may add mapped types.
    pub(crate) is_mapped: bool,
}

/// Whether no entry of this shape can match.
pub(crate) fn rules_out(filter: &Filter, shape: &Shape) -> bool {
    value(filter, shape) == Truth::No
}

/// Three values: undefined stands for "it depends on the entry" too.
fn value(filter: &Filter, shape: &Shape) -> Truth {
    match filter {
        Filter::And(parts) => Truth::all(parts.iter().map(|part| value(part, shape))),
        Filter::Or(parts) => Truth::any(parts.iter().map(|part| value(part, shape))),
        Filter::Not(inner) => value(inner, shape).not(),
        Filter::Equal { attribute, value } => match schema::find(attribute) {
            Some(known) if known.name() == "objectClass" => {
                let text = String::from_utf8_lossy(value);
                let mut classes = shape.classes.iter();
                classes
                    .any(|class| class.eq_ignore_ascii_case(text.trim()))
                    .into()
            }
            known => has(known, shape),
        },
        Filter::Substring { attribute, .. }
        | Filter::AtLeast { attribute, .. }
        | Filter::AtMost { attribute, .. }
        | Filter::Present(attribute)
        | Filter::Approximate { attribute, .. } => has(schema::find(attribute), shape),
        Filter::Extensible { .. } => Truth::Undefined,
    }
}

fn has(known: Option<&Type>, shape: &Shape) -> Truth {
    const EVERYWHERE: &[&str] = &[
        "objectClass",
        "structuralObjectClass",
        "entryDN",
        "subschemaSubentry",
        "hasSubordinates",
    ];
    let Some(known) = known else {
        return Truth::Undefined;
    };
    let may_have = EVERYWHERE.contains(&known.name())
        || shape.types.contains(&known.name())
        || (shape.is_mapped && known.is_mappable);
    if may_have {
        Truth::Undefined
    } else {
        Truth::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ldap::wire::Dn;

    #[test]
    fn filters_are_narrowed() {
        let names = Names {
            top: Dn::parse("dc=vn").unwrap(),
        };
        let name = |text: &str| Key::Username(text.to_owned());
        for (text, expected) in [
            ("(uid=An)", Narrow::Keys(vec![name("an")])),
            (
                "(&(objectClass=person)(|(uid=a)(mail=B@c.vn)))",
                Narrow::Keys(vec![name("a"), Key::Email("B@c.vn".into())]),
            ),
            ("(|(uid=a)(sn=b))", Narrow::All),
            ("(!(uid=a))", Narrow::All),
            ("(&(cn=Văn*An)(uid=b))", Narrow::Keys(vec![name("b")])),
            (
                "(&(cn=*Văn An*)(objectClass=*))",
                Narrow::Words("Văn An".into()),
            ),
            ("(uid=van*)", Narrow::Prefix("van".into())),
            ("(uid=*van*)", Narrow::Words("van".into())),
            ("(sn=*van*)", Narrow::All),
            (
                "(memberOf=cn=Tổ,ou=groups,dc=vn)",
                Narrow::Group("Tổ".into()),
            ),
            ("(memberOf=cn=Tổ,ou=elsewhere)", Narrow::All),
            ("(uid=\\ff)", Narrow::All),
            ("(|)", Narrow::Keys(vec![])),
            ("(&)", Narrow::All),
        ] {
            assert_eq!(
                Narrow::of(&Filter::parse(text).unwrap(), &names),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn kinds_are_ruled_out() {
        let units = Shape {
            classes: &["top", "organizationalUnit"],
            types: &["ou", "description"],
            is_mapped: false,
        };
        for (text, expected) in [
            ("(objectClass=*)", false),
            ("(objectClass=organizationalunit)", false),
            ("(objectClass=inetOrgPerson)", true),
            ("(!(objectClass=inetOrgPerson))", false),
            ("(!(objectClass=top))", true),
            ("(uid=an)", true),
            ("(|(uid=an)(ou=x))", false),
            ("(employeeNumber=1)", true),
            ("(shoeSize=1)", false),
        ] {
            assert_eq!(
                rules_out(&Filter::parse(text).unwrap(), &units),
                expected,
                "{text}"
            );
        }
    }
}
