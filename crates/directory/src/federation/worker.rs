//! Runs: wished by a person or by the schedule, done by the ledger's workers.
//!
//! Owns: queueing a run, doing it, what its end writes.
//! Not here: the run itself (`sync.rs`).
//! Invariant: runs of one connection happen one after another; what a run found and its end are
//! one transaction; a directory that does not answer is asked again, and then given up.
//! Follows: docs/specs/ledger.md.

use lgsp_identity::Actor;
use lgsp_model::{DeliveryId, Timestamp};
use lgsp_platform::{
    journal::{Class, Event},
    ledger::{
        Acceptance, Claim, Effects, Leased, NewDelivery, Outcome,
        worker::{BackOff, Handled, Handler, Handling},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Federation,
    client::{Client, Failure},
    report::{Reason, Report},
    sync::{Reading, Sync, SyncError},
    tables::{self, Run, State},
};
use crate::{Error, Result};

/// Queue of runs.
pub(crate) const QUEUE: &str = "directory-run";
/// Longest run: 200,000 people at about a hundred a second.
pub(crate) const LEASE_MS: i64 = 60 * 60_000;
/// How often it is looked whether a run is due.
pub(crate) const TICK_MS: i64 = 30_000;
/// How long a repeat of the schedule's wish is recognised.
const CLAIM_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// How often the schedule wishes a run that did not come to its end.
const WISH_MS: i64 = 60 * MINUTE_MS;

impl Federation {
    /// Queues a run.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub(crate) async fn queue(
        &self,
        name: &str,
        reading: Reading,
        (actor, claim): (&Actor, Option<String>),
    ) -> Result<Run> {
        let run = Run {
            id: self.platform.ids.next(),
            connection: name.to_owned(),
            mode: reading.as_str().to_owned(),
            state: "queued".to_owned(),
            requested_by: actor.name.clone(),
            created_at: actor.now,
            ended_at: None,
            report: json!({}),
        };
        let mut effects = Effects::default();
        effects.rows.push(tables::new_run(&run));
        effects
            .statements
            .push(tables::forget_runs(&self.platform.db, name));
        effects.deliveries.push(NewDelivery {
            id: DeliveryId(self.platform.ids.next()),
            message: None,
            queue: QUEUE.to_owned(),
            address: name.to_owned(),
            lane: Some(name.to_owned()),
            priority: 4,
            is_pull: false,
            due_at: actor.now,
            payload: Some(json!({ "run": run.id, "mode": run.mode }).to_string()),
        });
        if claim.is_none() {
            let subject = ("directory-connection", name);
            let mut event = Event::new(
                Class::Audit,
                actor.now,
                actor.name.clone(),
                "directory.run_requested",
                subject,
            );
            event.address.clone_from(&actor.address);
            effects
                .events
                .push(event.with_detail(json!({ "mode": run.mode })));
        }
        let claim = claim.map(|key| Claim {
            key,
            result: run.id.to_string(),
            expires_at: actor.now.plus_ms(CLAIM_MS),
        });
        self.platform
            .ledger
            .accept(Acceptance { claim, effects })
            .await?;
        Ok(run)
    }

    /// Queues what the schedule of each connection wishes.
    pub(crate) async fn tick(&self) -> Result<()> {
        let now = self.platform.clock.now();
        self.sweep_offline().await?;
        for (name, spec) in self.connections() {
            if !spec.enabled || !spec.mode.imports() {
                continue;
            }
            let state = tables::state(&self.platform.db, &name).await?;
            let full_ms = i64::from(spec.full_minutes) * MINUTE_MS;
            let delta_ms = i64::from(spec.delta_minutes) * MINUTE_MS;
            let last = state.full_at.max(state.delta_at);
            let (reading, every_ms) = if now.since(state.full_at) >= full_ms {
                (Reading::Full, full_ms)
            } else if delta_ms > 0 && now.since(last) >= delta_ms {
                (Reading::Delta, delta_ms)
            } else {
                continue;
            };
            // One wish in each pause, whichever node sees it; after a failure again in an hour.
            let slot = now.0.div_euclid(every_ms.min(WISH_MS));
            let claim = format!("directory-run:{name}:{}:{slot}", reading.as_str());
            let actor = Actor::named("schedule", None, now);
            self.queue(&name, reading, (&actor, Some(claim))).await?;
        }
        Ok(())
    }

    /// Does one run.
    async fn perform(&self, name: &str, reading: Reading) -> (Report, Result<State, SyncError>) {
        let Some(spec) = self.connection(name) else {
            let gone = Failure::Configuration("the connection is gone".to_owned());
            return (Report::default(), Err(gone.into()));
        };
        let mut sync = match Sync::new(self, (name, &spec), reading).await {
            Ok(sync) => sync,
            Err(error) => return (Report::default(), Err(error.into())),
        };
        let done: Result<State, SyncError> = async {
            let before = tables::state(&self.platform.db, name).await?;
            let secret = self.secret(name).await?;
            let mut client = Client::connect(&spec).await?;
            client.bind(&spec.bind_dn, &secret).await?;
            let until = sync.run(&mut client, &before.read_until).await?;
            let now = sync.actor.now;
            Ok(match (reading, sync.report.stopped.is_some()) {
                (Reading::Dry, _) => before,
                (Reading::Full, false) => State {
                    read_until: until,
                    full_at: now,
                    delta_at: now,
                },
                // A stopped run is over: the next one is due at its time.
                (Reading::Full, true) => State {
                    full_at: now,
                    ..before
                },
                (Reading::Delta, _) => State {
                    read_until: until,
                    delta_at: now,
                    ..before
                },
            })
        }
        .await;
        (sync.report, done)
    }

    async fn attempt(&self, delivery: &Leased) -> Handled {
        let payload: Value = delivery
            .payload
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let word = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
        let run: Uuid = word("run").parse().unwrap_or_default();
        let reading = Reading::parse(word("mode")).unwrap_or(Reading::Delta);
        let name = delivery.address.as_str();
        let (mut report, done) = self.perform(name, reading).await;
        let now = self.platform.clock.now();
        let db = &self.platform.db;
        let mut effects = Effects::default();
        let (state, outcome) = match done {
            Ok(state) => {
                effects.statements.push(tables::put_state(db, name, &state));
                let word = if report.stopped.is_some() {
                    "stopped"
                } else {
                    "done"
                };
                (word, Outcome::Acknowledged)
            }
            Err(error) => {
                tracing::warn!(%error, connection = name, "directory run failed");
                report.failure = Some(error.to_string());
                report.failure_reason = Some(Reason::of(error.problem()));
                let outcome = match is_worth_another_try(&error) {
                    true => back_off().outcome(delivery, now, error.to_string()),
                    false => Outcome::Dead {
                        reason: error.to_string(),
                    },
                };
                let is_over = matches!(outcome, Outcome::Dead { .. });
                (if is_over { "failed" } else { "queued" }, outcome)
            }
        };
        let told = serde_json::to_value(&report).unwrap_or_default();
        effects.statements.push(tables::end_run(
            db,
            run,
            state,
            (&told, (state != "queued").then_some(now)),
        ));
        if state != "queued" {
            effects
                .events
                .push(event(name, (reading, state), &report, now));
        }
        Handled { outcome, effects }
    }
}

