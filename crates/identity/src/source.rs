//! Passwords that are kept elsewhere.
//!
//! Owns: the port `PasswordSource`, its registration.
//! Not here: the directories themselves (`directory`), counting failures (`sign_in.rs`).
//! Invariant: a source is asked only for accounts that may be used and for unknown names, after
//! the limits of the caller's network; what it answers passes the same counters as a password
//! of our own.

use std::sync::Arc;

use lgsp_model::AccountId;
use lgsp_platform::http::context::PortFuture;

use crate::{
    Identity,
    error::Result,
    password::Password,
    tables::{account::Account, credential},
};

/// What a source says to a name and a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceAnswer {
    /// It keeps no such account: the own password decides.
    NotMine,
    /// The account is its own and the password is wrong.
    Wrong,
    /// The password is right; the account exists here, now at the latest.
    Right(AccountId),
    /// The account is its own, but it does not answer.
    Unavailable,
}

/// Proves passwords that this platform does not keep.
pub trait PasswordSource: Send + Sync + 'static {
    /// Asks for the password of an account, or of a name that is unknown here.
    fn check<'a>(
        &'a self,
        username: &'a str,
        account: Option<&'a Account>,
        password: &'a Password,
    ) -> PortFuture<'a, SourceAnswer>;
}

impl Identity {
    /// Registers the source of passwords; the first registration of a process counts.
    pub fn set_password_source(&self, source: Arc<dyn PasswordSource>) {
        if self.password_source.set(source).is_err() {
            tracing::warn!("a source of passwords was registered twice");
        }
    }

    /// Notes that an account was used by a credential that a protocol keeps; `false` when it
    /// may not be used.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn note_use(&self, id: AccountId) -> Result<bool> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let is_noted =
            credential::note_sign_in(db, &*tx, id, None, self.platform.clock.now()).await?;
        tx.commit().await?;
        Ok(is_noted)
    }

    /// A hash by which a source may prove a password later, made as those of our own accounts.
    ///
    /// # Errors
    /// `platform.queue.full`.
    pub async fn hash_password(&self, password: Password) -> Result<String> {
        self.hashes.hash(password).await
    }

    /// Whether a password is the one of such a hash.
    ///
    /// # Errors
    /// `platform.queue.full`.
    pub async fn verify_password(&self, password: Password, stored: String) -> Result<bool> {
        self.hashes.verify(password, stored).await
    }

    /// Asks the source, if there is one and the password can be one.
    pub(crate) async fn ask_source(
        &self,
        username: &str,
        account: Option<&Account>,
        password: &Password,
    ) -> SourceAnswer {
        // An empty password would be an anonymous bind, which every directory accepts.
        if password.text().is_empty() || password.is_oversize() {
            return SourceAnswer::NotMine;
        }
        match self.password_source.get() {
            Some(source) => source.check(username, account, password).await,
            None => SourceAnswer::NotMine,
        }
    }
}
