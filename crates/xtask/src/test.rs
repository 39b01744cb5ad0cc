//! `cargo xtask test` and `cargo xtask ci`.
//!
//! Owns: the order of the checks.
//! Not here: what each checks.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::{
    arch, deny, e2e, install, interop,
    postgres::Server,
    run::{command, has, quiet, show, step},
    say, shape, web,
};

const OPENAPI: &str = "openapi/lgsp.json";

/// Which tests run.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Only Rust tests whose name contains this; skips the console and the browser.
    filter: Option<String>,
    /// Without the console and the browser.
    #[arg(long)]
    no_web: bool,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    step("packages", install::for_tests)?;
    let has_web = !options.no_web && options.filter.is_none();
    if has_web {
        step("console", web::build)?;
    }
    step("rust tests", || rust(options.filter.as_deref()))?;
    if has_web {
        step("console checks", web::check)?;
        step("browser tests", e2e::run)?;
    }
    Ok(())
}

/// All Rust tests on both databases, then the doctests.
fn rust(filter: Option<&str>) -> anyhow::Result<()> {
    let server = Server::start()?;
    let durable = Server::start_durable()?;
    // The crash and instance tests start the program itself.
    show(&mut command(&[
        "cargo", "build", "--quiet", "--bin", "lgsp",
    ]))?;
    let mut nextest = command(&["cargo", "nextest", "run", "--workspace", "--no-fail-fast"]);
    nextest.args(["--status-level", "fail", "--final-status-level", "fail"]);
    nextest.env("LGSP_TEST_POSTGRES", server.url());
    nextest.env("LGSP_TEST_POSTGRES_CRASH", durable.url());
    nextest.env("LGSP_TEST_POSTGRES_RESTART", durable.restart_command());
    nextest.env("LGSP_TEST_BINARY", target_dir()?.join("debug/lgsp"));
    nextest.env("LGSP_TEST_INTEROP", "1");
    nextest.env("LGSP_TEST_INTEROP_DIR", interop::folder()?);
    nextest.args(filter);
    show(&mut nextest)?;
    if filter.is_none() {
        show(&mut command(&[
            "cargo",
            "test",
            "--quiet",
            "--doc",
            "-p",
            "lgsp-model",
        ]))?;
    }
    Ok(())
}

pub(crate) fn ci() -> anyhow::Result<()> {
    step("fmt", fmt)?;
    step("architecture", arch::check)?;
    step("packages", install::for_tests)?;
    step("clippy", clippy)?;
    step("dependency audit", deny::check)?;
    step("openapi", || openapi(false))?;
    step("fuzz", fuzz)?;
    run(&Options::default())?;
    shape::print()
}

pub(crate) fn fmt() -> anyhow::Result<()> {
    show(&mut command(&["cargo", "fmt", "--all", "--check"]))
}

pub(crate) fn clippy() -> anyhow::Result<()> {
    let words = [
        "cargo",
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-Dwarnings",
    ];
    show(&mut command(&words))
}

/// The document that the program prints must be the committed one.
pub(crate) fn openapi(accept: bool) -> anyhow::Result<()> {
    let words = ["cargo", "run", "--quiet", "--bin", "lgsp", "--", "openapi"];
    let printed = quiet(&mut command(&words))?;
    if accept {
        std::fs::create_dir_all("openapi")?;
        return Ok(std::fs::write(OPENAPI, printed)?);
    }
    let committed = std::fs::read_to_string(OPENAPI).unwrap_or_default();
    if committed != printed {
        bail!("{OPENAPI} is stale: run `cargo xtask openapi --accept` and look at the change");
    }
    Ok(())
}

/// Each fuzz function on its corpus with mutations by a fixed seed.
pub(crate) fn fuzz() -> anyhow::Result<()> {
    let words = [
        "cargo",
        "nextest",
        "run",
        "--workspace",
        "--status-level",
        "fail",
    ];
    let mut nextest = command(&words);
    nextest.args(["-E", "test(/fuzz/)", "--no-tests", "fail"]);
    nextest.env("LGSP_FUZZ_ROUNDS", "10000");
    show(&mut nextest)
}

/// The crash test with as many kills as asked for.
pub(crate) fn crash(kills: u32) -> anyhow::Result<()> {
    step("packages", install::for_tests)?;
    show(&mut command(&[
        "cargo",
        "build",
        "--quiet",
        "--release",
        "--bin",
        "lgsp",
    ]))?;
    let durable = Server::start_durable()?;
    let words = [
        "cargo",
        "nextest",
        "run",
        "-p",
        "lgsp-server",
        "--no-capture",
        "-E",
    ];
    let mut nextest = command(&words);
    nextest.arg("test(/crash/)");
    nextest.env("LGSP_TEST_POSTGRES_CRASH", durable.url());
    nextest.env("LGSP_TEST_POSTGRES_RESTART", durable.restart_command());
    nextest.env("LGSP_TEST_BINARY", target_dir()?.join("release/lgsp"));
    nextest.env("LGSP_CRASH_KILLS", kills.to_string());
    show(&mut nextest)
}

/// Where cargo puts what it builds.
pub(crate) fn target_dir() -> anyhow::Result<PathBuf> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .no_deps()
        .exec()
        .context("reading the workspace")?;
    Ok(metadata.target_directory.into_std_path_buf())
}

/// Says plainly when an optional tool is missing.
pub(crate) fn note_missing(program: &str, install: &str) -> bool {
    if has(program) {
        return false;
    }
    say!("  {program} is not installed ({install})");
    true
}
