//! Sizes that are not timings: what a browser loads first, what a cold build compiles.
//!
//! Owns: following the console's manifest, counting the packages of the program.
//! Not here: the console's own ceilings (web/scripts/budget.mjs), which CI holds.

use std::{collections::BTreeSet, io::Write as _, path::Path, process::Command};

use anyhow::{Context as _, Result};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use crate::process;

/// The entry of the console, and the page on which everybody lands after sign-in.
const FIRST: [&str; 2] = ["index.html", "src/features/home/HomePage.tsx"];
/// Loaded by index.html itself, beside the manifest.
const BESIDE: &str = "scheme.js";

/// Kilobytes (1,000) of JavaScript that the first visit loads, compressed by gzip; `None` when
/// the console is not built.
pub(crate) fn first_load_kb(root: &Path) -> Result<Option<f64>> {
    let dist = root.join("web/dist");
    let Ok(text) = std::fs::read(dist.join(".vite/manifest.json")) else {
        return Ok(None);
    };
    let manifest: Value = serde_json::from_slice(&text)?;
    let mut files = BTreeSet::from([BESIDE.to_owned()]);
    for key in FIRST {
        needs(&manifest, key, &mut files)?;
    }
    let mut bytes = 0_usize;
    for file in files.iter().filter(|file| file.ends_with(".js")) {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&std::fs::read(dist.join(file))?)?;
        bytes += encoder.finish()?.len();
    }
    Ok(Some(f64::from(u32::try_from(bytes)?) / 1000.0))
}

fn needs(manifest: &Value, key: &str, files: &mut BTreeSet<String>) -> Result<()> {
    let chunk = manifest
        .get(key)
        .with_context(|| format!("the manifest has no {key}"))?;
    let file = chunk.get("file").and_then(Value::as_str).context("file")?;
    if !files.insert(file.to_owned()) {
        return Ok(());
    }
    for next in chunk
        .get("imports")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        needs(manifest, next.as_str().unwrap_or_default(), files)?;
    }
    Ok(())
}

/// Packages that a cold `cargo build` of the program compiles: its own, those it links and those
/// that run while it is built.
pub(crate) fn packages(root: &Path) -> Result<f64> {
    let tree = process::output(
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "tree",
                "--locked",
                "-p",
                "lgsp-server",
                "-e",
                "normal,build",
            ])
            .args(["--prefix", "none", "--format", "{p}"])
            .current_dir(root),
    )?;
    let packages: BTreeSet<&str> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    Ok(f64::from(u32::try_from(packages.len())?))
}
