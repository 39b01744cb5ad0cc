//! The schema that the face publishes, and what it knows of each attribute.
//!
//! Owns: `TYPES`, `CLASSES`, looking up a type by any of its names.
//! Not here: values (`entry.rs`), comparing them (`matching.rs`).
//! Invariant: every attribute that an entry may carry is in `TYPES`, with the object identifier
//! and the syntax of the document that defines it.
//! Follows: RFC 4512, RFC 4519, RFC 4524, RFC 2798, RFC 4530; Active Directory's own for three.

/// How values of a type are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// Text without regard to case and repeated spaces.
    Text,
    /// A distinguished name.
    Name,
    /// Generalised time; text order is its order.
    Time,
    /// A truth value, an identifier: as it stands, without regard to case.
    Word,
}

impl Syntax {
    /// Object identifier and the words for rules of equality, ordering and parts.
    const fn definition(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => (
                "1.3.6.1.4.1.1466.115.121.1.15",
                "EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch",
            ),
            Self::Name => (
                "1.3.6.1.4.1.1466.115.121.1.12",
                "EQUALITY distinguishedNameMatch",
            ),
            Self::Time => (
                "1.3.6.1.4.1.1466.115.121.1.24",
                "EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch",
            ),
            Self::Word => ("1.3.6.1.4.1.1466.115.121.1.15", "EQUALITY caseIgnoreMatch"),
        }
    }
}

/// An attribute type.
#[derive(Debug)]
pub(crate) struct Type {
    /// Object identifier.
    pub(crate) oid: &'static str,
    /// Names, the usual one first.
    pub(crate) names: &'static [&'static str],
    /// How values compare.
    pub(crate) syntax: Syntax,
    /// Whether it is given only when asked for by name or by `+`.
    pub(crate) is_operational: bool,
    /// Whether it may be filled by the mapping of an application.
    pub(crate) is_mappable: bool,
}

