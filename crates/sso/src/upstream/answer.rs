//! From a code to claims that are to be believed.
//!
//! Owns: `Answer`, redeeming the code, asking for the claims.
//! Not here: how the platform proves itself (`client.rs`), whose browser it is
//! (`transaction.rs`), whose account (`linking.rs`).
//! Invariant: the subject of the claims is that of the verified id token.
//! Follows: OpenID Connect Core 1.0, sections 3.1.3 and 5.3; identity 8 (userinfo by POST).

use lgsp_model::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Upstream,
    claims::Mapped,
    fetch::{Accept, Answered, Call},
    id_token::{self, Expected},
    kind::UserinfoMethod,
    provider::{Endpoints, Provider},
};
use crate::{
    keys::jws::Unverified,
    upstream::error::{Error, Result},
};

/// Longest code that is redeemed, in bytes.
const CODE_BYTES_MAX: usize = 4_096;
/// Claims of the protocol itself; a preview leaves them out.
const PROTOCOL_CLAIMS: &[&str] = &[
    "iss",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "nonce",
    "at_hash",
    "c_hash",
    "jti",
    "sid",
    "auth_time",
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
    /// When the person last proved itself there, as the provider tells it.
    #[serde(default)]
    pub(crate) auth_at: Option<Timestamp>,
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
            let told = self.userinfo(provider, &endpoints, &tokens.access).await?;
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
        let proof = self.authentication(provider, address).await?;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.code),
            ("redirect_uri", code.redirect_uri),
        ];
        if spec.pkce {
            form.push(("code_verifier", code.verifier));
        }
        let fields = proof.fields.iter();
        form.extend(fields.map(|(name, value)| (*name, value.as_str())));
        let call = Call {
            method: Method::POST,
            address,
            authorization: proof.header,
            accept: Accept::Json,
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

    /// The claims that the provider tells beside the id token, signed or not.
    async fn userinfo(
        &self,
        provider: &Provider,
        endpoints: &Endpoints,
        access_token: &str,
    ) -> Result<Map<String, Value>> {
        let spec = &provider.spec;
        let call = Call {
            method: match spec.userinfo_method {
                UserinfoMethod::Post => Method::POST,
                UserinfoMethod::Get | UserinfoMethod::None => Method::GET,
            },
            address: &endpoints.userinfo,
            authorization: Some(format!("Bearer {access_token}")),
            accept: match spec.userinfo_signed {
                true => Accept::Jwt,
                false => Accept::Json,
            },
            form: Vec::new(),
            is_local_allowed: spec.allow_local_addresses,
            timeout_seconds: spec.timeout_seconds,
        };
        let answered = self.providers.fetcher.ask(call).await?;
        if answered.status != 200 {
            return Err(Error::Unreadable("userinfo refused"));
        }
        let told = match (answered.is_jwt, spec.userinfo_signed) {
            (true, _) => self.signed_claims(provider, endpoints, &answered).await?,
            (false, true) => return Err(Error::Unreadable("userinfo is not signed")),
            (false, false) => answered.json()?,
        };
        match told {
            Value::Object(claims) => Ok(claims),
            _ => Err(Error::Unreadable("userinfo is no object")),
        }
    }

    async fn signed_claims(
        &self,
        provider: &Provider,
        endpoints: &Endpoints,
        answered: &Answered,
    ) -> Result<Value> {
        let text = std::str::from_utf8(&answered.body);
        let text = text.map_err(|_| Error::TokenRefused("userinfo form"))?;
        let token = Unverified::parse(text.trim());
        let token = token.map_err(|_| Error::TokenRefused("userinfo form"))?;
        let kid = token.header.kid.clone();
        let keys = self
            .providers
            .keys(provider, endpoints, kid.as_deref())
            .await?;
        id_token::check_userinfo(token, &keys, &provider.spec, self.platform.clock.now())
    }
}

/// Claims in our fields.
pub(crate) fn told(provider: &Provider, claims: Map<String, Value>) -> Told {
    let spec = &provider.spec;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let acr = text("acr");
    let subject = text("sub").unwrap_or_default();
    let auth_at = claims.get("auth_time").and_then(id_token::seconds);
    let map = spec.claims.completed(spec.profile);
    let whole = Value::Object(claims);
    let answer = Answer {
        provider: provider.name.clone(),
        subject,
        mapped: map.apply(&whole),
        level: spec.level_of(acr.as_deref()),
        auth_at: auth_at.map(|at_s| Timestamp(at_s.saturating_mul(1_000))),
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
