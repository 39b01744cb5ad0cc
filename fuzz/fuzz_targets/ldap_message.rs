//! Fuzz target `ldap_message`: messages, filters and names; the function also runs in the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lgsp_directory::ldap::wire::fuzz_ldap_message(data));
