//! Logs: structured, without personal data; traces when configured.
//!
//! Owns: setting up `tracing`.
//! Not here: metrics (`metrics.rs`).

use std::io::IsTerminal as _;

use tracing_subscriber::{
    EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{
    config::LogConfig,
    error::{Error, Result},
};

/// Libraries whose own chatter is never useful above a warning.
const QUIET: &str = "sqlx=warn,sea_orm=warn,hyper=warn,h2=warn,rustls=warn,reqwest=warn";

/// A further layer, for example one that exports spans.
pub type ExtraLayer =
    Box<dyn tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync>;

/// Starts logging to standard error; once a process.
///
/// # Errors
/// `platform.configuration.invalid` for an unreadable filter.
pub fn start(config: &LogConfig, extra: Option<ExtraLayer>) -> Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", config.filter))
        .map_err(|error| Error::Configuration(format!("log.filter: {error}")))?;
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = if config.format == "json" {
        layer.json().flatten_event(true).boxed()
    } else {
        layer
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .boxed()
    };
    tracing_subscriber::registry()
        .with(extra)
        .with(layer.with_filter(filter))
        .try_init()
        .map_err(|error| Error::Configuration(error.to_string()))
}
