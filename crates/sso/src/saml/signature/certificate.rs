//! Certificates: a name card around a public key, ours written, others' read.
//!
//! Owns: `public_key` of a certificate, `self_signed`.
//! Not here: chains, revocation, validity: what makes a key valid in SAML is that a person put
//! it into the registry.
//! Follows: RFC 5280; SAML V2.0 Metadata Interoperability Profile, 2.6.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};

use super::{Method, PublicKey, SignatureFault};
use crate::der::{self, Reader};

/// Largest certificate; usual ones have 1 to 2 KiB.
pub const BYTES_MAX: usize = 16 * 1_024;

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
/// `digitalSignature` alone.
const DIGITAL_SIGNATURE: &[u8] = &[der::BIT_STRING, 2, 7, 0x80];
/// The key ends when it is rotated; its card must not end before.
const NOT_BEFORE: &str = "260101000000Z";
const NOT_AFTER: &str = "491231235959Z";
/// Shortest RSA key.
const RSA_MODULUS_BYTES_MIN: usize = 256;

/// Reads a certificate in base64, with or without the lines of PEM.
///
/// # Errors
/// [`SignatureFault::Unusable`].
pub fn decode(text: &str) -> Result<Vec<u8>, SignatureFault> {
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let digits: String = lines
        .flat_map(str::chars)
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    if digits.len() > BYTES_MAX * 4 / 3 {
        return Err(SignatureFault::Unusable);
    }
    STANDARD
        .decode(digits)
        .map_err(|_| SignatureFault::Unusable)
}

/// The public key in a certificate.
///
/// # Errors
/// [`SignatureFault::Unusable`] for what is no certificate, a short key or another type.
pub fn public_key(certificate: &[u8]) -> Result<PublicKey, SignatureFault> {
    read(certificate).ok_or(SignatureFault::Unusable)
}

fn read(certificate: &[u8]) -> Option<PublicKey> {
    let mut outer = Reader::new(certificate);
    let mut signed = Reader::new(outer.take(der::SEQUENCE)?);
    outer.is_done().then_some(())?;
    let mut body = Reader::new(signed.take(der::SEQUENCE)?);
    if body.peek() == Some(der::CONTEXT_0) {
        body.any()?;
    }
    body.take(der::INTEGER)?;
    // Algorithm, issuer, validity, subject.
    for _ in 0..4 {
        body.take(der::SEQUENCE)?;
    }
    subject_key(body.take(der::SEQUENCE)?)
}

/// The key in a `SubjectPublicKeyInfo`.
///
/// # Errors
/// [`SignatureFault::Unusable`] for what is none, a short key or another type.
pub fn key_of_info(info: &[u8]) -> Result<PublicKey, SignatureFault> {
    let content = Reader::new(info).take(der::SEQUENCE);
    content
        .and_then(subject_key)
        .ok_or(SignatureFault::Unusable)
}

/// The key in the content of a `SubjectPublicKeyInfo`.
fn subject_key(content: &[u8]) -> Option<PublicKey> {
    let mut info = Reader::new(content);
    let mut algorithm = Reader::new(info.take(der::SEQUENCE)?);
    let key = info.take(der::BIT_STRING)?.strip_prefix(&[0])?;
    match algorithm.take(der::OBJECT_ID)? {
        RSA_ENCRYPTION => {
            let mut numbers = Reader::new(Reader::new(key).take(der::SEQUENCE)?);
            let modulus = numbers.take(der::INTEGER)?;
            let digits = modulus.strip_prefix(&[0]).unwrap_or(modulus);
            let is_long = digits.len() >= RSA_MODULUS_BYTES_MIN;
            is_long.then(|| PublicKey::Rsa(key.to_vec()))
        }
        EC_PUBLIC_KEY => {
            let is_p256 = algorithm.take(der::OBJECT_ID)? == P256;
            let is_point = key.len() == 65 && key.first() == Some(&4);
            (is_p256 && is_point).then(|| PublicKey::P256(key.to_vec()))
        }
        _ => None,
    }
}

