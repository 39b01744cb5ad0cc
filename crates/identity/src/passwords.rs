//! Passwords of accounts: setting, changing, unlocking.
//!
//! Owns: these acts; each is one transaction with its audit event.
//! Not here: what a good password is (`password/`), signing in (`sign_in.rs`).
//! Invariant: a new password ends the sessions that were opened with the old one.
//! Follows: TCVN 14423:2026, 5.6.2.2 b and 5.5.2.2 (regulation R72, R75).

use std::net::IpAddr;

use lgsp_platform::{http::Principal, journal};

use crate::{
    Base, Identity,
    accounts::check::{check_reason, clean, refuse},
    actor::Actor,
    error::{Error, Result, Rule},
    factors::policy::Wanted,
    password::{self, Password},
    sessions::session_id,
    sign_in::{Attempt, source_of},
    tables::{
        account::{self, Account, Kind, State},
        credential, factor, link,
        notice::NoticeKind,
        session, step,
    },
};

impl Identity {
    /// Sets a password for somebody else; ends the account's sessions and lifts its lock.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `identity.account.no_password`, `platform.queue.full`.
    pub async fn reset_password(
        &self,
        actor: &Actor,
        account: &Account,
        password: Password,
    ) -> Result<()> {
        if !account.kind.is_person() {
            return Err(Error::AccountWithoutPassword);
        }
        self.check_new_password(account, &password, "/password")
            .await?;
        let is_temporary = password.is_temporary();
        let hash = self.hashes.hash(password).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let by = (Some(actor.name.as_str()), actor.now);
        credential::set_password(db, &*tx, account, &hash, by, self.rules.password_history).await?;
        if is_temporary {
            credential::demand_change(db, &*tx, account.id).await?;
        }
        session::delete_of(db, &*tx, account.id, None).await?;
        step::delete_of(db, &*tx, account.id).await?;
        self.notify(&tx, account.id, NoticeKind::PasswordReset, "", actor)
            .await?;
        journal::append(&*tx, [actor.audit("password.reset", account)]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(())
    }

    /// Changes the caller's own password; its other sessions end.
    ///
    /// # Errors
    /// * `identity.session.required`: a token cannot change a password.
    /// * `identity.password.wrong`, counted like a failed sign-in.
    /// * `identity.password.locked`: after too many failures.
    /// * `identity.fields.invalid`, `platform.queue.full`.
    pub(crate) async fn change_own_password(
        &self,
        principal: &Principal,
        actor: &Actor,
        current: Password,
        new: Password,
    ) -> Result<()> {
        let session = session_id(principal).ok_or(Error::SessionRequired)?;
        let account = self.account(principal.account_id).await?;
        let stored = account
            .password_hash
            .clone()
            .ok_or(Error::AccountWithoutPassword)?;
        if account.is_locked(actor.now) {
            return Err(Error::PasswordLocked);
        }
        let is_right = !current.is_oversize() && self.hashes.verify(current, stored).await?;
        if !is_right {
            let address: Option<IpAddr> =
                actor.address.as_deref().and_then(|text| text.parse().ok());
            self.note_failure(Some(&account), None, &source_of(address), actor)
                .await?;
            return Err(Error::PasswordWrong);
        }
        self.check_new_password(&account, &new, "/new").await?;
        let hash = self.hashes.hash(new).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let by = (None, actor.now);
        credential::set_password(db, &*tx, &account, &hash, by, self.rules.password_history)
            .await?;
        session::delete_of(db, &*tx, account.id, Some(session)).await?;
        step::delete_of(db, &*tx, account.id).await?;
        link::delete_of(db, &*tx, account.id).await?;
        self.notify(&tx, account.id, NoticeKind::PasswordChanged, "", actor)
            .await?;
        journal::append(&*tx, [actor.audit("password.changed", &account)]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(())
    }

    /// Changes a password for who proves the present one at a protocol without sessions, with
    /// the counters and locks of a sign-in; every session of the account ends.
    ///
    /// # Errors
    /// Those of [`Identity::check_password`] and of a new password;
    /// `identity.account.no_password` when a source keeps the password.
    pub async fn change_password(&self, attempt: Attempt, new: Password) -> Result<()> {
        let address = attempt.request.address.map(|address| address.to_string());
        let account = self.check_password(attempt).await?;
        if account.password_hash.is_none() {
            return Err(Error::AccountWithoutPassword);
        }
        let now = self.platform.clock.now();
        let actor = Actor::named(account.username.clone(), address, now);
        self.check_new_password(&account, &new, "/new").await?;
        let hash = self.hashes.hash(new).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let by = (None, now);
        credential::set_password(db, &*tx, &account, &hash, by, self.rules.password_history)
            .await?;
        session::delete_of(db, &*tx, account.id, None).await?;
        step::delete_of(db, &*tx, account.id).await?;
        link::delete_of(db, &*tx, account.id).await?;
        self.notify(&tx, account.id, NoticeKind::PasswordChanged, "", &actor)
            .await?;
        journal::append(&*tx, [actor.audit("password.changed", &account)]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(())
    }

    /// As for a change that the person makes on a page, whose field is `new`. The present
    /// password is no new one.
    pub(crate) async fn check_changed_password(
        &self,
        account: &Account,
        new: &Password,
    ) -> Result<()> {
        self.check_new_password(account, new, "/new").await?;
        let stored = account.password_hash.clone();
        let is_same = match stored {
            Some(stored) => self.hashes.verify(new.clone(), stored).await?,
            None => false,
        };
        match is_same {
            true => Err(Error::Invalid(vec![
                Rule::PasswordReused { count: 1 }.at("/new"),
            ])),
            false => Ok(()),
        }
    }

    /// The rules, and for administrators that the password is not one of the last ones.
    async fn check_new_password(
        &self,
        account: &Account,
        new: &Password,
        pointer: &str,
    ) -> Result<()> {
        refuse(password::check(
            new,
            &account.username,
            &self.rules,
            pointer,
        ))?;
        self.check_breached(new, pointer).await?;
        let count = self.rules.password_history;
        if account.kind != Kind::Administrator || count == 0 {
            return Ok(());
        }
        let former = credential::former_passwords(&self.platform.db, account.id, count - 1).await?;
        for stored in account.password_hash.iter().cloned().chain(former) {
            if self.hashes.verify(new.clone(), stored).await? {
                return Err(Error::Invalid(vec![
                    Rule::PasswordReused { count }.at(pointer),
                ]));
            }
        }
        Ok(())
    }

    /// Refuses a password that is known from breaches, where the operator keeps a list of them.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `platform.queue.full`.
    pub(crate) async fn check_breached(&self, new: &Password, pointer: &str) -> Result<()> {
        let Some(list) = self.breached.clone() else {
            return Ok(());
        };
        match self.hashes.is_breached(list, new.clone()).await? {
            true => Err(Error::Invalid(vec![Rule::PasswordBreached.at(pointer)])),
            false => Ok(()),
        }
    }

    /// Lifts the lock after failures, and wakes an account that was idle for too long; the reason,
    /// if there is one, is seen at the account.
    ///
    /// # Errors
    /// `identity.fields.invalid`.
    pub async fn unlock_account(
        &self,
        actor: &Actor,
        account: &Account,
        reason: Option<String>,
    ) -> Result<()> {
        refuse(
            reason
                .as_deref()
                .and_then(check_reason)
                .into_iter()
                .collect(),
        )?;
        let reason = clean(reason);
        let db = &self.platform.db;
        let tx = db.begin().await?;
        credential::set_lock(db, &*tx, account.id, None).await?;
        factor::set_lock(db, &*tx, account.id, None).await?;
        let mut after = account.clone();
        if account.state == State::Idle {
            after.state = State::Active;
            after.last_used_at = actor.now;
        }
        if account.state == State::Idle || reason.is_some() {
            after.state_reason.clone_from(&reason);
            account::update(db, &*tx, &after, Base::Any).await?;
        }
        let mut event = actor.audit("account.unlocked", account);
        event.ground = reason;
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }

    /// Whether the password should be changed: set by somebody else, or too old.
    #[must_use]
    pub fn is_password_due(&self, account: &Account) -> bool {
        let is_set = account.password_changed_at.is_some();
        is_set && (self.is_password_old(account) || account.password_by.is_some())
    }

    /// Whether somebody else set the password, and its person has to change it.
    pub(crate) fn is_first_password(&self, account: &Account, wanted: &Wanted) -> bool {
        let is_by_rule = self.rules.change_first_password && !wanted.keeps_first_password;
        account.must_change_password || (account.password_by.is_some() && is_by_rule)
    }

    /// Whether such a password waited too long for its person.
    pub(crate) fn is_first_password_over(
        &self,
        account: &Account,
        address: Option<IpAddr>,
    ) -> bool {
        let now = self.platform.clock.now();
        let life_ms = self.rules.first_password_life_ms;
        let set_at = account.password_changed_at;
        set_at.is_some_and(|set_at| now.since(set_at) >= life_ms)
            && self.is_first_password(account, &self.wanted(account, address))
    }

    /// Whether the password of an administrator is older than allowed.
    pub(crate) fn is_password_old(&self, account: &Account) -> bool {
        account.password_changed_at.is_some_and(|changed_at| {
            let age_ms = self.platform.clock.now().since(changed_at);
            account.kind == Kind::Administrator && age_ms > self.rules.admin_password_age_max_ms
        })
    }
}
