//! Installing what is missing on a Debian machine.
//!
//! Owns: the lists of packages for running and for testing.
//! Not here: Rust and Node, which the README asks for.

use std::path::Path;

use anyhow::bail;

use crate::{
    run::{command, has, quiet},
    say,
};

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
    Ok(())
}

/// Node is needed for the console only.
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

fn apt(packages: &[&str]) -> anyhow::Result<()> {
    if !has("apt-get") {
        bail!("please install: {}", packages.join(", "));
    }
    say!("  installing {}", packages.join(", "));
    quiet(&mut command(&["apt-get", "update", "-qq"]))?;
    let mut install = command(&["apt-get", "install", "-y", "-qq", "--no-install-recommends"]);
    install
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    quiet(&mut install).map(|_| ())
}
