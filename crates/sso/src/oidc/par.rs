//! Pushed authorisation requests.
//!
//! Owns: `/oauth2/par`, taking a pushed request by its reference.
//! Invariant: a reference works once, for the client that pushed it, for a minute.
//! Follows: RFC 9126; RFC 9449, section 10.1.

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use lgsp_platform::ledger::{Acceptance, Effects};
use serde_json::json;

use super::{
    Provider,
    authorize::{
        object_resolve,
        request::{self, AuthRequest},
        respond::Stop,
    },
    client::{Client, auth, certificate::Peer, kind::Profile},
    dpop::{self, Call},
    fail::{Fail, Outcome},
    limits::PAR_LIFE_MS,
    params::Params,
    tables::parked::{self, Parked},
    token::{no_store, require_form},
};

/// Path of the endpoint.
pub(super) const PATH: &str = "/oauth2/par";
/// What references begin with.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

pub(super) async fn push(State(provider): State<Provider>, peer: Peer, body: Bytes) -> Response {
    match act(&provider, &peer, &body).await {
        Ok(mut response) => {
            no_store(&mut response);
            response
        }
        Err(fail) => fail.into_response(),
    }
}

async fn act(provider: &Provider, peer: &Peer, body: &[u8]) -> Outcome<Response> {
    require_form(&peer.headers)?;
    let mut params = Params::parse(body)?;
    let client = auth::authenticate(provider, peer, &params, PATH).await?;
    if params.get("request_uri").is_some() {
        return Err(Fail::request("request_uri cannot be pushed"));
    }
    let call = Call {
        method: "POST",
        path: PATH,
        token: None,
        needs_nonce: client.spec.profile == Profile::High,
    };
    if let Some(jkt) = dpop::check(provider, &peer.headers, &call).await? {
        if params.get("dpop_jkt").is_some_and(|named| named != jkt) {
            return Err(Fail::new(
                "invalid_dpop_proof",
                "dpop_jkt names another key",
            ));
        }
        params.set("dpop_jkt", jkt);
    }
    let params = object_resolve(provider, &client, params).await?;
    let request = match request::check(provider, &client, &params).await {
        Ok(request) => request,
        Err(Stop::Page(fail)) => return Err(fail),
        // Nobody stands at the door yet when a request is pushed.
        Err(Stop::Refused(error)) => return Err((*error).into()),
        Err(Stop::Back(_, error, description)) => return Err(Fail::new(error, description)),
    };
    let ends = provider.platform.clock.now().plus_ms(PAR_LIFE_MS);
    let (reference, row) = parked::row(Parked::Pushed, &client.id, &request, ends)?;
    let acceptance = Acceptance {
        claim: None,
        effects: Effects {
            rows: vec![row],
            ..Effects::default()
        },
    };
    provider.platform.ledger.accept(acceptance).await?;
    let body = json!({
        "request_uri": format!("{PREFIX}{reference}"), "expires_in": PAR_LIFE_MS / 1_000,
    });
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

/// The reference in a `request_uri`, when it is one of ours.
pub(super) fn reference(request_uri: &str) -> Option<&str> {
    request_uri.strip_prefix(PREFIX)
}

/// The pushed request behind a reference; it is gone afterwards.
pub(super) async fn take(
    provider: &Provider,
    client: &Client,
    reference: &str,
) -> Result<AuthRequest, Stop> {
    let unknown = || {
        Fail::new(
            "invalid_request_uri",
            "the pushed request is unknown or over",
        )
    };
    let now = provider.platform.clock.now();
    let db = &provider.platform.db;
    let found: Option<AuthRequest> = parked::find(db, Parked::Pushed, reference, now).await?;
    let request = found
        .filter(|request| request.client == client.id)
        .ok_or_else(unknown)?;
    let until = now.plus_ms(2 * PAR_LIFE_MS);
    if !provider
        .identity
        .first_use("oidc.par", reference, until)
        .await?
    {
        return Err(unknown().into());
    }
    Ok(request)
}
