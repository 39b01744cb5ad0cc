//! A PostgreSQL server for the tests, in a temporary folder, gone when dropped.
//!
//! Owns: `Server`.
//! Invariant: listens on loopback only; without syncs, because nothing in it is kept.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::run::{command, quiet};

/// Runs until dropped.
pub(crate) struct Server {
    programs: PathBuf,
    directory: PathBuf,
    port: u16,
    options: String,
}

impl Server {
    /// Starts a new server whose data need not survive it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        Self::start_as("shared", "fsync=off")
    }

    /// Starts a new server that keeps what it commits, to be restarted under load.
    pub(crate) fn start_durable() -> anyhow::Result<Self> {
        Self::start_as("durable", "fsync=on")
    }

    /// The shell command that restarts this server at once, as a crash would.
    pub(crate) fn restart_command(&self) -> String {
        let restart = format!(
            "{} restart -m immediate -w -D {} -l {} -o '{}'",
            self.programs.join("pg_ctl").display(),
            self.data().display(),
            self.directory.join("log").display(),
            self.options
        );
        let folder = self.directory.display();
        match is_root() {
            true => format!("cd {folder} && runuser -u postgres -- {restart} >/dev/null"),
            false => format!("cd {folder} && {restart} >/dev/null"),
        }
    }

    fn start_as(name: &str, durability: &str) -> anyhow::Result<Self> {
        let programs = programs()?;
        let directory =
            std::env::temp_dir().join(format!("lgsp-postgres-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let options = format!(
            "-h 127.0.0.1 -p {port} -k {} -c {durability} -c max_connections=200",
            directory.display()
        );
        let server = Self {
            programs,
            directory,
            port,
            options,
        };
        if is_root() {
            quiet(command(&["chown", "postgres"]).arg(&server.directory))?;
        }
        let data = server.data();
        let mut init = server.program("initdb");
        quiet(
            init.args(["-U", "lgsp", "-A", "trust", "-N", "-D"])
                .arg(&data),
        )?;
        let log = server.directory.join("log");
        let mut start = server.program("pg_ctl");
        start
            .args(["start", "-w", "-D"])
            .arg(&data)
            .arg("-l")
            .arg(&log);
        quiet(start.args(["-o", &server.options]))?;
        Ok(server)
    }

    /// Address of its maintenance database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://lgsp@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// PostgreSQL refuses to run as root; Debian's package made a user for it.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut found = if is_root() {
            let mut runuser = command(&["runuser", "-u", "postgres", "--"]);
            runuser.arg(program);
            runuser
        } else {
            Command::new(program)
        };
        found.current_dir(&self.directory);
        found
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data();
        let mut stop = self.program("pg_ctl");
        quiet(stop.args(["stop", "-m", "immediate", "-D"]).arg(data)).ok();
        std::fs::remove_dir_all(&self.directory).ok();
    }
}

fn is_root() -> bool {
    quiet(&mut command(&["id", "-u"])).is_ok_and(|id| id.trim() == "0")
}

/// The newest of Debian's versions.
fn programs() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir(Path::new("/usr/lib/postgresql"))
        .context("PostgreSQL is not installed")?
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("bin"))
        .filter(|path| path.join("initdb").is_file())
        .collect();
    versions.sort();
    versions.pop().context("PostgreSQL has no initdb")
}
