//! One key pair that signs.
//!
//! Owns: `SigningKey`.
//! Not here: which key signs now (`mod.rs`), how a token is put together (`jws.rs`).
//! Follows: RFC 7518, section 3; RFC 8037, section 3.1.

use lgsp_platform::error::Error as PlatformError;
use ring::{
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256,
    },
};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Alg, der, jwk::PublicKey};
use crate::error::{Error, Result};

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(rsa::KeyPair),
}

/// A key pair with its identifier. The private part cannot be read back, except as the
/// PKCS #8 form of an RSA key, which a library for XML signatures needs.
pub struct SigningKey {
    alg: Alg,
    kid: String,
    pair: Pair,
    public: PublicKey,
    pkcs8: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Opens a key pair from PKCS #8.
    ///
    /// # Errors
    /// `sso.key.unusable`.
    pub fn open(alg: Alg, pkcs8: &[u8]) -> Result<Self> {
        let random = SystemRandom::new();
        let unusable = |_| Error::KeyUnusable { alg: alg.as_str() };
        let (pair, public) = match alg {
            Alg::Es256 => {
                let signing = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8, &random).map_err(unusable)?;
                let public = PublicKey::from_point(pair.public_key().as_ref());
                (Pair::Es256(pair), public)
            }
            Alg::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(unusable)?;
                let public = PublicKey::from_ed25519(pair.public_key().as_ref());
                (Pair::EdDsa(pair), public)
            }
            Alg::Rs256 => {
                let pair = rsa::KeyPair::from_pkcs8(pkcs8).map_err(unusable)?;
                let parts: rsa::PublicKeyComponents<Vec<u8>> = pair.public().into();
                let public = PublicKey::from_rsa(parts.n, parts.e);
                (Pair::Rs256(pair), public)
            }
        };
        let public = public.ok_or(Error::KeyUnusable { alg: alg.as_str() })?;
        Ok(Self {
            alg,
            kid: public.thumbprint(),
            pair,
            public,
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
        })
    }

    /// Its algorithm.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// Its identifier: the RFC 7638 thumbprint.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Its public part.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Its public part as a JWK with `kid`, `use` and `alg`.
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        let mut jwk = self.public.to_jwk();
        if let Some(members) = jwk.as_object_mut() {
            members.insert("kid".to_owned(), self.kid.clone().into());
            members.insert("use".to_owned(), "sig".into());
            members.insert("alg".to_owned(), self.alg.as_str().into());
        }
        jwk
    }

    /// The signature of `message`, in the form that JWS carries (for RS256 also the form of
    /// XML signatures).
    ///
    /// # Errors
    /// `platform.secret.unreadable` when the machine gives no random bytes.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Es256(pair) => pair
                .sign(&random, message)
                .map_err(PlatformError::from)?
                .as_ref()
                .to_vec(),
            Pair::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(PlatformError::from)?;
                signature
            }
        };
        Ok(signature)
    }

    /// The PKCS #8 form of the pair, for the signer of XML and its certificate.
    #[must_use]
    pub fn pkcs8_der(&self) -> &Zeroizing<Vec<u8>> {
        &self.pkcs8
    }

    /// The SubjectPublicKeyInfo of an RSA key; `None` for other keys.
    #[must_use]
    pub fn rsa_spki_der(&self) -> Option<Vec<u8>> {
        match &self.public {
            PublicKey::Rsa { n, e } => Some(der::rsa_spki(n, e)),
            PublicKey::P256 { .. } | PublicKey::Ed25519 { .. } => None,
        }
    }
}
