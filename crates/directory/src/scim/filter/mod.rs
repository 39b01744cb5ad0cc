//! Filters: `userName eq "an" and emails[type eq "work"]`.
//!
//! Owns: `Filter` as a tree, its check against a shape, what of it the database can answer.
//! Not here: reading (`parse.rs`), deciding (`eval.rs`).
//! Invariant: a filter that passed its check never fails when it is evaluated.
//! Follows: RFC 7644, section 3.4.2.2.

pub(crate) mod eval;
pub(crate) mod parse;

use std::fmt;

use serde_json::Value;

use super::{
    error::{ScimError, ScimResult, ScimType},
    path::AttributePath,
    schema::{Attribute, Returned, Shape, Type},
};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Operator {
    const ALL: [(&'static str, Self); 9] = [
        ("eq", Self::Eq),
        ("ne", Self::Ne),
        ("co", Self::Co),
        ("sw", Self::Sw),
        ("ew", Self::Ew),
        ("gt", Self::Gt),
        ("ge", Self::Ge),
        ("lt", Self::Lt),
        ("le", Self::Le),
    ];

    fn parse(text: &str) -> Option<Self> {
        let found = Self::ALL
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.map(|(_, operator)| *operator)
    }

    fn word(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, operator)| *operator == self);
        found.map_or("eq", |(word, _)| word)
    }
}

/// A condition on a resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Present(AttributePath),
    Compare(AttributePath, Operator, Value),
    /// Some value of an attribute fulfils the condition on its parts.
    Values(AttributePath, Box<Filter>),
}

impl Filter {
    /// Refuses what the shape does not know and what cannot be compared.
    ///
    /// # Errors
    /// `invalidFilter`.
    pub(crate) fn check(&self, shape: &Shape) -> ScimResult<()> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.check(shape)?;
                right.check(shape)
            }
            Self::Not(inner) => inner.check(shape),
            Self::Present(path) => target(path, shape).map(|_| ()),
            Self::Compare(path, operator, value) => {
                comparable(path, target(path, shape)?, *operator, value)
            }
            Self::Values(path, inner) => {
                let attribute = target(path, shape)?;
                inner.check_values(attribute)
            }
        }
    }

    /// As [`Filter::check`], for a condition in brackets on the values of `attribute`.
    ///
    /// # Errors
    /// `invalidFilter`.
    pub(crate) fn check_values(&self, attribute: &Attribute) -> ScimResult<()> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.check_values(attribute)?;
                right.check_values(attribute)
            }
            Self::Not(inner) => inner.check_values(attribute),
            Self::Present(path) => part(path, attribute).map(|_| ()),
            Self::Compare(path, operator, value) => {
                comparable(path, part(path, attribute)?, *operator, value)
            }
            Self::Values(path, _) => Err(refuse(path, "brackets do not stand in brackets")),
        }
    }

    /// The conditions that all must hold.
    pub(crate) fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(left, right) => {
                let mut found = left.conjuncts();
                found.extend(right.conjuncts());
                found
            }
            other => vec![other],
        }
    }

    /// The text that this condition alone demands of an attribute of the core schema.
    pub(crate) fn equals_text(&self, shape: &Shape, name: &str, sub: Option<&str>) -> Option<&str> {
        let Self::Compare(path, Operator::Eq, Value::String(text)) = self else {
            return None;
        };
        let found = path.resolve(shape)?;
        let is_it = found.extension.is_none()
            && found.attribute.name == name
            && match (found.sub, sub) {
                (None, _) => true,
                (Some(found), Some(sub)) => found.name == sub,
                (Some(_), None) => false,
            };
        is_it.then_some(text.as_str())
    }

    /// Whether an attribute of this name occurs.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.mentions(name) || right.mentions(name)
            }
            Self::Not(inner) => inner.mentions(name),
            Self::Present(path) | Self::Compare(path, _, _) | Self::Values(path, _) => {
                path.name.eq_ignore_ascii_case(name)
            }
        }
    }
}

fn refuse(path: &AttributePath, what: &str) -> ScimError {
    ScimError::typed(ScimType::InvalidFilter, format!("{}: {what}", path.name))
}

/// The attribute whose values are compared.
fn target<'a>(path: &AttributePath, shape: &'a Shape) -> ScimResult<&'a Attribute> {
    let found = path
        .resolve(shape)
        .ok_or_else(|| refuse(path, "no such attribute"))?;
    if found.attribute.returned == Returned::Never {
        return Err(refuse(path, "not for filters"));
    }
    Ok(found.sub.unwrap_or(found.attribute))
}

/// The part of a value that is compared; `value` is the value itself where it has no parts.
fn part<'a>(path: &AttributePath, attribute: &'a Attribute) -> ScimResult<&'a Attribute> {
    if path.schema.is_some() || path.sub.is_some() {
        return Err(refuse(path, "a part of a value has a plain name"));
    }
    if attribute.subs.is_empty() && path.name.eq_ignore_ascii_case("value") {
        return Ok(attribute);
    }
    attribute
        .sub(&path.name)
        .ok_or_else(|| refuse(path, "no such part"))
}

fn comparable(
    path: &AttributePath,
    attribute: &Attribute,
    operator: Operator,
    value: &Value,
) -> ScimResult<()> {
    let attribute = match attribute.kind {
        // `emails co "@"` asks for the value of each.
        Type::Complex => attribute
            .sub("value")
            .ok_or_else(|| refuse(path, "compare one of its parts"))?,
        _ => attribute,
    };
    let is_equality = matches!(operator, Operator::Eq | Operator::Ne);
    if value.is_null() {
        return match is_equality {
            true => Ok(()),
            false => Err(refuse(path, "null is equal or not equal")),
        };
    }
    let is_order = matches!(
        operator,
        Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le
    );
    let fits = match attribute.kind {
        Type::Boolean => is_equality && as_boolean(value).is_some(),
        Type::Integer | Type::Decimal => (is_equality || is_order) && value.is_number(),
        Type::DateTime => value
            .as_str()
            .is_some_and(|text| !is_order || lgsp_model::Timestamp::parse_rfc3339(text).is_some()),
        Type::Binary => is_equality && value.is_string(),
        Type::String | Type::Reference => value.is_string(),
        Type::Complex => false,
    };
    match fits {
        true => Ok(()),
        false => Err(refuse(path, "cannot be compared so")),
    }
}

/// A boolean, also as the text that some clients send.
pub(crate) fn as_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(known) => Some(*known),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(left, right) => write!(f, "({left} and {right})"),
            Self::Or(left, right) => write!(f, "({left} or {right})"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Compare(path, operator, value) => {
                write!(f, "{path} {} {value}", operator.word())
            }
            Self::Values(path, inner) => write!(f, "{path}[{inner}]"),
        }
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.name)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}
