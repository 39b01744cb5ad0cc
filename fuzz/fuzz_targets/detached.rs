//! Fuzz target `detached`; the function itself also runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_platform::detached::fuzz_detached(data));
