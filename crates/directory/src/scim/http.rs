//! Paths and methods below `/scim/v2`.
//!
//! Owns: the router, reading requests, answers with `Location` and `ETag`.
//! Not here: what a path does (`change.rs`, `users.rs`, `groups.rs`, `scan.rs`, `bulk.rs`,
//! `discovery.rs`).
//! Invariant: nothing of a request is read before its token was right; every answer with an
//! error is a SCIM error.
//! Follows: RFC 7644, section 3.

use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use lgsp_platform::http::context::Authenticator as _;
use serde_json::Value;

use super::{
    Scim,
    bulk::BULK_BYTES_MAX,
    clients::tokens::TOKEN_PREFIX,
    error::{ScimError, ScimResult, ScimType},
    json::scim_json,
    query::Query,
    resource::{Conditions, Resource},
    schema::ResourceKind,
    scope::{Client, bearer},
};

/// Path of the interface on a door.
const ROOT: &str = "/scim/v2";

pub(crate) fn router(scim: Scim) -> Router {
    Router::new()
        .route(ROOT, any(entry))
        .route(&format!("{ROOT}/{{*rest}}"), any(entry))
        .with_state(scim)
}

async fn entry(State(scim): State<Scim>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match answer(&scim, &parts, body).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn answer(scim: &Scim, parts: &Parts, body: Body) -> ScimResult<Response> {
    let path = path_of(parts)?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if let ["Me", ..] = path.as_slice() {
        return scim.me(parts).await;
    }
    let address = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip().to_string());
    let client = scim.client(&parts.headers, address).await?;
    let call = Call {
        scim,
        client: &client,
        parts,
    };
    call.answer(&path, body).await
}

/// The parts of the path below the interface, decoded.
fn path_of(parts: &Parts) -> ScimResult<Vec<String>> {
    let below = parts.uri.path().strip_prefix(ROOT).unwrap_or_default();
    below
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| decoded(part).ok_or_else(|| ScimError::not_found(part)))
        .collect()
}

/// A text with its `%xx` undone.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// One request of a client.
struct Call<'a> {
    scim: &'a Scim,
    client: &'a Client,
    parts: &'a Parts,
}

