//! Verifying tokens as a relying party does, with nothing of the product's own code.
//!
//! Owns: `verified`.
//! Follows: RFC 7515; OpenID Connect Core 1.0, section 10.1.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;

fn bytes(coded: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(coded).unwrap()
}

fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(&bytes(token.split('.').nth(index).unwrap())).unwrap()
}

/// The header of a token.
pub(in crate::conformance) fn header(token: &str) -> Value {
    part(token, 0)
}

/// The claims of a token that the key of its `kid` has signed.
pub(in crate::conformance) fn verified(token: &str, jwks: &Value) -> Value {
    let header = header(token);
    let kid = header["kid"].as_str().unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == kid);
    let key = key.unwrap_or_else(|| panic!("key {kid} is not published"));
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (input, signature) = (input.as_bytes(), bytes(signature));
    let member = |name: &str| bytes(key[name].as_str().unwrap());
    let is_signed = match header["alg"].as_str().unwrap() {
        "ES256" => {
            let point = [&[4][..], &member("x"), &member("y")].concat();
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
            key.verify(input, &signature).is_ok()
        }
        "RS256" => {
            let (n, e) = (member("n"), member("e"));
            RsaPublicKeyComponents { n: &n, e: &e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, input, &signature)
                .is_ok()
        }
        other => panic!("algorithm {other}"),
    };
    assert!(is_signed, "the signature does not fit key {kid}");
    part(token, 1)
}

/// The same claims under `alg` none.
pub(in crate::conformance) fn unsigned(claims: &Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    format!("{header}.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()))
}
