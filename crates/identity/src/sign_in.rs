//! Signing in with a password.
//!
//! Owns: checking, counting failures, locking.
//! Not here: what comes after the password (`steps.rs`), the page (`pages/`), opening the
//! session (`opening.rs`).
//! Invariant: known, unknown, locked and disabled accounts cost one hash and answer the same;
//! a source that fails too often is stopped before its failures lock further accounts.
//! Follows: TCVN 14423:2026, 5.5.2.2 (regulation R75).

use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    db::{Database, WriteTx},
    journal,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    password::{Password, hash},
    secret::cookie,
    sessions::{device_cookie_name, session_cookie_name},
    source::SourceAnswer,
    tables::{
        account::{self, Account},
        credential,
        device::{self, Device},
        session::Session,
        source,
    },
};

/// What somebody presents.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// User name as typed.
    pub username: String,
    /// Password as typed.
    pub password: Password,
    /// From where.
    pub request: RequestInfo,
}

/// How somebody proved to be the person of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Level: 1 one factor, 2 two factors, 3 resistant to phishing.
    pub acr: u8,
    /// Factors, as RFC 8176 names them.
    pub amr: Vec<String>,
    /// When that was, if it was elsewhere; absent: now.
    pub auth_at: Option<Timestamp>,
}

impl Proof {
    /// A password and nothing else.
    #[must_use]
    pub fn password() -> Self {
        Self {
            acr: 1,
            amr: vec!["pwd".to_owned()],
            auth_at: None,
        }
    }
}

/// From where somebody signs in.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// Network address.
    pub address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Secret of the session that the browser had; it ends when the new one begins.
    pub old_secret: Option<String>,
    /// Secret by which accounts know the browser.
    pub device_secret: Option<String>,
}

impl RequestInfo {
    /// The actor that an account is to itself.
    pub(crate) fn actor(&self, account: &Account, now: Timestamp) -> Actor {
        Actor {
            name: account.username.clone(),
            address: self.address.map(|address| address.to_string()),
            now,
            on_behalf_of: None,
        }
    }
}

impl RequestInfo {
    /// What the headers of a request tell.
    #[must_use]
    pub fn read(headers: &HeaderMap, address: Option<IpAddr>) -> Self {
        let user_agent = headers.get(header::USER_AGENT);
        let of = |name: fn(bool) -> &'static str| {
            let found = cookie(headers, name(true)).or(cookie(headers, name(false)));
            found.map(str::to_owned)
        };
        Self {
            address,
            user_agent: user_agent
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            old_secret: of(session_cookie_name),
            device_secret: of(device_cookie_name),
        }
    }
}

/// An open session.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// What goes into the cookie, and nowhere else.
    pub secret: String,
    /// By which the account knows the browser from now on; absent when it did already.
    pub device_secret: Option<String>,
}

/// A right password, with what a refusal at the last moment would need.
pub(crate) struct Proved {
    pub(crate) account: Account,
    /// Whether the password is kept elsewhere.
    pub(crate) is_foreign: bool,
    pub(crate) source: String,
    pub(crate) actor: Actor,
    pub(crate) device: Option<Device>,
}

impl Proved {
    /// The hash of the password that was proved, when it is kept here.
    pub(crate) fn own_hash(&self) -> Option<&str> {
        let hash = self.account.password_hash.as_deref();
        hash.filter(|_| !self.is_foreign)
    }

    /// Notes the success, unless the account was locked or changed while it was checked.
    pub(crate) async fn note_success(&self, db: &Database, tx: &WriteTx) -> Result<bool> {
        let (account, now) = (&self.account, self.actor.now);
        if self.is_foreign {
            credential::note_foreign_success(db, &**tx, account.id, now).await
        } else {
            let noted = (now, self.device.is_some());
            credential::note_success(db, &**tx, account, noted).await
        }
    }
}

impl Identity {
    /// Checks name and password as the sign-in page does, with the same counters, locks and
    /// times, but opens no session: for protocols that ask at each call.
    ///
    /// # Errors
    /// * `identity.sign_in.refused`: for every reason that lies in name, password or account.
    /// * `identity.sign_in.throttled`: the source failed too often.
    /// * `platform.queue.full`: too many are signing in; try again.
    pub async fn check_password(&self, attempt: Attempt) -> Result<Account> {
        let username = attempt.username.clone();
        let result = self.try_check(attempt).await;
        self.settle_attempt(&username, &result).await;
        result
    }

    async fn try_check(&self, attempt: Attempt) -> Result<Account> {
        let proved = self.prove_password(&attempt).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if proved.note_success(db, &tx).await? {
            tx.commit().await?;
            self.refresh_hash(&proved.account, attempt.password).await;
            return Ok(proved.account);
        }
        drop(tx);
        self.refused_at_last(&proved).await
    }

