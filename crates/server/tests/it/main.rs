//! The whole program as a black box: real processes, real sockets, an independent client.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "test helpers"
)]

mod api;
mod contract;
mod crash;
mod field;
mod large;
mod mail;
mod mtls;
mod oidc;
mod operations;
mod rights;
mod saml;
mod schema;
mod scim;
mod secrets;
mod signature;
mod spans;
mod storage_full;
