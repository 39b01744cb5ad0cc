//! The certificate by which a calling program proved itself in TLS.
//!
//! Owns: `ClientCertificate`, which the doors put into the extensions of a request.
//! Not here: asking for it (the doors), what it is worth (`sso`).
//! Invariant: who has one has proved the possession of its private key, to the door or to a
//! proxy that is believed; nothing else is said of it.
//! Follows: RFC 8705, section 2.

use std::sync::Arc;

/// A certificate whose private key the caller has.
#[derive(Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate itself, in DER.
    pub der: Vec<u8>,
    /// Whether it is valid now and leads to an authority of `server.client_ca_file`.
    pub is_trusted: bool,
}

/// The certificate of a connection, shared by its requests.
pub type SharedCertificate = Arc<ClientCertificate>;
