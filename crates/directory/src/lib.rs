//! Directory faces (dịch vụ thư mục): LDAP and SCIM over our accounts, federation from LDAP.
//!
//! Owns: the protocols by which other systems read and keep people and groups.
//! Not here: accounts and groups themselves (`identity`), sign-on protocols (`sso`).
//! Invariant: every write goes through identity, with its rules and its audit event.
//! Follows: design document "Identity", sections 5 to 7.

pub mod error;
pub mod federation;
pub mod ldap;
pub mod scim;

use lgsp_identity::Identity;
use lgsp_platform::{Module, Platform, Running, messages::MessageFiles, module::Permission};

pub use error::{Error, Result};

/// Permissions of this crate.
pub const PERMISSIONS: &[Permission] = &[];

/// What the directory faces bring before anything runs.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub fn module() -> lgsp_platform::Result<Module> {
    Ok(Module {
        name: "directory",
        migrations: Vec::new(),
        kinds: Vec::new(),
        permissions: PERMISSIONS,
        messages: MessageFiles {
            vi: include_str!("../messages/vi.toml"),
            en: include_str!("../messages/en.toml"),
        },
    })
}

/// Starts the directory faces on a running platform.
///
/// # Errors
/// `platform.configuration.invalid` when the LDAP address cannot be opened.
pub async fn start(_platform: &Platform, _identity: &Identity) -> Result<Running> {
    Ok(Running::default())
}
