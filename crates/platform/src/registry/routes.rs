//! The HTTP face of the registry: kinds, resources, history.
//!
//! Owns: `/kinds`, `/resources`.
//! Not here: many at once (`manifest_routes.rs`), checks and storage (`mod.rs`).
//! Invariant: reading and writing need the permission for the kind's owning agency.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Change, Manifest, Registry, Resource, Revision,
    diff::{self, Difference},
    manifest_routes,
    owner::keep_owner,
};
use crate::{
    error::{Error, Sentence},
    http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit},
    module::Permission,
    registry::Labels,
};

/// Reading resources.
pub const READ: &str = "registry.resource.read";
/// Changing resources.
pub const WRITE: &str = "registry.resource.write";

/// Permissions of the registry.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        name: READ,
        labels: Labels {
            vi: "Xem cấu hình",
            en: "Read configuration",
        },
    },
    Permission {
        name: WRITE,
        labels: Labels {
            vi: "Sửa cấu hình",
            en: "Change configuration",
        },
    },
];

/// The operations.
#[must_use]
pub fn router(registry: Registry) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_kinds))
        .routes(routes!(list_resources))
        .routes(routes!(get_resource, put_resource, delete_resource))
        .routes(routes!(list_revisions))
        .routes(routes!(get_revision))
        .routes(routes!(diff_revisions))
        .routes(routes!(rollback_resource))
        .with_state(registry.clone())
        .merge(manifest_routes::router(registry))
}

/// A kind of resource as the console needs it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KindView {
    /// Singular.
    pub kind: String,
    /// Plural.
    pub plural: String,
    /// What people call it.
    pub labels: Sentence,
    /// What it is for.
    pub description: Sentence,
    /// JSON Schema of the specification.
    #[schema(value_type = Object)]
    pub schema: Value,
}

