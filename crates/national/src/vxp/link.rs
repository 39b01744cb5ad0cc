//! The axis in use: its client, made anew when its resource or secret changes.
//!
//! Owns: `Links`, which gives the client for the next call; the probe of an open circuit.
//! Not here: calls (`client/`), counting failures (`breaker.rs`).
//! Invariant: no call is made with a specification or secret that the directory no longer has.

use std::sync::{Arc, Mutex, PoisonError};

use lgsp_exchange::{
    Exchange, directory::UpstreamEntry, service::MessageType, vxp::wire::DigestForm,
};
use lgsp_model::Timestamp;

use super::{
    breaker::{Health, Permit},
    client::{Client, ClientOptions, Failure, Settings},
};

/// An axis and its client.
pub(super) struct Link {
    /// Name of the resource.
    pub name: String,
    /// The client.
    pub client: Client,
    poll_seconds: u32,
    entry: Arc<UpstreamEntry>,
    message_bytes_max: u64,
}

/// How the axis is, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamStatus {
    /// Name of the resource.
    pub name: String,
    /// How it is.
    pub health: Health,
    /// The last call that worked, since the start of this process.
    pub last_success_at: Option<Timestamp>,
}

impl Link {
    /// Pause between two polls.
    #[must_use]
    pub(super) fn poll_ms(&self) -> i64 {
        i64::from(self.poll_seconds.max(1)) * 1_000
    }

    /// Asks the circuit before a call; when it is half-open, probes with a count of what waits.
    ///
    /// # Errors
    /// When calls may be made again.
    pub(super) async fn gate(&self, now: Timestamp) -> Result<(), Timestamp> {
        match self.client.breaker().permit(now) {
            Permit::Go => Ok(()),
            Permit::Wait(at) => Err(at),
            Permit::Probe => match self.client.count(MessageType::Edoc).await {
                Ok(_) => Ok(()),
                // An answer all the same, if only a refusal of this one call.
                Err(failure) if !failure.is_of_axis() => Ok(()),
                Err(_) => match self.client.breaker().permit(now) {
                    Permit::Wait(at) => Err(at),
                    Permit::Go | Permit::Probe => Ok(()),
                },
            },
        }
    }

    /// How the axis is.
    #[must_use]
    pub(super) fn status(&self) -> UpstreamStatus {
        UpstreamStatus {
            name: self.name.clone(),
            health: self.client.breaker().health(),
            last_success_at: self.client.breaker().last_success_at(),
        }
    }

    fn is_of(&self, entry: &UpstreamEntry, message_bytes_max: u64) -> bool {
        let is_same_secret = match (&self.entry.secret, &entry.secret) {
            (Some(known), Some(new)) => known[..] == new[..],
            (known, new) => known.is_none() && new.is_none(),
        };
        self.name == entry.name
            && self.entry.spec == entry.spec
            && is_same_secret
            && self.message_bytes_max == message_bytes_max
    }
}

/// The axis in use.
pub(super) struct Links {
    exchange: Exchange,
    options: ClientOptions,
    current: Mutex<Option<Arc<Link>>>,
}

impl Links {
    /// No client yet.
    #[must_use]
    pub(super) fn new(exchange: Exchange, options: ClientOptions) -> Self {
        Self {
            exchange,
            options,
            current: Mutex::new(None),
        }
    }

    /// The axis that is enabled and has a secret.
    #[must_use]
    pub(super) fn current(&self) -> Option<Arc<Link>> {
        let directory = self.exchange.directory();
        let max = directory.settings.message_bytes_max;
        let entry = directory.upstream()?;
        let secret = entry.secret.as_ref()?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = current.as_ref().filter(|link| link.is_of(entry, max)) {
            return Some(link.clone());
        }
        match self.make(entry, secret, max) {
            Ok(link) => {
                let link = Arc::new(link);
                *current = Some(link.clone());
                Some(link)
            }
            Err(failure) => {
                tracing::error!(error = %failure, upstream.name = entry.name,
                    "no client can be made for the axis");
                *current = None;
                None
            }
        }
    }

    fn make(
        &self,
        entry: &Arc<UpstreamEntry>,
        secret: &[u8],
        message_bytes_max: u64,
    ) -> Result<Link, Failure> {
        let spec = &entry.spec;
        let settings = Settings {
            url: spec.url.clone(),
            systemid: spec.systemid.clone(),
            has_body_crlf: spec.body_crlf,
            digest_form: if spec.padded_hash {
                DigestForm::Padded
            } else {
                DigestForm::Unpadded
            },
            is_local_allowed: spec.allow_local_addresses,
            message_bytes_max,
        };
        Ok(Link {
            name: entry.name.clone(),
            client: Client::new(&self.exchange, settings, secret, self.options)?,
            poll_seconds: spec.poll_seconds,
            entry: entry.clone(),
            message_bytes_max,
        })
    }
}
