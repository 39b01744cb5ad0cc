//! Clients of the provider.
//!
//! Owns: the kind `oidc-client`, secrets, keys, authentication, the snapshot that requests use.
//! Not here: registration by the client itself (`register/`).

pub(super) mod auth;
pub(super) mod certificate;
pub(super) mod jwks;
pub mod kind;
pub(crate) mod rules;
pub(super) mod secrets;
pub(super) mod snapshot;
pub(super) mod uses;

use lgsp_identity::Actor;
use lgsp_platform::Platform;

use crate::error::Result;

pub use kind::OidcClient;
pub(super) use snapshot::{Client, Clients};

/// Whether a client has a secret that works.
///
/// # Errors
/// `platform.database.failed`.
pub async fn has_client_secret(platform: &Platform, client: &str) -> Result<bool> {
    let now = platform.clock.now();
    Ok(!secrets::list(&platform.db, client, now).await?.is_empty())
}

/// A new secret for a client; those before it work for seven days more.
///
/// # Errors
/// `platform.thing.not_found`, `platform.database.failed`.
pub async fn issue_client_secret(
    platform: &Platform,
    actor: &Actor,
    client: &str,
) -> Result<String> {
    let made = secrets::rotate(platform, actor, client, secrets::OVERLAP_MS).await?;
    Ok(made.1)
}
