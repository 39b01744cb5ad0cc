//! One-time codes of an authenticator application.
//!
//! Owns: the computation, the address that an application reads, the form in which codes are
//! typed.
//! Not here: seeds and spent steps (`codes.rs`).
//! Invariant: SHA-1, six digits, thirty seconds: what all applications support.
//! Follows: RFC 6238, RFC 4226; the Key URI format of the common applications.

use ring::hmac;

/// Length of a step.
pub(crate) const STEP_MS: i64 = 30_000;
/// Length of a seed: 160 bits, as RFC 4226 recommends.
pub(crate) const SEED_BYTES: usize = 20;
/// Digits of a code.
const DIGITS: usize = 6;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of an instant, in milliseconds since 1970.
pub(crate) const fn step_at(now_ms: i64) -> i64 {
    now_ms.div_euclid(STEP_MS)
}

/// The code of a step.
pub(crate) fn code(seed: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
    let chosen = tag.get(offset..offset + 4).unwrap_or_default();
    let number = chosen
        .iter()
        .fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte))
        & 0x7fff_ffff;
    format!("{:0width$}", number % 1_000_000, width = DIGITS)
}

/// What was typed, without the spaces that applications show; nothing when it is no code.
pub(crate) fn typed(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(digits)
}

/// Base32 without padding, in the alphabet of RFC 4648.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn letter(value: u32) -> char {
    let index = usize::try_from(value & 0x1f).unwrap_or_default();
    char::from(ALPHABET.get(index).copied().unwrap_or(b'A'))
}

/// The address that an application reads from the picture.
pub(crate) fn address(issuer: &str, username: &str, seed: &[u8]) -> String {
    let encode = |text: &str| crate::pages::form::encode(text).replace('/', "%2F");
    format!(
        "otpauth://totp/{issuer}:{username}?secret={}&issuer={issuer}",
        base32(seed),
        issuer = encode(issuer),
        username = encode(username),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        let seed = b"12345678901234567890";
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(seed, step_at(seconds * 1_000)), expected, "{seconds}");
        }
    }

    #[test]
    fn seeds_are_written_as_applications_read_them() {
        for (bytes, expected) in [
            (&b"f"[..], "MY"),
            (b"foobar", "MZXW6YTBOI"),
            (b"12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        ] {
            assert_eq!(base32(bytes), expected);
        }
        assert_eq!(
            address("Sở A/B", "văn.thư", b"f"),
            "otpauth://totp/S%E1%BB%9F%20A%2FB:v%C4%83n.th%C6%B0?secret=MY&issuer=S%E1%BB%9F%20A%2FB"
        );
    }

    #[test]
    fn codes_are_typed_with_or_without_spaces() {
        assert_eq!(typed(" 123 456\n").as_deref(), Some("123456"));
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(typed(bad), None, "{bad}");
        }
    }
}
