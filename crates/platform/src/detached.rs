//! Signatures of files that leave the platform, so that anybody can tell whether one was changed.
//!
//! Owns: `FileSigner`, `check`, the public key as others read it.
//! Not here: blocks of the journal (`journal/seal.rs`), keys of the sign-on service, what a file says.
//! Invariant: the key is made once and never turns: a file is checked years after it was made.
//! It is the platform's own, no qualified certificate stands behind it.
//! Follows: RFC 7515 (JWS), appendix F (detached content); RFC 8037 (Ed25519); RFC 7638 (names of
//! keys); docs/specs/signed-files.md.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::Timestamp;
use ring::{
    digest::{SHA256, digest},
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    journal::seal::hex,
    secrets::Vault,
};

/// Name of the key in the vault.
const KEY: &str = "files";
/// Longest signature that is read; ours have about 200 bytes.
pub const SIGNATURE_BYTES_MAX: usize = 4_096;
/// The only algorithm: Ed25519.
const ALGORITHM: &str = "EdDSA";

/// A public key, as a JSON Web Key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileKey {
    /// Family of the key: `OKP`.
    pub kty: String,
    /// Curve: `Ed25519`.
    pub crv: String,
    /// The key, 32 bytes in base64url.
    pub x: String,
    /// Name of the key: its thumbprint.
    pub kid: String,
    /// `EdDSA`.
    pub alg: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}

/// The public keys of a platform, as a JSON Web Key Set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileKeys {
    /// The keys.
    pub keys: Vec<FileKey>,
}

/// Why a signature proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproved {
    /// It cannot be read.
    #[error("the signature is no detached JWS")]
    Form,
    /// It asks for an algorithm that is not ours.
    #[error("the signature has another algorithm than EdDSA")]
    Algorithm,
    /// It was made with a key that is not among those asked.
    #[error("the signature was made with an unknown key")]
    Key,
    /// File or signature were changed.
    #[error("the signature does not fit the file")]
    Changed,
}

/// Signs files with the key of this platform.
pub struct FileSigner {
    key: Ed25519KeyPair,
    kid: String,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// Extensions that a reader must understand; we know none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crit: Option<serde_json::Value>,
}

impl FileSigner {
    /// The signer whose key lies in the vault; it is made at its first use.
    ///
    /// # Errors
    /// `platform.secret.unreadable`, `platform.database.failed`.
    pub async fn open(vault: &Vault, now: Timestamp) -> Result<Self> {
        let seed = vault.key(KEY, now).await?;
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| Error::Secret)?;
        let kid = thumbprint(&URL_SAFE_NO_PAD.encode(key.public_key().as_ref()));
        Ok(Self { key, kid })
    }

    /// Name of the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key, to be given to whoever checks files.
    #[must_use]
    pub fn keys(&self) -> FileKeys {
        FileKeys {
            keys: vec![FileKey {
                kty: "OKP".to_owned(),
                crv: "Ed25519".to_owned(),
                x: URL_SAFE_NO_PAD.encode(self.key.public_key().as_ref()),
                kid: self.kid.clone(),
                alg: ALGORITHM.to_owned(),
                usage: "sig".to_owned(),
            }],
        }
    }

    /// The signature of a file: a JWS in compact form whose content is left out. The same file
    /// has the same signature each time.
    ///
    /// # Errors
    /// `platform.internal.failed`: a bug.
    pub fn sign(&self, content: &[u8]) -> Result<String> {
        let header = Header {
            alg: ALGORITHM.to_owned(),
            kid: self.kid.clone(),
            crit: None,
        };
        let header = serde_json::to_vec(&header).map_err(internal)?;
        let header = URL_SAFE_NO_PAD.encode(header);
        let signature = self.key.sign(signed(&header, content).as_bytes());
        Ok(format!(
            "{header}..{}",
            URL_SAFE_NO_PAD.encode(signature.as_ref())
        ))
    }
}

fn internal(error: serde_json::Error) -> Error {
    Error::Internal(error.to_string())
}

/// What is signed: header and content in base64url.
fn signed(header: &str, content: &[u8]) -> String {
    let mut text = String::with_capacity(header.len() + 1 + content.len().div_ceil(3) * 4);
    text.push_str(header);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(content, &mut text);
    text
}

/// RFC 7638: SHA-256 over the members that make the key, in the order of the alphabet.
fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

/// SHA-256 of a file, in lower-case hexadecimal.
#[must_use]
pub fn sha256(content: &[u8]) -> String {
    hex(digest(&SHA256, content).as_ref())
}