/// Lists the kinds of resources with their schemas.
#[utoipa::path(get, path = "/kinds", tag = "registry", operation_id = "list_kinds",
    summary = "List kinds · Liệt kê loại cấu hình",
    responses((status = 200, body = Page<KindView>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.read"))))]
async fn list_kinds(
    State(registry): State<Registry>,
    caller: Caller,
) -> Result<Json<Page<KindView>>, Refusal> {
    caller.scope(READ)?;
    let items = registry
        .kinds()
        .map(|kind| KindView {
            kind: kind.kind.to_owned(),
            plural: kind.plural.to_owned(),
            labels: kind.labels.into(),
            description: kind.description.into(),
            schema: Value::clone(&kind.schema),
        })
        .collect();
    Ok(Json(Page::whole(items)))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ResourceFilter {
    /// Words to be found in name or specification, tone marks optional.
    q: Option<String>,
    /// Name after which the page starts.
    cursor: Option<String>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists resources of a kind, sorted by name.
#[utoipa::path(get, path = "/resources/{kind}", tag = "registry",
    operation_id = "list_resources", summary = "List resources · Liệt kê cấu hình",
    params(("kind" = String, Path, description = "Kind"), ResourceFilter),
    responses((status = 200, body = Page<Resource>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.read"))))]
async fn list_resources(
    State(registry): State<Registry>,
    Path(kind): Path<String>,
    Query(filter): Query<ResourceFilter>,
    caller: Caller,
) -> Result<Json<Page<Resource>>, Refusal> {
    caller.scope(READ)?;
    registry.kind(&kind)?;
    let size = limit(filter.limit);
    let words = filter
        .q
        .as_deref()
        .map(lgsp_model::text::fold)
        .unwrap_or_default();
    let after = filter.cursor.unwrap_or_default();
    let items = registry
        .snapshot()
        .of_kind(&kind)
        .filter(|found| found.name > after)
        .filter(|found| caller.may(READ, found.agency.as_deref()))
        .filter(|found| words.is_empty() || is_match(found, &words))
        .take(size as usize + 1)
        .map(|found| Resource::clone(found))
        .collect();
    Ok(Json(Page::cut(items, size, |item: &Resource| {
        item.name.clone()
    })))
}

fn is_match(resource: &Resource, words: &str) -> bool {
    let text = lgsp_model::text::fold(&format!("{} {}", resource.name, resource.spec));
    words.split(' ').all(|word| text.contains(word))
}

/// Gives one resource.
#[utoipa::path(get, path = "/resources/{kind}/{name}", tag = "registry",
    operation_id = "get_resource", summary = "Get a resource · Xem một cấu hình",
    params(("kind" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = Resource), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.read"))))]
async fn get_resource(
    State(registry): State<Registry>,
    Path((kind, name)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Resource>, Refusal> {
    let found = registry.find(&kind, &name)?;
    caller.require(READ, found.agency.as_deref())?;
    Ok(Json(Resource::clone(&found)))
}

/// Refuses unless the caller may change resources of a kind.
///
/// # Errors
/// `platform.permission.missing`, `platform.thing.not_found`.
pub(super) fn require_write(
    registry: &Registry,
    caller: &Caller,
    kind: &str,
    agency: Option<&str>,
) -> crate::error::Result<()> {
    match registry.kind(kind).ok().and_then(|kind| kind.guard) {
        Some(permission) => caller.require(permission, None),
        None => caller.require(WRITE, agency),
    }
}

/// A wished state with the revision that the caller saw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutResource {
    /// Owning agency.
    agency: Option<String>,
    /// The specification.
    #[schema(value_type = Object)]
    spec: Value,
    /// Revision that was edited; absent or null to make a new resource.
    base_revision: Option<i64>,
}

/// Makes or replaces a resource.
#[utoipa::path(put, path = "/resources/{kind}/{name}", tag = "registry",
    operation_id = "put_resource", summary = "Save a resource · Lưu một cấu hình",
    params(("kind" = String, Path), ("name" = String, Path)), request_body = PutResource,
    responses((status = 200, body = Resource), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.write"))))]
async fn put_resource(
    State(registry): State<Registry>,
    Path((kind, name)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<PutResource>,
) -> Result<Json<Resource>, Refusal> {
    require_write(&registry, &caller, &kind, body.agency.as_deref())?;
    if let Some(known) = registry.snapshot().get(&kind, &name) {
        require_write(&registry, &caller, &kind, known.agency.as_deref())?;
    }
    let manifest = Manifest {
        kind,
        name,
        agency: body.agency,
        spec: body.spec,
    };
    let base_revision = Some(body.base_revision.unwrap_or(0));
    save(
        &registry,
        &caller,
        "resource.saved",
        manifest,
        base_revision,
    )
    .await
}

async fn save(
    registry: &Registry,
    caller: &Caller,
    action: &str,
    manifest: Manifest,
    base_revision: Option<i64>,
) -> Result<Json<Resource>, Refusal> {
    let event = caller.audit(action, &manifest.kind, &manifest.name);
    let change = Change::Put {
        manifest,
        base_revision,
    };
    let done = registry
        .change(
            vec![change],
            caller.principal.actor_name(),
            caller.now,
            vec![event],
        )
        .await?;
    let saved = done
        .into_iter()
        .next()
        .ok_or_else(|| Error::Internal("no result".into()))?;
    Ok(Json(saved))
}

/// Removes a resource; its history stays.
#[utoipa::path(delete, path = "/resources/{kind}/{name}", tag = "registry",
    operation_id = "delete_resource", summary = "Delete a resource · Xóa một cấu hình",
    params(("kind" = String, Path), ("name" = String, Path)),
    responses((status = 204), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.write"))))]
async fn delete_resource(
    State(registry): State<Registry>,
    Path((kind, name)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let found = registry.find(&kind, &name)?;
    require_write(&registry, &caller, &kind, found.agency.as_deref())?;
    let event = caller.audit("resource.deleted", &kind, &name);
    let change = Change::Delete { kind, name };
    registry
        .change(
            vec![change],
            caller.principal.actor_name(),
            caller.now,
            vec![event],
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the history of a resource, newest first.
#[utoipa::path(get, path = "/resources/{kind}/{name}/revisions", tag = "registry",
    operation_id = "list_revisions", summary = "List revisions · Liệt kê phiên bản",
    params(("kind" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = Page<Revision>), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.read"))))]
async fn list_revisions(
    State(registry): State<Registry>,
    Path((kind, name)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Page<Revision>>, Refusal> {
    registry.kind(&kind)?;
    let revisions = registry.revisions(&kind, &name).await?;
    let owner = revisions.first().and_then(|newest| newest.agency.clone());
    caller.require(READ, owner.as_deref())?;
    if revisions.is_empty() {
        return Err(Error::NotFound {
            what: "resource",
            name: format!("{kind}/{name}"),
        }
        .into());
    }
    Ok(Json(Page::whole(revisions)))
}

/// Gives one revision.
#[utoipa::path(get, path = "/resources/{kind}/{name}/revisions/{revision}", tag = "registry",
    operation_id = "get_revision", summary = "Get a revision · Xem một phiên bản",
    params(("kind" = String, Path), ("name" = String, Path), ("revision" = i64, Path)),
    responses((status = 200, body = Revision), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.read"))))]
async fn get_revision(
    State(registry): State<Registry>,
    Path((kind, name, revision)): Path<(String, String, i64)>,
    caller: Caller,
) -> Result<Json<Revision>, Refusal> {
    let found = registry.revision(&kind, &name, revision).await?;
    caller.require(READ, found.agency.as_deref())?;
    Ok(Json(found))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DiffRange {
    /// Older revision.
    from: i64,
    /// Newer revision.
    to: i64,
}

/// Two revisions compared.
#[derive(Debug, Serialize, ToSchema)]
struct DiffView {
    /// Older revision.
    from: i64,
    /// Newer revision.
    to: i64,
    /// Fields that differ.
    changes: Vec<Difference>,
    /// Unified text difference.
    text: String,
}

/// Compares two revisions.
#[utoipa::path(get, path = "/resources/{kind}/{name}/diff", tag = "registry",
    operation_id = "diff_revisions", summary = "Compare revisions · So sánh phiên bản",
    params(("kind" = String, Path), ("name" = String, Path), DiffRange),
    responses((status = 200, body = DiffView), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.read"))))]
async fn diff_revisions(
    State(registry): State<Registry>,
    Path((kind, name)): Path<(String, String)>,
    Query(range): Query<DiffRange>,
    caller: Caller,
) -> Result<Json<DiffView>, Refusal> {
    let before = registry.revision(&kind, &name, range.from).await?;
    let after = registry.revision(&kind, &name, range.to).await?;
    caller.require(READ, after.agency.as_deref())?;
    caller.require(READ, before.agency.as_deref())?;
    let (before, after) = (
        before.spec.unwrap_or(Value::Null),
        after.spec.unwrap_or(Value::Null),
    );
    Ok(Json(DiffView {
        from: range.from,
        to: range.to,
        changes: diff::changes(&before, &after),
        text: diff::text(&before, &after),
    }))
}

/// Which revision becomes the present one again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rollback {
    /// Revision to go back to.
    revision: i64,
}

/// Makes an old revision the present one, as a new revision.
#[utoipa::path(post, path = "/resources/{kind}/{name}/rollback", tag = "registry",
    operation_id = "rollback_resource", summary = "Roll back · Khôi phục phiên bản cũ",
    params(("kind" = String, Path), ("name" = String, Path)), request_body = Rollback,
    responses((status = 200, body = Resource), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("registry.resource.write"))))]
async fn rollback_resource(
    State(registry): State<Registry>,
    Path((kind, name)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<Rollback>,
) -> Result<Json<Resource>, Refusal> {
    let old = registry.revision(&kind, &name, body.revision).await?;
    require_write(&registry, &caller, &kind, old.agency.as_deref())?;
    if let Some(known) = registry.snapshot().get(&kind, &name) {
        require_write(&registry, &caller, &kind, known.agency.as_deref())?;
    }
    let missing = || Error::NotFound {
        what: "revision",
        name: format!("{kind}/{name}"),
    };
    let mut spec = old.spec.ok_or_else(missing)?;
    if registry.kind(&kind)?.has_owner {
        // Who answers for it is no part of what is rolled back: that person may have left.
        let known = registry.snapshot().get(&kind, &name).cloned();
        let owner = known.as_deref().and_then(Resource::owner);
        keep_owner(&mut spec, owner);
    }
    let manifest = Manifest {
        kind,
        name,
        agency: old.agency,
        spec,
    };
    save(&registry, &caller, "resource.rolled_back", manifest, None).await
}
