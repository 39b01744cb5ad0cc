//! The browser tests: the real program with the demo province, Debian's Chromium.
//!
//! Owns: starting and stopping the program for them.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, bail};

use crate::{
    run::{command, has, show},
    say, test, web,
};

/// The tests fail at signing in more often than one address may, and never wait for it.
const CONFIG: &str = "[identity.rules]\nsource_failures_max = 10000\n";

struct Demo {
    child: Child,
    directory: std::path::PathBuf,
    address: String,
}

impl Demo {
    fn start() -> anyhow::Result<Self> {
        let directory = std::env::temp_dir().join(format!("lgsp-e2e-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let mut ports = Vec::new();
        for _ in 0..3 {
            ports.push(TcpListener::bind(("127.0.0.1", 0))?);
        }
        let addresses = ports
            .iter()
            .map(|port| port.local_addr().map(|address| address.to_string()))
            .collect::<Result<Vec<_>, _>>()?;
        drop(ports);
        let [admin, service, axis] = addresses.as_slice() else {
            bail!("three ports")
        };
        let config = directory.join("config.toml");
        std::fs::write(&config, CONFIG)?;
        let log = std::fs::File::create(directory.join("log"))?;
        let mut child = Command::new(test::target_dir()?.join("debug/lgsp"))
            .args(["serve", "--demo", "--data-dir"])
            .arg(&directory)
            .arg("--config")
            .arg(&config)
            .args([
                "--admin-addr",
                admin,
                "--service-addr",
                service,
                "--axis-addr",
                axis,
            ])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("starting lgsp")?;
        let stdout = child.stdout.take().context("standard output")?;
        let demo = Self {
            child,
            directory,
            address: format!("http://{admin}"),
        };
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        if !lines.any(|line| line == "ready") {
            let log = std::fs::read_to_string(demo.directory.join("log")).unwrap_or_default();
            bail!("lgsp did not become ready:\n{log}");
        }
        Ok(demo)
    }

    fn facts(&self) -> anyhow::Result<serde_json::Value> {
        Ok(serde_json::from_slice(&std::fs::read(
            self.directory.join("demo.json"),
        )?)?)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        std::fs::remove_dir_all(&self.directory).ok();
    }
}

pub(crate) fn run() -> anyhow::Result<()> {
    if !has("chromium") {
        if std::env::var_os("CI").is_some() {
            bail!("chromium is missing (apt-get install chromium)");
        }
        say!("  skipped: chromium is not installed (apt-get install chromium)");
        return Ok(());
    }
    web::build()?;
    show(&mut command(&[
        "cargo", "build", "--quiet", "--bin", "lgsp",
    ]))?;
    let demo = Demo::start()?;
    let facts = demo.facts()?;
    let text = |pointer: &str| facts.pointer(pointer).and_then(serde_json::Value::as_str);
    let mut playwright = command(&["npm", "run", "--silent", "e2e"]);
    playwright
        .current_dir("web")
        .env("LGSP_E2E_URL", &demo.address)
        .env(
            "LGSP_E2E_USERNAME",
            text("/admin/username").unwrap_or_default(),
        )
        .env(
            "LGSP_E2E_PASSWORD",
            text("/admin/password").unwrap_or_default(),
        )
        .env("LGSP_E2E_TOKEN", text("/admin/token").unwrap_or_default())
        .env(
            "LGSP_E2E_LDAP",
            facts
                .pointer("/ldap")
                .map(ToString::to_string)
                .unwrap_or_default(),
        );
    show(&mut playwright)
}
