//! The codes that an authenticator application shows, computed here once more.
//!
//! Owns: `code`, `seed`.
//! Follows: RFC 6238 with SHA-1, six digits, 30 seconds; RFC 4648 for the secret.
#![expect(clippy::unwrap_used, reason = "test equipment fails loudly")]

use ring::hmac;

/// How long a code is shown.
const STEP_MS: i64 = 30_000;

/// The code that the application of this base32 secret shows at `now_ms`.
///
/// # Panics
/// When the secret is no base32 in capitals.
#[must_use]
pub fn code(secret: &str, now_ms: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &seed(secret));
    let tag = hmac::sign(&key, &(now_ms / STEP_MS).to_be_bytes());
    let offset = usize::from(tag.as_ref().last().unwrap() & 15);
    let chosen = tag.as_ref().get(offset..offset + 4).unwrap();
    let number = u32::from_be_bytes(chosen.try_into().unwrap());
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The bytes of a base32 secret.
///
/// # Panics
/// As [`code`].
#[must_use]
pub fn seed(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).unwrap());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits; the secret is `12345678901234567890`.
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(code(secret, second * 1_000), expected);
        }
    }
}
