//! How keys come, turn and go.
//!
//! Owns: the first key, the successor, rotation, destruction, the task that does it by date.
//! Not here: SQL (`table.rs`), making pairs (`make.rs`).
//! Invariant: each step is one transaction with its audit event; a key signs by date only after
//! it was published for twice the time that its set may be cached.
//! Follows: design document "Identity", section 2.9.

use lgsp_model::Timestamp;
use lgsp_platform::{
    db::WriteTx,
    error::Error as PlatformError,
    http::trace,
    journal::{self, Class, Event},
    ledger::schedule,
};

use super::{Alg, KeyInfo, KeyState, Keys, Purpose, SigningKey, make, table};
use crate::error::{Error, Result};

/// How long others may keep the published set.
pub const JWKS_CACHE_S: i64 = 300;
/// How long a key is published before it may sign: twice the cache time.
pub(super) const PUBLISHED_BEFORE_USE_MS: i64 = 2 * JWKS_CACHE_S * 1_000;
/// How long a key signs, 90 days.
pub(super) const ROTATE_AFTER_MS: i64 = 90 * 86_400_000;
/// How long a retired key is published: the longest life of a token, a day, and an hour.
pub(super) const RETIRED_KEPT_MS: i64 = 25 * 3_600_000;
/// How often the dates are looked at.
const UPKEEP_INTERVAL_MS: i64 = 3_600_000;
/// Word under which changed keys are announced to other nodes.
const ANNOUNCED: &str = "signing_key";
/// Who acts when nobody does.
const PLATFORM: &str = "platform";

impl Purpose {
    /// Whether keys turn by date. Partners of SAML pin the certificate, and providers often the
    /// key, so theirs turn only when a person has told them.
    pub(super) const fn turns_by_date(self) -> bool {
        match self {
            Self::Token => true,
            Self::Saml | Self::Client => false,
        }
    }
}

/// Starts the upkeep by date, and following the changes of other nodes.
pub(super) fn start(keys: &Keys) {
    let platform = &keys.0.platform;
    let own = keys.clone();
    let job = move || -> schedule::Run {
        let keys = own.clone();
        Box::pin(async move { keys.upkeep().await.map_err(Error::into_platform) })
    };
    let (ledger, tasks) = (&platform.ledger, &platform.tasks);
    schedule::start(ledger, tasks, "signing keys", UPKEEP_INTERVAL_MS, job);
    let (keys, mut changed) = (keys.clone(), platform.registry.watch());
    tasks.spawn_until_stopped("signing keys of other nodes", async move {
        while changed.changed().await.is_ok() {
            if let Err(error) = keys.reload().await {
                tracing::warn!(%error, "signing keys cannot be read, the old ones stay");
            }
        }
    });
}

/// Makes the first key of its kind, active at once. Another node may be faster; then its key is
/// read.
pub(super) async fn first(keys: &Keys, purpose: Purpose, alg: Alg) -> Result<()> {
    keys.reload().await?;
    if keys.active(purpose, alg).is_ok() {
        return Ok(());
    }
    match create(keys, purpose, alg, KeyState::Active, PLATFORM).await {
        Ok(_) | Err(Error::Platform(PlatformError::AlreadyExists(_))) => keys.reload().await,
        Err(error) => Err(error),
    }
}