const fn user(oid: &'static str, names: &'static [&'static str], syntax: Syntax) -> Type {
    Type {
        oid,
        names,
        syntax,
        is_operational: false,
        is_mappable: false,
    }
}

const fn extra(oid: &'static str, names: &'static [&'static str]) -> Type {
    Type {
        oid,
        names,
        syntax: Syntax::Text,
        is_operational: false,
        is_mappable: true,
    }
}

const fn operational(oid: &'static str, names: &'static [&'static str], syntax: Syntax) -> Type {
    Type {
        oid,
        names,
        syntax,
        is_operational: true,
        is_mappable: false,
    }
}

/// All attribute types.
pub(crate) const TYPES: &[Type] = &[
    user("2.5.4.0", &["objectClass"], Syntax::Word),
    user(
        "0.9.2342.19200300.100.1.1",
        &["uid", "userid"],
        Syntax::Text,
    ),
    user("2.5.4.3", &["cn", "commonName"], Syntax::Text),
    user("2.5.4.4", &["sn", "surname"], Syntax::Text),
    user("2.5.4.42", &["givenName", "gn"], Syntax::Text),
    user("2.16.840.1.113730.3.1.241", &["displayName"], Syntax::Text),
    user(
        "0.9.2342.19200300.100.1.3",
        &["mail", "rfc822Mailbox"],
        Syntax::Text,
    ),
    user("2.5.4.20", &["telephoneNumber"], Syntax::Text),
    user("2.5.4.12", &["title"], Syntax::Text),
    user("2.5.4.11", &["ou", "organizationalUnitName"], Syntax::Text),
    user("2.5.4.10", &["o", "organizationName"], Syntax::Text),
    user(
        "2.16.840.1.113730.3.1.2",
        &["departmentNumber"],
        Syntax::Text,
    ),
    user("2.16.840.1.113730.3.1.4", &["employeeType"], Syntax::Text),
    user("2.5.4.13", &["description"], Syntax::Text),
    user(
        "0.9.2342.19200300.100.1.25",
        &["dc", "domainComponent"],
        Syntax::Text,
    ),
    user("2.5.4.31", &["member"], Syntax::Name),
    user("2.5.4.35", &["userPassword"], Syntax::Word),
    extra("2.16.840.1.113730.3.1.3", &["employeeNumber"]),
    extra("2.16.840.1.113730.3.1.39", &["preferredLanguage"]),
    extra("2.5.4.19", &["physicalDeliveryOfficeName"]),
    extra("2.5.4.15", &["businessCategory"]),
    extra(
        "0.9.2342.19200300.100.1.41",
        &["mobile", "mobileTelephoneNumber"],
    ),
    extra("1.2.840.113556.1.4.221", &["sAMAccountName"]),
    extra("1.2.840.113556.1.4.656", &["userPrincipalName"]),
    extra("1.2.840.113556.1.2.141", &["department"]),
    operational("1.3.6.1.1.16.4", &["entryUUID"], Syntax::Word),
    operational("1.3.6.1.1.20", &["entryDN"], Syntax::Name),
    operational("2.5.18.1", &["createTimestamp"], Syntax::Time),
    operational("2.5.18.2", &["modifyTimestamp"], Syntax::Time),
    operational("2.5.18.9", &["hasSubordinates"], Syntax::Word),
    operational("2.5.18.10", &["subschemaSubentry"], Syntax::Name),
    operational("2.5.21.9", &["structuralObjectClass"], Syntax::Word),
    operational("1.2.840.113556.1.2.102", &["memberOf"], Syntax::Name),
    operational("2.5.21.5", &["attributeTypes"], Syntax::Word),
    operational("2.5.21.6", &["objectClasses"], Syntax::Word),
    operational(
        "1.3.6.1.4.1.1466.101.120.5",
        &["namingContexts"],
        Syntax::Name,
    ),
    operational(
        "1.3.6.1.4.1.1466.101.120.7",
        &["supportedExtension"],
        Syntax::Word,
    ),
    operational(
        "1.3.6.1.4.1.1466.101.120.13",
        &["supportedControl"],
        Syntax::Word,
    ),
    operational(
        "1.3.6.1.4.1.1466.101.120.15",
        &["supportedLDAPVersion"],
        Syntax::Word,
    ),
    operational(
        "1.3.6.1.4.1.4203.1.3.5",
        &["supportedFeatures"],
        Syntax::Word,
    ),
    operational("1.3.6.1.1.4", &["vendorName"], Syntax::Word),
    operational("1.3.6.1.1.5", &["vendorVersion"], Syntax::Word),
];

/// The object classes, as the subschema shows them.
pub(crate) const CLASSES: &[&str] = &[
    "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
    "( 2.5.6.4 NAME 'organization' SUP top STRUCTURAL MUST o MAY ( description $ telephoneNumber ) )",
    "( 2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY ( description $ \
     departmentNumber $ businessCategory ) )",
    "( 1.3.6.1.4.1.1466.344 NAME 'dcObject' SUP top AUXILIARY MUST dc )",
    "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ \
     telephoneNumber $ description ) )",
    "( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY ( title $ ou $ \
     physicalDeliveryOfficeName ) )",
    "( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( \
     uid $ givenName $ displayName $ mail $ mobile $ o $ departmentNumber $ employeeNumber $ \
     employeeType $ preferredLanguage $ businessCategory ) )",
    "( 2.5.6.9 NAME 'groupOfNames' SUP top STRUCTURAL MUST cn MAY ( member $ description $ ou $ \
     displayName ) )",
    "( 2.5.6.11 NAME 'applicationProcess' SUP top STRUCTURAL MUST cn MAY ( description $ ou ) )",
    "( 2.5.20.1 NAME 'subschema' AUXILIARY MAY ( attributeTypes $ objectClasses ) )",
];

/// The type of this name, option after `;` ignored; `None` when nobody here knows it.
pub(crate) fn find(name: &str) -> Option<&'static Type> {
    let name = name.split(';').next().unwrap_or_default().trim();
    TYPES.iter().find(|known| {
        known.oid == name
            || known
                .names
                .iter()
                .any(|other| other.eq_ignore_ascii_case(name))
    })
}

impl Type {
    /// The usual name.
    pub(crate) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    /// The definition as the subschema shows it.
    pub(crate) fn definition(&self) -> String {
        let names = match self.names {
            [single] => format!("'{single}'"),
            several => {
                let quoted: Vec<String> = several.iter().map(|name| format!("'{name}'")).collect();
                format!("( {} )", quoted.join(" "))
            }
        };
        let (syntax, rules) = self.syntax.definition();
        let usage = if self.is_operational {
            " NO-USER-MODIFICATION USAGE directoryOperation"
        } else {
            ""
        };
        format!(
            "( {} NAME {names} {rules} SYNTAX {syntax}{usage} )",
            self.oid
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_by_any_name() {
        for (name, expected) in [
            ("CN", Some("cn")),
            ("commonname", Some("cn")),
            ("2.5.4.3", Some("cn")),
            ("cn;lang-vi", Some("cn")),
            ("memberof", Some("memberOf")),
            ("homeDirectory", None),
        ] {
            assert_eq!(find(name).map(Type::name), expected, "{name}");
        }
    }

    #[test]
    fn names_and_identifiers_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for known in TYPES {
            for name in known.names.iter().chain([&known.oid]) {
                assert!(seen.insert(name.to_lowercase()), "{name}");
            }
        }
    }
}
