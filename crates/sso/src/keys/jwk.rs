//! Public keys as JSON: reading, writing, thumbprint, checking signatures.
//!
//! Owns: `PublicKey`.
//! Not here: which key a token may use (`jws.rs` and its callers).
//! Invariant: a key with a private member is refused; a key checks only its own algorithm.
//! Follows: RFC 7517; RFC 7518, section 6; RFC 7638; RFC 8037, section 2.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64},
};
use ring::{
    digest,
    signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
        UnparsedPublicKey,
    },
};
use serde_json::{Value, json};

use super::Alg;

/// Longest modulus that is read, 8,192 bits.
pub const RSA_BYTES_MAX: usize = 1_024;
/// Shortest modulus that is read, 2,048 bits.
pub const RSA_BYTES_MIN: usize = 256;
/// Keys of a set that are looked at.
pub const SET_KEYS_MAX: usize = 32;
const COORDINATE_BYTES: usize = 32;
/// Members that only a private or symmetric key has.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key of one of the three kinds that the platform reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// `EC` with `P-256`.
    P256 {
        /// First coordinate.
        x: [u8; COORDINATE_BYTES],
        /// Second coordinate.
        y: [u8; COORDINATE_BYTES],
    },
    /// `OKP` with `Ed25519`.
    Ed25519 {
        /// The point.
        x: [u8; COORDINATE_BYTES],
    },
    /// `RSA`.
    Rsa {
        /// Modulus, big-endian, without leading zeros.
        n: Vec<u8>,
        /// Exponent, big-endian, without leading zeros.
        e: Vec<u8>,
    },
}

/// A key of a set, with what the set says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    /// The key.
    pub key: PublicKey,
    /// Its identifier.
    pub kid: Option<String>,
    /// The only algorithm it may be used with.
    pub alg: Option<String>,
    /// `sig` or `enc`.
    pub usage: Option<String>,
    /// The first certificate of `x5c`, in DER.
    pub certificate: Option<Vec<u8>>,
}

impl PublicKey {
    /// From an uncompressed point.
    pub(crate) fn from_point(point: &[u8]) -> Option<Self> {
        let (form, coordinates) = point.split_first()?;
        let (x, y) = coordinates.split_at_checked(COORDINATE_BYTES)?;
        (*form == 4).then_some(())?;
        Some(Self::P256 {
            x: x.try_into().ok()?,
            y: y.try_into().ok()?,
        })
    }

    pub(crate) fn from_ed25519(point: &[u8]) -> Option<Self> {
        Some(Self::Ed25519 {
            x: point.try_into().ok()?,
        })
    }

    pub(crate) fn from_rsa(n: Vec<u8>, e: Vec<u8>) -> Option<Self> {
        let (n, e) = (trimmed(n), trimmed(e));
        let is_sized = (RSA_BYTES_MIN..=RSA_BYTES_MAX).contains(&n.len());
        let is_small = (1..=8).contains(&e.len());
        (is_sized && is_small).then_some(Self::Rsa { n, e })
    }

    /// Reads a JWK; `None` for other kinds, broken members and anything private.
    #[must_use]
    pub fn parse(jwk: &Value) -> Option<Self> {
        let members = jwk.as_object()?;
        if PRIVATE_MEMBERS
            .iter()
            .any(|name| members.contains_key(*name))
        {
            return None;
        }
        let text = |name: &str| members.get(name)?.as_str();
        let bytes = |name: &str| BASE64.decode(text(name)?).ok();
        let coordinate = |name: &str| bytes(name)?.try_into().ok();
        match (text("kty")?, text("crv")) {
            ("EC", Some("P-256")) => Some(Self::P256 {
                x: coordinate("x")?,
                y: coordinate("y")?,
            }),
            ("OKP", Some("Ed25519")) => Some(Self::Ed25519 {
                x: coordinate("x")?,
            }),
            ("RSA", _) => Self::from_rsa(bytes("n")?, bytes("e")?),
            _ => None,
        }
    }

