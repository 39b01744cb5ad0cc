//! Software that others wrote, as commands for tests: Python and Node packages, Debian's programs.
//!
//! Owns: finding it, running it under a time limit, telling clearly what failed.
//! Not here: installing it (`cargo xtask interop`, a part of `cargo xtask test`), the scripts (`interop/` at the root).
//! Invariant: what is missing is a skipped test on a developer's machine and a failed one where
//! `CI` or `LGSP_TEST_INTEROP` is set.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use lgsp_testkit::interop;
//! let Some(mut command) = interop::python("scim_tester.py") else {
//!     return Ok(()); // the skip has been printed
//! };
//! let result = interop::json(&mut command, &serde_json::json!({"base": "http://…"})).await?;
//! # Ok(()) }
//! ```

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

/// Where `cargo xtask test` says that it installed everything.
pub const FOLDER_VARIABLE: &str = "LGSP_TEST_INTEROP_DIR";

/// Set to `1`: a missing program fails the test.
pub const REQUIRED_VARIABLE: &str = "LGSP_TEST_INTEROP";

/// How long one command may run; below the time that the test runner gives a test.
pub const TIMEOUT_S: u64 = 160;

/// Folders in which Debian puts programs, whatever the path of the caller is.
const PROGRAM_FOLDERS: &[&str] = &["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

/// A script of `interop/python` under the Python that has the pinned packages.
/// `None` when it is not installed: the test returns, the skip has been printed.
///
/// # Panics
/// When it is not installed where it must be, or there is no such script.
#[must_use]
pub fn python(script: &str) -> Option<Command> {
    let folder = folder().join("python");
    let program = found(
        script,
        &folder.join("bin/python"),
        &folder.join(".lgsp-done"),
    )?;
    let mut command = prepared(&program);
    command.arg(script_path("python", script));
    Some(command)
}

/// A script of `interop/node` under Node, with the pinned packages. See [`python`].
///
/// # Panics
/// As [`python`].
#[must_use]
pub fn node(script: &str) -> Option<Command> {
    script_path("node", script);
    let folder = folder().join("node");
    let path = folder.join("scripts").join(script);
    found(script, &path, &folder.join(".lgsp-done"))?;
    let mut command = prepared(Path::new("node"));
    // The script is found through a link beside its packages, and looks for them there.
    command.args(["--preserve-symlinks", "--preserve-symlinks-main"]);
    command.arg(path);
    Some(command)
}

/// A program of a Debian package, for example `ldapsearch`, `slapd`, `xmlsec1`. See [`python`].
///
/// # Panics
/// When it is not installed where it must be.
#[must_use]
pub fn debian(program: &str) -> Option<Command> {
    let path = PROGRAM_FOLDERS
        .iter()
        .map(|folder| Path::new(folder).join(program))
        .find(|path| path.is_file());
    let Some(path) = path else {
        return missing(program);
    };
    Some(prepared(&path))
}

/// A module of Debian's Apache, for example `mod_auth_openidc.so`, to be named in `LoadModule`.
///
/// # Panics
/// When it is not installed where it must be.
#[must_use]
pub fn apache_module(name: &str) -> Option<PathBuf> {
    let path = Path::new("/usr/lib/apache2/modules").join(name);
    found(name, &path, &path)
}

/// Runs a command and returns its standard output.
///
/// # Errors
/// When it ends with another status than 0 or does not end in [`TIMEOUT_S`]: the command, its
/// status and both outputs are in the text.
pub async fn run(command: &mut Command) -> anyhow::Result<String> {
    let done = output(command).await?;
    let stdout = String::from_utf8_lossy(&done.stdout).into_owned();
    if !done.status.success() {
        let stderr = String::from_utf8_lossy(&done.stderr);
        bail!("{command:?} ended with {}\n{stdout}{stderr}", done.status);
    }
    Ok(stdout)
}

/// Runs a command and returns how it ended, for programs whose failure is the expectation.
///
/// # Errors
/// When it cannot be started or does not end in [`TIMEOUT_S`].
pub async fn output(command: &mut Command) -> anyhow::Result<std::process::Output> {
    let name = format!("{command:?}");
    let mut child = tokio::process::Command::from(std::mem::replace(command, Command::new("true")));
    child.kill_on_drop(true);
    let done = tokio::time::timeout(Duration::from_secs(TIMEOUT_S), child.output()).await;
    *command = child.into_std();
    let done = done.with_context(|| format!("{name} did not end in {TIMEOUT_S} s"))?;
    done.with_context(|| format!("starting {name}"))
}

/// Runs a script with one JSON argument; its standard output is its JSON answer.
///
/// # Errors
/// As [`run`], and when the output is no JSON.
pub async fn json(command: &mut Command, argument: &Value) -> anyhow::Result<Value> {
    command.arg(argument.to_string());
    let text = run(command).await?;
    serde_json::from_str(&text).with_context(|| format!("{command:?} printed no JSON:\n{text}"))
}

/// A command that reads nothing, speaks to loopback directly and leaves no files behind.
fn prepared(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8")
        .env("LC_ALL", "C.UTF-8");
    command
}

fn folder() -> PathBuf {
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE) {
        return PathBuf::from(folder);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target
        .unwrap_or_else(|| root().join("target"))
        .join("interop")
}

fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .ancestors()
        .nth(2)
        .unwrap_or(manifest)
        .to_path_buf()
}

fn script_path(language: &str, script: &str) -> PathBuf {
    let path = root().join("interop").join(language).join(script);
    assert!(path.is_file(), "{} does not exist", path.display());
    path
}

fn found(name: &str, path: &Path, proof: &Path) -> Option<PathBuf> {
    if path.is_file() && proof.is_file() {
        return Some(path.to_path_buf());
    }
    missing(name)
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn missing<T>(name: &str) -> Option<T> {
    let is_set = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    assert!(
        !is_set("CI") && !is_set(REQUIRED_VARIABLE),
        "software that {name} needs is not installed: `cargo xtask interop` installs it"
    );
    eprintln!("skipped: {name} needs software that `cargo xtask interop` installs");
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn python_and_node_find_their_packages() -> anyhow::Result<()> {
        for command in [python("packages.py"), node("packages.mjs")] {
            let Some(mut command) = command else { continue };
            let answer = json(&mut command, &serde_json::json!({"word": "chào"})).await?;
            assert_eq!(answer.pointer("/word"), Some(&"chào".into()));
        }
        Ok(())
    }

    #[tokio::test]
    async fn debian_has_its_programs_and_a_failure_says_what_failed() -> anyhow::Result<()> {
        for program in ["xmlsec1", "ldapsearch", "slapd", "ns-slapd", "apache2"] {
            let Some(_) = debian(program) else { continue };
        }
        for module in ["mod_auth_openidc.so", "mod_auth_mellon.so"] {
            let Some(_) = apache_module(module) else {
                continue;
            };
        }
        let Some(mut command) = debian("ls") else {
            return Ok(());
        };
        let failure = run(command.arg("/not-here")).await.err();
        let text = failure.map(|error| error.to_string()).unwrap_or_default();
        assert!(
            text.contains("/not-here") && text.contains("exit status"),
            "{text}"
        );
        Ok(())
    }
}
