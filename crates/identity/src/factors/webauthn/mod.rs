//! Passkeys: whether what a browser brings proves what it says.
//!
//! Owns: the checks of registration and sign-in.
//! Not here: challenges and rows (`passkeys.rs` of `factors`), pages.
//! Invariant: challenge, origin, relying party, presence of a person and signature are all
//! checked, in this order; nothing of a refusal is told to the browser but that it is one.
//! Follows: W3C Web Authentication Level 3, sections 7.1 and 7.2.

mod authenticator;
mod cbor;
pub(crate) mod cose;
#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_platform::http::context::constant_time_eq;
use ring::digest;
use serde::Deserialize;

use cose::PublicKey;

/// Longest message of a browser, in bytes, for each of its parts.
pub(crate) const PART_BYTES_MAX: usize = 8 * 1_024;

/// What a ceremony expects.
#[derive(Debug, Clone)]
pub(crate) struct Expected<'a> {
    /// Scheme, host and port of the sign-on pages.
    pub(crate) origin: &'a str,
    /// The host that keys are bound to.
    pub(crate) rp_id: &'a str,
    /// Whether the authenticator must know its owner.
    pub(crate) needs_user_verification: bool,
}

/// Why something was refused; for the log, never for the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("client data unreadable")]
    ClientData,
    #[error("ceremony of another type")]
    Type,
    #[error("wrong origin")]
    Origin,
    #[error("authenticator data unreadable")]
    AuthenticatorData,
    #[error("wrong relying party")]
    RelyingParty,
    #[error("nobody present")]
    Presence,
    #[error("owner not verified")]
    Verification,
    #[error("key not supported")]
    Key,
    #[error("wrong signature")]
    Signature,
}

/// A key that may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registered {
    pub(crate) id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) counter: u32,
    pub(crate) is_user_verified: bool,
}

/// A signature that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asserted {
    pub(crate) counter: u32,
    pub(crate) is_user_verified: bool,
}

/// What the browser collected.
#[derive(Debug, Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    is_cross_origin: bool,
}

/// The challenge that client data answer, so that it can be looked up and spent.
pub(crate) fn challenge_of(client_data: &[u8]) -> Option<Vec<u8>> {
    let data: ClientData = serde_json::from_slice(client_data).ok()?;
    URL_SAFE_NO_PAD.decode(data.challenge).ok()
}

/// Checks a registration whose challenge was found and spent.
pub(crate) fn verify_registration(
    expected: &Expected<'_>,
    client_data: &[u8],
    attestation: &[u8],
) -> Result<Registered, Refused> {
    check_client_data(expected, client_data, "webauthn.create")?;
    let data = authenticator::attested(attestation).ok_or(Refused::AuthenticatorData)?;
    let data = authenticator::read(data).ok_or(Refused::AuthenticatorData)?;
    check_authenticator(expected, &data)?;
    let credential = data.credential.ok_or(Refused::AuthenticatorData)?;
    PublicKey::read(credential.public_key).ok_or(Refused::Key)?;
    Ok(Registered {
        id: credential.id.to_vec(),
        public_key: credential.public_key.to_vec(),
        counter: data.counter,
        is_user_verified: data.is_user_verified,
    })
}

/// Checks a sign-in whose challenge was found and spent.
pub(crate) fn verify_assertion(
    expected: &Expected<'_>,
    client_data: &[u8],
    authenticator_data: &[u8],
    (public_key, signature): (&[u8], &[u8]),
) -> Result<Asserted, Refused> {
    check_client_data(expected, client_data, "webauthn.get")?;
    let data = authenticator::read(authenticator_data).ok_or(Refused::AuthenticatorData)?;
    check_authenticator(expected, &data)?;
    let key = PublicKey::read(public_key).ok_or(Refused::Key)?;
    let hash = digest::digest(&digest::SHA256, client_data);
    let message = [authenticator_data, hash.as_ref()].concat();
    if !key.verifies(&message, signature) {
        return Err(Refused::Signature);
    }
    Ok(Asserted {
        counter: data.counter,
        is_user_verified: data.is_user_verified,
    })
}

fn check_client_data(
    expected: &Expected<'_>,
    client_data: &[u8],
    kind: &str,
) -> Result<(), Refused> {
    let data: ClientData = serde_json::from_slice(client_data).map_err(|_| Refused::ClientData)?;
    if data.kind != kind {
        return Err(Refused::Type);
    }
    if data.origin != expected.origin || data.is_cross_origin {
        return Err(Refused::Origin);
    }
    Ok(())
}

fn check_authenticator(
    expected: &Expected<'_>,
    data: &authenticator::AuthenticatorData<'_>,
) -> Result<(), Refused> {
    let rp_id_hash = digest::digest(&digest::SHA256, expected.rp_id.as_bytes());
    if !constant_time_eq(data.rp_id_hash, rp_id_hash.as_ref()) {
        return Err(Refused::RelyingParty);
    }
    if !data.is_user_present {
        return Err(Refused::Presence);
    }
    if expected.needs_user_verification && !data.is_user_verified {
        return Err(Refused::Verification);
    }
    Ok(())
}

/// Whether a counter shows that a copy of the key is in use. Authenticators that do not count
/// always say 0.
pub(crate) const fn is_regressed(stored: u32, shown: u32) -> bool {
    (stored > 0 || shown > 0) && shown <= stored
}

/// Reads arbitrary bytes as every message of a browser: nothing may panic.
pub fn fuzz_webauthn(data: &[u8]) {
    let expected = Expected {
        origin: "https://dang-nhap.example",
        rp_id: "dang-nhap.example",
        needs_user_verification: true,
    };
    let (first, second) = data.split_at(data.len() / 2);
    let _ = challenge_of(data);
    let _ = cbor::read(data);
    let _ = authenticator::read(data);
    let _ = PublicKey::read(data);
    let client_data =
        br#"{"type":"webauthn.create","challenge":"AA","origin":"https://dang-nhap.example"}"#;
    let _ = verify_registration(&expected, client_data, data);
    let _ = verify_registration(&expected, first, second);
    let _ = verify_assertion(&expected, first, second, (data, first));
}
