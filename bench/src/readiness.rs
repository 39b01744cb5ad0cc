//! How soon the program serves: empty, and with a million deliveries queued.
//!
//! Owns: preparing the million, measuring starts.
//! Not here: `Program`, which times the line `ready`.
//! Invariant: the million is what an outage leaves behind: mailboxes that nobody fetched, and
//! lanes upward whose first delivery failed while the others wait behind it.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{program::Program, stats::Series};

/// Deliveries of the large start.
const DELIVERIES: u32 = 1_000_000;
/// Half are in mailboxes; the others wait in so many lanes.
const LANES: u32 = 200;

/// Milliseconds until `ready`, each start on a folder of its own.
pub(crate) fn empty(binary: &Path, folder: &Path, runs: usize) -> Result<Series> {
    let mut series = Series::default();
    for _ in 0..runs {
        let directory = tempfile::tempdir_in(folder)?;
        let program = Program::start(binary, &directory.path().join("data"), false)?;
        series.push(program.ready_ms);
        program.stop();
    }
    Ok(series)
}

/// Milliseconds until `ready` with the demo province on a new folder.
pub(crate) fn demo(binary: &Path, folder: &Path, runs: usize) -> Result<Series> {
    let mut series = Series::default();
    for _ in 0..runs {
        let directory = tempfile::tempdir_in(folder)?;
        let program = Program::start(binary, &directory.path().join("data"), true)?;
        series.push(program.ready_ms);
        program.stop();
    }
    Ok(series)
}

/// Milliseconds until `ready` with the million, the same folder again and again.
pub(crate) fn full(binary: &Path, folder: &Path, runs: usize) -> Result<Series> {
    let (_directory, data) = prepare(binary, folder)?;
    let mut series = Series::default();
    for _ in 0..runs {
        let program = Program::start(binary, &data, false)?;
        series.push(program.ready_ms);
        program.stop();
    }
    ensure!(
        queued(&data)? >= i64::from(DELIVERIES),
        "deliveries are gone"
    );
    Ok(series)
}

fn prepare(binary: &Path, folder: &Path) -> Result<(TempDir, PathBuf)> {
    let directory = tempfile::tempdir_in(folder)?;
    let data = directory.path().join("data");
    // The program makes its own tables.
    Program::start(binary, &data, false)?.stop();
    let connection = Connection::open(data.join("lgsp.db"))?;
    // Ids ascend as UUIDv7 do; the content is small, as only the number of rows matters here.
    let half = DELIVERIES / 2;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE;
        CREATE TEMP TABLE number AS WITH RECURSIVE n (i) AS
            (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {half}) SELECT i FROM n;
        INSERT INTO message (id, kind, digest, size_bytes, body, trace_id, created_at)
            SELECT unhex(printf('0190000000007000%016x', i)), 'edxml.document', randomblob(32),
            100, randomblob(100), NULL, 1795399200000 FROM number;
        INSERT INTO delivery (id, message_id, queue, address, lane, priority, pull, state,
            attempts, next_at, fence, payload, created_at, updated_at)
            SELECT unhex(printf('0190000000007001%016x', i)),
            unhex(printf('0190000000007000%016x', i)), 'mailbox', printf('H34.%02d', i % 100),
            NULL, 0, 1, 'queued', 0, 1795399200000, 0, NULL, 1795399200000, 1795399200000
            FROM number;
        INSERT INTO delivery (id, message_id, queue, address, lane, priority, pull, state,
            attempts, next_at, fence, payload, created_at, updated_at)
            SELECT unhex(printf('0190000000007002%016x', i)),
            unhex(printf('0190000000007000%016x', i)), 'vxp', 'G01', printf('H34.%03d', i % {LANES}),
            0, 0, CASE WHEN i <= {LANES} THEN 'failed' ELSE 'waiting' END,
            1, 4102444800000, 0, NULL, 1795399200000, 1795399200000 FROM number;
        COMMIT; PRAGMA wal_checkpoint(TRUNCATE);"
    ))?;
    Ok((directory, data))
}

fn queued(data: &Path) -> Result<i64> {
    let connection = Connection::open(data.join("lgsp.db"))?;
    let sql = "SELECT COUNT(*) FROM delivery WHERE state IN ('queued', 'waiting', 'failed')";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}
