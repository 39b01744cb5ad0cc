//! `GET /api/v1/about`: what this installation is.
//!
//! Owns: the operation and its facts.

use axum::extract::State;
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    http::{Caller, Json, ProblemBody},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What this installation is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct About {
    /// Product name.
    pub(crate) product: String,
    /// Version of the program.
    pub(crate) version: String,
    /// Identity code of the province.
    pub(crate) province: String,
    /// Its name, as the agency tree has it.
    pub(crate) province_name: String,
    /// Whether it runs with the demo province.
    pub(crate) demo: bool,
    /// `sqlite` or `postgres`.
    pub(crate) database: String,
    /// When it was started.
    pub(crate) started_at: Timestamp,
}

#[derive(Clone)]
struct Facts {
    platform: Platform,
    catalogue: lgsp_catalogue::Catalogue,
    is_demo: bool,
}

pub(crate) fn router(
    platform: &Platform,
    catalogue: &lgsp_catalogue::Catalogue,
    is_demo: bool,
) -> OpenApiRouter {
    let facts = Facts {
        platform: platform.clone(),
        catalogue: catalogue.clone(),
        is_demo,
    };
    OpenApiRouter::new()
        .routes(routes!(get_about))
        .with_state(facts)
}

/// Says what this installation is.
#[utoipa::path(get, path = "/about", tag = "platform", operation_id = "get_about",
    summary = "About this installation · Về hệ thống này",
    responses((status = 200, body = About), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
async fn get_about(State(facts): State<Facts>, _caller: Caller) -> Json<About> {
    let code = facts.platform.config.province.code.clone();
    let snapshot = facts.catalogue.snapshot();
    let name = snapshot
        .agencies
        .find(&code)
        .map(|agency| agency.spec.name.clone());
    Json(About {
        product: "LGSP".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        province_name: name.unwrap_or_else(|| code.clone()),
        province: code,
        demo: facts.is_demo,
        database: if facts.platform.db.is_postgres() {
            "postgres"
        } else {
            "sqlite"
        }
        .to_owned(),
        started_at: facts.platform.started_at,
    })
}
