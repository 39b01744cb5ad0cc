//! The SCIM 2.0 server: other systems keep people and groups here.
//!
//! Owns: everything below `/scim/v2`, the kind `scim-client` and its tokens.
//! Not here: accounts and groups themselves (`identity`), LDAP (`../ldap`).
//! Invariant: every write goes through identity, with its rules and its audit event; a client
//! writes in its subtree of agencies only; who deletes a user makes its person leave.
//! Follows: RFC 7643, RFC 7644; design document "Identity", section 7.

mod bulk;
mod change;
pub mod clients;
mod discovery;
mod error;
mod filter;
mod group;
mod groups;
mod http;
mod json;
mod normal;
mod patch;
mod path;
mod project;
mod query;
mod resource;
mod scan;
mod schema;
mod scope;
mod user;
mod users;

use std::sync::Arc;

use axum::Router;
use lgsp_catalogue::Catalogue;
use lgsp_identity::Identity;
use lgsp_platform::{Platform, registry::KindDescriptor};
use tokio::sync::Mutex;
use uuid::Uuid;

pub use filter::parse::fuzz_scim_filter;

pub(crate) use clients::tokens::MIGRATIONS;

/// Resources that are written at the same time; a power of two.
const LOCKS: usize = 64;

/// The kinds of this folder.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub(crate) fn kinds() -> lgsp_platform::Result<Vec<KindDescriptor>> {
    Ok(vec![KindDescriptor::of::<clients::ScimClient>()?])
}

/// The address below which the interface lies.
pub(crate) fn base(identity: &Identity) -> String {
    format!("{}/scim/v2", identity.issuer())
}

/// The interface, for both doors.
///
/// # Errors
/// `platform.configuration.invalid` when a schema of the program is damaged: a bug.
pub(crate) fn router(
    platform: &Platform,
    catalogue: &Catalogue,
    identity: &Identity,
) -> lgsp_platform::Result<Router> {
    let schemas = schema::Schemas::load();
    let schemas = schemas
        .map_err(|error| lgsp_platform::Error::Configuration(format!("scim schemas: {error}")))?;
    let scim = Scim(Arc::new(Parts {
        platform: platform.clone(),
        catalogue: catalogue.clone(),
        base: base(identity),
        identity: identity.clone(),
        schemas,
        locks: (0..LOCKS).map(|_| Mutex::new(())).collect(),
    }));
    Ok(http::router(scim))
}

/// Handle to the interface; cheap to clone.
#[derive(Clone)]
pub(crate) struct Scim(Arc<Parts>);

/// The parts of the interface.
pub(crate) struct Parts {
    platform: Platform,
    catalogue: Catalogue,
    identity: Identity,
    schemas: schema::Schemas,
    base: String,
    locks: Vec<Mutex<()>>,
}

impl std::ops::Deref for Scim {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Scim {
    /// Held from reading a resource to writing it: writers of one node wait for each other, rather
    /// than try again.
    async fn lock(&self, id: Uuid) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let place = usize::from(id.as_bytes().iter().fold(0_u8, |sum, byte| sum ^ byte));
        let lock = self.locks.get(place % LOCKS)?;
        Some(lock.lock().await)
    }
}
