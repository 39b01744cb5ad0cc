//! A full installation: 100,000 accounts, 10,000 groups, 10,000 agencies, 10,000 sessions.
//!
//! Owns: filling a data folder, signing in there, searching people, memory with open sessions.
//! Not here: how somebody signs in (`browser.rs`).
//! Invariant: the rows are those that the program itself would write; they are written past it
//! only because making 100,000 passwords would take an hour.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection as Sqlite;

use crate::{
    http::Connection,
    identity::Person,
    program::Program,
    senders::Sender as _,
    stats::{Latencies, Series},
};

const ACCOUNTS: u32 = 100_000;
const GROUPS: u32 = 10_000;
const AGENCIES: u32 = 10_000;
const SESSIONS: u32 = 10_000;
/// Sign-ins, one after another, of which the 95th percentile is taken.
const SIGN_INS: usize = 30;
/// Searches of people.
const SEARCHES: usize = 40;

/// What was seen.
#[derive(Default)]
pub(crate) struct Scale {
    /// p95 of a sign-in, empty and full, ms.
    pub(crate) empty: Series,
    pub(crate) full: Series,
    /// p95 of a search of people, ms.
    pub(crate) search: Series,
    /// Resident memory after each of the sessions was used once, MB.
    pub(crate) memory: Series,
}

/// Fills a demo and looks at it.
pub(crate) async fn run(binary: &Path, folder: &Path, runs: usize) -> Result<Scale> {
    let directory = tempfile::tempdir_in(folder)?;
    let (small, large) = (
        directory.path().join("small"),
        directory.path().join("large"),
    );
    Program::start_quiet(binary, &large)?.stop();
    fill(&large)?;
    let (small, large) = (
        Program::start_quiet(binary, &small)?,
        Program::start_quiet(binary, &large)?,
    );
    let mut seen = Scale::default();
    for _ in 0..runs {
        seen.empty.push(sign_in_p95(&small).await?);
        seen.full.push(sign_in_p95(&large).await?);
        seen.search.push(search_p95(&large).await?);
    }
    use_sessions(&large).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    seen.memory.push(large.resident_mb()?);
    small.stop();
    large.stop();
    Ok(seen)
}

async fn sign_in_p95(program: &Program) -> Result<f64> {
    let (name, password) = (
        program.text("/users/0/username")?,
        program.text("/users/0/password")?,
    );
    let mut person = Person::at(program.admin_host(), name, password).await?;
    let mut latencies = Latencies::default();
    for _ in 0..SIGN_INS {
        let started = Instant::now();
        person.send().await?;
        latencies.push(started.elapsed());
    }
    Ok(latencies.percentile_ms(95))
}

async fn search_p95(program: &Program) -> Result<f64> {
    let bearer = format!("Bearer {}", program.text("/admin/token")?);
    let mut connection = Connection::open(program.admin_host()).await?;
    let mut latencies = Latencies::default();
    for index in 0..SEARCHES {
        // A word that one account has, one that a hundred have, and one that nobody has.
        let word = match index % 3 {
            0 => format!("nguoi%20{:06}", index * 997),
            1 => format!("nhom{:04}", index * 7),
            _ => "khongco".to_owned(),
        };
        let path = format!("/api/v1/accounts?q={word}&limit=50");
        let headers = [("Authorization", bearer.as_str())];
        let request = connection.request("GET", &path, &headers, "");
        let started = Instant::now();
        let answer = connection.send(&request).await?;
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
        latencies.push(started.elapsed());
    }
    Ok(latencies.percentile_ms(95))
}

/// Each of the sessions reads who it is, once.
async fn use_sessions(program: &Program) -> Result<()> {
    let mut connection = Connection::open(program.admin_host()).await?;
    for index in 1..=SESSIONS {
        let cookie = format!("lgsp_session={}", secret(index));
        let headers = [("Cookie", cookie.as_str())];
        let request = connection.request("GET", "/api/v1/me", &headers, "");
        let answer = connection.send(&request).await?;
        ensure!(answer.status == 200, "session {index}: {}", answer.text());
    }
    Ok(())
}

/// As long as the program's own secrets.
fn secret(index: u32) -> String {
    format!("{index:043}")
}

fn fill(data: &Path) -> Result<()> {
    let connection = Sqlite::open(data.join("lgsp.db"))?;
    let now = now_ms()?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE;
        CREATE TEMP TABLE number AS WITH RECURSIVE n (i) AS
            (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ACCOUNTS}) SELECT i FROM n;
        INSERT INTO resource (kind, name, agency, spec, revision, updated_at, updated_by)
            SELECT 'agency', printf('H34.99.%05d', i), NULL, json_object('name',
            printf('Đơn vị thử %05d', i), 'level', 'other', 'kind', 'other', 'parent', 'H34'),
            1, {now}, 'bench' FROM number WHERE i <= {AGENCIES};
        INSERT INTO registry_change (kind, name)
            SELECT 'agency', printf('H34.99.%05d', i) FROM number WHERE i <= {AGENCIES};
        INSERT INTO account (id, username, display_name, agency, kind, state, search,
            password_hash, password_changed_at, failures, last_used_at, created_at, changed_at)
            SELECT unhex(printf('0190000000007000%016x', i)), printf('nguoi.%06d', i),
            printf('Người %06d', i), printf('H34.99.%05d', i % {AGENCIES} + 1), 'official',
            'active', printf('nguoi.%06d nguoi %06d nhom%04d', i, i, i % 1000),
            (SELECT password_hash FROM account WHERE password_hash IS NOT NULL LIMIT 1),
            {now}, 0, {now}, {now}, {now} FROM number;
        INSERT INTO account_role (account_id, role, agency, granted_by, granted_at)
            SELECT unhex(printf('0190000000007000%016x', i)), 'official',
            printf('H34.99.%05d', i % {AGENCIES} + 1), 'bench', {now} FROM number;
        INSERT INTO user_group (id, name, name_key, display_name, search, created_at, changed_at)
            SELECT unhex(printf('0190000000007001%016x', i)), printf('nhom.%05d', i),
            printf('nhom.%05d', i), printf('Nhóm %05d', i), printf('nhom %05d', i), {now}, {now}
            FROM number WHERE i <= {GROUPS};
        INSERT INTO user_group_member (group_id, account_id, added_by, added_at)
            SELECT unhex(printf('0190000000007001%016x', i % {GROUPS} + 1)),
            unhex(printf('0190000000007000%016x', i)), 'bench', {now} FROM number;
        COMMIT;"
    ))?;
    sessions(&connection, now)?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}

fn sessions(connection: &Sqlite, now: i64) -> Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    {
        let mut insert = connection.prepare(
            "INSERT INTO session (id, secret_hash, account_id, csrf_token, created_at,
             last_seen_at, expires_at, address, user_agent, auth_at)
             VALUES (?, ?, ?, 'x', ?, ?, ?, '127.0.0.1', 'bench', ?)",
        )?;
        for index in 1..=SESSIONS {
            let id = format!("0190000000007002{index:016x}");
            let account = format!("0190000000007000{index:016x}");
            let hash = ring::digest::digest(&ring::digest::SHA256, secret(index).as_bytes());
            insert.execute(rusqlite::params![
                unhex(&id)?,
                hash.as_ref(),
                unhex(&account)?,
                now,
                now,
                now + 36_000_000,
                now
            ])?;
        }
    }
    Ok(connection.execute_batch("COMMIT")?)
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?))
        .collect()
}

fn now_ms() -> Result<i64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    i64::try_from(since.as_millis()).context("clock")
}
