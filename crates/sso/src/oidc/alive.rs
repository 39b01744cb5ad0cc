//! Whether an account may be used, remembered for a second.
//!
//! Owns: `Alive`.
//! Invariant: a locked account is dead here within a second on every node.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use lgsp_identity::Identity;
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::Platform;

use super::limits::{ALIVE_MAX, ALIVE_MS};
use crate::error::Result;

/// Remembers the state of accounts.
pub(super) struct Alive {
    platform: Platform,
    identity: Identity,
    known: Mutex<HashMap<AccountId, (bool, Timestamp)>>,
}

impl Alive {
    pub(super) fn new(platform: &Platform, identity: &Identity) -> Self {
        Self {
            platform: platform.clone(),
            identity: identity.clone(),
            known: Mutex::default(),
        }
    }

    /// Whether the account exists and may be used.
    pub(super) async fn is_alive(&self, account: AccountId) -> Result<bool> {
        let now = self.platform.clock.now();
        if let Some((is_alive, at)) = self.known(account)
            && now.since(at) < ALIVE_MS
        {
            return Ok(is_alive);
        }
        let is_alive = self.identity.is_live(account).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ALIVE_MAX {
            known.clear();
        }
        known.insert(account, (is_alive, now));
        Ok(is_alive)
    }

    fn known(&self, account: AccountId) -> Option<(bool, Timestamp)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&account).copied()
    }
}
