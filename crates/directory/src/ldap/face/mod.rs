//! The face: our accounts, groups and agencies as an LDAP directory.
//!
//! Owns: `Face`, the handle that connections share.
//! Not here: the wire (`../wire`), applications and their secrets (`../apps`).
//! Invariant: read-only but for the own password and self-service; every decision about a
//! password is identity's.
//! Follows: design document "Identity", section 5; RFC 4510 to 4519.

mod bind;
mod build;
mod connection;
mod entry;
mod listener;
mod matching;
mod modify;
mod names;
mod narrow;
mod operations;
mod rate;
mod read;
pub(crate) mod schema;
mod search;
mod sight;
mod tls;

use std::sync::Arc;

use lgsp_catalogue::Catalogue;
use lgsp_identity::Identity;
use lgsp_platform::Platform;

pub use connection::REQUESTS_WAITING_MAX;
pub use listener::{Addresses, CONNECTIONS_MAX, SOURCE_CONNECTIONS_MAX, check};
pub use rate::{BINDS_MAX, WINDOW_MS};
pub use search::{ENTRIES_MAX, SEARCH_MS_MAX};

use self::{names::Names, rate::Rate, tls::Certificate};
use super::wire::Dn;
use crate::Result;

/// Handle to the face; cheap to clone.
#[derive(Clone)]
pub(crate) struct Face(Arc<Parts>);

/// What connections share.
pub(crate) struct Parts {
    platform: Platform,
    identity: Identity,
    catalogue: Catalogue,
    names: Names,
    rate: Rate,
    certificate: Option<Certificate>,
}

impl std::ops::Deref for Face {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Face {
    /// The face as the configuration wishes it.
    pub(crate) fn new(
        platform: &Platform,
        catalogue: &Catalogue,
        identity: &Identity,
    ) -> Result<Self> {
        let base = &platform.config.ldap.base_dn;
        let top = Dn::parse(base)
            .ok()
            .filter(|top| !top.0.is_empty())
            .ok_or_else(|| {
                lgsp_platform::Error::Configuration(format!("ldap.base_dn is no name: {base}"))
            })?;
        let server = &platform.config.server;
        let has_port =
            !platform.config.ldap.listen.is_empty() || !platform.config.ldap.tls_listen.is_empty();
        let certificate = match server.tls_certificate_file.as_str() {
            "" => None,
            _ if !has_port => None,
            file => Some(Certificate::open(file, &server.tls_key_file)?),
        };
        Ok(Self(Arc::new(Parts {
            platform: platform.clone(),
            identity: identity.clone(),
            catalogue: catalogue.clone(),
            names: Names { top },
            rate: Rate::default(),
            certificate,
        })))
    }

    /// Whether plain connections may become protected.
    fn has_start_tls(&self) -> bool {
        self.platform.config.ldap.start_tls && self.certificate.is_some()
    }
}
