//! The command line.
//!
//! Owns: the commands, their exit codes, the way to the API.
//! Not here: what a command does (one file each, or the capability).
//! Follows: exit codes 0 done, 1 failed, 2 wrong use, 3 differences found (`diff`), 4 refused
//! by the platform, 5 the platform is out of reach.

mod api;
mod journal;
mod manage;
mod output;
mod resources;
mod signature;

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::{doctor, serve};

/// The data integration and sharing platform of a province.
#[derive(Parser)]
#[command(name = "lgsp", version, about, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the platform.
    Serve(serve::Options),
    /// Makes a data folder with its first administrator.
    Init(serve::InitOptions),
    /// Makes the resources of files what the files say.
    Apply(resources::ApplyOptions),
    /// Shows what `apply` would change; exit code 3 when something would.
    Diff(resources::ApplyOptions),
    /// Shows resources.
    Get(resources::GetOptions),
    /// Writes resources as files.
    Export(resources::ExportOptions),
    /// Accounts.
    User(manage::UserOptions),
    /// Systems and their secrets.
    System(manage::SystemOptions),
    /// The journal.
    Journal(journal::Options),
    /// Signatures of files that left the platform.
    Signature(signature::Options),
    /// Says in plain words what is wrong.
    Doctor(doctor::Options),
    /// Prints the `OpenAPI` document.
    Openapi,
    /// Stand-ins of national systems, demo traffic, load.
    #[command(subcommand)]
    Simulate(lgsp_simulator::Command),
    /// Prints completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Writes the manual pages into a folder.
    Man {
        /// The folder.
        folder: PathBuf,
    },
}

/// How the process ends when a command fails.
#[derive(Debug)]
pub(crate) struct Exit {
    pub(crate) code: u8,
    pub(crate) text: String,
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Exit {}

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&format!("the runtime cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(Box::pin(run(arguments.command))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.downcast_ref::<Exit>().map_or(1, |exit| exit.code);
            let text = format!("{error:#}");
            if !text.is_empty() {
                output::error(&text);
            }
            ExitCode::from(code)
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(options) => serve::run(options).await,
        Command::Init(options) => serve::init(options).await,
        Command::Apply(options) => resources::apply(options).await,
        Command::Diff(options) => resources::diff(options).await,
        Command::Get(options) => resources::get(options).await,
        Command::Export(options) => resources::export(options).await,
        Command::User(options) => manage::user(options).await,
        Command::System(options) => manage::system(options).await,
        Command::Journal(options) => journal::run(options).await,
        Command::Signature(options) => signature::run(options).await,
        Command::Doctor(options) => doctor::run(options).await,
        Command::Openapi => {
            output::line(&crate::doors::openapi_text()?);
            Ok(())
        }
        Command::Simulate(command) => lgsp_simulator::run(command).await,
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "lgsp", &mut text);
            output::line(String::from_utf8_lossy(&text).trim_end());
            Ok(())
        }
        Command::Man { folder } => {
            std::fs::create_dir_all(&folder)?;
            Ok(clap_mangen::generate_to(Arguments::command(), folder)?)
        }
    }
}

pub(crate) use output::line as print_line;
