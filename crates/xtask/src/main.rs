//! The project's own commands: `cargo xtask up`, `cargo xtask test`, `cargo xtask ci`.
//!
//! Owns: building the console, installing what tests need, the checks of the build.
//! Not here: anything that ships.
#![expect(
    clippy::disallowed_methods,
    reason = "commands of the project, not of the platform"
)]

mod arch;
mod deny;
mod e2e;
mod install;
mod interop;
mod postgres;
mod run;
mod shape;
mod test;
mod up;
mod web;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Commands of the LGSP project")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what is missing, builds everything and starts the demo province.
    Up(up::Options),
    /// Installs what the tests need and runs all of them.
    Test(test::Options),
    /// What the CI runs: formatting, lints, architecture, audit, tests, drift of the API.
    Ci,
    /// Formatting.
    Fmt,
    /// Lints, warnings denied.
    Clippy,
    /// The architecture: crates, edges, agreed files.
    Arch,
    /// The committed OpenAPI document against the program's.
    Openapi {
        /// Writes the program's document into the tree.
        #[arg(long)]
        accept: bool,
    },
    /// Builds the console if its sources changed.
    Web {
        /// Also its checks: format, lint, types, unit tests, size ceilings.
        #[arg(long)]
        check: bool,
    },
    /// The browser tests.
    E2e,
    /// Installs the software of others that proofs use; `cargo nextest run` then uses it too.
    Interop,
    /// Licences and advisories of all dependencies.
    Deny,
    /// Prints the sizes that ARCHITECTURE.md watches.
    Shape,
    /// Short runs of all fuzz targets on the stable toolchain.
    Fuzz,
    /// Kills the program under load again and again: nothing acknowledged may be lost.
    Crash {
        /// How often it is killed.
        #[arg(long, default_value_t = 300)]
        kills: u32,
    },
}

fn main() -> anyhow::Result<()> {
    run::enter_root()?;
    match Arguments::parse().command {
        Command::Up(options) => up::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Ci => test::ci(),
        Command::Fmt => test::fmt(),
        Command::Clippy => test::clippy(),
        Command::Arch => arch::check(),
        Command::Openapi { accept } => test::openapi(accept),
        Command::Web { check } => {
            web::build()?;
            if check { web::check() } else { Ok(()) }
        }
        Command::E2e => e2e::run(),
        Command::Interop => interop::install(),
        Command::Deny => deny::check(),
        Command::Shape => shape::print(),
        Command::Fuzz => test::fuzz(),
        Command::Crash { kills } => test::crash(kills),
    }
}
