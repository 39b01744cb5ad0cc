//! The schemas: what a user, a group and their extensions consist of.
//!
//! Owns: `Attribute`, `Schema`, `Shape` (the schemas of one resource type), their look-up.
//! Not here: their answers (`discovery.rs`), where values are kept (`user.rs`, `group.rs`).
//! Invariant: the files in `schemas/` are what is published and what is checked.
//! Follows: RFC 7643, sections 2, 4, 7.

use serde::Deserialize;
use serde_json::Value;

/// Schema of a user.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Schema of a group.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// Extension for organisations of any kind.
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Our extension for public officials.
pub(crate) const OFFICIAL: &str = "urn:lgsp:scim:schemas:1.0:Official";

const FILES: &[&str] = &[
    include_str!("schemas/user.json"),
    include_str!("schemas/group.json"),
    include_str!("schemas/enterprise.json"),
    include_str!("schemas/official.json"),
];

/// What every resource has beside its schemas.
const COMMON: &str = r#"[
  {"name": "schemas", "type": "reference", "multiValued": true, "required": true,
   "caseExact": true, "mutability": "readWrite", "returned": "always"},
  {"name": "id", "type": "string", "multiValued": false, "required": false,
   "caseExact": true, "mutability": "readOnly", "returned": "always"},
  {"name": "externalId", "type": "string", "multiValued": false, "required": false,
   "caseExact": true, "mutability": "readWrite", "returned": "default"},
  {"name": "meta", "type": "complex", "multiValued": false, "required": false,
   "caseExact": true, "mutability": "readOnly", "returned": "default", "subAttributes": [
    {"name": "resourceType", "type": "string", "multiValued": false, "required": false,
     "caseExact": true, "mutability": "readOnly", "returned": "default"},
    {"name": "created", "type": "dateTime", "multiValued": false, "required": false,
     "caseExact": true, "mutability": "readOnly", "returned": "default"},
    {"name": "lastModified", "type": "dateTime", "multiValued": false, "required": false,
     "caseExact": true, "mutability": "readOnly", "returned": "default"},
    {"name": "location", "type": "reference", "multiValued": false, "required": false,
     "caseExact": true, "mutability": "readOnly", "returned": "default"},
    {"name": "version", "type": "string", "multiValued": false, "required": false,
     "caseExact": true, "mutability": "readOnly", "returned": "default"}]}
]"#;

/// Type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Type {
    String,
    Boolean,
    Decimal,
    Integer,
    DateTime,
    Reference,
    Binary,
    Complex,
}

/// Who may write a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mutability {
    ReadOnly,
    ReadWrite,
    Immutable,
    WriteOnly,
}

/// When a value is in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Returned {
    Always,
    Never,
    Default,
    Request,
}

/// One attribute.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attribute {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: Type,
    #[serde(rename = "multiValued")]
    pub(crate) is_multi: bool,
    #[serde(rename = "required")]
    pub(crate) is_required: bool,
    #[serde(rename = "caseExact")]
    pub(crate) is_case_exact: bool,
    pub(crate) mutability: Mutability,
    pub(crate) returned: Returned,
    #[serde(default, rename = "subAttributes")]
    pub(crate) subs: Vec<Attribute>,
}

impl Attribute {
    /// A sub-attribute, its name in any case.
    pub(crate) fn sub(&self, name: &str) -> Option<&Attribute> {
        find(&self.subs, name)
    }
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// One schema.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    pub(crate) id: String,
    pub(crate) attributes: Vec<Attribute>,
    /// As it is published.
    pub(crate) published: Value,
}

/// A type of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ResourceKind {
    User,
    Group,
}

impl ResourceKind {
    pub(crate) const ALL: [Self; 2] = [Self::User, Self::Group];

    /// Name of the type.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// Path below the base address.
    pub(crate) const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    /// What it is.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::User => "Account of a person or a program",
            Self::Group => "Group of accounts",
        }
    }
}

/// The schemas of one resource type.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) kind: ResourceKind,
    pub(crate) common: Vec<Attribute>,
    pub(crate) core: Schema,
    pub(crate) extensions: Vec<Schema>,
}

/// An attribute with the extension that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    /// Identifier of the extension; absent for the core schema.
    pub(crate) extension: Option<&'a str>,
    pub(crate) attribute: &'a Attribute,
}

