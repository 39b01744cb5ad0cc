//! Building and checking the console.
//!
//! Owns: `build`, `check`. A build is skipped while nothing it depends on has changed.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use crate::{
    install,
    run::{command, quiet, show, step},
    say,
};

const STAMP: &str = "web/dist/.built";

fn npm(words: &[&str]) -> std::process::Command {
    let mut npm = command(&["npm"]);
    npm.args(words)
        .current_dir("web")
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    npm
}

/// Installs the packages when the lock file changed.
fn install_packages() -> anyhow::Result<()> {
    install::require_node()?;
    let lock = hash_of(&[PathBuf::from("web/package-lock.json")])?;
    let stamp = Path::new("web/node_modules/.lgsp-lock");
    if std::fs::read_to_string(stamp).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    quiet(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    Ok(std::fs::write(stamp, lock)?)
}

/// `npm ci` and `vite build`, when the sources changed.
pub(crate) fn build() -> anyhow::Result<()> {
    install_packages()?;
    let mut sources = Vec::new();
    for path in ["web/src", "web/public", "web/scripts"] {
        collect(Path::new(path), &mut sources);
    }
    for file in [
        "index.html",
        "package-lock.json",
        "package.json",
        "vite.config.ts",
        "tsconfig.json",
    ] {
        sources.push(Path::new("web").join(file));
    }
    let wanted = hash_of(&sources)?;
    if std::fs::read_to_string(STAMP).is_ok_and(|built| built == wanted) {
        return Ok(());
    }
    say!("  building the console");
    quiet(&mut npm(&["run", "build"]))?;
    Ok(std::fs::write(STAMP, wanted)?)
}

/// Format, lint, types, unit tests, size ceilings.
pub(crate) fn check() -> anyhow::Result<()> {
    install_packages()?;
    for script in ["check", "budget"] {
        step(&format!("web {script}"), || {
            show(&mut npm(&["run", "--silent", script]))
        })?;
    }
    Ok(())
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(path) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found)
        } else {
            found.push(path)
        }
    }
}

/// A short digest of files by name and content.
pub(crate) fn hash_of(files: &[PathBuf]) -> anyhow::Result<String> {
    let mut sorted = files.to_vec();
    sorted.sort();
    let mut hasher = DefaultHasher::new();
    for file in sorted.iter().filter(|file| file.is_file()) {
        file.hash(&mut hasher);
        std::fs::read(file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
