//! The peer: RabbitMQ, durable queues, persistent messages, publisher confirms.
//!
//! Owns: a temporary node of Debian's `rabbitmq-server` and the publishing senders.
//! Not here: a RabbitMQ that the machine may run already; it is neither used nor touched.
//! Invariant: node, distribution and epmd listen on loopback, on ports of their own.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties,
    options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use tempfile::TempDir;

use crate::{
    process::{self, Running},
    rows::{Bodies, DOCUMENT_BYTES},
    senders::{Driven, SENDERS, Sender, drive},
};

/// Delivery mode of messages that survive a restart.
const PERSISTENT: u8 = 2;

/// A running node; stopped and removed when dropped.
pub(crate) struct Node {
    port: u16,
    epmd: u16,
    running: Running,
    version: String,
    _directory: TempDir,
}

impl Node {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let (program, version) = program()?;
        let directory = tempfile::tempdir_in(folder)?;
        let (port, distribution, epmd) = (
            process::free_port()?,
            process::free_port()?,
            process::free_port()?,
        );
        let plugins = directory.path().join("plugins");
        std::fs::write(&plugins, "[].\n")?;
        let log = File::create(folder.join("rabbitmq.log"))?;
        let mut command = Command::new(program);
        command
            .env("HOME", directory.path())
            .env("RABBITMQ_NODENAME", "lgspbench@localhost")
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", port.to_string())
            .env("RABBITMQ_DIST_PORT", distribution.to_string())
            .env("RABBITMQ_MNESIA_BASE", directory.path().join("mnesia"))
            .env("RABBITMQ_LOG_BASE", directory.path().join("log"))
            .env("RABBITMQ_PID_FILE", directory.path().join("pid"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", &plugins)
            .env("RABBITMQ_CONFIG_FILE", directory.path().join("none"))
            .env(
                "RABBITMQ_FEATURE_FLAGS_FILE",
                directory.path().join("flags"),
            )
            .env(
                "RABBITMQ_GENERATED_CONFIG_DIR",
                directory.path().join("generated"),
            )
            .env("ERL_EPMD_PORT", epmd.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1}",
            )
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut running = Running::start("rabbitmq-server", "TERM", &mut command)?;
        running.wait_for_port(port)?;
        Ok(Self {
            port,
            epmd,
            running,
            version,
            _directory: directory,
        })
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    async fn connect(&self) -> Result<Connection> {
        let url = format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.port);
        Ok(Connection::connect(&url, ConnectionProperties::default()).await?)
    }

    pub(crate) fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.running.stop();
        // The node's own name server outlives it; it is ours by its port.
        process::output(Command::new("epmd").args(["-port", &self.epmd.to_string(), "-kill"])).ok();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.end();
    }
}

fn program() -> Result<(PathBuf, String)> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/rabbitmq/lib")
        .context("Debian's package rabbitmq-server is not installed")?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("sbin/rabbitmq-server").exists())
        .collect();
    found.sort();
    let path = found.pop().context("no node in /usr/lib/rabbitmq/lib")?;
    let version = path.file_name().unwrap_or_default().to_string_lossy();
    let version = version.replace("rabbitmq_server-", "RabbitMQ ");
    Ok((path.join("sbin/rabbitmq-server"), version))
}

/// Which kind of durable queue.
#[derive(Clone, Copy)]
pub(crate) enum QueueKind {
    Classic,
    Quorum,
}

struct Publisher {
    /// Closed when it is dropped.
    _connection: Connection,
    channel: Channel,
    queue: String,
    bodies: Bodies,
}

impl Sender for Publisher {
    async fn send(&mut self) -> Result<()> {
        let body = self.bodies.make();
        let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let confirmation = self
            .channel
            .basic_publish(
                "".into(),
                self.queue.as_str().into(),
                options,
                &body,
                properties,
            )
            .await?
            .await?;
        let is_kept = confirmation.is_ack() && confirmation.take_message().is_none();
        ensure!(is_kept, "RabbitMQ did not confirm a message");
        Ok(())
    }
}

/// One run on a fresh queue, 64 connections.
pub(crate) async fn run(node: &Node, kind: QueueKind, duration: Duration) -> Result<Driven> {
    let queue = format!("bench-{}", uuid::Uuid::now_v7().simple());
    let first = node.connect().await?;
    let admin = first.create_channel().await?;
    let mut arguments = FieldTable::default();
    let word = match kind {
        QueueKind::Classic => "classic",
        QueueKind::Quorum => "quorum",
    };
    arguments.insert("x-queue-type".into(), AMQPValue::LongString(word.into()));
    admin
        .queue_declare(
            queue.as_str().into(),
            QueueDeclareOptions::durable(),
            arguments,
        )
        .await?;
    let bodies = Bodies::new(DOCUMENT_BYTES)?;
    let mut senders = Vec::with_capacity(SENDERS);
    for _ in 0..SENDERS {
        let connection = node.connect().await?;
        let channel = connection.create_channel().await?;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        senders.push(Publisher {
            _connection: connection,
            channel,
            queue: queue.clone(),
            bodies: bodies.clone(),
        });
    }
    let driven = drive(senders, duration).await;
    admin
        .queue_delete(
            queue.as_str().into(),
            lapin::options::QueueDeleteOptions::default(),
        )
        .await?;
    first.close(200, "done".into()).await?;
    driven
}
