//! `cargo xtask up`: from a fresh clone to a running demo province.
//!
//! Owns: the first command of the README.

use std::os::unix::process::CommandExt as _;

use clap::Args;

use crate::{
    install,
    run::{command, show, step},
    web,
};

/// How the demo is started.
#[derive(Args)]
pub(crate) struct Options {
    /// Folder of the demo's data; kept between starts.
    #[arg(long, default_value = "target/demo")]
    data_dir: String,
    /// Administration door.
    #[arg(long, default_value = "127.0.0.1:8800")]
    admin_addr: String,
    /// Service door.
    #[arg(long, default_value = "127.0.0.1:8801")]
    service_addr: String,
    /// PostgreSQL instead of the embedded database.
    #[arg(long)]
    database_url: Option<String>,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    step("packages", install::for_build)?;
    step("console", web::build)?;
    step("program", || {
        show(&mut command(&[
            "cargo", "build", "--quiet", "--bin", "lgsp",
        ]))
    })?;
    let program = crate::test::target_dir()?.join("debug/lgsp");
    let mut serve = std::process::Command::new(program);
    serve.args(["serve", "--demo", "--data-dir", &options.data_dir]);
    serve.args([
        "--admin-addr",
        &options.admin_addr,
        "--service-addr",
        &options.service_addr,
    ]);
    if let Some(url) = &options.database_url {
        serve.args(["--database-url", url]);
    }
    // From here on this process is the program, so that Ctrl+C and signals reach it.
    Err(serve.exec().into())
}
