//! The entries of people, groups, agencies, applications and of the server itself.
//!
//! Owns: which attributes each has; the shapes by which kinds are ruled out.
//! Not here: which of them a search gives (`search.rs`).
//! Follows: design document "Identity", section 5; RFC 4512, 5 (the server's own entry).

use lgsp_catalogue::Agency;
use lgsp_identity::{Account, Group};
use lgsp_model::Timestamp;
use ring::digest;
use time::{OffsetDateTime, macros::format_description};
use uuid::Uuid;

use super::{
    Face,
    entry::Entry,
    names::{APPS, GROUPS, PEOPLE, UNITS},
    narrow::Shape,
    schema,
};
use crate::ldap::{
    apps::{LdapApp, kind::Field},
    wire::controls,
};

/// Shape of people.
pub(crate) const PERSON: Shape = Shape {
    classes: &["top", "person", "organizationalPerson", "inetOrgPerson"],
    types: &[
        "uid",
        "cn",
        "sn",
        "givenName",
        "displayName",
        "mail",
        "telephoneNumber",
        "title",
        "ou",
        "o",
        "departmentNumber",
        "employeeType",
        "entryUUID",
        "createTimestamp",
        "modifyTimestamp",
        "memberOf",
    ],
    is_mapped: true,
};

/// Shape of groups.
pub(crate) const GROUP: Shape = Shape {
    classes: &["top", "groupOfNames"],
    types: &[
        "cn",
        "displayName",
        "description",
        "ou",
        "member",
        "entryUUID",
        "createTimestamp",
        "modifyTimestamp",
    ],
    is_mapped: false,
};

/// Shape of agencies and containers.
pub(crate) const UNIT: Shape = Shape {
    classes: &["top", "organizationalUnit"],
    types: &["ou", "description", "departmentNumber", "entryUUID"],
    is_mapped: false,
};

/// Shape of applications.
pub(crate) const APP: Shape = Shape {
    classes: &["top", "applicationProcess"],
    types: &["cn", "description", "ou"],
    is_mapped: false,
};

/// Shape of the top.
pub(crate) const TOP: Shape = Shape {
    classes: &["top", "dcObject", "organization"],
    types: &["o", "dc", "description"],
    is_mapped: false,
};

/// An instant as generalised time.
pub(crate) fn generalised(at: Timestamp) -> String {
    let format = format_description!("[year][month][day][hour][minute][second]Z");
    OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1_000))
        .ok()
        .and_then(|at| at.format(format).ok())
        .unwrap_or_default()
}

impl Face {
    /// The entry of the server itself.
    pub(crate) fn root_entry(&self) -> Entry {
        let mut entry = Entry::new(crate::ldap::wire::Dn::default(), &["top"]);
        entry.put("namingContexts", self.names.top.to_string());
        entry.put("supportedLDAPVersion", "3");
        let mut extensions = vec![controls::PASSWORD_MODIFY, controls::WHO_AM_I];
        if self.has_start_tls() {
            extensions.push(controls::START_TLS);
        }
        entry.put_all(
            "supportedExtension",
            extensions.into_iter().map(str::to_owned),
        );
        let known = [controls::PAGED, controls::MANAGE_DSA];
        entry.put_all("supportedControl", known.into_iter().map(str::to_owned));
        // All operational attributes (RFC 3673), true and false filters (RFC 4526).
        let features = ["1.3.6.1.4.1.4203.1.5.1", "1.3.6.1.4.1.4203.1.5.3"];
        entry.put_all("supportedFeatures", features.into_iter().map(str::to_owned));
        entry.put("vendorName", "LGSP");
        entry.put("vendorVersion", env!("CARGO_PKG_VERSION"));
        entry
    }

    /// The schema's entry.
    pub(crate) fn schema_entry(&self) -> Entry {
        let mut entry = Entry::new(self.names.schema(), &["top", "subschema"]);
        entry.put_all(
            "attributeTypes",
            schema::TYPES.iter().map(schema::Type::definition),
        );
        let classes = schema::CLASSES.iter().map(|class| (*class).to_owned());
        entry.put_all("objectClasses", classes);
        entry
    }

    /// The top of the tree.
    pub(crate) fn top_entry(&self) -> Entry {
        let mut entry = Entry::new(self.names.top.clone(), TOP.classes);
        let leaf = self.names.top.0.first().and_then(|part| part.single());
        if let Some((_, value)) = leaf {
            entry.put("dc", value);
        }
        entry.put("o", self.province_name());
        entry.put("hasSubordinates", "TRUE");
        entry
    }

    fn province_name(&self) -> String {
        let code = &self.platform.config.province.code;
        let tree = self.catalogue.snapshot().agencies.clone();
        tree.find(code)
            .map_or_else(|| code.clone(), |agency| agency.spec.name.clone())
    }

    /// One of the four containers.
    pub(crate) fn container_entry(&self, name: &str) -> Entry {
        let mut entry = Entry::new(self.names.container(name), UNIT.classes);
        entry.put("ou", name);
        let description = match name {
            PEOPLE => "Cán bộ, công chức, viên chức",
            GROUPS => "Nhóm",
            UNITS => "Cơ quan, đơn vị",
            APPS => "Ứng dụng",
            _ => "",
        };
        entry.put("description", description);
        entry.put("hasSubordinates", "TRUE");
        entry
    }