fn event(name: &str, (reading, state): (Reading, &str), report: &Report, now: Timestamp) -> Event {
    let subject = ("directory-connection", name);
    let detail = json!({
        "mode": reading.as_str(), "read": report.read, "created": report.created,
        "changed": report.changed, "locked": report.locked, "unlocked": report.unlocked,
        "conflicts": report.conflicts, "skipped": report.skipped, "stopped": report.stopped,
        "failure": report.failure,
    });
    let result = if state == "done" { "ok" } else { "failed" };
    Event::new(
        Class::Audit,
        now,
        format!("directory:{name}"),
        "directory.sync",
        subject,
    )
    .with_detail(detail)
    .with_result(result)
}

/// Whether the directory or our database may do it later.
fn is_worth_another_try(error: &SyncError) -> bool {
    match error {
        SyncError::Directory(Failure::Unavailable(_)) => true,
        SyncError::Directory(_) | SyncError::Own(Error::ConnectionWithoutPassword { .. }) => false,
        SyncError::Own(_) => true,
    }
}

/// Half an hour of outage is waited for; then the next due run tries.
fn back_off() -> BackOff {
    BackOff {
        steps_ms: vec![15_000, 60_000, 300_000],
        give_up_ms: 30 * MINUTE_MS,
    }
}

impl Handler for Federation {
    fn handle<'a>(&'a self, delivery: &'a Leased) -> Handling<'a> {
        Box::pin(self.attempt(delivery))
    }
}
