//! What the interface tells of itself.
//!
//! Owns: `ServiceProviderConfig`, `ResourceTypes`, `Schemas`.
//! Not here: the schemas' files (`schema.rs`).
//! Follows: RFC 7644, section 4; RFC 7643, sections 5 to 7.

use serde_json::{Value, json};

use super::{
    Scim,
    bulk::{BULK_BYTES_MAX, BULK_OPERATIONS_MAX},
    error::{ScimError, ScimResult},
    query::COUNT_MAX,
    schema::{ResourceKind, Schema},
    scope::Client,
};

/// Codes that the schema names as examples for a client.
const CODES_SHOWN_MAX: usize = 200;

/// Schema of a list.
pub(crate) const LIST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A whole list.
fn list(resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST_SCHEMA], "totalResults": resources.len(),
        "itemsPerPage": resources.len(), "startIndex": 1, "Resources": resources,
    })
}

impl Scim {
    /// What the interface can.
    pub(crate) fn provider_config(&self) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": {"supported": true},
            "bulk": {
                "supported": true, "maxOperations": BULK_OPERATIONS_MAX,
                "maxPayloadSize": BULK_BYTES_MAX,
            },
            "filter": {"supported": true, "maxResults": COUNT_MAX},
            "changePassword": {"supported": true},
            "sort": {"supported": true},
            "etag": {"supported": true},
            "authenticationSchemes": [{
                "type": "oauthbearertoken", "name": "Bearer token",
                "description": "A token of a SCIM client, issued by the administration",
                "specUri": "https://www.rfc-editor.org/info/rfc6750", "primary": true,
            }],
            "meta": {
                "resourceType": "ServiceProviderConfig",
                "location": format!("{}/ServiceProviderConfig", self.base),
            },
        })
    }

    /// All types of resources, or the one of this name.
    ///
    /// # Errors
    /// 404.
    pub(crate) fn resource_types(&self, name: Option<&str>) -> ScimResult<Value> {
        let all = ResourceKind::ALL.map(|kind| (kind.name(), self.resource_type(kind)));
        one_or_all(all.into_iter(), name)
    }

    fn resource_type(&self, kind: ResourceKind) -> Value {
        let shape = self.schemas.shape(kind);
        let extensions: Vec<Value> = shape
            .extensions
            .iter()
            .map(|schema| json!({"schema": schema.id, "required": false}))
            .collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": kind.name(), "name": kind.name(), "endpoint": kind.endpoint(),
            "description": kind.description(), "schema": shape.core.id,
            "schemaExtensions": extensions,
            "meta": {
                "resourceType": "ResourceType",
                "location": format!("{}/ResourceTypes/{}", self.base, kind.name()),
            },
        })
    }

    /// All schemas, or the one of this identifier.
    ///
    /// # Errors
    /// 404.
    pub(crate) fn published_schemas(&self, client: &Client, id: Option<&str>) -> ScimResult<Value> {
        let all = self
            .schemas
            .iter()
            .map(|schema| (schema.id.as_str(), self.published(client, schema)));
        one_or_all(all, id)
    }

    /// A schema with the agency codes that this client may use.
    fn published(&self, client: &Client, schema: &Schema) -> Value {
        let mut published = schema.published.clone();
        if let Some(object) = published.as_object_mut() {
            let location = format!("{}/Schemas/{}", self.base, schema.id);
            let meta = json!({"resourceType": "Schema", "location": location});
            object.insert("meta".to_owned(), meta);
        }
        let attributes = published
            .get_mut("attributes")
            .and_then(Value::as_array_mut);
        for attribute in attributes.into_iter().flatten() {
            let is_code = attribute.get("name").and_then(Value::as_str) == Some("agencyCode");
            if is_code && let Some(attribute) = attribute.as_object_mut() {
                attribute.insert("canonicalValues".to_owned(), self.codes(client).into());
            }
        }
        published
    }

    /// Codes of agencies of today that lie in the client's subtree.
    fn codes(&self, client: &Client) -> Vec<String> {
        let snapshot = self.catalogue.snapshot();
        let directory = snapshot.directory(self.platform.clock.now());
        directory
            .iter()
            .map(|agency| agency.code.to_string())
            .filter(|code| self.is_within(Some(code), client.top.as_deref()))
            .take(CODES_SHOWN_MAX)
            .collect()
    }
}

fn one_or_all<'a>(
    mut all: impl Iterator<Item = (&'a str, Value)>,
    name: Option<&str>,
) -> ScimResult<Value> {
    match name {
        None => Ok(list(all.map(|(_, value)| value).collect())),
        Some(name) => all
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .ok_or_else(|| ScimError::not_found(name)),
    }
}
