//! Sign-on for other systems (đăng nhập một lần): OpenID Connect, SAML, CAS, upstream providers.
//!
//! Owns: the protocols by which applications learn who somebody is, their clients, signing keys.
//! Not here: accounts, factors, sessions and their pages (`identity`); LDAP and SCIM (`directory`).
//! Invariant: a protocol opens no session of its own; each hangs its participants on the one
//! session of identity, and the end of that session reaches all of them.
//! Follows: design document "Identity", sections 2 to 4 and 8.

pub mod cas;
pub mod error;
pub mod keys;
pub mod oidc;
pub mod saml;
pub mod upstream;

use std::sync::LazyLock;

use lgsp_identity::Identity;
use lgsp_platform::{Module, Platform, Running, messages::MessageFiles, module::Permission};

pub use error::{Error, Result};

/// Permissions of this crate: those of its folders, one after another.
pub static PERMISSIONS: LazyLock<Vec<Permission>> = LazyLock::new(|| [keys::PERMISSIONS].concat());

/// What sign-on for other systems brings before anything runs.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub fn module() -> lgsp_platform::Result<Module> {
    Ok(Module {
        name: "sso",
        migrations: [keys::MIGRATIONS].concat(),
        kinds: Vec::new(),
        permissions: PERMISSIONS.as_slice(),
        messages: MessageFiles {
            vi: include_str!("../messages/vi.toml"),
            en: include_str!("../messages/en.toml"),
        },
    })
}

/// Starts the protocols on a running platform.
///
/// # Errors
/// `platform.database.failed` when the signing keys cannot be read.
pub async fn start(platform: &Platform, _identity: &Identity) -> Result<Running> {
    let keys = keys::Keys::start(platform).await?;
    Ok(Running {
        api: keys::router(keys),
        ..Running::default()
    })
}
