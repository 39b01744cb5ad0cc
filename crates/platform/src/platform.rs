//! One running platform: database, primitives, vault, clock, tasks.
//!
//! Owns: opening everything in the right order, stopping in the reverse one.
//! Not here: doors and capabilities (`server`).

use std::sync::Arc;

use lgsp_model::Timestamp;

use crate::{
    blobs::Blobs,
    clock::{Clock, Ids},
    config::Config,
    db::{Database, Migration},
    error::{Error, Result},
    files::DataLock,
    journal::{self, seal::Sealer},
    ledger::{self, Ledger},
    messages,
    metrics::Metrics,
    module::Module,
    registry::{self, Registry, watch},
    secrets::{self, Vault},
    sweep,
    tasks::Tasks,
};

/// How often the gauges of queues and journal are read.
const GAUGES_INTERVAL_MS: i64 = 10_000;

/// Handle to the running platform; cheap to clone.
#[derive(Clone)]
pub struct Platform(Arc<Parts>);

/// The parts of a running platform.
pub struct Parts {
    /// Configuration it was started with.
    pub config: Config,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Identifiers.
    pub ids: Ids,
    /// The database.
    pub db: Database,
    /// Large bodies.
    pub blobs: Blobs,
    /// Secrets.
    pub vault: Vault,
    /// What the platform is told to do.
    pub registry: Registry,
    /// What it has promised.
    pub ledger: Ledger,
    /// Seals what has happened.
    pub sealer: Arc<Sealer>,
    /// Background tasks.
    pub tasks: Tasks,
    /// Metrics.
    pub metrics: Metrics,
    /// When it was started.
    pub started_at: Timestamp,
    /// Held while it runs with the embedded database.
    _lock: Option<DataLock>,
}

impl std::ops::Deref for Platform {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The tables of the platform itself, in order.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    [
        secrets::MIGRATIONS,
        ledger::MIGRATIONS,
        journal::MIGRATIONS,
        registry::MIGRATIONS,
    ]
    .concat()
}

impl Platform {
    /// Opens database and primitives with what the modules bring, and starts their tasks.
    ///
    /// # Errors
    /// `platform.configuration.invalid` when the data folder is in use or a key is wrong;
    /// `platform.database.failed`; `platform.file.failed`.
    pub async fn start(config: Config, clock: Arc<dyn Clock>, modules: &[Module]) -> Result<Self> {
        messages::install(&messages::PLATFORM)?;
        for module in modules {
            messages::install(&module.messages)?;
        }
        let data_dir = config.server.data_dir.clone();
        std::fs::create_dir_all(&data_dir)?;
        let is_embedded = config.database.url.is_empty();
        let lock = is_embedded
            .then(|| DataLock::acquire(&data_dir))
            .transpose()?;
        let db = if is_embedded {
            Database::open_sqlite(&data_dir.join("lgsp.db")).await?
        } else {
            Database::open_postgres(&config.database.url).await?
        };
        let mut all = migrations();
        all.extend(
            modules
                .iter()
                .flat_map(|module| module.migrations.iter().copied()),
        );
        db.migrate(&all).await?;
        let kinds = modules
            .iter()
            .flat_map(|module| module.kinds.iter().cloned())
            .collect();
        let registry = Registry::open(db.clone(), kinds).await?;
        let vault = Vault::open(db.clone(), &config.master_key_path()).await?;
        let seed = vault.key("journal", clock.now()).await?;
        let sealer = Arc::new(Sealer::new(db.clone(), clock.clone(), &seed, &data_dir)?);
        let blobs = Blobs::open_local(&config.blobs_dir(), &data_dir.join("spool"))?;
        let tasks = Tasks::default();
        let ledger = Ledger::start(db.clone(), blobs.clone(), clock.clone(), &tasks).await?;
        let started_at = clock.now();
        let platform = Self(Arc::new(Parts {
            config,
            clock,
            ids: Ids,
            db,
            blobs,
            vault,
            registry,
            ledger,
            sealer,
            tasks,
            metrics: Metrics::default(),
            started_at,
            _lock: lock,
        }));
        platform.start_tasks();
        Ok(platform)
    }

    fn start_tasks(&self) {
        self.db.start_tasks(self.clock.clone(), &self.tasks);
        self.tasks
            .spawn_until_stopped("journal sealer", self.sealer.clone().run());
        if self.db.is_postgres() {
            let (registry, clock) = (self.registry.clone(), self.clock.clone());
            self.tasks
                .spawn_until_stopped("registry poll", watch::poll(registry, clock));
            let (registry, clock) = (self.registry.clone(), self.clock.clone());
            let url = self.config.database.url.clone();
            self.tasks
                .spawn_until_stopped("registry listen", watch::listen(registry, url, clock));
        }
        sweep::start(&self.ledger, &self.tasks);
        let weak = Arc::downgrade(&self.0);
        let clock = self.clock.clone();
        self.tasks.spawn_until_stopped("gauges", async move {
            while let Some(parts) = weak.upgrade() {
                if let Err(error) = read_gauges(&parts).await {
                    tracing::debug!(%error, "gauges could not be read");
                }
                drop(parts);
                clock.sleep(GAUGES_INTERVAL_MS).await;
            }
        });
    }

    /// Proves that the database can be read and written.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn check_ready(&self) -> Result<()> {
        self.db
            .query_one("SELECT name FROM schema_migration LIMIT 1", vec![])
            .await?
            .map(|_| ())
            .ok_or_else(|| Error::Internal("no schema".to_owned()))
    }

    /// Stops all tasks, commits what was accepted, closes the database.
    pub async fn stop(&self) {
        self.tasks.stop().await;
        if let Err(error) = self.sealer.seal_once().await {
            tracing::debug!(%error, "last seal");
        }
        self.db.close().await;
    }
}

async fn read_gauges(parts: &Parts) -> Result<()> {
    parts.metrics.set_deliveries(&parts.ledger.counts().await?);
    let sql = "SELECT COUNT(*) AS n FROM journal_event WHERE block IS NULL";
    let row = parts.db.query_one(sql, vec![]).await?;
    let open: i64 = row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0);
    parts.metrics.set_journal_open(open);
    Ok(())
}
