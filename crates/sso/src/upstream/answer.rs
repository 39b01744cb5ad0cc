//! From a code to claims that are to be believed.
//!
//! Owns: `Answer`, redeeming the code, asking for the claims.
//! Not here: whose browser it is (`transaction.rs`), whose account (`linking.rs`).
//! Invariant: the subject of the claims is that of the verified id token.
//! Follows: OpenID Connect Core 1.0, sections 3.1.3 and 5.3; identity 8 (userinfo by POST).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Upstream,
    claims::Mapped,
    fetch::{Call, encode},
    id_token::{self, Expected},
    kind::{ClientAuth, UserinfoMethod},
    provider::Provider,
};
use crate::{
    keys::jws::Unverified,
    upstream::error::{Error, Result},
};

/// Longest code that is redeemed, in bytes.
const CODE_BYTES_MAX: usize = 4_096;
/// Claims of the protocol itself; a preview leaves them out.
const PROTOCOL_CLAIMS: &[&str] = &[
    "iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "jti", "sid",
];

/// What a provider told of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// Name of the provider.
    pub(crate) provider: String,
    /// The person's identifier there.
    pub(crate) subject: String,
    /// Its claims in our fields.
    pub(crate) mapped: Mapped,
    /// Level as the provider tells it.
    pub(crate) acr: Option<String>,
    /// Level here, by the table.
    pub(crate) level: u8,
}

/// An answer with the claims as they came.
pub(crate) struct Told {
    pub(crate) answer: Answer,
    pub(crate) claims: Map<String, Value>,
}

/// What came back from the provider, and what was sent to it.
pub(crate) struct Code<'a> {
    pub(crate) code: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) verifier: &'a str,
    pub(crate) nonce: &'a str,
}

struct Tokens {
    access: String,
    id: String,
}

impl Upstream {
    /// Redeems a code and gives what the provider tells.
    ///
    /// # Errors
    /// `sso.upstream.unreachable`, `sso.upstream.unreadable`, `sso.upstream.code_refused`,
    /// `sso.upstream.token_refused`, `sso.upstream.subject`.
    pub(crate) async fn redeem(&self, provider: &Provider, code: &Code<'_>) -> Result<Told> {
        if code.code.is_empty() || code.code.len() > CODE_BYTES_MAX {
            return Err(Error::CodeRefused);
        }
        let endpoints = self.providers.endpoints(provider).await?;
        let tokens = self.exchange(provider, &endpoints.token, code).await?;
        let token = Unverified::parse(&tokens.id).map_err(|_| Error::TokenRefused("form"))?;
        let kid = token.header.kid.clone();
        let keys = self
            .providers
            .keys(provider, &endpoints, kid.as_deref())
            .await?;
        let expected = Expected {
            spec: &provider.spec,
            nonce: code.nonce,
            access_token: &tokens.access,
            now: self.platform.clock.now(),
        };
        let verified = id_token::check(token, &keys, &expected)?;
        let mut claims = match verified {
            Value::Object(claims) => claims,
            _ => return Err(Error::TokenRefused("form")),
        };
        if provider.spec.userinfo_method != UserinfoMethod::None {
            let told = self
                .userinfo(provider, &endpoints.userinfo, &tokens.access)
                .await?;
            if told.get("sub") != claims.get("sub") {
                return Err(Error::SubjectDiffers);
            }
            // The protocol's own claims stay those of the signed token.
            let own = |name: &String| !PROTOCOL_CLAIMS.contains(&name.as_str()) && name != "acr";
            claims.extend(told.into_iter().filter(|(name, _)| own(name)));
        }
        Ok(told(provider, claims))
    }

    async fn exchange(
        &self,
        provider: &Provider,
        address: &str,
        code: &Code<'_>,
    ) -> Result<Tokens> {
        let spec = &provider.spec;
        let secret = match spec.client_auth {
            ClientAuth::None => None,
            _ => Some(self.client_secret(&provider.name).await?),
        };
        let secret = secret.as_deref().map_or("", String::as_str);
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.code),
            ("redirect_uri", code.redirect_uri),
        ];
        if spec.pkce {
            form.push(("code_verifier", code.verifier));
        }
        let mut authorization = None;
        match spec.client_auth {
            ClientAuth::ClientSecretBasic => {
                // RFC 6749, section 2.3.1: both parts are form-encoded first.
                let pair = format!("{}:{}", encode(&spec.client_id), encode(secret));
                authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
            }
            ClientAuth::ClientSecretPost => {
                form.push(("client_id", &spec.client_id));
                form.push(("client_secret", secret));
            }
            ClientAuth::None => form.push(("client_id", &spec.client_id)),
        }
        let call = Call {
            method: Method::POST,
            address,
            authorization,
            form,
            is_local_allowed: spec.allow_local_addresses,
            timeout_seconds: spec.timeout_seconds,
        };
        let (status, answer) = self.providers.fetcher.call(call).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        if status != 200 {
            let is_ours = text("error").is_some_and(|error| error == "invalid_client");
            return Err(if is_ours {
                Error::ClientRefused
            } else {
                Error::CodeRefused
            });
        }
        let is_bearer = text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        match (text("access_token"), text("id_token")) {
            (Some(access), Some(id)) if is_bearer => Ok(Tokens {
                access: access.to_owned(),
                id: id.to_owned(),
            }),
            _ => Err(Error::Unreadable("the answer lacks a token")),
        }
    }

    async fn userinfo(
        &self,
        provider: &Provider,
        address: &str,
        access_token: &str,
    ) -> Result<Map<String, Value>> {
        let call = Call {
            method: match provider.spec.userinfo_method {
                UserinfoMethod::Post => Method::POST,
                UserinfoMethod::Get | UserinfoMethod::None => Method::GET,
            },
            address,
            authorization: Some(format!("Bearer {access_token}")),
            form: Vec::new(),
            is_local_allowed: provider.spec.allow_local_addresses,
            timeout_seconds: provider.spec.timeout_seconds,
        };
        match self.providers.fetcher.call(call).await? {
            (200, Value::Object(claims)) => Ok(claims),
            _ => Err(Error::Unreadable("userinfo refused")),
        }
    }
}

/// Claims in our fields.
pub(crate) fn told(provider: &Provider, claims: Map<String, Value>) -> Told {
    let spec = &provider.spec;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let acr = text("acr");
    let subject = text("sub").unwrap_or_default();
    let map = spec.claims.completed(spec.profile);
    let whole = Value::Object(claims);
    let answer = Answer {
        provider: provider.name.clone(),
        subject,
        mapped: map.apply(&whole),
        level: spec.level_of(acr.as_deref()),
        acr,
    };
    let claims = match whole {
        Value::Object(claims) => claims,
        _ => Map::new(),
    };
    Told { answer, claims }
}

/// The claims that tell of the person.
pub(crate) fn personal(claims: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let is_personal = |name: &str| !PROTOCOL_CLAIMS.contains(&name);
    claims.iter().filter(move |(name, _)| is_personal(name))
}
