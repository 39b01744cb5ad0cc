//! How many tokens were issued, told to the journal as counts.
//!
//! Owns: `Counts`.
//! Invariant: a token is counted when it is issued, and the counts of a minute are one event a
//! client and grant; at a stop the last counts are written too.
//! Follows: design document "Identity", section 15: `token.issued` (aggregated).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lgsp_platform::{
    Platform,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use serde_json::json;

use super::{client::kind::GrantType, limits::ISSUED_FLUSH_MS};

/// Counts since the last event.
#[derive(Default)]
pub(super) struct Counts(Mutex<HashMap<(String, &'static str), u64>>);

impl Counts {
    /// Counts one token.
    pub(super) fn count(&self, client: &str, grant: GrantType) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts
            .entry((client.to_owned(), grant.as_str()))
            .or_default() += 1;
    }

    /// Tells the journal for as long as the platform runs.
    pub(super) async fn run(&self, platform: &Platform) {
        let stopping = platform.tasks.stopping();
        loop {
            tokio::select! {
                () = stopping.cancelled() => {
                    self.flush(platform).await;
                    return;
                }
                () = platform.clock.sleep(ISSUED_FLUSH_MS) => self.flush(platform).await,
            }
        }
    }

    async fn flush(&self, platform: &Platform) {
        let counts = {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *counts)
        };
        if counts.is_empty() {
            return;
        }
        let now = platform.clock.now();
        let event = |((client, grant), count): ((String, &str), u64)| {
            let actor = format!("oidc:{client}");
            Event::new(
                Class::Audit,
                now,
                actor,
                "token.issued",
                ("oidc-client", client),
            )
            .with_detail(json!({ "grant": grant, "count": count }))
        };
        let events = counts.into_iter().map(event).collect();
        let acceptance = Acceptance {
            claim: None,
            effects: Effects {
                events,
                ..Effects::default()
            },
        };
        if let Err(error) = platform.ledger.accept(acceptance).await {
            tracing::warn!(%error, "counts of issued tokens could not be written");
        }
    }
}
