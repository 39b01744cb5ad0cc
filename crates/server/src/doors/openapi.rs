//! The `OpenAPI` document: title, security, all operations, one form of errors.
//!
//! Owns: the document and the two ways to it: served, and printed without a running platform.
//! Follows: OpenAPI 3.1.

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
};
use lgsp_platform::{config::Config, http::ProblemBody};
use utoipa::{
    OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "LGSP",
        description = "Administration interface of the data integration and sharing platform.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/api/v1")),
    components(schemas(ProblemBody))
)]
struct Document;

/// Takes the routes and their document apart, the document completed.
pub(super) fn split(api: OpenApiRouter) -> (Router, utoipa::openapi::OpenApi) {
    let (router, operations) = api.split_for_parts();
    let mut document = Document::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.merge(operations);
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    if let Some(components) = &mut document.components {
        components.add_security_scheme("token", bearer);
    }
    document.security = Some(vec![SecurityRequirement::new(
        "token",
        Vec::<String>::new(),
    )]);
    (router, document)
}

pub(super) fn render(document: &utoipa::openapi::OpenApi) -> anyhow::Result<String> {
    // Through a value, so that keys are sorted and the text is stable.
    Ok(serde_json::to_string_pretty(&serde_json::to_value(document)?)? + "\n")
}

pub(super) fn answer(text: &str) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        text.to_owned(),
    )
        .into_response()
}

/// The document of this program, without a database of its own to start with.
pub(crate) fn text() -> anyhow::Result<String> {
    let folder = std::env::temp_dir().join(format!("lgsp-openapi-{}", std::process::id()));
    let mut config = Config::default();
    config.server.data_dir.clone_from(&folder);
    let made = tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(crate::compose::start(config, false))
    });
    let text = made.and_then(|composition| {
        let mut api = OpenApiRouter::new();
        for part in composition.running {
            api = api.merge(part.api);
        }
        let text = render(&split(api).1)?;
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(composition.platform.stop());
        });
        Ok(text)
    });
    std::fs::remove_dir_all(&folder).ok();
    Ok(text?.trim_end().to_owned())
}
