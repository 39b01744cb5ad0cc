//! Keys of clients: from their specification, or fetched from their address.
//!
//! Owns: `ClientKeys`, and fetching small documents from clients' addresses.
//! Invariant: an address is asked at most once in 30 s, without redirects, with a ceiling, and
//! not when it leads to the inside of the machine (unless the installation is a demo on it).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    http::client::{check_host, read_limited},
};
use reqwest::Url;
use serde_json::Value;

use super::snapshot::Client;
use crate::{
    keys::{
        Alg,
        jwk::{Jwk, PublicKey},
    },
    oidc::limits::{FETCH_BYTES_MAX, JWKS_KEPT_MS, JWKS_REFETCH_MS},
};

/// Key sets that are remembered; past it all are fetched again.
const SETS_MAX: usize = 1_000;
/// Keys that are tried for a token without `kid`.
const TRIED_MAX: usize = 4;

struct Fetched {
    keys: Arc<Vec<Jwk>>,
    at: Timestamp,
}

/// Finds the keys of clients.
pub(in crate::oidc) struct ClientKeys {
    platform: Platform,
    http: reqwest::Client,
    is_local_allowed: bool,
    fetched: Mutex<HashMap<String, Fetched>>,
}

impl ClientKeys {
    pub(in crate::oidc) fn new(
        platform: &Platform,
        is_local_allowed: bool,
    ) -> lgsp_platform::Result<Self> {
        Ok(Self {
            platform: platform.clone(),
            http: lgsp_platform::http::client::client()?,
            is_local_allowed,
            fetched: Mutex::default(),
        })
    }

    /// Whether clients on the machine itself may be called.
    pub(in crate::oidc) fn is_local_allowed(&self) -> bool {
        self.is_local_allowed
    }

    /// Keys of a client that may have made a signature with this header.
    pub(in crate::oidc) async fn candidates(
        &self,
        client: &Client,
        kid: Option<&str>,
        alg: Alg,
    ) -> Vec<PublicKey> {
        let fits = |jwk: &&Jwk| {
            jwk.key.alg() == alg
                && kid.is_none_or(|kid| jwk.kid.as_deref().is_none_or(|known| known == kid))
        };
        let pick = |keys: &[Jwk]| -> Vec<PublicKey> {
            let found = keys.iter().filter(fits).take(TRIED_MAX);
            found.map(|jwk| jwk.key.clone()).collect()
        };
        let Some(address) = &client.spec.jwks_uri else {
            return pick(&client.keys);
        };
        let now = self.platform.clock.now();
        let known = self.known(address);
        let age_ms = known.as_ref().map(|(_, at)| now.since(*at));
        if let Some((keys, _)) = &known {
            let found = pick(keys);
            let is_kept = age_ms.is_some_and(|age| age < JWKS_KEPT_MS);
            let is_recent = age_ms.is_some_and(|age| age < JWKS_REFETCH_MS);
            if (is_kept && !found.is_empty()) || is_recent {
                return found;
            }
        }
        match self.fetch_json(address).await {
            Some(set) => {
                let keys = Arc::new(Jwk::parse_set(&set));
                self.keep(address, keys.clone(), now);
                pick(&keys)
            }
            None => known.map(|(keys, _)| pick(&keys)).unwrap_or_default(),
        }
    }

    /// All keys of a client; those of an address as they are known, or else fetched.
    pub(super) async fn all(&self, client: &Client) -> Vec<Jwk> {
        let Some(address) = &client.spec.jwks_uri else {
            return client.keys.clone();
        };
        let now = self.platform.clock.now();
        let known = self.known(address);
        let fresh = known
            .as_ref()
            .filter(|(_, at)| now.since(*at) < JWKS_REFETCH_MS);
        if let Some((keys, _)) = fresh {
            return keys.to_vec();
        }
        match self.fetch_json(address).await {
            Some(set) => {
                let keys = Arc::new(Jwk::parse_set(&set));
                self.keep(address, keys.clone(), now);
                keys.to_vec()
            }
            None => known.map(|(keys, _)| keys.to_vec()).unwrap_or_default(),
        }
    }

    fn known(&self, address: &str) -> Option<(Arc<Vec<Jwk>>, Timestamp)> {
        let fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        let found = fetched.get(address)?;
        Some((found.keys.clone(), found.at))
    }

    fn keep(&self, address: &str, keys: Arc<Vec<Jwk>>, at: Timestamp) {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if fetched.len() >= SETS_MAX {
            fetched.clear();
        }
        fetched.insert(address.to_owned(), Fetched { keys, at });
    }

    /// A JSON document of a client's address.
    pub(in crate::oidc) async fn fetch_json(&self, address: &str) -> Option<Value> {
        serde_json::from_slice(&self.fetch(address).await?).ok()
    }

    /// A small document of a client's address.
    pub(in crate::oidc) async fn fetch(&self, address: &str) -> Option<Vec<u8>> {
        match self.try_fetch(address).await {
            Ok(body) => Some(body),
            Err(error) => {
                tracing::info!(%error, "an address of a client could not be read");
                None
            }
        }
    }

    async fn try_fetch(&self, address: &str) -> lgsp_platform::Result<Vec<u8>> {
        let broken = |text: String| lgsp_platform::Error::BadRequest(text);
        let url = Url::parse(address).map_err(|error| broken(error.to_string()))?;
        check_host(&url, self.is_local_allowed).await?;
        let answer = self
            .http
            .get(url)
            .header("accept", "application/json")
            .send()
            .await
            .map_err(|error| broken(error.without_url().to_string()))?;
        if !answer.status().is_success() {
            return Err(broken(format!("status {}", answer.status())));
        }
        read_limited(answer, FETCH_BYTES_MAX).await
    }
}
