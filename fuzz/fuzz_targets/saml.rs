//! Fuzz target `saml`; the function itself also runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_sso::saml::fuzz::fuzz_saml(data));