    /// Counts an attempt, and lets failures of one name take longer and longer: of known and
    /// unknown names alike.
    pub(crate) async fn settle_attempt<T>(&self, username: &str, result: &Result<T>) {
        self.count_attempt(result);
        let username = super::accounts::check::fold_username(username);
        match result {
            Ok(_) => self.delays.forget(&username),
            Err(Error::SignInRefused { .. }) => {
                let now = self.platform.clock.now();
                let delay_ms = self.delays.after_failure(&username, now, &self.rules);
                if delay_ms > 0 {
                    self.platform.clock.sleep(delay_ms).await;
                }
            }
            Err(_) => {}
        }
    }

    fn count_attempt<T>(&self, result: &Result<T>) {
        let counted = match result {
            Ok(_) => "ok",
            Err(Error::SignInRefused { .. }) => "identity.sign_in.refused",
            Err(Error::SignInThrottled { .. }) => "identity.sign_in.throttled",
            Err(Error::Platform(lgsp_platform::Error::Busy)) => "platform.queue.full",
            Err(_) => "failed",
        };
        self.platform.metrics.count("identity.sign_in", counted);
    }

    /// Checks name and password; a failure is counted.
    pub(crate) async fn prove_password(&self, attempt: &Attempt) -> Result<Proved> {
        let db = &self.platform.db;
        let now = self.platform.clock.now();
        let source = source_of(attempt.request.address);
        self.check_source(&source, now).await?;
        let username = super::accounts::check::fold_username(&attempt.username);
        let found = account::find_by_username(db, &username).await?;
        let known = found
            .as_ref()
            .map_or_else(|| AccountId(Uuid::nil()), |account| account.id);
        let device = self.known_device(known, &attempt.request).await?;
        let is_known = device.is_some();
        let is_hashable = !attempt.password.is_oversize();
        let may_try = found
            .as_ref()
            .filter(|account| is_usable(account, now, is_known) && is_hashable);
        if found.is_none() || may_try.is_some() {
            let answer = self.ask_source(&username, may_try, &attempt.password).await;
            if answer != SourceAnswer::NotMine {
                return self.prove_foreign(answer, (found, device), attempt).await;
            }
        }
        let stored = may_try.and_then(|account| account.password_hash.as_deref());
        let password = if attempt.password.is_oversize() {
            Password::new(String::new())
        } else {
            attempt.password.clone()
        };
        let stored = stored.unwrap_or(hash::NOBODY).to_owned();
        let is_right = self.hashes.verify(password, stored).await?;
        // The clock again: the hash may have waited in the queue.
        let actor = Actor {
            name: found
                .as_ref()
                .map_or("unknown", |found| found.username.as_str())
                .to_owned(),
            address: attempt.request.address.map(|address| address.to_string()),
            now: self.platform.clock.now(),
            on_behalf_of: None,
        };
        match may_try.filter(|_| is_right) {
            Some(account) if self.is_first_password_over(account, attempt.request.address) => {
                self.note_first_password(account, &actor).await?;
                Err(Error::FirstPasswordEnded)
            }
            Some(account) => Ok(Proved {
                account: account.clone(),
                is_foreign: false,
                source,
                actor,
                device,
            }),
            None => {
                self.refused(found.as_ref(), device.as_ref(), &source, &actor)
                    .await
            }
        }
    }

    /// Tells the journal of a right password that has ended. It is no guess, so nothing is
    /// counted.
    async fn note_first_password(&self, account: &Account, actor: &Actor) -> Result<()> {
        let tx = self.platform.db.begin().await?;
        let event = actor.audit("signin.failed", account).with_result("refused");
        let event = event.with_detail(json!({ "reason": "first_password_ended" }));
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }

    /// What the answer of a source means; a failure is counted as any other.
    async fn prove_foreign(
        &self,
        answer: SourceAnswer,
        (found, device): (Option<Account>, Option<Device>),
        attempt: &Attempt,
    ) -> Result<Proved> {
        let now = self.platform.clock.now();
        let account = match answer {
            SourceAnswer::Unavailable => return Err(Error::SourceUnavailable),
            SourceAnswer::Right(id) => account::find(&self.platform.db, id).await?,
            SourceAnswer::Wrong | SourceAnswer::NotMine => None,
        };
        let right = account.filter(|account| is_usable(account, now, device.is_some()));
        let known = right.as_ref().or(found.as_ref());
        let source = source_of(attempt.request.address);
        let actor = Actor {
            name: known.map_or("unknown", |known| &known.username).to_owned(),
            address: attempt.request.address.map(|address| address.to_string()),
            now,
            on_behalf_of: None,
        };
        match right {
            Some(account) => Ok(Proved {
                account,
                is_foreign: true,
                source,
                actor,
                device,
            }),
            None => {
                self.refused(found.as_ref(), device.as_ref(), &source, &actor)
                    .await
            }
        }
    }

    /// Refuses a right password whose account was locked or changed while it was checked.
    pub(crate) async fn refused_at_last<T>(&self, proved: &Proved) -> Result<T> {
        let (account, device) = (Some(&proved.account), proved.device.as_ref());
        self.refused(account, device, &proved.source, &proved.actor)
            .await
    }

