//! Behaviour tests of the directory crate: one binary.
//!
//! Owns: the list of test files. Not here: unit tests (beside their code).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test helpers"
)]

mod federation;
mod ldap;
mod messages;
mod scim;
