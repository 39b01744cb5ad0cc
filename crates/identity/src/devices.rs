//! Browsers in which an account has signed in before, and notices to its person.
//!
//! Owns: knowing a device, remembering it, forgetting it; writing notices.
//! Not here: what a lock is (`sign_in.rs`), mails (`mail/`).
//! Invariant: a device is known by a random secret of its own, stored as a hash; being known
//! never replaces a factor, it only keeps failures of strangers from locking a person out.

use lgsp_model::AccountId;
use lgsp_platform::{db::WriteTx, journal};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    rules::{DEVICE_LIFE_MS, DEVICES_MAX},
    secret::{is_secret, new_secret, stored_hash},
    sign_in::RequestInfo,
    tables::{
        account::Account,
        device::{self, Device},
        notice::{self, Notice, NoticeKind},
    },
};

/// Longest name of a browser that is kept, in characters.
const USER_AGENT_CHARS_MAX: usize = 256;
/// Notices that are shown.
const NOTICES_SHOWN: u32 = 50;

/// What a browser calls itself, cut to what is kept.
pub(crate) fn user_agent_of(request: &RequestInfo) -> Option<String> {
    let name = request.user_agent.as_deref()?;
    Some(name.chars().take(USER_AGENT_CHARS_MAX).collect())
}

impl Identity {
    /// The device of this account that a request comes from, when it is known.
    pub(crate) async fn known_device(
        &self,
        account: AccountId,
        request: &RequestInfo,
    ) -> Result<Option<Device>> {
        let secret = request
            .device_secret
            .as_deref()
            .filter(|text| is_secret(text));
        let Some(secret) = secret else {
            return Ok(None);
        };
        let seen_after = self.platform.clock.now().plus_ms(-DEVICE_LIFE_MS);
        device::find(&self.platform.db, account, stored_hash(secret), seen_after).await
    }

    /// Remembers the device of a sign-in; gives a secret when the browser needs one.
    pub(crate) async fn remember_device(
        &self,
        tx: &WriteTx,
        account: &Account,
        request: &RequestInfo,
        actor: &Actor,
    ) -> Result<Option<String>> {
        let db = &self.platform.db;
        if let Some(known) = self.known_device(account.id, request).await? {
            let seen = (actor.now, actor.address.clone());
            device::touch(db, &**tx, known.id, seen).await?;
            return Ok(None);
        }
        // Accounts that share a browser share its secret; a secret that nobody knows may have
        // been planted.
        let shown = request
            .device_secret
            .as_deref()
            .filter(|text| is_secret(text));
        let shared = match shown {
            Some(secret) if device::is_secret(db, stored_hash(secret)).await? => Some(secret),
            _ => None,
        };
        let fresh = match shared {
            Some(_) => None,
            None => Some(new_secret()?),
        };
        let secret = fresh.as_deref().or(shared).unwrap_or_default();
        let made = Device {
            id: self.platform.ids.next(),
            created_at: actor.now,
            last_seen_at: actor.now,
            address: actor.address.clone(),
            user_agent: user_agent_of(request),
        };
        // A row of this account may be left that was not seen for so long that it is unknown.
        device::delete_secret(db, &**tx, account.id, stored_hash(secret)).await?;
        device::insert(&**tx, account.id, stored_hash(secret), &made).await?;
        device::delete_beyond(db, &**tx, account.id, DEVICES_MAX).await?;
        if account.last_sign_in_at.is_some() {
            self.notify(tx, account.id, NoticeKind::NewDevice, "", actor)
                .await?;
        }
        Ok(fresh)
    }

    /// Browsers in which this account has signed in, the last used first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn devices(&self, account: AccountId) -> Result<Vec<Device>> {
        device::list(&self.platform.db, account).await
    }

    /// Forgets a device.
    ///
    /// # Errors
    /// `identity.device.not_found`.
    pub async fn forget_device(&self, actor: &Actor, account: &Account, id: Uuid) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !device::delete(db, &*tx, account.id, id).await? {
            return Err(Error::DeviceNotFound);
        }
        let event = actor.audit("device.forgotten", account);
        journal::append(&*tx, [event.with_detail(json!({ "device": id }))]).await?;
        Ok(tx.commit().await?)
    }

    /// A notice of something that happens now.
    pub(crate) fn notice_of(&self, kind: NoticeKind, subject: &str, actor: &Actor) -> Notice {
        Notice {
            id: self.platform.ids.next(),
            kind,
            at: actor.now,
            address: actor.address.clone(),
            subject: subject.to_owned(),
            seen_at: None,
        }
    }

    /// Tells the person of an account something, in the transaction of what is told: on its
    /// pages, and by mail where there is mail.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn notify(
        &self,
        tx: &WriteTx,
        account: AccountId,
        kind: NoticeKind,
        subject: &str,
        actor: &Actor,
    ) -> Result<()> {
        let notice = self.notice_of(kind, subject, actor);
        notice::insert(&**tx, account, &notice).await?;
        let told = (&notice, actor.name.as_str());
        self.write_notice(tx, account, told, None).await
    }

    /// The newest notices of an account.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn notices(&self, account: AccountId) -> Result<Vec<Notice>> {
        notice::list(&self.platform.db, account, NOTICES_SHOWN).await
    }

    /// Marks the notices of an account as seen.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn see_notices(&self, account: AccountId) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        notice::see(db, &*tx, account, self.platform.clock.now()).await?;
        Ok(tx.commit().await?)
    }
}