impl Shape {
    /// The attribute of this name; `schema` is the identifier before it, if there was one.
    pub(crate) fn find(&self, schema: Option<&str>, name: &str) -> Option<Found<'_>> {
        let of_core = || {
            let attribute = find(&self.core.attributes, name).or_else(|| find(&self.common, name));
            attribute.map(|attribute| Found {
                extension: None,
                attribute,
            })
        };
        match schema {
            None => of_core(),
            Some(id) if id.eq_ignore_ascii_case(&self.core.id) => of_core(),
            Some(id) => {
                let schema = self.extension(id)?;
                Some(Found {
                    extension: Some(&schema.id),
                    attribute: find(&schema.attributes, name)?,
                })
            }
        }
    }

    /// The extension of this identifier.
    pub(crate) fn extension(&self, id: &str) -> Option<&Schema> {
        self.extensions
            .iter()
            .find(|schema| schema.id.eq_ignore_ascii_case(id))
    }

    /// The identifier of a schema of this shape with which `text` begins, and what follows it.
    pub(crate) fn split_schema<'a>(&self, text: &'a str) -> Option<(&str, &'a str)> {
        let schemas = std::iter::once(&self.core).chain(&self.extensions);
        schemas
            .filter_map(|schema| {
                let head = text.get(..schema.id.len())?;
                let rest = text.get(schema.id.len()..)?;
                let is_it = head.eq_ignore_ascii_case(&schema.id)
                    && (rest.is_empty() || rest.starts_with(':'));
                is_it.then(|| (schema.id.as_str(), rest.strip_prefix(':').unwrap_or(rest)))
            })
            .next()
    }
}

/// All schemas.
#[derive(Debug, Clone)]
pub(crate) struct Schemas {
    pub(crate) user: Shape,
    pub(crate) group: Shape,
}

impl Schemas {
    /// Reads the files of the program.
    ///
    /// # Errors
    /// When one is damaged: a bug.
    pub(crate) fn load() -> Result<Self, serde_json::Error> {
        let common: Vec<Attribute> = serde_json::from_str(COMMON)?;
        let mut all = FILES
            .iter()
            .map(|text| read(text))
            .collect::<Result<Vec<_>, _>>()?;
        let mut take = |id: &str| {
            let place = all.iter().position(|schema| schema.id == id);
            place.map(|place| all.remove(place)).ok_or_else(|| {
                <serde_json::Error as serde::de::Error>::custom(format!("{id} is missing"))
            })
        };
        Ok(Self {
            user: Shape {
                kind: ResourceKind::User,
                common: common.clone(),
                core: take(USER)?,
                extensions: vec![take(ENTERPRISE)?, take(OFFICIAL)?],
            },
            group: Shape {
                kind: ResourceKind::Group,
                common,
                core: take(GROUP)?,
                extensions: Vec::new(),
            },
        })
    }

    pub(crate) fn shape(&self, kind: ResourceKind) -> &Shape {
        match kind {
            ResourceKind::User => &self.user,
            ResourceKind::Group => &self.group,
        }
    }

    /// Every schema, core ones first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Schema> {
        [&self.user.core, &self.group.core]
            .into_iter()
            .chain(&self.user.extensions)
    }
}

fn read(text: &str) -> Result<Schema, serde_json::Error> {
    #[derive(Deserialize)]
    struct File {
        id: String,
        attributes: Vec<Attribute>,
    }
    let file: File = serde_json::from_str(text)?;
    Ok(Schema {
        id: file.id,
        attributes: file.attributes,
        published: serde_json::from_str(text)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_by_name_and_schema_in_any_case() {
        let schemas = Schemas::load().unwrap();
        let user = &schemas.user;
        assert_eq!(
            user.find(None, "USERNAME").unwrap().attribute.name,
            "userName"
        );
        assert_eq!(user.find(Some(USER), "emails").unwrap().extension, None);
        let found = user
            .find(Some(&OFFICIAL.to_uppercase()), "agencycode")
            .unwrap();
        assert_eq!(found.extension, Some(OFFICIAL));
        assert!(user.find(None, "agencyCode").is_none());
        assert!(user.find(Some(GROUP), "members").is_none());
        assert!(
            user.find(None, "meta")
                .unwrap()
                .attribute
                .sub("lastmodified")
                .is_some()
        );
        let path = format!("{ENTERPRISE}:manager.value");
        let (id, rest) = user.split_schema(&path).unwrap();
        assert_eq!((id, rest), (ENTERPRISE, "manager.value"));
        assert!(user.split_schema(&format!("{USER}x")).is_none());
    }
}
