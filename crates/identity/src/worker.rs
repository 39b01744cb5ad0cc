//! What identity does by itself: removing what has ended, disabling what nobody uses.
//!
//! Owns: the hourly sweep, and each minute that of ended sessions: applications that hang on
//! them wait to be told.
//! Not here: refusing what has ended; that is checked at each request.
//! Follows: TCVN 14423:2026, 5.6.2.3 (regulation R73).

use lgsp_platform::{journal, ledger::schedule};
use serde_json::json;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    rules::{DAY_MS, DEVICE_LIFE_MS, HOUR_MS, MINUTE_MS, NOTICE_LIFE_MS},
    tables::{
        account_query, challenge, device, factor, letter, link, notice, session, source, step,
    },
};

/// Starts the sweeps; of several nodes one does each.
pub(crate) fn start(identity: &Identity) {
    let platform = &identity.platform;
    let (ledger, tasks) = (&platform.ledger, &platform.tasks);
    let hourly = identity.clone();
    schedule::start(ledger, tasks, "identity by the hour", HOUR_MS, move || {
        let identity = hourly.clone();
        Box::pin(async move { identity.sweep_hourly().await.map_err(Error::into_platform) })
    });
    let dated = identity.clone();
    schedule::start(
        ledger,
        tasks,
        "identity by the minute",
        MINUTE_MS,
        move || {
            let identity = dated.clone();
            Box::pin(async move {
                identity.do_what_is_due().await;
                Ok(())
            })
        },
    );
}

impl Identity {
    /// What is done each minute; one that fails holds up no other.
    async fn do_what_is_due(&self) {
        for (what, done) in [
            ("moves of people", self.make_due_moves().await),
            ("moves of units", self.move_due_units().await),
            ("ends of what was dated", self.end_dated().await),
            ("groups by rule", self.follow_tree().await),
            ("ended sessions", self.sweep_sessions().await),
            (
                "ends of acting as a user",
                self.note_ended_impersonations().await,
            ),
        ] {
            if let Err(error) = done {
                tracing::warn!(%error, what, "what was due waits for the next minute");
            }
        }
    }

    /// What is done each hour.
    async fn sweep_hourly(&self) -> Result<()> {
        self.sweep().await?;
        self.warn_idle().await?;
        self.warn_old_passwords().await?;
        self.sweep_reviews().await
    }

    /// Fills groups by their rules anew when the tree has changed.
    async fn follow_tree(&self) -> Result<()> {
        let version = self.hierarchy.version();
        let seen = self
            .tree_seen
            .swap(version, std::sync::atomic::Ordering::Relaxed);
        match seen == version {
            true => Ok(()),
            false => self.apply_all_rules().await,
        }
    }

    /// Removes sessions that have ended by themselves.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn sweep_sessions(&self) -> Result<()> {
        let _turn = self.sweeping.lock().await;
        let db = &self.platform.db;
        let now = self.platform.clock.now();
        let tx = db.begin().await?;
        let ended = session::sweep(db, &*tx, now).await?;
        step::sweep(db, &*tx, now).await?;
        challenge::sweep(db, &*tx, now).await?;
        tx.commit().await?;
        if ended > 0 {
            self.sessions_changed.notify_waiters();
        }
        Ok(())
    }

    /// Removes settled sources, disables accounts that nobody used for long.
    ///
    /// # Errors
    /// `platform.database.failed`; nothing was changed then.
    pub async fn sweep(&self) -> Result<()> {
        let _turn = self.sweeping.lock().await;
        let db = &self.platform.db;
        let actor = Actor::platform(self.platform.clock.now());
        let tx = db.begin().await?;
        source::sweep(db, &*tx, actor.now).await?;
        link::sweep(db, &*tx, actor.now).await?;
        device::sweep(db, &*tx, actor.now.plus_ms(-DEVICE_LIFE_MS)).await?;
        let notices_before = actor.now.plus_ms(-NOTICE_LIFE_MS);
        notice::sweep(db, &*tx, notices_before).await?;
        let letters_before = (actor.now.plus_ms(-DAY_MS), notices_before);
        letter::sweep(db, &*tx, letters_before).await?;
        factor::sweep_pending(db, &*tx, actor.now.plus_ms(-HOUR_MS)).await?;
        let unused_before = actor.now.plus_ms(-self.rules.account_idle_ms);
        let disabled = account_query::disable_idle(db, &*tx, unused_before, actor.now).await?;
        let detail = json!({ "days": self.rules.account_idle_ms / DAY_MS });
        let events = disabled.iter().map(|(username, agency)| {
            let event = actor.audit_name("account.idle_locked", username, agency.as_deref());
            event.with_detail(detail.clone())
        });
        journal::append(&*tx, events).await?;
        Ok(tx.commit().await?)
    }
}
