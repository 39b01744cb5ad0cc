//! The token endpoint.
//!
//! Owns: `/oauth2/token`, the shape of its answers.
//! Not here: the single grants (one file each), clients (`client/`).
//! Follows: RFC 6749, sections 3.2 and 5.1; RFC 8705, section 3; RFC 9449, section 5.

mod admission;
mod code;
mod credentials;
mod delegated;
mod device;
mod exchange;
pub(super) mod mint;
mod refresh;

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value};

use super::{
    Provider, claims,
    client::{Client, auth, certificate::Peer, kind::GrantType},
    dpop::{self, Call, NONCE_HEADER},
    fail::{Fail, Outcome},
    grant::Grant,
    params::Params,
};

pub(super) use code::CodeData;
pub(super) use refresh::{first as first_refresh, is_used};

/// Path of the endpoint.
pub(super) const PATH: &str = "/oauth2/token";

/// One call, after the client was authenticated.
struct Request<'a> {
    provider: &'a Provider,
    client: Arc<Client>,
    params: &'a Params,
    /// Key whose possession was proved.
    jkt: Option<String>,
    /// Certificate to which the tokens are bound.
    x5t: Option<String>,
}

/// What a grant gives.
pub(super) struct Issued {
    pub(super) access: mint::Minted,
    pub(super) scopes: Vec<String>,
    pub(super) id_token: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) jkt: Option<String>,
    /// Further members.
    pub(super) more: Vec<(&'static str, Value)>,
}

pub(super) async fn token(State(provider): State<Provider>, peer: Peer, body: Bytes) -> Response {
    match answer(&provider, &peer, &body).await {
        Ok(response) => response,
        Err(fail) => fail.into_response(),
    }
}

async fn answer(provider: &Provider, peer: &Peer, body: &[u8]) -> Outcome<Response> {
    require_form(&peer.headers)?;
    let params = Params::parse(body)?;
    let grant_type = params.need("grant_type")?;
    let Some(grant_type) = GrantType::parse(grant_type) else {
        return Err(Fail::new(
            "unsupported_grant_type",
            "the grant is not supported",
        ));
    };
    let client = auth::authenticate(provider, peer, &params, PATH).await?;
    if !client.spec.may(grant_type) {
        return Err(Fail::new(
            "unauthorized_client",
            "the client is not registered for this grant",
        ));
    }
    let call = Call {
        method: "POST",
        path: PATH,
        token: None,
        needs_nonce: client.spec.profile == super::client::kind::Profile::High,
    };
    let jkt = dpop::check(provider, &peer.headers, &call).await?;
    if jkt.is_none() && client.spec.needs_dpop() {
        return Err(Fail::new("invalid_dpop_proof", "the client must use DPoP")
            .with_header(NONCE_HEADER, dpop::nonce(provider)));
    }
    let x5t = match client.spec.certificate_bound_tokens {
        true => Some(peer.thumbprint().ok_or_else(|| {
            Fail::request(
                "the tokens of this client are bound to its certificate, and there is none",
            )
        })?),
        false => None,
    };
    let request = Request {
        provider,
        client,
        params: &params,
        jkt,
        x5t,
    };
    let issued = match grant_type {
        GrantType::Code => code::redeem(&request).await?,
        GrantType::Refresh => refresh::renew(&request).await?,
        GrantType::Credentials => credentials::issue(&request).await?,
        GrantType::Device => device::poll(&request).await?,
        GrantType::Exchange => exchange::exchange(&request).await?,
    };
    provider.issued.count(&request.client.id, grant_type);
    Ok(render(provider, issued))
}

/// Other content types are no forms.
pub(super) fn require_form(headers: &HeaderMap) -> Outcome<()> {
    let found = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = found.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(())
    } else {
        Err(Fail::request("the body must be a form"))
    }
}

fn render(provider: &Provider, issued: Issued) -> Response {
    let mut body = Map::new();
    let kind = if issued.jkt.is_some() {
        "DPoP"
    } else {
        "Bearer"
    };
    body.insert("access_token".to_owned(), issued.access.token.into());
    body.insert("token_type".to_owned(), kind.into());
    body.insert("expires_in".to_owned(), issued.access.expires_in_s.into());
    if !issued.scopes.is_empty() {
        body.insert("scope".to_owned(), issued.scopes.join(" ").into());
    }
    if let Some(token) = issued.id_token {
        body.insert("id_token".to_owned(), token.into());
    }
    if let Some(token) = issued.refresh_token {
        body.insert("refresh_token".to_owned(), token.into());
    }
    for (name, value) in issued.more {
        body.insert(name.to_owned(), value);
    }
    let mut response = axum::Json(Value::Object(body)).into_response();
    no_store(&mut response);
    if issued.jkt.is_some()
        && let Ok(nonce) = HeaderValue::try_from(dpop::nonce(provider))
    {
        response.headers_mut().insert(NONCE_HEADER, nonce);
    }
    response
}

/// Tokens are kept by nobody on the way.
pub(super) fn no_store(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
}

impl Request<'_> {
    /// The asked scopes, all of them allowed; the whole of `allowed` when none is asked.
    fn scopes(&self, allowed: &[String]) -> Outcome<Vec<String>> {
        let Some(asked) = self.params.get("scope") else {
            return Ok(allowed.to_vec());
        };
        let asked: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
        match asked.iter().find(|scope| !allowed.contains(scope)) {
            None => Ok(asked),
            Some(_) => Err(Fail::new("invalid_scope", "a scope is not allowed")),
        }
    }

    /// The asked resources, all of them registered.
    fn resources(&self, allowed: &[String]) -> Outcome<Vec<String>> {
        let mut asked = self.params.all("resource");
        asked.extend(self.params.all("audience"));
        if asked.iter().all(|resource| allowed.contains(resource)) {
            return Ok(asked);
        }
        Err(Fail::new(
            "invalid_target",
            "the client may not call this resource",
        ))
    }

    /// Access and identity token for a person's grant.
    async fn for_person(
        &self,
        grant: &Grant,
        scopes: Vec<String>,
        resources: &[String],
        refresh_token: Option<String>,
    ) -> Outcome<Issued> {
        let provider = self.provider;
        let spec = &self.client.spec;
        let has_identity = scopes.iter().any(|scope| scope == "openid");
        let is_told = spec.token_with_org
            || spec.token_with_roles
            || (has_identity && claims::is_told_in_id_token(&self.client, grant));
        let gone = || Fail::grant("the account may not be used");
        // Reading a profile is four statements; most renewals tell nothing of it.
        let profile = match is_told {
            true => Some(
                provider
                    .identity
                    .profile(grant.account)
                    .await?
                    .ok_or_else(gone)?,
            ),
            false if provider.alive.is_alive(grant.account).await? => None,
            false => return Err(gone()),
        };
        let access = mint::access(
            provider,
            &mint::Access {
                client: &self.client,
                grant: Some(grant),
                sub: &grant.sub,
                scopes: &scopes,
                audiences: resources,
                jkt: self.jkt.as_deref(),
                x5t: self.x5t.as_deref(),
                act: grant.actor(),
                ends_before: grant.act.is_some().then_some(grant.expires_at),
                profile: profile.as_ref(),
                more: &[],
            },
        )
        .await?;
        let id_token = match has_identity {
            true => {
                let (client, token) = (&self.client, &access.token);
                Some(mint::identity(provider, client, grant, token, profile.as_ref()).await?)
            }
            false => None,
        };
        Ok(Issued {
            access,
            scopes,
            id_token,
            refresh_token,
            jkt: self.jkt.clone(),
            more: Vec::new(),
        })
    }
}
