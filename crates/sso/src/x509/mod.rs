//! Certificates of programs: whose they are, and which key they carry.
//!
//! Owns: `Certificate`, its thumbprint.
//! Not here: chains, validity and the proof of possession, which the doors see to; distinguished
//! names as text (`name.rs`).
//! Invariant: what cannot be read whole is no certificate.
//! Follows: RFC 5280, section 4; RFC 8705, section 3.1.

mod name;

use std::net::IpAddr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};

use crate::{
    der::{self, Reader},
    keys::jwk::PublicKey,
};

pub(crate) use name::Name;

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const ISSUER_UNIQUE_ID: u8 = 0x81;
const SUBJECT_UNIQUE_ID: u8 = 0x82;

/// Another name of the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AlternativeName {
    /// Mail address.
    Email(String),
    /// Name of a machine.
    Dns(String),
    /// Address of the web, or another identifier.
    Uri(String),
    /// Network address.
    Ip(IpAddr),
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Whose it is.
    pub(crate) subject: Name,
    /// Other names.
    pub(crate) alternatives: Vec<AlternativeName>,
    /// The key, when it is one that the platform reads.
    pub(crate) key: Option<PublicKey>,
}

impl Certificate {
    /// Reads a certificate in DER.
    pub(crate) fn read(certificate: &[u8]) -> Option<Self> {
        let mut outer = Reader::new(certificate);
        let mut signed = Reader::new(outer.take(der::SEQUENCE)?);
        outer.is_done().then_some(())?;
        let mut body = Reader::new(signed.take(der::SEQUENCE)?);
        if body.peek() == Some(der::CONTEXT_0) {
            body.any()?;
        }
        body.take(der::INTEGER)?;
        // Algorithm, issuer, validity.
        for _ in 0..3 {
            body.take(der::SEQUENCE)?;
        }
        let subject = Name::read(body.take(der::SEQUENCE)?)?;
        let key = key(body.take(der::SEQUENCE)?);
        let mut alternatives = Vec::new();
        while let Some(tag) = body.peek() {
            let content = body.any()?;
            match tag {
                ISSUER_UNIQUE_ID | SUBJECT_UNIQUE_ID => {}
                der::CONTEXT_3 => alternatives = extensions(content)?,
                _ => return None,
            }
        }
        Some(Self {
            subject,
            alternatives,
            key,
        })
    }
}

/// SHA-256 over the whole certificate, as `cnf["x5t#S256"]` carries it.
pub(crate) fn thumbprint(certificate: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate))
}

/// The key in the content of a `SubjectPublicKeyInfo`.
fn key(content: &[u8]) -> Option<PublicKey> {
    let mut info = Reader::new(content);
    let mut algorithm = Reader::new(info.take(der::SEQUENCE)?);
    let key = info.take(der::BIT_STRING)?.strip_prefix(&[0])?;
    match algorithm.take(der::OBJECT_ID)? {
        RSA_ENCRYPTION => {
            let mut numbers = Reader::new(Reader::new(key).take(der::SEQUENCE)?);
            let (n, e) = (numbers.take(der::INTEGER)?, numbers.take(der::INTEGER)?);
            PublicKey::from_rsa(n.to_vec(), e.to_vec())
        }
        EC_PUBLIC_KEY if algorithm.take(der::OBJECT_ID)? == P256 => PublicKey::from_point(key),
        ED25519 => PublicKey::from_ed25519(key),
        _ => None,
    }
}

/// The other names among the extensions.
fn extensions(content: &[u8]) -> Option<Vec<AlternativeName>> {
    let mut extensions = Reader::new(Reader::new(content).take(der::SEQUENCE)?);
    let mut found = Vec::new();
    while !extensions.is_done() {
        let mut extension = Reader::new(extensions.take(der::SEQUENCE)?);
        let id = extension.take(der::OBJECT_ID)?;
        if extension.peek() == Some(der::BOOLEAN) {
            extension.any()?;
        }
        let value = extension.take(der::OCTET_STRING)?;
        if id == SUBJECT_ALTERNATIVE_NAME {
            found = alternatives(value)?;
        }
    }
    Some(found)
}

fn alternatives(value: &[u8]) -> Option<Vec<AlternativeName>> {
    let mut names = Reader::new(Reader::new(value).take(der::SEQUENCE)?);
    let mut found = Vec::new();
    while let Some(tag) = names.peek() {
        let content = names.any()?;
        let text = || String::from_utf8(content.to_vec()).ok();
        match tag {
            0x81 => found.push(AlternativeName::Email(text()?)),
            0x82 => found.push(AlternativeName::Dns(text()?)),
            0x86 => found.push(AlternativeName::Uri(text()?)),
            0x87 => found.extend(address(content).map(AlternativeName::Ip)),
            _ => {}
        }
    }
    Some(found)
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

#[cfg(test)]
mod tests;
