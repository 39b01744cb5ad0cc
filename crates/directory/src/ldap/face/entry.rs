//! Entries: what a search gives and a comparison looks at.
//!
//! Owns: `Entry`, `Selection` (which attributes are wanted).
//! Not here: what the entries of people and groups hold (`build.rs`).
//! Invariant: an entry holds each type once, by its usual name, and never a password.
//! Follows: RFC 4511, 4.5.1.8; RFC 3673 (`+`).

use super::schema::{self, Type};
use crate::ldap::wire::{Attribute, Dn, Operation};

/// An entry of the tree.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) dn: Dn,
    items: Vec<(&'static Type, Vec<String>)>,
}

impl Entry {
    /// An entry of these object classes, the structural one last.
    pub(crate) fn new(dn: Dn, classes: &[&str]) -> Self {
        let mut entry = Self {
            items: Vec::with_capacity(20),
            dn,
        };
        entry.put_all(
            "objectClass",
            classes.iter().map(|class| (*class).to_owned()),
        );
        entry.put(
            "structuralObjectClass",
            classes.last().copied().unwrap_or("top"),
        );
        entry.put("entryDN", entry.dn.to_string());
        entry.put("subschemaSubentry", "cn=subschema");
        entry
    }

    /// Adds a value, unless it is empty.
    pub(crate) fn put(&mut self, name: &str, value: impl Into<String>) {
        self.put_all(name, [value.into()]);
    }

    /// Adds a value if there is one.
    pub(crate) fn put_some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// Adds values.
    pub(crate) fn put_all(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        let Some(known) = schema::find(name) else {
            tracing::error!(attribute = name, "attribute without a type");
            return;
        };
        let mut values: Vec<String> = values
            .into_iter()
            .filter(|value| !value.is_empty())
            .collect();
        if values.is_empty() {
            return;
        }
        let there = self
            .items
            .iter_mut()
            .find(|(other, _)| std::ptr::eq(*other, known));
        match there {
            Some((_, present)) => present.append(&mut values),
            None => self.items.push((known, values)),
        }
    }

    /// The values of a type.
    pub(crate) fn values(&self, wanted: &Type) -> &[String] {
        self.items
            .iter()
            .find(|(known, _)| known.oid == wanted.oid)
            .map_or(&[], |(_, values)| values)
    }

    /// The types that the entry has.
    pub(crate) fn types(&self) -> impl Iterator<Item = (&'static Type, &[String])> {
        self.items
            .iter()
            .map(|(known, values)| (*known, values.as_slice()))
    }

    /// The answer with the attributes that are wanted.
    pub(crate) fn answer(&self, selection: &Selection, is_types_only: bool) -> Operation {
        let attributes = self
            .types()
            .filter_map(|(known, values)| {
                let name = selection.name_of(known)?;
                let values = if is_types_only { &[] } else { values };
                Some(Attribute {
                    name: name.to_owned(),
                    values: values
                        .iter()
                        .map(|value| value.as_bytes().to_vec())
                        .collect(),
                })
            })
            .collect();
        Operation::Entry {
            dn: self.dn.to_string(),
            attributes,
        }
    }
}

/// Which attributes are wanted.
#[derive(Debug)]
pub(crate) struct Selection {
    has_user: bool,
    has_operational: bool,
    named: Vec<(&'static Type, String)>,
}

impl Selection {
    /// Reads the list of a search: empty and `*` for all user attributes, `+` for the
    /// operational ones, `1.1` for none, names of unknown types for nothing.
    pub(crate) fn new(wanted: &[String]) -> Self {
        let has = |sign: &str| wanted.iter().any(|name| name.trim() == sign);
        Self {
            has_user: wanted.is_empty() || has("*"),
            has_operational: has("+"),
            named: wanted
                .iter()
                .filter_map(|name| Some((schema::find(name)?, name.trim().to_owned())))
                .collect(),
        }
    }

    /// The name under which a type is given, as the caller wrote it; `None` when not wanted.
    fn name_of(&self, known: &'static Type) -> Option<&str> {
        let named = self.named.iter().find(|(other, _)| other.oid == known.oid);
        let is_all = if known.is_operational {
            self.has_operational
        } else {
            self.has_user
        };
        match named {
            Some((_, name)) => Some(name),
            None => is_all.then(|| known.name()),
        }
    }

    /// Whether the values of this type must be read.
    pub(crate) fn wants(&self, name: &str) -> bool {
        schema::find(name).is_some_and(|known| self.name_of(known).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(wanted: &[&str]) -> Vec<String> {
        let mut entry = Entry::new(Dn::parse("uid=an,dc=vn").unwrap(), &["top", "person"]);
        entry.put("cn", "Nguyễn Văn An");
        entry.put("mail", "");
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let Operation::Entry { attributes, .. } = entry.answer(&Selection::new(&wanted), false)
        else {
            panic!("an entry");
        };
        attributes
            .into_iter()
            .map(|attribute| attribute.name)
            .collect()
    }

    #[test]
    fn attributes_are_chosen() {
        assert_eq!(names(&[]), ["objectClass", "cn"]);
        assert_eq!(names(&["*"]), ["objectClass", "cn"]);
        assert_eq!(names(&["1.1"]), [""; 0]);
        assert_eq!(names(&["CN", "mail", "shoeSize"]), ["CN"]);
        assert_eq!(names(&["cn", "1.1"]), ["cn"]);
        assert_eq!(
            names(&["+"]),
            ["structuralObjectClass", "entryDN", "subschemaSubentry"]
        );
        assert_eq!(names(&["*", "entrydn"]), ["objectClass", "entrydn", "cn"]);
    }
}
