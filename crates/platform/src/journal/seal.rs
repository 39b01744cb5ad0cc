//! Sealing: open events become blocks, each hashed over its events and the block before.
//!
//! Owns: `Sealer`, the canonical form of an event, the signing key.
//! Not here: checking (`verify.rs`).
//! Invariant: on one database one sealer works at a time; blocks have no gap.
//! Follows: docs/specs/journal.md, Blocks; RFC 8032 (Ed25519).

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use lgsp_model::Timestamp;
use ring::{
    digest::{Context, SHA256},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::{
    clock::Clock,
    db::{Database, Rows},
    error::{Error, Result},
};

/// How often open events are looked for.
pub const SEAL_INTERVAL_MS: i64 = 500;
/// Events in one block; more open events make more blocks.
pub const BLOCK_EVENTS_MAX: u64 = 4_096;

/// Columns of an event in canonical order; `id` first.
pub(super) const CANONICAL: &str = "id, at, class, action, actor, on_behalf_of, ground, address, \
     subject_kind, subject, agency, result, trace_id, detail";

/// Turns open events into signed blocks.
pub struct Sealer {
    db: Database,
    clock: Arc<dyn Clock>,
    key: Arc<Ed25519KeyPair>,
    /// A second, append-only place for checkpoints, so that a cut tail of the table shows.
    checkpoints: PathBuf,
}

impl Sealer {
    /// A sealer that signs with the key of `seed` and notes checkpoints in `directory`.
    ///
    /// # Errors
    /// `platform.secret.unreadable` when the seed is not 32 bytes.
    pub fn new(db: Database, clock: Arc<dyn Clock>, seed: &[u8], directory: &Path) -> Result<Self> {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::Secret)?;
        let checkpoints = directory.join("checkpoints.jsonl");
        Ok(Self {
            db,
            clock,
            key: Arc::new(key),
            checkpoints,
        })
    }

    /// The public key, 32 bytes.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.key.public_key().as_ref().to_vec()
    }

    /// Where checkpoints are appended.
    #[must_use]
    pub fn checkpoint_file(&self) -> &Path {
        &self.checkpoints
    }

    /// Seals for ever.
    pub async fn run(self: Arc<Self>) {
        loop {
            match self.seal_once().await {
                Ok(BLOCK_EVENTS_MAX) => {}
                Ok(_) => self.clock.sleep(SEAL_INTERVAL_MS).await,
                Err(error) => {
                    tracing::warn!(%error, "sealing the journal failed, will try again");
                    self.clock.sleep(SEAL_INTERVAL_MS * 10).await;
                }
            }
        }
    }

    /// Seals up to [`BLOCK_EVENTS_MAX`] open events and gives their number.
    ///
    /// # Errors
    /// `platform.database.failed`; the events stay open then.
    pub async fn seal_once(&self) -> Result<u64> {
        let tx = self.db.begin().await?;
        if self.db.is_postgres() && !try_lock(&self.db, &*tx).await? {
            return Ok(0);
        }
        let sql = format!(
            "SELECT {CANONICAL} FROM journal_event WHERE block IS NULL ORDER BY id LIMIT {}",
            BLOCK_EVENTS_MAX
        );
        let open = tx.query_all_raw(self.db.statement(sql, vec![])).await?;
        let (Some(first), Some(last)) = (open.first(), open.last()) else {
            return Ok(0);
        };
        let (first_id, last_id): (i64, i64) =
            (first.try_get_by_index(0)?, last.try_get_by_index(0)?);
        let (prev_no, prev_hash) = last_block(&self.db, &*tx).await?;
        let block = Block {
            no: prev_no + 1,
            sealed_at: self.clock.now(),
            events: i64::try_from(open.len()).unwrap_or(i64::MAX),
            hash: block_hash(prev_no + 1, &prev_hash, &open)?,
            prev_hash,
        };
        let marked = tx
            .execute_raw(self.db.statement(
                "UPDATE journal_event SET block = $1 \
                 WHERE block IS NULL AND id >= $2 AND id <= $3",
                vec![block.no.into(), first_id.into(), last_id.into()],
            ))
            .await?;
        if marked.rows_affected() != open.len() as u64 {
            // PostgreSQL: an event with a lower id was committed in between; next time.
            return Ok(0);
        }
        let signature = self.key.sign(&block.hash).as_ref().to_vec();
        block.rows(signature.clone()).insert(&*tx).await?;
        tx.commit().await?;
        self.write_checkpoint(&block, &signature)?;
        Ok(open.len() as u64)
    }

    fn write_checkpoint(&self, block: &Block, signature: &[u8]) -> Result<()> {
        let line = serde_json::json!({
            "block": block.no,
            "at": block.sealed_at,
            "hash": hex(&block.hash),
            "signature": hex(signature),
        });
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.checkpoints)?;
        writeln!(file, "{line}")?;
        Ok(())
    }
}

struct Block {
    no: i64,
    sealed_at: Timestamp,
    events: i64,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl Block {
    fn rows(&self, signature: Vec<u8>) -> Rows {
        Rows::one(
            "journal_block",
            &[
                "no",
                "sealed_at",
                "events",
                "prev_hash",
                "hash",
                "signature",
            ],
            vec![
                self.no.into(),
                self.sealed_at.0.into(),
                self.events.into(),
                self.prev_hash.clone().into(),
                self.hash.clone().into(),
                signature.into(),
            ],
        )
    }
}

async fn try_lock<C: ConnectionTrait>(db: &Database, tx: &C) -> Result<bool> {
    let asked = db.statement("SELECT pg_try_advisory_xact_lock(7214002) AS got", vec![]);
    let row = tx
        .query_one_raw(asked)
        .await?
        .ok_or_else(|| Error::Internal("no row".into()))?;
    Ok(row.try_get("", "got")?)
}

async fn last_block<C: ConnectionTrait>(db: &Database, tx: &C) -> Result<(i64, Vec<u8>)> {
    let sql = "SELECT no, hash FROM journal_block ORDER BY no DESC LIMIT 1";
    match tx.query_one_raw(db.statement(sql, vec![])).await? {
        Some(row) => Ok((row.try_get("", "no")?, row.try_get("", "hash")?)),
        None => Ok((0, vec![0; 32])),
    }
}

/// Hash of a block: number, hash of the block before, then each event in order of its id.
pub(super) fn block_hash(no: i64, prev_hash: &[u8], events: &[QueryResult]) -> Result<Vec<u8>> {
    let mut context = Context::new(&SHA256);
    context.update(&no.to_be_bytes());
    context.update(prev_hash);
    for event in events {
        update_with_event(&mut context, event)?;
    }
    Ok(context.finish().as_ref().to_vec())
}

/// Each field as its length (8 bytes; all ones when absent) and its bytes.
fn update_with_event(context: &mut Context, event: &QueryResult) -> Result<()> {
    for index in 0..2 {
        let number: i64 = event.try_get_by_index(index)?;
        context.update(&number.to_be_bytes());
    }
    for index in 2..14 {
        let text: Option<String> = event.try_get_by_index(index)?;
        match text {
            Some(text) => {
                context.update(&(text.len() as u64).to_be_bytes());
                context.update(text.as_bytes());
            }
            None => context.update(&u64::MAX.to_be_bytes()),
        }
    }
    Ok(())
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(
                DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'),
            ));
        }
    }
    text
}
