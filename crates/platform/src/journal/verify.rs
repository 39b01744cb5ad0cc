//! Proof that the journal is whole: every block recomputed, every signature checked.
//!
//! Owns: `verify` and its report.
//! Not here: sealing (`seal.rs`).
//! Follows: docs/specs/journal.md, Verification.

use std::{collections::BTreeMap, path::Path};

use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::seal::{CANONICAL, block_hash, hex};
use crate::{db::Database, error::Result};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Report {
    /// Whether everything is as it was written.
    pub ok: bool,
    /// Events covered by blocks.
    pub events: i64,
    /// Blocks checked.
    pub blocks: i64,
    /// Events that wait for their block.
    pub open: i64,
    /// What is wrong first, in plain words.
    pub first_bad: Option<String>,
}

/// Checks all blocks, and the checkpoint file when there is one.
///
/// # Errors
/// `platform.database.failed`. A broken chain is not an error but a report with `ok: false`.
pub async fn verify(
    db: &Database,
    public_key: &[u8],
    checkpoint_file: Option<&Path>,
) -> Result<Report> {
    let mut report = Report {
        ok: true,
        events: 0,
        blocks: 0,
        open: count_open(db).await?,
        first_bad: None,
    };
    let checkpoints = checkpoint_file.map(read_checkpoints).unwrap_or_default();
    let mut prev_hash = vec![0_u8; 32];
    loop {
        let no = report.blocks + 1;
        let Some(block) = db
            .query_one(
                "SELECT events, prev_hash, hash, signature FROM journal_block WHERE no = $1",
                vec![no.into()],
            )
            .await?
        else {
            break;
        };
        let (count, prev, hash, signature): (i64, Vec<u8>, Vec<u8>, Vec<u8>) = (
            block.try_get("", "events")?,
            block.try_get("", "prev_hash")?,
            block.try_get("", "hash")?,
            block.try_get("", "signature")?,
        );
        let sql = format!("SELECT {CANONICAL} FROM journal_event WHERE block = $1 ORDER BY id");
        let events = db.query_all(sql, vec![no.into()]).await?;
        let is_signed = UnparsedPublicKey::new(&ED25519, public_key)
            .verify(&hash, &signature)
            .is_ok();
        let problem = if prev != prev_hash {
            Some("does not follow the block before")
        } else if events.len() as u64 != count.unsigned_abs() {
            Some("has lost or gained events")
        } else if block_hash(no, &prev, &events)? != hash {
            Some("has a changed event")
        } else if !is_signed {
            Some("has a wrong signature")
        } else if checkpoints
            .get(&no)
            .is_some_and(|known| *known != hex(&hash))
        {
            Some("differs from its checkpoint")
        } else {
            None
        };
        if let Some(problem) = problem {
            return Ok(bad(report, format!("block {no} {problem}")));
        }
        report.blocks = no;
        report.events += count;
        prev_hash = hash;
    }
    check_tail(db, report, &checkpoints).await
}

/// Blocks or checkpoints after the last good block mean that something was cut out.
async fn check_tail(
    db: &Database,
    report: Report,
    checkpoints: &BTreeMap<i64, String>,
) -> Result<Report> {
    let last_known = checkpoints.keys().next_back().copied().unwrap_or(0);
    if last_known > report.blocks {
        let blocks = report.blocks;
        return Ok(bad(
            report,
            format!("the table ends at block {blocks}, the checkpoints at block {last_known}"),
        ));
    }
    let sql = "SELECT COUNT(*) AS n FROM journal_event WHERE block > $1";
    let row = db.query_one(sql, vec![report.blocks.into()]).await?;
    let beyond: i64 = row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0);
    if beyond > 0 {
        let blocks = report.blocks;
        return Ok(bad(report, format!("block {} is missing", blocks + 1)));
    }
    Ok(report)
}

fn bad(mut report: Report, what: String) -> Report {
    report.ok = false;
    report.first_bad = Some(what);
    report
}

async fn count_open(db: &Database) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM journal_event WHERE block IS NULL";
    let row = db.query_one(sql, vec![]).await?;
    Ok(row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0))
}

#[derive(Deserialize)]
struct Checkpoint {
    block: i64,
    hash: String,
}

/// A torn last line is what a crash leaves; it proves nothing and is passed over.
fn read_checkpoints(file: &Path) -> BTreeMap<i64, String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter_map(|line| serde_json::from_str::<Checkpoint>(line).ok())
        .map(|checkpoint| (checkpoint.block, checkpoint.hash))
        .collect()
}
