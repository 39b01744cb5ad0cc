//! Encrypted assertions and names: only the application can read what is said of a person.
//!
//! Owns: `encrypt`, `encrypt_name`, `Recipient`.
//! Not here: what an application's resource says of it (`kind.rs`), reading that out of metadata
//! (`wishes.rs`), signing (`signature/`), which comes first.
//! Invariant: the content is sealed with AES-GCM under a key that is used once, and that key with
//! RSA-OAEP; AES-CBC and PKCS #1 v1.5 do not exist here.
//! Follows: XML Encryption 1.1, 5.2.4, 5.5; SAML 2.0 Core, 2.3.4, 6; docs/adr/0028.

mod kind;
mod wishes;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom as _, SystemRandom},
};
use rsa::{BoxedUint, oaep::EncryptingKey, sha2::Sha256, traits::RandomizedEncryptor as _};
use sha1::Sha1;
use zeroize::Zeroizing;

pub use kind::{ContentCipher, Encryption, KeyTransport};
pub(crate) use wishes::{Wish, wishes};

use super::{
    names::ASSERTION,
    signature::{DS, PublicKey, SHA256, certificate},
    xml::{Builder, Part},
};
use crate::{der, keys::SystemSource};

/// Namespace of XML encryption.
const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// Namespace of what version 1.1 added.
const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// SHA-1 as OAEP's digest; nothing is signed with it.
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
/// Longest exponent of a public key; usual ones have three bytes.
const EXPONENT_BITS_MAX: u32 = 64;

/// Why an assertion cannot be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionFault {
    /// The certificate cannot be read, or its key is not RSA of 2,048 to 8,192 bits.
    #[error("the key of the application is not usable")]
    Key,
    /// The machine gave no random bytes, or the cipher refused.
    #[error("the assertion could not be sealed")]
    Sealing,
}

/// Whoever can read what is encrypted.
#[derive(Debug)]
pub struct Recipient {
    key: rsa::PublicKey,
    cipher: ContentCipher,
    transport: KeyTransport,
}

impl Recipient {
    /// The reader that a resource names.
    ///
    /// # Errors
    /// [`EncryptionFault::Key`].
    pub fn of(encryption: &Encryption) -> Result<Self, EncryptionFault> {
        let der = certificate::decode(&encryption.certificate);
        let key = der.and_then(|der| certificate::public_key(&der));
        let Ok(PublicKey::Rsa(key)) = key else {
            return Err(EncryptionFault::Key);
        };
        Ok(Self {
            key: rsa_key(&key).ok_or(EncryptionFault::Key)?,
            cipher: encryption.content_cipher,
            transport: encryption.key_transport,
        })
    }
}

/// The key in an `RSAPublicKey`.
fn rsa_key(bytes: &[u8]) -> Option<rsa::PublicKey> {
    let mut numbers = der::Reader::new(bytes);
    let mut numbers = der::Reader::new(numbers.take(der::SEQUENCE)?);
    let modulus = numbers.take(der::INTEGER)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let exponent = numbers.take(der::INTEGER)?;
    let modulus_bits = u32::try_from(modulus.len()).ok()?.checked_mul(8)?;
    let modulus = BoxedUint::from_be_slice(modulus, modulus_bits).ok()?;
    let exponent = BoxedUint::from_be_slice(exponent, EXPONENT_BITS_MAX).ok()?;
    rsa::PublicKey::new(modulus, exponent).ok()
}

impl ContentCipher {
    fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Aes256Gcm => &AES_256_GCM,
            Self::Aes128Gcm => &AES_128_GCM,
        }
    }
}

/// An `EncryptedAssertion` in place of a signed assertion.
///
/// # Errors
/// [`EncryptionFault::Sealing`].
pub fn encrypt(assertion: &Part, to: &Recipient) -> Result<Part, EncryptionFault> {
    seal("saml:EncryptedAssertion", assertion, to)
}

