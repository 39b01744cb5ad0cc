//! SAML 2.0 identity provider.
//!
//! Owns: `/saml/…`.
