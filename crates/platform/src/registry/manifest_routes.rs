//! Many resources at once over HTTP: apply and export.
//!
//! Owns: `/apply`, `/export`.
//! Not here: single resources (`routes.rs`), planning (`apply.rs`).
//! Invariant: all manifests of an apply are changed, or none.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Change, Manifest, Registry,
    apply::{self, Planned},
    routes::{READ, require_write},
};
use crate::{
    error::Error,
    http::{Caller, Json, ProblemBody, Query, Refusal},
};

/// Manifests in one apply.
pub const MANIFESTS_MAX: usize = 5_000;

/// The operations.
pub(super) fn router(registry: Registry) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(apply_manifests))
        .routes(routes!(export_manifests))
        .with_state(registry)
}

/// Manifests to be applied together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Apply {
    /// The wished states.
    documents: Vec<Manifest>,
    /// Only tell what would change.
    #[serde(default)]
    dry_run: bool,
}

/// What applying did.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Applied {
    /// One entry for each manifest.
    pub results: Vec<Planned>,
}

/// Applies manifests, all or none.
#[utoipa::path(post, path = "/apply", tag = "registry", operation_id = "apply_manifests",
    summary = "Apply manifests · Áp dụng cấu hình từ tệp", request_body = Apply,
    responses((status = 200, body = Applied), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.write"))))]
async fn apply_manifests(
    State(registry): State<Registry>,
    caller: Caller,
    Json(body): Json<Apply>,
) -> Result<Json<Applied>, Refusal> {
    if body.documents.len() > MANIFESTS_MAX {
        let max = MANIFESTS_MAX as u64;
        return Err(Error::TooLarge {
            limit: "MANIFESTS_MAX",
            max,
        }
        .into());
    }
    for manifest in &body.documents {
        let known = registry
            .snapshot()
            .get(&manifest.kind, &manifest.name)
            .cloned();
        let owners = std::iter::once(manifest.agency.as_deref())
            .chain(known.iter().map(|known| known.agency.as_deref()));
        for agency in owners {
            match body.dry_run {
                true => caller.require(READ, agency)?,
                false => require_write(&registry, &caller, &manifest.kind, agency)?,
            }
        }
    }
    let (mut results, needed) = apply::plan(&registry, body.documents)?;
    if body.dry_run || needed.is_empty() {
        return Ok(Json(Applied { results }));
    }
    let events = needed
        .iter()
        .filter_map(|change| match change {
            Change::Put { manifest, .. } => {
                Some(caller.audit("resource.saved", &manifest.kind, &manifest.name))
            }
            Change::Delete { .. } => None,
        })
        .collect();
    let done = registry
        .change(needed, caller.principal.actor_name(), caller.now, events)
        .await?;
    for resource in done {
        let planned = results
            .iter_mut()
            .find(|planned| planned.kind == resource.kind && planned.name == resource.name);
        if let Some(planned) = planned {
            planned.revision = resource.revision;
        }
    }
    Ok(Json(Applied { results }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportFilter {
    /// Only this kind.
    kind: Option<String>,
}

/// Resources as manifests.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Exported {
    /// Sorted by kind and name; secrets are never part of them.
    pub documents: Vec<Manifest>,
}

/// Exports resources as manifests.
#[utoipa::path(get, path = "/export", tag = "registry", operation_id = "export_manifests",
    summary = "Export manifests · Xuất cấu hình", params(ExportFilter),
    responses((status = 200, body = Exported), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.read"))))]
async fn export_manifests(
    State(registry): State<Registry>,
    Query(filter): Query<ExportFilter>,
    caller: Caller,
) -> Result<Json<Exported>, Refusal> {
    caller.scope(READ)?;
    let mut documents = apply::export(&registry, filter.kind.as_deref())?;
    documents.retain(|manifest| caller.may(READ, manifest.agency.as_deref()));
    Ok(Json(Exported { documents }))
}
