//! Schedules: a job that runs every so often, once for all nodes.
//!
//! Owns: the table `schedule`, the loop that claims a due run.
//! Not here: work for one thing at one time; that is a delivery with `due_at`.
//! Invariant: of all nodes one takes a due run, because it moves `next_at` in a transaction.

use std::{future::Future, pin::Pin, sync::Arc};

use lgsp_model::Timestamp;
use sea_orm::ConnectionTrait;

use super::Ledger;
use crate::{error::Result, tasks::Tasks};

/// A boxed run of a job.
pub type Run = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Starts a job that runs every `every_ms`, for the first time at once.
pub fn start<F>(ledger: &Ledger, tasks: &Tasks, name: &'static str, every_ms: i64, job: F)
where
    F: Fn() -> Run + Send + Sync + 'static,
{
    let ledger = ledger.clone();
    let job = Arc::new(job);
    tasks.spawn_until_stopped(name, async move {
        loop {
            match take(&ledger, name, every_ms).await {
                Ok(None) => {
                    if let Err(error) = job().await {
                        tracing::warn!(%error, schedule.name = name, "scheduled job failed");
                    }
                }
                Ok(Some(next_at)) => {
                    let wait = next_at.since(ledger.now()).clamp(10, every_ms);
                    ledger.clock().sleep(wait).await;
                }
                Err(error) => {
                    tracing::warn!(%error, schedule.name = name, "schedule cannot be read");
                    ledger.clock().sleep(every_ms.min(5_000)).await;
                }
            }
        }
    });
}

/// `None` when this node takes the run that is due; else when the next one is.
async fn take(ledger: &Ledger, name: &str, every_ms: i64) -> Result<Option<Timestamp>> {
    let now = ledger.now();
    let db = ledger.db();
    let known = db
        .query_one(
            "SELECT next_at FROM schedule WHERE name = $1",
            vec![name.into()],
        )
        .await?
        .map(|row| row.try_get::<i64>("", "next_at"))
        .transpose()?;
    if let Some(next_at) = known.filter(|next_at| *next_at > now.0) {
        // A shortened interval takes effect at once.
        return Ok(Some(Timestamp(next_at.min(now.0 + every_ms))));
    }
    let tx = db.begin().await?;
    let sql = "INSERT INTO schedule (name, next_at) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at \
         WHERE schedule.next_at <= $3";
    let values = vec![name.into(), now.plus_ms(every_ms).0.into(), now.0.into()];
    let taken = tx
        .execute_raw(db.statement(sql, values))
        .await?
        .rows_affected();
    tx.commit().await?;
    Ok((taken == 0).then(|| now.plus_ms(every_ms)))
}
