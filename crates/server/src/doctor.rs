//! `lgsp doctor`: looks at an installation and says in plain words what is wrong.
//!
//! Owns: the checks. Each ends in one line: what was looked at, how it is, what to do.
//! Not here: mending. Works while the platform runs and while it does not.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Args;
use lgsp_platform::{
    clock::{Clock as _, SystemClock},
    config::Config,
    db::Database,
    mail::MailFailure,
    secrets::Vault,
};

use crate::{cli::print_line, serve::environment};

/// Free space below which the doctor warns, 1 GiB.
const FREE_BYTES_MIN: u64 = 1 << 30;
/// Syncs of the disk a second below which the doctor warns.
const SYNCS_MIN: u32 = 100;
/// Rounds of the sync probe.
const SYNC_ROUNDS: u32 = 50;

#[derive(Args)]
pub(crate) struct Options {
    /// Configuration file.
    #[arg(long, env = "LGSP_CONFIG")]
    config: Option<PathBuf>,
    /// Data folder.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

enum Finding {
    Good(String),
    Warning(String),
    Bad(String),
}

use Finding::{Bad, Good, Warning};

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let mut findings = Vec::new();
    let config = match Config::read(options.config.as_deref(), environment()) {
        Ok(mut config) => {
            if let Some(data_dir) = options.data_dir {
                config.server.data_dir = data_dir;
            }
            findings.push(Good("configuration is readable".to_owned()));
            config
        }
        Err(error) => {
            print_line(&format!("✗ {error}"));
            anyhow::bail!("the configuration cannot be read");
        }
    };
    findings.extend(check_folder(&config.server.data_dir));
    findings.extend(check_disk(&config.server.data_dir));
    findings.extend(check_key(&config));
    findings.extend(check_tls(&config));
    findings.extend(check_database(&config).await);
    findings.extend(check_doors(&config).await);
    findings.push(check_mail(&config).await);
    findings.push(check_breached(&config));
    findings.push(check_console());
    let mut is_bad = false;
    for finding in &findings {
        print_line(&match finding {
            Good(text) => format!("✓ {text}"),
            Warning(text) => format!("! {text}"),
            Bad(text) => {
                is_bad = true;
                format!("✗ {text}")
            }
        });
    }
    anyhow::ensure!(!is_bad, "something is wrong, see the lines marked ✗");
    Ok(())
}

/// The list of breached passwords: without a good one they are taken.
fn check_breached(config: &Config) -> Finding {
    let path = &config.identity.breached_passwords;
    let Some(list) = lgsp_identity::BreachedList::at(path) else {
        return Warning(
            "no list of breached passwords: set identity.breached_passwords so that they are \
             refused"
                .to_owned(),
        );
    };
    match list.examine() {
        Ok(()) => Good(format!("the list of breached passwords {path} can be used")),
        Err(error) => Bad(format!(
            "the list of breached passwords {path} cannot be used ({error}): breached passwords \
             are taken; fetch it anew, and see that the platform's user may read it"
        )),
    }
}

fn check_folder(folder: &Path) -> Vec<Finding> {
    if !folder.is_dir() {
        return vec![Bad(format!(
            "the data folder {} does not exist: start `lgsp serve` or `lgsp init` once, \
             or name another one with --data-dir",
            folder.display()
        ))];
    }
    match tempfile(folder) {
        Ok(path) => {
            std::fs::remove_file(path).ok();
            vec![Good(format!(
                "the data folder {} can be written",
                folder.display()
            ))]
        }
        Err(error) => vec![Bad(format!(
            "the data folder {} cannot be written ({error}): check its owner and the disk",
            folder.display()
        ))],
    }
}

fn tempfile(folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join(format!("doctor-{}", std::process::id()));
    std::fs::write(&path, b"x")?;
    Ok(path)
}

/// Free space by `df`, speed by syncing a small file.
fn check_disk(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(free) = free_bytes(folder) {
        let text = format!("{} MiB are free", free >> 20);
        findings.push(if free < FREE_BYTES_MIN {
            Warning(format!(
                "{text}: make room, at 0 nothing is accepted any more"
            ))
        } else {
            Good(text)
        });
    }
    if let Ok(syncs) = syncs_a_second(folder) {
        let text = format!("the disk syncs {syncs} times a second");
        findings.push(if syncs < SYNCS_MIN {
            Warning(format!("{text}: slow, documents are accepted slowly too"))
        } else {
            Good(text)
        });
    }
    findings
}

fn free_bytes(folder: &Path) -> Option<u64> {
    let shown = std::process::Command::new("df")
        .args(["--output=avail", "-B1"])
        .arg(folder)
        .output();
    String::from_utf8(shown.ok()?.stdout)
        .ok()?
        .lines()
        .nth(1)?
        .trim()
        .parse()
        .ok()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the speed of the disk is of the machine's time"
)]
fn syncs_a_second(folder: &Path) -> std::io::Result<u32> {
    use std::io::Write as _;
    let path = folder.join(format!("doctor-sync-{}", std::process::id()));
    let mut file = std::fs::File::create(&path)?;
    let start = Instant::now();
    for _ in 0..SYNC_ROUNDS {
        file.write_all(&[0; 512])?;
        file.sync_data()?;
    }
    let elapsed_ms = u32::try_from(start.elapsed().as_millis())
        .unwrap_or(u32::MAX)
        .max(1);
    std::fs::remove_file(path)?;
    Ok(SYNC_ROUNDS * 1_000 / elapsed_ms)
}

