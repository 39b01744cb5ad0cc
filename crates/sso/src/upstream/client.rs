//! How the platform proves itself to a provider: a secret, or a token signed with its own key.
//!
//! Owns: `Authentication`, the assertion, the published keys (`/sign-in/keys`).
//! Not here: the call itself (`answer.rs`).
//! Invariant: the keys of assertions are used for nothing else, so that no assertion can be
//! taken for a token of ours.
//! Follows: RFC 6749, section 2.3; RFC 7523, sections 2.2 and 3; OpenID Connect Core 1.0,
//! section 9.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Upstream,
    fetch::encode,
    kind::{ClientAuth, IdentityProvider},
    provider::Provider,
};
use crate::{
    keys::{Alg, JWKS_CACHE_S, Purpose, jws},
    upstream::error::{Error, Result},
};

/// Path of the published keys.
pub(super) const KEYS_PATH: &str = "/sign-in/keys";
/// The only assertion type (RFC 7523, section 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Life of an assertion: it is used at once.
const ASSERTION_LIFE_S: i64 = 60;

/// What a call carries to prove who makes it.
#[derive(Default)]
pub(super) struct Authentication {
    /// `Authorization`, if any.
    pub(super) header: Option<String>,
    /// Fields of the form.
    pub(super) fields: Vec<(&'static str, Zeroizing<String>)>,
}

impl Upstream {
    /// The proof for one call to the token endpoint of a provider.
    ///
    /// # Errors
    /// `sso.upstream.secret_missing`; `sso.key.unusable` as an internal error.
    pub(super) async fn authentication(
        &self,
        provider: &Provider,
        token_endpoint: &str,
    ) -> Result<Authentication> {
        let spec = &provider.spec;
        let id = || ("client_id", Zeroizing::new(spec.client_id.clone()));
        Ok(match spec.client_auth {
            ClientAuth::None => Authentication {
                fields: vec![id()],
                ..Authentication::default()
            },
            ClientAuth::ClientSecretPost => Authentication {
                fields: vec![
                    id(),
                    ("client_secret", self.client_secret(&provider.name).await?),
                ],
                ..Authentication::default()
            },
            ClientAuth::ClientSecretBasic => {
                let secret = self.client_secret(&provider.name).await?;
                // RFC 6749, section 2.3.1: both parts are form-encoded first.
                let pair = format!("{}:{}", encode(&spec.client_id), encode(&secret));
                Authentication {
                    header: Some(format!("Basic {}", STANDARD.encode(pair))),
                    ..Authentication::default()
                }
            }
            ClientAuth::PrivateKeyJwt => {
                let assertion = self.assertion(spec, token_endpoint).await?;
                Authentication {
                    fields: vec![
                        id(),
                        (
                            "client_assertion_type",
                            Zeroizing::new(ASSERTION_TYPE.to_owned()),
                        ),
                        ("client_assertion", Zeroizing::new(assertion)),
                    ],
                    ..Authentication::default()
                }
            }
        })
    }

    /// The audience is the address that the assertion is sent to: whoever receives it can use it
    /// nowhere else.
    async fn assertion(&self, spec: &IdentityProvider, token_endpoint: &str) -> Result<String> {
        let now_s = self.platform.clock.now().0 / 1_000;
        let claims = json!({
            "iss": spec.client_id, "sub": spec.client_id, "aud": token_endpoint,
            "jti": self.platform.ids.next().to_string(),
            "iat": now_s, "exp": now_s + ASSERTION_LIFE_S,
        });
        let key = self
            .keys
            .ensure(Purpose::Client, spec.client_auth_alg)
            .await;
        let key = key.map_err(internal)?;
        jws::sign(&key, "JWT", &claims).map_err(internal)
    }

    /// Makes the keys that providers want to see before the first sign-in.
    async fn make_client_keys(&self) -> Result<()> {
        let algs: Vec<Alg> = self
            .providers
            .all()
            .iter()
            .filter(|provider| provider.spec.client_auth == ClientAuth::PrivateKeyJwt)
            .map(|provider| provider.spec.client_auth_alg)
            .collect();
        for alg in Alg::ALL.into_iter().filter(|alg| algs.contains(alg)) {
            let made = self.keys.ensure(Purpose::Client, alg).await;
            made.map_err(internal)?;
        }
        Ok(())
    }
}

fn internal(error: crate::Error) -> Error {
    Error::Platform(error.into_platform())
}

/// The public keys of assertions: what providers register as `jwks_uri`.
pub(super) async fn published(State(upstream): State<Upstream>) -> Response {
    if let Err(error) = upstream.make_client_keys().await {
        tracing::warn!(%error, "keys for providers could not be made");
    }
    let mut response = axum::Json(upstream.keys.jwks(Purpose::Client)).into_response();
    let cached = format!("public, max-age={JWKS_CACHE_S}");
    if let Ok(cached) = HeaderValue::try_from(cached) {
        response.headers_mut().insert(header::CACHE_CONTROL, cached);
    }
    response
}
