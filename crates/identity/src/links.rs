//! Links by which a person chooses a password: of a new account, or after losing one.
//!
//! Owns: making links, using them.
//! Not here: sending them (`mail/`); without mail an administrator hands them over.
//! Invariant: a link works once and for its time; a newer link voids the older ones; nobody
//! but the person learns the password.
//! Follows: regulation R88; design document "Identity", sections 9 and 11.

use lgsp_model::Timestamp;
use lgsp_platform::{db::WriteTx, journal};
use serde_json::json;

use crate::{
    Base, Identity,
    actor::Actor,
    error::{Error, Result},
    password::Password,
    rules::{ACTIVATION_LINK_MS, RESET_LINK_MS},
    secret::{new_secret, stored_hash},
    tables::{
        account::{self, Account, State},
        credential, factor,
        link::{self, Link, LinkPurpose},
        notice::NoticeKind,
        session, step,
    },
};

/// A link that was just made.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// The whole address; shown once.
    pub url: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Identity {
    /// Makes a link for an account; earlier ones are void.
    ///
    /// # Errors
    /// `identity.account.no_password`, `identity.link.unsuitable` when the account's state does
    /// not fit the purpose.
    pub async fn make_link(
        &self,
        actor: &Actor,
        account: &Account,
        purpose: LinkPurpose,
    ) -> Result<NewLink> {
        let action = self.check_link(account, purpose)?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let made = self
            .put_link(&tx, (&actor.name, actor.now), account, purpose)
            .await?;
        if purpose == LinkPurpose::Reset {
            self.notify(&tx, account.id, NoticeKind::PasswordReset, "", actor)
                .await?;
        }
        let detail = json!({ "until": made.expires_at });
        let event = actor.audit(action, account).with_detail(detail);
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Whether a link fits the account; gives the action by which the journal knows its wish.
    pub(crate) fn check_link(
        &self,
        account: &Account,
        purpose: LinkPurpose,
    ) -> Result<&'static str> {
        if !account.kind.is_person() || account.source.is_some() {
            return Err(Error::AccountWithoutPassword);
        }
        let (fits, action) = match purpose {
            LinkPurpose::Activation => (account.state == State::Invited, "account.invited"),
            LinkPurpose::Reset => (account.state == State::Active, "password.reset_requested"),
        };
        fits.then_some(action).ok_or(Error::LinkUnsuitable)
    }

    /// Makes the link of a mail that is about to leave; its wish was noted when it was made.
    pub(crate) async fn mint_link(
        &self,
        made_by: &str,
        account: &Account,
        purpose: LinkPurpose,
    ) -> Result<NewLink> {
        self.check_link(account, purpose)?;
        let tx = self.platform.db.begin().await?;
        let by = (made_by, self.platform.clock.now());
        let made = self.put_link(&tx, by, account, purpose).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn put_link(
        &self,
        tx: &WriteTx,
        (made_by, now): (&str, Timestamp),
        account: &Account,
        purpose: LinkPurpose,
    ) -> Result<NewLink> {
        let (path, life_ms) = match purpose {
            LinkPurpose::Activation => ("/activate", ACTIVATION_LINK_MS),
            LinkPurpose::Reset => ("/reset", RESET_LINK_MS),
        };
        let secret = new_secret()?;
        let made = Link {
            account_id: account.id,
            purpose,
            expires_at: now.plus_ms(life_ms),
        };
        link::put(
            &self.platform.db,
            &**tx,
            (stored_hash(&secret), made_by),
            &made,
        )
        .await?;
        Ok(NewLink {
            url: format!("{}{path}?token={secret}", self.issuer),
            expires_at: made.expires_at,
        })
    }

    /// The account that a link is for.
    ///
    /// # Errors
    /// `identity.link.invalid`.
    pub(crate) async fn account_of_link(
        &self,
        token: &str,
        purpose: LinkPurpose,
    ) -> Result<Account> {
        let now = self.platform.clock.now();
        let found = link::find(&self.platform.db, stored_hash(token), now).await?;
        let found = found.filter(|link| link.purpose == purpose && link.expires_at > now);
        let found = found.ok_or(Error::LinkInvalid)?;
        let account = self.account(found.account_id).await?;
        let fits = match purpose {
            LinkPurpose::Activation => account.state == State::Invited,
            LinkPurpose::Reset => account.state == State::Active,
        };
        fits.then_some(account).ok_or(Error::LinkInvalid)
    }

    /// Sets the password that the person chose, and spends the link.
    ///
    /// # Errors
    /// `identity.link.invalid`, `identity.fields.invalid`, `platform.queue.full`.
    pub(crate) async fn use_link(
        &self,
        token: &str,
        purpose: LinkPurpose,
        password: Password,
        address: Option<String>,
    ) -> Result<()> {
        let mut account = self.account_of_link(token, purpose).await?;
        self.check_changed_password(&account, &password).await?;
        let hash = self.hashes.hash(password).await?;
        let actor = Actor::named(account.username.clone(), address, self.platform.clock.now());
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !link::spend(db, &*tx, stored_hash(token)).await? {
            return Err(Error::LinkInvalid);
        }
        let by = (None, actor.now);
        credential::set_password(db, &*tx, &account, &hash, by, self.rules.password_history)
            .await?;
        session::delete_of(db, &*tx, account.id, None).await?;
        step::delete_of(db, &*tx, account.id).await?;
        let action = match purpose {
            LinkPurpose::Activation => {
                account.state = State::Active;
                account.last_used_at = actor.now;
                account.changed_at = actor.now;
                account::update(db, &*tx, &account, Base::Any).await?;
                "account.activated"
            }
            LinkPurpose::Reset => {
                factor::set_lock(db, &*tx, account.id, None).await?;
                self.notify(&tx, account.id, NoticeKind::PasswordChanged, "", &actor)
                    .await?;
                "password.reset"
            }
        };
        journal::append(&*tx, [actor.audit(action, &account)]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(())
    }
}
