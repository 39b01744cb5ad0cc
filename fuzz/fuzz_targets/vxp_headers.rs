//! Fuzz target `vxp_headers`; the function itself also runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_exchange::vxp::wire::fuzz_vxp_headers(data));
