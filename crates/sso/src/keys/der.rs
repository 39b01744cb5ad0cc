//! The few DER structures of an RSA key.
//!
//! Owns: writing PKCS #8 and SubjectPublicKeyInfo.
//! Not here: reading them (ring does).
//! Follows: ITU-T X.690, section 10; RFC 8017, appendix A.1; RFC 5958; RFC 5280, section 4.1.

use zeroize::Zeroizing;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// `rsaEncryption` (1.2.840.113549.1.1.1) with its NULL parameter.
const RSA_ALGORITHM: &[u8] = &[
    SEQUENCE, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// Numbers of an RSA private key, each big-endian, in the order of RFC 8017.
pub(super) struct RsaNumbers {
    pub(super) n: Vec<u8>,
    pub(super) e: Vec<u8>,
    pub(super) d: Zeroizing<Vec<u8>>,
    pub(super) p: Zeroizing<Vec<u8>>,
    pub(super) q: Zeroizing<Vec<u8>>,
    pub(super) dp: Zeroizing<Vec<u8>>,
    pub(super) dq: Zeroizing<Vec<u8>>,
    pub(super) qinv: Zeroizing<Vec<u8>>,
}

/// The PKCS #8 form of an RSA private key.
pub(super) fn rsa_pkcs8(key: &RsaNumbers) -> Zeroizing<Vec<u8>> {
    let mut inner = Zeroizing::new(integer(&[0]));
    let numbers: [&[u8]; 8] = [
        &key.n, &key.e, &key.d, &key.p, &key.q, &key.dp, &key.dq, &key.qinv,
    ];
    for number in numbers {
        inner.extend_from_slice(&Zeroizing::new(integer(number)));
    }
    let private = Zeroizing::new(element(SEQUENCE, &inner));
    let mut body = Zeroizing::new(integer(&[0]));
    body.extend_from_slice(RSA_ALGORITHM);
    body.extend_from_slice(&Zeroizing::new(element(OCTET_STRING, &private)));
    Zeroizing::new(element(SEQUENCE, &body))
}

/// The SubjectPublicKeyInfo of an RSA public key.
pub(super) fn rsa_spki(n: &[u8], e: &[u8]) -> Vec<u8> {
    let key = element(SEQUENCE, &[integer(n), integer(e)].concat());
    let mut bits = vec![0];
    bits.extend_from_slice(&key);
    element(
        SEQUENCE,
        &[RSA_ALGORITHM.to_vec(), element(BIT_STRING, &bits)].concat(),
    )
}

/// An INTEGER that is not negative.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let first = bytes.iter().position(|byte| *byte != 0);
    let digits = first.and_then(|at| bytes.get(at..)).unwrap_or(&[0]);
    let mut body = Vec::with_capacity(digits.len() + 1);
    // A leading one bit would make it negative.
    if digits.first().is_some_and(|byte| byte & 0x80 != 0) {
        body.push(0);
    }
    body.extend_from_slice(digits);
    let encoded = element(INTEGER, &body);
    zeroize::Zeroize::zeroize(&mut body);
    encoded
}

fn element(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = body.len().to_be_bytes();
    let first = length.iter().position(|byte| *byte != 0);
    let digits = first.and_then(|at| length.get(at..)).unwrap_or(&[0]);
    match digits {
        [short] if *short < 0x80 => out.push(*short),
        long => {
            // At most eight digits, so the count fits.
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_integers_are_minimal() {
        assert_eq!(integer(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [2, 1, 0]);
        assert_eq!(element(4, &[7; 127])[..2], [4, 127]);
        assert_eq!(element(4, &[7; 128])[..3], [4, 0x81, 128]);
        assert_eq!(element(4, &[7; 300])[..4], [4, 0x82, 1, 44]);
    }
}
