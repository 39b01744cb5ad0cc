//! Making key pairs.
//!
//! Owns: `key_pair`; `SystemSource`, the random source of the `rsa` crate.
//! Invariant: of private keys the `rsa` crate makes them and does nothing else; signing is ring's.
//! Follows: docs/adr/0003-ring.md; FIPS 186-5, appendix A.1.3.

use lgsp_platform::error::Error as PlatformError;
use ring::{
    rand::{SecureRandom as _, SystemRandom},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use rsa::{
    BoxedUint, PrivateKey,
    rand_core::{TryCryptoRng, TryRng, UnwrapErr},
    traits::{PrivateKeyParts as _, PublicKeyParts as _},
};
use zeroize::Zeroizing;

use super::{Alg, der};
use crate::error::{Error, Result};

/// Length of new RSA keys; 2,048 is the least that may still be read.
pub(super) const RSA_BITS: usize = 3_072;

/// A new key pair as PKCS #8. RSA is made on a thread of its own: it takes seconds.
///
/// # Errors
/// `sso.key.unusable`; `platform.secret.unreadable` when the machine gives no random bytes.
pub(super) async fn key_pair(alg: Alg) -> Result<Zeroizing<Vec<u8>>> {
    let random = SystemRandom::new();
    let document = match alg {
        Alg::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
        Alg::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
        Alg::Rs256 => {
            let made = tokio::task::spawn_blocking(rsa_pair).await;
            // A panic of the random source ends here.
            return made.map_err(|_| Error::KeyUnusable { alg: alg.as_str() })?;
        }
    };
    let document = document.map_err(PlatformError::from)?;
    Ok(Zeroizing::new(document.as_ref().to_vec()))
}

fn rsa_pair() -> Result<Zeroizing<Vec<u8>>> {
    let unusable = || Error::KeyUnusable {
        alg: Alg::Rs256.as_str(),
    };
    let mut random = UnwrapErr(SystemSource(SystemRandom::new()));
    let key = PrivateKey::new(&mut random, RSA_BITS).map_err(|_| unusable())?;
    let [p, q] = key.primes() else {
        return Err(unusable());
    };
    let (Some(dp), Some(dq), Some(qinv)) = (key.dp(), key.dq(), key.qinv()) else {
        return Err(unusable());
    };
    Ok(der::rsa_pkcs8(&der::RsaNumbers {
        n: key.n_bytes().into_vec(),
        e: key.e_bytes().into_vec(),
        d: bytes(key.d()),
        p: bytes(p.as_ref()),
        q: bytes(q.as_ref()),
        dp: bytes(dp),
        dq: bytes(dq),
        qinv: bytes(&qinv.retrieve()),
    }))
}

fn bytes(number: &BoxedUint) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(number.to_be_bytes().into_vec())
}

/// ring's random source in the form that the `rsa` crate reads.
pub(crate) struct SystemSource(pub(crate) SystemRandom);

impl TryRng for SystemSource {
    type Error = ring::error::Unspecified;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(target)
    }
}

impl TryCryptoRng for SystemSource {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    #[tokio::test]
    async fn a_made_rsa_key_signs_with_ring() {
        let key = SigningKey::open(Alg::Rs256, &key_pair(Alg::Rs256).await.unwrap()).unwrap();
        let signature = key.sign(b"message").unwrap();
        assert_eq!(signature.len(), RSA_BITS / 8);
        assert!(key.public().verifies(b"message", &signature));
        assert!(!key.public().verifies(b"massage", &signature));
        assert!(key.rsa_spki_der().unwrap().len() > RSA_BITS / 8);
    }
}
