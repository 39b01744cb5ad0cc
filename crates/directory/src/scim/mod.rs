//! SCIM 2.0 server.
//!
//! Owns: `/scim/v2/…`.
