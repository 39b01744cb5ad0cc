//! Processes that the benchmark starts: always ended again, also when a stage fails.
//!
//! Owns: `Running`, free ports, waiting for a port, commands that must succeed, users.
//! Not here: what is started (`rabbitmq.rs`, `postgres.rs`, `program.rs`).
//! Invariant: only process ids that were started here are ever signalled.

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

/// How long a process may take to end before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a server may take until it listens.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A child that ends when this is dropped.
pub(crate) struct Running {
    child: Child,
    name: &'static str,
    /// Sent first; `INT` is the fast stop of PostgreSQL.
    signal: &'static str,
}

impl Running {
    pub(crate) fn start(
        name: &'static str,
        signal: &'static str,
        command: &mut Command,
    ) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        Ok(Self {
            child,
            name,
            signal,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits until something listens on the port.
    pub(crate) fn wait_for_port(&mut self, port: u16) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < START_TIMEOUT {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended at once: {status}", self.name);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("{} does not listen", self.name)
    }

    /// Asks it to end and waits.
    pub(crate) fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-s", self.signal, &id]).status();
        let started = Instant::now();
        while asked.is_ok() && started.elapsed() < STOP_TIMEOUT {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A loopback port that is free now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Runs a command to its end; its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = format!("{:?}", command.get_program());
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting {name}"))?;
    let errors = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{name} failed: {errors}");
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Whether the benchmark runs as root, under which PostgreSQL refuses to run.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// `program`, as the user `postgres` when we are root.
pub(crate) fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--init-groups",
            "--",
        ])
        .arg(program);
    command
}

/// Lets the user `postgres` enter a folder when we are root.
pub(crate) fn give_to_postgres(folder: &Path) -> Result<()> {
    if is_root() {
        output(Command::new("chown").arg("postgres:").arg(folder))?;
    }
    Ok(())
}
