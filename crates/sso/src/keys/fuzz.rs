//! The fuzz target of tokens and keys.
//!
//! Owns: `fuzz_jwt`, a plain function that cargo-fuzz and our own loop both call.
//! Invariant: no input panics, and no input is believed.

use super::{
    Alg,
    jwk::{Jwk, PublicKey},
    jws::Unverified,
};

/// Reads the input as a compact token, as a JWK and as a set.
///
/// # Panics
/// When a token is believed that nobody signed: a fault that the fuzzer must find.
pub fn fuzz_jwt(input: &[u8]) {
    let key = PublicKey::Ed25519 { x: [9; 32] };
    if let Ok(text) = std::str::from_utf8(input)
        && let Ok(token) = Unverified::parse(text)
    {
        assert!(
            token.require_type("at+jwt").is_err() || token.header.typ.is_some(),
            "a missing type was taken for ours"
        );
        assert!(
            token.verify(&key, &Alg::ALL).is_err(),
            "a token that nobody signed was believed"
        );
    }
    if let Ok(json) = serde_json::from_slice::<serde_json::Value>(input) {
        if let Some(jwk) = Jwk::parse(&json) {
            let _ = jwk.key.verifies(b"message", input);
            assert_eq!(
                PublicKey::parse(&jwk.key.to_jwk()),
                Some(jwk.key),
                "a key is written as it was read"
            );
        }
        let _ = Jwk::parse_set(&json);
    }
}

#[cfg(test)]
mod tests {
    use super::fuzz_jwt;

    #[test]
    fn fuzz_tokens_and_keys() {
        let seeds: [&[u8]; 4] = [
            b"eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhIn0.AAAA",
            br#"{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}"#,
            br#"{"keys":[{"kty":"RSA","n":"0vx7","e":"AQAB","kid":"1"}]}"#,
            br#"{"kty":"OKP","crv":"Ed25519","x":"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk"}"#,
        ];
        let mut state = 7_u32;
        for seed in seeds {
            for round in 0..2_000 {
                let mut input = seed.to_vec();
                for _ in 0..=(round % 4) {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let at = state as usize % input.len();
                    input[at] = state.to_be_bytes()[0];
                }
                fuzz_jwt(&input);
            }
            fuzz_jwt(seed);
        }
    }
}
