//! Signing keys: life cycle, rotation, JWS.
//!
//! Owns: the keys with which the platform signs.
