//! Behaviour tests of the exchange crate: one binary.
//!
//! Owns: the list of test files. Not here: unit tests (beside their code).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "test helpers"
)]

mod edxml;
mod service;
mod vxp;
