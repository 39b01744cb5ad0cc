//! Parked statuses are tried again, then listed for a clerk, who may try once more or dismiss.
//!
//! Not here: the list itself (`../query/unmatched.rs`), parking (`../service/submit/status.rs`).
//! Follows: design document "Document exchange", section 2.2: a status may overtake its document.

use lgsp_model::{MessageId, Timestamp};
use lgsp_platform::{
    http::{Caller, Problem as _},
    ledger::{Acceptance, Effects},
    messages,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Error, Exchange, Result,
    edxml::Edxml,
    service::submit::{read, status::StatusFacts},
    tables::{OrphanRow, orphan},
};

/// Pause between two tries.
const RETRY_MS: i64 = 5 * 60_000;
const PASS_MAX: u32 = 200;

impl Exchange {
    /// Tries every parked status whose time has come.
    ///
    /// # Errors
    /// `platform.database.failed`; what was done before stays done.
    pub async fn retry_orphans(&self) -> Result<()> {
        let now = self.now();
        let due = orphan::due(&self.0.platform.db, now, PASS_MAX).await?;
        for orphan in due {
            let effects = self.orphan_effects(&orphan, now).await?;
            self.accept_effects(effects).await?;
        }
        Ok(())
    }

    /// Tries a status of the list now; whether its document took it.
    ///
    /// # Errors
    /// `exchange.thing.not_found`, also for what lies outside `scope`;
    /// `exchange.document.state` when it is matched or dismissed already.
    pub async fn retry_unmatched(
        &self,
        caller: &Caller,
        id: Uuid,
        scope: Option<&[String]>,
    ) -> Result<bool> {
        let found = self.open_orphan(id, scope).await?;
        let mut effects = self.orphan_effects(&found, self.now()).await?;
        let is_matched = !effects.rows.is_empty();
        let result = if is_matched { "ok" } else { "failed" };
        effects.events.push(
            caller
                .audit("status.retried", "message", id.to_string())
                .with_agency(found.from_agency)
                .with_result(result),
        );
        self.accept_effects(effects).await?;
        Ok(is_matched)
    }

    /// Takes a status off the list: nobody waits for its document any more.
    ///
    /// # Errors
    /// As [`Exchange::retry_unmatched`].
    pub async fn dismiss_unmatched(
        &self,
        caller: &Caller,
        id: Uuid,
        reason: &str,
        scope: Option<&[String]>,
    ) -> Result<()> {
        let found = self.open_orphan(id, scope).await?;
        let (db, now) = (&self.0.platform.db, self.now());
        let reason = reason.trim();
        let event = caller
            .audit("status.dismissed", "message", id.to_string())
            .with_agency(found.from_agency)
            .with_detail(json!({ "reason": reason }));
        self.accept_effects(Effects {
            statements: vec![orphan::moved(db, id, "dismissed", now, None)],
            events: vec![event],
            ..Effects::default()
        })
        .await
    }

    async fn open_orphan(&self, id: Uuid, scope: Option<&[String]>) -> Result<OrphanRow> {
        let is_seen = |row: &OrphanRow| {
            scope.is_none_or(|scope| {
                scope.contains(&row.from_agency) || scope.contains(&row.about_agency)
            })
        };
        let found = orphan::find(&self.0.platform.db, id)
            .await?
            .filter(is_seen)
            .ok_or_else(|| Error::not_found("status", id))?;
        if found.is_open() {
            Ok(found)
        } else {
            Err(Error::WrongState { state: found.state })
        }
    }

    async fn accept_effects(&self, effects: Effects) -> Result<()> {
        let acceptance = Acceptance {
            claim: None,
            effects,
        };
        self.0.platform.ledger.accept(acceptance).await?;
        Ok(())
    }

    async fn orphan_effects(&self, found: &OrphanRow, now: Timestamp) -> Result<Effects> {
        let db = &self.0.platform.db;
        let moved = |state, next_at, reason: Option<&str>| {
            orphan::moved(db, found.id, state, next_at, reason)
        };
        match self.try_orphan(found, now).await {
            Ok(Some(mut effects)) => {
                effects.statements.push(moved("matched", now, None));
                Ok(effects)
            }
            Ok(None) => {
                let next = now.plus_ms(RETRY_MS);
                let is_over = now >= found.expires_at;
                let state = if is_over { "listed" } else { "parked" };
                Ok(Effects {
                    statements: vec![moved(state, next, found.reason.as_deref())],
                    ..Effects::default()
                })
            }
            Err(Error::Platform(error)) => Err(Error::Platform(error)),
            // Its document came, and refuses it: a clerk looks at it.
            Err(error) => {
                let reason = messages::sentence(error.id(), &error.arguments());
                let reason = serde_json::to_string(&reason).unwrap_or_default();
                Ok(Effects {
                    statements: vec![moved("listed", now, Some(&reason))],
                    ..Effects::default()
                })
            }
        }
    }

    async fn try_orphan(&self, orphan: &OrphanRow, now: Timestamp) -> Result<Option<Effects>> {
        let directory = self.directory();
        let facts: StatusFacts = serde_json::from_str(&orphan.facts)
            .map_err(|error| Error::Stored(error.to_string()))?;
        let ledger = &self.0.platform.ledger;
        let stored = ledger.message(MessageId(orphan.id)).await?;
        let body = ledger.body(&stored).await?;
        let Edxml::Status(status) = read::read_again(&directory, body).await?.message else {
            return Err(Error::MessageType);
        };
        let plan = self
            .plan_status(&directory, &facts, &status, orphan.id, now)
            .await?;
        Ok(plan.map(|plan| plan.effects))
    }
}
