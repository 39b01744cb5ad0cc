//! The two probes of each run: what the disk gives, and what plain `SQLite` makes of it.
//!
//! Owns: appends with fdatasync; the floor, multi-row inserts at 64 rows a commit.
//! Not here: the program.
//! Invariant: the floor writes what the ledger writes for one message with one delivery, into the
//! same columns, but from one thread, with nothing between it and the database and no index
//! beyond the primary keys: nothing that keeps the same promise can be much faster.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use rusqlite::{Connection, Statement, types::ValueRef};
use uuid::Uuid;

use crate::{
    rows::{Bodies, digest},
    senders::WARM_UP,
};

/// Bytes of one append of the disk probe.
const APPEND_BYTES: usize = 512;
/// Rows of each table in one commit of the floor.
const FLOOR_ROWS: usize = 64;

/// Appends with fdatasync that the disk of `folder` does in a second.
pub(crate) fn fdatasync_rate(folder: &Path, duration: Duration) -> Result<f64> {
    let path = folder.join("probe");
    let mut file = File::create(&path)?;
    let part = [0x5a_u8; APPEND_BYTES];
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < duration {
        file.write_all(&part)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / started.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(rate)
}

/// Which tables the floor fills.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    /// One table: an id and the body. The fastest that `SQLite` can be; for comparison.
    Bodies,
    /// Message and delivery with all columns of the ledger, but only the primary keys.
    Rows,
}

/// Messages (each with its delivery) that plain `SQLite` makes durable in a second.
pub(crate) fn floor_rate(
    folder: &Path,
    floor: Floor,
    body_bytes: usize,
    duration: Duration,
) -> Result<f64> {
    let directory = tempfile::tempdir_in(folder)?;
    let connection = Connection::open(directory.path().join("floor.db"))?;
    // The program's own settings.
    connection.execute_batch(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 2000; PRAGMA temp_store = MEMORY;",
    )?;
    connection.execute_batch(match floor {
        Floor::Bodies => "CREATE TABLE message (id BLOB NOT NULL PRIMARY KEY, body BLOB)",
        Floor::Rows => TABLES,
    })?;
    let bodies = Bodies::new(body_bytes)?;
    let message_columns = if floor == Floor::Bodies { 2 } else { 7 };
    let mut messages = connection.prepare(&insert("message", message_columns))?;
    let mut deliveries = match floor {
        Floor::Bodies => None,
        Floor::Rows => Some(connection.prepare(&insert(DELIVERY, 14))?),
    };
    // As long as the senders': until then the log of SQLite grows, which is slower to sync than
    // the log that is written over.
    let begin = Instant::now() + WARM_UP;
    let end = begin + duration;
    let mut count = 0_u32;
    loop {
        let started = Instant::now();
        if started >= end {
            break;
        }
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut ids = Vec::with_capacity(FLOOR_ROWS);
        for row in 0..FLOOR_ROWS {
            let id = Uuid::now_v7();
            bind_message(&mut messages, row * message_columns, id, &bodies.make())?;
            ids.push(id);
        }
        messages.raw_execute()?;
        if let Some(deliveries) = &mut deliveries {
            for (row, message) in ids.iter().enumerate() {
                bind_delivery(deliveries, row * 14, *message)?;
            }
            deliveries.raw_execute()?;
        }
        connection.execute_batch("COMMIT")?;
        if started >= begin && Instant::now() <= end {
            count += u32::try_from(FLOOR_ROWS)?;
        }
    }
    Ok(f64::from(count) / duration.as_secs_f64())
}

fn insert(table: &str, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!(
        "INSERT INTO {table} VALUES {}",
        vec![row; FLOOR_ROWS].join(", ")
    )
}

fn bind_message(statement: &mut Statement, at: usize, id: Uuid, body: &[u8]) -> Result<()> {
    let wide = statement.parameter_count() > FLOOR_ROWS * 2;
    statement.raw_bind_parameter(at + 1, id.as_bytes().as_slice())?;
    if !wide {
        statement.raw_bind_parameter(at + 2, body)?;
        return Ok(());
    }
    statement.raw_bind_parameter(at + 2, "edxml.document")?;
    statement.raw_bind_parameter(at + 3, digest(body).as_slice())?;
    statement.raw_bind_parameter(at + 4, i64::try_from(body.len())?)?;
    statement.raw_bind_parameter(at + 5, body)?;
    statement.raw_bind_parameter(at + 6, TRACE)?;
    statement.raw_bind_parameter(at + 7, NOW_MS)?;
    Ok(())
}

fn bind_delivery(statement: &mut Statement, at: usize, message: Uuid) -> Result<()> {
    statement.raw_bind_parameter(at + 1, Uuid::now_v7().as_bytes().as_slice())?;
    statement.raw_bind_parameter(at + 2, message.as_bytes().as_slice())?;
    let words = ["mailbox", "H34.01"].map(|word| ValueRef::Text(word.as_bytes()));
    let numbers = [0_i64, 1].map(ValueRef::Integer);
    let values = [
        words.first().copied(),
        words.last().copied(),
        Some(ValueRef::Null),
        numbers.first().copied(),
        numbers.last().copied(),
        Some(ValueRef::Text(b"queued")),
        numbers.first().copied(),
        Some(ValueRef::Integer(NOW_MS)),
        numbers.first().copied(),
        Some(ValueRef::Null),
        Some(ValueRef::Integer(NOW_MS)),
        Some(ValueRef::Integer(NOW_MS)),
    ];
    for (column, value) in values.into_iter().enumerate() {
        let value = rusqlite::types::ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null));
        statement.raw_bind_parameter(at + 3 + column, value)?;
    }
    Ok(())
}

const NOW_MS: i64 = 1_795_399_200_000;
pub(crate) const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const DELIVERY: &str = "delivery (id, message_id, queue, address, lane, priority, pull, state, \
    attempts, next_at, fence, payload, created_at, updated_at)";
const TABLES: &str = "
    CREATE TABLE message (id BLOB NOT NULL PRIMARY KEY, kind TEXT NOT NULL, digest BLOB NOT NULL,
        size_bytes BIGINT NOT NULL, body BLOB, trace_id TEXT, created_at BIGINT NOT NULL);
    CREATE TABLE delivery (id BLOB NOT NULL PRIMARY KEY, message_id BLOB, queue TEXT NOT NULL,
        address TEXT NOT NULL, lane TEXT, priority SMALLINT NOT NULL, pull SMALLINT NOT NULL,
        state TEXT NOT NULL, attempts INTEGER NOT NULL, next_at BIGINT NOT NULL,
        lease_owner TEXT, lease_until BIGINT, fence BIGINT NOT NULL, payload TEXT,
        reason TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL) WITHOUT ROWID;";
