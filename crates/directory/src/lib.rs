//! Directory faces (dịch vụ thư mục): LDAP and SCIM over our accounts, federation from LDAP.
//!
//! Owns: the protocols by which other systems read and keep people and groups.
//! Not here: accounts and groups themselves (`identity`), sign-on protocols (`sso`).
//! Invariant: every write goes through identity, with its rules and its audit event.
//! Follows: design document "Identity", sections 5 to 7.

pub mod error;
pub mod federation;
pub mod ldap;
mod permissions;
pub mod scim;

use std::sync::Arc;

use lgsp_catalogue::Catalogue;
use lgsp_identity::Identity;
use lgsp_platform::{Module, Platform, Running, messages::MessageFiles};

pub use error::{Error, Result};
pub use permissions::PERMISSIONS;

/// What the directory faces bring before anything runs.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub fn module() -> lgsp_platform::Result<Module> {
    Ok(Module {
        name: "directory",
        migrations: [
            ldap::MIGRATIONS,
            &federation::migrations(),
            scim::MIGRATIONS,
        ]
        .concat(),
        kinds: [ldap::kinds()?, federation::kinds()?, scim::kinds()?].concat(),
        permissions: PERMISSIONS,
        messages: MessageFiles {
            vi: include_str!("../messages/vi.toml"),
            en: include_str!("../messages/en.toml"),
        },
    })
}

/// Handle to the directory faces; cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Parts>);

/// The parts of the directory faces.
pub struct Parts {
    platform: Platform,
    identity: Identity,
    ldap: ldap::Addresses,
    federation: federation::Federation,
}

impl std::ops::Deref for Directory {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Directory {
    /// Where the LDAP face listens.
    #[must_use]
    pub fn ldap_addresses(&self) -> ldap::Addresses {
        self.ldap
    }

    /// The directories of others.
    #[must_use]
    pub fn federation(&self) -> &federation::Federation {
        &self.federation
    }

    /// Base address of the SCIM interface.
    #[must_use]
    pub fn scim_base(&self) -> String {
        scim::base(&self.identity)
    }

    /// The name with which an LDAP application binds.
    #[must_use]
    pub fn app_dn(&self, name: &str) -> String {
        let base = &self.platform.config.ldap.base_dn;
        format!("{},ou=apps,{base}", ldap::wire::dn::Rdn::new("cn", name))
    }
}

/// Starts the directory faces on a running platform: the handle for the composition, and routes.
///
/// # Errors
/// `platform.configuration.invalid` when an LDAP address, name or certificate cannot be used.
pub async fn start(
    platform: &Platform,
    catalogue: &Catalogue,
    identity: &Identity,
) -> Result<(Directory, Running)> {
    let addresses = ldap::start(platform, catalogue, identity).await?;
    let directory = Directory(Arc::new(Parts {
        platform: platform.clone(),
        identity: identity.clone(),
        ldap: addresses,
        federation: federation::start(platform, identity),
    }));
    identity.keep_app_passwords(Arc::new(directory.clone()));
    let scim = scim::router(platform, catalogue, identity)?;
    let running = Running {
        api: ldap::apps::routes::router()
            .merge(federation::routes::router())
            .merge(scim::clients::routes::router())
            .with_state(directory.clone()),
        pages: scim.clone(),
        service: scim,
    };
    Ok((directory, running))
}
