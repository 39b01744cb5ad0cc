//! The national sign-on, simulated: an OpenID provider like the national public-service portal's,
//! and one in the place of VNeID.
//!
//! Owns: start, the handle with which tests and the control interface steer it.
//! Not here: the endpoints (`authorize.rs`, `endpoints.rs`), people (`people.rs`), faults.
//! Invariant: every person, firm and number is invented; state lives in memory.
//! Follows: design document "Identity", section 8. The portal's calls and claims were read from
//! older portal software; nothing of VNeID's own document is known, so its profile is unverified.

mod authorize;
mod clients;
mod control;
mod endpoints;
mod faults;
mod http;
mod keys;
mod page;
mod people;
mod seed;
mod state;
mod tokens;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;

use crate::clock::{ClockMode, VirtualClock};
use state::State;

pub use faults::{Endpoint, SsoFault, SsoFaultRule};
pub use people::{Person, PersonKind};
pub use seed::{ClientSeed, ProfileSeed, SsoSeed};

/// How the simulated sign-on runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct SsoOptions {
    /// Where time comes from.
    pub clock: ClockMode,
}

struct Sso {
    state: Mutex<State>,
    clock: VirtualClock,
    base: String,
}

impl Sso {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A poisoned lock only means that another call panicked; the state is still whole rows.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seconds Unix UTC, as tokens carry them.
    fn now_s(&self) -> i64 {
        self.clock.now_ms().div_euclid(1_000)
    }
}

/// Steers a running sign-on from the same process. Clones share one.
#[derive(Clone)]
pub struct SsoHandle {
    sso: Arc<Sso>,
}

impl SsoHandle {
    /// A sign-on that is not listening yet; `base` is the address that it will be reached at.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn new(base: &str, seed: SsoSeed, options: SsoOptions) -> anyhow::Result<Self> {
        let sso = Sso {
            state: Mutex::new(State::new(seed)?),
            clock: VirtualClock::new(options.clock),
            base: base.trim_end_matches('/').to_owned(),
        };
        Ok(Self { sso: Arc::new(sso) })
    }

    /// The issuer of a profile: `portal` or `vneid`.
    pub fn issuer(&self, profile: &str) -> String {
        format!("{}/{profile}", self.sso.base)
    }

    /// The people and firms, in the order of their numbers.
    pub fn people(&self) -> Vec<Person> {
        self.sso.lock().people.clone()
    }

    /// Adds a fault; the number serves to take it away.
    pub fn add_fault(&self, rule: SsoFaultRule) -> u64 {
        self.sso.lock().faults.add(rule)
    }

    /// Faults that can still happen, with their numbers.
    pub fn faults(&self) -> Vec<(u64, SsoFaultRule)> {
        self.sso.lock().faults.list()
    }

    /// Takes one fault away; false when there is none of this number.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.sso.lock().faults.remove(id)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.sso.lock().faults.clear();
    }

    /// Signs with a new key from now on; the old one leaves the published set.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn rotate_key(&self) -> anyhow::Result<()> {
        self.sso.lock().keys.rotate()
    }

    /// Registers the public keys of a client, which must prove itself with them from now on;
    /// false when there is no such client.
    pub fn set_client_keys(&self, profile: &str, client_id: &str, jwks: serde_json::Value) -> bool {
        let mut state = self.sso.lock();
        let found = state
            .profiles
            .iter_mut()
            .filter(|known| known.name == profile)
            .flat_map(|known| &mut known.clients)
            .find(|client| client.client_id == client_id);
        let is_found = found.is_some();
        if let Some(client) = found {
            client.jwks = Some(jwks);
        }
        is_found
    }

    /// Changes a profile; false when there is none of this name.
    pub fn change_profile(&self, profile: &str, change: impl FnOnce(&mut ProfileSeed)) -> bool {
        let mut state = self.sso.lock();
        let mut known = state.profiles.iter_mut();
        let found = known.find(|known| known.name == profile);
        let is_found = found.is_some();
        if let Some(found) = found {
            change(found);
        }
        is_found
    }

    /// How often an endpoint was called.
    pub fn calls(&self, endpoint: Endpoint) -> u64 {
        self.sso.lock().calls.get(&endpoint).copied().unwrap_or(0)
    }

    /// Moves the time of the sign-on forward.
    pub fn advance(&self, by: Duration) {
        self.sso.clock.advance(by);
    }
}

/// Serves a sign-on that is steered through `handle` until `shutdown` completes.
///
/// # Errors
/// None at present; broken connections are logged and dropped.
pub async fn serve(
    listener: TcpListener,
    handle: SsoHandle,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    tokio::select! {
        () = http::accept_all(listener, handle) => {}
        () = shutdown => {}
    }
    Ok(())
}
