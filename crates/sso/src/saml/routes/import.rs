//! `/saml-sps`: service providers from their metadata.
//!
//! Owns: looking at metadata before keeping it, and keeping it.
//! Not here: reading metadata (`metadata/theirs.rs`), editing afterwards (the registry).
//! Invariant: what is kept is what the preview showed for the same text and application, with
//! what the caller says beside it; new metadata alone never opens an application to more people
//! or at a lower level.

use axum::{extract::State, http::StatusCode};
use lgsp_platform::{
    error::Sentence,
    http::{Caller, Json, ProblemBody, Refusal},
    registry::{Change, Kind as _, Manifest, Resource, routes::WRITE},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    access::ApplicationAccess,
    error::Error,
    saml::{Saml, kind::SamlSp, metadata},
};

/// Longest suggested name of a resource.
const NAME_BYTES_MAX: usize = 48;

/// Metadata of a service provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewSamlSp {
    /// The XML document.
    metadata: String,
}

/// What metadata would become.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SamlSpPreview {
    /// Name for the resource: the one that has this entity id, else a suggestion.
    name: String,
    /// Revision of the resource that has this entity id already.
    revision: Option<i64>,
    /// Specification of kind `saml-sp`.
    #[schema(value_type = Object)]
    spec: Value,
    /// What to know before keeping it.
    warnings: Vec<Sentence>,
}

/// Shows what metadata of an application would become; keeps nothing.
#[utoipa::path(post, path = "/saml-sps/preview", tag = "sign-on",
    operation_id = "preview_saml_sp",
    summary = "Preview SAML metadata · Xem trước siêu dữ liệu SAML",
    request_body = PreviewSamlSp,
    responses((status = 200, body = SamlSpPreview), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.write"))))]
pub(super) async fn preview_saml_sp(
    State(saml): State<Saml>,
    caller: Caller,
    Json(body): Json<PreviewSamlSp>,
) -> Result<Json<SamlSpPreview>, Refusal> {
    caller.scope(WRITE)?;
    let mut imported = metadata::import(body.metadata.as_bytes()).map_err(Error::from)?;
    let snapshot = saml.platform.registry.snapshot();
    let entity_id = imported.spec.entity_id.as_str();
    let known = snapshot
        .of_kind(SamlSp::KIND)
        .find(|resource| resource.spec.get("entity_id").and_then(Value::as_str) == Some(entity_id))
        // What the caller may not change it may not find out about either.
        .filter(|resource| caller.may(WRITE, resource.agency.as_deref()));
    let name = known.map_or_else(|| suggested(entity_id), |known| known.name.clone());
    if let Some(known) = known {
        keep(&mut imported.spec, known);
    }
    Ok(Json(SamlSpPreview {
        name,
        revision: known.map(|known| known.revision),
        spec: to_value(&imported.spec)?,
        warnings: imported.warnings,
    }))
}

/// A service provider to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportSamlSp {
    /// Name of the resource.
    name: String,
    /// Owning agency.
    agency: Option<String>,
    /// The XML document.
    metadata: String,
    /// Revision that is replaced; absent to make a new resource.
    base_revision: Option<i64>,
    /// Title that people understand, instead of the one of the metadata.
    title: Option<String>,
    /// Who may use it; absent for everybody, or as it was set before.
    #[schema(value_type = Option<Object>)]
    access: Option<ApplicationAccess>,
    /// Person who answers for it, by sign-in name; absent for nobody, or as it was set before.
    owner: Option<String>,
}

/// Makes a service provider from its metadata.
#[utoipa::path(post, path = "/saml-sps", tag = "sign-on", operation_id = "import_saml_sp",
    summary = "Import SAML metadata · Thêm ứng dụng từ siêu dữ liệu SAML",
    request_body = ImportSamlSp,
    responses((status = 201, body = Resource), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.write"))))]
pub(super) async fn import_saml_sp(
    State(saml): State<Saml>,
    caller: Caller,
    Json(body): Json<ImportSamlSp>,
) -> Result<(StatusCode, Json<Resource>), Refusal> {
    caller.require(WRITE, body.agency.as_deref())?;
    let registry = &saml.platform.registry;
    let mut imported = metadata::import(body.metadata.as_bytes()).map_err(Error::from)?;
    if let Some(known) = registry.snapshot().get(SamlSp::KIND, &body.name) {
        caller.require(WRITE, known.agency.as_deref())?;
        keep(&mut imported.spec, known);
    }
    let spec = &mut imported.spec;
    spec.title = body.title.unwrap_or_else(|| spec.title.clone());
    spec.access = body.access.unwrap_or_else(|| spec.access.clone());
    spec.owner = body.owner.or(spec.owner.take());
    let event = caller.audit("resource.saved", SamlSp::KIND, &body.name);
    let change = Change::Put {
        manifest: Manifest {
            kind: SamlSp::KIND.to_owned(),
            name: body.name,
            agency: body.agency,
            spec: to_value(&imported.spec)?,
        },
        base_revision: Some(body.base_revision.unwrap_or(0)),
    };
    let actor = caller.principal.actor_name();
    let done = registry
        .change(vec![change], actor, caller.now, vec![event])
        .await?;
    let saved = done
        .into_iter()
        .next()
        .ok_or_else(|| lgsp_platform::Error::Internal("registry gave no result".to_owned()))?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// What metadata does not say of an application stays as it was set here.
fn keep(imported: &mut SamlSp, known: &Resource) {
    let Ok(known) = SamlSp::deserialize(&known.spec) else {
        return;
    };
    imported.access = known.access;
    imported.acr_min = known.acr_min;
    imported.idp_initiated = known.idp_initiated;
    imported.response_signed = known.response_signed;
    imported.enabled = known.enabled;
    imported.owner = known.owner;
    imported.encrypt_logout_name = known.encrypt_logout_name;
    // A key without a usage may have been allowed by hand.
    imported.encrypt_assertion |= known.encrypt_assertion && imported.encryption.is_some();
}

fn to_value(spec: &SamlSp) -> Result<Value, lgsp_platform::Error> {
    serde_json::to_value(spec).map_err(|error| lgsp_platform::Error::Internal(error.to_string()))
}

/// The host of an entity id as the name of a resource.
fn suggested(entity_id: &str) -> String {
    let rest = entity_id
        .split_once("://")
        .map_or(entity_id, |(_, rest)| rest);
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    let mut name: String = host
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(NAME_BYTES_MAX)
        .collect();
    name = name.trim_matches('-').to_owned();
    if name.is_empty() {
        "saml".to_owned()
    } else {
        name
    }
}
