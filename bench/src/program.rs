//! The program under test as a process of its own.
//!
//! Owns: starting `lgsp serve`, the time until `ready`, its memory, `lgsp simulate load`.
//! Not here: what the figures mean (`documents.rs`, `memory.rs`, `readiness.rs`).
//! Follows: the README's contract for black-box checks.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    process::{Running, free_port},
    senders::SENDERS,
};

/// How long a start may take before the benchmark gives up.
const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// Ticks of a second in `/proc`, the same on all Linux machines that matter.
const CLOCK_TICKS: f64 = 100.0;

/// A running `lgsp serve`; ended when dropped.
pub(crate) struct Program {
    running: Running,
    binary: PathBuf,
    admin: String,
    service: String,
    demo: Value,
    /// From the start of the process to its line `ready`.
    pub(crate) ready_ms: f64,
}

/// What `lgsp simulate load` reports.
#[derive(Debug, Deserialize)]
pub(crate) struct Load {
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) rate: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    errors: Value,
}

impl Program {
    /// Starts it on `data_dir`, with the demo province or empty.
    pub(crate) fn start(binary: &Path, data_dir: &Path, is_demo: bool) -> Result<Self> {
        let arguments: &[&str] = if is_demo { &["--demo"] } else { &[] };
        Self::start_with(binary, data_dir, arguments)
    }

    /// Starts the demo province without traffic of its own.
    pub(crate) fn start_quiet(binary: &Path, data_dir: &Path) -> Result<Self> {
        Self::start_with(binary, data_dir, &["--demo", "--demo-quiet"])
    }

    fn start_with(binary: &Path, data_dir: &Path, arguments: &[&str]) -> Result<Self> {
        let (admin, service) = (free_port()?, free_port()?);
        std::fs::create_dir_all(data_dir)?;
        let log_path = data_dir.with_extension("log");
        let log = File::options().create(true).append(true).open(&log_path)?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .arg("--data-dir")
            .arg(data_dir)
            .args(["--admin-addr", &format!("127.0.0.1:{admin}")])
            .args(["--service-addr", &format!("127.0.0.1:{service}")])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(log);
        let started = Instant::now();
        let mut running = Running::start("lgsp", "TERM", &mut command)?;
        let stdout = running.child().stdout.take().context("standard output")?;
        let (ready, became_ready) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if line == "ready" {
                    ready.send(Instant::now()).ok();
                }
            }
        });
        let Ok(at) = became_ready.recv_timeout(READY_TIMEOUT) else {
            drop(running);
            let log = std::fs::read_to_string(&log_path).unwrap_or_default();
            bail!("lgsp did not become ready:\n{log}");
        };
        let demo = match std::fs::read(data_dir.join("demo.json")) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(_) => Value::Null,
        };
        Ok(Self {
            running,
            binary: binary.to_path_buf(),
            admin: format!("127.0.0.1:{admin}"),
            service: format!("http://127.0.0.1:{service}/vxp"),
            demo,
            ready_ms: (at - started).as_secs_f64() * 1000.0,
        })
    }

    /// `host:port` of the administration door.
    pub(crate) fn admin_host(&self) -> &str {
        &self.admin
    }

    pub(crate) fn text(&self, pointer: &str) -> Result<&str> {
        let value = self.demo.pointer(pointer).and_then(Value::as_str);
        value.with_context(|| format!("demo.json has no {pointer}"))
    }

    /// From the first system of the demo to an agency of the second, whose mailboxes the demo's
    /// own traffic leaves alone.
    fn load_command(&self, size_bytes: usize) -> Result<Command> {
        let mut command = Command::new(&self.binary);
        command
            .args(["simulate", "load", "--url", &self.service])
            .args(["--systemid", self.text("/systems/0/systemid")?])
            .args(["--secret", self.text("/systems/0/secret")?])
            .args(["--from", self.text("/systems/0/agencies/0")?])
            .args(["--to", self.text("/systems/1/agencies/0")?])
            .args(["--size", &size_bytes.to_string()]);
        Ok(command)
    }

    /// Sends documents from 64 connections for so long.
    pub(crate) async fn load(&self, size_bytes: usize, duration: Duration) -> Result<Load> {
        let mut command = self.load_command(size_bytes)?;
        command
            .args(["--connections", &SENDERS.to_string()])
            .args(["--seconds", &duration.as_secs_f64().to_string()]);
        load(command).await
    }

    /// Sends one document.
    pub(crate) async fn send_one(&self, size_bytes: usize) -> Result<Load> {
        let mut command = self.load_command(size_bytes)?;
        command.args(["--connections", "1", "--count", "1"]);
        load(command).await
    }

    /// Resident memory of the process and its children, MB (1,000,000 bytes).
    pub(crate) fn resident_mb(&self) -> Result<f64> {
        let mut kib = 0.0;
        for id in family(self.running.id()) {
            kib += status_kib(id, "VmRSS:")?;
        }
        Ok(kib * 1.024 / 1000.0)
    }

    /// Seconds of processor time that the process has used.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.running.id()))?;
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks: Vec<f64> = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse().ok())
            .collect();
        Ok(ticks.iter().sum::<f64>() / CLOCK_TICKS)
    }

    /// Forgets the peak of resident memory so far.
    pub(crate) fn reset_peak(&self) -> Result<()> {
        std::fs::write(format!("/proc/{}/clear_refs", self.running.id()), "5")?;
        Ok(())
    }

    /// Peak of resident memory since [`Program::reset_peak`], kept by the kernel, MB.
    pub(crate) fn peak_mb(&self) -> Result<f64> {
        Ok(status_kib(self.running.id(), "VmHWM:")? * 1.024 / 1000.0)
    }

    pub(crate) fn stop(mut self) {
        self.running.stop();
    }
}

async fn load(command: Command) -> Result<Load> {
    let done = tokio::process::Command::from(command)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("starting the load")?;
    if !done.status.success() {
        bail!("the load failed: {}", String::from_utf8_lossy(&done.stderr));
    }
    let report: Load = serde_json::from_slice(&done.stdout).context("report of the load")?;
    if report.failed > 0 || report.ok == 0 {
        bail!("{} of the load failed: {}", report.failed, report.errors);
    }
    Ok(report)
}

fn status_kib(id: u32, field: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find(|line| line.starts_with(field));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.with_context(|| format!("no {field}"))?.parse()?)
}

/// The process and all below it.
fn family(id: u32) -> Vec<u32> {
    let mut found = vec![id];
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
    for child in children.unwrap_or_default().split_whitespace() {
        if let Ok(child) = child.parse() {
            found.extend(family(child));
        }
    }
    found
}
