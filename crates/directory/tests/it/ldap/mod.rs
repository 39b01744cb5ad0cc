//! The LDAP face.

mod api;
mod codec;
mod connection;
pub(crate) mod kit;
mod table;
mod tls;
