//! Parked statuses are tried again, then listed for a clerk.
//!
//! Follows: design document "Document exchange", section 2.2: a status may overtake its document.

use lgsp_model::{MessageId, Timestamp};
use lgsp_platform::ledger::{Acceptance, Effects};

use crate::{
    Error, Exchange, Result,
    edxml::Edxml,
    service::submit::{read, status::StatusFacts},
    tables::history::{self, Orphan},
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
        let due = history::orphans_due(&self.0.platform.db, now, PASS_MAX).await?;
        for orphan in due {
            let effects = self.orphan_effects(&orphan, now).await?;
            self.0
                .platform
                .ledger
                .accept(Acceptance {
                    claim: None,
                    effects,
                })
                .await?;
        }
        Ok(())
    }

    async fn orphan_effects(&self, orphan: &Orphan, now: Timestamp) -> Result<Effects> {
        let db = &self.0.platform.db;
        let state = |state, next_at| history::orphan_state(db, orphan.id, state, next_at);
        match self.try_orphan(orphan, now).await {
            Ok(Some(mut effects)) => {
                effects.statements.push(state("matched", now));
                Ok(effects)
            }
            Ok(None) => {
                let next = now.plus_ms(RETRY_MS);
                let word = if now >= orphan.expires_at {
                    "listed"
                } else {
                    "parked"
                };
                Ok(Effects {
                    statements: vec![state(word, next)],
                    ..Effects::default()
                })
            }
            Err(Error::Platform(error)) => Err(Error::Platform(error)),
            // Its document came, and refuses it: a clerk looks at it.
            Err(_) => Ok(Effects {
                statements: vec![state("listed", now)],
                ..Effects::default()
            }),
        }
    }

    async fn try_orphan(&self, orphan: &Orphan, now: Timestamp) -> Result<Option<Effects>> {
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
