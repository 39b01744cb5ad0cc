//! Running other programs: quietly when they succeed, with everything when they fail.
//!
//! Owns: `Step`, `output`, the project's root.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, bail};

/// The project's root folder.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .ancestors()
        .nth(2)
        .unwrap_or(manifest)
        .to_path_buf()
}

/// Makes the root the working folder, wherever the command was called from.
pub(crate) fn enter_root() -> anyhow::Result<()> {
    std::env::set_current_dir(root()).context("entering the project's root")
}

/// Prints to standard output.
#[macro_export]
macro_rules! say {
    ($($part:tt)*) => {{
        use std::io::Write as _;
        // A closed terminal is no reason to fail.
        let _ = writeln!(std::io::stdout(), $($part)*);
    }};
}

/// Runs a named step and prints its time.
pub(crate) fn step(name: &str, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    say!("▸ {name}");
    let start = Instant::now();
    work().with_context(|| format!("step «{name}» failed"))?;
    say!("  {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// A command by its words.
pub(crate) fn command(words: &[&str]) -> Command {
    let (program, arguments) = words
        .split_first()
        .map_or(("true", &[][..]), |(p, a)| (*p, a));
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Runs a command whose output is shown as it comes.
pub(crate) fn show(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("starting {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

/// Runs a command whose output is shown only when it fails.
pub(crate) fn quiet(command: &mut Command) -> anyhow::Result<String> {
    let done = command.stdin(Stdio::null()).output();
    let done = done.with_context(|| format!("starting {command:?}"))?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    if !done.status.success() {
        let error = String::from_utf8_lossy(&done.stderr);
        bail!("{command:?} ended with {}\n{text}{error}", done.status);
    }
    Ok(text)
}

/// Whether a program is on the path.
pub(crate) fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
