//! The HTTP face of the catalogue: agencies and code lists, to be read.
//!
//! Owns: `/agencies`, `/agencies/{code}`, `/code-lists/{name}`.
//! Not here: changing them; agencies are resources (`/resources/agency/…`).
//! Invariant: whoever may read agencies at all sees all of them, because an official addresses
//! documents to any body of the country.

use axum::extract::{Path, State};
use lgsp_model::{LocalDate, Timestamp};
use lgsp_platform::{
    http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit},
    module::Permission,
    registry::{Labels, Registry},
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::{Error, Result},
    model::{AgencySpec, CodeListSpec},
    service::{Catalogue, Snapshot},
    tree::{Agency, DirectoryView},
    views::{AgencyDetail, AgencyItem},
};

/// Reading agencies.
pub const AGENCY_READ: &str = "catalogue.agency.read";
/// Reading code lists.
pub const CODE_LIST_READ: &str = "catalogue.code_list.read";

/// Permissions of the catalogue.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        name: AGENCY_READ,
        labels: Labels {
            vi: "Xem cơ quan",
            en: "Read agencies",
        },
    },
    Permission {
        name: CODE_LIST_READ,
        labels: Labels {
            vi: "Xem danh mục mã",
            en: "Read code lists",
        },
    },
];

/// What the operations read.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) registry: Registry,
    pub(crate) catalogue: Catalogue,
}

impl Reading {
    /// The catalogue with everything that the registry holds by now, so that who has just saved
    /// an agency sees it.
    fn newest(&self) -> std::sync::Arc<Snapshot> {
        self.catalogue.follow(&self.registry.snapshot());
        self.catalogue.snapshot()
    }
}

/// The operations.
pub(crate) fn router(reading: Reading) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_agencies))
        .routes(routes!(get_agency))
        .routes(routes!(get_code_list))
        .with_state(reading)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AgencyFilter {
    /// Agency whose children are listed; without it and without words, the roots.
    parent: Option<String>,
    /// Words of a name, tone marks optional, or a code; with `parent`, found below it only.
    q: Option<String>,
    /// The day, `yyyy-mm-dd`, at which the directory is read; by default the one in use.
    at: Option<String>,
    /// Cursor of the page before.
    cursor: Option<String>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Moment {
    /// The day, `yyyy-mm-dd`, at which the directory is read; by default the one in use.
    at: Option<String>,
}

/// Lists the agencies directly below one, or finds agencies by words or code.
#[utoipa::path(get, path = "/agencies", tag = "catalogue", operation_id = "list_agencies",
    summary = "List agencies · Liệt kê cơ quan", params(AgencyFilter),
    responses((status = 200, body = Page<AgencyItem>), (status = 400, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("catalogue.agency.read"))))]
async fn list_agencies(
    State(reading): State<Reading>,
    Query(filter): Query<AgencyFilter>,
    caller: Caller,
) -> Result<Json<Page<AgencyItem>>, Refusal> {
    caller.scope(AGENCY_READ)?;
    let snapshot = reading.newest();
    let view = view(&snapshot, filter.at.as_deref(), caller.now)?;
    let not_blank = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let parent = not_blank(filter.parent)
        .map(|code| find(&view, &code))
        .transpose()?;
    let size = limit(filter.limit) as usize;
    let after = filter.cursor.as_deref();
    let found = match (not_blank(filter.q), parent) {
        (Some(words), Some(above)) => view.search_below(above, &words, after, size),
        (Some(words), None) => view.search(&words, after, size),
        (None, parent) => view.page(parent, after, size),
    };
    let next_cursor = found
        .items
        .last()
        .filter(|_| found.has_more)
        .map(|a| a.code.to_string());
    let items = found
        .items
        .into_iter()
        .map(|agency| AgencyItem::of(&view, agency))
        .collect();
    Ok(Json(Page { items, next_cursor }))
}

/// Gives one agency by its name in the registry or by any of its identity codes.
#[utoipa::path(get, path = "/agencies/{code}", tag = "catalogue", operation_id = "get_agency",
    summary = "Get an agency · Xem một cơ quan",
    params(("code" = String, Path, description = "Code in any form"), Moment),
    responses((status = 200, body = AgencyDetail), (status = 400, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("catalogue.agency.read"))))]
async fn get_agency(
    State(reading): State<Reading>,
    Path(code): Path<String>,
    Query(moment): Query<Moment>,
    caller: Caller,
) -> Result<Json<AgencyDetail>, Refusal> {
    caller.scope(AGENCY_READ)?;
    let snapshot = reading.newest();
    let view = view(&snapshot, moment.at.as_deref(), caller.now)?;
    let agency = find(&view, &code)?;
    let systems = systems_of(&reading.registry, agency);
    Ok(Json(AgencyDetail::of(&view, agency, systems)))
}

/// Gives a code list.
#[utoipa::path(get, path = "/code-lists/{name}", tag = "catalogue",
    operation_id = "get_code_list", summary = "Get a code list · Xem một danh mục mã",
    params(("name" = String, Path)),
    responses((status = 200, body = CodeListSpec), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("catalogue.code_list.read"))))]
async fn get_code_list(
    State(reading): State<Reading>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<CodeListSpec>, Refusal> {
    caller.scope(CODE_LIST_READ)?;
    let snapshot = reading.newest();
    let list = snapshot.lists.find(&name).cloned();
    Ok(Json(list.ok_or(Error::CodeListNotFound { name })?))
}

fn view<'a>(snapshot: &'a Snapshot, at: Option<&str>, now: Timestamp) -> Result<DirectoryView<'a>> {
    let Some(text) = at.filter(|text| !text.is_empty()) else {
        return Ok(snapshot.directory(now));
    };
    let day: LocalDate = text.parse().map_err(|_| Error::DateUnreadable {
        value: text.to_owned(),
    })?;
    Ok(snapshot.agencies.at(day))
}

/// By name; else by what the code means on the day; else by who alone ever had it.
fn find<'a>(view: &DirectoryView<'a>, code: &str) -> Result<&'a Agency> {
    let tree = view.tree();
    let named = tree
        .find(code.trim())
        .or_else(|| view.resolve(code).agency());
    let alone = || match tree.holders(code).as_slice() {
        [agency] => Some(*agency),
        _ => None,
    };
    named.or_else(alone).ok_or_else(|| Error::AgencyNotFound {
        code: code.to_owned(),
    })
}

/// Names of the systems whose specification lists the agency by any of its codes.
fn systems_of(registry: &Registry, agency: &Agency) -> Vec<String> {
    let AgencySpec { codes, .. } = agency.spec.as_ref();
    let is_this =
        |code: &str| code == agency.code.as_str() || codes.iter().any(|known| known.value == code);
    let speaks_for_it = |spec: &serde_json::Value| {
        let listed = spec.get("agencies").and_then(serde_json::Value::as_array);
        listed
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str)
            .any(is_this)
    };
    registry
        .snapshot()
        .of_kind("system")
        .filter(|system| speaks_for_it(&system.spec))
        .map(|system| system.name.clone())
        .collect()
}