impl Call<'_> {
    async fn answer(&self, path: &[&str], body: Body) -> ScimResult<Response> {
        let method = &self.parts.method;
        match path {
            [] => {
                self.only(&[Method::GET])?;
                self.list(&ResourceKind::ALL, self.query()?).await
            }
            [".search"] => self.search(&ResourceKind::ALL, body).await,
            ["Bulk"] => {
                self.only(&[Method::POST])?;
                let request = self.body(body).await?;
                let answer = self.scim.bulk(self.client, &request).await?;
                Ok(scim_json(StatusCode::OK, &answer))
            }
            ["ServiceProviderConfig"] => self.discovered(|| Ok(self.scim.provider_config())),
            ["ResourceTypes"] => self.discovered(|| self.scim.resource_types(None)),
            ["ResourceTypes", name] => self.discovered(|| self.scim.resource_types(Some(name))),
            ["Schemas"] => self.discovered(|| self.scim.published_schemas(self.client, None)),
            ["Schemas", id] => {
                self.discovered(|| self.scim.published_schemas(self.client, Some(id)))
            }
            [name, rest @ ..] => {
                let kind = ResourceKind::ALL
                    .into_iter()
                    .find(|kind| kind.endpoint().trim_start_matches('/') == *name)
                    .ok_or_else(|| ScimError::not_found(self.parts.uri.path()))?;
                match rest {
                    [] if *method == Method::GET => self.list(&[kind], self.query()?).await,
                    [] => {
                        self.only(&[Method::GET, Method::POST])?;
                        let sent = self.body(body).await?;
                        let made = self.scim.create(self.client, kind, &sent).await?;
                        self.resource(StatusCode::CREATED, made)
                    }
                    [".search"] => self.search(&[kind], body).await,
                    [id] => self.one((kind, id), body).await,
                    _ => Err(ScimError::not_found(self.parts.uri.path())),
                }
            }
        }
    }

    async fn one(&self, (kind, id): (ResourceKind, &str), body: Body) -> ScimResult<Response> {
        let conditions = Conditions::of(&self.parts.headers);
        let (scim, client) = (self.scim, self.client);
        match self.parts.method {
            Method::GET => {
                let found = scim.get(client, (kind, id)).await?;
                if conditions.is_known(&found) {
                    return Ok(with_version(
                        StatusCode::NOT_MODIFIED.into_response(),
                        &found,
                    ));
                }
                self.resource(StatusCode::OK, found)
            }
            Method::PUT => {
                let sent = self.body(body).await?;
                let made = scim.replace(client, (kind, id), &sent, &conditions).await?;
                self.resource(StatusCode::OK, made)
            }
            Method::PATCH => {
                let sent = self.body(body).await?;
                let made = scim.patch(client, (kind, id), &sent, &conditions).await?;
                self.resource(StatusCode::OK, made)
            }
            Method::DELETE => {
                scim.delete(client, (kind, id), &conditions).await?;
                Ok(StatusCode::NO_CONTENT.into_response())
            }
            _ => Err(not_allowed()),
        }
    }

    fn only(&self, methods: &[Method]) -> ScimResult<()> {
        match methods.contains(&self.parts.method) {
            true => Ok(()),
            false => Err(not_allowed()),
        }
    }

    /// What the interface tells of itself; a filter there is refused (RFC 7644, section 4).
    fn discovered(&self, tell: impl FnOnce() -> ScimResult<Value>) -> ScimResult<Response> {
        self.only(&[Method::GET])?;
        if self.query()?.filter.is_some() {
            return Err(ScimError::forbidden("no filter here"));
        }
        Ok(scim_json(StatusCode::OK, &tell()?))
    }

    fn query(&self) -> ScimResult<Query> {
        let text = self.parts.uri.query().unwrap_or_default();
        let pairs = pairs_of(text)
            .ok_or_else(|| ScimError::typed(ScimType::InvalidValue, "unreadable parameters"))?;
        Query::of_pairs(pairs)
    }

    async fn list(&self, kinds: &[ResourceKind], query: Query) -> ScimResult<Response> {
        let list = self.scim.list(self.client, kinds, &query).await?;
        Ok(scim_json(StatusCode::OK, &list))
    }

    async fn search(&self, kinds: &[ResourceKind], body: Body) -> ScimResult<Response> {
        self.only(&[Method::POST])?;
        let request = self.body(body).await?;
        self.list(kinds, Query::of_body(&request)?).await
    }

    /// The body of the request as JSON.
    async fn body(&self, body: Body) -> ScimResult<Value> {
        let Ok(bytes) = to_bytes(body, BULK_BYTES_MAX).await else {
            let detail = format!("at most {BULK_BYTES_MAX} bytes");
            return Err(ScimError::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        };
        serde_json::from_slice(&bytes)
            .map_err(|_| ScimError::typed(ScimType::InvalidSyntax, "the body is no JSON"))
    }

    fn resource(&self, status: StatusCode, resource: Resource) -> ScimResult<Response> {
        let projection = self.query()?.projection;
        let shape = self.scim.schemas.shape(resource.kind);
        let body = projection.apply(resource.body.clone(), shape);
        let mut response = scim_json(status, &Value::Object(body));
        if status == StatusCode::CREATED
            && let Ok(location) = HeaderValue::from_str(&resource.location)
        {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Ok(with_version(response, &resource))
    }
}

fn not_allowed() -> ScimError {
    ScimError::new(StatusCode::METHOD_NOT_ALLOWED, "not for this path")
}

fn with_version(mut response: Response, resource: &Resource) -> Response {
    if let Ok(version) = HeaderValue::from_str(&resource.version) {
        response.headers_mut().insert(header::ETAG, version);
    }
    response
}

/// The pairs of a query string.
fn pairs_of(text: &str) -> Option<Vec<(String, String)>> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |text: &str| decoded(&text.replace('+', " "));
            Some((plain(name)?, plain(value)?))
        })
        .collect()
}

impl Scim {
    pub(crate) async fn get(
        &self,
        client: &Client,
        (kind, id): (ResourceKind, &str),
    ) -> ScimResult<Resource> {
        match kind {
            ResourceKind::User => self.user(client, id).await,
            ResourceKind::Group => self.group(client, id).await,
        }
    }

    pub(crate) async fn create(
        &self,
        client: &Client,
        kind: ResourceKind,
        sent: &Value,
    ) -> ScimResult<Resource> {
        match kind {
            ResourceKind::User => self.create_user(client, sent).await,
            ResourceKind::Group => self.create_group(client, sent).await,
        }
    }

    /// `/Me`: the user of the person who asks with a session or an access token. The token of
    /// a client belongs to no user. Persons change themselves in the self-service.
    async fn me(&self, parts: &Parts) -> ScimResult<Response> {
        if bearer(&parts.headers).is_some_and(|token| token.starts_with(TOKEN_PREFIX)) {
            self.client(&parts.headers, None).await?;
            return Err(ScimError::not_found("Me"));
        }
        let principal = self.identity.authenticate(parts).await?;
        let principal = principal.ok_or_else(|| {
            ScimError::new(StatusCode::UNAUTHORIZED, "a session or token is wanted")
        })?;
        if parts.method != Method::GET {
            return Err(not_allowed());
        }
        let account = self.identity.account(principal.account_id).await?;
        let resource = self.user_of(&account).await?;
        let location = HeaderValue::from_str(&resource.location).ok();
        let body = Value::Object(resource.body.clone());
        let mut response = scim_json(StatusCode::OK, &body);
        if let Some(location) = location {
            response
                .headers_mut()
                .insert(header::CONTENT_LOCATION, location);
        }
        Ok(with_version(response, &resource))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_decoded() {
        assert_eq!(decoded("a%20b%C3%A1"), Some("a bá".to_owned()));
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
        let pairs = pairs_of("filter=a+eq+%22b%2Bc%22&count=1&x").unwrap();
        assert_eq!(pairs.len(), 3);
        assert_eq!(pairs[0], ("filter".to_owned(), "a eq \"b+c\"".to_owned()));
    }
}