    /// An agency; `path` are the codes above it, the highest first, and its own.
    pub(crate) fn unit_entry(&self, agency: &Agency, path: &[&str], has_children: bool) -> Entry {
        let mut entry = Entry::new(self.names.unit(path.iter().copied()), UNIT.classes);
        let code = agency.code.to_string();
        entry.put("ou", code.as_str());
        entry.put("ou", agency.spec.name.as_str());
        entry.put("description", agency.spec.name.as_str());
        entry.put("entryUUID", stable_id(&code).to_string());
        entry.put("departmentNumber", code);
        entry.put("hasSubordinates", truth(has_children));
        entry
    }

    /// An application.
    pub(crate) fn app_entry(&self, name: &str, spec: &LdapApp) -> Entry {
        let mut entry = Entry::new(self.names.app(name), APP.classes);
        entry.put("cn", name);
        entry.put("description", spec.title.as_str());
        entry.put_some("ou", spec.agency.as_deref());
        entry.put("hasSubordinates", "FALSE");
        entry
    }

    /// A person. `groups` are given when somebody wants to know them.
    pub(crate) fn person_entry(
        &self,
        account: &Account,
        groups: &[Group],
        mapping: Option<&LdapApp>,
    ) -> Entry {
        let mut entry = Entry::new(self.names.person(&account.username), PERSON.classes);
        let person = &account.person;
        let (family, given) = split_name(&account.display_name);
        entry.put("uid", account.username.as_str());
        entry.put("cn", account.display_name.as_str());
        entry.put("sn", person.family_name.as_deref().unwrap_or(family));
        entry.put("givenName", person.given_name.as_deref().unwrap_or(given));
        entry.put("displayName", account.display_name.as_str());
        entry.put_some("mail", account.email.as_deref());
        entry.put_some("telephoneNumber", person.phone.as_deref());
        entry.put_some("title", person.position.as_deref());
        entry.put("employeeType", account.kind.as_str());
        entry.put("o", self.province_name());
        let agency = account.agency.as_deref();
        let agency_name = agency.and_then(|code| self.agency_name(code));
        entry.put_some("departmentNumber", agency);
        entry.put_some("ou", agency_name.as_deref());
        for mapped in mapping.iter().flat_map(|spec| &spec.attributes) {
            let value = match mapped.from {
                Field::Username => Some(account.username.as_str()),
                Field::Email => account.email.as_deref(),
                Field::Phone => person.phone.as_deref(),
                Field::Position => person.position.as_deref(),
                Field::AgencyCode => agency,
                Field::AgencyName => agency_name.as_deref(),
                Field::ExternalId => account.external_id.as_deref(),
            };
            entry.put_some(&mapped.attribute, value);
        }
        entry.put("entryUUID", account.id.0.to_string());
        entry.put("createTimestamp", generalised(account.created_at));
        entry.put("modifyTimestamp", generalised(account.changed_at));
        entry.put("hasSubordinates", "FALSE");
        let names = groups
            .iter()
            .map(|group| self.names.group(&group.name).to_string());
        entry.put_all("memberOf", names);
        entry
    }

    fn agency_name(&self, code: &str) -> Option<String> {
        let tree = self.catalogue.snapshot().agencies.clone();
        tree.find(code).map(|agency| agency.spec.name.clone())
    }

    /// A group. `members` are given when somebody wants to know them.
    pub(crate) fn group_entry(&self, group: &Group, members: Vec<String>) -> Entry {
        let mut entry = Entry::new(self.names.group(&group.name), GROUP.classes);
        entry.put("cn", group.name.as_str());
        entry.put("displayName", group.display_name.as_str());
        entry.put("description", group.display_name.as_str());
        entry.put_some("ou", group.agency.as_deref());
        entry.put("entryUUID", group.id.to_string());
        entry.put("createTimestamp", generalised(group.created_at));
        entry.put("modifyTimestamp", generalised(group.changed_at));
        entry.put("hasSubordinates", "FALSE");
        entry.put_all("member", members);
        entry
    }
}

/// Family name and given name of a Vietnamese name, where only the whole is known.
fn split_name(whole: &str) -> (&str, &str) {
    match whole.trim().rsplit_once(' ') {
        Some((family, given)) => (family.trim(), given),
        None => (whole.trim(), ""),
    }
}

fn truth(is_so: bool) -> &'static str {
    if is_so { "TRUE" } else { "FALSE" }
}

/// An identifier that follows from a code and never changes.
fn stable_id(code: &str) -> Uuid {
    let hash = digest::digest(&digest::SHA256, format!("agency:{code}").as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_names() {
        let at = Timestamp::parse_rfc3339("2026-11-23T02:00:01.999Z").unwrap();
        assert_eq!(generalised(at), "20261123020001Z");
        assert_eq!(split_name("Nguyễn Văn An"), ("Nguyễn Văn", "An"));
        assert_eq!(split_name("Một"), ("Một", ""));
        assert_eq!(stable_id("H34.01"), stable_id("H34.01"));
        assert_ne!(stable_id("H34.01"), stable_id("H34.02"));
    }
}
