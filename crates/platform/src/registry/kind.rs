//! Kinds of resources: one struct each, from which schema, form, checks and pages follow.
//!
//! Owns: the trait `Kind`, the erased `KindDescriptor`.
//! Not here: the kinds themselves (each capability).
//! Follows: JSON Schema 2020-12; docs/guides/add-a-resource-kind.md.

use std::sync::Arc;

use jsonschema::Validator;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::{Error, FieldError, Result, Sentence};

/// A text in both languages, known at build.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

impl From<Labels> for Sentence {
    fn from(labels: Labels) -> Self {
        Self::new(labels.vi, labels.en)
    }
}

/// What a validation may know beside the specification itself.
#[derive(Debug)]
pub struct ValidationContext<'a> {
    /// Name of the resource.
    pub name: &'a str,
}

/// A kind of resource. The struct is the specification; unknown fields must be denied.
pub trait Kind: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// Singular, lower case: `system`.
    const KIND: &'static str;
    /// Plural, as addresses carry it: `systems`.
    const PLURAL: &'static str;
    /// What people call it.
    const LABELS: Labels;
    /// What it is for, in one sentence.
    const DESCRIPTION: Labels;

    /// Whether a person may answer for resources of it: its field `owner` names that one by
    /// sign-in name (`owner.rs`).
    const HAS_OWNER: bool = false;

    /// Rules beyond the schema; pointers start at the specification (`/agencies/0`).
    fn validate(&self, _context: &ValidationContext<'_>) -> Vec<FieldError> {
        Vec::new()
    }
}

type Normalise =
    dyn Fn(&Value, &ValidationContext<'_>) -> Result<Value, Vec<FieldError>> + Send + Sync;

/// A kind without its type.
#[derive(Clone)]
pub struct KindDescriptor {
    /// Singular.
    pub kind: &'static str,
    /// Plural.
    pub plural: &'static str,
    /// What people call it.
    pub labels: Labels,
    /// What it is for.
    pub description: Labels,
    /// JSON Schema of the specification.
    pub schema: Arc<Value>,
    /// Permission that changing it asks for instead of the usual one, for the whole platform.
    pub guard: Option<&'static str>,
    /// Whether its field `owner` names a person.
    pub has_owner: bool,
    validator: Arc<Validator>,
    parse: Arc<Normalise>,
}

impl std::fmt::Debug for KindDescriptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KindDescriptor")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl KindDescriptor {
    /// The descriptor of `K`.
    ///
    /// # Errors
    /// `platform.configuration.invalid` when the derived schema is not usable, or lacks the
    /// owner that the kind says it has: a bug.
    pub fn of<K: Kind>() -> Result<Self> {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
        });
        let schema = SchemaGenerator::new(settings)
            .into_root_schema_for::<K>()
            .to_value();
        if K::HAS_OWNER && schema.pointer("/properties/owner").is_none() {
            return Err(Error::Configuration(format!("{}: no owner", K::KIND)));
        }
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .map_err(|error| Error::Configuration(format!("{}: {error}", K::KIND)))?;
        Ok(Self {
            kind: K::KIND,
            plural: K::PLURAL,
            labels: K::LABELS,
            description: K::DESCRIPTION,
            schema: Arc::new(schema),
            guard: None,
            has_owner: K::HAS_OWNER,
            validator: Arc::new(validator),
            parse: Arc::new(parse::<K>),
        })
    }

    /// The descriptor of a kind that only holders of `permission` may change.
    #[must_use]
    pub fn guarded_by(mut self, permission: &'static str) -> Self {
        self.guard = Some(permission);
        self
    }

    /// Checks a specification and gives it with defaults filled in.
    ///
    /// # Errors
    /// One entry for each broken rule, pointers starting with `/spec`.
    pub fn normalise(
        &self,
        spec: &Value,
        context: &ValidationContext<'_>,
    ) -> Result<Value, Vec<FieldError>> {
        let broken: Vec<FieldError> = self
            .validator
            .iter_errors(spec)
            .map(|error| schema_error(&error.instance_path().to_string(), &error.to_string()))
            .collect();
        if !broken.is_empty() {
            return Err(broken);
        }
        (self.parse)(spec, context)
    }
}

fn parse<K: Kind>(spec: &Value, context: &ValidationContext<'_>) -> Result<Value, Vec<FieldError>> {
    let typed = K::deserialize(spec).map_err(|error| vec![schema_error("", &error.to_string())])?;
    let broken: Vec<FieldError> = typed
        .validate(context)
        .into_iter()
        .map(|field| FieldError {
            pointer: format!("/spec{}", field.pointer),
            ..field
        })
        .collect();
    if !broken.is_empty() {
        return Err(broken);
    }
    serde_json::to_value(&typed).map_err(|error| vec![schema_error("", &error.to_string())])
}

fn schema_error(pointer: &str, text: &str) -> FieldError {
    FieldError::new(
        format!("/spec{pointer}"),
        "registry.schema.broken",
        format!("Giá trị không đúng khuôn dạng: {text}"),
        format!("The value does not fit: {text}"),
    )
}