    /// The members of RFC 7638, in its order.
    #[must_use]
    pub fn to_jwk(&self) -> Value {
        match self {
            Self::P256 { x, y } => json!({
                "crv": "P-256", "kty": "EC", "x": BASE64.encode(x), "y": BASE64.encode(y),
            }),
            Self::Ed25519 { x } => json!({
                "crv": "Ed25519", "kty": "OKP", "x": BASE64.encode(x),
            }),
            Self::Rsa { n, e } => json!({
                "e": BASE64.encode(e), "kty": "RSA", "n": BASE64.encode(n),
            }),
        }
    }

    /// SHA-256 over the required members (RFC 7638), base64url.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::P256 { x, y } => format!(
                r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                BASE64.encode(x),
                BASE64.encode(y)
            ),
            Self::Ed25519 { x } => format!(
                r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#,
                BASE64.encode(x)
            ),
            Self::Rsa { n, e } => format!(
                r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                BASE64.encode(e),
                BASE64.encode(n)
            ),
        };
        BASE64.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
    }

    /// The only algorithm that this key checks.
    #[must_use]
    pub const fn alg(&self) -> Alg {
        match self {
            Self::P256 { .. } => Alg::Es256,
            Self::Ed25519 { .. } => Alg::EdDsa,
            Self::Rsa { .. } => Alg::Rs256,
        }
    }

    /// Whether `signature` over `message` was made by the private part of this key.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256 { x, y } => {
                let point = [&[4], &x[..], &y[..]].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
                    .is_ok()
            }
            Self::Ed25519 { x } => UnparsedPublicKey::new(&ED25519, x)
                .verify(message, signature)
                .is_ok(),
            Self::Rsa { n, e } => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
        }
    }
}

/// The certificate that a set names beside its key.
fn certificate(jwk: &Value) -> Option<Vec<u8>> {
    let text = jwk.get("x5c")?.get(0)?.as_str()?;
    STANDARD.decode(text).ok()
}

impl Jwk {
    /// Reads one key with what is said about it.
    #[must_use]
    pub fn parse(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            key: PublicKey::parse(jwk)?,
            kid: text("kid"),
            alg: text("alg"),
            usage: text("use"),
            certificate: certificate(jwk),
        })
    }

    /// The readable signing keys of a set, at most [`SET_KEYS_MAX`].
    #[must_use]
    pub fn parse_set(set: &Value) -> Vec<Self> {
        let keys = set.get("keys").and_then(Value::as_array);
        keys.into_iter()
            .flatten()
            .take(SET_KEYS_MAX)
            .filter_map(Self::parse)
            .filter(|jwk| jwk.usage.as_deref().is_none_or(|usage| usage == "sig"))
            .filter(|jwk| {
                jwk.alg
                    .as_deref()
                    .is_none_or(|alg| alg == jwk.key.alg().as_str())
            })
            .collect()
    }
}

fn trimmed(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_of_the_standard() {
        // RFC 7638, section 3.1.
        let jwk = json!({
            "kty": "RSA", "alg": "RS256", "kid": "2011-04-29", "e": "AQAB",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        let key = PublicKey::parse(&jwk).unwrap();
        assert_eq!(
            key.thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        assert_eq!(PublicKey::parse(&key.to_jwk()), Some(key));
    }

    #[test]
    fn private_short_and_foreign_keys_are_refused() {
        let x = BASE64.encode([1; 32]);
        for jwk in [
            json!({"kty": "oct", "k": "AAAA"}),
            json!({"kty": "EC", "crv": "P-256", "x": x, "y": x, "d": x}),
            json!({"kty": "EC", "crv": "P-384", "x": x, "y": x}),
            json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": x}),
            json!({"kty": "RSA", "n": BASE64.encode([255; 128]), "e": "AQAB"}),
            json!({"kty": "RSA", "n": BASE64.encode([255; 1025]), "e": "AQAB"}),
            json!([]),
            json!("x"),
        ] {
            assert_eq!(PublicKey::parse(&jwk), None, "{jwk}");
        }
        let set = json!({"keys": [
            {"kty": "OKP", "crv": "Ed25519", "x": x, "use": "enc"},
            {"kty": "OKP", "crv": "Ed25519", "x": x, "alg": "ES256"},
            {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "good"},
        ]});
        let kids: Vec<_> = Jwk::parse_set(&set)
            .into_iter()
            .map(|jwk| jwk.kid)
            .collect();
        assert_eq!(kids, [Some("good".to_owned())]);
    }
}
