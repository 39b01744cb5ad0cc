//! A running `lgsp` as a process of its own, as a black box.
//!
//! Owns: `Instance`: start, kill, call; what it prints goes to `instance.out` and
//! `instance.log` in its data folder.
//! Not here: what is called (each test).

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

/// How long a start may take before the test gives up.
const START_TIMEOUT_S: u64 = 60;

/// A running process; killed when dropped.
pub struct Instance {
    child: Child,
    /// Its data folder.
    pub data_dir: PathBuf,
    /// Address of the administration door, `http://…`.
    pub admin: String,
    /// Address of the service door, `http://…`.
    pub service: String,
    /// Client with the demo administrator's token.
    pub client: reqwest::Client,
    /// Content of `demo.json`.
    pub demo: Value,
}

/// How an instance is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// With the demo province.
    pub is_demo: bool,
    /// `PostgreSQL` instead of the embedded database.
    pub database_url: Option<String>,
    /// Further environment.
    pub environment: Vec<(String, String)>,
    /// Further arguments.
    pub arguments: Vec<String>,
}

/// A port that is free now.
///
/// # Errors
/// When the machine has none.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

impl Instance {
    /// Starts `binary` on `data_dir` and waits for its `ready` line.
    ///
    /// # Errors
    /// When it ends or is silent for too long.
    pub async fn start(binary: &Path, data_dir: &Path, options: &Options) -> anyhow::Result<Self> {
        let (admin, service) = (free_port()?, free_port()?);
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(data_dir.join("instance.log"))?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .arg("--data-dir")
            .arg(data_dir)
            .args(["--admin-addr", &format!("127.0.0.1:{admin}")])
            .args(["--service-addr", &format!("127.0.0.1:{service}")])
            .args(&options.arguments)
            .envs(
                options
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .stdout(Stdio::piped())
            .stderr(log);
        if options.is_demo {
            command.arg("--demo");
        }
        if let Some(url) = &options.database_url {
            command.args(["--database-url", url]);
        }
        let mut child = command.spawn().context("starting lgsp")?;
        let stdout = child.stdout.take().context("standard output")?;
        let out = std::fs::File::create(data_dir.join("instance.out"))?;
        let (told, ready) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || keep(stdout, out, told));
        let is_ready = tokio::time::timeout(Duration::from_secs(START_TIMEOUT_S), ready).await;
        if !matches!(is_ready, Ok(Ok(()))) {
            child.kill().ok();
            child.wait().ok();
            let log = std::fs::read_to_string(data_dir.join("instance.log")).unwrap_or_default();
            bail!("lgsp did not become ready:\n{log}");
        }
        let demo = match std::fs::read(data_dir.join("demo.json")) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(_) => Value::Null,
        };
        Ok(Self {
            child,
            data_dir: data_dir.to_path_buf(),
            admin: format!("http://127.0.0.1:{admin}"),
            service: format!("http://127.0.0.1:{service}"),
            client: client(demo.pointer("/admin/token").and_then(Value::as_str))?,
            demo,
        })
    }

    /// Calls the administration API with the demo administrator's token.
    ///
    /// # Errors
    /// When the connection fails or the answer is no JSON.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}/api/v1{path}", self.admin);
        let answer = self.client.get(url).send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        if !status.is_success() {
            bail!("{path} answered {status}: {body}");
        }
        Ok(body)
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process as a power cut would (SIGKILL).
    ///
    /// # Errors
    /// When it is gone already.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Resident memory in KiB.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .context("VmRSS")?;
        let number = line.split_whitespace().nth(1).context("number")?;
        Ok(number.parse()?)
    }
}

/// Writes down what a process prints until it ends, and tells of its line `ready`.
fn keep(
    printed: impl std::io::Read,
    mut out: impl std::io::Write,
    told: tokio::sync::oneshot::Sender<()>,
) {
    let mut told = Some(told);
    for line in BufReader::new(printed).lines().map_while(Result::ok) {
        // A test that cannot write its folder fails by what it does not find there.
        writeln!(out, "{line}").ok();
        if line == "ready"
            && let Some(told) = told.take()
        {
            told.send(()).ok();
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn client(token: Option<&str>) -> anyhow::Result<reqwest::Client> {
    // A second installation is refused, which is as good as the first.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let mut headers = reqwest::header::HeaderMap::new();
    if let Some(token) = token {
        headers.insert("authorization", format!("Bearer {token}").parse()?);
    }
    Ok(reqwest::Client::builder()
        .default_headers(headers)
        .build()?)
}
