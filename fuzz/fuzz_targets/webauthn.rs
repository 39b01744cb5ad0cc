//! Fuzz target `webauthn`: CBOR, attestation, client data and keys; the function itself also
//! runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_identity::factors::fuzz_webauthn(data));
