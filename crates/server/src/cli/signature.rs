//! `lgsp signature verify | keys`: whether a file that left the platform is as it was made.
//!
//! Owns: these commands. They work on a copy of the public key anywhere, or on the data folder itself.
//! Not here: the signature (`lgsp_platform::detached`).
//! Follows: docs/specs/signed-files.md.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use lgsp_platform::{
    clock::{Clock as _, SystemClock},
    db::Database,
    detached::{self, FileKeys, FileSigner},
    journal::query::{self, Filter},
    secrets::Vault,
};

use super::{
    Exit,
    journal::{self, Place},
    output::line,
};

#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: SignatureCommand,
}

#[derive(Subcommand)]
enum SignatureCommand {
    /// Checks a file against its signature; exit code 1 when it was changed.
    Verify {
        /// The file.
        file: PathBuf,
        /// Its signature; the file's name with `.jws` when absent.
        #[arg(long)]
        signature: Option<PathBuf>,
        /// Public keys, as `/.well-known/lgsp-file-keys` gives them; when absent, the data folder's
        /// own key is used and the journal is asked for the file's digest.
        #[arg(long)]
        keys: Option<PathBuf>,
    },
    /// Prints the public keys, for whoever checks files elsewhere.
    Keys,
}

/// Events read at once.
const PAGE: u32 = 500;

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    match options.command {
        SignatureCommand::Verify {
            file,
            signature,
            keys,
        } => {
            let content = read(&file)?;
            let signature = signature.unwrap_or_else(|| beside(&file));
            let signature = String::from_utf8(read(&signature)?).unwrap_or_default();
            match keys {
                Some(keys) => {
                    let keys: FileKeys = serde_json::from_slice(&read(&keys)?)
                        .with_context(|| format!("{} holds no keys", keys.display()))?;
                    prove(&content, &signature, &keys, None)
                }
                None => {
                    let (db, keys) = own_keys(options.place).await?;
                    let event = closing_event(&db, &detached::sha256(&content)).await?;
                    prove(&content, &signature, &keys, Some(event))
                }
            }
        }
        SignatureCommand::Keys => {
            let (_, keys) = own_keys(options.place).await?;
            line(&serde_json::to_string(&keys)?);
            Ok(())
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        let text = format!("{}: {error}", path.display());
        Exit { code: 2, text }.into()
    })
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".jws");
    PathBuf::from(name)
}

async fn own_keys(place: Place) -> anyhow::Result<(Database, FileKeys)> {
    let (db, config) = journal::open(place).await?;
    let vault = Vault::open(db.clone(), &config.master_key_path()).await?;
    let signer = FileSigner::open(&vault, SystemClock.now()).await?;
    Ok((db, signer.keys()))
}

/// The event of the journal that names this digest; `event` is outer-absent when nobody asked.
fn prove(
    content: &[u8],
    signature: &str,
    keys: &FileKeys,
    event: Option<Option<i64>>,
) -> anyhow::Result<()> {
    let sha256 = detached::sha256(content);
    let proved = detached::check(content, signature, keys);
    let ok = proved.is_ok() && event != Some(None);
    let mut answer = serde_json::json!({ "ok": ok, "sha256": sha256 });
    if let (Ok(kid), Some(fields)) = (&proved, answer.as_object_mut()) {
        fields.insert("key".to_owned(), kid.as_str().into());
        if let Some(event) = event {
            fields.insert("event".to_owned(), event.into());
        }
    }
    line(&answer.to_string());
    let text = match (proved, event) {
        (Err(reason), _) => reason.to_string(),
        (Ok(_), Some(None)) => {
            "the signature fits, but no event of the journal names this file".to_owned()
        }
        (Ok(_), _) => return Ok(()),
    };
    Err(Exit { code: 1, text }.into())
}

/// The event that closed the review and names this digest.
async fn closing_event(db: &Database, sha256: &str) -> anyhow::Result<Option<i64>> {
    let mut filter = Filter {
        action: Some("review.closed".to_owned()),
        ..Filter::default()
    };
    loop {
        let page = query::list(db, &filter, PAGE).await?;
        let names = |detail: &serde_json::Value| {
            let files = detail.pointer("/files").and_then(|files| files.as_array());
            files.is_some_and(|files| {
                files.iter().any(|file| {
                    file.pointer("/sha256").and_then(|found| found.as_str()) == Some(sha256)
                })
            })
        };
        let found = page.iter().find(|entry| names(&entry.detail));
        if let Some(found) = found {
            return Ok(Some(found.id));
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => filter.cursor = Some(last.id.to_string()),
            _ => return Ok(None),
        }
    }
}
