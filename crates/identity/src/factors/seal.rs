//! Seeds of authenticator applications, encrypted at rest.
//!
//! Owns: sealing and opening them.
//! Not here: the key, which the vault keeps.
//! Invariant: a sealed seed opens only for the factor that it was made for.
//! Follows: regulation R76; NIST SP 800-38D (AES-GCM).

use std::sync::Arc;

use lgsp_platform::clock::random_bytes;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use tokio::sync::OnceCell;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Identity,
    error::{Error, Result},
};

const NONCE_BYTES: usize = 12;
/// Name of the key in the vault.
const KEY: &str = "identity-factors";

/// The key of this process, read from the vault at its first use.
pub(crate) type SeedKey = OnceCell<Arc<LessSafeKey>>;

impl Identity {
    async fn seed_key(&self) -> Result<&Arc<LessSafeKey>> {
        let read = async || -> Result<Arc<LessSafeKey>> {
            let now = self.platform.clock.now();
            let bytes = self.platform.vault.key(KEY, now).await?;
            let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(unreadable)?;
            Ok(Arc::new(LessSafeKey::new(key)))
        };
        self.seed_key.get_or_try_init(read).await
    }

    pub(super) async fn seal_seed(&self, factor: Uuid, seed: &[u8]) -> Result<Vec<u8>> {
        let key = self.seed_key().await?;
        let nonce = random_bytes::<NONCE_BYTES>().map_err(unreadable)?;
        let mut sealed = seed.to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(factor.as_bytes()),
            &mut sealed,
        )
        .map_err(unreadable)?;
        Ok([&nonce[..], &sealed].concat())
    }

    pub(super) async fn open_seed(
        &self,
        factor: Uuid,
        record: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let key = self.seed_key().await?;
        let cut = record.split_at_checked(NONCE_BYTES);
        let (nonce, sealed) = cut.ok_or(Error::Platform(lgsp_platform::Error::Secret))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(unreadable)?;
        let mut buffer = Zeroizing::new(sealed.to_vec());
        let length = key
            .open_in_place(nonce, Aad::from(factor.as_bytes()), &mut buffer)
            .map_err(unreadable)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }
}

fn unreadable(error: ring::error::Unspecified) -> Error {
    Error::Platform(error.into())
}
