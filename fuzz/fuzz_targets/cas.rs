//! Fuzz target `cas`; the function itself also runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_sso::cas::fuzz::fuzz_cas(data));
