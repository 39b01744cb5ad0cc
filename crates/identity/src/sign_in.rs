//! Signing in with a password.
//!
//! Owns: checking, counting failures, locking, opening the session.
//! Not here: the page (`pages/`), what a session is (`sessions.rs`).
//! Invariant: known, unknown, locked and disabled accounts cost one hash and answer the same;
//! a source that fails too often is stopped before its failures lock further accounts.
//! Follows: TCVN 14423:2026, 5.5.2.2 (regulation R75).

use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use lgsp_model::Timestamp;
use lgsp_platform::{
    db::{Database, WriteTx},
    journal,
};
use serde_json::json;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    password::{Password, hash},
    rules::SESSIONS_MAX,
    secret::{cookie, new_secret, stored_hash},
    sessions::SESSION_COOKIE,
    source::SourceAnswer,
    tables::{
        account::{self, Account},
        credential,
        session::{self, Session},
        source,
    },
};

/// Longest name of a browser that is kept, in characters.
const USER_AGENT_CHARS_MAX: usize = 256;

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
}

impl Proof {
    /// A password and nothing else.
    #[must_use]
    pub fn password() -> Self {
        Self {
            acr: 1,
            amr: vec!["pwd".to_owned()],
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
}

impl RequestInfo {
    /// What the headers of a request tell.
    #[must_use]
    pub fn read(headers: &HeaderMap, address: Option<IpAddr>) -> Self {
        let user_agent = headers.get(header::USER_AGENT);
        Self {
            address,
            user_agent: user_agent
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            old_secret: cookie(headers, SESSION_COOKIE).map(str::to_owned),
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
}

/// A right password, with what a refusal at the last moment would need.
struct Proved {
    account: Account,
    /// Whether the password is kept elsewhere.
    is_foreign: bool,
    source: String,
    actor: Actor,
}

impl Proved {
    /// Notes the success, unless the account was locked or changed while it was checked.
    async fn note_success(&self, db: &Database, tx: &WriteTx) -> Result<bool> {
        let (account, now) = (&self.account, self.actor.now);
        if self.is_foreign {
            credential::note_foreign_success(db, &**tx, account.id, now).await
        } else {
            credential::note_success(db, &**tx, account, now).await
        }
    }
}

impl Identity {
    /// Opens a session for the right password.
    ///
    /// # Errors
    /// * `identity.sign_in.refused`: for every reason that lies in name, password or account.
    /// * `identity.sign_in.throttled`: the source failed too often.
    /// * `platform.queue.full`: too many are signing in; try again.
    pub async fn sign_in(&self, attempt: Attempt) -> Result<Opened> {
        let result = self.try_sign_in(attempt).await;
        self.count_attempt(&result);
        result
    }

    /// Checks name and password as [`Identity::sign_in`] does, with the same counters, locks
    /// and times, but opens no session: for protocols that ask at each call.
    ///
    /// # Errors
    /// Those of [`Identity::sign_in`].
    pub async fn check_password(&self, attempt: Attempt) -> Result<Account> {
        let result = self.try_check(attempt).await;
        self.count_attempt(&result);
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
        self.refused(Some(&proved.account), &proved.source, &proved.actor)
            .await
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

    async fn try_sign_in(&self, attempt: Attempt) -> Result<Opened> {
        let proved = self.prove_password(&attempt).await?;
        let proof = Proof::password();
        let opened = self.open(&proved, &proof, &attempt.request).await?;
        if let Some(opened) = opened {
            self.refresh_hash(&proved.account, attempt.password).await;
            return Ok(opened);
        }
        self.refused(Some(&proved.account), &proved.source, &proved.actor)
            .await
    }

    /// Checks name and password; a failure is counted.
    async fn prove_password(&self, attempt: &Attempt) -> Result<Proved> {
        let db = &self.platform.db;
        let now = self.platform.clock.now();
        let source = source_of(attempt.request.address);
        self.check_source(&source, now).await?;
        let username = super::accounts::fold_username(&attempt.username);
        let found = account::find_by_username(db, &username).await?;
        let may_try = found
            .as_ref()
            .filter(|account| is_usable(account, now) && !attempt.password.is_oversize());
        if found.is_none() || may_try.is_some() {
            let answer = self.ask_source(&username, may_try, &attempt.password).await;
            if answer != SourceAnswer::NotMine {
                return self.prove_foreign(answer, found, attempt).await;
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
            Some(account) => Ok(Proved {
                account: account.clone(),
                is_foreign: false,
                source,
                actor,
            }),
            None => self.refused(found.as_ref(), &source, &actor).await,
        }
    }

    /// What the answer of a source means; a failure is counted as any other.
    async fn prove_foreign(
        &self,
        answer: SourceAnswer,
        found: Option<Account>,
        attempt: &Attempt,
    ) -> Result<Proved> {
        let now = self.platform.clock.now();
        let account = match answer {
            SourceAnswer::Unavailable => return Err(Error::SourceUnavailable),
            SourceAnswer::Right(id) => account::find(&self.platform.db, id).await?,
            SourceAnswer::Wrong | SourceAnswer::NotMine => None,
        };
        let right = account.filter(|account| is_usable(account, now));
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
            }),
            None => self.refused(found.as_ref(), &source, &actor).await,
        }
    }

    async fn refused<T>(
        &self,
        account: Option<&Account>,
        source: &str,
        actor: &Actor,
    ) -> Result<T> {
        self.note_failure(account, source, actor).await?;
        Err(Error::SignInRefused {
            failures_max: self.rules.failures_max,
            lock_ms: self.rules.lock_ms,
        })
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

    /// Opens a session for an account whose person was proved without its password.
    ///
    /// # Errors
    /// `identity.sign_in.refused` when the account may not be used.
    pub async fn open_session(
        &self,
        account: &Account,
        proof: &Proof,
        request: &RequestInfo,
    ) -> Result<Opened> {
        let actor = Actor {
            name: account.username.clone(),
            address: request.address.map(|address| address.to_string()),
            now: self.platform.clock.now(),
            on_behalf_of: None,
        };
        let is_usable = account.is_live(actor.now) && account.kind.is_person();
        let opened = match is_usable {
            true => self.begin_session(account, proof, request, &actor).await?,
            false => None,
        };
        match opened {
            Some(opened) => Ok(opened),
            None => {
                self.refused(Some(account), &source_of(request.address), &actor)
                    .await
            }
        }
    }

    async fn begin_session(
        &self,
        account: &Account,
        proof: &Proof,
        request: &RequestInfo,
        actor: &Actor,
    ) -> Result<Option<Opened>> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !credential::note_use(db, &*tx, account.id, actor.now).await? {
            return Ok(None);
        }
        let opened = self
            .write_session(&tx, account, proof, request, actor)
            .await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(Some(opened))
    }

    /// Begins the session; nothing when the account was locked or changed in the meantime.
    async fn open(
        &self,
        proved: &Proved,
        proof: &Proof,
        request: &RequestInfo,
    ) -> Result<Option<Opened>> {
        let (account, actor) = (&proved.account, &proved.actor);
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !proved.note_success(db, &tx).await? {
            return Ok(None);
        }
        let opened = self
            .write_session(&tx, account, proof, request, actor)
            .await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(Some(opened))
    }

    async fn write_session(
        &self,
        tx: &WriteTx,
        account: &Account,
        proof: &Proof,
        request: &RequestInfo,
        actor: &Actor,
    ) -> Result<Opened> {
        let db = &self.platform.db;
        // Who signs in anew keeps the public id: applications go on with the session they know.
        // The secret in the cookie is another one.
        let kept = match &request.old_secret {
            Some(old) => session::id_of(db, &**tx, stored_hash(old), account.id).await?,
            None => None,
        };
        let secret = new_secret()?;
        let user_agent = request.user_agent.as_deref();
        let session = Session {
            id: kept.unwrap_or_else(|| self.platform.ids.next()),
            account_id: account.id,
            csrf_token: new_secret()?,
            auth_at: actor.now,
            acr: proof.acr,
            amr: proof.amr.clone(),
            created_at: actor.now,
            last_seen_at: actor.now,
            expires_at: actor.now.plus_ms(self.rules.session_life_ms),
            address: actor.address.clone(),
            user_agent: user_agent.map(|name| name.chars().take(USER_AGENT_CHARS_MAX).collect()),
        };
        if let Some(old) = &request.old_secret {
            session::delete_by_secret(db, &**tx, stored_hash(old)).await?;
        }
        session::insert(&**tx, &session, stored_hash(&secret)).await?;
        session::delete_beyond(db, &**tx, account.id, SESSIONS_MAX).await?;
        let detail = json!({ "acr": proof.acr, "amr": proof.amr });
        let event = actor.audit("signin.succeeded", account).with_detail(detail);
        journal::append(&**tx, [event]).await?;
        Ok(Opened { session, secret })
    }

    /// Counts a failure against the source and, if it exists, against the account.
    pub(crate) async fn note_failure(
        &self,
        account: Option<&Account>,
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

    /// Brings an old hash to today's parameters; a failure only means that it stays old.
    async fn refresh_hash(&self, account: &Account, password: Password) {
        let is_outdated = account
            .password_hash
            .as_deref()
            .is_some_and(hash::is_outdated);
        if !is_outdated {
            return;
        }
        let db = &self.platform.db;
        let refreshed: Result<()> = async {
            let hash = self.hashes.hash(password).await?;
            let tx = db.begin().await?;
            credential::rehash(db, &*tx, account.id, &hash).await?;
            Ok(tx.commit().await?)
        }
        .await;
        if let Err(error) = refreshed {
            tracing::warn!(%error, "password hash could not be renewed");
        }
    }
}

fn is_usable(account: &Account, now: Timestamp) -> bool {
    account.is_live(now) && account.kind.is_person() && !account.is_locked(now)
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
