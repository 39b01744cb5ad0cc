//! What an authenticator says about itself: `authenticatorData` and the attestation object.
//!
//! Owns: reading both.
//! Not here: whether it is believed (`mod.rs`).
//! Follows: W3C Web Authentication Level 3, sections 6.1 and 6.5.

use super::cbor::{self, Value};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;
/// Longest identifier of a credential, in bytes (section 4).
const CREDENTIAL_ID_BYTES_MAX: usize = 1_023;

/// Authenticator data, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthenticatorData<'a> {
    /// SHA-256 of the relying party's id.
    pub(crate) rp_id_hash: &'a [u8],
    /// Whether somebody touched it.
    pub(crate) is_user_present: bool,
    /// Whether it knows that this was its owner.
    pub(crate) is_user_verified: bool,
    /// Uses so far, or 0 when it does not count.
    pub(crate) counter: u32,
    /// The new credential, at registration.
    pub(crate) credential: Option<Credential<'a>>,
}

/// A credential that an authenticator just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential<'a> {
    /// Its identifier.
    pub(crate) id: &'a [u8],
    /// Its public key, as COSE writes it.
    pub(crate) public_key: &'a [u8],
}

/// Reads authenticator data; every byte must be accounted for.
pub(crate) fn read(bytes: &[u8]) -> Option<AuthenticatorData<'_>> {
    let (rp_id_hash, rest) = bytes.split_at_checked(32)?;
    let (flags, rest) = rest.split_first()?;
    let (counter, rest) = rest.split_first_chunk::<4>()?;
    let (credential, rest) = match flags & HAS_CREDENTIAL {
        0 => (None, rest),
        _ => {
            let (credential, rest) = credential(rest)?;
            (Some(credential), rest)
        }
    };
    let rest = match flags & HAS_EXTENSIONS {
        0 => rest,
        _ => match cbor::read(rest)? {
            (Value::Map(_), rest) => rest,
            _ => return None,
        },
    };
    rest.is_empty().then_some(AuthenticatorData {
        rp_id_hash,
        is_user_present: flags & USER_PRESENT != 0,
        is_user_verified: flags & USER_VERIFIED != 0,
        counter: u32::from_be_bytes(*counter),
        credential,
    })
}

fn credential(bytes: &[u8]) -> Option<(Credential<'_>, &[u8])> {
    let (_model, rest) = bytes.split_at_checked(16)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > CREDENTIAL_ID_BYTES_MAX {
        return None;
    }
    let (id, rest) = rest.split_at_checked(length)?;
    let (_, after) = cbor::read(rest)?;
    let (public_key, after) = rest.split_at_checked(rest.len() - after.len())?;
    Some((Credential { id, public_key }, after))
}

/// The authenticator data of an attestation object whose format is `none`, the only one that
/// is asked for: which product an authenticator is tells nothing about its owner.
pub(crate) fn attested(bytes: &[u8]) -> Option<&[u8]> {
    let (object, rest) = cbor::read(bytes)?;
    let is_none = object.at(&Value::Text("fmt"))?.text()? == "none";
    let is_bare = *object.at(&Value::Text("attStmt"))? == Value::Map(Vec::new());
    let data = object.at(&Value::Text("authData"))?.bytes()?;
    (is_none && is_bare && rest.is_empty()).then_some(data)
}
