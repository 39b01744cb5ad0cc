//! A provider as it can be called: endpoints and keys, read once and kept for a while.
//!
//! Owns: `Providers`, reading the configuration document, the keys and when they are read again.
//! Not here: the specification (`kind/`), tokens (`id_token.rs`).
//! Invariant: the issuer of the document is byte for byte the configured one; an unknown key
//! makes us read the keys again, but at most once in 30 seconds.
//! Follows: OpenID Connect Discovery 1.0, sections 4.1 to 4.3; RFC 9207; identity 2.2, 8.

use std::{collections::HashMap, sync::Arc};

use lgsp_model::Timestamp;
use lgsp_platform::Platform;
use reqwest::Method;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{
    fetch::{Accept, Call, Fetcher},
    kind::{IdentityProvider, UserinfoMethod},
};
use crate::{
    keys::jwk::Jwk,
    upstream::error::{Error, Result},
};

/// How long a configuration document is believed.
const DISCOVERY_LIFE_MS: i64 = 3_600_000;
/// How long keys are believed.
const KEYS_LIFE_MS: i64 = 3_600_000;
/// Pause between two readings of the keys for unknown ones.
pub(crate) const KEYS_PAUSE_MS: i64 = 30_000;

/// Where a provider is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoints {
    pub(crate) authorization: String,
    pub(crate) token: String,
    pub(crate) userinfo: String,
    pub(crate) jwks: String,
    /// Whether the provider says who it is when it sends a browser back (RFC 9207).
    pub(crate) tells_issuer: bool,
}

#[derive(Default)]
struct Known {
    /// Revision of the specification that the rest was read for.
    revision: i64,
    endpoints: Option<(Endpoints, Timestamp)>,
    keys: Option<(Vec<Jwk>, Timestamp)>,
}

/// A provider by name, as of one revision of its specification.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) revision: i64,
    pub(crate) spec: IdentityProvider,
}

/// What is known of all providers.
#[derive(Clone)]
pub(crate) struct Providers {
    platform: Platform,
    pub(crate) fetcher: Fetcher,
    known: Arc<Mutex<HashMap<String, Arc<Mutex<Known>>>>>,
}

impl Providers {
    pub(crate) fn new(platform: &Platform, fetcher: Fetcher) -> Self {
        Self {
            platform: platform.clone(),
            fetcher,
            known: Arc::default(),
        }
    }

    /// The provider of this name.
    ///
    /// # Errors
    /// `sso.upstream.provider_unknown`.
    pub(crate) fn find(&self, name: &str) -> Result<Provider> {
        let snapshot = self.platform.registry.snapshot();
        let unknown = || Error::ProviderUnknown;
        let resource = snapshot
            .get(super::KIND, name)
            .cloned()
            .ok_or_else(unknown)?;
        let spec = serde_json::from_value(resource.spec.clone()).map_err(|_| unknown())?;
        Ok(Provider {
            name: name.to_owned(),
            revision: resource.revision,
            spec,
        })
    }

    /// All providers, in no order.
    pub(crate) fn all(&self) -> Vec<Provider> {
        let snapshot = self.platform.registry.snapshot();
        let names = snapshot.of_kind(super::KIND).map(|found| &found.name);
        names.filter_map(|name| self.find(name).ok()).collect()
    }

    /// All providers that may be used, in the order of their buttons.
    pub(crate) fn enabled(&self) -> Vec<Provider> {
        let mut providers = self.all();
        providers.retain(|provider| provider.spec.enabled);
        providers.sort_by(|one, two| (one.spec.order, &one.name).cmp(&(two.spec.order, &two.name)));
        providers
    }

    async fn known(&self, provider: &Provider) -> Arc<Mutex<Known>> {
        let mut all = self.known.lock().await;
        all.entry(provider.name.clone()).or_default().clone()
    }

    /// Forgets what was read of a provider, so that it is read now.
    pub(crate) async fn forget(&self, name: &str) {
        self.known.lock().await.remove(name);
    }

