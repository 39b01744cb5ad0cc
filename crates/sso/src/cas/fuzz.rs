//! Fuzz function of CAS; the loop also runs in the tests.
//!
//! Owns: what must hold for any query: no panic, and no address that leaves what is registered.

use super::service;
use crate::fields::{Fields, with_parameter};

/// Any bytes as the query of a CAS request.
///
/// # Panics
/// When an address changes its host by being given a ticket: a bug.
pub fn fuzz_cas(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let fields = Fields::parse(&text);
    fields.is_set("renew");
    fields.is_repeated("service");
    for url in [fields.get("service").unwrap_or_default(), text.into_owned()] {
        let Some(read) = service::read(&url) else {
            continue;
        };
        let target = with_parameter(&url, "ticket", "ST-x");
        assert!(!target.contains(['\r', '\n']), "{target:?}");
        let target = service::read(&target).filter(|_| url.len() < 2_000);
        assert!(
            target.is_none_or(|target| target.host_str() == read.host_str()),
            "{url:?}"
        );
    }
}
