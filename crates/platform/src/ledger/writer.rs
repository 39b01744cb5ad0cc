//! The group commit: many commands, one transaction, one sync of the disk.
//!
//! Owns: `Writer`, the only place that writes the ledger's tables.
//! Not here: SQL (`sql.rs`).
//! Invariant: a command is answered after its transaction is durable; a command that fails
//! does not take its neighbours with it.
//! Follows: docs/specs/ledger.md, Group commit.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use lgsp_model::{DeliveryId, Timestamp};
use sea_orm::ConnectionTrait;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    COMMIT_COMMANDS_MAX, Wakers,
    model::{
        Acceptance, Accepted, Claim, Effects, Leased, NewDelivery, Outcome, Settlement, State,
    },
    sql::{self, Lane},
};
use crate::{
    clock::Clock,
    db::{Database, Rows, WriteTx},
    error::{Error, Result},
    journal,
};

/// Turns that answered callers get before the next commit; with one, those on the other core
/// miss it.
const YIELDS_AFTER_COMMIT: usize = 2;

/// What a worker asks for.
pub(super) struct LeaseRequest {
    pub(super) queue: String,
    pub(super) owner: String,
    pub(super) count: u32,
    pub(super) lease_ms: i64,
}

/// One wish, with the way back.
pub(super) enum Command {
    Accept(Box<Acceptance>, oneshot::Sender<Result<Accepted>>),
    Settle(Box<Settlement>, oneshot::Sender<Result<()>>),
    Lease(LeaseRequest, oneshot::Sender<Result<Vec<Leased>>>),
}

/// What a command's answer will be once the transaction is durable.
enum Answer {
    Accepted(Accepted),
    Settled,
    Leased(Vec<Leased>),
}

impl Command {
    fn effects(&self) -> Option<&Effects> {
        match self {
            Self::Accept(acceptance, _) => Some(&acceptance.effects),
            Self::Settle(settlement, _) => Some(&settlement.effects),
            Self::Lease(..) => None,
        }
    }

    fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Accept(acceptance, _) => acceptance.claim.as_ref(),
            Self::Settle(..) | Self::Lease(..) => None,
        }
    }

    fn answer(self, result: Result<Answer>) {
        // A caller that is gone has lost its answer, not its promise.
        match self {
            Self::Accept(_, to) => drop(to.send(result.and_then(|answer| match answer {
                Answer::Accepted(accepted) => Ok(accepted),
                Answer::Settled | Answer::Leased(_) => Err(mixed()),
            }))),
            Self::Settle(_, to) => drop(to.send(result.map(|_| ()))),
            Self::Lease(_, to) => drop(to.send(result.and_then(|answer| match answer {
                Answer::Leased(leased) => Ok(leased),
                Answer::Settled | Answer::Accepted(_) => Err(mixed()),
            }))),
        }
    }
}

fn mixed() -> Error {
    Error::Internal("answers of the group commit are mixed up".to_owned())
}

/// Collects commands and commits them together.
pub(super) struct Writer {
    db: Database,
    clock: Arc<dyn Clock>,
    wakers: Wakers,
    waiting: mpsc::Receiver<Command>,
}

impl Writer {
    pub(super) fn new(
        db: Database,
        clock: Arc<dyn Clock>,
        wakers: Wakers,
        waiting: mpsc::Receiver<Command>,
    ) -> Self {
        Self {
            db,
            clock,
            wakers,
            waiting,
        }
    }

    /// Runs until stopped; what was sent before the stop is still committed.
    pub(super) async fn run(mut self, stopping: CancellationToken) {
        loop {
            let mut batch = Vec::with_capacity(COMMIT_COMMANDS_MAX);
            tokio::select! {
                biased;
                count = self.waiting.recv_many(&mut batch, COMMIT_COMMANDS_MAX) => {
                    if count == 0 {
                        return;
                    }
                }
                () = stopping.cancelled() => {
                    self.waiting.close();
                    continue;
                }
            }
            self.commit(batch).await;
            // Who was answered often sends again at once. Let them go first: else two halves of
            // the callers take turns, and each commit carries only one half.
            for _ in 0..YIELDS_AFTER_COMMIT {
                tokio::task::yield_now().await;
            }
        }
    }

