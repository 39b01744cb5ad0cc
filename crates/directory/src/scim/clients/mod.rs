//! SCIM clients: systems that keep people and groups here, and their tokens.
//!
//! Owns: the kind, the tokens, their operations.
//! Not here: what a client does (`../`).

pub mod kind;
pub(crate) mod routes;
pub mod tokens;

pub use kind::ScimClient;
