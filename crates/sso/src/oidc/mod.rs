//! OpenID Connect and OAuth 2 provider.
//!
//! Owns: `/oauth2/…`, `/oidc/…`, `/.well-known/…`.
