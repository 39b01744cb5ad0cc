//! LDAP face on our own store.
//!
//! Owns: the LDAP listener.
