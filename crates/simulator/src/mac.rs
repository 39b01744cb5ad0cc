//! The signature of a VXP call and the digest of its file.
//!
//! Owns: HMAC-SHA256 over the `sign-header` text, the two spellings of a SHA-256 digest.
//! Not here: which headers are signed (`client/signing.rs`) and checked (`axis/check.rs`).
//! Invariant: comparison of a MAC takes the same time for every wrong value.
//! Follows: the VXP interface, headers `hash-header` and `hash-file`.

use std::fmt::Write as _;

use ring::{digest, hmac};

/// Prefix of every VXP header.
pub const HEADER_PREFIX: &str = "XroadVnpt-";
/// Value of the unsigned version header.
pub const INTERFACE_VERSION: &str = "3.0.201608";
/// How the existing Java kit names itself.
pub const KIT_USER_AGENT: &str = "JAVASDKAgent/1.0.0 XRoad/VPCP";

/// The key made of a system's secret, its UTF-8 bytes.
pub fn key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}

/// Lower-case hexadecimal MAC of a text.
pub fn sign(key: &hmac::Key, text: &[u8]) -> String {
    hex_padded(hmac::sign(key, text).as_ref())
}

/// Whether the hexadecimal MAC belongs to the text.
pub fn is_signed(key: &hmac::Key, text: &[u8], mac_hex: &str) -> bool {
    let Some(mac) = bytes_of_hex(mac_hex) else {
        return false;
    };
    hmac::verify(key, text, &mac).is_ok()
}

/// SHA-256 of a file.
pub fn sha256(file: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let digest = digest::digest(&digest::SHA256, file);
    for (to, from) in out.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    out
}

/// Two hexadecimal digits a byte.
pub fn hex_padded(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            out.push(
                DIGITS
                    .get(usize::from(nibble))
                    .map_or('0', |digit| char::from(*digit)),
            );
        }
    }
    out
}

/// The existing kit's spelling: a byte below 16 gives one digit.
pub fn hex_unpadded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:x}");
    }
    out
}

/// Whether a `hash-file` text names this file, in either spelling and either case.
pub fn is_digest_of(text: &str, file: &[u8]) -> bool {
    let digest = sha256(file);
    let given = text.trim();
    given.eq_ignore_ascii_case(&hex_padded(&digest))
        || given.eq_ignore_ascii_case(&hex_unpadded(&digest))
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
