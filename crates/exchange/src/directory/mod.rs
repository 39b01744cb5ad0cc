//! Who speaks for whom: systems, their secrets and the axis, immutable in memory.
//!
//! Owns: `Directory`, what every call reads first; `Directories`, its exchange.
//! Not here: building it from the registry (`build.rs`), what agencies are (`lgsp_catalogue`).
//! Invariant: a call never waits for the database to learn who the caller is; secrets in plain
//! text live in this memory only.
//! Follows: design document "Document exchange", sections 1 and 7.

mod activity;
mod build;
mod codes;

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use lgsp_catalogue::{Catalogue, Snapshot};
use lgsp_model::{Timestamp, calendar::Calendar};
use lgsp_platform::Platform;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use activity::Activity;
pub(crate) use build::{SYSTEM_SECRET, UPSTREAM_SECRET};
pub use codes::{Place, Receiver, Unreachable};

use crate::{
    Result,
    kinds::{ExchangeSettings, System, Upstream},
};

/// A secret of a system, ready for use.
#[derive(Clone)]
pub struct SystemSecret {
    /// Identifier in the vault.
    pub id: Uuid,
    /// When it stops working; absent while it is the current one.
    pub retires_at: Option<Timestamp>,
    /// The value in plain text, as the system was shown it.
    pub value: Arc<Zeroizing<Vec<u8>>>,
    /// The same as key of HMAC-SHA256.
    pub key: ring::hmac::Key,
}

/// A system with everything that a call needs.
pub struct SystemEntry {
    /// Name of the resource.
    pub name: String,
    /// The specification.
    pub spec: System,
    /// Agencies that it speaks for (names of resources), sorted.
    pub agencies: Arc<[String]>,
    /// Its secrets, oldest first.
    pub secrets: Vec<SystemSecret>,
    /// When it was last seen; survives a rebuild.
    pub activity: Arc<Activity>,
}

impl SystemEntry {
    /// The secrets that work at `now`.
    pub fn secrets_at(&self, now: Timestamp) -> impl Iterator<Item = &SystemSecret> {
        self.secrets
            .iter()
            .filter(move |secret| secret.retires_at.is_none_or(|at| now < at))
    }

    /// Whether it speaks for the agency (name of the resource).
    #[must_use]
    pub fn speaks_for(&self, agency: &str) -> bool {
        self.agencies
            .binary_search_by(|known| known.as_str().cmp(agency))
            .is_ok()
    }
}

/// The axis with its secret.
pub struct UpstreamEntry {
    /// Name of the resource.
    pub name: String,
    /// The specification.
    pub spec: Upstream,
    /// The newest secret; absent until one is stored.
    pub secret: Option<Arc<Zeroizing<Vec<u8>>>>,
}

/// Everything that calls and workers read, as it was at one moment.
pub struct Directory {
    /// Agencies and code lists.
    pub catalogue: Arc<Snapshot>,
    /// Limits and times.
    pub settings: ExchangeSettings,
    /// Working days.
    pub calendar: Calendar,
    /// The axis, sorted by name; usually one.
    pub upstreams: Vec<Arc<UpstreamEntry>>,
    /// Agency at the top of the province (name of the resource).
    pub province: String,
    systems: Vec<Arc<SystemEntry>>,
    by_systemid: HashMap<String, Arc<SystemEntry>>,
    by_agency: HashMap<String, Arc<SystemEntry>>,
}

impl Directory {
    /// The system with this `systemid`, disabled ones included.
    #[must_use]
    pub fn system(&self, systemid: &str) -> Option<&Arc<SystemEntry>> {
        self.by_systemid.get(systemid)
    }

    /// The system of this resource name.
    #[must_use]
    pub fn system_named(&self, name: &str) -> Option<&Arc<SystemEntry>> {
        self.systems.iter().find(|system| system.name == name)
    }

    /// All systems, sorted by name.
    #[must_use]
    pub fn systems(&self) -> &[Arc<SystemEntry>] {
        &self.systems
    }

    /// The system that speaks for an agency (name of the resource).
    #[must_use]
    pub fn owner_of(&self, agency: &str) -> Option<&Arc<SystemEntry>> {
        self.by_agency.get(agency)
    }

    /// The code that we write into traces.
    #[must_use]
    pub fn trace_code(&self) -> &str {
        match self.settings.trace_code.trim() {
            "" => &self.province,
            code => code,
        }
    }

    /// The axis that is in use, if one is enabled.
    #[must_use]
    pub fn upstream(&self) -> Option<&Arc<UpstreamEntry>> {
        self.upstreams.iter().find(|upstream| upstream.spec.enabled)
    }
}

/// The newest directory, swapped when registry or secrets change.
#[derive(Clone)]
pub struct Directories {
    current: Arc<ArcSwap<Directory>>,
    platform: Platform,
    catalogue: Catalogue,
}

impl Directories {
    /// Builds the first directory.
    ///
    /// # Errors
    /// When a secret cannot be opened or the database fails.
    pub async fn open(platform: Platform, catalogue: Catalogue) -> Result<Self> {
        let first = build::build(&platform, &catalogue, None).await?;
        let current = Arc::new(ArcSwap::from_pointee(first));
        Ok(Self {
            current,
            platform,
            catalogue,
        })
    }

    /// The newest directory. Keep it for one piece of work, not for longer.
    #[must_use]
    pub fn get(&self) -> Arc<Directory> {
        self.current.load_full()
    }

    /// Builds a new directory now; whoever has just changed something may wait for it.
    ///
    /// # Errors
    /// When a secret cannot be opened or the database fails; the old directory stays.
    pub async fn refresh(&self) -> Result<()> {
        let old = self.get();
        let next = build::build(&self.platform, &self.catalogue, Some(&old)).await?;
        self.current.store(Arc::new(next));
        Ok(())
    }

    /// Follows the registry for ever.
    pub async fn follow(self) {
        let mut changes = self.platform.registry.watch();
        loop {
            // First of all once: something may have changed before we began to watch.
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "directory could not be rebuilt, the old one stays");
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
