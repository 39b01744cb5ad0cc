//! Signing in with outside OpenID providers (nhà cung cấp định danh): the national portal, `VNeID`,
//! any other.
//!
//! Owns: the kind `identity-provider`, the way there and back, linking accounts, requests.
//! Not here: our own provider (`oidc/`), sessions and factors (`identity`).
//! Invariant: provider and subject are the key of a person; an outside answer opens a session
//! only for an account that was linked to it with a proof of both, or by an administrator.
//! Follows: design document "Identity", section 8. `VNeID`'s document is not public and the
//! portal's calls were read from older software: both profiles are marked unverified.

mod answer;
mod begin;
mod callback;
mod claims;
mod client;
pub mod error;
mod fetch;
mod id_token;
mod kind;
mod last_claims;
mod linking;
mod options;
mod proof;
mod provider;
mod requests;
mod routes;
mod sealing;
mod tables;
mod ties;
mod transaction;
mod web;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, routing::get};
use lgsp_identity::{Account, Actor, Identity};
use lgsp_platform::{
    Platform, Running,
    http::trace,
    journal::{Class, Event},
    registry::Kind as _,
};
use zeroize::Zeroizing;

pub use claims::{ClaimMap, Mapped};
pub use kind::{ClientAuth, IdentityProvider, Level, PersonKind, Profile, Unknown, UserinfoMethod};
pub(crate) use routes::PERMISSIONS;
pub(crate) use tables::MIGRATIONS;

use error::{Error, Result};
use fetch::Fetcher;
use provider::Providers;
use sealing::Sealing;

use crate::keys::Keys;

/// The kind of a provider.
const KIND: &str = IdentityProvider::KIND;
/// How often what has ended is removed.
const SWEEP_MS: i64 = 60_000;
/// Largest form of the pages.
const FORM_BYTES_MAX: usize = 16 * 1_024;

/// Handle to upstream sign-on; cheap to clone.
#[derive(Clone)]
pub(crate) struct Upstream(Arc<Parts>);

/// The parts of upstream sign-on.
pub(crate) struct Parts {
    platform: Platform,
    identity: Identity,
    providers: Providers,
    sealing: Sealing,
    keys: Keys,
}

impl std::ops::Deref for Upstream {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Starts upstream sign-on and puts its buttons on the sign-in page.
///
/// # Errors
/// `platform.secret.unreadable`, `platform.configuration.invalid`.
pub(crate) async fn start(
    platform: &Platform,
    identity: &Identity,
    keys: &Keys,
) -> Result<Running> {
    let fetcher = Fetcher::new()?;
    let upstream = Upstream(Arc::new(Parts {
        platform: platform.clone(),
        identity: identity.clone(),
        providers: Providers::new(platform, fetcher),
        sealing: Sealing::open(platform).await?,
        keys: keys.clone(),
    }));
    identity.offer(Arc::new(upstream.clone()));
    identity.add_ties(Arc::new(upstream.clone()));
    let swept = upstream.clone();
    platform
        .tasks
        .spawn_until_stopped("upstream sweep", async move {
            loop {
                let now = swept.platform.clock.now();
                if let Err(error) = transaction::sweep(&swept.platform.db, now).await {
                    tracing::warn!(%error, "ended sign-ins could not be removed");
                }
                if let Err(error) = last_claims::sweep(&swept.platform.db, now).await {
                    tracing::warn!(%error, "claims of sign-ins could not be forgotten");
                }
                swept.platform.clock.sleep(SWEEP_MS).await;
            }
        });
    let pages = Router::new()
        .route("/sign-in/with/{provider}", get(begin::begin))
        .route("/sign-in/from/{provider}", get(callback::callback))
        .route(client::KEYS_PATH, get(client::published))
        .route("/link-account/{id}", get(proof::show).post(proof::submit))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(upstream.clone());
    Ok(Running {
        api: routes::router(upstream),
        pages,
        ..Running::default()
    })
}

impl Upstream {
    /// The newest secret of a provider that works.
    async fn client_secret(&self, provider: &str) -> Result<Zeroizing<String>> {
        let now = self.platform.clock.now();
        let secrets = self.platform.vault.open_all(KIND, now).await?;
        let newest = secrets
            .into_iter()
            .filter(|secret| secret.owner == provider)
            .max_by_key(|secret| secret.info.id);
        let secret = newest.ok_or(Error::SecretMissing)?;
        let text = std::str::from_utf8(&secret.value).map_err(|_| Error::SecretMissing)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// An audit event; goes into the transaction of the act.
    fn event(
        &self,
        actor: &Actor,
        action: &str,
        (kind, subject): (&str, impl std::fmt::Display),
    ) -> Event {
        let name = actor.name.clone();
        let subject = (kind, subject.to_string());
        let mut event = Event::new(Class::Audit, actor.now, name, action, subject);
        event.address.clone_from(&actor.address);
        event.on_behalf_of.clone_from(&actor.on_behalf_of);
        event.trace_id = trace::current();
        event
    }

    /// An audit event about an account.
    fn account_event(&self, actor: &Actor, action: &str, account: &Account) -> Event {
        let mut event = self.event(actor, action, ("account", &account.username));
        event.agency.clone_from(&account.agency);
        event
    }
}
