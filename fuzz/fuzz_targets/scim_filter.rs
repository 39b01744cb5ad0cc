//! Fuzz target `scim_filter`; the function itself also runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_directory::scim::fuzz_scim_filter(data));
