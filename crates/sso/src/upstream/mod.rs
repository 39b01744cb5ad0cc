//! Upstream sign-on: other OpenID providers as a way in.
//!
//! Owns: identity providers, linking of accounts.
