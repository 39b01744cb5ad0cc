//! Bodies on disk that no message names: left behind by an acceptance that failed, or by a kill.
//!
//! Owns: finding and removing them, and uploads that were cut short.
//! Not here: storing bodies (`blobs.rs`), keeping of messages for years (archiving).
//! Invariant: a body that a message names, or that an acceptance in work is about to name, stays.
//! Whoever stores a body that is there already makes it young first and looks again; whoever
//! removes one moves it aside first and looks again at its age.
//! Follows: docs/specs/ledger.md, Bodies.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use lgsp_model::Timestamp;

use crate::{
    db::places,
    error::{Error, Result},
    ledger::{Ledger, schedule},
    tasks::Tasks,
};

/// How often bodies are looked through.
pub const SWEEP_EVERY_MS: i64 = 6 * 3_600_000;
/// A body younger than this is never touched: an acceptance may be about to name it.
pub const GRACE_MS: i64 = 24 * 3_600_000;
/// Digests that one question to the database names.
const DIGESTS_MAX: usize = 200;
/// Folders below the store, one for each first byte of a digest.
const FOLDERS: u32 = 256;
/// Behind the name of a body that is about to be removed.
const ASIDE: &str = ".swept";
/// In the name of a file that the store is still writing.
const UPLOAD: char = '#';

/// Starts the sweeping, once for all nodes.
pub(crate) fn start(ledger: &Ledger, tasks: &Tasks) {
    let swept = ledger.clone();
    schedule::start(ledger, tasks, "body sweep", SWEEP_EVERY_MS, move || {
        let ledger = swept.clone();
        Box::pin(async move {
            let removed = pass(&ledger, ledger.now().plus_ms(-GRACE_MS)).await?;
            if removed > 0 {
                tracing::info!(
                    bodies = removed,
                    "bodies that no message names were removed"
                );
            }
            Ok(())
        })
    });
}

/// Removes what no message names and was last stored before `before`; how many files.
///
/// # Errors
/// `platform.database.failed`, `platform.file.failed`; what was removed before stays so.
pub async fn pass(ledger: &Ledger, before: Timestamp) -> Result<u64> {
    let Some(root) = ledger.blobs().folder().map(Path::to_path_buf) else {
        return Ok(0);
    };
    let mut removed = 0;
    for folder in 0..FOLDERS {
        let folder = root.join(format!("{folder:02x}"));
        let old = blocking(move || old_files(&folder, before)).await?;
        for files in old.chunks(DIGESTS_MAX) {
            let named = named(ledger, files).await?;
            let unnamed = files.to_vec();
            removed += blocking(move || remove_all(unnamed, &named, before)).await?;
        }
    }
    Ok(removed)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let joined = tokio::task::spawn_blocking(work).await;
    let done = joined.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(done?)
}

/// A file of the store.
#[derive(Debug, Clone)]
struct Found {
    path: PathBuf,
    /// Absent for an upload that was cut short.
    digest: Option<Vec<u8>>,
    /// Moved aside by a sweep that was killed.
    is_aside: bool,
}

impl Found {
    fn of(folder: &str, path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let bare = name.strip_suffix(ASIDE);
        let (is_aside, is_upload) = (bare.is_some(), name.contains(UPLOAD));
        let digest = unhex(&format!("{folder}{}", bare.unwrap_or(name)));
        if digest.is_none() && !is_upload {
            return None;
        }
        Some(Self {
            path,
            digest,
            is_aside,
        })
    }
}

/// The files of a folder that are old enough; what has another name is not ours.
fn old_files(folder: &Path, before: Timestamp) -> io::Result<Vec<Found>> {
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let first = folder.file_name().and_then(|name| name.to_str());
    let mut old = Vec::new();
    for entry in listed {
        let path = entry?.path();
        if is_older(&path, before)? {
            old.extend(Found::of(first.unwrap_or_default(), path));
        }
    }
    Ok(old)
}

/// Whether the file was last stored before; a file that is gone is not.
fn is_older(path: &Path, before: Timestamp) -> io::Result<bool> {
    let since_epoch = Duration::from_millis(u64::try_from(before.0).unwrap_or(0));
    match fs::metadata(path).and_then(|facts| facts.modified()) {
        Ok(modified) => Ok(modified < UNIX_EPOCH + since_epoch),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The digests among these files that messages name.
async fn named(ledger: &Ledger, files: &[Found]) -> Result<HashSet<Vec<u8>>> {
    let digests: Vec<sea_orm::Value> = files
        .iter()
        .filter_map(|found| found.digest.clone())
        .map(Into::into)
        .collect();
    if digests.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!(
        "SELECT DISTINCT digest FROM message WHERE body IS NULL AND digest IN ({})",
        places(1, digests.len())
    );
    let rows = ledger.db().query_all(sql, digests).await?;
    rows.iter()
        .map(|row| Ok(row.try_get("", "digest")?))
        .collect()
}

fn remove_all(files: Vec<Found>, named: &HashSet<Vec<u8>>, before: Timestamp) -> io::Result<u64> {
    let mut removed = 0;
    for found in files {
        let is_named = found
            .digest
            .as_ref()
            .is_some_and(|digest| named.contains(digest));
        removed += u64::from(match (is_named, found.is_aside) {
            (true, true) => put_back(&found.path)?,
            (true, false) => false,
            (false, _) => remove(&found, before)?,
        });
    }
    Ok(removed)
}

/// A message names what a killed sweep had moved aside.
fn put_back(aside: &Path) -> io::Result<bool> {
    let path = bare(aside);
    if path.try_exists()? {
        fs::remove_file(aside)?;
    } else {
        fs::rename(aside, path)?;
    }
    Ok(false)
}

/// Moves aside, looks again, removes; whether it is gone.
fn remove(found: &Found, before: Timestamp) -> io::Result<bool> {
    let is_body = found.digest.is_some() && !found.is_aside;
    let aside = if is_body {
        let aside = with_suffix(&found.path);
        fs::rename(&found.path, &aside)?;
        aside
    } else {
        found.path.clone()
    };
    // Somebody has just stored it once more, and saw it before it was moved.
    if !is_older(&aside, before)? {
        if is_body {
            fs::rename(&aside, &found.path)?;
        }
        return Ok(false);
    }
    fs::remove_file(aside)?;
    Ok(true)
}

fn with_suffix(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ASIDE);
    PathBuf::from(name)
}

fn bare(aside: &Path) -> PathBuf {
    aside.with_extension("")
}

/// The 32 bytes of a digest in lower-case hexadecimal.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 64 || !text.bytes().all(is_hex) {
        return None;
    }
    (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
