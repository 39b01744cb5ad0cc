//! The LDAP face.

mod codec;
mod connection;
mod kit;
mod table;
