//! The MAC of a call: HMAC-SHA256 over the text of `sign-header`, in hexadecimal.
//!
//! Owns: the key of a system, signing, checking.
//! Not here: where secrets are kept (the vault), which text is signed (`sign.rs`).
//! Invariant: a wrong MAC takes the same time to refuse wherever it is wrong.
//! Follows: design document "Document exchange", section 7.1; RFC 2104.

use lgsp_platform::journal::seal::hex;
use ring::hmac;

/// A system's secret, ready to sign and check; its debug text holds no key.
pub type MacKey = hmac::Key;

/// The key of a secret, its UTF-8 bytes.
#[must_use]
pub fn mac_key(secret: &[u8]) -> MacKey {
    hmac::Key::new(hmac::HMAC_SHA256, secret)
}

/// The MAC of a text, lower-case hexadecimal.
#[must_use]
pub fn mac_of(key: &MacKey, text: &[u8]) -> String {
    hex(hmac::sign(key, text).as_ref())
}

/// Whether the hexadecimal MAC, in either case, belongs to the text.
#[must_use]
pub fn is_mac_of(key: &MacKey, text: &[u8], mac_hex: &[u8]) -> bool {
    unhex(mac_hex).is_some_and(|mac| hmac::verify(key, text, &mac).is_ok())
}

/// 32 bytes from 64 hexadecimal digits.
fn unhex(text: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = pair
            .iter()
            .try_fold(0, |value, digit| Some(value << 4 | nibble(*digit)?))?;
    }
    Some(bytes)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Section 7.6 of the design document.
    #[test]
    fn the_list_call_of_the_known_answer_fits() {
        let key = mac_key(b"demo-secret-not-real");
        let text = br#"{"XroadVnpt-timestamp":"22112026T131500+0042","XroadVnpt-systemid":"demo.lgsp.h34","XroadVnpt-Content-Type":"application/octet-stream","XroadVnpt-servicetype":"eDoc","XroadVnpt-messagetype":"edoc"}"#;
        let mac = "f2ff2f0439b000b21163f7d51ee7b4716a077ae9b7aa32d73d3dfb2f9c750b88";
        assert_eq!(mac_of(&key, text), mac);
        assert!(is_mac_of(&key, text, mac.as_bytes()));
        assert!(is_mac_of(&key, text, mac.to_uppercase().as_bytes()));
    }

    #[test]
    fn anything_else_does_not_fit() {
        let key = mac_key(b"secret");
        let mac = mac_of(&key, b"text");
        for wrong in [
            "",
            "00",
            "zz",
            &mac.replace(|c: char| c != 'a', "b"),
            &format!("{mac}0"),
        ] {
            assert!(!is_mac_of(&key, b"text", wrong.as_bytes()), "{wrong}");
        }
        assert!(!is_mac_of(&mac_key(b"other"), b"text", mac.as_bytes()));
        assert!(!format!("{key:?}").contains("secret"));
    }
}
