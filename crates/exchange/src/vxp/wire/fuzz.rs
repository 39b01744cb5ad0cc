//! The fuzz target of the header check.
//!
//! Owns: `fuzz_vxp_headers`, a plain function that cargo-fuzz and our own loop both call.
//! Invariant: no input panics.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use lgsp_model::Timestamp;

use super::{
    Claim, DigestForm, HASH_HEADER, MacKey, NewAgency, Parameters, SIGN_HEADER, Window,
    is_hash_file, mac_key, mac_of, parse_timestamp, read_answer,
};

/// Reads the input as header lines (`name: value`) and checks them twice: as they are, and with
/// a MAC that fits, so that the steps behind the MAC are reached.
pub fn fuzz_vxp_headers(input: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = line.split_at(colon);
        let name = HeaderName::from_bytes(name.trim_ascii());
        let value = HeaderValue::from_bytes(value.get(1..).unwrap_or_default().trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let key = mac_key(b"fuzz");
    check(&headers, &key);
    if let Some(signed) = headers.get(SIGN_HEADER).cloned()
        && let Ok(mac) = HeaderValue::try_from(mac_of(&key, signed.as_bytes()))
    {
        headers.insert(HASH_HEADER, mac);
        check(&headers, &key);
    }
    if let Ok(parameters) = Parameters::read(input) {
        let _ = parameters.has_conflict();
    }
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = parse_timestamp(text, 420);
        let _ = is_hash_file(text, &[0; 32], DigestForm::Unpadded);
    }
    let _ = NewAgency::read(input);
    if let Ok(answer) = read_answer(200, input) {
        // Only that it ends; a wrong shape is an error and nothing more.
        drop((
            answer.clone().received(),
            answer.clone().sent(),
            answer.agencies(),
        ));
    }
}

fn check(headers: &HeaderMap, key: &MacKey) {
    if let Ok(claim) = Claim::read(headers)
        && let Ok(call) = claim.check([key], &Window::default(), Timestamp(1_795_328_100_042))
    {
        let _ = call.parameters.get("docId");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vxp::wire::{JSON, sign};

    /// A small loop with fixed seeds: bytes of a good call, changed at random.
    #[test]
    fn fuzz_changed_calls_do_not_panic() {
        let logical = [
            ("timestamp", "22112026T131500+0042"),
            ("systemid", "demo"),
            ("Content-Type", JSON),
            ("docId", "\"a\\b"),
        ];
        let headers = sign(&mac_key(b"fuzz"), &logical).unwrap();
        let mut corpus = Vec::new();
        for (name, value) in &headers {
            corpus.extend_from_slice(name.as_str().as_bytes());
            corpus.extend_from_slice(b": ");
            corpus.extend_from_slice(value.as_bytes());
            corpus.push(b'\n');
        }
        fuzz_vxp_headers(&corpus);
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..20_000 {
            let mut input = corpus.clone();
            for _ in 0..3 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let place = usize::try_from(state >> 16).unwrap() % input.len();
                input[place] = state.to_le_bytes()[0];
            }
            fuzz_vxp_headers(&input);
        }
    }
}
