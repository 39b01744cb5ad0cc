//! Applications that read the directory, and the passwords that people give them.
//!
//! Owns: the kind `ldap-app`, secrets of applications, application passwords, their routes.
//! Not here: the protocol (`face/`).

pub mod kind;
mod own;
pub(crate) mod routes;
pub mod secrets;

pub use kind::LdapApp;
