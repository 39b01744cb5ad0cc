//! Behaviour tests of sign-on for other systems.
//!
//! Owns: the list of test files.
//! Invariant: a test moves the clock by hand; no test needs anything outside this machine.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test helpers"
)]

mod access;
mod cas;
mod conformance;
mod kit;
mod messages;
mod nodes;
mod oidc;
mod owners;
mod saml;
mod themes;
mod upstream;
