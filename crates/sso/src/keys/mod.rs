//! Signing keys (khoá ký): life cycle, rotation, JWS and JWK.
//!
//! Owns: the handle `Keys`, the tables of keys, what is published of them.
//! Not here: what is signed (each protocol), certificates of SAML (`saml/`).
//! Invariant: of each purpose and algorithm at most one key is active and at most one is next;
//! a private key leaves the vault only into `SigningKey`.
//! Follows: design document "Identity", section 2.9; RFC 7515, RFC 7517, RFC 7638.

mod cycle;
mod der;
mod facts;
pub mod fuzz;
pub mod jwk;
pub mod jws;
mod make;
mod routes;
mod signer;
mod table;

use std::sync::Arc;

use arc_swap::ArcSwap;
use lgsp_model::Timestamp;
use lgsp_platform::{Platform, module::Permission, registry::Labels};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::error::{Error, Result};

pub use cycle::JWKS_CACHE_S;
pub(crate) use make::SystemSource;
pub(crate) use routes::router;
pub use signer::SigningKey;
pub(crate) use table::MIGRATIONS;

/// Seeing the signing keys.
pub const KEY_READ: &str = "sso.key.read";
/// Replacing a signing key by its successor.
pub const KEY_ROTATE: &str = "sso.key.rotate";

/// Permissions of this folder.
pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission {
        name: KEY_READ,
        labels: Labels {
            vi: "Xem khoá ký",
            en: "See signing keys",
        },
    },
    Permission {
        name: KEY_ROTATE,
        labels: Labels {
            vi: "Thay khoá ký",
            en: "Rotate signing keys",
        },
    },
];

/// An algorithm with which the platform signs.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    utoipa::ToSchema,
)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    #[schemars(extend("x-label" = {"vi": "ES256", "en": "ES256"}))]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    #[schemars(extend("x-label" = {"vi": "EdDSA", "en": "EdDSA"}))]
    EdDsa,
    /// RSA, PKCS #1 v1.5, with SHA-256.
    #[serde(rename = "RS256")]
    #[schemars(extend("x-label" = {"vi": "RS256", "en": "RS256"}))]
    Rs256,
}

impl Alg {
    /// All algorithms.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// The name that JOSE gives it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == text)
    }
}

/// What a key is for; keys of one purpose are never used for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Tokens of OpenID Connect and OAuth 2.
    Token,
    /// Assertions and metadata of SAML.
    Saml,
    /// Assertions with which the platform proves itself to providers of others.
    Client,
}

impl Purpose {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Saml => "saml",
            Self::Client => "client",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Token, Self::Saml, Self::Client]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, not used yet.
    Next,
    /// Signs.
    Active,
    /// Published, so that what it signed can be checked; signs no more.
    Retired,
    /// Gone; the row stays as evidence.
    Destroyed,
}

impl KeyState {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Destroyed => "destroyed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired, Self::Destroyed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A key without its private part.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct KeyInfo {
    /// Identifier in signatures: the RFC 7638 thumbprint.
    pub kid: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Algorithm.
    pub alg: Alg,
    /// Where it stands.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began to sign.
    pub activated_at: Option<Timestamp>,
    /// When it ceased to sign.
    pub retired_at: Option<Timestamp>,
    /// When its private part was destroyed.
    pub destroyed_at: Option<Timestamp>,
}

/// A published key with its place in the life cycle.
#[derive(Clone)]
struct Held {
    info: KeyInfo,
    key: Arc<SigningKey>,
}

/// The published keys at one moment.
#[derive(Default)]
struct Ring {
    keys: Vec<Held>,
}

/// Handle to the signing keys; cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Parts>);

struct Parts {
    platform: Platform,
    held: ArcSwap<Ring>,
    /// One key is made at a time in this process.
    making: Mutex<()>,
}

