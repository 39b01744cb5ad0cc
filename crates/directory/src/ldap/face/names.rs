//! The tree: which names there are, and what lies at them.
//!
//! Owns: `Names`, `Place`.
//! Not here: whether something lies there (`search.rs`), who may see it (`sight.rs`).
//! Invariant: people lie in one flat container, so that a move between agencies changes no name.
//! Follows: design document "Identity", section 5.

use crate::ldap::wire::Dn;

/// Container of people.
pub(crate) const PEOPLE: &str = "people";
/// Container of groups.
pub(crate) const GROUPS: &str = "groups";
/// Container of agencies.
pub(crate) const UNITS: &str = "units";
/// Container of applications.
pub(crate) const APPS: &str = "apps";

/// A place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The entry about the server itself.
    Root,
    /// The schema.
    Schema,
    /// The top of our tree.
    Top,
    /// All people.
    People,
    /// A person by its user name.
    Person(String),
    /// All groups.
    Groups,
    /// A group by its name.
    Group(String),
    /// All agencies.
    Units,
    /// An agency by its code; the name must be checked against the path.
    Unit(String),
    /// All applications.
    Apps,
    /// An application by its name.
    App(String),
}

/// The names of the tree.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// The top.
    pub(crate) top: Dn,
}

impl Names {
    /// The place of a name, or the nearest name above it that exists.
    pub(crate) fn place(&self, dn: &Dn) -> Result<Place, Dn> {
        if dn.0.is_empty() {
            return Ok(Place::Root);
        }
        if dn.is_same(&self.schema()) {
            return Ok(Place::Schema);
        }
        let Some(parts) = dn.below(&self.top) else {
            return Err(Dn::default());
        };
        let Some((container, leaf)) = parts.split_last() else {
            return Ok(Place::Top);
        };
        let container = match container.single() {
            Some((kind, name)) if kind == "ou" => name.to_lowercase(),
            _ => return Err(self.top.clone()),
        };
        let whole = match container.as_str() {
            PEOPLE => Place::People,
            GROUPS => Place::Groups,
            UNITS => Place::Units,
            APPS => Place::Apps,
            _ => return Err(self.top.clone()),
        };
        let Some(first) = leaf.first() else {
            return Ok(whole);
        };
        let inner = match (&whole, first.single(), leaf.len()) {
            (Place::People, Some((kind, name)), 1) if kind == "uid" => {
                Some(Place::Person(name.to_lowercase()))
            }
            (Place::Groups, Some((kind, name)), 1) if kind == "cn" => {
                Some(Place::Group(name.to_owned()))
            }
            (Place::Apps, Some((kind, name)), 1) if kind == "cn" => {
                Some(Place::App(name.to_owned()))
            }
            (Place::Units, Some((kind, name)), _) if kind == "ou" => {
                Some(Place::Unit(name.to_owned()))
            }
            _ => None,
        };
        inner.ok_or_else(|| self.container(&container))
    }

    /// The schema's name.
    pub(crate) fn schema(&self) -> Dn {
        Dn::default().child("cn", "subschema")
    }

    /// A container's name.
    pub(crate) fn container(&self, name: &str) -> Dn {
        self.top.child("ou", name)
    }

    /// A person's name.
    pub(crate) fn person(&self, username: &str) -> Dn {
        self.container(PEOPLE).child("uid", username)
    }

    /// A group's name.
    pub(crate) fn group(&self, name: &str) -> Dn {
        self.container(GROUPS).child("cn", name)
    }

    /// An application's name.
    pub(crate) fn app(&self, name: &str) -> Dn {
        self.container(APPS).child("cn", name)
    }

    /// An agency's name from the codes of its path, the highest first.
    pub(crate) fn unit<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Dn {
        path.into_iter()
            .fold(self.container(UNITS), |above, code| above.child("ou", code))
    }

    /// The group that a name means, if it means one.
    pub(crate) fn group_of(&self, text: &str) -> Option<String> {
        match self.place(&Dn::parse(text).ok()?) {
            Ok(Place::Group(name)) => Some(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_places() {
        let names = Names {
            top: Dn::parse("dc=h34,dc=vn").unwrap(),
        };
        for (text, expected) in [
            ("", Ok(Place::Root)),
            ("cn=Subschema", Ok(Place::Schema)),
            ("DC=H34, DC=VN", Ok(Place::Top)),
            ("ou=People,dc=h34,dc=vn", Ok(Place::People)),
            (
                "uid=An,ou=people,dc=h34,dc=vn",
                Ok(Place::Person("an".into())),
            ),
            (
                "cn=Văn thư,ou=groups,dc=h34,dc=vn",
                Ok(Place::Group("Văn thư".into())),
            ),
            (
                "ou=b,ou=a,ou=units,dc=h34,dc=vn",
                Ok(Place::Unit("b".into())),
            ),
            (
                "cn=mail,ou=apps,dc=h34,dc=vn",
                Ok(Place::App("mail".into())),
            ),
            (
                "cn=an,ou=people,dc=h34,dc=vn",
                Err("ou=people,dc=h34,dc=vn"),
            ),
            (
                "uid=a,uid=b,ou=people,dc=h34,dc=vn",
                Err("ou=people,dc=h34,dc=vn"),
            ),
            ("ou=other,dc=h34,dc=vn", Err("dc=h34,dc=vn")),
            ("dc=vn", Err("")),
            ("dc=other,dc=vn", Err("")),
        ] {
            let found = names.place(&Dn::parse(text).unwrap());
            let found = found.as_ref().map_err(ToString::to_string);
            assert_eq!(
                found,
                expected.as_ref().map_err(|text| (*text).to_owned()),
                "{text}"
            );
        }
    }
}
