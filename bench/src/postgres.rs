//! The peer: plain PostgreSQL inserts, 64 connections, each insert its own durable commit.
//!
//! Owns: a temporary cluster of Debian's PostgreSQL 15, its databases, the inserting senders.
//! Not here: the ledger on PostgreSQL (`ledger.rs`), which uses a database of this cluster.
//! Invariant: `fsync` and `synchronous_commit` are on; everything listens on loopback only.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    probes::TRACE,
    process::{self, Running},
    rows::{Bodies, DOCUMENT_BYTES, digest},
    senders::{Driven, SENDERS, Sender, drive},
};

/// A running cluster; stopped and removed when dropped.
pub(crate) struct Cluster {
    port: u16,
    running: Running,
    version: String,
    /// Dropped last.
    _directory: TempDir,
}

impl Cluster {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let programs = programs()?;
        let directory = tempfile::tempdir_in(folder)?;
        process::give_to_postgres(directory.path())?;
        let data = directory.path().join("data");
        process::output(
            process::as_postgres(&programs.join("initdb"))
                .args([
                    "-U",
                    "lgsp",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "-D",
                ])
                .arg(&data),
        )?;
        let port = process::free_port()?;
        let log = File::create(folder.join("postgres.log"))?;
        let mut command = process::as_postgres(&programs.join("postgres"));
        command
            .arg("-D")
            .arg(&data)
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
            .arg(directory.path())
            .args(["-c", "fsync=on", "-c", "synchronous_commit=on"])
            .args(["-c", "max_connections=120", "-c", "shared_buffers=256MB"])
            .args(["-c", "max_wal_size=2GB"])
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut running = Running::start("postgres", "INT", &mut command)?;
        running.wait_for_port(port)?;
        let version = process::output(Command::new(programs.join("postgres")).arg("--version"))?;
        Ok(Self {
            port,
            running,
            version: version.trim().to_owned(),
            _directory: directory,
        })
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Makes an empty database; its address.
    pub(crate) async fn database(&self) -> Result<String> {
        let name = format!("bench_{}", Uuid::now_v7().simple());
        let mut admin = self.admin().await?;
        admin
            .execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await?;
        admin.close().await?;
        Ok(format!("postgres://lgsp@127.0.0.1:{}/{name}", self.port))
    }

    async fn admin(&self) -> Result<PgConnection> {
        let url = format!("postgres://lgsp@127.0.0.1:{}/postgres", self.port);
        // The port opens a moment before the server answers.
        let mut left = 50;
        loop {
            match PgConnection::connect(&url).await {
                Ok(connection) => return Ok(connection),
                Err(error) if left == 0 => return Err(error).context("PostgreSQL answers"),
                Err(_) => left -= 1,
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub(crate) fn stop(mut self) {
        self.running.stop();
    }
}

fn programs() -> Result<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .context("Debian's package postgresql is not installed")?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|path| path.join("postgres").exists())
        .collect();
    found.sort();
    found.pop().context("no postgres in /usr/lib/postgresql")
}

struct Inserter {
    connection: PgConnection,
    bodies: Bodies,
}

impl Sender for Inserter {
    async fn send(&mut self) -> Result<()> {
        let body = self.bodies.make();
        let size_bytes = i64::try_from(body.len())?;
        sqlx::query(
            "INSERT INTO message (id, kind, digest, size_bytes, body, trace_id, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(Uuid::now_v7())
        .bind("edxml.document")
        .bind(digest(&body).to_vec())
        .bind(size_bytes)
        .bind(body)
        .bind(TRACE)
        .bind(0_i64)
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }
}

/// One run on a fresh database.
pub(crate) async fn run(cluster: &Cluster, duration: Duration) -> Result<Driven> {
    let url = cluster.database().await?;
    let mut first = PgConnection::connect(&url).await?;
    first
        .execute(
            "CREATE TABLE message (id UUID NOT NULL PRIMARY KEY, kind TEXT NOT NULL, \
             digest BYTEA NOT NULL, size_bytes BIGINT NOT NULL, body BYTEA, trace_id TEXT, \
             created_at BIGINT NOT NULL)",
        )
        .await?;
    first.close().await?;
    let bodies = Bodies::new(DOCUMENT_BYTES)?;
    let mut senders = Vec::with_capacity(SENDERS);
    for _ in 0..SENDERS {
        senders.push(Inserter {
            connection: PgConnection::connect(&url).await?,
            bodies: bodies.clone(),
        });
    }
    drive(senders, duration).await
}