impl Keys {
    /// Reads the keys, makes those of ES256 and EdDSA that are missing, and keeps them turning.
    ///
    /// RSA keys are made when first asked for ([`Keys::ensure`]), because making one takes
    /// seconds.
    ///
    /// # Errors
    /// `platform.database.failed`, `platform.secret.unreadable`, `sso.key.unusable`.
    pub async fn start(platform: &Platform) -> Result<Self> {
        let keys = Self(Arc::new(Parts {
            platform: platform.clone(),
            held: ArcSwap::default(),
            making: Mutex::new(()),
        }));
        keys.reload().await?;
        for alg in [Alg::Es256, Alg::EdDsa] {
            keys.ensure(Purpose::Token, alg).await?;
        }
        cycle::start(&keys);
        Ok(keys)
    }

    /// The key that signs now.
    ///
    /// # Errors
    /// `sso.key.missing` when no key of this kind was made yet; see [`Keys::ensure`].
    pub fn active(&self, purpose: Purpose, alg: Alg) -> Result<Arc<SigningKey>> {
        let held = self.0.held.load();
        held.keys
            .iter()
            .find(|held| {
                held.info.state == KeyState::Active
                    && held.info.purpose == purpose
                    && held.info.alg == alg
            })
            .map(|held| held.key.clone())
            .ok_or(Error::KeyMissing { alg: alg.as_str() })
    }

    /// The key that signs now, made if there is none.
    ///
    /// # Errors
    /// `platform.database.failed`, `sso.key.unusable`.
    pub async fn ensure(&self, purpose: Purpose, alg: Alg) -> Result<Arc<SigningKey>> {
        if let Ok(key) = self.active(purpose, alg) {
            return Ok(key);
        }
        let making = self.0.making.lock().await;
        if self.active(purpose, alg).is_err() {
            cycle::first(self, purpose, alg).await?;
        }
        drop(making);
        self.active(purpose, alg)
    }

    /// A published key by its identifier: next, active or retired.
    #[must_use]
    pub fn find(&self, purpose: Purpose, kid: &str) -> Option<Arc<SigningKey>> {
        let held = self.0.held.load();
        held.keys
            .iter()
            .find(|held| held.info.purpose == purpose && held.info.kid == kid)
            .map(|held| held.key.clone())
    }

    /// The published keys of a purpose: active ones first, then next, then retired.
    #[must_use]
    pub fn published(&self, purpose: Purpose) -> Vec<(KeyState, Arc<SigningKey>)> {
        let held = self.0.held.load();
        let mut found: Vec<(KeyState, Arc<SigningKey>)> = held
            .keys
            .iter()
            .filter(|held| held.info.purpose == purpose)
            .map(|held| (held.info.state, held.key.clone()))
            .collect();
        found.sort_by_key(|(state, _)| match state {
            KeyState::Active => 0,
            KeyState::Next => 1,
            KeyState::Retired => 2,
            KeyState::Destroyed => 3,
        });
        found
    }

    /// The JWK Set of a purpose (RFC 7517, section 5).
    #[must_use]
    pub fn jwks(&self, purpose: Purpose) -> Value {
        let keys: Vec<Value> = self
            .published(purpose)
            .iter()
            .map(|(_, key)| key.public_jwk())
            .collect();
        serde_json::json!({ "keys": keys })
    }

    /// Reads the published keys again; known ones keep their opened private part.
    ///
    /// # Errors
    /// `platform.database.failed`, `platform.secret.unreadable`.
    pub(crate) async fn reload(&self) -> Result<()> {
        let db = &self.0.platform.db;
        let known = self.0.held.load_full();
        let mut keys = Vec::new();
        let mut secrets = None;
        for info in table::published(db).await? {
            let opened = known.keys.iter().find(|held| held.info.kid == info.kid);
            if let Some(held) = opened {
                keys.push(Held {
                    info,
                    key: held.key.clone(),
                });
                continue;
            }
            if secrets.is_none() {
                let now = self.0.platform.clock.now();
                secrets = Some(self.0.platform.vault.open_all(table::OWNER, now).await?);
            }
            let secret = secrets
                .iter()
                .flatten()
                .find(|secret| secret.owner == info.kid);
            if let Some(secret) = secret {
                let key = Arc::new(SigningKey::open(info.alg, &secret.value)?);
                keys.push(Held { info, key });
            }
        }
        self.0.held.store(Arc::new(Ring { keys }));
        Ok(())
    }
}
