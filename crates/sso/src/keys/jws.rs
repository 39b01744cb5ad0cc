//! Compact JWS: putting together, taking apart, checking.
//!
//! Owns: `sign`, `sign_hs256`, `Unverified`, `Verified`, `Fault`.
//! Not here: which claims a token must have (each protocol).
//! Invariant: nothing of a payload is given out before its signature was checked, except by the
//! name `unverified`; the algorithm must be on the list of the call and must be that of the
//! key; `jku`, `x5u`, `x5c` are never followed, `jwk` only where the caller asks for it.
//! Follows: RFC 7515; RFC 8725.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::hmac;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Alg, SigningKey, jwk::PublicKey};
use crate::error::Result;

/// Longest token that is read, 64 KiB.
pub const TOKEN_BYTES_MAX: usize = 65_536;
/// The symmetric algorithm, only for `client_secret_jwt`.
pub const HS256: &str = "HS256";

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not three parts of base64url with JSON inside.
    #[error("the token is malformed")]
    Malformed,
    /// Its algorithm is not on the list.
    #[error("the algorithm is not allowed")]
    Algorithm,
    /// Its `typ` is another one.
    #[error("the token is of another type")]
    Type,
    /// It has a critical header that is not understood.
    #[error("a critical header is not understood")]
    Critical,
    /// No key of this identifier.
    #[error("the key is unknown")]
    Key,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
}

/// Header of a token.
#[derive(Debug, Clone, Deserialize)]
pub struct Header {
    /// Algorithm.
    pub alg: String,
    /// Identifier of the key.
    #[serde(default)]
    pub kid: Option<String>,
    /// Type.
    #[serde(default)]
    pub typ: Option<String>,
    /// A key in the token; only DPoP reads it.
    #[serde(default)]
    pub jwk: Option<Value>,
    /// Headers that must be understood: none is.
    #[serde(default)]
    crit: Option<Value>,
}

impl Header {
    /// The asymmetric algorithm, if it is one of ours.
    #[must_use]
    pub fn asymmetric(&self) -> Option<Alg> {
        Alg::parse(&self.alg)
    }
}

/// A token whose signature was not looked at.
pub struct Unverified<'a> {
    /// Its header.
    pub header: Header,
    signed: &'a str,
    payload: Value,
    signature: Vec<u8>,
}

/// Signs `claims` with a header of `typ` and the key's `kid`.
///
/// # Errors
/// As [`SigningKey::sign`].
pub fn sign(key: &SigningKey, typ: &str, claims: &Value) -> Result<String> {
    let header = json!({ "alg": key.alg().as_str(), "kid": key.kid(), "typ": typ });
    let mut token = signing_input(&header, claims);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    BASE64.encode_string(signature, &mut token);
    Ok(token)
}

fn signing_input(header: &Value, claims: &Value) -> String {
    let mut input = BASE64.encode(header.to_string());
    input.push('.');
    BASE64.encode_string(claims.to_string(), &mut input);
    input
}

impl<'a> Unverified<'a> {
    /// Takes a compact token apart.
    ///
    /// # Errors
    /// [`Fault::Malformed`], [`Fault::Critical`].
    pub fn parse(token: &'a str) -> Result<Self, Fault> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Fault::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Fault::Malformed)?;
        let decode = |part: &str| BASE64.decode(part).map_err(|_| Fault::Malformed);
        let header: Header =
            serde_json::from_slice(&decode(header)?).map_err(|_| Fault::Malformed)?;
        if header.crit.is_some() {
            return Err(Fault::Critical);
        }
        let payload: Value =
            serde_json::from_slice(&decode(payload)?).map_err(|_| Fault::Malformed)?;
        if !payload.is_object() {
            return Err(Fault::Malformed);
        }
        Ok(Self {
            header,
            signed,
            payload,
            signature: decode(signature)?,
        })
    }

    /// Claims that nobody vouches for; only to find out whose key to ask for.
    #[must_use]
    pub fn unverified(&self) -> &Value {
        &self.payload
    }

    /// Refuses another `typ`; `application/` before it is optional (RFC 7515, section 4.1.9).
    ///
    /// # Errors
    /// [`Fault::Type`].
    pub fn require_type(&self, typ: &str) -> Result<(), Fault> {
        let found = self.header.typ.as_deref().unwrap_or_default();
        let found = found.strip_prefix("application/").unwrap_or(found);
        if found.eq_ignore_ascii_case(typ) {
            Ok(())
        } else {
            Err(Fault::Type)
        }
    }