    pub(crate) async fn refused<T>(
        &self,
        account: Option<&Account>,
        device: Option<&Device>,
        source: &str,
        actor: &Actor,
    ) -> Result<T> {
        self.note_failure(account, device, source, actor).await?;
        Err(Error::SignInRefused {
            failures_max: self.rules.failures_max,
            lock_ms: self.rules.lock_ms,
        })
    }

    /// Counts a failure that belongs to no account against its source.
    pub(crate) async fn note_stranger(&self, address: Option<IpAddr>) -> Result<()> {
        let actor = Actor {
            name: "unknown".to_owned(),
            address: address.map(|address| address.to_string()),
            now: self.platform.clock.now(),
            on_behalf_of: None,
        };
        self.note_failure(None, None, &source_of(address), &actor)
            .await
    }

    async fn check_source(&self, source: &str, now: Timestamp) -> Result<()> {
        let Some(refilled_at) = source::refilled_at(&self.platform.db, source).await? else {
            return Ok(());
        };
        let owed_ms = refilled_at.since(now);
        let allowed_ms = self.rules.source_refill_ms * (self.rules.source_failures_max - 1);
        if owed_ms <= allowed_ms {
            return Ok(());
        }
        Err(Error::SignInThrottled {
            retry_after_ms: owed_ms - allowed_ms,
        })
    }

    /// Counts a failure against the source, and against the known device or the account.
    pub(crate) async fn note_failure(
        &self,
        account: Option<&Account>,
        device: Option<&Device>,
        source: &str,
        actor: &Actor,
    ) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        source::note_failure(db, &*tx, source, actor.now, self.rules.source_refill_ms).await?;
        let mut events = Vec::new();
        match account {
            // What an unknown person typed may be a password in the wrong field: not noted.
            None => events.push(actor.audit_name("signin.failed", "unknown", None)),
            Some(account) if let Some(device) = device => {
                let failures = device::note_failure(db, &*tx, device.id).await?;
                let detail = json!({ "failures": failures, "device": device.id });
                events.push(actor.audit("signin.failed", account).with_detail(detail));
                if failures >= i64::from(self.rules.failures_max) {
                    device::delete(db, &*tx, account.id, device.id).await?;
                    let detail = json!({ "device": device.id });
                    events.push(actor.audit("device.forgotten", account).with_detail(detail));
                }
            }
            Some(account) => {
                let failures = credential::note_failure(db, &*tx, account.id, actor.now).await?;
                let detail = json!({ "failures": failures, "state": account.state.as_str() });
                events.push(actor.audit("signin.failed", account).with_detail(detail));
                if failures.is_some_and(|failures| failures >= self.rules.failures_max) {
                    let until = actor.now.plus_ms(self.rules.lock_ms);
                    credential::set_lock(db, &*tx, account.id, Some(until)).await?;
                    let detail = json!({ "until": until });
                    events.push(actor.audit("account.locked", account).with_detail(detail));
                }
            }
        }
        let refused = events.into_iter().map(|event| event.with_result("refused"));
        journal::append(&*tx, refused).await?;
        Ok(tx.commit().await?)
    }

    /// Brings an old hash to today's parameters; a failure only means that it stays old. Gives
    /// the hash that is stored now.
    pub(crate) async fn refresh_hash(
        &self,
        account: &Account,
        password: Password,
    ) -> Option<String> {
        let stored = account.password_hash.clone();
        if !stored.as_deref().is_some_and(hash::is_outdated) {
            return stored;
        }
        let db = &self.platform.db;
        let refreshed: Result<String> = async {
            let hash = self.hashes.hash(password).await?;
            let tx = db.begin().await?;
            credential::rehash(db, &*tx, account.id, &hash).await?;
            tx.commit().await?;
            Ok(hash)
        }
        .await;
        match refreshed {
            Ok(hash) => Some(hash),
            Err(error) => {
                tracing::warn!(%error, "password hash could not be renewed");
                stored
            }
        }
    }
}

fn is_usable(account: &Account, now: Timestamp, is_known_device: bool) -> bool {
    let is_free = is_known_device || !account.is_locked(now);
    account.is_live(now) && account.kind.is_person() && is_free
}

/// The network that an address belongs to: what one attacker easily commands.
pub(crate) fn source_of(address: Option<IpAddr>) -> String {
    match address {
        None => "none".to_owned(),
        Some(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => source_of(Some(IpAddr::V4(v4))),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{:x}::/56", d & 0xff00)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::source_of;

    #[test]
    fn a_source_is_a_network() {
        for (address, expected) in [
            ("10.1.2.3", "10.1.2.0/24"),
            ("::ffff:10.1.2.3", "10.1.2.0/24"),
            ("2001:db8:1:2345::9", "2001:db8:1:2300::/56"),
        ] {
            assert_eq!(source_of(address.parse().ok()), expected);
        }
        assert_eq!(source_of(None), "none");
    }
}
