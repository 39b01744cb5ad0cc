//! The HTTP face of the identity provider.
//!
//! Owns: the list of its routes; errors as pages.
//! Not here: messages (`authn/`, `logout/`).

mod import;
mod issue;
mod slo;
mod sso;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use lgsp_platform::{Running, http::Refusal};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Saml, authn::new_id, metadata, refused, xml::BYTES_MAX};
use crate::{error::Result, pages};

/// Largest form: a message of the largest size in base64, and a little.
const FORM_BYTES_MAX: usize = BYTES_MAX * 4 / 3 + 16 * 1_024;

pub(super) fn running(saml: Saml) -> Running {
    let pages = Router::new()
        .route("/saml/metadata", get(show_metadata))
        .route("/saml/sso", get(sso::by_redirect).post(sso::by_post))
        .route("/saml/continue", get(sso::go_on))
        .route("/saml/init/{sp}", get(sso::from_here))
        .route("/saml/slo", get(slo::by_redirect).post(slo::by_post))
        .route("/saml/slo/next", get(slo::next))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(saml.clone());
    let api = OpenApiRouter::new()
        .routes(routes!(import::preview_saml_sp))
        .routes(routes!(import::import_saml_sp))
        .with_state(saml);
    Running {
        api,
        pages,
        ..Running::default()
    }
}

/// A page for people: an error becomes the page of refusals.
fn answer(headers: &HeaderMap, result: Result<Response>) -> Response {
    result.unwrap_or_else(|error| pages::refused(headers, &error))
}

/// Our metadata, signed.
async fn show_metadata(State(saml): State<Saml>) -> Result<Response, Refusal> {
    let certificates = saml.signers.certificates().await?;
    let signer = saml.signer().await?;
    let organisation = saml.identity.organisation();
    let own = metadata::Own {
        id: &new_id()?,
        entity_id: saml.entity_id(),
        sign_on: &saml.sign_on_url(),
        logout: &saml.logout_url(),
        certificates: &certificates,
        organisation: organisation.as_deref(),
        now: saml.now(),
    };
    let xml = metadata::own(&own, signer.as_ref()).map_err(refused)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/samlmetadata+xml"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=300"),
        ),
    ];
    Ok((headers, xml).into_response())
}