fn check_key(config: &Config) -> Vec<Finding> {
    let path = config.master_key_path();
    let Ok(metadata) = std::fs::metadata(&path) else {
        return vec![Warning(format!("{} does not exist yet", path.display()))];
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return vec![Bad(format!(
            "{} can be read by others (mode {mode:o}): chmod 600 it",
            path.display()
        ))];
    }
    vec![Good(
        "the master key is readable for its owner only".to_owned(),
    )]
}

fn check_tls(config: &Config) -> Vec<Finding> {
    let (certificate, key) = (
        &config.server.tls_certificate_file,
        &config.server.tls_key_file,
    );
    if certificate.is_empty() {
        let is_local = config.server.admin_addr.ip().is_loopback();
        return if is_local {
            Vec::new()
        } else {
            vec![Warning(
                "the doors are open to the network without TLS: set \
                 server.tls_certificate_file and server.tls_key_file"
                    .to_owned(),
            )]
        };
    }
    [certificate, key]
        .into_iter()
        .map(|path| match std::fs::read(path) {
            Ok(bytes) if bytes.starts_with(b"-----BEGIN") => Good(format!("{path} is readable")),
            Ok(_) => Bad(format!("{path} is not PEM")),
            Err(error) => Bad(format!("{path} cannot be read: {error}")),
        })
        .collect()
}

async fn check_database(config: &Config) -> Vec<Finding> {
    let path = config.server.data_dir.join("lgsp.db");
    let opened = if !config.database.url.is_empty() {
        Database::open_postgres(&config.database.url).await
    } else if path.is_file() {
        Database::open_sqlite(&path).await
    } else {
        return vec![Warning(
            "there is no database yet; `lgsp serve` makes it".to_owned(),
        )];
    };
    let db = match opened {
        Ok(db) => db,
        Err(error) => {
            return vec![Bad(format!("the database does not open: {error}"))];
        }
    };
    let mut findings = vec![Good("the database opens".to_owned())];
    findings.push(
        match Vault::open(db.clone(), &config.master_key_path()).await {
            Err(error) => Bad(format!("the vault does not open: {error}")),
            Ok(vault) => match vault.open_all("system", SystemClock.now()).await {
                Ok(secrets) => Good(format!("{} secrets of systems open", secrets.len())),
                Err(error) => Bad(format!(
                    "secrets do not open with this master key ({error}): put back the key that \
                 belongs to this database"
                )),
            },
        },
    );
    let dead = "SELECT COUNT(*) AS n FROM delivery WHERE state = 'dead'";
    if let Ok(Some(row)) = db.query_one(dead, vec![]).await {
        let count: i64 = row.try_get("", "n").unwrap_or(0);
        findings.push(if count > 0 {
            Warning(format!(
                "{count} dead letters wait for a person: console, Lượt gửi"
            ))
        } else {
            Good("no dead letters".to_owned())
        });
    }
    findings
}

async fn check_doors(config: &Config) -> Vec<Finding> {
    let scheme = if config.server.tls_certificate_file.is_empty() {
        "http"
    } else {
        "https"
    };
    let address = config.server.admin_addr;
    let Ok(client) = lgsp_platform::http::client::client() else {
        return Vec::new();
    };
    match client
        .get(format!("{scheme}://{address}/readyz"))
        .send()
        .await
    {
        Ok(answer) if answer.status().is_success() => {
            vec![Good(format!("the platform at {address} is ready"))]
        }
        Ok(answer) => {
            vec![Bad(format!(
                "the platform at {address} answers {}",
                answer.status()
            ))]
        }
        Err(_) => vec![Warning(format!(
            "nothing answers at {address}: is `lgsp serve` running?"
        ))],
    }
}

/// Connects to the mail server as for a mail, but sends none.
async fn check_mail(config: &Config) -> Finding {
    let url = &config.mail.url;
    let opened = crate::mail::open(&config.mail, &config.identity.issuer);
    match opened {
        Err(error) => Bad(format!("the section mail of the configuration: {error:#}")),
        Ok(None) => Good(
            "no mail server is configured: links are handed over by administrators, notices \
             stand on the pages of the account"
                .to_owned(),
        ),
        Ok(Some(server)) => match server.check().await {
            Ok(()) => Good(format!("the mail server at {url} takes mails from us")),
            Err(MailFailure::NotYet(reason) | MailFailure::Never(reason)) => Bad(format!(
                "{reason}: look at the section mail ({url}); mails wait for a day, then they are \
                 dead letters"
            )),
        },
    }
}

fn check_console() -> Finding {
    if crate::console::is_built() {
        Good("the console is built in".to_owned())
    } else {
        Warning("this program has no console: run `cargo xtask web`, then build again".to_owned())
    }
}
