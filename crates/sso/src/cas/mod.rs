//! CAS (máy chủ đăng nhập CAS): sign-on for applications that know nothing else.
//!
//! Owns: the handle `Cas`, its start.
//! Not here: tickets (`ticket.rs`), routes (`routes/`), the session (`identity`).
//! Invariant: a ticket is used once, within 30 seconds, for the service that it was made for.
//! Follows: CAS Protocol 3.0 (without proxy tickets); design document "Identity", section 4.

mod answer;
pub mod fuzz;
pub mod kind;
mod launcher;
mod logout;
mod refused;
mod routes;
mod service;
mod ticket;

use std::sync::Arc;

use lgsp_identity::Identity;
use lgsp_platform::{Platform, Running};

pub use kind::CasService;
pub use refused::Refused;
pub(crate) use ticket::MIGRATIONS;

use self::logout::CasLogout;
use crate::{back_channel, error::Result};

/// Handle to the CAS server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Cas(Arc<Parts>);

/// The parts of the CAS server.
pub(crate) struct Parts {
    platform: Platform,
    identity: Identity,
}

impl std::ops::Deref for Cas {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Starts the CAS server.
///
/// # Errors
/// `platform.configuration.invalid` when TLS cannot be set up.
pub(crate) fn start(platform: &Platform, identity: &Identity) -> Result<Running> {
    let cas = Cas(Arc::new(Parts {
        platform: platform.clone(),
        identity: identity.clone(),
    }));
    back_channel::start(platform, identity, Arc::new(CasLogout(cas.clone())))?;
    identity.add_ties(Arc::new(cas.clone()));
    platform
        .tasks
        .spawn_until_stopped("cas tickets", ticket::sweep(platform.clone()));
    Ok(Running {
        pages: routes::router(cas),
        ..Running::default()
    })
}