    /// Checks the signature with `key`; gives the claims.
    ///
    /// # Errors
    /// [`Fault::Algorithm`] when the token's algorithm is not on the list or not the key's;
    /// [`Fault::Signature`].
    pub fn verify(self, key: &PublicKey, allowed: &[Alg]) -> Result<Value, Fault> {
        let alg = self.header.asymmetric().ok_or(Fault::Algorithm)?;
        if !allowed.contains(&alg) || key.alg() != alg {
            return Err(Fault::Algorithm);
        }
        if key.verifies(self.signed.as_bytes(), &self.signature) {
            Ok(self.payload)
        } else {
            Err(Fault::Signature)
        }
    }

    /// Checks an HMAC with a secret that both sides know; gives the claims.
    ///
    /// # Errors
    /// [`Fault::Algorithm`] for any other algorithm, [`Fault::Signature`].
    pub fn verify_hs256(self, secret: &[u8]) -> Result<Value, Fault> {
        if self.header.alg != HS256 {
            return Err(Fault::Algorithm);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        hmac::verify(&key, self.signed.as_bytes(), &self.signature)
            .map(|()| self.payload)
            .map_err(|_| Fault::Signature)
    }
}

#[cfg(test)]
mod tests {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
    };

    use super::*;

    fn keys() -> [SigningKey; 2] {
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let ed = Ed25519KeyPair::generate_pkcs8(&random);
        [
            SigningKey::open(Alg::Es256, ec.unwrap().as_ref()).unwrap(),
            SigningKey::open(Alg::EdDsa, ed.unwrap().as_ref()).unwrap(),
        ]
    }

    #[test]
    fn what_is_signed_is_read() {
        for key in keys() {
            let token = sign(&key, "at+jwt", &json!({"sub": "a"})).unwrap();
            let read = Unverified::parse(&token).unwrap();
            read.require_type("AT+JWT").unwrap();
            assert_eq!(read.require_type("JWT"), Err(Fault::Type));
            assert_eq!(read.header.kid.as_deref(), Some(key.kid()));
            let claims = read.verify(key.public(), &Alg::ALL).unwrap();
            assert_eq!(claims, json!({"sub": "a"}));
        }
    }

    #[test]
    fn algorithms_are_not_confused() {
        let [ec, ed] = keys();
        let token = sign(&ec, "JWT", &json!({"sub": "a"})).unwrap();
        let parsed = || Unverified::parse(&token).unwrap();
        assert_eq!(
            parsed().verify(ed.public(), &Alg::ALL).unwrap_err(),
            Fault::Algorithm
        );
        assert_eq!(
            parsed().verify(ec.public(), &[Alg::EdDsa]).unwrap_err(),
            Fault::Algorithm
        );
        assert_eq!(parsed().verify_hs256(b"x").unwrap_err(), Fault::Algorithm);
        let payload = token.split('.').nth(1).unwrap();
        for header in [
            json!({"alg": "none"}),
            json!({"alg": "None"}),
            json!({"alg": "HS256"}),
            json!({"alg": ""}),
        ] {
            let forged = format!("{}.{payload}.", BASE64.encode(header.to_string()));
            let read = Unverified::parse(&forged).unwrap();
            assert_eq!(
                read.verify(ec.public(), &Alg::ALL).unwrap_err(),
                Fault::Algorithm
            );
        }
    }

    #[test]
    fn a_changed_token_is_refused() {
        let [ec, _] = keys();
        let token = sign(&ec, "JWT", &json!({"sub": "a"})).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = signed.split_once('.').unwrap();
        let other = BASE64.encode(r#"{"sub":"b"}"#);
        let forged = format!("{header}.{other}.{signature}");
        let read = Unverified::parse(&forged).unwrap();
        assert_eq!(
            read.verify(ec.public(), &Alg::ALL).unwrap_err(),
            Fault::Signature
        );
        let critical = BASE64.encode(r#"{"alg":"ES256","crit":["exp"]}"#);
        let forged = format!("{critical}.{other}.{signature}");
        assert_eq!(Unverified::parse(&forged).err(), Some(Fault::Critical));
        for broken in [
            "",
            "a",
            "a.b",
            "a.b.c",
            "....",
            "e30.W10.",
            "e30.e30.e30.e30",
        ] {
            assert_eq!(
                Unverified::parse(broken).err(),
                Some(Fault::Malformed),
                "{broken}"
            );
        }
    }
}
