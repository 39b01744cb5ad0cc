//! The VXP interface: how systems hand documents over by signed HTTP calls.
//!
//! Owns: the wire (`wire/`, also used by the client of the national axis), our own server, and
//! what other systems wish of the catalogue of agencies.
//! Not here: what a document is and where it goes (`service/`), the codec (`edxml/`).
//! Follows: design document "Document exchange", section 7.

pub mod proposals;
pub mod server;
pub mod wire;

pub use server::router;