/// Makes the key that follows the active one. Another node may be faster.
async fn follow(keys: &Keys, purpose: Purpose, alg: Alg, actor: &str) -> Result<()> {
    match create(keys, purpose, alg, KeyState::Next, actor).await {
        Ok(_) | Err(Error::Platform(PlatformError::AlreadyExists(_))) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn create(
    keys: &Keys,
    purpose: Purpose,
    alg: Alg,
    state: KeyState,
    actor: &str,
) -> Result<KeyInfo> {
    let platform = &keys.0.platform;
    let pkcs8 = make::key_pair(alg).await?;
    let now = platform.clock.now();
    let info = KeyInfo {
        kid: SigningKey::open(alg, &pkcs8)?.kid().to_owned(),
        purpose,
        alg,
        state,
        created_at: now,
        activated_at: (state == KeyState::Active).then_some(now),
        retired_at: None,
        destroyed_at: None,
    };
    let tx = platform.db.begin().await?;
    table::insert(&tx, &info).await?;
    platform
        .vault
        .insert(&*tx, table::OWNER, &info.kid, &pkcs8, now)
        .await?;
    let event = event(actor, "key.created", &info, now);
    journal::append(&*tx, [event]).await?;
    finish(keys, tx, &info.kid).await?;
    Ok(info)
}

async fn finish(keys: &Keys, tx: WriteTx, kid: &str) -> Result<()> {
    let registry = &keys.0.platform.registry;
    registry.announce(&tx, ANNOUNCED, kid).await?;
    tx.commit().await?;
    registry.refresh().await?;
    keys.reload().await
}

fn event(actor: &str, action: &str, key: &KeyInfo, now: Timestamp) -> Event {
    let detail = serde_json::json!({ "purpose": key.purpose, "alg": key.alg });
    Event::new(
        Class::Audit,
        now,
        actor,
        action,
        ("signing_key", key.kid.as_str()),
    )
    .with_detail(detail)
    .with_trace(trace::current())
}

impl Keys {
    /// All keys with their dates, newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn list(&self) -> Result<Vec<KeyInfo>> {
        table::list(&self.0.platform.db).await
    }

    /// Replaces the active key by its successor; the old one stays published.
    ///
    /// # Errors
    /// `sso.key.too_young` when the successor was not published long enough and `at_once` is
    /// not set; it was made by this call if there was none.
    pub async fn rotate(
        &self,
        actor: &str,
        purpose: Purpose,
        alg: Alg,
        at_once: bool,
    ) -> Result<KeyInfo> {
        let db = &self.0.platform.db;
        let next = match find(&table::published(db).await?, purpose, alg, KeyState::Next) {
            Some(next) => next,
            None => create(self, purpose, alg, KeyState::Next, actor).await?,
        };
        let now = self.0.platform.clock.now();
        let usable_at = next.created_at.plus_ms(PUBLISHED_BEFORE_USE_MS);
        if !at_once && usable_at > now {
            return Err(Error::KeyTooYoung { usable_at });
        }
        let active = find(&table::published(db).await?, purpose, alg, KeyState::Active);
        let tx = db.begin().await?;
        let mut events = Vec::new();
        let mut is_fresh = true;
        if let Some(active) = &active {
            is_fresh &= table::advance(db, &tx, active, KeyState::Retired, now).await?;
            events.push(event(actor, "key.retired", active, now));
        }
        is_fresh &= table::advance(db, &tx, &next, KeyState::Active, now).await?;
        events.push(event(actor, "key.activated", &next, now));
        if !is_fresh {
            // Another node was faster; its turn is the turn.
            drop(tx);
            self.reload().await?;
            return Ok(next);
        }
        journal::append(&*tx, events).await?;
        finish(self, tx, &next.kid).await?;
        // Published at once, so that the next turn waits for nobody.
        if let Err(error) = follow(self, purpose, alg, actor).await {
            tracing::warn!(%error, "the key that follows was not made, the upkeep will make it");
        }
        Ok(KeyInfo {
            state: KeyState::Active,
            activated_at: Some(now),
            ..next
        })
    }

    /// Destroys a retired key: its private part is deleted, its signatures are no longer
    /// believed.
    ///
    /// # Errors
    /// `platform.thing.not_found` when there is no retired key of this identifier.
    pub async fn destroy(&self, actor: &str, kid: &str) -> Result<()> {
        let platform = &self.0.platform;
        let missing = || PlatformError::NotFound {
            what: "signing key",
            name: kid.to_owned(),
        };
        let keys = table::published(&platform.db).await?;
        let key = keys
            .iter()
            .find(|key| key.kid == kid && key.state == KeyState::Retired)
            .ok_or_else(missing)?;
        let now = platform.clock.now();
        let tx = platform.db.begin().await?;
        if !table::advance(&platform.db, &tx, key, KeyState::Destroyed, now).await? {
            return Err(missing().into());
        }
        platform.vault.destroy(&*tx, (table::OWNER, kid)).await?;
        let event = event(actor, "key.destroyed", key, now);
        journal::append(&*tx, [event]).await?;
        finish(self, tx, kid).await
    }

    /// What is due by date: successors, rotation, destruction.
    ///
    /// # Errors
    /// As the single steps; what is left is done at the next turn.
    pub async fn upkeep(&self) -> Result<()> {
        let keys = table::published(&self.0.platform.db).await?;
        let now = self.0.platform.clock.now();
        for key in &keys {
            match key.state {
                KeyState::Active => self.tend(key, &keys, now).await?,
                KeyState::Retired if is_past(key.retired_at, RETIRED_KEPT_MS, now) => {
                    self.destroy(PLATFORM, &key.kid).await?;
                }
                KeyState::Next | KeyState::Retired | KeyState::Destroyed => {}
            }
        }
        Ok(())
    }

    async fn tend(&self, active: &KeyInfo, keys: &[KeyInfo], now: Timestamp) -> Result<()> {
        let (purpose, alg) = (active.purpose, active.alg);
        let Some(next) = find(keys, purpose, alg, KeyState::Next) else {
            return follow(self, purpose, alg, PLATFORM).await;
        };
        let is_due = is_past(active.activated_at, ROTATE_AFTER_MS, now);
        let is_usable = is_past(Some(next.created_at), PUBLISHED_BEFORE_USE_MS, now);
        if purpose.turns_by_date() && is_due && is_usable {
            self.rotate(PLATFORM, purpose, alg, false).await?;
        }
        Ok(())
    }
}

fn is_past(since: Option<Timestamp>, duration_ms: i64, now: Timestamp) -> bool {
    since.is_some_and(|since| now.since(since) >= duration_ms)
}

fn find(keys: &[KeyInfo], purpose: Purpose, alg: Alg, state: KeyState) -> Option<KeyInfo> {
    keys.iter()
        .find(|key| key.purpose == purpose && key.alg == alg && key.state == state)
        .cloned()
}
