//! What the figures were measured on.
//!
//! Owns: reading of processor, memory, system, disk, compiler, commit.
//! Not here: names of hosts or users; a report may be published.

use std::{fmt, path::Path, process::Command};

use serde::Serialize;

use crate::process;

/// Read once at the start.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory_gib: f64,
    kernel: String,
    system: String,
    file_system: String,
    compiler: String,
    commit: String,
    /// Load average at the start: what else the machine was doing.
    load: String,
    /// Versions of the peers, as far as they were started.
    pub(crate) peers: Vec<String>,
}

impl Machine {
    pub(crate) fn read(root: &Path, folder: &Path) -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let run = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).current_dir(root);
            process::output(&mut command)
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let folder = folder.display().to_string();
        let load = read("/proc/loadavg");
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name", ':'),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: field(&read("/proc/meminfo"), "MemTotal", ':')
                .split_whitespace()
                .next()
                .and_then(|kib| kib.parse::<f64>().ok())
                .map_or(0.0, |kib| (kib / 1_048_576.0).round()),
            kernel: run("uname", &["-sr"]),
            system: field(&read("/etc/os-release"), "PRETTY_NAME", '=').replace('"', ""),
            file_system: run("df", &["--output=fstype,source", &folder])
                .lines()
                .last()
                .unwrap_or_default()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" on "),
            compiler: run("rustc", &["--version"]),
            commit: run("git", &["rev-parse", "--short", "HEAD"]),
            load: load
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
            peers: Vec::new(),
        }
    }
}

fn field(text: &str, name: &str, separator: char) -> String {
    text.lines()
        .filter_map(|line| line.split_once(separator))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {} cores, {} GiB, {}, {}, {}, {}, commit {}, load {} at the start",
            self.processor,
            self.cores,
            self.memory_gib,
            self.system,
            self.kernel,
            self.file_system,
            self.compiler,
            self.commit,
            self.load
        )?;
        for peer in &self.peers {
            write!(f, ", {peer}")?;
        }
        Ok(())
    }
}