    /// Where the provider is called.
    ///
    /// # Errors
    /// `sso.upstream.unreachable`, `sso.upstream.unreadable`, `sso.upstream.issuer`.
    pub(crate) async fn endpoints(&self, provider: &Provider) -> Result<Endpoints> {
        let spec = &provider.spec;
        if spec.is_explicit() {
            return Ok(Endpoints {
                authorization: spec.authorization_endpoint.clone(),
                token: spec.token_endpoint.clone(),
                userinfo: spec.userinfo_endpoint.clone(),
                jwks: spec.jwks_uri.clone(),
                tells_issuer: false,
            });
        }
        let now = self.platform.clock.now();
        let known = self.known(provider).await;
        let mut known = known.lock().await;
        known.follow(provider.revision);
        if let Some((endpoints, read_at)) = &known.endpoints
            && now.since(*read_at) < DISCOVERY_LIFE_MS
        {
            return Ok(endpoints.clone());
        }
        let endpoints = self.discover(spec).await?;
        known.endpoints = Some((endpoints.clone(), now));
        Ok(endpoints)
    }

    async fn discover(&self, spec: &IdentityProvider) -> Result<Endpoints> {
        let base = spec.issuer.trim_end_matches('/');
        let address = format!("{base}/.well-known/openid-configuration");
        let document = self.get(&address, spec).await?;
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        if text("issuer") != Some(spec.issuer.as_str()) {
            return Err(Error::IssuerDiffers);
        }
        let endpoint = |name: &str| {
            let found = text(name).unwrap_or_default();
            let is_usable = found.starts_with("https://")
                || (spec.allow_local_addresses && found.starts_with("http://"));
            match is_usable {
                true => Ok(found.to_owned()),
                false => Err(Error::Unreadable("the configuration lacks an endpoint")),
            }
        };
        let userinfo = match spec.userinfo_method {
            UserinfoMethod::None => String::new(),
            UserinfoMethod::Get | UserinfoMethod::Post => endpoint("userinfo_endpoint")?,
        };
        let flag = "authorization_response_iss_parameter_supported";
        Ok(Endpoints {
            authorization: endpoint("authorization_endpoint")?,
            token: endpoint("token_endpoint")?,
            userinfo,
            jwks: endpoint("jwks_uri")?,
            tells_issuer: document.get(flag) == Some(&Value::Bool(true)),
        })
    }

    async fn get(&self, address: &str, spec: &IdentityProvider) -> Result<Value> {
        let call = Call {
            method: Method::GET,
            address,
            authorization: None,
            accept: Accept::Json,
            form: Vec::new(),
            is_local_allowed: spec.allow_local_addresses,
            timeout_seconds: spec.timeout_seconds,
        };
        match self.fetcher.call(call).await? {
            (200, value) => Ok(value),
            (status, _) => Err(Error::Unreachable(format!("HTTP status {status}"))),
        }
    }

    /// The keys among which one of this identifier may be; read again when none is, but not
    /// more often than [`KEYS_PAUSE_MS`] allows.
    ///
    /// # Errors
    /// `sso.upstream.unreachable`, `sso.upstream.unreadable`.
    pub(crate) async fn keys(
        &self,
        provider: &Provider,
        endpoints: &Endpoints,
        kid: Option<&str>,
    ) -> Result<Vec<Jwk>> {
        let now = self.platform.clock.now();
        let known = self.known(provider).await;
        let mut known = known.lock().await;
        known.follow(provider.revision);
        if let Some((keys, read_at)) = &known.keys {
            let age_ms = now.since(*read_at);
            let has_key =
                kid.is_none_or(|kid| keys.iter().any(|key| key.kid.as_deref() == Some(kid)));
            if age_ms < KEYS_PAUSE_MS || (has_key && age_ms < KEYS_LIFE_MS) {
                return Ok(keys.clone());
            }
        }
        let set = self.get(&endpoints.jwks, &provider.spec).await?;
        let keys = Jwk::parse_set(&set);
        known.keys = Some((keys.clone(), now));
        Ok(keys)
    }
}

impl Known {
    /// Forgets what was read for another specification.
    fn follow(&mut self, revision: i64) {
        if self.revision != revision {
            *self = Self {
                revision,
                ..Self::default()
            };
        }
    }
}
