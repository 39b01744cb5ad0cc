//! Signing keys and compact signatures.
//!
//! Owns: making ES256 keys, the published set, signing right and wrong.
//! Not here: what is signed (`tokens.rs`).
//! Follows: RFC 7515, 7517, 7518.

use anyhow::anyhow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use ring::{digest, hmac};
use serde_json::{Value, json};

/// Bytes of an uncompressed P-256 point before its coordinates.
const POINT_HEAD_BYTES: usize = 1;
/// Bytes of one coordinate.
const COORDINATE_BYTES: usize = 32;

struct Key {
    id: String,
    pair: EcdsaKeyPair,
}

/// The key in use, and one that nobody ever sees.
pub(super) struct Keys {
    current: Key,
    hidden: Key,
}

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signing {
    /// With the published key.
    Right,
    /// With a key that is not published, under its own id.
    UnknownKey,
    /// With another key under the id of the published one.
    Forged,
    /// `alg` `none`, no signature.
    None,
    /// HMAC with the public key as its secret.
    Confused,
}

pub(super) fn random_text(bytes: usize) -> anyhow::Result<String> {
    let mut buffer = vec![0_u8; bytes];
    let filled = SystemRandom::new().fill(&mut buffer);
    filled.map_err(|_| anyhow!("no random bytes"))?;
    Ok(URL_SAFE_NO_PAD.encode(buffer))
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn sha256(text: &str) -> Vec<u8> {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().to_vec()
}

impl Key {
    fn new() -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random)
            .map_err(|_| anyhow!("no key could be made"))?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random)
            .map_err(|error| anyhow!("key: {error}"))?;
        Ok(Self {
            id: random_text(12)?,
            pair,
        })
    }

    fn public(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let (x, y) = point
            .get(POINT_HEAD_BYTES..)
            .and_then(|coordinates| coordinates.split_at_checked(COORDINATE_BYTES))
            .unwrap_or_default();
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id,
            "x": encode(x), "y": encode(y),
        })
    }

    fn sign(&self, text: &str) -> anyhow::Result<Vec<u8>> {
        let signed = self.pair.sign(&SystemRandom::new(), text.as_bytes());
        let signature = signed.map_err(|_| anyhow!("signing failed"))?;
        Ok(signature.as_ref().to_vec())
    }
}

impl Keys {
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            current: Key::new()?,
            hidden: Key::new()?,
        })
    }

    pub(super) fn rotate(&mut self) -> anyhow::Result<()> {
        self.current = Key::new()?;
        Ok(())
    }

    pub(super) fn published(&self) -> Value {
        json!({ "keys": [self.current.public()] })
    }

    /// A compact signature over `claims`.
    pub(super) fn sign(&self, claims: &Value, signing: Signing) -> anyhow::Result<String> {
        let (algorithm, id) = match signing {
            Signing::Right | Signing::Forged => ("ES256", &self.current.id),
            Signing::UnknownKey => ("ES256", &self.hidden.id),
            Signing::None => ("none", &self.current.id),
            Signing::Confused => ("HS256", &self.current.id),
        };
        let header = json!({ "alg": algorithm, "typ": "JWT", "kid": id });
        let part = |value: &Value| encode(value.to_string().as_bytes());
        let text = format!("{}.{}", part(&header), part(claims));
        let signature = match signing {
            Signing::Right => self.current.sign(&text)?,
            Signing::UnknownKey | Signing::Forged => self.hidden.sign(&text)?,
            Signing::None => Vec::new(),
            Signing::Confused => {
                let secret = self.current.public().to_string();
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
        };
        Ok(format!("{text}.{}", encode(&signature)))
    }
}
