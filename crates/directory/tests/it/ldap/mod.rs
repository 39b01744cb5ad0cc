//! The LDAP face.

mod codec;
mod connection;
pub(crate) mod kit;
mod table;
