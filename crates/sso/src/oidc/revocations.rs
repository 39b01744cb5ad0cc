//! Tokens and families that were revoked before their end, in memory.
//!
//! Owns: `Revocations`, ending families, following other nodes.
//! Invariant: what this process revokes is dead when the call returns; what another node revokes
//! is dead within a second; an entry stays until its tokens have ended by themselves.
//! Follows: RFC 7009; design document "Identity", sections 2.5 and 2.7.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    journal::Event,
    ledger::{Acceptance, Effects},
};
use uuid::Uuid;

use super::{
    grant::family_key,
    limits::REVOCATION_POLL_MS,
    tables::family::{self, Which},
};
use crate::error::Result;

/// Longest life of an access token, a day and the skew.
const ACCESS_LIFE_MAX_MS: i64 = 86_460_000;
/// Rows of other nodes may become visible this much later than their instant.
const OVERLAP_MS: i64 = 30_000;

/// What was revoked.
pub(super) struct Revocations {
    platform: Platform,
    known: RwLock<HashMap<String, Timestamp>>,
}

impl Revocations {
    /// Reads what is revoked.
    pub(super) async fn open(platform: &Platform) -> Result<Self> {
        let revocations = Self {
            platform: platform.clone(),
            known: RwLock::default(),
        };
        revocations.follow(Timestamp(0)).await?;
        Ok(revocations)
    }

    /// Whether a token or family is revoked.
    pub(super) fn contains(&self, key: &str) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        !known.is_empty() && known.contains_key(key)
    }

    /// Follows other nodes for ever.
    pub(super) async fn run(&self) {
        loop {
            self.platform.clock.sleep(REVOCATION_POLL_MS).await;
            let now = self.platform.clock.now();
            if let Err(error) = self.follow(now.plus_ms(-OVERLAP_MS)).await {
                tracing::warn!(%error, "revocations cannot be read, will look again");
            }
        }
    }

    async fn follow(&self, since: Timestamp) -> Result<()> {
        let found = family::revoked_since(&self.platform.db, since).await?;
        let now = self.platform.clock.now();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, expires_at| *expires_at > now);
        known.extend(
            found
                .into_iter()
                .filter(|(_, expires_at)| *expires_at > now),
        );
        Ok(())
    }

    fn note(&self, keys: impl IntoIterator<Item = String>, expires_at: Timestamp) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(keys.into_iter().map(|key| (key, expires_at)));
    }

    /// Revokes one access token by its `jti`.
    pub(super) async fn revoke_token(
        &self,
        jti: &str,
        expires_at: Timestamp,
        event: Event,
    ) -> Result<()> {
        let key = token_key(jti);
        let now = self.platform.clock.now();
        let effects = Effects {
            rows: vec![family::revoked_row(&key, now, expires_at)],
            events: vec![event],
            ..Effects::default()
        };
        self.accept(effects).await?;
        self.note([key], expires_at);
        Ok(())
    }

    /// Revokes families with all that came from them; gives how many there were.
    pub(super) async fn revoke(&self, which: &Which<'_>, events: Vec<Event>) -> Result<usize> {
        let mut events = Some(events);
        let mut count = 0;
        loop {
            let families = family::live(&self.platform.db, which).await?;
            if families.is_empty() && events.as_ref().is_none_or(Vec::is_empty) {
                return Ok(count);
            }
            let effects = Effects {
                events: events.take().unwrap_or_default(),
                ..self.effects(&families)
            };
            self.accept(effects).await?;
            self.noted(&families);
            count += families.len();
        }
    }

    /// What ends these families; call [`Revocations::noted`] once it is committed.
    pub(super) fn effects(&self, families: &[Uuid]) -> Effects {
        let now = self.platform.clock.now();
        let expires_at = now.plus_ms(ACCESS_LIFE_MAX_MS);
        let rows = families
            .iter()
            .map(|id| family::revoked_row(&family_key(*id), now, expires_at));
        let statements = families
            .iter()
            .map(|id| family::revoke(&self.platform.db, *id, now));
        Effects {
            rows: rows.collect(),
            statements: statements.collect(),
            ..Effects::default()
        }
    }

    /// Makes committed revocations effective here.
    pub(super) fn noted(&self, families: &[Uuid]) {
        let expires_at = self.platform.clock.now().plus_ms(ACCESS_LIFE_MAX_MS);
        self.note(families.iter().copied().map(family_key), expires_at);
    }

    async fn accept(&self, effects: Effects) -> Result<()> {
        let acceptance = Acceptance {
            claim: None,
            effects,
        };
        self.platform.ledger.accept(acceptance).await?;
        Ok(())
    }
}

/// How revocations name a single access token.
pub(super) fn token_key(jti: &str) -> String {
    format!("token:{jti}")
}
