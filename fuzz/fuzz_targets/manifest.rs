//! Fuzz target `manifest`; the function itself also runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_platform::registry::file::fuzz_manifest(data));
