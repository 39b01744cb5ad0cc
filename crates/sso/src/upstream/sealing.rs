//! Citizen numbers and answers of providers at rest: sealed, and findable by a keyed hash.
//!
//! Owns: `Sealing`.
//! Not here: the rows (`tables.rs`).
//! Invariant: keys come from the vault, which envelopes them; what is sealed is bound to the row
//! it belongs to; a hash without the key tells nothing, although citizen numbers are few.
//! Follows: NIST SP 800-38D; regulation R76.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_platform::{Platform, clock::random_bytes};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::upstream::error::Result;

/// Name of the vault's key that seals.
const SEAL_KEY: &str = "sso citizen seal";
/// Name of the vault's key that hashes.
const INDEX_KEY: &str = "sso citizen index";

/// Seals, opens and hashes.
#[derive(Clone)]
pub(crate) struct Sealing {
    seal: Arc<LessSafeKey>,
    index: Arc<hmac::Key>,
}

impl Sealing {
    /// With the keys of the vault, made at the first start.
    ///
    /// # Errors
    /// `platform.secret.unreadable`, `platform.database.failed`.
    pub(crate) async fn open(platform: &Platform) -> Result<Self> {
        let now = platform.clock.now();
        let seal = platform.vault.key(SEAL_KEY, now).await?;
        let index = platform.vault.key(INDEX_KEY, now).await?;
        let unbound = UnboundKey::new(&AES_256_GCM, &seal).map_err(lgsp_platform::Error::from)?;
        Ok(Self {
            seal: Arc::new(LessSafeKey::new(unbound)),
            index: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &index)),
        })
    }

    /// The keyed hash of a text for one use.
    pub(crate) fn hash(&self, usage: &str, text: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(usage.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        context.sign().as_ref().to_vec()
    }

    /// A user name that follows from provider and subject, and tells nothing of either.
    pub(crate) fn username(&self, provider: &str, subject: &str) -> String {
        let hash = self.hash("username", &format!("{provider}\0{subject}"));
        let text: String = URL_SAFE_NO_PAD
            .encode(hash)
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(16)
            .collect();
        format!("cd-{text}")
    }

    /// Seals a text for the row of this id.
    ///
    /// # Errors
    /// `platform.secret.unreadable` when the machine gives no random bytes.
    pub(crate) fn seal(&self, row: Uuid, text: &[u8]) -> Result<Vec<u8>> {
        let nonce = random_bytes::<NONCE_LEN>().map_err(lgsp_platform::Error::from)?;
        let mut sealed = text.to_vec();
        self.seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(row.as_bytes()),
                &mut sealed,
            )
            .map_err(lgsp_platform::Error::from)?;
        let mut record = nonce.to_vec();
        record.append(&mut sealed);
        Ok(record)
    }

    /// Opens what was sealed for the row of this id.
    ///
    /// # Errors
    /// `platform.secret.unreadable`.
    pub(crate) fn unseal(&self, row: Uuid, record: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let unreadable = || lgsp_platform::Error::Secret;
        let (nonce, sealed) = record.split_at_checked(NONCE_LEN).ok_or_else(unreadable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(lgsp_platform::Error::from)?;
        let mut buffer = Zeroizing::new(sealed.to_vec());
        let opened = self
            .seal
            .open_in_place(nonce, Aad::from(row.as_bytes()), &mut buffer)
            .map_err(lgsp_platform::Error::from)?;
        let length = opened.len();
        buffer.truncate(length);
        Ok(buffer)
    }
}
