//! A platform on a temporary database, the same test on both kinds.
//!
//! Owns: `each_database`, `on_postgres`, `TestPlatform`.
//! Follows: `SQLite` always; `PostgreSQL` when `LGSP_TEST_POSTGRES` names a server.

use std::{
    future::Future,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use lgsp_model::Timestamp;
use lgsp_platform::{Module, Platform, clock::ManualClock, config::Config};
use sea_orm::ConnectionTrait as _;

/// Address of a server on which tests may make databases.
pub const POSTGRES_VARIABLE: &str = "LGSP_TEST_POSTGRES";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A temporary database and the clock of its platforms.
pub struct TestPlatform {
    /// Configuration for `Platform::start`.
    pub config: Config,
    /// Stands at 2026-11-23 09:00 in Vietnam, a Monday, until it is moved.
    pub clock: Arc<ManualClock>,
    directory: tempfile::TempDir,
    postgres: Option<(String, String)>,
}

impl TestPlatform {
    /// On the embedded database.
    ///
    /// # Errors
    /// When no temporary folder can be made.
    pub fn sqlite() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut config = Config::default();
        config.server.data_dir = directory.path().to_path_buf();
        let now = Timestamp::parse_rfc3339("2026-11-23T02:00:00Z").unwrap_or_default();
        Ok(Self {
            config,
            clock: Arc::new(ManualClock::new(now)),
            directory,
            postgres: None,
        })
    }

    /// On a new database of the server at `url`.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn postgres(url: &str) -> anyhow::Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let name = format!("lgsp_test_{}_{number}", std::process::id());
        let admin = sea_orm::Database::connect(url).await?;
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await?;
        admin.close().await?;
        let (base, _) = url.rsplit_once('/').unwrap_or((url, ""));
        let mut made = Self::sqlite()?;
        made.config.database.url = format!("{base}/{name}");
        made.postgres = Some((url.to_owned(), name));
        Ok(made)
    }

    /// Starts a platform; several at once are the nodes of one installation.
    ///
    /// # Errors
    /// As `Platform::start`.
    pub async fn start(&self, modules: &[Module]) -> anyhow::Result<Platform> {
        Ok(Platform::start(self.config.clone(), self.clock.clone(), modules).await?)
    }

    /// As [`TestPlatform::start`], for a second node with a data folder of its own.
    ///
    /// # Errors
    /// As `Platform::start`.
    pub async fn start_node(&self, name: &str, modules: &[Module]) -> anyhow::Result<Platform> {
        let mut config = self.config.clone();
        config.secrets.master_key_file = self.config.master_key_path().display().to_string();
        config.server.blobs_dir = self.config.blobs_dir().display().to_string();
        config.server.data_dir = self.directory.path().join(name);
        Ok(Platform::start(config, self.clock.clone(), modules).await?)
    }

    /// The data folder.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.directory.path().to_path_buf()
    }

    /// Whether the database is `PostgreSQL`.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// Drops the database; [`each_database`] does so by itself.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn drop_database(&self) -> anyhow::Result<()> {
        if let Some((url, name)) = &self.postgres {
            let admin = sea_orm::Database::connect(url.as_str()).await?;
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            admin.execute_unprepared(&sql).await?;
            admin.close().await?;
        }
        Ok(())
    }
}

/// A new database of the server that is named; else a line says that the proof is half.
///
/// # Panics
/// When the server makes no database.
#[expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "test equipment fails loudly"
)]
pub async fn on_postgres() -> Option<TestPlatform> {
    let Ok(url) = std::env::var(POSTGRES_VARIABLE) else {
        eprintln!("skipped on PostgreSQL: {POSTGRES_VARIABLE} is not set");
        return None;
    };
    let made = TestPlatform::postgres(&url).await;
    Some(made.expect("PostgreSQL answers"))
}

/// Takes the events of an action out of the journal, as if an older version had run that noted none.
///
/// # Panics
/// When the database fails.
#[expect(clippy::expect_used, reason = "test equipment fails loudly")]
pub async fn forget_events(platform: &Platform, action: &str) {
    let db = &platform.db;
    let sql = "DELETE FROM journal_event WHERE action = $1";
    let tx = db.begin().await.expect("a transaction");
    tx.execute_raw(db.statement(sql, vec![action.into()]))
        .await
        .expect("events are removed");
    tx.commit().await.expect("committed");
}

/// Runs a test on `SQLite` and, when a server is named, on `PostgreSQL`.
///
/// # Panics
/// When a database cannot be made.
#[expect(clippy::expect_used, reason = "test equipment fails loudly")]
pub async fn each_database<F, Fut>(test: F)
where
    F: Fn(Arc<TestPlatform>) -> Fut,
    Fut: Future<Output = ()>,
{
    test(Arc::new(TestPlatform::sqlite().expect("temporary folder"))).await;
    let Some(made) = on_postgres().await else {
        return;
    };
    let made = Arc::new(made);
    test(made.clone()).await;
    made.drop_database().await.expect("database is dropped");
}
