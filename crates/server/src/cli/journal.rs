//! `lgsp journal verify | export`: proof and evidence, on the data folder itself.
//!
//! Owns: this command. It only reads, so it works beside a running platform.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use lgsp_platform::{
    clock::{Clock as _, SystemClock},
    config::Config,
    db::Database,
    journal::{
        query::{self, Filter},
        seal::Sealer,
        verify,
    },
    secrets::Vault,
};

use super::{Exit, output::line};
use crate::serve::environment;

/// Where the data lie.
#[derive(Args)]
pub(super) struct Place {
    /// Configuration file.
    #[arg(long, env = "LGSP_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// Data folder.
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    /// `PostgreSQL` instead of the embedded database.
    #[arg(long, hide_env_values = true, global = true)]
    database_url: Option<String>,
}

#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: JournalCommand,
}

#[derive(Subcommand)]
enum JournalCommand {
    /// Checks every block, signature and checkpoint; exit code 1 when something is wrong.
    Verify,
    /// Prints all events as lines of JSON, newest first.
    Export {
        /// `audit` or `exchange`.
        #[arg(long)]
        class: Option<String>,
    },
}

/// Events read at once.
const PAGE: u32 = 1_000;

/// Opens the database of an installation that is there.
pub(super) async fn open(place: Place) -> anyhow::Result<(Database, Config)> {
    let mut config = Config::read(place.config.as_deref(), environment())?;
    if let Some(data_dir) = place.data_dir {
        config.server.data_dir = data_dir;
    }
    if let Some(url) = place.database_url {
        config.database.url = url;
    }
    let path = config.server.data_dir.join("lgsp.db");
    let db = if !config.database.url.is_empty() {
        Database::open_postgres(&config.database.url).await?
    } else if path.is_file() {
        Database::open_sqlite(&path).await?
    } else {
        let text = format!("{} holds no database", config.server.data_dir.display());
        return Err(Exit { code: 2, text }.into());
    };
    Ok((db, config))
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let (db, config) = open(options.place).await?;
    match options.command {
        JournalCommand::Verify => prove(&db, &config).await,
        JournalCommand::Export { class } => export(&db, class).await,
    }
}

async fn prove(db: &Database, config: &Config) -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock);
    let vault = Vault::open(db.clone(), &config.master_key_path()).await?;
    let seed = vault.key("journal", clock.now()).await?;
    let sealer = Sealer::new(db.clone(), clock, &seed, &config.server.data_dir)?;
    let file = Some(sealer.checkpoint_file());
    let report = verify::verify(db, &sealer.public_key(), file).await?;
    line(&serde_json::to_string(&report)?);
    match report.first_bad {
        None => Ok(()),
        Some(bad) => Err(Exit {
            code: 1,
            text: format!("the journal is broken: {bad}"),
        }
        .into()),
    }
}

async fn export(db: &Database, class: Option<String>) -> anyhow::Result<()> {
    let mut filter = Filter {
        class,
        ..Filter::default()
    };
    loop {
        let page = query::list(db, &filter, PAGE).await?;
        for entry in &page {
            line(&serde_json::to_string(entry)?);
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => filter.cursor = Some(last.id.to_string()),
            _ => return Ok(()),
        }
    }
}
