//! The dependency audit: licences by our own list, advisories by cargo-deny.
//!
//! Owns: `check`.
//! Not here: the lists themselves (`deny.toml`).

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use cargo_metadata::MetadataCommand;
use serde::Deserialize;

use crate::{
    run::{command, quiet},
    say, test,
};

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
}

/// Licences and banned crates of everything in the lock file; advisories when possible.
pub(crate) fn check() -> anyhow::Result<()> {
    let text = std::fs::read_to_string("deny.toml").context("deny.toml")?;
    let deny: Deny = toml::from_str(&text)?;
    let metadata = MetadataCommand::new().exec()?;
    let banned: BTreeSet<&str> = deny.bans.deny.iter().map(|ban| ban.name.as_str()).collect();
    let mut faults = Vec::new();
    for package in &metadata.packages {
        let licence = package.license.as_deref().unwrap_or_default();
        if !is_allowed(licence, &deny.licenses.allow) {
            faults.push(format!(
                "{} {}: licence «{licence}»",
                package.name, package.version
            ));
        }
        if banned.contains(package.name.as_str()) {
            faults.push(format!("{} {} is banned", package.name, package.version));
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    advisories()
}

/// `A OR B` needs one, `A AND B` all, of the allowed licences.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    let is_one = |licence: &str| allowed.contains(licence.trim());
    if expression.contains('(') {
        // Parenthesised: good enough when every licence named is allowed.
        return plain
            .split_whitespace()
            .filter(|word| !matches!(*word, "AND" | "OR" | "WITH" | "LLVM-exception"))
            .all(is_one);
    }
    plain
        .split(" OR ")
        .any(|choice| choice.split(" AND ").all(is_one))
}

/// The advisory database lives on the network: what cannot be fetched is said, not hidden.
fn advisories() -> anyhow::Result<()> {
    if test::note_missing("cargo-deny", "cargo install --locked cargo-deny") {
        say!("  advisories were not checked");
        return Ok(());
    }
    let fetched = quiet(&mut command(&["cargo", "deny", "fetch", "db"]));
    if fetched.is_err() {
        say!("  the advisory database is out of reach: advisories were not checked");
        return Ok(());
    }
    quiet(&mut command(&["cargo", "deny", "check", "advisories"])).map(|_| ())
}