/// Checks a file against its signature; gives the name of the key that signed it.
///
/// # Errors
/// [`Unproved`], with the reason.
pub fn check(content: &[u8], signature: &str, keys: &FileKeys) -> Result<String, Unproved> {
    let signature = signature.trim();
    if signature.len() > SIGNATURE_BYTES_MAX {
        return Err(Unproved::Form);
    }
    let parts: Vec<&str> = signature.split('.').collect();
    let [header, "", tag] = parts.as_slice() else {
        return Err(Unproved::Form);
    };
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Unproved::Form);
    let tag = decoded(tag)?;
    let read: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Unproved::Form)?;
    if read.alg != ALGORITHM || read.crit.is_some() {
        return Err(Unproved::Algorithm);
    }
    let is_meant = |key: &&FileKey| {
        let is_kind = key.kty == "OKP" && key.crv == "Ed25519";
        is_kind && key.kid == read.kid && thumbprint(&key.x) == read.kid
    };
    let key = keys.keys.iter().find(is_meant).ok_or(Unproved::Key)?;
    UnparsedPublicKey::new(&ED25519, decoded(&key.x)?)
        .verify(signed(header, content).as_bytes(), &tag)
        .map_err(|_| Unproved::Changed)?;
    Ok(read.kid)
}

/// Throws any bytes at the reader of signatures.
pub fn fuzz_detached(bytes: &[u8]) {
    let (text, content) = bytes.split_at(bytes.len() / 2);
    let keys = FileKeys { keys: Vec::new() };
    check(content, &String::from_utf8_lossy(text), &keys).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> FileSigner {
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let kid = thumbprint(&URL_SAFE_NO_PAD.encode(key.public_key().as_ref()));
        FileSigner { key, kid }
    }

    /// Signatures of which each byte is left out, changed, or has something put before it.
    #[test]
    fn fuzz_changed_signatures_prove_nothing() {
        let signer = signer();
        let signature = signer.sign(b"x").unwrap();
        for at in 0..signature.len() {
            let (head, tail) = signature.split_at(at);
            for put in ["", ".", "-", "{", "=", "\u{0}", "é"] {
                for cut in [0, 1] {
                    let changed = format!("{head}{put}{}", tail.get(cut..).unwrap_or_default());
                    let proved = check(b"x", &changed, &signer.keys()).is_ok();
                    assert_eq!(proved, changed == signature, "{changed}");
                    fuzz_detached(changed.as_bytes());
                }
            }
        }
    }

    #[test]
    fn a_key_is_named_as_the_standard_says() {
        // RFC 8037, appendix A.3.
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        assert_eq!(thumbprint(x), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_file_is_proved_and_every_change_shows() {
        let signer = signer();
        let (content, keys) = ("Kết quả rà soát".as_bytes(), signer.keys());
        let signature = signer.sign(content).unwrap();
        assert_eq!(
            signature,
            signer.sign(content).unwrap(),
            "each time the same"
        );
        assert_eq!(
            check(content, &format!("{signature}\n"), &keys).as_deref(),
            Ok(signer.kid())
        );
        let cut = content.split_last().unwrap().1;
        assert_eq!(check(cut, &signature, &keys), Err(Unproved::Changed));
        let (header, tag) = signature.split_once("..").unwrap();
        let full = format!("{header}.{}.{tag}", URL_SAFE_NO_PAD.encode(content));
        for (other, reason) in [
            ("", Unproved::Form),
            ("a..b", Unproved::Form),
            (full.as_str(), Unproved::Form),
            (header, Unproved::Form),
        ] {
            assert_eq!(check(content, other, &keys), Err(reason), "{other}");
        }
        let long = "x".repeat(SIGNATURE_BYTES_MAX + 1);
        assert_eq!(check(content, &long, &keys), Err(Unproved::Form));
    }

    #[test]
    fn neither_other_algorithms_nor_other_keys_are_believed() {
        let signer = signer();
        let signature = signer.sign(b"x").unwrap();
        let tag = signature.split_once("..").unwrap().1;
        let forged = |header: &str| format!("{}..{tag}", URL_SAFE_NO_PAD.encode(header));
        let kid = signer.kid();
        for (header, reason) in [
            (
                format!(r#"{{"alg":"none","kid":"{kid}"}}"#),
                Unproved::Algorithm,
            ),
            (
                format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#),
                Unproved::Algorithm,
            ),
            (
                format!(r#"{{"alg":"EdDSA","kid":"{kid}","crit":["b64"]}}"#),
                Unproved::Algorithm,
            ),
            (r#"{"alg":"EdDSA","kid":"other"}"#.to_owned(), Unproved::Key),
        ] {
            assert_eq!(check(b"x", &forged(&header), &signer.keys()), Err(reason));
        }
        // A key that borrows the name of ours.
        let mut keys = signer.keys();
        for key in &mut keys.keys {
            key.x = URL_SAFE_NO_PAD.encode([9; 32]);
        }
        assert_eq!(check(b"x", &signature, &keys), Err(Unproved::Key));
    }
}
