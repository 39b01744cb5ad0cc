//! Behaviour tests of sign-on for other systems.
//!
//! Owns: the list of test files.
//! Invariant: a test moves the clock by hand; no test needs anything outside this machine.

mod cas;
mod kit;
mod messages;
mod oidc;
mod saml;
mod upstream;