/// An `EncryptedID` in place of the name of a person.
///
/// # Errors
/// [`EncryptionFault::Sealing`].
pub fn encrypt_name(name: &Part, to: &Recipient) -> Result<Part, EncryptionFault> {
    seal("saml:EncryptedID", name, to)
}

fn seal(holder: &'static str, content: &Part, to: &Recipient) -> Result<Part, EncryptionFault> {
    let random = SystemRandom::new();
    let sealing = |_| EncryptionFault::Sealing;
    let algorithm = to.cipher.algorithm();
    let mut key = Zeroizing::new(vec![0; algorithm.key_len()]);
    random.fill(&mut key).map_err(sealing)?;
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut nonce).map_err(sealing)?;
    let cipher = LessSafeKey::new(UnboundKey::new(algorithm, &key).map_err(sealing)?);
    let mut sealed = content.as_str().as_bytes().to_vec();
    cipher
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut sealed,
        )
        .map_err(sealing)?;
    // The nonce goes before, the tag after the content (5.2.4).
    let sealed = STANDARD.encode([nonce.as_slice(), &sealed].concat());
    let wrapped = STANDARD.encode(wrap(to, &key, random)?);
    Ok(write(holder, to, &wrapped, &sealed))
}

/// The content's key, readable by the recipient only.
fn wrap(to: &Recipient, key: &[u8], random: SystemRandom) -> Result<Vec<u8>, EncryptionFault> {
    let mut source = SystemSource(random);
    let recipient = to.key.clone();
    let wrapped = match to.transport {
        KeyTransport::OaepSha1 => {
            EncryptingKey::<Sha1, Sha1>::new(recipient).encrypt_with_rng(&mut source, key)
        }
        KeyTransport::OaepSha256Mgf1Sha1 => {
            EncryptingKey::<Sha256, Sha1>::new(recipient).encrypt_with_rng(&mut source, key)
        }
        KeyTransport::OaepSha256 => {
            EncryptingKey::<Sha256, Sha256>::new(recipient).encrypt_with_rng(&mut source, key)
        }
    };
    wrapped.map_err(|_| EncryptionFault::Sealing)
}

fn write(holder: &'static str, to: &Recipient, wrapped: &str, sealed: &str) -> Part {
    let mut xml = Builder::default();
    let algorithm = |uri| [("Algorithm", Some(uri))];
    let kind = format!("{XENC}Element");
    let data = [("xmlns:xenc", Some(XENC)), ("Type", Some(kind.as_str()))];
    xml.open(holder, &[("xmlns:saml", Some(ASSERTION))])
        .open("xenc:EncryptedData", &data)
        .leaf("xenc:EncryptionMethod", &algorithm(to.cipher.uri()), "")
        .open("ds:KeyInfo", &[("xmlns:ds", Some(DS))])
        .open("xenc:EncryptedKey", &[])
        .open("xenc:EncryptionMethod", &algorithm(to.transport.uri()))
        .leaf("ds:DigestMethod", &algorithm(to.transport.digest()), "");
    if let Some(mask) = to.transport.mask() {
        let attributes = [("xmlns:xenc11", Some(XENC11)), ("Algorithm", Some(mask))];
        xml.leaf("xenc11:MGF", &attributes, "");
    }
    xml.close()
        .open("xenc:CipherData", &[])
        .leaf("xenc:CipherValue", &[], wrapped)
        .close()
        .close()
        .close()
        .open("xenc:CipherData", &[])
        .leaf("xenc:CipherValue", &[], sealed);
    Part::from_well_formed(xml.finish())
}

impl KeyTransport {
    /// Its digest's name in documents.
    const fn digest(self) -> &'static str {
        match self {
            Self::OaepSha1 => SHA1,
            Self::OaepSha256Mgf1Sha1 | Self::OaepSha256 => SHA256,
        }
    }

    /// The name of its mask's function, where it is not fixed.
    const fn mask(self) -> Option<&'static str> {
        match self {
            Self::OaepSha1 | Self::OaepSha256Mgf1Sha1 => None,
            Self::OaepSha256 => Some("http://www.w3.org/2009/xmlenc11#mgf1sha256"),
        }
    }
}
