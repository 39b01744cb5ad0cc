//! Small file helpers: private files, durable writes, the lock of the data folder.
//!
//! Owns: `write_private`, `sync_directory`, `DataLock`.
//! Not here: bodies of messages (`blobs.rs`).

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use crate::error::{Error, Result};

/// Writes a new file that only its owner may read, durably.
///
/// # Errors
/// `platform.file.failed`, also when the file exists.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    sync_directory(path.parent().unwrap_or(Path::new(".")))
}

/// Makes renames and new names in a directory durable.
///
/// # Errors
/// `platform.file.failed`.
pub fn sync_directory(path: &Path) -> Result<()> {
    Ok(File::open(path)?.sync_all()?)
}

/// Held while a process uses a data folder; a second process is refused.
#[derive(Debug)]
pub struct DataLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl DataLock {
    /// Locks the folder.
    ///
    /// # Errors
    /// `platform.configuration.invalid` when another process holds it.
    pub fn acquire(directory: &Path) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        let path = directory.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Error::Configuration(format!(
                "{} is in use by another process",
                directory.display()
            ))),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
