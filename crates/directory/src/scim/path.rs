//! Attribute paths: `userName`, `name.givenName`, `urn:…:User:userName`, and those of PATCH.
//!
//! Owns: `AttributePath`, `PatchPath`, reading them.
//! Not here: what stands in brackets (`filter/`).
//! Invariant: a path is resolved against a shape before it is used.
//! Follows: RFC 7644, sections 3.5.2 and 3.10.

use super::{
    error::{ScimError, ScimResult, ScimType},
    filter::{Filter, parse::Parser},
    schema::{Attribute, Found, Shape},
};

/// Longest path.
pub(crate) const PATH_BYTES_MAX: usize = 2_048;

/// An attribute, by the words of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributePath {
    /// Identifier of its schema, when the client wrote it.
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    pub(crate) sub: Option<String>,
}

impl AttributePath {
    /// Takes a text apart; whether the attribute exists is asked by [`AttributePath::resolve`].
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (schema, rest) = match text.rsplit_once(':') {
            Some((schema, rest)) => (Some(schema), rest),
            None => (None, text),
        };
        let is_urn = schema.is_none_or(|id| {
            id.get(..4)
                .is_some_and(|head| head.eq_ignore_ascii_case("urn:"))
        });
        // `urn:…:User` alone: the last part is a version or a name, not an attribute.
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (rest, None),
        };
        let is_fine = is_urn && is_name(name) && sub.is_none_or(is_name);
        is_fine.then(|| Self {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
            sub: sub.map(str::to_owned),
        })
    }

    /// The attribute and, when named, the sub-attribute; nothing when there are none.
    pub(crate) fn resolve<'a>(&self, shape: &'a Shape) -> Option<Resolved<'a>> {
        let Found {
            extension,
            attribute,
        } = shape.find(self.schema.as_deref(), &self.name)?;
        let sub = match &self.sub {
            None => None,
            Some(name) => Some(attribute.sub(name)?),
        };
        Some(Resolved {
            extension,
            attribute,
            sub,
        })
    }
}

/// `ATTRNAME` of the grammar, and `$ref`.
fn is_name(text: &str) -> bool {
    let text = text.strip_prefix('$').unwrap_or(text);
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// An attribute that exists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved<'a> {
    pub(crate) extension: Option<&'a str>,
    pub(crate) attribute: &'a Attribute,
    pub(crate) sub: Option<&'a Attribute>,
}

/// Where a PATCH operation works.
#[derive(Debug, Clone)]
pub(crate) enum PatchPath<'a> {
    /// All attributes of an extension.
    Extension(&'a str),
    /// An attribute, some of its values, a part of them.
    Attribute {
        target: Resolved<'a>,
        filter: Option<Filter>,
    },
}

impl<'a> PatchPath<'a> {
    /// Reads a path.
    ///
    /// # Errors
    /// `invalidPath` when it cannot be read or names nothing, `invalidFilter` for its filter.
    pub(crate) fn parse(text: &str, shape: &'a Shape) -> ScimResult<Self> {
        let refuse =
            |what: &str| ScimError::typed(ScimType::InvalidPath, format!("{what}: {text}"));
        let text = text.trim();
        if text.len() > PATH_BYTES_MAX {
            return Err(ScimError::typed(
                ScimType::InvalidPath,
                "the path is too long",
            ));
        }
        if let Some(extension) = shape.extension(text) {
            return Ok(Self::Extension(&extension.id));
        }
        let (head, filter, tail) = match text.split_once('[') {
            None => (text, None, ""),
            Some((head, _)) => {
                let rest = text.get(head.len() + 1..).unwrap_or_default();
                let (filter, tail) = Parser::value_filter(rest)?;
                (head, Some(filter), tail)
            }
        };
        let mut path = AttributePath::parse(head).ok_or_else(|| refuse("not a path"))?;
        if let Some(sub) = tail.strip_prefix('.') {
            if path.sub.is_some() || !is_name(sub) {
                return Err(refuse("not a path"));
            }
            path.sub = Some(sub.to_owned());
        } else if !tail.is_empty() {
            return Err(refuse("not a path"));
        }
        let target = path
            .resolve(shape)
            .ok_or_else(|| refuse("no such attribute"))?;
        if let Some(filter) = &filter {
            if !target.attribute.is_multi {
                return Err(refuse("only attributes with several values take a filter"));
            }
            filter.check_values(target.attribute)?;
        }
        Ok(Self::Attribute { target, filter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::{ENTERPRISE, Schemas, USER};

    fn parsed(text: &str) -> Result<String, ScimType> {
        let schemas = Schemas::load().unwrap();
        match PatchPath::parse(text, &schemas.user) {
            Ok(PatchPath::Extension(id)) => Ok(format!("extension {id}")),
            Ok(PatchPath::Attribute { target, filter }) => Ok(format!(
                "{}{}{}{}",
                target.extension.map(|_| "+").unwrap_or_default(),
                target.attribute.name,
                filter.map(|_| "[]").unwrap_or_default(),
                target
                    .sub
                    .map(|sub| format!(".{}", sub.name))
                    .unwrap_or_default(),
            )),
            Err(error) => Err(error.scim_type.unwrap()),
        }
    }

    #[test]
    fn patch_paths() {
        for (text, expected) in [
            ("userName", Ok("userName".to_owned())),
            ("NAME.givenname", Ok("name.givenName".to_owned())),
            ("emails[type eq \"work\"]", Ok("emails[]".to_owned())),
            (
                "emails[type eq \"a]b\"].value",
                Ok("emails[].value".to_owned()),
            ),
            (
                &format!("{USER}:name.familyName"),
                Ok("name.familyName".to_owned()),
            ),
            (
                &format!("{ENTERPRISE}:manager.value"),
                Ok("+manager.value".to_owned()),
            ),
            (ENTERPRISE, Ok(format!("extension {ENTERPRISE}"))),
            ("", Err(ScimType::InvalidPath)),
            ("nothing", Err(ScimType::InvalidPath)),
            ("name.nothing", Err(ScimType::InvalidPath)),
            ("name.givenName.more", Err(ScimType::InvalidPath)),
            ("emails[type eq \"work\"]value", Err(ScimType::InvalidPath)),
            ("userName[type eq \"work\"]", Err(ScimType::InvalidPath)),
            ("emails[", Err(ScimType::InvalidFilter)),
            ("emails[type eq \"work\"", Err(ScimType::InvalidFilter)),
            ("emails[nothing eq \"work\"]", Err(ScimType::InvalidFilter)),
            ("urn:other:User:name", Err(ScimType::InvalidPath)),
        ] {
            assert_eq!(parsed(text), expected, "{text}");
        }
    }
}
