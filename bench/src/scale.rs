//! A full installation: 100,000 accounts, 10,000 groups in groups, 10,000 agencies, 10,000
//! sessions.
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
    senders::{SENDERS, Sender as _},
    stats::{Latencies, Series},
};

const SESSIONS: u32 = 10_000;
/// The full installation.
const FULL: Rows = Rows {
    accounts: 100_000,
    groups: 10_000,
    agencies: 10_000,
};
/// As many accounts as have a session, and the agencies of the demo only.
const SIGNED_ON: Rows = Rows {
    accounts: SESSIONS,
    groups: 1,
    agencies: 1,
};
/// Groups in each group: 10,000 of them nest eight levels deep, as deep as they may.
const NESTED: u32 = 4;
/// Sign-ins, one after another, of which the 95th percentile is taken.
const SIGN_INS: usize = 30;
/// Officials who come to work at the same time, each once.
const OFFICIALS: usize = 2_000;
/// Searches of people.
const SEARCHES: usize = 40;

/// What is written beside the demo.
struct Rows {
    accounts: u32,
    groups: u32,
    agencies: u32,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Scale {
    /// p95 of a sign-in, empty and full, ms.
    pub(crate) empty: Series,
    pub(crate) full: Series,
    /// p95 of a search of people, ms.
    pub(crate) search: Series,
    /// From the first of the officials to the last who is in, seconds; every error ends the run.
    pub(crate) officials: Series,
    /// p99 of one of them, ms.
    pub(crate) officials_p99: Series,
    /// Resident memory after each of the sessions was used once, MB: the accounts of these
    /// sessions only, and the full installation.
    pub(crate) memory: Series,
    pub(crate) memory_full: Series,
}

/// Fills demos and looks at them.
pub(crate) async fn run(binary: &Path, folder: &Path, runs: usize) -> Result<Scale> {
    let directory = tempfile::tempdir_in(folder)?;
    let mut seen = Scale::default();
    let signed_on = filled(binary, &directory.path().join("signed-on"), &SIGNED_ON)?;
    seen.memory.push(with_sessions(signed_on).await?);
    let small = Program::start_quiet(binary, &directory.path().join("small"))?;
    let large = filled(binary, &directory.path().join("large"), &FULL)?;
    for _ in 0..runs {
        seen.empty.push(sign_in_p95(&small).await?);
        seen.full.push(sign_in_p95(&large).await?);
        seen.search.push(search_p95(&large).await?);
    }
    small.stop();
    officials(&large, &mut seen).await?;
    seen.memory_full.push(with_sessions(large).await?);
    Ok(seen)
}

/// A demo with these rows, serving.
fn filled(binary: &Path, data: &Path, rows: &Rows) -> Result<Program> {
    let made = Program::start_quiet(binary, data)?;
    let password_of = made.text("/users/0/username")?.to_owned();
    made.stop();
    fill(data, rows, &password_of)?;
    Program::start_quiet(binary, data)
}

/// Resident memory after each session was used once.
async fn with_sessions(program: Program) -> Result<f64> {
    use_sessions(&program).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let memory = program.resident_mb()?;
    program.stop();
    Ok(memory)
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

/// All of them have the password of the account whose hash was copied to them.
async fn officials(program: &Program, seen: &mut Scale) -> Result<()> {
    let password = program.text("/users/0/password")?.to_owned();
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for lane in 0..SENDERS {
        let (host, password) = (program.admin_host().to_owned(), password.clone());
        tasks.spawn(async move {
            let mut latencies = Latencies::default();
            for number in (lane + 1..=OFFICIALS).step_by(SENDERS) {
                let name = format!("nguoi.{number:06}");
                let mut person = Person::at(&host, &name, &password).await?;
                let started = Instant::now();
                person.send().await?;
                latencies.push(started.elapsed());
            }
            Ok::<_, anyhow::Error>(latencies)
        });
    }
    let mut all = Latencies::default();
    while let Some(lane) = tasks.join_next().await {
        all.merge(lane??);
    }
    ensure!(all.len() == OFFICIALS, "{} signed in", all.len());
    seen.officials.push(started.elapsed().as_secs_f64());
    seen.officials_p99.push(all.percentile_ms(99));
    Ok(())
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

fn fill(data: &Path, rows: &Rows, password_of: &str) -> Result<()> {
    let (accounts, groups, agencies) = (rows.accounts, rows.groups, rows.agencies);
    let connection = Sqlite::open(data.join("lgsp.db"))?;
    let now = now_ms()?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE;
        CREATE TEMP TABLE number AS WITH RECURSIVE n (i) AS
            (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {accounts}) SELECT i FROM n;
        INSERT INTO resource (kind, name, agency, spec, revision, updated_at, updated_by)
            SELECT 'agency', printf('H34.99.%05d', i), NULL, json_object('name',
            printf('Đơn vị thử %05d', i), 'level', 'other', 'kind', 'other', 'parent', 'H34'),
            1, {now}, 'bench' FROM number WHERE i <= {agencies};
        INSERT INTO registry_change (kind, name)
            SELECT 'agency', printf('H34.99.%05d', i) FROM number WHERE i <= {agencies};
        INSERT INTO account (id, username, display_name, agency, kind, state, search,
            password_hash, password_changed_at, failures, last_used_at, created_at, changed_at)
            SELECT unhex(printf('0190000000007000%016x', i)), printf('nguoi.%06d', i),
            printf('Người %06d', i), printf('H34.99.%05d', i % {agencies} + 1), 'official',
            'active', printf('nguoi.%06d nguoi %06d nhom%04d', i, i, i % 1000),
            (SELECT password_hash FROM account WHERE username = '{password_of}'),
            {now}, 0, {now}, {now}, {now} FROM number;
        INSERT INTO account_role (account_id, role, agency, granted_by, granted_at)
            SELECT unhex(printf('0190000000007000%016x', i)), 'official',
            printf('H34.99.%05d', i % {agencies} + 1), 'bench', {now} FROM number;
        INSERT INTO user_group (id, name, name_key, display_name, search, created_at, changed_at)
            SELECT unhex(printf('0190000000007001%016x', i)), printf('nhom.%05d', i),
            printf('nhom.%05d', i), printf('Nhóm %05d', i), printf('nhom %05d', i), {now}, {now}
            FROM number WHERE i <= {groups};
        INSERT INTO user_group_nest (parent_id, child_id, added_by, added_at)
            SELECT unhex(printf('0190000000007001%016x', (i + {NESTED} - 2) / {NESTED})),
            unhex(printf('0190000000007001%016x', i)), 'bench', {now}
            FROM number WHERE i > 1 AND i <= {groups};
        INSERT INTO user_group_member (group_id, account_id, added_by, added_at)
            SELECT unhex(printf('0190000000007001%016x', i % {groups} + 1)),
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
