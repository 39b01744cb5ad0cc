//! Public keys of passkeys, and the signatures that they check.
//!
//! Owns: `PublicKey`, the algorithms that are offered.
//! Not here: what is signed (`mod.rs`).
//! Invariant: the algorithm comes from the stored key, never from the signature.
//! Follows: RFC 9053, RFC 8230; W3C Web Authentication Level 3, section 5.8.5.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::cbor::{self, Value};

/// ES256, EdDSA, RS256: the algorithms offered, the wished one first (COSE numbers).
pub(crate) const ALGORITHMS: [i64; 3] = [-7, -8, -257];
/// Shortest modulus of an RSA key, in bytes.
const RSA_BYTES_MIN: usize = 256;

/// A public key of an authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// ECDSA on P-256 with SHA-256: the uncompressed point.
    Es256(Vec<u8>),
    /// Ed25519.
    EdDsa(Vec<u8>),
    /// RSA PKCS #1 1.5 with SHA-256.
    Rs256 {
        /// Modulus.
        n: Vec<u8>,
        /// Exponent.
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads a `COSE_Key`; nothing when it is of no kind that is offered.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (key, rest) = cbor::read(bytes)?;
        if !rest.is_empty() {
            return None;
        }
        Self::of(&key)
    }

    fn of(key: &Value<'_>) -> Option<Self> {
        let at = |label| key.at(&Value::Integer(label));
        let number = |label| at(label).and_then(Value::integer);
        let bytes = |label| at(label).and_then(Value::bytes);
        match (number(1)?, number(3)?) {
            (2, -7) if number(-1)? == 1 => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                let is_whole = x.len() == 32 && y.len() == 32;
                is_whole.then(|| Self::Es256([&[4], x, y].concat()))
            }
            (1, -8) if number(-1)? == 6 => {
                let x = bytes(-2)?;
                (x.len() == 32).then(|| Self::EdDsa(x.to_vec()))
            }
            (3, -257) => {
                let (n, e) = (bytes(-1)?, bytes(-2)?);
                let (n, e) = (n.to_vec(), e.to_vec());
                (n.len() >= RSA_BYTES_MIN).then_some(Self::Rs256 { n, e })
            }
            _ => None,
        }
    }

    /// Whether `signature` is of this key over `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let result = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::EdDsa(x) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        result.is_ok()
    }
}