/// The `SubjectPublicKeyInfo` of a key.
#[must_use]
pub fn subject_public_key_info(key: &PublicKey) -> Vec<u8> {
    let id = |oid| der::element(der::OBJECT_ID, oid);
    match key {
        PublicKey::Rsa(bytes) => {
            let algorithm = der::sequence(&[&id(RSA_ENCRYPTION), &der::element(der::NULL, &[])]);
            der::sequence(&[&algorithm, &der::bit_string(bytes)])
        }
        PublicKey::P256(bytes) => {
            let algorithm = der::sequence(&[&id(EC_PUBLIC_KEY), &id(P256)]);
            der::sequence(&[&algorithm, &der::bit_string(bytes)])
        }
    }
}

/// A certificate of a key, signed by the key itself; the same for the same key and name.
///
/// # Errors
/// [`SignatureFault::Unusable`] when the key does not sign.
pub fn self_signed(
    key: &PublicKey,
    common_name: &str,
    method: Method,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, SignatureFault>,
) -> Result<Vec<u8>, SignatureFault> {
    let info = subject_public_key_info(key);
    let id = |oid| der::element(der::OBJECT_ID, oid);
    let algorithm = match method {
        Method::RsaSha256 => der::sequence(&[&id(RSA_WITH_SHA256), &der::element(der::NULL, &[])]),
        Method::EcdsaSha256 => der::sequence(&[&id(ECDSA_WITH_SHA256)]),
        Method::RsaSha384 | Method::RsaSha512 => return Err(SignatureFault::Unusable),
    };
    let name = der::element(der::UTF8_STRING, common_name.as_bytes());
    let name = der::element(der::SET, &der::sequence(&[&id(COMMON_NAME), &name]));
    let name = der::sequence(&[&name]);
    let validity = der::sequence(&[
        &der::element(der::UTC_TIME, NOT_BEFORE.as_bytes()),
        &der::element(der::UTC_TIME, NOT_AFTER.as_bytes()),
    ]);
    // Fifteen bytes after a leading 1: positive, and the same for the same key.
    let serial = digest(&SHA256, &info);
    let serial = [&[1], serial.as_ref().get(..15).unwrap_or_default()].concat();
    let usage = der::sequence(&[
        &id(KEY_USAGE),
        &der::element(der::BOOLEAN, &[0xff]),
        &der::element(der::OCTET_STRING, DIGITAL_SIGNATURE),
    ]);
    let body = der::sequence(&[
        &der::element(der::CONTEXT_0, &der::element(der::INTEGER, &[2])),
        &der::element(der::INTEGER, &serial),
        &algorithm,
        &name,
        &validity,
        &name,
        &info,
        &der::element(der::CONTEXT_3, &der::sequence(&[&usage])),
    ]);
    let signature = sign(&body)?;
    let signature = match method {
        Method::EcdsaSha256 => ecdsa_der(&signature).ok_or(SignatureFault::Unusable)?,
        Method::RsaSha256 | Method::RsaSha384 | Method::RsaSha512 => signature,
    };
    Ok(der::sequence(&[
        &body,
        &algorithm,
        &der::bit_string(&signature),
    ]))
}

/// Certificates carry the two numbers of ECDSA as a SEQUENCE, XML signatures side by side.
fn ecdsa_der(signature: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at_checked(32)?;
    let integer = |bytes: &[u8]| {
        let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(31);
        let digits = bytes.get(first..).unwrap_or_default();
        let is_negative = digits.first().is_some_and(|byte| byte & 0x80 != 0);
        let lead: &[u8] = if is_negative { &[0] } else { &[] };
        der::element(der::INTEGER, &[lead, digits].concat())
    };
    Some(der::sequence(&[&integer(r), &integer(s)]))
}
