//! The user-info endpoint.
//!
//! Owns: `/oauth2/userinfo`.
//! Follows: OpenID Connect Core 1.0, section 5.3; RFC 8705, section 3; RFC 9449, section 7.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderValue, Method, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Provider, access, claims,
    client::certificate::Peer,
    fail::{Fail, Outcome},
    grant::Grant,
    params::Params,
    tables::family,
    token::{mint::FAMILY_CLAIM, no_store, require_form},
};
use crate::keys::{Purpose, jws};

/// Path of the endpoint.
pub(super) const PATH: &str = "/oauth2/userinfo";

pub(super) async fn userinfo(
    State(provider): State<Provider>,
    method: Method,
    peer: Peer,
    body: Bytes,
) -> Response {
    match answer(&provider, &method, &peer, &body).await {
        Ok(mut response) => {
            no_store(&mut response);
            response
        }
        Err(fail) => fail.into_response(),
    }
}

async fn answer(
    provider: &Provider,
    method: &Method,
    peer: &Peer,
    body: &[u8],
) -> Outcome<Response> {
    let is_form = *method == Method::POST && require_form(&peer.headers).is_ok();
    let params = match is_form {
        true => Params::parse(body)?,
        false => Params::default(),
    };
    let bearer = access::bearer(&peer.headers, params.get("access_token"))?;
    let call = (method.as_str(), PATH);
    let token = access::require(provider, peer, &bearer, call).await?;
    let scheme = if bearer.is_dpop { "DPoP" } else { "Bearer" };
    let refused = |why| Fail::resource(scheme, "invalid_token", why);
    let text = |name: &str| token.get(name).and_then(Value::as_str);
    let is_for_us = match token.get("aud") {
        Some(Value::String(audience)) => *audience == provider.issuer,
        Some(Value::Array(all)) => all.iter().any(|audience| *audience == *provider.issuer),
        _ => false,
    };
    if !is_for_us {
        return Err(refused("the token is for another resource"));
    }
    let scopes = text("scope").unwrap_or_default();
    if !scopes.split(' ').any(|scope| scope == "openid") {
        return Err(Fail::resource(
            scheme,
            "insufficient_scope",
            "the scope openid is needed",
        ));
    }
    let family: Option<Uuid> = text(FAMILY_CLAIM).and_then(|id| id.parse().ok());
    let grant = match family {
        Some(id) => family::find(&provider.platform.db, id).await?,
        None => None,
    };
    // Who acts for somebody learns nothing of the person, neither of itself by this token.
    let grant = grant.filter(|grant| text("sub") == Some(&grant.sub));
    let mut grant = grant.ok_or_else(|| refused("the token has no person"))?;
    grant.scopes = scopes.split(' ').map(str::to_owned).collect();
    let profile = provider.identity.profile(grant.account).await?;
    let profile = profile.ok_or_else(|| refused("the account may not be used"))?;
    let told = claims::for_userinfo(&grant, &profile);
    render(provider, &grant, told).await
}

async fn render(provider: &Provider, grant: &Grant, told: Value) -> Outcome<Response> {
    let client = provider.clients.find(&grant.client).await?;
    let alg = client.as_ref().and_then(|client| client.spec.userinfo_alg);
    let Some(alg) = alg else {
        return Ok(axum::Json(told).into_response());
    };
    let mut told = told;
    if let Some(members) = told.as_object_mut() {
        members.insert("iss".to_owned(), provider.issuer.as_str().into());
        members.insert("aud".to_owned(), grant.client.as_str().into());
    }
    let key = provider.keys.ensure(Purpose::Token, alg).await?;
    let mut response = jws::sign(&key, "JWT", &told)?.into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/jwt"),
    );
    Ok(response)
}
