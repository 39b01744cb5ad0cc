//! `lgsp serve` and `lgsp init`.
//!
//! Owns: configuration from file, environment and flags; start, signals, stop.
//! Not here: what runs (`compose.rs`).
//! Invariant: `ready` is printed when both doors answer, and only then.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Context as _;
use clap::Args;
use lgsp_identity::Password;
use lgsp_platform::{config::Config, telemetry};
use tokio::signal::unix::{SignalKind, signal};

use crate::{cli::print_line, compose, demo, doors};

/// How the platform is run. Flags override the environment, which overrides the file.
#[derive(Args)]
pub(crate) struct Options {
    /// Configuration file.
    #[arg(long, env = "LGSP_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the embedded database, bodies and keys.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Administration door.
    #[arg(long)]
    admin_addr: Option<SocketAddr>,
    /// Service door.
    #[arg(long)]
    service_addr: Option<SocketAddr>,
    /// `PostgreSQL` instead of the embedded database.
    #[arg(long, hide_env_values = true)]
    database_url: Option<String>,
    /// With the demo province, its traffic and a simulated national axis.
    #[arg(long)]
    demo: bool,
    /// Where the simulated national axis of the demo listens.
    #[arg(long, default_value = "127.0.0.1:0", requires = "demo")]
    axis_addr: SocketAddr,
    /// A national axis that runs elsewhere, instead of one inside this process.
    #[arg(long, requires = "demo", conflicts_with = "axis_addr")]
    axis_url: Option<String>,
    /// The demo province without traffic of its own.
    #[arg(long, requires = "demo")]
    demo_quiet: bool,
}

/// The first start of an installation.
#[derive(Args)]
pub(crate) struct InitOptions {
    /// Configuration file.
    #[arg(long, env = "LGSP_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the embedded database, bodies and keys.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Sign-in name of the first administrator.
    #[arg(long, default_value = "admin")]
    admin: String,
    /// File that holds the first password; absent: read from standard input.
    #[arg(long)]
    password_file: Option<PathBuf>,
}

/// The process environment, for the configuration.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(crate) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars()
}

impl Options {
    fn read(&self) -> anyhow::Result<Config> {
        let mut config = Config::read(self.config.as_deref(), environment())?;
        if let Some(data_dir) = &self.data_dir {
            config.server.data_dir.clone_from(data_dir);
        }
        if let Some(address) = self.admin_addr {
            config.server.admin_addr = address;
        }
        if let Some(address) = self.service_addr {
            config.server.service_addr = address;
        }
        if let Some(url) = &self.database_url {
            config.database.url.clone_from(url);
        }
        Ok(config)
    }
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let mut config = options.read()?;
    let (spans, layer) = span_export(&config)?;
    telemetry::start(&config.log, layer)?;
    if options.demo {
        demo::open_ldap(&mut config);
    }
    let mut composition = compose::start(config, options.demo).await?;
    let seeded = match options.demo {
        true => {
            let axis = match options.axis_url {
                Some(url) => demo::Axis::Elsewhere(url),
                None => demo::Axis::Inside(options.axis_addr),
            };
            Some(demo::seed(&composition, axis).await.context("demo")?)
        }
        false => {
            demo::seed_lists(&composition).await?;
            None
        }
    };
    let doors = doors::open(&mut composition, true).await?;
    let scheme = if composition
        .platform
        .config
        .server
        .tls_certificate_file
        .is_empty()
    {
        "http"
    } else {
        "https"
    };
    tracing::info!(admin = %doors.admin, service = %doors.service, "doors are open");
    if let Some(seeded) = seeded {
        demo::greet(&seeded, scheme, doors.admin);
        demo::start(&composition, seeded, doors.service, options.demo_quiet)?;
    }
    print_line("ready");
    notify(&[sd_notify::NotifyState::Ready]);
    wait_for_stop(&doors).await?;
    notify(&[sd_notify::NotifyState::Stopping]);
    tracing::info!("stopping");
    doors.close();
    composition.platform.stop().await;
    if let Some(spans) = spans {
        spans.close().await;
    }
    Ok(())
}

/// Tells the service manager; without one this does nothing.
fn notify(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "service manager");
    }
}

/// Until a signal asks to stop; HUP reloads certificates, and the watchdog is fed.
#[expect(
    clippy::disallowed_methods,
    reason = "the service manager's watchdog runs on the machine's time"
)]
async fn wait_for_stop(doors: &doors::Doors) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let beat = sd_notify::watchdog_enabled().map_or(Duration::from_secs(60), |every| every / 2);
    let mut watchdog = tokio::time::interval(beat);
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hangup.recv() => doors.reload_tls(),
            _ = watchdog.tick() => notify(&[sd_notify::NotifyState::Watchdog]),
        }
    }
}

#[cfg(feature = "otel")]
use crate::otel::Export;

/// Without traces nothing is ever exported.
#[cfg(not(feature = "otel"))]
enum Export {}

#[cfg(not(feature = "otel"))]
impl Export {
    async fn close(self) {
        match self {}
    }
}

#[cfg(feature = "otel")]
fn span_export(config: &Config) -> anyhow::Result<(Option<Export>, Option<telemetry::ExtraLayer>)> {
    Ok(Export::open(&config.telemetry)?.unzip())
}

#[cfg(not(feature = "otel"))]
fn span_export(config: &Config) -> anyhow::Result<(Option<Export>, Option<telemetry::ExtraLayer>)> {
    anyhow::ensure!(
        config.telemetry.otlp_endpoint.is_empty(),
        "telemetry.otlp_endpoint is set, but this program was built without traces"
    );
    Ok((None, None))
}

pub(crate) async fn init(options: InitOptions) -> anyhow::Result<()> {
    let mut config = Config::read(options.config.as_deref(), environment())?;
    if let Some(data_dir) = options.data_dir {
        config.server.data_dir = data_dir;
    }
    let password = match options.password_file {
        Some(path) => std::fs::read_to_string(path)?,
        None => {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line)?;
            line
        }
    };
    let password = Password::new(password.trim_end_matches(['\r', '\n']).to_owned());
    let composition = compose::start(config, false).await?;
    demo::seed_lists(&composition).await?;
    let made = composition
        .identity
        .bootstrap_admin(&options.admin, password)
        .await;
    composition.platform.stop().await;
    let made = made?;
    print_line(&format!(
        "administrator {} is made; its token, shown once:",
        options.admin
    ));
    print_line(&made.token);
    Ok(())
}
