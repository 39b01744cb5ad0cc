//! Memory: idle with the demo, and the rise by a document of the largest size.
//!
//! Owns: waiting until idle, the peak while a large document passes.
//! Not here: reading of `/proc` (`program.rs`).
//! Invariant: rises are measured from the idle program on, so that memory kept from an earlier
//! document counts too.

use std::{path::Path, time::Duration};

use anyhow::Result;

use crate::{program::Program, stats::Series};

/// The interface takes messages of up to 52,428,800 bytes; this leaves room for headers.
pub(crate) const LARGE_BYTES: usize = 52_400_000;

/// What was seen, in MB.
pub(crate) struct Memory {
    pub(crate) idle: Series,
    pub(crate) rise: Series,
}

/// Starts the demo, waits `idle_for`, then sends `runs` large documents.
pub(crate) async fn run(
    binary: &Path,
    folder: &Path,
    idle_for: Duration,
    runs: usize,
) -> Result<Memory> {
    let directory = tempfile::tempdir_in(folder)?;
    let program = Program::start(binary, &directory.path().join("data"), true)?;
    tokio::time::sleep(idle_for).await;
    let mut idle = Series::default();
    for _ in 0..3 {
        idle.push(program.resident_mb()?);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let before = idle.median();
    let mut rise = Series::default();
    for _ in 0..runs {
        program.reset_peak()?;
        program.send_one(LARGE_BYTES).await?;
        rise.push(program.peak_mb()? - before);
    }
    program.stop();
    Ok(Memory { idle, rise })
}
