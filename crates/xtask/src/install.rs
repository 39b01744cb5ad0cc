//! Installing what is missing on a Debian machine.
//!
//! Owns: the lists of packages for running and for testing.
//! Not here: Rust and Node, which the README asks for; others' software (`interop.rs`).

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use anyhow::{Context as _, bail};

use crate::{
    interop,
    run::{command, has, quiet},
    say,
};

/// Debian asks this file whether a package may start its service; 101 says no.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Packages that bring a service of the same name; tests start their own.
const SERVICES: &[&str] = &["apache2", "slapd", "postgresql"];

/// What building needs: a C compiler for SQLite and ring.
pub(crate) fn for_build() -> anyhow::Result<()> {
    debian(&[("cc", "gcc"), ("cc", "libc6-dev")])
}

/// What the tests need beside it.
pub(crate) fn for_tests() -> anyhow::Result<()> {
    for_build()?;
    if !Path::new("/usr/lib/postgresql").is_dir() {
        apt(&["postgresql"])?;
    }
    debian(&[("chromium", "chromium"), ("xmllint", "libxml2-utils")])?;
    if !has("cargo-nextest") {
        say!("  installing cargo-nextest");
        quiet(&mut command(&[
            "cargo",
            "install",
            "--locked",
            "cargo-nextest",
        ]))?;
    }
    interop::install()
}

/// Node is needed for the console and for proofs with others' software.
pub(crate) fn require_node() -> anyhow::Result<()> {
    if has("npm") {
        return Ok(());
    }
    bail!("Node 20.19 or newer with npm is missing; it builds the console")
}

/// Installs the package of each program that is not on the path.
fn debian(wanted: &[(&str, &str)]) -> anyhow::Result<()> {
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(program, _)| !has(program))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        apt(&missing)
    }
}

/// Installs packages; no service of theirs is started now or at the next boot.
pub(crate) fn apt(packages: &[&str]) -> anyhow::Result<()> {
    if !has("apt-get") {
        bail!("please install: {}", packages.join(", "));
    }
    say!("  installing {}", packages.join(", "));
    quiet(&mut command(&["apt-get", "update", "-qq"]))?;
    let mut install = command(&["apt-get", "install", "-y", "-qq", "--no-install-recommends"]);
    install
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    let _still = NoServices::begin()?;
    quiet(&mut install)?;
    for service in SERVICES.iter().filter(|name| packages.contains(name)) {
        // A machine without systemd has nothing to disable.
        quiet(&mut command(&["systemctl", "--quiet", "disable", service])).ok();
    }
    Ok(())
}

/// While it lives, Debian's packages start nothing when they are installed.
struct NoServices {
    is_ours: bool,
}

impl NoServices {
    fn begin() -> anyhow::Result<Self> {
        if Path::new(POLICY).exists() {
            return Ok(Self { is_ours: false });
        }
        std::fs::write(POLICY, "#!/bin/sh\nexit 101\n").context("packages need root")?;
        let made = Self { is_ours: true };
        std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755))?;
        Ok(made)
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.is_ours {
            std::fs::remove_file(POLICY).ok();
        }
    }
}