    /// All at once; when that fails, each alone, so that only the guilty one fails.
    async fn commit(&self, batch: Vec<Command>) {
        let error = match self.attempt(&batch).await {
            Ok(answers) => {
                self.wake(&batch);
                for (command, answer) in batch.into_iter().zip(answers) {
                    command.answer(Ok(answer));
                }
                return;
            }
            Err(error) => error,
        };
        if batch.len() == 1 || matches!(error, Error::StorageFull) {
            let mut first = Some(error);
            for command in batch {
                command.answer(Err(first.take().unwrap_or(Error::StorageFull)));
            }
            return;
        }
        for command in batch {
            let single = [command];
            let result = self.attempt(&single).await;
            if result.is_ok() {
                self.wake(&single);
            }
            let [command] = single;
            command.answer(result.and_then(|mut answers| answers.pop().ok_or_else(mixed)));
        }
    }

    async fn attempt(&self, batch: &[Command]) -> Result<Vec<Answer>> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let repeats = self.claim(&tx, batch).await?;
        let is_new = |index: &usize| !repeats.contains_key(index);
        let fresh: Vec<&Effects> = batch
            .iter()
            .enumerate()
            .filter(|(index, _)| is_new(index))
            .filter_map(|(_, command)| command.effects())
            .collect();
        self.insert(&tx, &fresh, now).await?;
        let mut answers = Vec::with_capacity(batch.len());
        for (index, command) in batch.iter().enumerate() {
            answers.push(match (command, repeats.get(&index)) {
                (Command::Accept(..), Some(result)) => Answer::Accepted(Accepted::Repeat {
                    result: result.clone(),
                }),
                (Command::Accept(acceptance, _), None) => {
                    self.apply(&tx, &acceptance.effects, now).await?;
                    Answer::Accepted(Accepted::New)
                }
                (Command::Settle(settlement, _), _) => {
                    self.settle(&tx, settlement, now).await?;
                    Answer::Settled
                }
                (Command::Lease(request, _), _) => {
                    Answer::Leased(sql::lease(&self.db, &*tx, request, now).await?)
                }
            });
        }
        tx.commit().await?;
        Ok(answers)
    }

    /// Inserts the claims; the commands whose claim was known, with the result of then.
    async fn claim(&self, tx: &WriteTx, batch: &[Command]) -> Result<HashMap<usize, String>> {
        let mut repeats = HashMap::new();
        let claims: Vec<(usize, &Claim)> = batch
            .iter()
            .enumerate()
            .filter_map(|(index, command)| Some((index, command.claim()?)))
            .collect();
        if claims.is_empty() {
            return Ok(repeats);
        }
        let rows = claims
            .iter()
            .map(|(_, claim)| {
                vec![
                    claim.key.clone().into(),
                    claim.result.clone().into(),
                    claim.expires_at.0.into(),
                ]
            })
            .collect();
        let mut fresh = sql::insert_claims(&self.db, &**tx, rows).await?;
        for (index, claim) in claims {
            // The first of a batch takes the key; later ones with the same key are repeats.
            if !fresh.remove(&claim.key) {
                let result = sql::claim_result(&self.db, &**tx, &claim.key).await?;
                repeats.insert(index, result);
            }
        }
        Ok(repeats)
    }

    /// All new rows of the batch, one multi-row insert a table.
    async fn insert(&self, tx: &WriteTx, effects: &[&Effects], now: Timestamp) -> Result<()> {
        let mut messages = sql::empty_message_rows();
        for effects in effects {
            sql::message_rows(&effects.messages, now, &mut messages);
        }
        messages.insert(&**tx).await?;
        let deliveries: Vec<&NewDelivery> = effects
            .iter()
            .flat_map(|effects| &effects.deliveries)
            .collect();
        self.deliveries(tx, &deliveries, now).await?;
        for rows in merge(effects.iter().flat_map(|effects| &effects.rows)) {
            rows.insert(&**tx).await?;
        }
        let events = effects
            .iter()
            .flat_map(|effects| effects.events.iter().cloned());
        journal::append(&**tx, events).await
    }

    /// Inserts deliveries, each queued or, behind another one of its lane, waiting.
    async fn deliveries(
        &self,
        tx: &WriteTx,
        deliveries: &[&NewDelivery],
        now: Timestamp,
    ) -> Result<()> {
        let mut lanes: Vec<Lane> = deliveries.iter().filter_map(|new| lane_of(new)).collect();
        lanes.sort_unstable();
        lanes.dedup();
        sql::lock_lanes(&self.db, &**tx, &lanes).await?;
        let mut busy = sql::busy_lanes(&self.db, &**tx, &lanes).await?;
        let mut rows = sql::empty_delivery_rows();
        for delivery in deliveries {
            let is_behind = lane_of(delivery).is_some_and(|lane| !busy.insert(lane));
            let state = if is_behind {
                State::Waiting
            } else {
                State::Queued
            };
            rows.values.push(sql::delivery_row(delivery, state, now));
        }
        rows.insert(&**tx).await
    }

    /// Statements and outcomes that belong to an acceptance or a settlement.
    async fn apply(&self, tx: &WriteTx, effects: &Effects, now: Timestamp) -> Result<()> {
        for statement in &effects.statements {
            tx.execute_raw(statement.clone()).await?;
        }
        for (id, outcome) in &effects.outcomes {
            self.transition(tx, *id, None, outcome, now).await?;
        }
        Ok(())
    }

    async fn settle(&self, tx: &WriteTx, settlement: &Settlement, now: Timestamp) -> Result<()> {
        let Settlement {
            id,
            fence,
            outcome,
            effects,
        } = settlement;
        self.transition(tx, *id, *fence, outcome, now).await?;
        self.apply(tx, effects, now).await
    }

    async fn transition(
        &self,
        tx: &WriteTx,
        id: DeliveryId,
        fence: Option<i64>,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<()> {
        let settled = sql::settle(&self.db, &**tx, id, fence, outcome, now).await?;
        if *outcome == Outcome::Redriven {
            return sql::requeue_behind(&self.db, &**tx, id).await;
        }
        if let (Some(lane), false) = (settled.lane, settled.is_open) {
            let lane = (settled.queue, lane);
            sql::lock_lanes(&self.db, &**tx, std::slice::from_ref(&lane)).await?;
            sql::promote(&self.db, &**tx, &lane, now).await?;
            self.wakers.wake(&lane.0);
        }
        Ok(())
    }

    fn wake(&self, batch: &[Command]) {
        let queues: HashSet<&str> = batch
            .iter()
            .filter_map(Command::effects)
            .flat_map(|effects| &effects.deliveries)
            .filter(|delivery| !delivery.is_pull)
            .map(|delivery| delivery.queue.as_str())
            .collect();
        for queue in queues {
            self.wakers.wake(queue);
        }
    }
}

fn lane_of(delivery: &NewDelivery) -> Option<Lane> {
    Some((delivery.queue.clone(), delivery.lane.clone()?))
}

/// Rows of the same shape become one insert; the order of first appearance is kept.
fn merge<'a>(all: impl Iterator<Item = &'a Rows>) -> Vec<Rows> {
    let mut merged: Vec<Rows> = Vec::new();
    for rows in all {
        let same = merged.iter_mut().find(|known| {
            known.table == rows.table
                && known.columns == rows.columns
                && known.suffix == rows.suffix
        });
        match same {
            Some(known) => known.values.extend(rows.values.iter().cloned()),
            None => merged.push(rows.clone()),
        }
    }
    merged
}
