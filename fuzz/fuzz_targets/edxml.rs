//! Fuzz target `edxml`; the function itself also runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_exchange::edxml::fuzz_edxml(data));
