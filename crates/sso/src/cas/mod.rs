//! CAS server: login, ticket validation, single logout.
//!
//! Owns: `/cas/…`.
