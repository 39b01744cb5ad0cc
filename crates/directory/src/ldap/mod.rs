//! LDAP: a face on our own store, the codec that federation uses too.
//!
//! Owns: the LDAP listener, applications and application passwords.
//! Not here: directories of others (`federation/`), accounts and passwords (`identity`).
//! Follows: design document "Identity", section 5; RFC 4510 to 4519, 2696, 3062, 4532.

pub mod apps;
pub mod face;
pub mod wire;

use lgsp_catalogue::Catalogue;
use lgsp_identity::Identity;
use lgsp_platform::{Platform, registry::KindDescriptor};

pub use face::{Addresses, check};

use crate::Result;

pub(crate) use apps::secrets::MIGRATIONS;

/// The kinds of resources of the face.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub(crate) fn kinds() -> lgsp_platform::Result<Vec<KindDescriptor>> {
    Ok(vec![KindDescriptor::of::<apps::LdapApp>()?])
}

/// Opens the ports that are configured.
///
/// # Errors
/// `platform.configuration.invalid` when a port, a name or a certificate cannot be used.
pub(crate) async fn start(
    platform: &Platform,
    catalogue: &Catalogue,
    identity: &Identity,
) -> Result<Addresses> {
    face::Face::new(platform, catalogue, identity)?.open().await
}
