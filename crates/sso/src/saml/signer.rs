//! The platform's keys in the role of a SAML signer.
//!
//! Owns: `PlatformSigner`, its certificates.
//! Not here: the keys and their life cycle (`keys/`).
//! Invariant: a key has one certificate, the same on every node and after each start.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::signature::{Method, SignatureFault, Signer, certificate};
use crate::{
    error::Result,
    keys::{Alg, KeyState, Keys, Purpose, SigningKey},
};

/// A key of the platform with its certificate.
#[derive(Debug)]
pub(crate) struct PlatformSigner {
    key: Arc<SigningKey>,
    certificate: Vec<u8>,
}

impl Signer for PlatformSigner {
    fn method(&self) -> Method {
        Method::RsaSha256
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureFault> {
        self.key.sign(message).map_err(|_| SignatureFault::Unusable)
    }

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }
}

/// The signers that there are.
pub(crate) struct Signers {
    keys: Keys,
    common_name: String,
    known: Mutex<HashMap<String, Arc<PlatformSigner>>>,
}

impl Signers {
    /// Signers with certificates of this name.
    pub(crate) fn new(keys: Keys, common_name: &str) -> Self {
        Self {
            keys,
            common_name: common_name.to_owned(),
            known: Mutex::default(),
        }
    }

    /// The one that signs now.
    pub(crate) async fn active(&self) -> Result<Arc<PlatformSigner>> {
        let key = self.keys.ensure(Purpose::Saml, Alg::Rs256).await?;
        self.of(key)
    }

    /// Certificates of the keys that sign now or next, and of those whose signatures are young.
    pub(crate) async fn certificates(&self) -> Result<Vec<Vec<u8>>> {
        self.active().await?;
        let published = self.keys.published(Purpose::Saml);
        published
            .into_iter()
            .filter(|(state, key)| *state != KeyState::Destroyed && key.alg() == Alg::Rs256)
            .map(|(_, key)| Ok(self.of(key)?.certificate.clone()))
            .collect()
    }

    fn of(&self, key: Arc<SigningKey>) -> Result<Arc<PlatformSigner>> {
        let kid = key.kid().to_owned();
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(signer) = known.get(&kid) {
                return Ok(signer.clone());
            }
        }
        let certificate = self.card(&key).map_err(super::refused)?;
        let signer = Arc::new(PlatformSigner { key, certificate });
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(kid, signer.clone());
        Ok(signer)
    }

    fn card(&self, key: &SigningKey) -> Result<Vec<u8>, SignatureFault> {
        let info = key.rsa_spki_der().ok_or(SignatureFault::Unusable)?;
        let public = certificate::key_of_info(&info)?;
        let sign = |bytes: &[u8]| key.sign(bytes).map_err(|_| SignatureFault::Unusable);
        certificate::self_signed(&public, &self.common_name, Method::RsaSha256, sign)
    }
}
