//! The program `lgsp`: command line, composition of all modules, doors, the demo province.
//!
//! Owns: what exists once in the process: TLS provider, the command line.
//! Not here: any capability; adding one is one line in `compose.rs`.

mod about;
mod cli;
mod compose;
mod console;
mod demo;
mod doctor;
mod doors;
mod health;
mod mail;
#[cfg(feature = "otel")]
mod otel;
mod serve;

use std::process::ExitCode;

fn main() -> ExitCode {
    // One TLS provider for all libraries; a second installation cannot happen here.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        return ExitCode::FAILURE;
    }
    cli::main()
}
