//! Systems and their secrets, as operators see and change them.
//!
//! Owns: lists with figures, making and retiring secrets.
//! Not here: the specification of a system (a resource), checking a call (`vxp/`).
//! Invariant: the value of a secret leaves us once, in the answer that made it; a change of a
//! secret works when its answer is given.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::Timestamp;
use lgsp_platform::{
    clock::random_bytes,
    http::Caller,
    journal::{self, Event},
    registry::SECRET_CHANGE,
};
use uuid::Uuid;

use super::{Exchange, MessageType};
use crate::{
    Error, Result,
    directory::{SYSTEM_SECRET, SystemEntry, UPSTREAM_SECRET},
    query::views::{NewSecret, Party, SecretItem, SystemItem},
};

/// Longest time for which an old secret works beside a new one: 90 days.
const SECRET_OVERLAP_MS_MAX: i64 = 90 * 86_400_000;
/// Readings of the journal that one list waits for.
const FIGURE_ROUNDS_MAX: u32 = 5;

impl Exchange {
    /// Systems, sorted by name; those that speak for an agency of `scope` only.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn system_list(&self, scope: Option<&[String]>) -> Result<Vec<SystemItem>> {
        let directory = self.directory();
        self.follow_figures().await?;
        let mut items = Vec::new();
        for system in directory.systems() {
            let is_seen =
                scope.is_none_or(|scope| scope.iter().any(|agency| system.speaks_for(agency)));
            if is_seen {
                items.push(self.system_item(system).await?);
            }
        }
        Ok(items)
    }

    /// One system.
    ///
    /// # Errors
    /// `exchange.thing.not_found`.
    pub async fn system_get(&self, name: &str) -> Result<SystemItem> {
        let directory = self.directory();
        let system = directory
            .system_named(name)
            .ok_or_else(|| Error::not_found("system", name))?;
        self.follow_figures().await?;
        self.system_item(system).await
    }

    async fn follow_figures(&self) -> Result<()> {
        let (db, now) = (&self.0.platform.db, self.now());
        self.0.figures.catch_up(db, now, FIGURE_ROUNDS_MAX).await?;
        Ok(())
    }

    async fn system_item(&self, system: &SystemEntry) -> Result<SystemItem> {
        let directory = self.directory();
        let mut waiting = 0;
        for kind in [MessageType::Edoc, MessageType::Status] {
            waiting += self.mailbox_count(&system.agencies, kind).await?;
        }
        let today = self.0.figures.of_agencies(&system.agencies, self.now());
        let party = |agency: &String| Party {
            code: directory.own_code(agency, self.now()),
            agency: agency.clone(),
            name: directory.name_of(agency),
        };
        Ok(SystemItem {
            name: system.name.clone(),
            title: system.spec.title.clone(),
            systemid: system.spec.systemid.clone(),
            enabled: system.spec.enabled,
            mode: match system.spec.mode {
                crate::kinds::ReadMode::Strict => "strict",
                crate::kinds::ReadMode::Tolerant => "tolerant",
            }
            .to_owned(),
            agencies: system.agencies.iter().map(party).collect(),
            waiting: i64::try_from(waiting).unwrap_or(i64::MAX),
            last_seen_at: system.activity.seen_at(),
            sent_today: today.sent,
            received_today: today.received,
        })
    }

    /// Makes a secret for a system; the ones before work for `overlap_ms` more.
    ///
    /// # Errors
    /// `exchange.thing.not_found`, `platform.database.failed`.
    pub async fn secret_create(
        &self,
        caller: &Caller,
        name: &str,
        overlap_ms: i64,
    ) -> Result<NewSecret> {
        let audit = caller.audit("system.secret_created", "system", name);
        self.secret_make(audit, name, overlap_ms).await
    }

    /// As [`Exchange::secret_create`], for the command line and the demo.
    ///
    /// # Errors
    /// As [`Exchange::secret_create`].
    pub async fn secret_make(
        &self,
        audit: Event,
        name: &str,
        overlap_ms: i64,
    ) -> Result<NewSecret> {
        if self.directory().system_named(name).is_none() {
            return Err(Error::not_found("system", name));
        }
        let bytes = random_bytes::<32>().map_err(lgsp_platform::Error::from)?;
        let secret = URL_SAFE_NO_PAD.encode(bytes);
        let (id, created_at) = self
            .put_secret(SYSTEM_SECRET, name, secret.as_bytes(), overlap_ms, audit)
            .await?;
        Ok(NewSecret {
            id,
            secret,
            created_at,
        })
    }

    /// Stores the secret that the national axis gave us; the one before ends at once.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn upstream_secret_put(&self, audit: Event, name: &str, value: &[u8]) -> Result<()> {
        self.put_secret(UPSTREAM_SECRET, name, value, 0, audit)
            .await?;
        Ok(())
    }

    async fn put_secret(
        &self,
        owner_kind: &str,
        name: &str,
        value: &[u8],
        overlap_ms: i64,
        audit: Event,
    ) -> Result<(Uuid, Timestamp)> {
        let (platform, now) = (&self.0.platform, self.now());
        let ends_at = now.plus_ms(overlap_ms.clamp(0, SECRET_OVERLAP_MS_MAX));
        let tx = platform.db.begin().await?;
        platform
            .vault
            .retire(&*tx, (owner_kind, name), None, ends_at)
            .await?;
        let made = platform
            .vault
            .insert(&*tx, owner_kind, name, value, now)
            .await?;
        platform.registry.announce(&tx, SECRET_CHANGE, name).await?;
        journal::append(&*tx, [audit]).await?;
        tx.commit().await?;
        platform.registry.refresh().await?;
        self.0.directories.refresh().await?;
        Ok((made.id, made.created_at))
    }

    /// The secrets of a system, newest first.
    ///
    /// # Errors
    /// `exchange.thing.not_found`.
    pub async fn secret_list(&self, name: &str) -> Result<Vec<SecretItem>> {
        let directory = self.directory();
        let system = directory
            .system_named(name)
            .ok_or_else(|| Error::not_found("system", name))?;
        let secrets = self.0.platform.vault.list(SYSTEM_SECRET, name).await?;
        let item = |secret: lgsp_platform::secrets::SecretInfo| SecretItem {
            id: secret.id,
            created_at: secret.created_at,
            retires_at: secret.retires_at,
            last_used_at: system.activity.secret_used_at(secret.id),
        };
        Ok(secrets.into_iter().map(item).collect())
    }

    /// Ends a secret at once.
    ///
    /// # Errors
    /// `platform.thing.not_found` when the system has no such secret that still works.
    pub async fn secret_retire(&self, caller: &Caller, name: &str, id: Uuid) -> Result<()> {
        let (platform, now) = (&self.0.platform, self.now());
        let audit = caller.audit("system.secret_retired", "system", name);
        let tx = platform.db.begin().await?;
        platform
            .vault
            .retire(&*tx, (SYSTEM_SECRET, name), Some(id), now)
            .await?;
        platform.registry.announce(&tx, SECRET_CHANGE, name).await?;
        journal::append(&*tx, [audit]).await?;
        tx.commit().await?;
        platform.registry.refresh().await?;
        self.0.directories.refresh().await
    }
}
