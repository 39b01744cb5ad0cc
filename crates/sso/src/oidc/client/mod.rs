//! Clients of the provider.
//!
//! Owns: the kind `oidc-client`, secrets, keys, authentication, the snapshot that requests use.
//! Not here: registration by the client itself (`register/`).

pub(super) mod auth;
pub(super) mod jwks;
pub mod kind;
pub(crate) mod rules;
pub(super) mod secrets;
pub(super) mod snapshot;

pub use kind::OidcClient;
pub(super) use snapshot::{Client, Clients};
