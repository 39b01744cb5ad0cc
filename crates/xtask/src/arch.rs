//! The architecture as a test: which crate may use which, and what each must have.
//!
//! Owns: the table of ARCHITECTURE.md, "Crates".
//! Invariant: no edge that the table lacks; development edges to `testkit` excepted.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Crate, and the crates of ours that it may use.
const TABLE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("platform", &["model"]),
    ("catalogue", &["model", "platform"]),
    ("identity", &["model", "platform", "catalogue"]),
    ("sso", &["model", "platform", "catalogue", "identity"]),
    ("directory", &["model", "platform", "catalogue", "identity"]),
    ("exchange", &["model", "platform", "catalogue"]),
    ("national", &["model", "platform", "catalogue", "exchange"]),
    (
        "server",
        &[
            "model",
            "platform",
            "catalogue",
            "identity",
            "sso",
            "directory",
            "exchange",
            "national",
            "simulator",
        ],
    ),
    ("simulator", &["model"]),
    ("testkit", &["model", "platform"]),
    ("xtask", &[]),
];

/// Crates of others that `model` must not know.
const NOT_IN_MODEL: &[&str] = &["tokio", "axum", "sea-orm", "sqlx", "reqwest", "hyper"];

pub(crate) fn check() -> anyhow::Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let mut faults = Vec::new();
    for package in &metadata.packages {
        check_package(package, &mut faults);
    }
    let listed: BTreeSet<&str> = TABLE.iter().map(|(name, _)| *name).collect();
    for (name, _) in TABLE {
        if !metadata
            .packages
            .iter()
            .any(|package| short(&package.name) == *name)
        {
            faults.push(format!("{name} is in the table but not in the tree"));
        }
    }
    for package in &metadata.packages {
        if !listed.contains(short(&package.name)) {
            faults.push(format!("{} is not in the table", package.name));
        }
    }
    check_sources(&mut faults)?;
    if faults.is_empty() {
        Ok(())
    } else {
        bail!("{}", faults.join("\n"))
    }
}

fn short(name: &str) -> &str {
    name.strip_prefix("lgsp-").unwrap_or(name)
}

fn check_package(package: &Package, faults: &mut Vec<String>) {
    let name = short(&package.name);
    let allowed = TABLE
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(&[][..], |(_, may)| may);
    for dependency in &package.dependencies {
        let is_ours = dependency.name.starts_with("lgsp-");
        let target = short(&dependency.name);
        let is_development = dependency.kind == DependencyKind::Development;
        if is_ours && !is_development && !allowed.contains(&target) {
            faults.push(format!("{name} may not use {target}"));
        }
        let is_barred = NOT_IN_MODEL.contains(&dependency.name.as_str());
        if name == "model" && !is_development && is_barred {
            faults.push(format!("model may not know {}", dependency.name));
        }
    }
    let manifest = std::fs::read_to_string(&package.manifest_path).unwrap_or_default();
    if !manifest.contains("[lints]\nworkspace = true") {
        faults.push(format!("{name} does not take the workspace's lints"));
    }
}

/// In the OpenAPI document a name stands for one type: the second one would silently replace it.
fn check_schemas(
    path: &str,
    text: &str,
    known: &mut BTreeMap<String, String>,
    faults: &mut Vec<String>,
) {
    let mut is_schema = false;
    let mut alias = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            (is_schema, alias) = (line.contains("ToSchema"), None);
        }
        if let Some(name) = line.strip_prefix("#[schema(as = ") {
            alias = name.split([')', ',']).next().map(str::to_owned);
        }
        let mut words = line
            .split_whitespace()
            .skip_while(|word| word.starts_with("pub"));
        let is_type = matches!(words.next(), Some("struct" | "enum"));
        if !is_type || !is_schema {
            continue;
        }
        is_schema = false;
        let name = words.next().unwrap_or_default();
        let name = name.split(['<', '(', ';']).next().unwrap_or_default();
        let name = alias.take().unwrap_or_else(|| name.to_owned());
        if let Some(other) = known.insert(name.clone(), path.to_owned()) {
            faults.push(format!(
                "{name} of {path} has the name of a type of {other} in the API: #[schema(as = …)]"
            ));
        }
    }
}

/// Every Rust file opens with its head; SQL that writes the ledger stays in the platform.
fn check_sources(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let listed = crate::run::quiet(&mut crate::run::command(&[
        "git",
        "ls-files",
        "crates/*.rs",
    ]))?;
    let mut schemas = BTreeMap::new();
    for path in listed.lines() {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        check_schemas(path, &text, &mut schemas, faults);
        if !text.starts_with("//!") {
            faults.push(format!(
                "{path} has no head (//! owns, not here, invariant, follows)"
            ));
        }
        // Test equipment makes the past of an older version.
        if !path.starts_with("crates/platform/") && !path.starts_with("crates/testkit/") {
            for table in [
                "delivery",
                "message",
                "claim",
                "journal_event",
                "journal_block",
            ] {
                for verb in ["INSERT INTO", "UPDATE", "DELETE FROM"] {
                    if text.contains(&format!("{verb} {table} ")) {
                        faults.push(format!("{path} writes the platform's table {table}"));
                    }
                }
            }
        }
    }
    Ok(())
}
